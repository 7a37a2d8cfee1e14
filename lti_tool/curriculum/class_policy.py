"""When students of a class see the line and its units. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_LAST_DAY = (8, 31)
"""Month and day on which a class ends when nobody says otherwise (product outline 3.7)."""


@dataclass(frozen=True)
class ClassState:
    """How a class stands: preparing or open, until when, and which units it cannot open yet."""

    is_open: bool
    ends_on: date
    held: Mapping[str, date] = field(default_factory=dict)
    """For each unit that was ever held, the first day on which it is open."""

    def has_ended(self, today: date) -> bool:
        """Whether its last day has passed. Students read on all the same."""
        return self.ends_on < today

    def opening_day(self, unit_id: str, today: date) -> date | None:
        """Return the day on which a held unit opens; None when it is open today."""
        opens_on = self.held.get(unit_id)
        return opens_on if opens_on is not None and opens_on > today else None

    def shows_unit(self, unit_id: str, today: date) -> bool:
        """Whether students of this class can open a unit today."""
        return self.is_open and self.opening_day(unit_id, today) is None


def usual_end(today: date) -> date:
    """Return the day on which a class that begins now ends when nobody says otherwise: the next 31 August."""
    month, day = _LAST_DAY
    this_year = date(today.year, month, day)
    return this_year if today <= this_year else date(today.year + 1, month, day)
