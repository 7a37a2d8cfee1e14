"""What all processes share besides the features' own tables: counts for limits, regular work, and which key store."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.kernel.database import Base, Id


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


class KeyStoreLink(Base):
    """Which key store belongs to this database: one row, with the id that the store says of itself."""

    __tablename__ = "key_store_link"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    store_id: Mapped[str] = mapped_column(Id)
