"""A course with a group in use, and students who come in from the demo's course."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from lti_tool.groups.circle import place_member
from lti_tool.groups.sets import create_set, open_group
from lti_tool.people.models import CourseContext, Membership, Person
from tests.demo_lms.people import CAST
from tests.door import Visit

if TYPE_CHECKING:
    from sqlalchemy.orm import Session
    from werkzeug.test import TestResponse

    from lti_tool.kernel.database import Database
    from tests.door import Door

STUDENTS = ("amina", "bram", "nameless", "esra")
"""Of the demo's course; one of them has no name there."""


class GroupVisit(Visit):
    """A student inside, who presses on the page of the group that they are in at that moment."""

    def post(self, path: str, data: dict[str, str], **kwargs: Any) -> TestResponse:
        if path.startswith("/group/") and "group" not in data:
            found = re.search(r'name="group" value="([a-z2-7]{26})"', self.get("/group").text)
            data = data if found is None else {"group": found[1], **data}
        return super().post(path, data, **kwargs)


@dataclass
class Circle:
    """A small group, and its students inside."""

    door: Door
    database: Database
    set_id: str
    group_id: str
    visits: dict[str, GroupVisit]
    members: dict[str, str]
    """The membership of each student."""

    def read_members(self) -> None:
        """Find the memberships of everybody who has come in by now."""
        with self.database.session(writes=False) as session:
            found = session.execute(
                select(Person.subject, Membership.id).join(Membership, Membership.person_id == Person.id)
            )
            ids = {row.subject: row.id for row in found}
        named = {name: ids[one.person.id] for name, one in CAST.items() if one.person.id in ids}
        self.members = {name: named[name] for name in self.visits}

    def teacher_id(self, session: Session) -> str:
        """Return the membership of the teacher who came in."""
        return session.execute(select(Membership.id).where(Membership.role == "instructor")).scalars().first() or ""

    def place(self, person: str, number: int = 1) -> str:
        """Put somebody in a group of the set in use, and return its id."""
        with self.database.session(writes=True) as session, session.begin():
            group_id = open_group(session, self.set_id, number)
            place_member(session, set_id=self.set_id, group_id=group_id, membership_id=self.members[person])
        return group_id


@pytest.fixture
def circle(door: Door, database: Database) -> Circle:
    """Four students in one group of a course."""
    visits = {person: enter_student(door, person) for person in STUDENTS}
    with database.session(writes=True) as session, session.begin():
        context_id = session.execute(select(CourseContext.id)).scalar_one()
        set_id = create_set(session, context_id, "Groepen")
    circle = Circle(door, database, set_id, "", visits, {})
    circle.read_members()
    for person in STUDENTS:
        circle.group_id = circle.place(person)
    return circle


def enter_student(door: Door, person: str) -> GroupVisit:
    """Let a student in."""
    visit = door.enter(person)
    return GroupVisit(visit.client, visit.home)


def enter_teacher(circle: Circle, person: str = "teacher") -> Visit:
    """Let a teacher of the course in."""
    return circle.door.enter(person)
