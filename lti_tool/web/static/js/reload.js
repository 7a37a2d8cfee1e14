/** On a page that waits for something to be done elsewhere: look again by itself. Without script there is a link. */

setTimeout(() => location.reload(), 3000);
