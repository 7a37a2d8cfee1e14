/**
 * On the public page of contacts: a way back for who came from a page of ours in this same frame.
 * The page itself does not know where anybody came from. The browser does, and says no more than whether there is
 * something of ours to go back to; where it does not say, the sentence on the page is enough.
 */

if (window.navigation?.canGoBack) {
  const back = document.querySelector("[data-back]");
  back.hidden = false;
  back.querySelector("button").addEventListener("click", () => history.back());
}
