"""The registrations that a worker has met, remembered for half a minute.

Every login and every launch needs one, and hardly anything changes less often. Remembering them saves a login its only
statement, so that it needs no database at all, and a launch one of its two connections. The price: a registration that
is changed or taken away counts for at most half a minute longer, and so does the only one of an issuer when a second
one comes. What was not found is not remembered: a new registration counts at once, and made-up names fill no memory.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from lti_tool.lti.registrations import find_for_login, find_registration

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlalchemy import Connection

    from lti_tool.kernel.clock import Clock
    from lti_tool.kernel.database import Database
    from lti_tool.lti.registrations import KnownRegistration

_KEPT = timedelta(seconds=30)


class KnownRegistrations:
    """Finds registrations as :mod:`lti_tool.lti.registrations` does, and asks the database only now and then."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._kept: dict[tuple[str | None, ...], tuple[datetime, KnownRegistration]] = {}

    def find(self, registration_id: str) -> KnownRegistration:
        """Find a registration by our id.

        :raises LaunchRefusedError: when there is none.
        """
        return self._recall((registration_id,), lambda connection: find_registration(connection, registration_id))

    def find_for_login(self, *, registration_id: str | None, issuer: str, client_id: str | None) -> KnownRegistration:
        """Find the registration that a login is for.

        :raises LaunchRefusedError: when there is none, or more than one could be meant.
        """
        return self._recall(
            (registration_id, issuer, client_id),
            lambda connection: find_for_login(
                connection, registration_id=registration_id, issuer=issuer, client_id=client_id
            ),
        )

    def forget(self) -> None:
        """Ask the database at the next call."""
        self._kept.clear()

    def _recall(
        self, key: tuple[str | None, ...], read: Callable[[Connection], KnownRegistration]
    ) -> KnownRegistration:
        now = self._clock.now()
        kept = self._kept.get(key)
        if kept is not None and timedelta(0) <= now - kept[0] < _KEPT:
            return kept[1]
        self._kept.pop(key, None)
        with self._database.connection(writes=False) as connection:
            found = read(connection)
        self._kept[key] = (now, found)
        return found
