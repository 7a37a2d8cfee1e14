/**
 * In a private step: saves what somebody types every few seconds, as the Save button does, also while they type on: what
 * is typed in one go must not be lost when they leave suddenly. Nothing is kept in the browser. Without script the button
 * does it; with it, too.
 */

const EVERY = 3000;
const PATIENCE = 8000;
/** A browser sends no more than this from a page that is being left. */
const MOST_IN_PASSING = 60_000;

/**
 * Save a form by itself.
 *
 * @param {HTMLFormElement} form with `data-words-…` for what to say
 */
function keep(form) {
  const status = form.querySelector("[data-saved]");
  const aloud = form.querySelector("[data-said]");
  let state;
  let waiting;
  /** The saving that is under way; the next one waits for it, or it would be held against what stood there before. */
  let underWay = null;

  /** Say how it is; aloud only when that changes, or somebody who listens would hear it every few seconds. */
  function say(now, words) {
    status.textContent = words;
    if (now !== state) {
      aloud.textContent = words;
      state = now;
    }
  }

  async function save() {
    const typed = new FormData(form);
    typed.set("by_script", "yes");
    const body = new URLSearchParams(typed);
    try {
      const answer = await fetch(form.action.split("#")[0], {
        method: "POST",
        body,
        redirect: "error",
        keepalive: body.toString().length < MOST_IN_PASSING,
        signal: AbortSignal.timeout(PATIENCE),
      });
      if (!answer.ok) {
        throw new Error("not saved");
      }
      const kept = await answer.json();
      for (const [name, mark] of Object.entries(kept.seen)) {
        const seen = form.elements.namedItem(name);
        if (seen !== null) {
          seen.value = mark;
        }
      }
      if (kept.met.length > 0) {
        say("met", form.dataset.wordsMet);
      } else {
        say("kept", form.dataset.wordsKept.replace("#", kept.at));
      }
    } catch {
      say("away", form.dataset.wordsAway);
    }
  }

  function saveWhenFree() {
    clearTimeout(waiting);
    waiting = undefined;
    if (underWay !== null) {
      waiting = setTimeout(saveWhenFree, EVERY / 5);
      return;
    }
    underWay = save().finally(() => {
      underWay = null;
    });
  }

  form.addEventListener("input", () => {
    waiting ??= setTimeout(saveWhenFree, EVERY);
  });
  // Who goes on to something else on the page may be about to follow a link.
  form.addEventListener("focusout", () => {
    if (waiting !== undefined) {
      saveWhenFree();
    }
  });
  // A press saves everything itself; what is on its way is waited for, or both would seem to come from two windows. Taking
  // back waits for nothing.
  form.addEventListener("submit", (event) => {
    clearTimeout(waiting);
    waiting = undefined;
    if (underWay !== null && event.submitter?.name !== "withdraw") {
      event.preventDefault();
      underWay.then(() => form.requestSubmit(event.submitter));
    }
  });
}

for (const form of document.querySelectorAll("[data-notes]")) {
  keep(form);
}
