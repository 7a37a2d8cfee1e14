"""What time it is: the one place that asks, so that tests and demos can move it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo


@dataclass(frozen=True)
class Clock:
    """The computer's clock, moved by ``offset`` (zero in production)."""

    offset: timedelta = timedelta(0)

    def now(self) -> datetime:
        """Return the present moment, in UTC and with its time zone."""
        return datetime.now(UTC) + self.offset

    def timestamp(self) -> int:
        """Return the present moment as whole seconds since 1970, as JSON Web Tokens count."""
        return int(self.now().timestamp())

    def today(self, zone: tzinfo) -> date:
        """Return the day it is in a time zone."""
        return self.now().astimezone(zone).date()
