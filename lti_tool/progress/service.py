"""Pressing done, taking it back, and reading what somebody has done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, delete, select

from lti_tool.kernel.database import insert_once
from lti_tool.progress.models import Done

if TYPE_CHECKING:
    from sqlalchemy import Connection
    from sqlalchemy.orm import Session

# Built once: building a statement costs more than running it.
_DONE = select(Done.step_id).where(Done.membership_id == bindparam("membership_id"))


def press_done(session: Session, *, membership_id: str, step_id: str) -> None:
    """Call a step done. Pressing again changes nothing."""
    insert_once(session, Done, {"membership_id": membership_id, "step_id": step_id})


def take_done_back(session: Session, *, membership_id: str, step_id: str) -> None:
    """Call a step not done after all; nothing tells that it ever was."""
    session.execute(delete(Done).where(Done.membership_id == membership_id, Done.step_id == step_id))


def read_done(database: Session | Connection, membership_id: str) -> frozenset[str]:
    """Return the ids of the steps that somebody called done."""
    return frozenset(database.execute(_DONE, {"membership_id": membership_id}).scalars())
