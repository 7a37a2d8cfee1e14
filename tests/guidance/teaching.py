"""Sentences for what teachers do, so that tests read as stories."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from lti_tool.curriculum.service import read_line
from tests.door import form_token
from tests.progress.board import parse, words

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from werkzeug.test import TestResponse

    from lti_tool.curriculum.line import Line
    from lti_tool.kernel.database import Database
    from tests.door import Visit

CLASS, REMINDERS = "/guidance/class", "/guidance/reminders"


def line_of(database: Database, language: str = "nl") -> Line:
    with database.session(writes=False) as session:
        line = read_line(session, language)
    assert line is not None
    return line


def items_of(database: Database) -> list[str]:
    return [item.id for item in line_of(database).guidance.checklist]


def units_of(database: Database) -> list[str]:
    return [unit.id for module in line_of(database).modules for unit in module.units]


def post(visit: Visit, path: str, **fields: Any) -> TestResponse:
    """Press a button; a field may hold several values."""
    data = {"form_token": form_token(visit.get().text), **fields}
    return visit.client.post(visit.home + path, data=data, headers={"Sec-Fetch-Site": "same-origin"})


def tick(visit: Visit, items: list[str], **press: str) -> TestResponse:
    return post(visit, f"{CLASS}/checklist", item=items, **press)


def place_of(answer: TestResponse) -> str:
    """Where on the page an answer leads to."""
    assert answer.status_code == 303
    return answer.headers["Location"].partition("#")[2]


def elements(html: str, tag: str, **attributes: str) -> list[Element]:
    wanted = {name.replace("_", "-"): value for name, value in attributes.items()}
    return [one for one in parse(html).iter(tag) if all(one.get(name) == value for name, value in wanted.items())]


def ticked(visit: Visit) -> list[str]:
    boxes = elements(visit.get(CLASS).text, "input", type="checkbox")
    return [str(box.get("value")) for box in boxes if box.get("checked") is not None]


def status_of(visit: Visit) -> str | None:
    (body,) = elements(visit.get(CLASS).text, "body")
    return body.get("data-status")


def value_of(html: str, field: str) -> str | None:
    (found,) = elements(html, "input", id=field)
    return found.get("value")


def wrong_fields(html: str) -> list[str]:
    """The fields that the summary of what is wrong leads to."""
    return [str(link.get("href"))[1:] for box in elements(html, "div", id="wrong") for link in box.iter("a")]


def main_of(html: str) -> str:
    """The words of a page, without the bar, the places to go and the foot."""
    return words(next(iter(parse(html).iter("main"))))


def remind(visit: Visit, word: str, day: str) -> TestResponse:
    return post(visit, REMINDERS, word=word, day=day)


def reminder_words(html: str) -> list[str]:
    return [words(one) for item in elements(html, "li", data_reminder="") for one in item.iter("span")][::2]


def erase_paths(html: str) -> list[str]:
    return re.findall(r'action="[^"]*(/guidance/reminders/[a-z2-7]+/erase)"', html)
