"""The audit as stored: a list in which each line seals the one before it, and one row that seals both its ends."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.audit.links import MAC_BYTES
from lti_tool.kernel.database import Base, Id

_Mac = LargeBinary(MAC_BYTES)


class AuditEvent(Base):
    """Something that happened. See :mod:`lti_tool.audit.events` for what it may hold.

    No column points at another table: the ids of people who were erased mean nothing any more, and the list must not
    break when they go.
    """

    __tablename__ = "audit_event"

    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """Counted from 1 without gaps. A database's own counter leaves some."""
    at: Mapped[datetime]
    event: Mapped[str] = mapped_column(String(40))
    """``room:thing:past_tense``"""
    share_id: Mapped[str] = mapped_column(Id)
    reader_id: Mapped[str] = mapped_column(Id, index=True)
    """The membership of who opened it."""
    author_id: Mapped[str] = mapped_column(Id, index=True)
    """The membership of whose it is, who finds the day on My data."""
    purpose: Mapped[str] = mapped_column(String(8))
    """As what it was read: ``group``, ``members`` or ``teacher``."""
    mac: Mapped[bytes] = mapped_column(_Mac)
    """Of this row and the ``mac`` before it, under the master key."""


class AuditChain(Base):
    """Both ends of the list. Who appends holds this row, so that processes do so one after the other."""

    __tablename__ = "audit_chain"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """Always 1: there is one list."""
    first_sequence: Mapped[int]
    """Of the oldest event that is kept, or of the next one when none is."""
    anchor: Mapped[bytes] = mapped_column(_Mac)
    """The ``mac`` before the oldest event that is kept."""
    last_sequence: Mapped[int]
    """Of the newest event; 0 before there was any."""
    last_mac: Mapped[bytes] = mapped_column(_Mac)
    seal: Mapped[bytes] = mapped_column(_Mac)
    """Of all the above, under the master key: whoever cuts the list off at either end cannot make it."""
