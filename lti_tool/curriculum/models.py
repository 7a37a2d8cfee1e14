"""Editions of the learning line, as stored."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.kernel.database import Base

_HASH = String(64)


class Edition(Base):
    """One published version of the learning line. Never changed: its id is the hash of its content."""

    __tablename__ = "curriculum_edition"

    id: Mapped[str] = mapped_column(_HASH, primary_key=True)
    content: Mapped[str] = mapped_column(Text)
    """The line as canonical JSON, texts as the writers' Markdown."""
    loaded_at: Mapped[datetime]


class Release(Base):
    """Which edition of a line is read now."""

    __tablename__ = "curriculum_release"

    line_id: Mapped[str] = mapped_column(String(20), primary_key=True)
    edition_id: Mapped[str] = mapped_column(ForeignKey("curriculum_edition.id"))
