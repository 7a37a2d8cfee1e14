"""The groups of a course as a teacher looks after them: sets, plans that are confirmed, and what two students need.

Forming is in two presses: a plan is stored, shown and changed; only confirming it moves anybody.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, bindparam, delete, exists, insert, or_, select, update

from lti_tool.groups.circle import greet_newcomers, lock_groups, lock_set, take_out
from lti_tool.groups.models import (
    Agreement,
    Group,
    GroupMember,
    GroupSet,
    GroupTeacher,
    PlannedPlace,
    Product,
    Visit,
    Wish,
)
from lti_tool.groups.policy import USUAL_SIZE
from lti_tool.kernel.database import AT_ONCE, in_batches, insert_once, note_mass_change
from lti_tool.kernel.ids import new_id
from lti_tool.people.models import Membership
from lti_tool.people.roster import is_student
from lti_tool.sharing.pausing import end_shares_in_groups

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection
    from sqlalchemy.orm import Session

APART, TOGETHER = "apart", "together"

_SETS = (
    select(GroupSet.id, GroupSet.title, GroupSet.size, GroupSet.is_in_use, GroupSet.sign_up_open)
    .where(GroupSet.context_id == bindparam("context_id"))
    .order_by(GroupSet.is_in_use.desc(), GroupSet.title, GroupSet.id)
)
_PLACES = (
    select(GroupMember.membership_id, Group.number)
    .join(Group, Group.id == GroupMember.group_id)
    .join(Membership, and_(Membership.id == GroupMember.membership_id, is_student))
    .where(GroupMember.set_id == bindparam("set_id"))
)


@dataclass(frozen=True)
class ShownSet:
    """A set of groups."""

    id: str
    title: str
    size: int
    is_in_use: bool
    sign_up_open: bool


@dataclass(frozen=True)
class Plan:
    """Groups that were formed and wait for a teacher's press."""

    numbers: dict[str, int]
    """For each student, by membership, the number of the group."""
    labels: dict[int, str]
    """What a timetable or the LMS calls a group."""


def read_sets(database: Session | Connection, context_id: str) -> tuple[ShownSet, ...]:
    """Return the sets of a course, the one in use first."""
    rows = database.execute(_SETS, {"context_id": context_id})
    return tuple(ShownSet(row.id, row.title, row.size, row.is_in_use, row.sign_up_open) for row in rows)


def create_set(session: Session, context_id: str, title: str) -> str:
    """Begin a set of groups, and return its id. The first one of a course is in use at once."""
    is_first = not read_sets(session, context_id)
    row = {"id": new_id(), "context_id": context_id, "title": title, "size": USUAL_SIZE}
    # Two who begin the first set at one moment begin the same: a course has one in use.
    insert_once(session, GroupSet, {**row, "is_in_use": is_first, "sign_up_open": False})
    if is_first:
        in_use = select(GroupSet.id).where(GroupSet.context_id == context_id, GroupSet.is_in_use)
        return session.execute(in_use).scalar_one()
    return str(row["id"])


def use_set(session: Session, context_id: str, set_id: str) -> None:
    """Let students meet in the groups of this set; those of the others stay as they are, and are not shown to them.

    A teacher whom a group of another set invited is no guest any more: its members could not end it. What is shared
    with those groups ends (SHR-10).
    """
    here = GroupSet.context_id == context_id
    session.execute(select(GroupSet.id).where(here).order_by(GroupSet.id).with_for_update())
    groups = select(Group.id).join(GroupSet, GroupSet.id == Group.set_id).where(here)
    # Whoever is just sharing with one of them is waited for, so that this share ends too.
    lock_groups(session, session.execute(groups).scalars())
    session.execute(delete(Visit).where(Visit.group_id.in_(groups)))
    end_shares_in_groups(session, groups.where(GroupSet.id != set_id))
    session.execute(update(GroupSet).where(here, GroupSet.id != set_id).values(is_in_use=False))
    session.execute(update(GroupSet).where(here, GroupSet.id == set_id).values(is_in_use=True))


def change_set(session: Session, set_id: str, **values: Any) -> None:
    """Change the title or size of a set, or whether students sign up for it."""
    session.execute(update(GroupSet).where(GroupSet.id == set_id).values(**values))


def read_places(database: Session | Connection, set_id: str) -> dict[str, int]:
    """Return for each student of a set, by membership, the number of the group."""
    return {row.membership_id: row.number for row in database.execute(_PLACES, {"set_id": set_id})}


def read_names(database: Session | Connection, set_id: str) -> dict[int, str]:
    """Return what the groups of a set are called that have a name, by number."""
    found = select(Group.number, Group.name).where(Group.set_id == set_id, Group.name.is_not(None))
    return {row.number: row.name for row in database.execute(found)}


def read_wishes(database: Session | Connection, context_id: str, kind: str) -> frozenset[tuple[str, str]]:
    """Return the pairs of a course to keep apart, or together, as pairs of memberships."""
    found = select(Wish.first_id, Wish.second_id).where(Wish.context_id == context_id, Wish.kind == kind)
    return frozenset((first, second) for first, second in database.execute(found))


def keep_wish(session: Session, context_id: str, one: str, other: str, kind: str) -> None:
    """Keep two students apart, or together; whichever it was before is forgotten."""
    forget_wish(session, context_id, one, other)
    first, second = sorted((one, other))
    insert_once(session, Wish, {"context_id": context_id, "first_id": first, "second_id": second, "kind": kind})


