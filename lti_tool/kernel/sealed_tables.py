"""Which rows of the main database have keys in the key store: each room says so of its own tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from sqlalchemy.orm import Session

    from lti_tool.kernel.key_store import KeyStore


@dataclass(frozen=True)
class SealedTable:
    """A table of the main database whose rows have keys."""

    name: str
    find: Callable[[Session, Collection[str]], set[str]]
    """Returns which of some records there are."""
    erase_keyless: Callable[[Session, KeyStore], int]
    """Erases the rows whose key is erased, and returns how many there were."""


_sealed_tables: dict[str, SealedTable] = {}


def register_sealed_table(table: SealedTable) -> None:
    """Say which rows have keys.

    :raises ValueError: when that is said of the table already.
    """
    if table.name in _sealed_tables:
        message = f"the rows of {table.name} are known to have keys"
        raise ValueError(message)
    _sealed_tables[table.name] = table


def sealed_tables() -> Collection[SealedTable]:
    """Return the tables whose rows have keys."""
    return _sealed_tables.values()
