"""A stage for the messages between the tool and what frames it: a page around it that a test directs word for word.

The demo LMS answers as an LMS does, well or badly. Here each answer is wrong in one way only and right in all others,
so that a test fails when the tool stops looking at just that. The pages come from real servers on this computer: a page
that Playwright makes up comes from nowhere, and Chromium lets such a page frame nothing on a local network.
"""

from __future__ import annotations

import contextlib
import html
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Frame, Page

    from tests.browser.running import RunningDemo

_SCRIPT = """
window.heard = [];
// Called by any window, and said by this one: a message comes from the window whose script sends it.
window.say = (message) => (window.opened ?? top.frames.tool).postMessage(message, "*");
window.rightTo = ({ subject, message_id, key, value }) =>
  ({ subject: `${subject}.response`, message_id, key, value });
addEventListener("message", ({ origin, data }) => {
  heard.push({ origin, data, at: performance.now() });
  window.reply?.(data, rightTo(data ?? {}));
});
"""


@contextlib.contextmanager
def serving() -> Iterator[tuple[str, dict[str, str]]]:
    """Serve pages at an origin of their own, which is given with the pages by path; more can be added."""
    pages: dict[str, str] = {}

    class Pages(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = pages.get(self.path, "").encode()
            self.send_response(200 if body else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", pages
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass
class Stage:
    """A page with three frames: ``tool``, ``keeper`` of the page's own origin, and ``stranger`` of another."""

    page: Page
    demo: RunningDemo
    lms: str
    """The one origin that may be told a secret."""
    stranger: str
    pages: dict[str, dict[str, str]]
    """By origin and path."""

    def open(self, tool: str = "/support", *, around: str | None = None, script: str = "") -> Frame:
        """Show the stage, and return the tool's frame.

        :param tool: the address of the tool in its frame.
        :param around: the origin of the page around it; the LMS's when not said.
        :param script: for the page around, before the tool is there.
        """
        outer = around or self.lms
        frames = {
            "keeper": f"{self.lms}/part",
            "stranger": f"{self.stranger}/part",
            "tool": f"{self.demo.tool_url}{tool}",
        }
        head = f"<!doctype html><title>stage</title><script>{_SCRIPT}</script>"
        inside = "".join(f'<iframe name="{name}" src="{html.escape(url)}"></iframe>' for name, url in frames.items())
        for pages in self.pages.values():
            pages["/part"] = head
        self.pages[outer]["/"] = f"{head}<script>{script}</script>{inside}"
        self.page.goto(f"{outer}/")
        self.page.frame_locator("iframe[name=tool]").locator("body[data-page]").wait_for()
        return self.part("tool")

    def part(self, name: str) -> Frame:
        """Return a frame by its name."""
        found = self.page.frame(name=name)
        assert found is not None
        return found

    def reply(self, script: str, *, by: str | None = "keeper") -> None:
        """Let a window answer whatever it is asked.

        :param script: what it does; ``asked`` is the message, and ``right`` the good answer to it.
        :param by: the name of the frame, or None for the page around.
        """
        window = self.page.main_frame if by is None else self.part(by)
        window.evaluate(f"() => {{ window.reply = (asked, right) => {{ {script} }}; }}")

    def heard(self, name: str | None = "keeper") -> list[dict[str, Any]]:
        """Return what the tool told a frame, or the page around."""
        window = self.page.main_frame if name is None else self.part(name)
        found: list[dict[str, Any]] = window.evaluate("() => window.heard")
        return [message for message in found if message["origin"] == self.demo.tool_url]


@contextlib.contextmanager
def staged(page: Page, demo: RunningDemo) -> Iterator[Stage]:
    """Build the stage."""
    with serving() as (lms, pages), serving() as (stranger, others):
        yield Stage(page, demo, lms, stranger, {lms: pages, stranger: others})


def ask(tool: Frame, call: str, **given: Any) -> Any:
    """Call the tool's own script in its frame; returns what it gave, or ``refused``.

    :param call: JavaScript; ``storage`` is the module, ``given`` what the test hands over.
    """
    script = f"""async (given) => {{
      const storage = await import("/static/js/storage.js");
      try {{ return await ({call}); }} catch {{ return "refused"; }}
    }}"""
    return tool.evaluate(script, given)
