"""Students choose a group themselves, where a teacher lets them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import and_, insert, select

from lti_tool.groups.circle import count_members, lock_set, place_member
from lti_tool.groups.counting import read_left_behind
from lti_tool.groups.listing import is_about, members, other_of
from lti_tool.groups.models import Group, GroupMember, GroupSet, Wish
from lti_tool.groups.sets import APART, change_set
from lti_tool.kernel.errors import RugzakError
from lti_tool.kernel.ids import new_id
from lti_tool.people.models import Membership, Person
from lti_tool.people.roster import by_name, is_student

if TYPE_CHECKING:
    from sqlalchemy import Connection
    from sqlalchemy.orm import Session

MOST_SHOWN = 100


class NoPlaceError(RugzakError):
    """A group has no place for this student: it is full, sign-up is over, or a teacher keeps two students apart.

    Which of these is not said, and a group of the last kind is offered to nobody it is closed to, as if it were full.
    """


@dataclass(frozen=True)
class OpenGroup:
    """A group that a student can choose."""

    id: str
    number: int
    name: str | None
    people: tuple[tuple[str, str | None], ...]
    """Who is in it: our id of the person, and the name as the LMS sent it."""
    free: int
    """How many places are left."""


@dataclass(frozen=True)
class SignUp:
    """What a student can choose from."""

    set_id: str
    groups: tuple[OpenGroup, ...]


def read_sign_up(database: Session | Connection, context_id: str, membership_id: str) -> SignUp | None:
    """Return the groups that have a place for a student; None while students do not choose, and for who is none."""
    in_use = select(GroupSet.id, GroupSet.size).where(
        GroupSet.context_id == context_id, GroupSet.is_in_use, GroupSet.sign_up_open
    )
    here = database.execute(in_use).one_or_none()
    if here is None or not _is_student(database, membership_id):
        return None
    closed = _closed_to(database, membership_id)
    counts = count_members(database, here.id)
    found = database.execute(select(Group.id, Group.number, Group.name).where(Group.set_id == here.id))
    left_behind = read_left_behind(database, here.id)
    free = [
        row
        for row in found
        if counts.get(row.id, 0) < here.size and row.id not in closed and row.number not in left_behind
    ]
    shown = sorted(free, key=lambda row: int(row.number))[:MOST_SHOWN]
    people = _people(database, [row.id for row in shown])
    groups = tuple(
        OpenGroup(row.id, row.number, row.name, tuple(people.get(row.id, ())), here.size - counts.get(row.id, 0))
        for row in shown
    )
    return SignUp(here.id, groups)


def _is_student(database: Session | Connection, membership_id: str) -> bool:
    """Whether somebody counts as a student: a teacher who looks as one does joins no group."""
    found = select(Membership.id).where(Membership.id == membership_id, is_student)
    return database.execute(found).first() is not None


def _closed_to(database: Session | Connection, membership_id: str) -> frozenset[str]:
    """Return the groups in which somebody is whom a teacher keeps apart from this student."""
    groups = (
        select(GroupMember.group_id)
        .join(Wish, other_of(membership_id) == GroupMember.membership_id)
        .where(Wish.kind == APART, is_about(membership_id))
    )
    return frozenset(database.execute(groups).scalars())


def _people(database: Session | Connection, group_ids: list[str]) -> dict[str, list[tuple[str, str | None]]]:
    rows = database.execute(
        select(GroupMember.group_id, Person.id, Person.display_name)
        .join(Membership, and_(Membership.id == GroupMember.membership_id, is_student))
        .join(Person, Person.id == Membership.person_id)
        .where(GroupMember.group_id.in_(group_ids))
        .order_by(*by_name)
    )
    people: dict[str, list[tuple[str, str | None]]] = {}
    for group_id, person_id, name in rows:
        people.setdefault(group_id, []).append((person_id, name))
    return people


def open_sign_up(session: Session, set_id: str, *, size: int, groups: int) -> None:
    """Let students choose from a number of groups of some size; those that are not there yet begin.

    :param groups: how many groups there are to be.
    """
    lock_set(session, set_id)
    counts = count_members(session, set_id)
    found = session.execute(select(Group.id, Group.number).where(Group.set_id == set_id)).all()
    left_behind = read_left_behind(session, set_id)
    there = sum(row.number not in left_behind or bool(counts.get(row.id)) for row in found)
    highest = max((row.number for row in found), default=0)
    begun = range(highest + 1, highest + 1 + max(0, groups - there))
    if begun:
        session.execute(
            insert(Group), [{"id": new_id(), "set_id": set_id, "number": number, "name": None} for number in begun]
        )
    change_set(session, set_id, size=size, sign_up_open=True)


def close_sign_up(session: Session, set_id: str) -> None:
    """Let nobody choose a group any more. Who is in one stays."""
    change_set(session, set_id, sign_up_open=False)


def sign_up(session: Session, *, context_id: str, group_id: str, membership_id: str) -> None:
    """Put a student in the group that they chose.

    :raises NoPlaceError: when it has no place for them.
    """
    # The set is held, so that two who press at the same moment do not both get the last place.
    here = session.execute(
        select(GroupSet.id, GroupSet.size)
        .join(Group, Group.set_id == GroupSet.id)
        .where(Group.id == group_id, GroupSet.context_id == context_id, GroupSet.is_in_use, GroupSet.sign_up_open)
        .with_for_update()
    ).one_or_none()
    is_known = here is not None and _is_student(session, membership_id)
    if here is None or not is_known or not _has_place(session, here.size, group_id, membership_id):
        message = "the group has no place for this student"
        raise NoPlaceError(message)
    place_member(session, set_id=here.id, group_id=group_id, membership_id=membership_id)


def _has_place(session: Session, size: int, group_id: str, membership_id: str) -> bool:
    count = len(session.execute(members().where(GroupMember.group_id == group_id)).all())
    if count >= size or group_id in _closed_to(session, membership_id):
        return False
    row = session.execute(select(Group.set_id, Group.number).where(Group.id == group_id)).one()
    return count > 0 or row.number not in read_left_behind(session, row.set_id)
