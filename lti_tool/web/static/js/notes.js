/**
 * In a private step: saves what somebody types a moment after they pause, as the Save button does. Nothing is kept in the
 * browser. Without script the button does it; with it, too.
 */

const PAUSE = 2500;

/**
 * Save a form by itself.
 *
 * @param {HTMLFormElement} form with `data-words-…` for what to say
 */
function keep(form) {
  const status = form.querySelector("[data-saved]");
  let waiting;
  let underWay = null;

  async function save() {
    underWay = new AbortController();
    const typed = new FormData(form);
    typed.set("by_script", "yes");
    try {
      const answer = await fetch(form.action.split("#")[0], {
        method: "POST",
        body: new URLSearchParams(typed),
        redirect: "error",
        signal: underWay.signal,
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
      status.textContent = kept.met.length > 0 ? form.dataset.wordsMet : form.dataset.wordsKept.replace("#", kept.at);
    } catch (error) {
      if (error.name !== "AbortError") {
        status.textContent = form.dataset.wordsAway;
      }
    }
    underWay = null;
  }

  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(save, PAUSE);
  });
  // A press saves everything itself, and what is on its way must not come after it.
  form.addEventListener("submit", () => {
    clearTimeout(waiting);
    underWay?.abort();
  });
  // Nothing is sent by a page that nobody looks at any more: leaving is at once (EXT-13).
  window.addEventListener("pagehide", () => clearTimeout(waiting));
}

for (const form of document.querySelectorAll("[data-notes]")) {
  keep(form);
}
