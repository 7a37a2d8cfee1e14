"""What a teacher keeps for themselves, as stored."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.kernel.database import Base, Id


class Ready(Base):
    """A teacher ticked an item of the checklist. A row without a time: whether it is ticked is all that counts."""

    __tablename__ = "guidance_ready"

    membership_id: Mapped[str] = mapped_column(ForeignKey("membership.id", ondelete="CASCADE"), primary_key=True)
    item_id: Mapped[str] = mapped_column(String(8), primary_key=True)
    """The item's id in the content."""


class Reminder(Base):
    """A teacher wants to come back to something: a day, and a word that means something to them alone (GRP-8)."""

    __tablename__ = "guidance_reminder"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    membership_id: Mapped[str] = mapped_column(ForeignKey("membership.id", ondelete="CASCADE"), index=True)
    due_on: Mapped[date]
    erase_on: Mapped[date]
    """Sixty days after it was set."""
    handle: Mapped[bytes] = mapped_column(LargeBinary)
    """Encrypted: the word may be a name after all."""
