/**
 * The last page of a registration: a button that closes the frame or window in which the learning environment opened it
 * (LTI Dynamic Registration 1.0, 3.7). Without this script the page says that it can be closed by hand.
 */

const platform = window.parent === window ? window.opener : window.parent;

if (platform !== null) {
  const press = document.querySelector("[data-close]");
  press.hidden = false;
  document.querySelector("[data-close-by-hand]").hidden = true;
  press.querySelector("button").addEventListener("click", () => {
    // To anybody: it says nothing but that we are done, and the frame may stand on another site than the platform named.
    platform.postMessage({ subject: "org.imsglobal.lti.close" }, "*");
    window.close();
  });
}
