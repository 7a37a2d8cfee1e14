"""Erasing what has passed its date."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lti_tool.kernel.erasing import erasers

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from lti_tool.kernel.clock import Clock


def sweep(session: Session, clock: Clock) -> dict[str, int]:
    """Erase what has passed its date, and count it by table."""
    now = clock.now()
    return {table: erase(session, now) for table, erase in sorted(erasers().items())}
