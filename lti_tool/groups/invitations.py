"""A group invites a teacher to its page, for a while, and every member sees it (GRP-2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, bindparam, delete, select, update

from lti_tool.groups.models import Group, GroupSet, Visit
from lti_tool.groups.policy import VISIT_LASTS
from lti_tool.kernel.database import insert_once
from lti_tool.kernel.erasing import by_moment, register_eraser
from lti_tool.people.models import Membership, Person
from lti_tool.people.roles import Role
from lti_tool.people.roster import by_name

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection
    from sqlalchemy.orm import Session

_MOST_AT_ONCE = 5000

_GUESTS = (
    select(Visit.membership_id, Visit.ends_at, Person.id.label("person_id"), Person.display_name)
    .join(Membership, and_(Membership.id == Visit.membership_id, Membership.role == Role.INSTRUCTOR))
    .join(Person, Person.id == Membership.person_id)
    .join(Group, Group.id == Visit.group_id)
    .join(GroupSet, and_(GroupSet.id == Group.set_id, GroupSet.is_in_use))
    .where(Visit.group_id == bindparam("group_id"), Visit.ends_at > bindparam("now"))
    .order_by(*by_name)
)
_INVITED = (
    select(Group.id, Group.number, Group.name, Visit.ends_at)
    .join(Visit, Visit.group_id == Group.id)
    .join(GroupSet, and_(GroupSet.id == Group.set_id, GroupSet.is_in_use))
    .where(Visit.membership_id == bindparam("membership_id"), Visit.ends_at > bindparam("now"))
    .order_by(Group.number)
)


@dataclass(frozen=True)
class Guest:
    """A teacher whom a group invited."""

    membership_id: str
    person_id: str
    name: str | None
    ends_at: datetime


@dataclass(frozen=True)
class Invitation:
    """A group that invited a teacher, as that teacher sees it."""

    group_id: str
    number: int
    name: str | None
    ends_at: datetime


def invite_teacher(session: Session, *, group_id: str, membership_id: str, now: datetime) -> None:
    """Let a teacher see the page of a group for some hours. Inviting again begins the hours anew.

    :param membership_id: of somebody who teaches the course.
    """
    row = {"group_id": group_id, "membership_id": membership_id}
    insert_once(session, Visit, {**row, "ends_at": now + VISIT_LASTS})
    here = (Visit.group_id == group_id) & (Visit.membership_id == membership_id)
    session.execute(update(Visit).where(here).values(ends_at=now + VISIT_LASTS))


def end_visit(session: Session, *, group_id: str, membership_id: str) -> None:
    """End an invitation: a press of the group, or of the teacher who leaves."""
    session.execute(delete(Visit).where(Visit.group_id == group_id, Visit.membership_id == membership_id))


def read_guests(database: Session | Connection, group_id: str, now: datetime) -> tuple[Guest, ...]:
    """Return the teachers who can see the page of a group now."""
    rows = database.execute(_GUESTS, {"group_id": group_id, "now": now})
    return tuple(Guest(row.membership_id, row.person_id, row.display_name, row.ends_at) for row in rows)


def read_invitations(database: Session | Connection, membership_id: str, now: datetime) -> tuple[Invitation, ...]:
    """Return the groups that invited a teacher."""
    rows = database.execute(_INVITED, {"membership_id": membership_id, "now": now})
    return tuple(Invitation(row.id, row.number, row.name, row.ends_at) for row in rows)


def erase_past_visits(session: Session, now: datetime) -> int:
    """Erase the invitations that have passed, and return how many there were."""
    past: Any = session.execute(
        select(Visit.group_id, Visit.membership_id).where(Visit.ends_at <= now).limit(_MOST_AT_ONCE)
    ).all()
    for group_id, membership_id in past:
        end_visit(session, group_id=group_id, membership_id=membership_id)
    return len(past)


register_eraser("groups_visit", by_moment(erase_past_visits))
