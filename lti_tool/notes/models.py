"""What somebody writes for themselves, as stored."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.kernel.database import Base, Id


class Note(Base):
    """A note. There is no time in it, no length, and nothing that tells whether it is about its author."""

    __tablename__ = "notes_note"
    __table_args__ = (UniqueConstraint("membership_id", "step_id", "prompt_id"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    """Its key in the key store has the same id."""
    membership_id: Mapped[str] = mapped_column(ForeignKey("membership.id", ondelete="CASCADE"))
    """The author's; the text is bound to it."""
    step_id: Mapped[str] = mapped_column(String(8))
    """The step's id in the content, so that it outlives a new edition."""
    prompt_id: Mapped[str] = mapped_column(String(20))
    """The question in that step, or one time of going through the decision aid."""
    text: Mapped[bytes] = mapped_column(LargeBinary)
    """Encrypted with its own key, filled up to whole blocks."""
    keep_until: Mapped[date]
    """The last day on which it is kept, as its author was told; a later last day of the class keeps it longer."""
