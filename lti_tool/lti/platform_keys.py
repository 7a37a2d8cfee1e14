"""The public keys of the platforms: fetched once, shared through the database, parsed once in each worker.

A key set is fetched when it is not known yet, when it is no longer fresh, and when a token names a key that is not in
it, the last at most once a minute in vain for all workers together. When a platform does not answer, the keys we have
are used for a day more. Fetching happens before the launch's transaction, so that a slow platform holds no lock.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from threading import Lock
from typing import TYPE_CHECKING, Any, Protocol

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt import InvalidKeyError
from jwt.algorithms import RSAAlgorithm
from sqlalchemy import or_, select, update

from lti_tool.kernel.log import log
from lti_tool.lti.models import PlatformKeys
from lti_tool.lti.outbound import OutboundError
from lti_tool.lti.refusals import LaunchRefusedError, Reason

if TYPE_CHECKING:
    from lti_tool.kernel.clock import Clock
    from lti_tool.kernel.database import Database
    from lti_tool.lti.outbound import PlatformHttp
    from lti_tool.lti.registrations import KnownRegistration

_COOLDOWN = timedelta(minutes=1)
_SHORTEST, _USUAL, _LONGEST = timedelta(minutes=10), timedelta(hours=6), timedelta(hours=24)
_REST = timedelta(seconds=20)
"""How long a worker does not ask again after a platform failed to answer: waiting for one keeps it from the others."""
_STALE = timedelta(hours=24)
"""How long a key set is used after it ceased to be fresh, while its platform does not answer."""

MOST_KEYS = 50
_LEAST_BITS = 2048


class FetchError(Exception):
    """The platform's keys could not be had."""


class Fetch(Protocol):
    """Gets a key set from an address; returns its keys and how long the platform calls them fresh, if it says so."""

    def __call__(self, url: str) -> tuple[list[dict[str, Any]], timedelta | None]:
        """Get it, or raise FetchError."""


@dataclass(frozen=True)
class _KeySet:
    keys: dict[str, RSAPublicKey]
    fetched_at: datetime
    tried_at: datetime
    fresh_until: datetime


