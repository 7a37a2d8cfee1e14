/**
 * Shown in the frame at login: can this browser keep a cookie for us here?
 * If so we go on at once; if not, the page offers a window of its own, where a cookie always works.
 */

const ATTRIBUTES = "Secure; SameSite=None; Path=/; Partitioned";

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

/** Show the way through a new window, and bring keyboard and screen reader to it. */
function offerNewWindow() {
  for (const line of document.querySelectorAll("[data-wait]")) {
    line.hidden = true;
  }
  const offer = document.querySelector("[data-new-window]");
  offer.hidden = false;
  offer.querySelector("h2").focus();
}

const { authorizationUrl } = document.querySelector("[data-authorization-url]").dataset;

if (canKeepCookies()) {
  // replace, so that the way back does not lead to this page and straight on again
  location.replace(authorizationUrl);
} else {
  offerNewWindow();
}
