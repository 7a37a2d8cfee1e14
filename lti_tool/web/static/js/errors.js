/**
 * On a form that is not right yet: gives the summary the focus. The end of the page's address does so by itself; this is
 * for a browser that does not follow it, such as after a reload.
 */

document.querySelector("[data-errors]")?.focus();
