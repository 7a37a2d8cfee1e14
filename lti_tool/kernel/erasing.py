"""Who erases what has passed its date. Each room registers what it keeps for a while; privacy asks them all."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from sqlalchemy.orm import Session

    Eraser = Callable[[Session, datetime], int]
    """Erases up to some thousands of rows that have passed their date at a moment, and returns how many it erased."""

_erasers: dict[str, Eraser] = {}


def register_eraser(table: str, erase: Eraser) -> None:
    """Say who erases what has passed its date in a table.

    :raises ValueError: when somebody does already.
    """
    if table in _erasers:
        message = f"somebody erases {table} already"
        raise ValueError(message)
    _erasers[table] = erase


def erasers() -> Mapping[str, Eraser]:
    """Return who erases what, by table."""
    return _erasers
