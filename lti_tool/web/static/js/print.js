/**
 * On a page made to be printed: a button that prints it. Without script the page says to use the browser's own.
 *
 * What somebody wrote for themselves is left out, unless they open the line that offers it and press there (EXT-11).
 *
 * Where somebody can type, what they typed is put on the paper whole, however long it is; and it is gone from the page
 * when they leave it, also for who comes back with the browser's back button. It never leaves the page.
 */

for (const press of document.querySelectorAll("[data-print]")) {
  press.hidden = false;
  press.querySelector("button").addEventListener("click", () => window.print());
}
for (const line of document.querySelectorAll("[data-print-by-hand]")) {
  line.hidden = true;
}

for (const offer of document.querySelectorAll("[data-print-own]")) {
  offer.hidden = false;
  offer.querySelector("button").addEventListener("click", () => {
    document.documentElement.classList.add("prints-own");
    window.print();
  });
}
window.addEventListener("afterprint", () => document.documentElement.classList.remove("prints-own"));

const fields = [...document.querySelectorAll("textarea")];

window.addEventListener("beforeprint", () => {
  for (const field of fields) {
    const paper = document.createElement("p");
    paper.className = "on-paper";
    paper.textContent = field.value;
    field.after(paper);
    field.hidden = true;
  }
});

window.addEventListener("afterprint", () => {
  for (const field of fields) {
    field.hidden = false;
    field.nextElementSibling?.remove();
  }
});

window.addEventListener("pagehide", () => {
  for (const field of fields) {
    field.value = "";
  }
});
