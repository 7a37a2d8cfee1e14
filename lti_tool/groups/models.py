"""Small groups as stored. A group is a circle of people who agreed on something, not a label to sort by (GRP-1)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.kernel.database import Base, Id

LONGEST_TITLE = 80
LONGEST_NAME = 40


class GroupSet(Base):
    """One way in which a course is divided into groups. A course has one in use; the others are kept."""

    __tablename__ = "groups_set"
    __table_args__ = (
        Index(
            "uq_groups_set_in_use",
            "context_id",
            unique=True,
            sqlite_where=text("is_in_use"),
            postgresql_where=text("is_in_use"),
        ),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    context_id: Mapped[str] = mapped_column(ForeignKey("course_context.id", ondelete="CASCADE"), index=True)
    title: Mapped[str] = mapped_column(String(LONGEST_TITLE))
    size: Mapped[int]
    """How many students a group is meant to have."""
    is_in_use: Mapped[bool] = mapped_column(Boolean)
    sign_up_open: Mapped[bool] = mapped_column(Boolean)
    """Whether students choose a group themselves now."""


class Group(Base):
    """A small group of a set."""

    __tablename__ = "groups_group"
    __table_args__ = (UniqueConstraint("set_id", "number"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    set_id: Mapped[str] = mapped_column(ForeignKey("groups_set.id", ondelete="CASCADE"))
    number: Mapped[int]
    """Counted from 1; it stays when groups are formed again."""
    name: Mapped[str | None] = mapped_column(String(LONGEST_NAME))
    """What the group or its teacher calls it; empty for its number."""


class GroupMember(Base):
    """A student in a group: of each set in one at most."""

    __tablename__ = "groups_member"

    set_id: Mapped[str] = mapped_column(ForeignKey("groups_set.id", ondelete="CASCADE"), primary_key=True)
    membership_id: Mapped[str] = mapped_column(
        ForeignKey("membership.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    group_id: Mapped[str] = mapped_column(ForeignKey("groups_group.id", ondelete="CASCADE"), index=True)
    is_aside: Mapped[bool] = mapped_column(Boolean)
    """Whether a teacher set them aside, without a reason (SHR-9). The group goes on; they see it once they agree."""


class GroupTeacher(Base):
    """A teacher who looks after a group: it is among "my groups" (GRP-2b)."""

    __tablename__ = "groups_teacher"

    group_id: Mapped[str] = mapped_column(ForeignKey("groups_group.id", ondelete="CASCADE"), primary_key=True)
    membership_id: Mapped[str] = mapped_column(
        ForeignKey("membership.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class Wish(Base):
    """Two students to keep apart, or together. There is no field for why, and there will be none (GRP-1)."""

    __tablename__ = "groups_wish"
    __table_args__ = (CheckConstraint("kind IN ('apart', 'together')", name="kind"),)

    context_id: Mapped[str] = mapped_column(ForeignKey("course_context.id", ondelete="CASCADE"), primary_key=True)
    first_id: Mapped[str] = mapped_column(ForeignKey("membership.id", ondelete="CASCADE"), primary_key=True)
    """The membership whose id comes first, so that a pair is stored once."""
    second_id: Mapped[str] = mapped_column(
        ForeignKey("membership.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    kind: Mapped[str] = mapped_column(String(8))


class PlannedPlace(Base):
    """Where a student would be in groups that a teacher has formed and not confirmed yet."""

    __tablename__ = "groups_planned_place"

    set_id: Mapped[str] = mapped_column(ForeignKey("groups_set.id", ondelete="CASCADE"), primary_key=True)
    membership_id: Mapped[str] = mapped_column(
        ForeignKey("membership.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    number: Mapped[int]
    """Of the group; one that does not exist yet begins when the plan is confirmed."""
    label: Mapped[str | None] = mapped_column(String(LONGEST_NAME))
    """What a timetable calls that group."""


class ChangeRequest(Base):
    """A student asked for another group. Why is not asked, and when is not kept (GRP-1, RSK-24)."""

    __tablename__ = "groups_change_request"

    membership_id: Mapped[str] = mapped_column(ForeignKey("membership.id", ondelete="CASCADE"), primary_key=True)


class Agreement(Base):
    """What a group agreed on: its newest version, and no older one."""

    __tablename__ = "groups_agreement"

    group_id: Mapped[str] = mapped_column(ForeignKey("groups_group.id", ondelete="CASCADE"), primary_key=True)
    version: Mapped[int]
    saved_on: Mapped[date]
    """The day of this version, which its group and its teacher see."""
    text: Mapped[bytes] = mapped_column(LargeBinary)
    """Its lines, encrypted."""


class Acceptance(Base):
    """A member accepted the agreements that stand now. Declining leaves no row, nor any other trace (GRP-10)."""

    __tablename__ = "groups_acceptance"

    group_id: Mapped[str] = mapped_column(ForeignKey("groups_group.id", ondelete="CASCADE"), primary_key=True)
    membership_id: Mapped[str] = mapped_column(
        ForeignKey("membership.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class Product(Base):
    """What a group makes together in a step. A row without a time: handed in or not is all that counts (CMP-2)."""

    __tablename__ = "groups_product"
    __table_args__ = (Index("ix_groups_product_step_id", "step_id"),)

    group_id: Mapped[str] = mapped_column(ForeignKey("groups_group.id", ondelete="CASCADE"), primary_key=True)
    step_id: Mapped[str] = mapped_column(String(8), primary_key=True)
    """The step's id in the content, so that it outlives a new edition."""
    text: Mapped[bytes] = mapped_column(LargeBinary)
    """What stands in its fields, encrypted."""
    is_handed_in: Mapped[bool] = mapped_column(Boolean)
    feedback: Mapped[bytes | None] = mapped_column(LargeBinary)
    """What a teacher says of the task, encrypted."""


class Visit(Base):
    """A group invited a teacher to its page, and every member sees that (GRP-2)."""

    __tablename__ = "groups_visit"

    group_id: Mapped[str] = mapped_column(ForeignKey("groups_group.id", ondelete="CASCADE"), primary_key=True)
    membership_id: Mapped[str] = mapped_column(
        ForeignKey("membership.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    ends_at: Mapped[datetime]
    """The latest end; the group or the teacher can end it before."""
