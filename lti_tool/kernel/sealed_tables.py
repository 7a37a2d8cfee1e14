"""Which rows of the main database have keys in the key store: each room says so of its own tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select

from lti_tool.kernel.database import AT_ONCE

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy.orm import Session

    from lti_tool.kernel.database import Base
    from lti_tool.kernel.key_store import KeyStore


@dataclass(frozen=True)
class SealedTable:
    """A table of the main database whose rows have keys, each under the id of its row."""

    model: Any
    """With a column ``id``."""

    @property
    def name(self) -> str:
        """What the table is called."""
        return str(self.model.__tablename__)

    def find(self, session: Session, record_ids: Collection[str]) -> set[str]:
        """Return which of some records there are in it."""
        found = select(self.model.id).where(self.model.id.in_(list(record_ids)))
        return set(session.execute(found).scalars())

    def erase_keyless(self, session: Session, key_store: KeyStore) -> int:
        """Erase the rows whose key is erased, and return how many there were.

        An older backup brought them back, and nobody can read them (STO-7).
        """
        count, after = 0, ""
        while True:
            page = select(self.model.id).where(self.model.id > after).order_by(self.model.id).limit(AT_ONCE)
            ids = session.execute(page).scalars().all()
            if not ids:
                return count
            gone = sorted(set(ids) - key_store.which_have_keys(ids))
            session.execute(delete(self.model).where(self.model.id.in_(gone)))
            count, after = count + len(gone), ids[-1]


_sealed_tables: dict[str, SealedTable] = {}


def register_sealed_table(model: type[Base]) -> None:
    """Say that the rows of a table have keys.

    :raises ValueError: when that is said of the table already.
    """
    table = SealedTable(model)
    if table.name in _sealed_tables:
        message = f"the rows of {table.name} are known to have keys"
        raise ValueError(message)
    _sealed_tables[table.name] = table


def sealed_tables() -> Collection[SealedTable]:
    """Return the tables whose rows have keys."""
    return _sealed_tables.values()
