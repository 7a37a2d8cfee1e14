"""A list of openings: made by the real functions, and touched by somebody who can write to the database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import Table, delete, select, update

from lti_tool.audit.chain import record_event, verify_chain
from lti_tool.audit.events import Purpose, ShareOpened
from lti_tool.audit.models import AuditChain, AuditEvent
from lti_tool.kernel.database import Base
from lti_tool.kernel.ids import new_id

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from lti_tool.audit.links import Verdict
    from lti_tool.kernel.database import Database
    from lti_tool.kernel.key_ring import KeyRing
    from lti_tool.web.edge import Instruments
    from tests.clock import FrozenClock


@pytest.fixture(scope="session")
def tool_apps(tool_apps: Callable[[str, str], Flask]) -> Callable[[str, str], Flask]:
    """The tool, with the tables of the audit where no migration makes them."""

    def build(kind: str, url: str) -> Flask:
        app = tool_apps(kind, url)
        tables = [table for model in (AuditEvent, AuditChain) if isinstance(table := model.__table__, Table)]
        Base.metadata.create_all(app.extensions["rugzak"].database.engine, tables=tables, checkfirst=True)
        return app

    return build


def opening(author_id: str | None = None, purpose: Purpose = Purpose.GROUP) -> ShareOpened:
    """An opening of a share that is made up."""
    return ShareOpened(new_id(), new_id(), author_id or new_id(), purpose)


@dataclass
class Audit:
    """The list, who writes to it by the rules, and who does not."""

    database: Database
    clock: FrozenClock
    key_ring: KeyRing

    def record(self, *events: ShareOpened, key_ring: KeyRing | None = None) -> None:
        """Append events, a minute after each other and each in a transaction of its own."""
        for event in events:
            self.clock.move(minutes=1, microseconds=1)
            with self.database.session(writes=True) as session, session.begin():
                record_event(session, key_ring or self.key_ring, event, now=self.clock.now())

    def verify(self, key_ring: KeyRing | None = None) -> Verdict:
        with self.database.session(writes=False) as session:
            return verify_chain(session, key_ring or self.key_ring)

    def rows(self) -> list[dict[str, Any]]:
        with self.database.session(writes=False) as session:
            found = session.execute(select(AuditEvent.__table__).order_by(AuditEvent.sequence)).mappings()
            return [dict(row) for row in found]

    def ends(self) -> dict[str, Any]:
        with self.database.session(writes=False) as session:
            return dict(session.execute(select(AuditChain.__table__)).mappings().one())

    def change(self, number: int, **values: Any) -> None:
        """Write over an event, as only somebody from outside does."""
        with self.database.session(writes=True) as session, session.begin():
            session.execute(update(AuditEvent).where(AuditEvent.sequence == number).values(**values))

    def change_ends(self, **values: Any) -> None:
        with self.database.session(writes=True) as session, session.begin():
            session.execute(update(AuditChain).values(**values))

    def take_out(self, sequence: int) -> None:
        with self.database.session(writes=True) as session, session.begin():
            session.execute(delete(AuditEvent).where(AuditEvent.sequence == sequence))

    def put(self, **row: Any) -> None:
        with self.database.session(writes=True) as session, session.begin():
            session.add(AuditEvent(**row))

    def take_out_ends(self) -> None:
        with self.database.session(writes=True) as session, session.begin():
            session.execute(delete(AuditChain))


@pytest.fixture
def audit(tools: Instruments, clock: FrozenClock) -> Audit:
    """A list without events."""
    return Audit(tools.database, clock, tools.key_ring)


@pytest.fixture
def five(audit: Audit) -> Audit:
    """A list of five events."""
    audit.record(*[opening() for _ in range(5)])
    return audit
