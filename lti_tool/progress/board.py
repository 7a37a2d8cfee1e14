"""Reading the teacher's board: the groups of a course, who is in them, and what is done. Never more (CMP-2, CMP-3).

Everything on a page of it comes in one statement, and what stands above it in another, whatever the size of the course.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, bindparam, exists, false, func, null, select, union_all
from sqlalchemy.orm import aliased

from lti_tool.groups.circle import agreed_groups
from lti_tool.groups.models import ChangeRequest, Group, GroupMember, GroupSet, GroupTeacher, Product, Visit
from lti_tool.groups.policy import shows_counts
from lti_tool.people.models import Membership, Person
from lti_tool.people.roster import by_name, in_sections, is_student
from lti_tool.progress.models import Done

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection, Select
    from sqlalchemy.orm import Session

    from lti_tool.groups.policy import OwnGroup
    from lti_tool.progress.pages import Stretch

_SEPARATOR = ","
"""Between the ids of steps where the database strings them together; no id holds it."""


@dataclass(frozen=True)
class Reader:
    """The teacher who looks, and whom they may see."""

    membership_id: str
    context_id: str
    sections: frozenset[str] | None
    """Only students in these sections of the LMS, and groups in which such a student is; None for all (GRP-2b)."""


@dataclass(frozen=True)
class Standing:
    """What a course comes to for one teacher, in numbers."""

    students: int
    grouped: int
    """How many of them are in a group that is in use."""
    groups: int
    """How many groups have somebody in them whom the teacher may see."""
    own_groups: int
    """How many of those this teacher looks after."""
    requests: int
    """How many students asked for another group."""
    products: int
    """How many products are handed in, and nobody has said anything of them yet."""
    invitations: int
    """How many groups let this teacher in now."""

    @property
    def others(self) -> int:
        """How many students are in no group."""
        return self.students - self.grouped


@dataclass(frozen=True)
class BoardRow:
    """One student, and the steps they called done."""

    person_id: str
    name: str | None
    done: frozenset[str]


@dataclass(frozen=True)
class BoardGroup:
    """A group with its students; without a number, the students who are in none."""

    number: int | None
    name: str | None
    has_agreed: bool
    handed_in: frozenset[str]
    """The steps whose product it handed in."""
    rows: tuple[BoardRow, ...]


def read_standing(
    database: Session | Connection, reader: Reader, *, product_steps: Iterable[str], now: datetime
) -> Standing:
    """Count what a teacher's home says above the board.

    :param product_steps: the steps of the line in which a group hands something in.
    """
    values = {"product_steps": list(product_steps), "now": now}
    row = database.execute(_standing(reader.sections), _place(reader) | values).one()
    return Standing(**row._asdict())


def read_board(
    database: Session | Connection, reader: Reader, *, steps: Sequence[str], stretch: Stretch, only_own: bool = False
) -> tuple[BoardGroup, ...]:
    """Read a stretch of the board: groups by number, their students by name, and last who is in no group.

    :param steps: the steps of one unit.
    :param only_own: only the groups that this teacher looks after.
    """
    values = {"steps": list(steps), **stretch.values()}
    rows = database.execute(_board(reader.sections, only_own=only_own), _place(reader) | values).all()
    groups = []
    for number, some in groupby(rows, key=lambda row: row.number):
        of_group = list(some)
        first = of_group[0]
        people = tuple(BoardRow(row.person_id, row.display_name, _ids(row.done)) for row in of_group)
        groups.append(BoardGroup(number, first.name, first.has_agreed, _ids(first.handed_in), people))
    return tuple(groups)


def read_group_counts(
    database: Session | Connection, group: OwnGroup, step_ids: Iterable[str]
) -> dict[str, int] | None:
    """Return for each step how many of a group called it done; None for a group so small that it would say who (CMP-7).

    Everybody in the group counts, also who is aside for now: a number that leaves them out would say that they are.
    """
    if not shows_counts(len(group.people)):
        return None
    wanted = list(step_ids)
    values = {"membership_ids": [one.membership_id for one in group.people], "steps": wanted}
    found = {row.step_id: row.number for row in database.execute(_COUNTS, values)}
    return {step_id: found.get(step_id, 0) for step_id in wanted}


def _place(reader: Reader) -> dict[str, Any]:
    return {"context_id": reader.context_id, "membership_id": reader.membership_id}


def _ids(strung: str | None) -> frozenset[str]:
    return frozenset(strung.split(_SEPARATOR)) if strung else frozenset()


# Statements are built once for each set of sections: building one costs more than running it.

_SET = (
    select(GroupSet.id)
    .where(GroupSet.context_id == bindparam("context_id"), GroupSet.is_in_use)
    .limit(1)
    .scalar_subquery()
)
_STEPS: Any = bindparam("steps", expanding=True)
_COUNTS = (
    select(Done.step_id, func.count().label("number"))
    .where(Done.membership_id.in_(bindparam("membership_ids", expanding=True)), Done.step_id.in_(_STEPS))
    .group_by(Done.step_id)
)


_IS_HERE = Membership.context_id == bindparam("context_id")


def _is_seen(sections: frozenset[str] | None) -> ColumnElement[bool]:
    """Return the condition that somebody of this course is a student whom the teacher may see."""
    return is_student if sections is None else and_(is_student, in_sections(sections))


def _has_somebody(sections: frozenset[str] | None) -> ColumnElement[bool]:
    """Return the condition that somebody whom the teacher may see is in a group."""
    return exists().where(
        GroupMember.group_id == Group.id, Membership.id == GroupMember.membership_id, _is_seen(sections)
    )


@lru_cache(maxsize=64)
def _standing(sections: frozenset[str] | None) -> Select[Any]:
    students = select(func.count()).select_from(Membership).where(_IS_HERE, _is_seen(sections))
    grouped = (
        select(func.count())
        .select_from(GroupMember)
        .join(Membership, Membership.id == GroupMember.membership_id)
        .where(GroupMember.set_id == _SET, _is_seen(sections))
    )
    groups = select(func.count()).select_from(Group).where(Group.set_id == _SET, _has_somebody(sections))
    own = (
        select(func.count())
        .select_from(GroupTeacher)
        .join(Group, Group.id == GroupTeacher.group_id)
        .where(GroupTeacher.membership_id == bindparam("membership_id"), Group.set_id == _SET, _has_somebody(sections))
    )
    # Few ask, and many are here: so from who asked to whether they are here, and not the other way.
    is_ours = exists().where(Membership.id == ChangeRequest.membership_id, _IS_HERE, _is_seen(sections))
    requests = select(func.count()).select_from(ChangeRequest).where(is_ours)
    products = (
        select(func.count())
        .select_from(Product)
        .join(Group, Group.id == Product.group_id)
        .where(
            Group.set_id == _SET,
            Product.is_handed_in,
            Product.feedback.is_(None),
            Product.step_id.in_(bindparam("product_steps", expanding=True)),
            _has_somebody(sections),
        )
    )
    invitations = (
        select(func.count())
        .select_from(Visit)
        .join(Group, Group.id == Visit.group_id)
        .where(
            Visit.membership_id == bindparam("membership_id"),
            Visit.ends_at > bindparam("now"),
            Group.set_id == _SET,
        )
    )
    # Each count by itself: together, in one pass over the students, they take SQLite twice as long.
    return select(
        students.scalar_subquery().label("students"),
        grouped.scalar_subquery().label("grouped"),
        groups.scalar_subquery().label("groups"),
        own.scalar_subquery().label("own_groups"),
        requests.scalar_subquery().label("requests"),
        products.scalar_subquery().label("products"),
        invitations.scalar_subquery().label("invitations"),
    )


@lru_cache(maxsize=64)
def _board(sections: frozenset[str] | None, *, only_own: bool) -> Select[Any]:
    handed_in = select(func.aggregate_strings(Product.step_id, _SEPARATOR)).where(
        Product.group_id == Group.id, Product.is_handed_in, Product.step_id.in_(_STEPS)
    )
    groups = select(
        Group.id,
        Group.number,
        Group.name,
        agreed_groups().label("has_agreed"),
        handed_in.scalar_subquery().label("handed_in"),
    ).where(Group.set_id == _SET, _has_somebody(sections))
    if only_own:
        looks_after = (
            GroupTeacher.group_id == Group.id,
            GroupTeacher.membership_id == bindparam("membership_id"),
        )
        groups = groups.where(exists().where(*looks_after))
    here = groups.order_by(Group.number).limit(bindparam("groups")).offset(bindparam("groups_skipped")).subquery("here")
    in_groups = (
        select(
            here.c.number,
            here.c.name,
            here.c.has_agreed,
            here.c.handed_in,
            Person.id.label("person_id"),
            Person.display_name,
            _done_of(Membership.id),
        )
        .select_from(here)
        .join(GroupMember, GroupMember.group_id == here.c.id)
        .join(Membership, and_(Membership.id == GroupMember.membership_id, _is_seen(sections)))
        .join(Person, Person.id == Membership.person_id)
    )
    is_in_group = exists().where(GroupMember.membership_id == Membership.id, GroupMember.set_id == _SET)
    others = (
        select(Membership.id, Person.id.label("person_id"), Person.display_name)
        .join(Person, Person.id == Membership.person_id)
        .where(_IS_HERE, _is_seen(sections), ~is_in_group)
        .order_by(*by_name)
        .limit(bindparam("others"))
        .offset(bindparam("others_skipped"))
        .subquery("others")
    )
    in_none = select(
        null().label("number"),
        null().label("name"),
        false().label("has_agreed"),
        null().label("handed_in"),
        others.c.person_id,
        others.c.display_name,
        _done_of(others.c.id),
    )
    both = union_all(in_groups, in_none).subquery("board")
    # The order of every list of people, people.roster.by_name, once more: it names columns of other tables.
    names = (both.c.display_name.is_(None), func.lower(both.c.display_name), both.c.person_id)
    return select(both).order_by(both.c.number.is_(None), both.c.number, *names)


def _done_of(membership_id: Any) -> ColumnElement[str]:
    pressed = aliased(Done)
    steps_of = select(func.aggregate_strings(pressed.step_id, _SEPARATOR)).where(
        pressed.membership_id == membership_id, pressed.step_id.in_(_STEPS)
    )
    return steps_of.scalar_subquery().label("done")
