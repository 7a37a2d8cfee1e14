// An LMS sends its launches by itself; without script the page shows a button.
document.getElementById("send").submit();
