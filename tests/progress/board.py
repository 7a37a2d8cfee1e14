"""Reading the teacher's board and a student's overview back from their pages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import html5lib

from lti_tool.kernel.ids import new_id
from lti_tool.people.models import CourseContext, Membership, Person
from tests.content import NOTICED, STEP_IDS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from xml.etree.ElementTree import Element

    from sqlalchemy.orm import Session

    from tests.door import Visit

FIRST, SECOND, THIRD, *_ = STEP_IDS
"""The first steps of the real content. A notice stands before the third."""
DONE, NOT_STARTED = "done", "not-started"


def statuses_of(*done: str) -> tuple[str, ...]:
    """What a row of the board says of somebody who pressed these steps."""
    return tuple(DONE if step in done else NOT_STARTED for step in STEP_IDS)


@dataclass(frozen=True)
class Row:
    """One student on the board, as a reader of the page sees it."""

    name: str
    statuses: tuple[str, ...]


@lru_cache(maxsize=32)  # A test asks several things of one page.
def parse(html: str) -> Element:
    """Read a page as people get it: what waits in a template is not there. Nobody changes what comes back."""
    tree: Element = html5lib.parse(html, namespaceHTMLElements=False)
    for element in list(tree.iter()):
        for waiting in element.findall("template"):
            element.remove(waiting)
    return tree


def words(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())


def board_rows(html: str) -> list[Row]:
    """The students on a page of the board, in order, with the steps of the part that it shows."""
    return [
        Row(words(row[0]), tuple(str(cell.get("data-status")) for cell in row[1:]))
        for body in parse(html).iter("tbody")
        for row in body
        if row.get("data-row") is None
    ]


def parts_of(html: str) -> list[str]:
    """The addresses of the parts of the board, below a visit; none where there is one part alone."""
    links = (link for link in parse(html).iter("a") if link.get("data-action") == "part")
    return [re.sub(r"^/s/[\w-]{43}|#.*$", "", link.get("href") or "") for link in links]


def board_of(visit: Visit, path: str = "/") -> dict[str, tuple[str, ...]]:
    """The students on a teacher's board, with the steps of all its parts."""
    response = visit.get(path)
    assert response.status_code == 200
    board: dict[str, tuple[str, ...]] = {}
    for part in parts_of(response.text) or [path]:
        rows = {row.name: row.statuses for row in board_rows(visit.get(part).text)}
        assert not board or set(rows) == set(board), "the parts of a board name different people"
        board = {name: board.get(name, ()) + statuses for name, statuses in rows.items()}
    return board


def step_statuses(html: str) -> dict[str | None, str | None]:
    """The steps of a student's overview, by number, with their status."""
    return {item.get("data-step"): item.get("data-status") for item in parse(html).iter("li") if item.get("data-step")}


def body_of(html: str) -> Element:
    return next(iter(parse(html).iter("body")))


def text_of(step: str) -> str:
    """The address of the text of a step, below a visit: behind its notice, where it has one."""
    return f"/step/{step}/1" if step in NOTICED else f"/step/{step}"


def language_of(html: str) -> str | None:
    return parse(html).get("lang")


def press(visit: Visit, step: str = FIRST, done: str = "yes") -> int:
    return visit.post(f"/step/{step}/done", {"done": done}).status_code


def normalise(html: str, *names: str) -> str:
    """Take out of a page what must differ from person to person: address, form token, names."""
    html = re.sub(r"/s/[\w-]{43}", "/s/TOKEN", html)
    html = re.sub(r'(name="form_token" value=")[\w-]+', r"\1TOKEN", html)
    for name in names:
        html = html.replace(name, "SOMEBODY")
    return html


def enrol(session: Session, course_title: str, names: Iterable[str | None]) -> list[str]:
    """Put students in a course that a launch made, and return their ids; for when launching each would take long."""
    context = session.query(CourseContext).filter_by(title=course_title).one()
    registration = session.query(Person).first()
    assert registration is not None
    people = []
    for name in names:
        person = Person(id=new_id(), registration_id=registration.registration_id, subject=new_id(), display_name=name)
        session.add(person)
        people.append(person)
    session.flush()
    session.add_all(
        Membership(id=new_id(), context_id=context.id, person_id=person.id, role="learner", is_test_user=False)
        for person in people
    )
    session.commit()
    return [person.id for person in people]
