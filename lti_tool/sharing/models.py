"""Shares, who may read them, and the consent to storing text, as stored."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.kernel.database import Base, Id


class Consent(Base):
    """Somebody said yes to storing what they write (STO-11). Taking it back deletes the row, and all they wrote."""

    __tablename__ = "sharing_consent"

    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    version: Mapped[int]
    """Of the text they said yes to; another text asks again (STO-12)."""
    given_on: Mapped[date]


class Share(Base):
    """A note that others may read. Withdrawing, erasing and ending delete the row: nothing tells that it ever was."""

    __tablename__ = "sharing_share"
    __table_args__ = (
        CheckConstraint("audience IN ('group', 'members', 'teacher')", name="audience"),
        CheckConstraint(
            "pause IS NULL OR pause IN ('newcomer', 'left', 'teacher', 'edited', 'away')",
            name="pause",
        ),
        CheckConstraint("(audience = 'teacher') = (group_id IS NULL)", name="group"),
        Index("ix_sharing_share_ends_on", "ends_on"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    # Notes and groups lie on higher floors, so they are named and not imported; the database holds the two together.
    note_id: Mapped[str] = mapped_column(ForeignKey("notes_note.id", ondelete="CASCADE"), unique=True)
    membership_id: Mapped[str] = mapped_column(ForeignKey("membership.id", ondelete="CASCADE"), index=True)
    """The author's."""
    step_id: Mapped[str] = mapped_column(String(8))
    """The step of the note: what is shared in a part ends when its author closes that part (SHR-10)."""
    audience: Mapped[str] = mapped_column(String(8))
    """``group``, ``members`` or ``teacher``: there is no other (SHR-3)."""
    group_id: Mapped[str | None] = mapped_column(ForeignKey("groups_group.id", ondelete="CASCADE"), index=True)
    """The author's group when it was shared; empty for a teacher."""
    pause: Mapped[str | None] = mapped_column(String(8))
    """Why nobody reads it now; empty while it is active. Only its author ends a pause (SHR-5)."""
    ends_on: Mapped[date]
    """The last day on which it can be read."""
    given: Mapped[bytes] = mapped_column(LargeBinary)
    """Which note, with which text, and to whom, encrypted with a key of its own: readers that somebody adds in SQL open
    nothing, a text that changed is not read, and a share that was taken back opens nothing when a backup brings it."""


class Reader(Base):
    """Somebody on the frozen list of a share. Nobody is ever added to one (SHR-2)."""

    __tablename__ = "sharing_reader"

    share_id: Mapped[str] = mapped_column(ForeignKey("sharing_share.id", ondelete="CASCADE"), primary_key=True)
    membership_id: Mapped[str] = mapped_column(
        ForeignKey("membership.id", ondelete="CASCADE"), primary_key=True, index=True
    )
