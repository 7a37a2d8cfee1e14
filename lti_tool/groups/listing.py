"""The groups of a course as a teacher reads them: who is in which, who is in none, who asked for another one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, case, exists, func, or_, select

from lti_tool.groups.circle import agreed_groups
from lti_tool.groups.models import ChangeRequest, Group, GroupMember, GroupTeacher, Wish
from lti_tool.people.models import Membership, Person
from lti_tool.people.roster import by_name, in_sections, is_student

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection
    from sqlalchemy.orm import Session

GROUPS_A_PAGE = 25
MOST_LOOSE = 100
"""How many students without a group one page names; the rest comes when these have one."""


@dataclass(frozen=True)
class ListedStudent:
    """A student in a list."""

    membership_id: str
    person_id: str
    name: str | None
    asks: bool = False
    """Whether they asked for another group."""


@dataclass(frozen=True)
class ListedGroup:
    """A group in a list."""

    id: str
    number: int
    name: str | None
    has_agreed: bool
    is_mine: bool
    """Whether the teacher who reads looks after it."""
    people: tuple[ListedStudent, ...]


@dataclass(frozen=True)
class Place:
    """Where a student is."""

    group_id: str
    number: int
    name: str | None
    """Of the group."""
    is_aside: bool


@dataclass(frozen=True)
class GroupPage:
    """A page of the groups of a set."""

    groups: tuple[ListedGroup, ...]
    number: int
    total: int

    @property
    def count(self) -> int:
        """How many pages there are; an empty list is one page."""
        return max(1, -(-self.total // GROUPS_A_PAGE))


def read_groups(  # noqa: PLR0913 (each narrows what is read)
    database: Session | Connection,
    set_id: str,
    *,
    teacher_id: str,
    sections: frozenset[str] | None,
    page: int = 1,
    group_id: str | None = None,
) -> GroupPage:
    """Return a page of the groups of a set, by number, each with its people.

    :param teacher_id: the membership of who reads.
    :param sections: only students in these sections of the LMS, and groups in which they are; None for all (GRP-2b).
    :param group_id: only this group.
    """
    mine = exists().where(GroupTeacher.group_id == Group.id, GroupTeacher.membership_id == teacher_id)
    here = [Group.set_id == set_id, *in_view(sections)]
    if group_id is not None:
        here.append(Group.id == group_id)
    # Counted apart, so that what is asked of a group is asked only of those on the page.
    total = select(func.count()).select_from(Group).where(*here).correlate(None).scalar_subquery()
    wanted = (
        select(
            Group.id,
            Group.number,
            Group.name,
            agreed_groups().label("has_agreed"),
            mine.label("is_mine"),
            total.label("total"),
        )
        .where(*here)
        .order_by(Group.number)
        .limit(GROUPS_A_PAGE)
        .offset((page - 1) * GROUPS_A_PAGE)
    )
    rows = database.execute(wanted).all()
    people = _people(database, [row.id for row in rows], sections)
    groups = tuple(
        ListedGroup(row.id, row.number, row.name, row.has_agreed, row.is_mine, tuple(people.get(row.id, ())))
        for row in rows
    )
    return GroupPage(groups, page, rows[0].total if rows else 0)


def in_view(sections: frozenset[str] | None) -> list[ColumnElement[bool]]:
    """Return the condition that somebody who sees these sections sees a group."""
    if sections is None:
        return []
    return [members().where(GroupMember.group_id == Group.id, in_sections(sections)).exists()]


def members() -> Any:
    """Return the query of everybody in a group who counts as a student, to be narrowed."""
    return select(GroupMember.membership_id).join(
        Membership, and_(Membership.id == GroupMember.membership_id, is_student)
    )


def _people(
    database: Session | Connection, group_ids: list[str], sections: frozenset[str] | None
) -> dict[str, list[ListedStudent]]:
    found = (
        select(
            GroupMember.group_id,
            GroupMember.membership_id,
            Person.id.label("person_id"),
            Person.display_name,
        )
        .join(Membership, and_(Membership.id == GroupMember.membership_id, is_student))
        .join(Person, Person.id == Membership.person_id)
        .where(GroupMember.group_id.in_(group_ids), *_only(sections))
        .order_by(*by_name)
    )
    people: dict[str, list[ListedStudent]] = {}
    for row in database.execute(found):
        student = ListedStudent(row.membership_id, row.person_id, row.display_name)
        people.setdefault(row.group_id, []).append(student)
    return people


def _only(sections: frozenset[str] | None) -> list[ColumnElement[bool]]:
    return [] if sections is None else [in_sections(sections)]


def read_loose(
    database: Session | Connection, context_id: str, set_id: str | None, sections: frozenset[str] | None
) -> tuple[tuple[ListedStudent, ...], int]:
    """Return the students of a course who are in no group of a set, by name, and how many there are in all.

    :param set_id: None while the course has no set.
    """
    has_group = exists().where(GroupMember.membership_id == Membership.id, GroupMember.set_id == set_id)
    found = (
        select(Membership.id, Person.id.label("person_id"), Person.display_name, func.count().over().label("total"))
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.context_id == context_id, is_student, ~has_group, *_only(sections))
        .order_by(*by_name)
        .limit(MOST_LOOSE)
    )
    rows = database.execute(found).all()
    return tuple(ListedStudent(row.id, row.person_id, row.display_name) for row in rows), rows[0].total if rows else 0


def read_requests(
    database: Session | Connection, context_id: str, sections: frozenset[str] | None
) -> tuple[ListedStudent, ...]:
    """Return the students of a course who asked for another group, by name. Why is not asked."""
    found = (
        select(Membership.id, Person.id.label("person_id"), Person.display_name)
        .join(ChangeRequest, ChangeRequest.membership_id == Membership.id)
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.context_id == context_id, is_student, *_only(sections))
        .order_by(*by_name)
        .limit(MOST_LOOSE)
    )
    rows = database.execute(found).all()
    return tuple(ListedStudent(row.id, row.person_id, row.display_name, asks=True) for row in rows)


def find_student(
    database: Session | Connection, context_id: str, membership_id: str, sections: frozenset[str] | None
) -> ListedStudent | None:
    """Return a student of a course, whom a teacher may see; None for anybody else."""
    found = (
        select(
            Membership.id,
            Person.id.label("person_id"),
            Person.display_name,
            ChangeRequest.membership_id.is_not(None).label("asks"),
        )
        .join(Person, Person.id == Membership.person_id)
        .outerjoin(ChangeRequest, ChangeRequest.membership_id == Membership.id)
        .where(Membership.id == membership_id, Membership.context_id == context_id, is_student, *_only(sections))
    )
    row = database.execute(found).one_or_none()
    return None if row is None else ListedStudent(row.id, row.person_id, row.display_name, asks=row.asks)


def find_place(database: Session | Connection, set_id: str, membership_id: str) -> Place | None:
    """Return where a student is in a set; None for who is in no group of it."""
    found = (
        select(Group.id, Group.number, Group.name, GroupMember.is_aside)
        .join(GroupMember, GroupMember.group_id == Group.id)
        .where(GroupMember.set_id == set_id, GroupMember.membership_id == membership_id)
    )
    row = database.execute(found).one_or_none()
    return None if row is None else Place(row.id, row.number, row.name, row.is_aside)


def read_wishes_of(
    database: Session | Connection, context_id: str, membership_id: str
) -> tuple[tuple[ListedStudent, str], ...]:
    """Return whom a student is to be apart from or together with, by name, each with which of the two it is."""
    other = other_of(membership_id)
    found = (
        select(Membership.id, Person.id.label("person_id"), Person.display_name, Wish.kind)
        .select_from(Wish)
        .join(Membership, and_(Membership.id == other, is_student))
        .join(Person, Person.id == Membership.person_id)
        .where(Wish.context_id == context_id, is_about(membership_id))
        .order_by(*by_name)
    )
    return tuple((ListedStudent(row.id, row.person_id, row.display_name), row.kind) for row in database.execute(found))


def other_of(membership_id: str) -> Any:
    """Return the other student of a wish that is about this one."""
    return case((Wish.first_id == membership_id, Wish.second_id), else_=Wish.first_id)


def is_about(membership_id: str) -> ColumnElement[bool]:
    """Return the condition that a wish is about a student."""
    return or_(Wish.first_id == membership_id, Wish.second_id == membership_id)