def forget_wish(session: Session, context_id: str, one: str, other: str) -> None:
    """Ask nothing any more of where two students are."""
    first, second = sorted((one, other))
    session.execute(delete(Wish).where(Wish.context_id == context_id, Wish.first_id == first, Wish.second_id == second))


def keep_plan(session: Session, set_id: str, numbers: Mapping[str, int], labels: Mapping[int, str]) -> None:
    """Store a plan in place of the one that waited."""
    lock_set(session, set_id)
    forget_plan(session, set_id)
    rows = [
        {"set_id": set_id, "membership_id": membership_id, "number": number, "label": labels.get(number)}
        for membership_id, number in numbers.items()
    ]
    if rows:
        session.execute(insert(PlannedPlace), rows)


def place_in_plan(session: Session, set_id: str, membership_id: str, number: int) -> None:
    """Put one student somewhere in the plan that waits, whether they were in it or not."""
    lock_set(session, set_id)
    row = {"set_id": set_id, "membership_id": membership_id, "number": number, "label": None}
    insert_once(session, PlannedPlace, row)
    here = (PlannedPlace.set_id == set_id) & (PlannedPlace.membership_id == membership_id)
    session.execute(update(PlannedPlace).where(here).values(number=number, label=None))


def read_plan(database: Session | Connection, set_id: str) -> Plan | None:
    """Return the plan that waits; None when there is none."""
    found = (
        select(PlannedPlace.membership_id, PlannedPlace.number, PlannedPlace.label)
        .join(Membership, and_(Membership.id == PlannedPlace.membership_id, is_student))
        .where(PlannedPlace.set_id == set_id)
    )
    rows = database.execute(found).all()
    if not rows:
        return None
    return Plan({row.membership_id: row.number for row in rows}, {row.number: row.label for row in rows if row.label})


def forget_plan(session: Session, set_id: str) -> None:
    """Forget the plan that waits."""
    session.execute(delete(PlannedPlace).where(PlannedPlace.set_id == set_id))


def confirm_plan(session: Session, set_id: str) -> None:
    """Move everybody to where the plan puts them, and forget the plan.

    Who the plan does not name stays. A group that somebody new comes to agrees again; a group that nobody is in any
    more goes, unless it has made something.
    """
    lock_set(session, set_id)
    plan = read_plan(session, set_id)
    if plan is None:
        return
    places = read_places(session, set_id)
    moved = {who: number for who, number in plan.numbers.items() if places.get(who) != number}
    groups = _open_groups(session, set_id, set(plan.numbers.values()), plan.labels)
    # Who accepts or writes meanwhile holds a group: all that change are held first, in one order.
    touched = {groups[number] for number in moved.values()} | {groups[places[who]] for who in moved if who in places}
    for some in in_batches(sorted(touched)):
        lock_groups(session, some)
    take_out(session, set_id, moved)
    rows = [
        {"set_id": set_id, "membership_id": who, "group_id": groups[number], "is_aside": False}
        for who, number in moved.items()
    ]
    if rows:
        session.execute(insert(GroupMember), rows)
    for some in in_batches({groups[number] for number in moved.values()}):
        greet_newcomers(session, some)
    _close_empty_groups(session, set_id)
    forget_plan(session, set_id)
    if len(moved) >= AT_ONCE:
        note_mass_change(session, GroupMember, Group)


def open_group(session: Session, set_id: str, number: int) -> str:
    """Return the id of a group of a set, which begins now when it is not there yet."""
    lock_set(session, set_id)
    return _open_groups(session, set_id, {number}, {})[number]


def look_after(session: Session, *, group_id: str, membership_id: str) -> None:
    """Let a teacher look after a group."""
    insert_once(session, GroupTeacher, {"group_id": group_id, "membership_id": membership_id})


def look_after_no_more(session: Session, *, group_id: str, membership_id: str) -> None:
    """Let a teacher look after a group no more."""
    here = (GroupTeacher.group_id == group_id) & (GroupTeacher.membership_id == membership_id)
    session.execute(delete(GroupTeacher).where(here))


def _open_groups(session: Session, set_id: str, numbers: set[int], labels: Mapping[int, str]) -> dict[int, str]:
    """Begin the groups that are not there yet, name those that a list names, and return the ids of all by number."""
    found = session.execute(select(Group.number, Group.id, Group.name).where(Group.set_id == set_id)).all()
    groups = {row.number: row.id for row in found}
    begun = {number: new_id() for number in sorted(numbers - set(groups))}
    rows = [
        {"id": group_id, "set_id": set_id, "number": number, "name": labels.get(number)}
        for number, group_id in begun.items()
    ]
    if rows:
        session.execute(insert(Group), rows)
    named = {row.number: row.name for row in found}
    for number in sorted(set(labels) & set(groups)):
        if named[number] != labels[number]:
            session.execute(update(Group).where(Group.id == groups[number]).values(name=labels[number]))
    return groups | begun


def _close_empty_groups(session: Session, set_id: str) -> None:
    has_something = or_(
        exists().where(GroupMember.group_id == Group.id),
        exists().where(Product.group_id == Group.id),
        exists().where(Agreement.group_id == Group.id),
    )
    # Where students choose, an empty group is one to choose.
    is_closed = exists().where(GroupSet.id == Group.set_id, GroupSet.sign_up_open.is_(False))
    session.execute(delete(Group).where(Group.set_id == set_id, ~has_something, is_closed))
