/**
 * Shown in the frame at a launch without a cookie: ask the LMS for the secret that it kept at the login, let it forget
 * the secret, and send it on. When that fails, the page says what to do.
 */

import { capabilities, findStorage, get, put } from "./storage.js";

const form = document.querySelector("form");

const wait = document.querySelector("[data-wait]");
const help = document.querySelector("[data-failed]");

/** Say that it did not work, and bring keyboard and screen reader to it. */
function sayWhatToDo() {
  wait.hidden = true;
  help.classList.remove("late");
  help.hidden = false;
  help.querySelector("h2").focus();
}

/** Ask, and go on with the answer; else say what to do. */
async function verify() {
  // The help is in the page for who has no script; with script it has to wait for an answer.
  help.hidden = true;
  wait.hidden = false;
  try {
    const place = findStorage("lti.get_data", form.dataset, await capabilities({ hasAnswered: true }));
    form.elements.value.value = await get(place, form.dataset.storageKey);
    await put(place, form.dataset.storageKey, null).catch(() => undefined);
    form.submit();
  } catch {
    sayWhatToDo();
  }
}

const again = document.querySelector("[data-action=try-again]");
again.hidden = false;
again.addEventListener("click", verify);
await verify();
