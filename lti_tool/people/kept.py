"""What is kept of somebody: each room says so here, for the person to see, to take along and to have erased.

A test holds every table about people to this list: it is told and handed out here, or there is a reason why not, and
it goes when the person goes (STO-7, STO-8).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from lti_tool.people.models import CoordinatorGrant, CourseContext, LaunchSession, Membership, Person
from lti_tool.web.languages import lazy_gettext as _

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date, tzinfo

    from flask_babel import LazyString
    from sqlalchemy import Connection
    from sqlalchemy.orm import Session

    from lti_tool.kernel.key_ring import KeyRing
    from lti_tool.kernel.key_store import KeyStore

    Row = dict[str, str]


@dataclass(frozen=True)
class Looking:
    """Somebody who looks at what is kept of them."""

    database: Session | Connection
    key_ring: KeyRing
    key_store: KeyStore
    person_id: str
    courses: Mapping[str, str]
    """Their memberships, each with what its course is called."""
    contexts: Mapping[str, str]
    """Their memberships, each with our id of its course."""
    locale: str
    today: date
    zone: tzinfo


@dataclass(frozen=True)
class Kept:
    """Something that is kept of people."""

    name: str
    """What it is called in the file for machines."""
    tables: tuple[str, ...]
    title: LazyString
    why: LazyString
    until: LazyString
    labels: Mapping[str, LazyString]
    """What people call each value, in the order in which they stand."""
    read: Callable[[Looking], list[Row]]
    is_text: bool = False
    """Whether it holds what somebody wrote: then it is in what they take along, and not on the page."""
    erase: Callable[[Session, KeyStore, Sequence[str]], int] | None = None
    """Erases what some memberships wrote, the keys first, and returns how much it was. Everything else goes with its
    person."""


_kept: dict[str, Kept] = {}
_not_handed_out: dict[str, str] = {}


def register_kept(kept: Kept) -> None:
    """Say what a room keeps of people.

    :raises ValueError: when somebody says so already.
    """
    if kept.name in _kept:
        message = f"what is kept as {kept.name} is told already"
        raise ValueError(message)
    _kept[kept.name] = kept


def keep_back(table: str, because: str) -> None:
    """Say of a table about people why it is not handed out by itself."""
    _not_handed_out[table] = because


def everything_kept() -> Sequence[Kept]:
    """Return all that is kept of people, in the order in which the rooms say it."""
    return tuple(_kept.values())


def kept_back() -> Mapping[str, str]:
    """Return which tables about people are not handed out by themselves, and why."""
    return _not_handed_out


def look_at(  # noqa: PLR0913 (each is something that a room may need)
    database: Session | Connection,
    person_id: str,
    *,
    key_ring: KeyRing,
    key_store: KeyStore,
    locale: str,
    today: date,
    zone: tzinfo,
) -> Looking:
    """Begin to look at what is kept of somebody, in all of their courses."""
    found = (
        select(Membership.id, Membership.context_id, CourseContext.title, CourseContext.lms_context_id)
        .join(CourseContext, CourseContext.id == Membership.context_id)
        .where(Membership.person_id == person_id)
        .order_by(CourseContext.title, Membership.id)
        .limit(1000)
    )
    rows = database.execute(found).all()
    courses = {row.id: row.title or row.lms_context_id for row in rows}
    contexts = {row.id: row.context_id for row in rows}
    return Looking(database, key_ring, key_store, person_id, courses, contexts, locale, today, zone)


def write_day(day: date) -> str:
    """Write a day for a file: the same in every language."""
    return day.isoformat()


def _read_person(looking: Looking) -> list[Row]:
    found = select(Person.subject, Person.display_name, Person.chosen_locale).where(Person.id == looking.person_id)
    return [
        {"lms_id": row.subject, "name": row.display_name or "", "language": row.chosen_locale or ""}
        for row in looking.database.execute(found)
    ]


def _read_memberships(looking: Looking) -> list[Row]:
    found = (
        select(Membership.id, Membership.role, Membership.lms_groups, Membership.sections)
        .where(Membership.person_id == looking.person_id)
        .order_by(Membership.id)
    )
    return [
        {
            "course": looking.courses[row.id],
            "role": row.role,
            "lms_groups": (row.lms_groups or "").strip(","),
            "sections": (row.sections or "").strip(","),
        }
        for row in looking.database.execute(found)
        if row.id in looking.courses
    ]


def _read_sessions(looking: Looking) -> list[Row]:
    found = (
        select(LaunchSession.membership_id, LaunchSession.touched_at, LaunchSession.ends_at)
        .where(LaunchSession.person_id == looking.person_id)
        .order_by(LaunchSession.touched_at.desc(), LaunchSession.id)
        .limit(1000)
    )
    return [
        {
            "course": looking.courses.get(row.membership_id, ""),
            "last_use": row.touched_at.astimezone(looking.zone).strftime("%Y-%m-%d %H:%M"),
            "ends": row.ends_at.astimezone(looking.zone).strftime("%Y-%m-%d %H:%M"),
        }
        for row in looking.database.execute(found)
    ]


def _read_grants(looking: Looking) -> list[Row]:
    person = select(Person.registration_id, Person.subject).where(Person.id == looking.person_id)
    here = looking.database.execute(person).one()
    found = select(CoordinatorGrant.created_at).where(
        CoordinatorGrant.registration_id == here.registration_id, CoordinatorGrant.holder == f"person:{here.subject}"
    )
    return [{"since": write_day(row.created_at.date())} for row in looking.database.execute(found)]


_FROM_LMS_AGAIN = _("As long as you are in Rugzak; the learning environment sends it again each time you come in.")
register_kept(
    Kept(
        "person",
        ("person",),
        _("Who you are"),
        _("To know you again when you come back."),
        _FROM_LMS_AGAIN,
        {
            "lms_id": _("Your code in the learning environment"),
            "name": _("Name"),
            "language": _("Language that you chose"),
        },
        _read_person,
    )
)
register_kept(
    Kept(
        "courses",
        ("membership", "course_context"),
        _("Your courses"),
        _("To show you the right course, and what is yours there."),
        _FROM_LMS_AGAIN,
        {
            "course": _("Course"),
            "role": _("Role"),
            "lms_groups": _("Groups in the learning environment"),
            "sections": _("Sections in the learning environment"),
        },
        _read_memberships,
    )
)
register_kept(
    Kept(
        "visits",
        ("launch_session",),
        _("Your visits"),
        _("To keep you signed in, on one device."),
        _("Two hours without a page, or twelve in all; the hours after that it is erased."),
        {"course": _("Course"), "last_use": _("Last used, to ten minutes"), "ends": _("Ends at the latest")},
        _read_sessions,
    )
)
register_kept(
    Kept(
        "coordinator",
        ("coordinator_grant",),
        _("That you are a coordinator"),
        _("To let you look after the curriculum."),
        _("Until whoever runs Rugzak takes it back."),
        {"since": _("Since")},
        _read_grants,
    )
)
