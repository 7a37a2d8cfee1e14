"""When a connection last worked, and what last went wrong on it: for the administrator's page, not for statistics.

A process notes the same thing at most once in a while. So a class that comes in writes one row, a flood of spoilt
launches a few, and a launch costs one statement more every ten minutes.
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from threading import Lock
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from lti_tool.kernel.log import describe_error, log
from lti_tool.lti.models import LastEvent

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Connection
    from sqlalchemy.orm import Session

    from lti_tool.kernel.clock import Clock
    from lti_tool.kernel.database import Database

LAUNCHED, REFUSED = "launched", "refused"
NOTED_EVERY = {LAUNCHED: timedelta(minutes=10), REFUSED: timedelta(minutes=1)}
_MOST_CLAIM = 60


class Way(StrEnum):
    """How somebody came in."""

    FRAME = "frame"
    """With a cookie, in the LMS's page."""
    STORAGE = "storage"
    """Without one, with the platform's storage."""
    WINDOW = "window"


class LastEvents:
    """What one process has noted lately."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._noted: dict[tuple[str, str], datetime] = {}
        self._lock = Lock()

    def note_launch(self, connection: Connection, registration_id: str, way: Way) -> None:
        """Note that a launch came in, in the launch's own transaction."""
        row = self._row(LAUNCHED, way, registration_id, None)
        if row is not None:
            connection.execute(self._statement(), row)

    def note_refusal(self, registration_id: str, reason: str, claim: str | None) -> None:
        """Note a refused login or launch, in a transaction of its own: what is refused commits nothing."""
        row = self._row(REFUSED, reason, registration_id, claim)
        if row is None:
            return
        try:
            with self._database.session(writes=True) as session, session.begin():
                session.execute(self._statement(), row)
        except SQLAlchemyError as error:
            # The person in front of the page is told why they were refused, whatever happens here.
            log.warning("lti:last_events:not_noted", **describe_error(error))

    def _row(self, group: str, what: str, registration_id: str, claim: str | None) -> dict[str, object] | None:
        now, kind = self._clock.now(), f"{group}:{what}"
        with self._lock:
            noted = self._noted.get((registration_id, kind))
            if noted is not None and timedelta(0) <= now - noted < NOTED_EVERY[group]:
                return None
            self._noted[registration_id, kind] = now
        claim = claim[:_MOST_CLAIM] if claim else None
        return {"registration_id": registration_id, "kind": kind, "claim": claim, "happened_at": now}

    def _statement(self) -> Any:
        return self._database.upsert(LastEvent, ("registration_id", "kind"), ("claim", "happened_at"))

    def forget(self) -> None:
        """Begin anew: for tests, whose databases are emptied."""
        self._noted.clear()


def read_last_events(session: Session, registration_id: str) -> Sequence[LastEvent]:
    """Return what last happened on a connection, newest first."""
    query = select(LastEvent).filter_by(registration_id=registration_id).order_by(LastEvent.happened_at.desc())
    return session.execute(query.limit(100)).scalars().all()
