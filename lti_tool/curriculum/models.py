"""Editions of the learning line and what they bring along, and how a class stands, as stored."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Boolean, ForeignKey, LargeBinary, String, Text
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


class Medium(Base):
    """A sound of a step, or the captions that go with it. Never changed: its id is the hash of its content."""

    __tablename__ = "curriculum_medium"

    id: Mapped[str] = mapped_column(_HASH, primary_key=True)
    media_type: Mapped[str] = mapped_column(String(40))
    content: Mapped[bytes] = mapped_column(LargeBinary)


class CourseClass(Base):
    """How a course stands in the eyes of its teachers. A course without a row stands as the settings say."""

    __tablename__ = "curriculum_class"

    context_id: Mapped[str] = mapped_column(ForeignKey("course_context.id", ondelete="CASCADE"), primary_key=True)
    is_open: Mapped[bool] = mapped_column(Boolean)
    """Whether students see the line, or the calm page before it (product outline 3.7)."""
    ends_on: Mapped[date]
    """The last day of the class, for its teachers to see. Nothing happens on it by itself."""


class HeldUnit(Base):
    """A unit that a class cannot open yet."""

    __tablename__ = "curriculum_held_unit"

    context_id: Mapped[str] = mapped_column(ForeignKey("course_context.id", ondelete="CASCADE"), primary_key=True)
    unit_id: Mapped[str] = mapped_column(String(8), primary_key=True)
    """The unit's id in the content, so that it outlives a new edition."""
    opens_on: Mapped[date]
