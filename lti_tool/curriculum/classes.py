"""How a class stands: reading it for every page of a student, and changing it for its teachers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, delete, select, update

from lti_tool.curriculum.class_policy import ClassState, usual_end
from lti_tool.curriculum.models import CourseClass, HeldUnit
from lti_tool.kernel.database import insert_once
from lti_tool.people.models import CourseContext

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy import Connection
    from sqlalchemy.orm import Session

_STATE = (
    select(CourseClass.is_open, CourseClass.ends_on, HeldUnit.unit_id, HeldUnit.opens_on)
    .select_from(CourseContext)
    .outerjoin(CourseClass, CourseClass.context_id == CourseContext.id)
    .outerjoin(HeldUnit, HeldUnit.context_id == CourseContext.id)
    .where(CourseContext.id == bindparam("context_id"))
    .order_by(HeldUnit.unit_id)
)


def read_class(database: Session | Connection, context_id: str, *, begins_open: bool, today: date) -> ClassState:
    """Return how a class stands, in one statement.

    :param begins_open: how a class stands that no teacher has touched.
    """
    rows = database.execute(_STATE, {"context_id": context_id}).all()
    held = {row.unit_id: row.opens_on for row in rows if row.unit_id is not None}
    if not rows or rows[0].is_open is None:
        return ClassState(begins_open, usual_end(today), held)
    return ClassState(rows[0].is_open, rows[0].ends_on, held)


def set_class(
    session: Session,
    context_id: str,
    state: ClassState,
    *,
    is_open: bool | None = None,
    ends_on: date | None = None,
) -> None:
    """Open a class, or put it back to preparing, or say which day is its last.

    Only what is given is changed: two teachers may press at one moment, each something else.

    :param state: how the class stood when it was read; the rest of a class that nobody has touched follows it.
    """
    given = {"is_open": is_open, "ends_on": ends_on}
    changes = {name: value for name, value in given.items() if value is not None}
    stood = {"is_open": state.is_open, "ends_on": state.ends_on}
    insert_once(session, CourseClass, {"context_id": context_id, **stood, **changes})
    session.execute(update(CourseClass).where(CourseClass.context_id == context_id).values(changes))


def hold_unit(session: Session, context_id: str, unit_id: str, opens_on: date) -> None:
    """Let a class open a unit only from a day on."""
    here = {"context_id": context_id, "unit_id": unit_id}
    insert_once(session, HeldUnit, {**here, "opens_on": opens_on})
    this = (HeldUnit.context_id == context_id) & (HeldUnit.unit_id == unit_id)
    session.execute(update(HeldUnit).where(this).values(opens_on=opens_on))


def release_unit(session: Session, context_id: str, unit_id: str) -> None:
    """Let a class open a unit at once."""
    session.execute(delete(HeldUnit).where(HeldUnit.context_id == context_id, HeldUnit.unit_id == unit_id))
