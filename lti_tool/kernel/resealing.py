"""Who encrypts again what an older master key sealed, so that the older one can be taken out.

Each floor registers what it keeps encrypted; ``keys reseal`` asks them all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlalchemy.orm import Session

    from lti_tool.kernel.key_ring import KeyRing

    Resealer = Callable[[Session, KeyRing], int]
    """Encrypts what a table holds again, with the newest master key, and returns how many rows that were."""

_resealers: dict[str, Resealer] = {}


def register_resealer(table: str, reseal: Resealer) -> None:
    """Say who encrypts again what a table holds.

    :raises ValueError: when somebody does already.
    """
    if table in _resealers:
        message = f"somebody reseals {table} already"
        raise ValueError(message)
    _resealers[table] = reseal


def resealers() -> Mapping[str, Resealer]:
    """Return who encrypts again what, by table."""
    return _resealers
