"""Who takes part in a course: the one place that says so.

Today that is everyone who has come in from the course. Whom the LMS lists as well, once its names-and-roles service is
read, is added here, and nobody who asks for the roster notices the difference.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, case, false, func, or_, select

from lti_tool.kernel.errors import RugzakError
from lti_tool.lti.models import Deployment, Registration
from lti_tool.people.models import CourseContext, Membership, Person
from lti_tool.people.roles import Role

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import ColumnElement, Connection
    from sqlalchemy.orm import Session


def counts_as_student(membership: Any) -> Any:
    """Return the condition that a membership, maybe under another name in a statement, is a student's.

    A teacher who looks as a student does is none.
    """
    return (membership.role == Role.LEARNER) & membership.is_test_user.is_(False)


is_student = counts_as_student(Membership)
by_name: tuple[Any, ...] = (Person.display_name.is_(None), func.lower(Person.display_name), Person.id)
"""The order of every list of people: by name, and at its end who has none."""

_COLUMNS = (
    Membership.id.label("membership_id"),
    Person.id.label("person_id"),
    Person.display_name,
    Membership.sections,
    Membership.lms_groups,
)
_IN_COURSE = (
    select(*_COLUMNS)
    .join(Person, Person.id == Membership.person_id)
    .where(Membership.context_id == bindparam("context_id"))
    .order_by(*by_name)
)
_TEACHERS = _IN_COURSE.where(Membership.role == Role.INSTRUCTOR)


_COURSES = (
    select(
        CourseContext.id,
        CourseContext.title,
        Deployment.registration_id,
        Registration.name.label("institution"),
        func.count(case((is_student, 1))).label("students"),
        func.count(case((Membership.role == Role.INSTRUCTOR, 1))).label("teachers"),
    )
    .join(Deployment, Deployment.id == CourseContext.deployment_id)
    .join(Registration, Registration.id == Deployment.registration_id)
    .outerjoin(Membership, Membership.context_id == CourseContext.id)
    .group_by(CourseContext.id, CourseContext.title, Deployment.registration_id, Registration.name)
    .order_by(Registration.name, CourseContext.title, CourseContext.id)
)


class RosterError(RugzakError):
    """There is no such course."""


@dataclass(frozen=True)
class CourseEntry:
    """A course that somebody has come in from."""

    course_id: str
    title: str | None
    registration_id: str
    institution: str
    """What the registration is called."""
    students: int
    teachers: int


@dataclass(frozen=True)
class RosterEntry:
    """Somebody on the roster."""

    membership_id: str
    person_id: str
    name: str | None
    sections: frozenset[str]
    """The LMS's ids of the sections they are in."""
    lms_groups: frozenset[str]
    """The LMS's ids of the small groups they are in there."""


def read_students(
    database: Session | Connection, context_id: str, sections: frozenset[str] | None = None
) -> tuple[RosterEntry, ...]:
    """Return the students of a course, by name.

    :param sections: only those in one of these sections of the LMS; None for all.
    """
    wanted = _IN_COURSE.where(is_student)
    if sections is not None:
        wanted = wanted.where(in_sections(sections))
    return tuple(_entry(row) for row in database.execute(wanted, {"context_id": context_id}))


def lock_members(session: Session, membership_ids: Iterable[str]) -> None:
    """Hold people in a course until this transaction ends: what they are there, and what they save, waits meanwhile.

    In one order for all, so that nobody waits for each other. Whoever holds groups as well holds people first.
    """
    held = select(Membership.id).where(Membership.id.in_(sorted(set(membership_ids)))).order_by(Membership.id)
    session.execute(held.with_for_update(key_share=True))


def read_teachers(database: Session | Connection, context_id: str) -> tuple[RosterEntry, ...]:
    """Return who teaches a course, by name."""
    return tuple(_entry(row) for row in database.execute(_TEACHERS, {"context_id": context_id}))


def read_courses(database: Session | Connection, course_id: str | None = None) -> tuple[CourseEntry, ...]:
    """Return the courses, with how many are on the roster of each.

    :param course_id: only this one.
    :raises RosterError: when there is no such course.
    """
    wanted = _COURSES if course_id is None else _COURSES.where(CourseContext.id == course_id)
    found = tuple(CourseEntry(*row) for row in database.execute(wanted))
    if course_id is not None and not found:
        message = f"there is no course {course_id!r}; see: flask --app wsgi roster courses"
        raise RosterError(message)
    return found


def in_sections(sections: frozenset[str]) -> ColumnElement[bool]:
    """Return the condition that a membership is in one of some sections; with none, it holds for nobody."""
    # Taking it out changes the text only where it stands there. LIKE would take "a" for "A" on SQLite.
    stored = Membership.sections
    return or_(false(), *(func.replace(stored, f",{one},", "") != stored for one in sorted(sections)))


def pack_ids(ids: Sequence[str], most: int) -> str | None:
    """Write ids of the LMS as they are stored, each between commas; as many as fit, and None for none.

    :param most: how many characters fit.
    """
    packed = ","
    for one in sorted(set(ids)):
        if one and "," not in one and len(packed) + len(one) + 1 <= most:
            packed += f"{one},"
    return None if packed == "," else packed


def unpack_ids(packed: str | None) -> frozenset[str]:
    """Read ids that :func:`pack_ids` wrote."""
    return frozenset(one for one in (packed or "").split(",") if one)


def _entry(row: Any) -> RosterEntry:
    return RosterEntry(
        row.membership_id,
        row.person_id,
        row.display_name,
        unpack_ids(row.sections),
        unpack_ids(row.lms_groups),
    )
