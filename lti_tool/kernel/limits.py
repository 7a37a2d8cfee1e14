"""How often something may be asked for: limits that hold over all processes, at next to no cost on an ordinary day.

Each process counts in memory, and tells the database only after a tenth of what is allowed; it then learns what the
others counted. So an ordinary day writes nothing, a flood writes ten rows a minute, and together the processes let
through at most a tenth each beyond the limit. Nobody's network address is in it: a school is one address.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Lock
from typing import TYPE_CHECKING

from sqlalchemy import delete
from sqlalchemy.exc import SQLAlchemyError

from lti_tool.kernel.ids import digest
from lti_tool.kernel.log import describe_error, log
from lti_tool.kernel.models import LimitCount

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from lti_tool.kernel.clock import Clock
    from lti_tool.kernel.database import Database
    from lti_tool.kernel.key_ring import KeyRing

_MOST_KEYS = 20_000
"""What a process remembers at once, oldest first forgotten: a flood under made-up names must not fill its memory."""


@dataclass(frozen=True)
class Limit:
    """So many of one thing in one stretch of time."""

    what: str
    most: int
    seconds: int

    @property
    def step(self) -> int:
        """How many a process counts by itself before it asks what the others counted."""
        return max(1, self.most // 10)


@dataclass
class _Count:
    known: int = 0
    """What all processes together are known to have counted."""
    untold: int = 0


class Limits:
    """The counts of one process."""

    def __init__(self, database: Database, clock: Clock, key_ring: KeyRing) -> None:
        self._database = database
        self._clock = clock
        self._key_ring = key_ring
        self._counts: OrderedDict[tuple[str, str, int], _Count] = OrderedDict()
        self._lock = Lock()

    def allow(self, limit: Limit, *who: str) -> bool:
        """Count one, and return whether it is still within the limit.

        Call it before the request writes: the count has a transaction of its own.

        :param who: for whom is counted, such as a registration and a person.
        """
        period = self._clock.timestamp() // limit.seconds
        key = (limit.what, digest("|".join(who)), period)
        with self._lock:
            count = self._counts.setdefault(key, _Count())
            self._counts.move_to_end(key)
            if len(self._counts) > _MOST_KEYS:
                self._counts.popitem(last=False)
            if count.known + count.untold >= limit.most:
                return False  # and nothing more is written for this stretch of time
            count.untold += 1
            if count.untold < limit.step:
                return True
            told, count.untold = count.untold, 0
            count.known += told
        self._tell(limit, key, count, told)
        return count.known <= limit.most

    def _tell(self, limit: Limit, key: tuple[str, str, int], count: _Count, told: int) -> None:
        what, who, period = key
        erase_at = datetime.fromtimestamp((period + 2) * limit.seconds, UTC)
        statement = self._database.upsert(LimitCount, ("key", "period"), (), sums=("count",))
        # Under a key, and not a plain digest: whoever reads the database knows whose digest to try.
        name = self._key_ring.mac("limit count", f"{what}|{who}".encode()).hex()
        row = {"key": name, "period": period, "count": told, "erase_at": erase_at}
        try:
            with self._database.session(writes=True) as session, session.begin():
                count.known = session.execute(statement.returning(LimitCount.count), row).scalar_one()
        except SQLAlchemyError as error:
            # Each process then holds the limit by itself. Whoever needs the database will say that it is away.
            log.warning("kernel:limits:not_shared", **describe_error(error))

    def forget(self) -> None:
        """Begin anew: for tests, whose databases are emptied."""
        self._counts.clear()


def erase_old_counts(session: Session, *, now: datetime) -> None:
    """Erase the counts of times gone by."""
    session.execute(delete(LimitCount).where(LimitCount.erase_at <= now))
