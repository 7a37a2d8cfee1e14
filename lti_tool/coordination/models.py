"""The places to go of an institution, as stored."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.kernel.database import Base, Id

KINDS = ("teacher", "adviser", "dean", "psychologist", "security", "peer_group", "practitioner", "other")
"""What somebody is for students (product outline 3.9), in the order in which they are shown."""


class InstitutionContact(Base):
    """A card of an institution: somebody whom its students can go to."""

    __tablename__ = "coordination_contact"
    __table_args__ = (CheckConstraint("kind IN (" + ", ".join(f"'{name}'" for name in KINDS) + ")", name="kind"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    registration_id: Mapped[str] = mapped_column(ForeignKey("lti_registration.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(100))
    """Of the person or the desk, as people there say it."""
    phone: Mapped[str | None] = mapped_column(String(30))
    email: Mapped[str | None] = mapped_column(String(254))
    web: Mapped[str | None] = mapped_column(String(500))
    place: Mapped[str | None] = mapped_column(String(100))
    """Room or building."""
    scope_nl: Mapped[str] = mapped_column(Text)
    """What students can come with, and what stays between them, in Dutch."""
    scope_en: Mapped[str] = mapped_column(Text)
    answers_nl: Mapped[str] = mapped_column(String(200))
    """How soon there is an answer, with any waiting time, in Dutch."""
    answers_en: Mapped[str] = mapped_column(String(200))
    every_page: Mapped[bool] = mapped_column(Boolean)
    """Whether the card stands at the foot of every page, beside the national numbers."""
    checked_on: Mapped[date]
    """When a coordinator last said that all of this is right (GRP-4)."""
