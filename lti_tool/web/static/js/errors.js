/**
 * On a form that is not right yet: gives the summary the focus. The address of the page does so too, by its end; some
 * browsers do not follow that inside a frame.
 */

document.querySelector("[data-errors]")?.focus();
