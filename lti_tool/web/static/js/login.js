/**
 * Shown in the frame at login: what can prove this browser here? A cookie of ours, else the storage of the LMS.
 * If one of the two works we go on at once; if not, the page offers a window of its own, where a cookie always works.
 */

import { capabilities, findStorage, put } from "./storage.js";

const ATTRIBUTES = "Secure; SameSite=None; Path=/; Partitioned";
const FULL_WINDOW = "requestFullWindowLaunch";

/**
 * Set a cookie of the kind the login uses, read it back, and take it away again.
 *
 * @param {string} name
 * @returns {boolean} whether it was there to read
 */
function canKeep(name) {
  try {
    document.cookie = `${name}=1; ${ATTRIBUTES}`;
    const kept = document.cookie.split("; ").includes(`${name}=1`);
    document.cookie = `${name}=; Max-Age=0; ${ATTRIBUTES}`;
    return kept;
  } catch {
    // A sandboxed frame without an origin of its own throws instead of ignoring us.
    return false;
  }
}

/** @returns {boolean} whether the cookie of the login will come back to us from this frame */
function canKeepCookies() {
  // Over plain http, which only a machine of one's own may use, a browser may refuse the __Host- prefix alone.
  const names = location.protocol === "http:" ? ["__Host-lti-probe", "lti-probe"] : ["__Host-lti-probe"];
  return names.some(canKeep);
}

/**
 * Let the LMS keep the secret of this login.
 *
 * @param {DOMStringMap} given by the page
 * @param {Map<string, object>} able
 * @returns {Promise<boolean>} whether it did
 */
async function keepInStorage(given, able) {
  const place = findStorage("lti.put_data", given, able);
  if (place === undefined) {
    return false;
  }
  return put(place, given.storageKey, given.secret).then(
    () => true,
    () => false,
  );
}

/**
 * Show the way through a new window, and bring keyboard and screen reader to it.
 *
 * @param {Map<string, object>} able
 */
function offerNewWindow(able) {
  for (const line of document.querySelectorAll("[data-wait]")) {
    line.hidden = true;
  }
  const offer = document.querySelector("[data-new-window]");
  const whole = offer.querySelector("[data-action=full-window]");
  if (able.has(FULL_WINDOW)) {
    whole.hidden = false;
    whole.addEventListener("click", () => {
      // Canvas then opens the activity anew, in its whole window. There is no secret in this.
      const data = { url: whole.dataset.url, launchType: "same_window" };
      window.parent.postMessage({ subject: FULL_WINDOW, data }, "*");
    });
  }
  offer.hidden = false;
  offer.querySelector("h2").focus();
}

const given = document.querySelector("[data-authorization-url]").dataset;

/** @returns {boolean} whether somebody left while we asked: then nothing may come back to this page */
function hasLeft() {
  return "left" in document.documentElement.dataset;
}

/** Go on to the LMS; replace, so that the way back does not lead to this page and straight on again. */
function goOn() {
  location.replace(given.authorizationUrl);
}

if (canKeepCookies()) {
  goOn();
} else {
  const able = await capabilities();
  const isKept = await keepInStorage(given, able);
  if (isKept && !hasLeft()) {
    goOn();
  } else if (!hasLeft()) {
    offerNewWindow(able);
  }
}
