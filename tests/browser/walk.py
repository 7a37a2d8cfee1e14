"""Walks through every page there is, for sweeps and for pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.browser.pages import Lms, Tool


def every_page(lms: Lms, person: str, language: str) -> Iterator[Tool]:
    """Walk through everything that somebody can open, in the frame of the LMS."""
    yield from every_page_from(lms.open_activity(person, language=language))


def every_page_from(tool: Tool) -> Iterator[Tool]:
    """Walk through everything that links lead to, each address once; what opens in place is open."""
    home = tool.frame.url.split("#")[0].rstrip("/")
    waiting, met = [home + "/"], set()
    pressed = False
    while waiting:
        address = waiting.pop(0)
        met.add(address)
        tool.frame.goto(address)
        tool.frame.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
        yield tool
        # A file is no page to walk through.
        links = tool.frame.locator("a[href]:not([download])").evaluate_all(
            "links => links.map(a => a.href.split('#')[0])"
        )
        waiting += [
            link
            for link in dict.fromkeys(links)
            if link.startswith(home) and link not in met and link not in waiting and not link.endswith("/leave")
        ]
        if not pressed and tool.frame.locator("[data-action=done]").count():
            # Once is enough: the end of a step is the same for all of them.
            pressed = True
            tool.press("done")
            yield tool
            tool.press("not-done")


def public_pages(lms: Lms, language: str) -> Iterator[Tool]:
    """Walk through what is there without a session."""
    yield lms.open_activity("amina", language=language, knob="no_context")
    yield lms.open_activity("amina", language=language, knob="wrong_key")
    tool = lms.tool()
    for path in ("/support", "/safety", "/accessibility", "/who-sees-what", "/device", "/", "/nothing-here"):
        tool.frame.goto(f"{lms.demo.tool_url}{path}?lang={language}")
        yield tool
