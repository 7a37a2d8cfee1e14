"""Persons, courses, memberships and sessions, as stored: STO-3, and nothing more."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.kernel.database import Base, Id
from lti_tool.lti.models import DIGEST, LMS_ID


class Person(Base):
    """Somebody that an LMS sent. The same human being at two institutions is two persons, and stays so."""

    __tablename__ = "person"
    __table_args__ = (UniqueConstraint("registration_id", "subject"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    registration_id: Mapped[str] = mapped_column(ForeignKey("lti_registration.id", ondelete="CASCADE"))
    subject: Mapped[str] = mapped_column(LMS_ID)
    """The LMS's id for this person (``sub``)."""
    display_name: Mapped[str | None] = mapped_column(String(255))
    """As the LMS sent it at the last launch; empty when it sent none, also when it did before."""
    chosen_locale: Mapped[str | None] = mapped_column(String(2))
    """The language that this person chose here; empty for whatever the LMS says."""


class CourseContext(Base):
    """A course of the LMS: what LTI calls a context."""

    __tablename__ = "course_context"
    __table_args__ = (UniqueConstraint("deployment_id", "lms_context_id"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    deployment_id: Mapped[str] = mapped_column(ForeignKey("lti_deployment.id", ondelete="CASCADE"))
    lms_context_id: Mapped[str] = mapped_column(LMS_ID)
    title: Mapped[str | None] = mapped_column(String(255))


class Membership(Base):
    """A person in a course, with the role of the last launch."""

    __tablename__ = "membership"
    __table_args__ = (
        UniqueConstraint("context_id", "person_id"),
        Index("ix_membership_person_id", "person_id"),
        CheckConstraint("role IN ('learner', 'instructor', 'observer')", name="role"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    context_id: Mapped[str] = mapped_column(ForeignKey("course_context.id", ondelete="CASCADE"))
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    role: Mapped[str] = mapped_column(String(20))
    is_test_user: Mapped[bool] = mapped_column(Boolean)
    """A teacher looking as a student does: on no list of students."""
    lms_groups: Mapped[str | None] = mapped_column(String(500))
    """The LMS's ids of the small groups this person is in there, between commas: a proposal that a teacher confirms."""
    sections: Mapped[str | None] = mapped_column(String(500))
    """The LMS's ids of the sections this person is in, each between commas: ``,12,15,``."""
    sees_own_sections_only: Mapped[bool] = mapped_column(Boolean, server_default=false())
    """Whether the LMS says that this person may see only people of their own sections (GRP-2b)."""


class LaunchSession(Base):
    """One visit: what a launch opened. It also records that its login was used, so that no launch counts twice."""

    __tablename__ = "launch_session"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    login_state: Mapped[str] = mapped_column(DIGEST, unique=True)
    """Digest of the login's state. Unique: a login opens at most one session, also when its launch is posted twice."""
    token: Mapped[str] = mapped_column(DIGEST, unique=True)
    """Digest of the token in the address."""
    binding: Mapped[str] = mapped_column(String(6), server_default="cookie")
    """What ties the session to its browser: ``cookie``, or ``agent`` where the browser keeps none for us."""
    browser: Mapped[str] = mapped_column(DIGEST)
    """Digest of the session's cookie, or of what kind of browser it is: a copied address opens nothing elsewhere."""
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    membership_id: Mapped[str | None] = mapped_column(ForeignKey("membership.id", ondelete="CASCADE"))
    """Empty when the launch named no course."""
    role: Mapped[str] = mapped_column(String(20))
    """The role of this launch; another launch of the same person may have another."""
    lms_role: Mapped[str] = mapped_column(String(20), server_default="unknown")
    """What the LMS says this person is in the course, of a short list; a teaching assistant, a designer, a mentor."""
    is_coordinator: Mapped[bool] = mapped_column(Boolean, server_default=false())
    """Whether a grant of ours made this person a coordinator at this launch."""
    locale: Mapped[str] = mapped_column(String(2))
    frame_origins: Mapped[str] = mapped_column(String(1000))
    """Who may frame these pages, separated by spaces."""
    course_url: Mapped[str | None] = mapped_column(String(1000))
    """Where the course is in the LMS, without anything secret: the way back."""
    wants_contrast: Mapped[bool] = mapped_column(Boolean, server_default=false())
    """Whether the LMS says that this person wants high contrast."""
    brand: Mapped[str | None] = mapped_column(String(7))
    """The institution's colour, as ``#rrggbb``, where the LMS says it."""
    touched_at: Mapped[datetime]
    """The last page, to within ten minutes: a session ends after two hours without one."""
    ends_at: Mapped[datetime]
    """The latest end: twelve hours after the launch, or the moment the person left."""


class CoordinatorGrant(Base):
    """Who is a coordinator at one registration: a person by their LMS id, or everybody with a role of the LMS."""

    __tablename__ = "coordinator_grant"
    __table_args__ = (UniqueConstraint("registration_id", "holder"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    registration_id: Mapped[str] = mapped_column(ForeignKey("lti_registration.id", ondelete="CASCADE"))
    holder: Mapped[str] = mapped_column(String(300))
    """``person:<sub>`` or ``role:<the role as it stands in the launch>``."""
    created_at: Mapped[datetime]
