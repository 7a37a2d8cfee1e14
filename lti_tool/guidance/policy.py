"""When a class may open, what comes next for it, and which days can be chosen. Pure."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from lti_tool.curriculum.class_policy import ClassState

KEEP_REMINDERS = timedelta(days=60)
"""How long a reminder is kept, and so how far ahead it can be (GRP-8)."""
LONGEST_WORD = 40
MOST_REMINDERS = 50
"""Of one teacher in one course."""
_YEARS_AHEAD = 2


def left_to_do(items: Iterable[str], ticked: Collection[str]) -> tuple[str, ...]:
    """Return the items of the checklist that are not ticked, in their order. A tick of an item that is gone is none."""
    return tuple(item for item in items if item not in ticked)


def may_open(items: Collection[str], ticked: Collection[str]) -> bool:
    """Whether a teacher with these ticks may open the class (product outline 3.7).

    A learning line without a checklist opens no class: nobody was asked to prepare.
    """
    return bool(items) and not left_to_do(items, ticked)


def last_day_on(state: ClassState, today: date, usual: date) -> date:
    """Return the last day of a class that opens today: the one that was chosen, unless it has passed."""
    return state.ends_on if state.ends_on >= today else usual


def next_opening(state: ClassState, unit_ids: Iterable[str], today: date) -> tuple[str, date] | None:
    """Return the held unit that opens first, and its day; None when every unit is open."""
    days = ((unit_id, state.opening_day(unit_id, today)) for unit_id in unit_ids)
    held = [(day, unit_id) for unit_id, day in days if day is not None]
    if not held:
        return None
    first = min(day for day, _ in held)
    return next((unit_id, day) for day, unit_id in held if day == first)


def furthest_day(today: date) -> date:
    """Return the last day that can be chosen for a class: two years from today."""
    if (today.month, today.day) == (2, 29):
        return date(today.year + _YEARS_AHEAD, 2, 28)
    return today.replace(year=today.year + _YEARS_AHEAD)
