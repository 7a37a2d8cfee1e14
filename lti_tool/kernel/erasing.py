"""Who erases what has passed its date. Each room registers what it keeps for a while; privacy asks them all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date, datetime, timedelta

    from sqlalchemy.orm import Session

    from lti_tool.kernel.key_ring import KeyRing
    from lti_tool.kernel.key_store import KeyStore

    Eraser = Callable[[Session, "Sweeping"], int]
    """Erases up to some thousands of rows that have passed their date, and returns how many it erased."""


@dataclass(frozen=True)
class Sweeping:
    """What an eraser works with."""

    now: datetime
    today: date
    """At the institutions."""
    key_ring: KeyRing
    key_store: KeyStore
    keep_progress: timedelta
    """How long after the last day of a class the institution keeps who was in it, and what they called done."""


_erasers: dict[str, Eraser] = {}


def register_eraser(table: str, erase: Eraser) -> None:
    """Say who erases what has passed its date in a table.

    :raises ValueError: when somebody does already.
    """
    if table in _erasers:
        message = f"somebody erases {table} already"
        raise ValueError(message)
    _erasers[table] = erase


def by_moment(erase: Callable[[Session, datetime], int]) -> Eraser:
    """Return an eraser of what needs nothing but the moment it is."""
    return lambda session, sweeping: erase(session, sweeping.now)


def erasers() -> Mapping[str, Eraser]:
    """Return who erases what, by table."""
    return _erasers
