"""Walks through every page there is, for sweeps and for pictures."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from tests.browser.class_in_groups import AGREEING, GLASSES, LEARNT, LISTENING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.browser.pages import Lms, Tool

WALKERS = ("amina", "teacher", "mentor", "coordinator", "esra", "bram", "milan")
"""Who walks, in the class in groups: the first four through everything that they can open."""
_GROUPS_ONLY = ("esra", "bram", "milan")
"""Students of whom only the pages of groups differ: theirs is complete, goes on without them, or is to be chosen."""
_OF_GROUPS = re.compile(rf"/s/[\w-]{{43}}/(groups?\b.*|.*({AGREEING}|{LEARNT}|{GLASSES}|{LISTENING}).*)")
_ID = re.compile(r"(?<=/)[0-9a-z]{26}(?=/|$)", re.IGNORECASE)
_MOST_OF_ONE_KIND = 2
"""Of the pages of 26 students, and of their groups, two stand for all."""


def every_page(lms: Lms, person: str, language: str) -> Iterator[Tool]:
    """Walk through everything that somebody can open, in the frame of the LMS."""
    yield from every_page_from(lms.open_activity(person, language=language), groups_only=person in _GROUPS_ONLY)


def every_page_from(tool: Tool, *, groups_only: bool = False) -> Iterator[Tool]:
    """Walk through everything that links lead to, each address once; what opens in place is open.

    Then through the pages of groups that only a press leads to.

    :param groups_only: nothing but the pages of groups.
    """
    home = tool.frame.url.split("#")[0].rstrip("/")
    begin = "/" if not groups_only else "/group" if tool.role == "learner" else "/groups"
    waiting, met, kinds = [home + begin], set[str](), Counter[str]()
    if groups_only:
        waiting += tool.frame.locator("[data-action=open-step]").evaluate_all("links => links.map(a => a.href)")
        waiting = [address for address in waiting if _OF_GROUPS.search(address)]
    pressed = False
    while waiting:
        address = waiting.pop(0)
        met.add(address)
        tool.frame.goto(address)
        _open_all(tool)
        yield tool
        # A file is no page to walk through.
        links = tool.frame.locator("a[href]:not([download])").evaluate_all(
            "links => links.map(a => a.href.split('#')[0])"
        )
        for link in dict.fromkeys(links):
            if not link.startswith(home) or link in met or link in waiting or link.endswith("/leave"):
                continue
            kind = _ID.sub("…", link)
            kinds[kind] += 1
            is_another = kind == link or kinds[kind] <= _MOST_OF_ONE_KIND
            waiting += [link] if is_another and (not groups_only or _OF_GROUPS.search(link)) else []
        if not pressed and tool.frame.locator("[data-action=done]").count():
            # Once is enough: the end of a step is the same for all of them.
            pressed = True
            tool.press("done")
            yield tool
            tool.press("not-done")
    yield from _answers_from(tool, home)


def _open_all(tool: Tool) -> None:
    tool.frame.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")


LIST = """Amina Haddou; 1
Eline de Boer; 1
Bram de Wit; 1
Milan Pinas; 6
Priya Ramdin; 7
Priya Ramdin; 8
Iemand van een andere opleiding; 2
"""
"""A list that gives a plan, and leaves something to say: who is nobody here, and who stands in two groups."""


def _answers_from(tool: Tool, home: str) -> Iterator[Tool]:
    """Walk through the pages of groups that only a press leads to: what comes back, and why."""
    long, member, teacher = "lang " * 500, "/group", "/groups"
    met = {"seen-tips": "another", "seen-reading-els": "another"}
    presses: tuple[tuple[str, str, dict[str, str]], ...] = (
        (f"{member}/agreements", "propose", {"own-1": long}),
        (f"{member}/agreements", "propose", {"version": "999", "own-1": "We luisteren."}),
        (member, "name-group", {"name": long}),
        (member, "accept", {"version": "999"}),
        (f"/step/{LISTENING}", "save-product", {"text-tips": long}),
        (f"/step/{LISTENING}", "save-product", {"text-tips": "Iets anders.", **met}),
        (f"/step/{GLASSES}/1", "save-product", {"text-reading-els": "Iets anders.", **met}),
        (teacher, "begin-set", {"title": ""}),
        (f"{teacher}/form", "form", {"size": "99"}),
        (f"{teacher}/list", "match-list", {"list": ""}),
        (f"{teacher}/list", "match-list", {"list": "Niemand; 1"}),
        (f"{teacher}/list", "match-list", {"list": LIST}),
        (f"{teacher}/plan", "place", {"number": "nul"}),
        (f"{teacher}#student", "keep-apart", {"name": "Niemand"}),
        (f"{teacher}#group", "give-feedback", {"feedback": long}),
    )
    for path, action, values in presses:
        address, _, link = path.partition("#")
        answer = tool.frame.goto(home + address)
        if answer is None or answer.status != 200:
            continue
        if link:
            _open_all(tool)
            tool.press(link)
        if tool.frame.locator(f"[data-action={action}]").count():
            send(tool, action, values)
            _open_all(tool)
            yield tool


def send(tool: Tool, action: str, values: dict[str, str]) -> None:
    """Fill in a form, its hidden fields too, and press."""
    tool.frame.locator(f"[data-action={action}]").first.evaluate(
        """(press, values) => {
          for (const [name, value] of Object.entries(values)) {
            const field = press.form.elements.namedItem(name);
            if (field) { field.value = value; }
          }
        }""",
        values,
    )
    tool.press(action)


def public_pages(lms: Lms, language: str) -> Iterator[Tool]:
    """Walk through what is there without a session."""
    yield lms.open_activity("amina", language=language, knob="no_context")
    yield lms.open_activity("amina", language=language, knob="wrong_key")
    tool = lms.tool()
    for path in ("/support", "/safety", "/accessibility", "/who-sees-what", "/device", "/", "/nothing-here"):
        tool.frame.goto(f"{lms.demo.tool_url}{path}?lang={language}")
        yield tool
