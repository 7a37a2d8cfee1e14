"""The tables of the key store: a database of its own, which content backups leave out (STO-1)."""

from __future__ import annotations

from datetime import date  # noqa: TC003 (SQLAlchemy reads it when the program runs)

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from lti_tool.kernel.database import Id


class KeysBase(DeclarativeBase):
    """The root of the key store's tables; they are no part of the main database."""


class RecordKey(KeysBase):
    """The key of one record."""

    __tablename__ = "record_key"

    record_id: Mapped[str] = mapped_column(Id, primary_key=True)
    owner_id: Mapped[str] = mapped_column(Id)
    """Whose record it is: our own random id of a membership, which says nothing without the main database."""
    wrapped: Mapped[bytes] = mapped_column(LargeBinary)
    """Encrypted with a master key, and bound to the record and to whose it is."""
    unused_since: Mapped[date | None]
    """The day on which the sweep found no record for it. It says nothing about when somebody wrote."""


class StoreIdentity(KeysBase):
    """Which key store this is: the main database knows the one that belongs to it."""

    __tablename__ = "key_store"

    id: Mapped[str] = mapped_column(Id, primary_key=True)


class Erasure(KeysBase):
    """Somebody erased themselves, or took their consent back: to be done again when an older backup is brought back.

    It holds our own random id, which after an erasure belongs to nobody, and is kept no longer than backups are.
    """

    __tablename__ = "erasure"

    person_id: Mapped[str] = mapped_column(Id, primary_key=True)
    what: Mapped[str] = mapped_column(String(8), primary_key=True)
    """``person`` or ``consent``."""
    erased_on: Mapped[date]