class PlatformKeyStore:
    """Finds the key that must have signed a token."""

    def __init__(self, database: Database, clock: Clock, fetch: Fetch) -> None:
        self._database = database
        self._clock = clock
        self._fetch = fetch
        self._parsed: dict[tuple[str, str], _KeySet] = {}
        self._locks: defaultdict[str, Lock] = defaultdict(Lock)
        self._failed_at: dict[str, datetime] = {}

    def find(self, registration: KnownRegistration, key_id: str) -> RSAPublicKey:
        """Return a platform's key.

        :raises LaunchRefusedError: when the platform has no such key, or its keys cannot be had.
        """
        now = self._clock.now()
        known = self._parsed.get((registration.id, registration.jwks_uri))
        if known is not None and now < known.fresh_until and key_id in known.keys:
            return known.keys[key_id]
        # One thread asks; the others wait and then find what it found. One platform never waits for another.
        with self._locks[registration.id]:
            return self._find_stored(registration, key_id, now)

    def _find_stored(self, registration: KnownRegistration, key_id: str, now: datetime) -> RSAPublicKey:
        stored = self._read(registration)
        if stored is not None and now < stored.fresh_until and key_id in stored.keys:
            return stored.keys[key_id]
        if now - self._failed_at.get(registration.id, now - _REST) < _REST:
            return self._fall_back(stored, key_id, now, unreachable=True)
        # Looked at before it is claimed, so that a flood of made-up key ids writes nothing.
        just_asked = stored is not None and timedelta(0) <= now - stored.tried_at < _COOLDOWN
        if just_asked or not self._may_ask(registration.id, now, never_fetched=stored is None):
            # Somebody asked a moment ago. If that brought keys, this key is unknown; else we cannot say yet.
            answered = stored is not None and now - stored.fetched_at <= _COOLDOWN
            return self._fall_back(stored, key_id, now, unreachable=not answered)
        try:
            keys, fresh_for = self._fetch(registration.jwks_uri)
        except FetchError:
            log.warning("lti:platform_keys:unavailable", registration_id=registration.id)
            self._failed_at[registration.id] = now
            return self._fall_back(stored, key_id, now, unreachable=True)
        fetched = self._store(registration, keys, now, fresh_for, asked_for=key_id)
        if key_id not in fetched.keys:
            raise LaunchRefusedError(Reason.KEY_UNKNOWN)
        return fetched.keys[key_id]

    def _fall_back(self, stored: _KeySet | None, key_id: str, now: datetime, *, unreachable: bool) -> RSAPublicKey:
        if stored is not None and now < stored.fresh_until + _STALE and key_id in stored.keys:
            return stored.keys[key_id]
        raise LaunchRefusedError(Reason.KEYS_UNAVAILABLE if unreachable else Reason.KEY_UNKNOWN)

    def _read(self, registration: KnownRegistration) -> _KeySet | None:
        columns = (PlatformKeys.keys, PlatformKeys.fetched_at, PlatformKeys.tried_at, PlatformKeys.fresh_until)
        query = select(*columns).where(
            PlatformKeys.registration_id == registration.id,
            PlatformKeys.jwks_uri == registration.jwks_uri,
            PlatformKeys.fresh_until.is_not(None),
        )
        with self._database.session(writes=False) as session:
            row = session.execute(query).one_or_none()
        if row is None:
            return None
        key_set = _KeySet(parse_keys(json.loads(row.keys)), row.fetched_at, row.tried_at, row.fresh_until)
        self._parsed[registration.id, registration.jwks_uri] = key_set
        return key_set

    def _may_ask(self, registration_id: str, now: datetime, *, never_fetched: bool) -> bool:
        """Claim the right to ask: one worker a minute, and everybody while there is nothing to use yet."""
        claim = (
            update(PlatformKeys)
            .where(
                PlatformKeys.registration_id == registration_id,
                or_(PlatformKeys.tried_at <= now - _COOLDOWN, PlatformKeys.tried_at > now),
            )
            .values(tried_at=now)
        )
        with self._database.session(writes=True) as session, session.begin():
            if session.execute(select(PlatformKeys.registration_id).filter_by(registration_id=registration_id)).first():
                claimed: Any = session.execute(claim)
                return never_fetched or claimed.rowcount == 1
            row = {"registration_id": registration_id, "keys": "[]", "tried_at": now}
            session.execute(self._database.upsert(PlatformKeys, ["registration_id"], ["tried_at"]), row)
            return True

    def _store(
        self,
        registration: KnownRegistration,
        keys: list[dict[str, Any]],
        now: datetime,
        fresh_for: timedelta | None,
        *,
        asked_for: str,
    ) -> _KeySet:
        usable = [key for key in keys[:MOST_KEYS] if _parse_key(key) is not None]
        wanted = _USUAL if fresh_for is None else fresh_for
        fresh_until = now + min(max(wanted, _SHORTEST), _LONGEST)
        parsed = parse_keys(usable)
        # Only a question in vain has to wait a minute before the next: a platform may change its keys a moment later.
        tried_at = now - _COOLDOWN if asked_for in parsed else now
        values = {"keys": json.dumps(usable), "fetched_at": now, "tried_at": tried_at, "fresh_until": fresh_until}
        values["jwks_uri"] = registration.jwks_uri
        change = update(PlatformKeys).where(PlatformKeys.registration_id == registration.id)
        with self._database.session(writes=True) as session, session.begin():
            session.execute(change.values(**values))
        key_set = _KeySet(parsed, now, tried_at, fresh_until)
        self._parsed[registration.id, registration.jwks_uri] = key_set
        return key_set


def parse_keys(keys: list[dict[str, Any]]) -> dict[str, RSAPublicKey]:
    """Return the keys of a set that may sign a launch, by key id."""
    return {key["kid"]: parsed for key in keys if (parsed := _parse_key(key)) is not None}


def _parse_key(key: object) -> RSAPublicKey | None:
    """Read one JSON Web Key (RFC 7517); None when it may not sign a launch."""
    if not isinstance(key, dict) or not isinstance(key.get("kid"), str) or key.get("kty") != "RSA":
        return None
    if key.get("use", "sig") != "sig" or key.get("alg", "RS256") != "RS256" or "d" in key:
        return None
    try:
        parsed = RSAAlgorithm.from_jwk({name: key[name] for name in ("kty", "n", "e")})
    except (InvalidKeyError, ValueError, TypeError, KeyError):
        return None
    return parsed if isinstance(parsed, RSAPublicKey) and parsed.key_size >= _LEAST_BITS else None


class HttpFetch:
    """Fetches a key set over the network."""

    def __init__(self, http: PlatformHttp) -> None:
        self._http = http

    def __call__(self, url: str) -> tuple[list[dict[str, Any]], timedelta | None]:
        """Fetch the key set at an address. Redirects are not followed.

        :raises FetchError: when it does not come within five seconds, is too large, or is no key set.
        """
        try:
            answer = self._http.get(url)
            found = answer.json()
        except OutboundError as error:
            raise FetchError from error
        keys = found.get("keys") if isinstance(found, dict) else None
        if answer.status != HTTPStatus.OK or not isinstance(keys, list):
            raise FetchError
        return keys, _max_age(answer.headers.get("Cache-Control") or "")


def _max_age(header: str) -> timedelta | None:
    found = re.search(r"max-age=(\d{1,9})", header)
    return timedelta(seconds=int(found.group(1))) if found else None
