/** On a page that waits for something to be done elsewhere: look again by itself. Without script there is a link. */

setTimeout(() => {
  // Not for who has left in the meantime.
  if (!("left" in document.documentElement.dataset)) {
    location.reload();
  }
}, 3000);
