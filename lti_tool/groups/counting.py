"""What pages ask of the groups of a course without reading everybody: numbers, counts, and whether there is any."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, case, exists, func, or_, select

from lti_tool.groups.listing import in_view, is_about, members, other_of
from lti_tool.groups.models import Agreement, Group, GroupMember, PlannedPlace, Product, Wish
from lti_tool.groups.sets import APART
from lti_tool.people.models import Membership
from lti_tool.people.roster import is_student

if TYPE_CHECKING:
    from sqlalchemy import Connection
    from sqlalchemy.orm import Session


@dataclass(frozen=True)
class NumberedGroup:
    """A group to choose for somebody."""

    number: int
    name: str | None
    size: int
    """How many students are in it, whoever reads this."""


def read_choices(
    database: Session | Connection, set_id: str, sections: frozenset[str] | None, most: int
) -> tuple[NumberedGroup, ...]:
    """Return the groups of a set by number, as many as ``most``; for who sees some sections only those they see."""
    found = select(Group.number, Group.name, _size_of_group().label("size")).where(
        Group.set_id == set_id, *in_view(sections)
    )
    rows = database.execute(found.order_by(Group.number).limit(most))
    return tuple(NumberedGroup(row.number, row.name, row.size) for row in rows)


def has_number(database: Session | Connection, set_id: str, number: int, sections: frozenset[str] | None) -> bool:
    """Whether a set has a group of this number, which somebody who sees these sections sees."""
    found = select(Group.id).where(Group.set_id == set_id, Group.number == number, *in_view(sections))
    return database.execute(found).first() is not None


def highest_number(database: Session | Connection, set_id: str) -> int:
    """Return the highest number of a group of a set, with anybody in it or not; 0 when it has none."""
    return database.execute(select(func.max(Group.number)).where(Group.set_id == set_id)).scalar_one() or 0


def count_free(database: Session | Connection, set_id: str, size: int) -> tuple[int, int]:
    """Return how many groups a set has, and how many places are free in them when they hold ``size`` students."""
    sizes = select(_size_of_group().label("size")).where(Group.set_id == set_id).subquery()
    free = func.coalesce(func.sum(case((sizes.c.size < size, size - sizes.c.size), else_=0)), 0)
    row = database.execute(select(func.count(), free).select_from(sizes)).one()
    return int(row[0]), int(row[1])


def read_makers(database: Session | Connection, set_id: str) -> frozenset[int]:
    """Return the numbers of the groups of a set that have agreements or work."""
    has_something = or_(
        exists().where(Agreement.group_id == Group.id),
        exists().where(Product.group_id == Group.id),
    )
    return frozenset(database.execute(select(Group.number).where(Group.set_id == set_id, has_something)).scalars())


def read_left_behind(database: Session | Connection, set_id: str) -> frozenset[int]:
    """Return the numbers of the groups of a set in which nobody is any more and that made or agreed something.

    Nobody comes into one of them by choosing: they would read what strangers wrote.
    """
    has_somebody = members().where(GroupMember.group_id == Group.id).exists()
    here = select(Group.number).where(Group.set_id == set_id, has_somebody)
    return read_makers(database, set_id) - frozenset(database.execute(here).scalars())


def read_answered(database: Session | Connection, group_id: str) -> frozenset[str]:
    """Return the steps of which a teacher said something to a group, whether the keys that are set open it or not."""
    found = select(Product.step_id).where(Product.group_id == group_id, Product.feedback.is_not(None))
    return frozenset(database.execute(found).scalars())


def read_foes(database: Session | Connection, context_id: str, set_id: str, membership_id: str) -> frozenset[int]:
    """Return the numbers of the groups of a set in which somebody is whom a student is to be kept apart from."""
    others = select(other_of(membership_id)).where(
        Wish.context_id == context_id, Wish.kind == APART, is_about(membership_id)
    )
    found = (
        select(Group.number)
        .join(GroupMember, GroupMember.group_id == Group.id)
        .join(Membership, and_(Membership.id == GroupMember.membership_id, is_student))
        .where(GroupMember.set_id == set_id, GroupMember.membership_id.in_(others))
    )
    return frozenset(database.execute(found).scalars())


def has_plan(database: Session | Connection, set_id: str) -> bool:
    """Whether a plan waits."""
    found = (
        select(PlannedPlace.membership_id)
        .join(Membership, and_(Membership.id == PlannedPlace.membership_id, is_student))
        .where(PlannedPlace.set_id == set_id)
        .limit(1)
    )
    return database.execute(found).first() is not None


def has_places(database: Session | Connection, set_id: str) -> bool:
    """Whether any student is in a group of a set."""
    return database.execute(members().where(GroupMember.set_id == set_id).limit(1)).first() is not None


def count_students(database: Session | Connection, context_id: str) -> tuple[int, bool]:
    """Return how many students a course has, and whether the LMS has any of them in a group."""
    found = select(func.count(), func.count(Membership.lms_groups)).where(
        Membership.context_id == context_id, is_student
    )
    row = database.execute(found).one()
    return int(row[0]), bool(row[1])


def _size_of_group() -> Any:
    return (
        select(func.count())
        .select_from(GroupMember)
        .join(Membership, and_(Membership.id == GroupMember.membership_id, is_student))
        .where(GroupMember.group_id == Group.id)
        .scalar_subquery()
    )
