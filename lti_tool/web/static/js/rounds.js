/**
 * A clock for the rounds of a group: it counts down on this screen, makes no sound and keeps nothing. Nobody has to use
 * it, and without script it is not there.
 */

/**
 * Let a clock run.
 *
 * @param {HTMLElement} timer the part of the page that shows it
 * @param {number[]} minutes of each round
 */
function run(timer, minutes) {
  const start = timer.querySelector("[data-action=start-round]");
  const stop = timer.querySelector("[data-action=stop-round]");
  const left = timer.querySelector("[data-left]");
  let round = 0;
  let ticking;

  function show(seconds) {
    left.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  }

  /** Offer the next round, or say that there is none left. Where the keyboard stood on a press, it stays at the clock. */
  function offerNext() {
    clearInterval(ticking);
    const stands = document.activeElement === stop;
    stop.hidden = true;
    const isOver = round >= minutes.length;
    start.hidden = isOver;
    start.textContent = start.dataset.words.replace("#", String(round + 1));
    if (isOver) {
      left.textContent = start.dataset.end;
    }
    if (stands) {
      (isOver ? left : start).focus();
    }
  }

  function begin() {
    // By the clock, not by counting: a screen that sleeps misses its ticks.
    const end = Date.now() + minutes[round] * 60_000;
    show(minutes[round] * 60);
    round += 1;
    start.hidden = true;
    stop.hidden = false;
    stop.focus();
    ticking = setInterval(() => {
      const seconds = Math.max(0, Math.ceil((end - Date.now()) / 1000));
      show(seconds);
      if (seconds === 0) {
        offerNext();
      }
    }, 500);
  }

  start.addEventListener("click", begin);
  stop.addEventListener("click", () => {
    if (!stop.hidden) {
      left.textContent = "";
      offerNext();
    }
  });
  offerNext();
  timer.hidden = false;
}

const found = document.querySelector("[data-timer]");
if (found !== null) {
  run(
    found,
    Array.from(document.querySelectorAll(".rounds > li"), (round) => Number(round.dataset.minutes)),
  );
}
