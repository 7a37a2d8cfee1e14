/**
 * Tell the LMS around us how tall the page would like its frame to be (lti.frameResize), for those that listen.
 *
 * Never taller than what fits on the screen: in a frame as long as the page, the bar with *Leave this page* would
 * scroll away with the LMS's page. So a long page scrolls inside its own frame.
 */

/** What the browser and the LMS take for themselves above and below. */
const AROUND = 220;
const STEP = 50;

/** @returns {number} the height that suits the page, in whole pixels */
function wanted() {
  const page = document.body.getBoundingClientRect().height;
  // In steps, so that a line more or less is not worth a message.
  return Math.min(window.screen.availHeight - AROUND, Math.ceil(page / STEP) * STEP);
}

let asked = 0;

function ask() {
  const height = wanted();
  // It only ever grows: what the LMS gave is room that a short page does no harm in.
  if (height > window.innerHeight && height !== asked) {
    asked = height;
    // A number that says nothing about anybody, so whoever frames us may read it.
    window.parent.postMessage({ subject: "lti.frameResize", height }, "*");
  }
}

if (window.parent !== window) {
  let waiting;
  new ResizeObserver(() => {
    clearTimeout(waiting);
    waiting = setTimeout(ask, 100);
  }).observe(document.body);
}
