"""What all processes share besides the features' own tables: counts for limits, and who does which regular work."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.kernel.database import Base


class LimitCount(Base):
    """How often something was asked for in one stretch of time. See :mod:`lti_tool.kernel.limits`."""

    __tablename__ = "limit_count"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    """What is counted and for whom, under the master key (HMAC): nobody can be read from it, or tried against it."""
    period: Mapped[int] = mapped_column(Integer, primary_key=True)
    """Which stretch of time: the seconds since 1970, divided by its length."""
    count: Mapped[int] = mapped_column(Integer)
    erase_at: Mapped[datetime]


class Job(Base):
    """Regular work, and when it is next due. Who moves ``due_at`` on does the work; everybody else leaves it."""

    __tablename__ = "job"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    due_at: Mapped[datetime]
