/**
 * Leaving at once: a press on *Leave this page*, or three times Shift. First the page is emptied, which always works. Then
 * the visit is ended beside it, so that our address never enters the history, and the whole window goes to the exit page.
 *
 * Browsers let a frame move the window around it only after a click in the frame, and Shift is none. Where they refuse,
 * the empty page holds one plain link. Without this script the link in the bar ends the visit and leads out by itself.
 *
 * Nothing is stored, and nothing asks whether somebody is sure.
 */

const TIMES = 3;
/** From the first release of Shift to the last, in milliseconds. */
const WITHIN = 5000;
/** Who is still here after this long gets the link: not every browser says that it refused, and some pages load slowly. */
const PATIENCE = 1000;

const wayOut = document.querySelector("[data-action=leave]");
const leaving = document.querySelector("[data-leaving]");
const exit = leaving.content.querySelector("a").getAttribute("href");
/** Older Firefox drops a request when its page goes: there the window takes the way of the link, which ends the visit. */
const way = "keepalive" in Request.prototype ? exit : wayOut.href;

let hasLeft = false;

/** Take everything away: from sight, from the keyboard, from screen readers and from memory. */
function empty() {
  document.documentElement.dataset.left = "";
  document.title = leaving.content.textContent.trim();
  const body = document.createElement("body");
  body.dataset.page = "left";
  document.body.replaceWith(body);
}

function endVisit() {
  const address = wayOut.getAttribute("href");
  if (address !== exit) {
    // The address alone ends it, so nothing else is sent along. It goes on when this page is gone.
    fetch(address, { credentials: "omit", redirect: "manual", keepalive: true }).catch(() => undefined);
  }
}

/** @returns {boolean} whether the browser let us go; not every one says so when it did not */
function goOut() {
  try {
    // In the place of the page we were on: back leads past it, as far as a browser lets us choose.
    window.top.location.replace(way);
    return true;
  } catch {
    return false;
  }
}

/** A press on a link lets us go out in our own way. If not, the link does what links do. */
function followLink(event) {
  if (goOut()) {
    event.preventDefault();
  }
}

/** Put the link on the empty page, once: nobody's finger or pointer may find another one in its place. */
function offerLink() {
  if (document.body.childElementCount === 0) {
    document.body.append(document.importNode(leaving.content, true));
    document.querySelector("a").addEventListener("click", followLink);
  }
  document.querySelector("a").focus();
}

function leave() {
  if (hasLeft) {
    return;
  }
  hasLeft = true;
  empty();
  endVisit();
  setTimeout(offerLink, PATIENCE);
}

wayOut.addEventListener("click", (event) => {
  leave();
  followLink(event);
  if (!event.defaultPrevented) {
    offerLink();
  }
});

window.addEventListener("pageshow", ({ persisted }) => {
  // Back from the browser's memory: still empty, and never what was here before.
  if (persisted && hasLeft) {
    offerLink();
  }
});

/** Listen for Shift, pressed and released alone, three times in five seconds; say softly how far it is. */
function listenForShift() {
  const { twoMore, oneMore, stayed } = leaving.dataset;
  const status = document.createElement("p");
  status.className = "hidden";
  status.setAttribute("role", "status");
  wayOut.after(status);

  let releases = 0;
  let isAlone = false;
  let forgetting;

  function forget() {
    clearTimeout(forgetting);
    releases = 0;
    isAlone = false;
    status.textContent = "";
  }

  function letPass() {
    const wasClose = releases > 1;
    forget();
    status.textContent = wasClose ? stayed : "";
  }

  function count() {
    releases += 1;
    if (releases === TIMES) {
      forget();
      leave();
      if (!goOut()) {
        offerLink();
      }
    } else {
      status.textContent = releases === 1 ? twoMore : oneMore;
    }
    if (releases === 1) {
      forgetting = setTimeout(letPass, WITHIN);
    }
  }

  function hear(event) {
    const { type, key, repeat } = event;
    if (key !== "Shift") {
      forget();
    } else if (type === "keydown") {
      // Held down it repeats itself, also after it was used with another key.
      isAlone = repeat ? isAlone : !(event.ctrlKey || event.altKey || event.metaKey);
    } else if (isAlone) {
      // A release without a press here belongs to something begun elsewhere, such as Shift and Tab into this frame.
      isAlone = false;
      count();
    }
  }

  // Before anything on the page can keep them for itself.
  for (const type of ["keydown", "keyup"]) {
    window.addEventListener(type, hear, { capture: true });
  }
  // Shift with a click or a wheel is Shift used for something else.
  for (const type of ["pointerdown", "wheel"]) {
    window.addEventListener(type, forget, { capture: true, passive: true });
  }
}

if (document.body.dataset.shortcut !== "off") {
  listenForShift();
}
