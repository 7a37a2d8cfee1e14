"""What is done, as stored: a membership and a step, and nothing else (CMP-2)."""

from __future__ import annotations

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.kernel.database import Base


class Done(Base):
    """Somebody pressed done at a step. A row without a time: it could only tell what nobody needs to know."""

    __tablename__ = "progress_done"

    membership_id: Mapped[str] = mapped_column(ForeignKey("membership.id", ondelete="CASCADE"), primary_key=True)
    step_id: Mapped[str] = mapped_column(String(8), primary_key=True)
    """The step's id in the content, so that progress outlives a new edition."""
