"""Pressing done, taking it back, and reading who has done what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, delete, func, select

from lti_tool.kernel.database import insert_once
from lti_tool.people.models import Membership, Person
from lti_tool.people.roles import Role
from lti_tool.progress.models import Done

if TYPE_CHECKING:
    from sqlalchemy import Connection
    from sqlalchemy.orm import Session

ROWS_A_PAGE = 100

# Built once: building a statement costs more than running it.
_DONE = select(Done.step_id).where(Done.membership_id == bindparam("membership_id"))
_STUDENTS = (
    select(Membership.id, Person.id.label("person_id"), Person.display_name, func.count().over().label("total"))
    .join(Person, Person.id == Membership.person_id)
    .where(
        Membership.context_id == bindparam("context_id"),
        Membership.role == Role.LEARNER,
        Membership.is_test_user.is_(False),
    )
    .order_by(Person.display_name.is_(None), func.lower(Person.display_name), Person.id)
    .limit(ROWS_A_PAGE)
    .offset(bindparam("skipped"))
)
_PRESSED = select(Done.membership_id, Done.step_id).where(
    Done.membership_id.in_(bindparam("membership_ids", expanding=True))
)


@dataclass(frozen=True)
class BoardRow:
    """One student of a course, and the steps they called done."""

    person_id: str
    name: str | None
    done: frozenset[str]


@dataclass(frozen=True)
class BoardPage:
    """A page of the board."""

    rows: tuple[BoardRow, ...]
    number: int
    total: int
    """How many students there are on all pages."""

    @property
    def count(self) -> int:
        """How many pages there are; an empty board is one page."""
        return max(1, -(-self.total // ROWS_A_PAGE))


def press_done(session: Session, *, membership_id: str, step_id: str) -> None:
    """Call a step done. Pressing again changes nothing."""
    insert_once(session, Done, {"membership_id": membership_id, "step_id": step_id})


def take_done_back(session: Session, *, membership_id: str, step_id: str) -> None:
    """Call a step not done after all; nothing tells that it ever was."""
    session.execute(delete(Done).where(Done.membership_id == membership_id, Done.step_id == step_id))


def read_done(database: Session | Connection, membership_id: str) -> frozenset[str]:
    """Return the ids of the steps that somebody called done."""
    return frozenset(database.execute(_DONE, {"membership_id": membership_id}).scalars())


def read_board(database: Session | Connection, *, context_id: str, page: int) -> BoardPage:
    """Read who of a course's students has done what, by name.

    :param page: counted from 1; a page beyond the last one is empty.
    """
    place = {"context_id": context_id, "skipped": (page - 1) * ROWS_A_PAGE}
    found = database.execute(_STUDENTS, place).all()
    done: dict[str, set[str]] = {row.id: set() for row in found}
    for membership_id, step_id in database.execute(_PRESSED, {"membership_ids": list(done)}):
        done[membership_id].add(step_id)
    rows = tuple(BoardRow(row.person_id, row.display_name, frozenset(done[row.id])) for row in found)
    return BoardPage(rows, page, found[0].total if found else 0)
