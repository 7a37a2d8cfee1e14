"""Driving a tool: whole launches and single pages, with a fixed number of them under way at once."""

from __future__ import annotations

import asyncio
import html
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from benchmarks.browser import Browser, NoAnswerError
from benchmarks.lms import COURSE

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from benchmarks.browser import Answer
    from benchmarks.lms import Lms
    from benchmarks.tool import Tool
    from tests.demo_lms.platform import Person

AT_ONCE = 8


class WrongAnswerError(Exception):
    """The tool answered, and not as it should."""


@dataclass
class Visit:
    """One person's way in: the browser, and where it is."""

    person: Person
    browser: Browser
    location: str = ""
    form: dict[str, str] = field(default_factory=dict)
    home: str = ""
    page: str = ""
    seconds: dict[str, float] = field(default_factory=dict)


@dataclass
class Outcome:
    """What was done, inside the clock."""

    visits: list[Visit] = field(default_factory=list)
    clock_seconds: float = 0.0
    latencies: dict[str, list[float]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)


async def launch_people(tool: Tool, lms: Lms, people: Sequence[Person]) -> Outcome:
    """Let people in, in three stages: all logins, all signatures, all launches with the page they lead to.

    Signing costs this process as much as all else, so it happens with the clock stopped and the tool idle.
    """
    outcome = Outcome()
    begun = [Visit(person, Browser(tool.port)) for person in people]
    await all_at_once(begun, lambda visit: _log_in(visit, lms, tool), outcome)
    ready = [visit for visit in begun if visit.location]
    for visit in ready:
        visit.form = lms.launch_form(visit.person, visit.location, tool.target)
    await all_at_once(ready, _launch, outcome)
    outcome.visits = [visit for visit in ready if visit.page]
    for name in ("login", "launch", "home"):
        outcome.latencies[name] = [visit.seconds[name] for visit in outcome.visits]
    outcome.latencies["together"] = [sum(visit.seconds.values()) for visit in outcome.visits]
    return outcome


async def get_pages(visits: Sequence[Visit], path: str, count: int, expected: str) -> Outcome:
    """Ask for the same kind of page again and again, as several people."""
    outcome = Outcome(latencies={"page": []})
    left = iter(range(count))

    async def ask(visit: Visit) -> None:
        for _ in left:
            began = time.perf_counter()
            answer = await visit.browser.get(visit.home + path)
            outcome.latencies["page"].append(time.perf_counter() - began)
            _expect(answer, expected)

    await all_at_once(list(visits[:AT_ONCE]), ask, outcome)
    return outcome


async def all_at_once(visits: list[Visit], act: Callable[[Visit], Awaitable[None]], outcome: Outcome) -> None:
    waiting = iter(visits)

    async def work() -> None:
        for visit in waiting:
            try:
                await act(visit)
            except (NoAnswerError, WrongAnswerError, ValueError) as error:
                outcome.errors.append(f"{type(error).__name__}: {error}")

    began = time.perf_counter()
    await asyncio.gather(*(work() for _ in range(AT_ONCE)))
    outcome.clock_seconds += time.perf_counter() - began


async def _log_in(visit: Visit, lms: Lms, tool: Tool) -> None:
    began = time.perf_counter()
    answer = await visit.browser.post("/lti/login", lms.login_form(visit.person, tool.target))
    visit.seconds["login"] = time.perf_counter() - began
    if answer.status != 302:
        raise WrongAnswerError(f"the login answered {answer.status}")
    visit.location = answer.headers["location"]


async def _launch(visit: Visit) -> None:
    began = time.perf_counter()
    answer = await visit.browser.post("/lti/launch", visit.form)
    launched = time.perf_counter()
    if answer.status != 303:
        raise WrongAnswerError(f"the launch answered {answer.status}")
    home = urlsplit(answer.headers["location"]).path
    answer = await visit.browser.get(home)
    visit.seconds["launch"] = launched - began
    visit.seconds["home"] = time.perf_counter() - launched
    _expect(answer, f"{visit.person.name}")
    _expect(answer, COURSE.title)
    visit.home, visit.page = home.rstrip("/"), answer.body.decode()


def _expect(answer: Answer, text: str) -> None:
    if answer.status != 200 or html.escape(text).encode() not in answer.body:
        raise WrongAnswerError(f"a page answered {answer.status}, or without “{text}”")


def close(visits: Sequence[Visit]) -> None:
    for visit in visits:
        visit.browser.close()
