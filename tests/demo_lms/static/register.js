// Closes the tool's registration page when it says that it is done (LTI Dynamic Registration 1.0), and shows the tools.
{
  window.rugzakMessages = [];
  const frame = document.querySelector("iframe[name=registration]");

  const close = (source) => {
    if (source === frame?.contentWindow) {
      frame.remove();
      location.assign(document.querySelector("[data-lms-action=back]").href);
    } else if (source.opener === window) {
      source.close();
      location.reload();
    } else return false;
    return true;
  };

  addEventListener("message", (event) => {
    const subject = event.data?.subject;
    if (typeof subject !== "string") return;
    const answered = subject === "org.imsglobal.lti.close" && close(event.source);
    window.rugzakMessages.push({ subject, origin: event.origin, answered });
  });
}
