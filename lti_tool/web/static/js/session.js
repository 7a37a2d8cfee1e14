/**
 * The end of a visit, said ten minutes before, with one press to stay (WCAG 2.2, 2.2.1). How long it lasts the server
 * says: with the page, and again before anything is claimed here, because another tab may have used the same visit.
 *
 * At the end the page goes away, and the server's own page says that the visit has ended and how to come back. Nothing
 * stays readable: who has not pressed for two hours may have walked away from a screen that others see. For the same
 * reason a page that the browser kept in its memory is hidden until the server says that the visit goes on.
 */

const OFTEN = 30_000;

const page = document.documentElement;
const place = document.querySelector("[data-staying]");
const { timeUrl, aliveUrl, homeUrl } = place.dataset;
const warning = Number(place.dataset.warning) * 1000;

let endsAt;
let canStay;
let shown;
let isAsking = false;

/** @param {{idle: number, end: number}} left seconds, without another page and in any case */
function note({ idle, end }) {
  endsAt = Date.now() + Math.min(idle, end) * 1000;
  canStay = idle < end;
}

/**
 * @param {string} url
 * @returns {Promise<{idle: number, end: number} | "ended" | undefined>} undefined when the server does not say
 */
async function ask(url) {
  try {
    const answer = await fetch(url, { cache: "no-store" });
    if (answer.status === 401) {
      return "ended";
    }
    return answer.ok
      ? { idle: Number(answer.headers.get("Rugzak-Idle")), end: Number(answer.headers.get("Rugzak-End")) }
      : undefined;
  } catch {
    return undefined;
  }
}

/** Say something at the top of the page, or nothing any more. */
function say(what) {
  if (what !== shown) {
    shown = what;
    const words = what && document.querySelector(`template[data-${what}]`).content;
    place.replaceChildren(...(words ? [document.importNode(words, true)] : []));
  }
}

/** Go to the page that says that the visit has ended, in the language of this one. */
function goAway() {
  page.hidden = true;
  location.replace(`${homeUrl}?lang=${page.lang}`);
}

function show() {
  page.hidden = false;
  if (endsAt - Date.now() > warning) {
    say(shown === "stays" ? shown : undefined);
  } else {
    say(canStay ? "can-stay" : "cannot-stay");
  }
}

/** Ask the server how long the visit lasts, and show what follows from it. */
async function look() {
  if (isAsking || "left" in page.dataset) {
    return;
  }
  isAsking = true;
  // Not one moment longer than it lasts, also while we wait for an answer.
  page.hidden ||= Date.now() >= endsAt;
  const left = await ask(timeUrl);
  isAsking = false;
  if ("left" in page.dataset) {
    return;
  }
  if (left === "ended" || (left === undefined && page.hidden)) {
    goAway();
    return;
  }
  if (left !== undefined) {
    note(left);
  }
  show();
}

async function stay() {
  const left = await ask(aliveUrl);
  if (left === "ended") {
    goAway();
  } else if (left === undefined) {
    say("not-arrived");
  } else {
    note(left);
    // The press goes away, and the keyboard must not go with it.
    document.querySelector("main").focus({ preventScroll: true });
    say("stays");
  }
}

/** Look at the clock rather than trust a timer: a computer that slept has missed it. */
function watch() {
  const left = endsAt - Date.now();
  if (left <= 0 || (left <= warning && !["can-stay", "cannot-stay", "not-arrived"].includes(shown))) {
    look();
  }
}

place.addEventListener("click", ({ target }) => {
  if (target.dataset.action === "stay") {
    stay();
  }
});

window.addEventListener("pagehide", () => {
  page.hidden = true;
});
window.addEventListener("pageshow", ({ persisted }) => {
  if ("left" in page.dataset) {
    page.hidden = false;
  } else if (persisted) {
    // A question from before got no answer while the page lay there.
    isAsking = false;
    look();
  }
});
document.addEventListener("visibilitychange", () => {
  if (!document.hidden && endsAt - Date.now() <= warning) {
    look();
  }
});

note({ idle: Number(place.dataset.idle), end: Number(place.dataset.end) });
setInterval(watch, OFTEN);
watch();
