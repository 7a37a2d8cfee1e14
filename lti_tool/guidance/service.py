"""A teacher's ticks, and what they do to the class: opening it, holding its units."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, delete, select

from lti_tool.curriculum.class_policy import usual_end
from lti_tool.curriculum.classes import hold_unit, read_class, release_unit, set_class
from lti_tool.guidance.models import Ready
from lti_tool.guidance.policy import last_day_on, may_open
from lti_tool.kernel.database import insert_once
from lti_tool.kernel.errors import RugzakError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import date

    from sqlalchemy import Connection
    from sqlalchemy.orm import Session

    from lti_tool.curriculum.class_policy import ClassState

# Built once: building a statement costs more than running it.
_TICKS = select(Ready.item_id).where(Ready.membership_id == bindparam("membership_id"))


@dataclass(frozen=True)
class ClassToday:
    """A class, on the day it is."""

    context_id: str
    begins_open: bool
    """Whether a class that no teacher has touched is open."""
    today: date


class NotReadyError(RugzakError):
    """A class cannot open yet: its teacher has not ticked everything."""


def read_ticks(database: Session | Connection, membership_id: str) -> frozenset[str]:
    """Return the items of the checklist that a teacher ticked."""
    return frozenset(database.execute(_TICKS, {"membership_id": membership_id}).scalars())


def keep_ticks(session: Session, membership_id: str, ticked: Collection[str]) -> None:
    """Keep which items a teacher ticked; any other tick of theirs goes."""
    others = delete(Ready).where(Ready.membership_id == membership_id, Ready.item_id.not_in(ticked))
    session.execute(others)
    for item_id in sorted(ticked):
        insert_once(session, Ready, {"membership_id": membership_id, "item_id": item_id})


def read_state(database: Session | Connection, here: ClassToday) -> ClassState:
    """Return how a class stands."""
    return read_class(database, here.context_id, begins_open=here.begins_open, today=here.today)


def open_class(session: Session, here: ClassToday, *, membership_id: str, items: Collection[str]) -> None:
    """Open a class for its students. Opening one that is open changes nothing.

    :param membership_id: the teacher who opens it; only their own ticks count.
    :param items: what is on the checklist now.
    :raises NotReadyError: when not everything is ticked.
    """
    if not may_open(items, read_ticks(session, membership_id)):
        message = "not everything on the checklist is ticked"
        raise NotReadyError(message)
    state = read_state(session, here)
    ends_on = last_day_on(state, here.today, usual_end(here.today))
    set_class(session, here.context_id, state, is_open=True, ends_on=ends_on if ends_on != state.ends_on else None)


def prepare_again(session: Session, here: ClassToday) -> None:
    """Put a class back to preparing. What students have done stays."""
    set_class(session, here.context_id, read_state(session, here), is_open=False)


def choose_last_day(session: Session, here: ClassToday, ends_on: date) -> None:
    """Say which day is the last of a class."""
    set_class(session, here.context_id, read_state(session, here), ends_on=ends_on)


def plan_units(session: Session, context_id: str, changes: Mapping[str, date | None]) -> None:
    """Hold units until a day, or release them.

    :param changes: for each unit that changes, its first day; None releases it.
    """
    for unit_id, opens_on in sorted(changes.items()):
        if opens_on is None:
            release_unit(session, context_id, unit_id)
        else:
            hold_unit(session, context_id, unit_id, opens_on)
