"""A clock that stands still until a test moves it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from lti_tool.kernel.clock import Clock

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


class FrozenClock(Clock):
    """Monday morning, half past nothing."""

    moment: datetime

    def __init__(self) -> None:
        super().__init__()
        self.reset()

    def now(self) -> datetime:
        return self.moment

    def reset(self) -> None:
        object.__setattr__(self, "moment", START)

    def move(self, **length: float) -> None:
        object.__setattr__(self, "moment", self.moment + timedelta(**length))

    def set_to(self, moment: datetime) -> None:
        object.__setattr__(self, "moment", moment)
