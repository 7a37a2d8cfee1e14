"""When somebody may take along what is kept of them. Pure."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date, datetime

FRESH = timedelta(minutes=15)
"""How long after coming in: a visit that somebody left open must not hand everything to whoever finds it (STO-8)."""
REMIND_BEFORE = timedelta(days=30)
"""How long before notes are erased their author reads so on the course home (STO-6)."""


def is_fresh(came_in_at: datetime, now: datetime) -> bool:
    """Whether somebody came in just now, so that the LMS has just said who they are."""
    return now - came_in_at <= FRESH


def is_soon(last_day: date, today: date) -> bool:
    """Whether notes that are kept until a day are erased soon."""
    return last_day - today <= REMIND_BEFORE
