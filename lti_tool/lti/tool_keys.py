"""The tool's own keys: made here, encrypted at rest, published as a JSON Web Key Set, and replaced by and by.

A key is *next* first (published, so that every platform has it before it signs), then *current* (it signs), then
*retiring* (still published, for what it signed last), and then it is erased. Whoever writes here waits for their turn.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from jwt.algorithms import RSAAlgorithm
from sqlalchemy import case, delete, select, text, update

from lti_tool.kernel.ids import digest
from lti_tool.kernel.resealing import register_resealer
from lti_tool.lti.models import Registration, ToolKey

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from lti_tool.kernel.clock import Clock
    from lti_tool.kernel.key_ring import KeyRing

ROTATE_AFTER = timedelta(days=90)
"""How long a key signs: a copy of it that nobody noticed is worth at most a term."""
PUBLISH_BEFORE = timedelta(hours=24)
"""How long a key is published before it signs. We ourselves keep a platform's keys for at most that long unasked."""
KEEP_RETIRING = timedelta(days=7)
"""How long a key is published after it last signed. What it signed is good for minutes; a week is for caches."""

_PURPOSE = "tool keys"
_MOST = 20


class KeyStatus(StrEnum):
    """What a key is at the moment. It moves down this list, one at a time."""

    NEXT = "next"
    CURRENT = "current"
    RETIRING = "retiring"


@dataclass(frozen=True)
class KeyState:
    """What may be told of a key."""

    id: str
    status: KeyStatus
    since: datetime


def ensure_tool_key(session: Session, key_ring: KeyRing, clock: Clock) -> str:
    """Make the first keys, current and next, unless they are there.

    :returns: the id of the current key.
    """
    states = list_keys(session)
    if not (_first(states, KeyStatus.CURRENT) and _first(states, KeyStatus.NEXT)):
        _take_turn(session)
        _complete(session, key_ring, clock.now())
        states = list_keys(session)
    return next(state.id for state in states if state.status is KeyStatus.CURRENT)


def rotate_keys(session: Session, key_ring: KeyRing, clock: Clock, *, instead_of: str | None) -> timedelta | None:
    """Let the next key sign from now on, and the current one retire. A key that is missing is made.

    :param instead_of: the current key, as the caller saw it before. Of two who rotate at the same moment, the second
        finds another one, and changes nothing: otherwise a key that no platform has seen would come to sign.
    :returns: how long the new current key had been published; None when nothing was changed.
    """
    now = clock.now()
    _take_turn(session)
    current = _first(list_keys(session), KeyStatus.CURRENT)
    if (current.id if current else None) != instead_of:
        return None
    if current is not None:
        _move(session, KeyStatus.CURRENT, KeyStatus.RETIRING, now)
    published_at = _complete(session, key_ring, now)
    _erase_retired(session, now)
    return max(now - published_at, timedelta(0))


def rotate_when_due(session: Session, key_ring: KeyRing, clock: Clock) -> dict[str, Any]:
    """Do what is due: make what is missing, rotate a key that signed long enough, erase what retired long enough.

    It makes no keys while there is nobody to sign for.

    :returns: whether it rotated, and how many keys it made and erased.
    """
    now = clock.now()
    _take_turn(session)
    before = list_keys(session)
    if before or session.execute(select(Registration.id).limit(1)).first():
        _complete(session, key_ring, now)
    states = list_keys(session)
    current, following = _first(states, KeyStatus.CURRENT), _first(states, KeyStatus.NEXT)
    rotated = (
        current is not None
        and following is not None
        and current.since <= now - ROTATE_AFTER
        and following.since <= now - PUBLISH_BEFORE
        and rotate_keys(session, key_ring, clock, instead_of=current.id) is not None
    )
    erased = _erase_retired(session, now)
    known = {state.id for state in before}
    made = sum(state.id not in known for state in list_keys(session))
    return {"rotated": rotated, "made": made, "erased": erased}


def replace_keys(session: Session, key_ring: KeyRing, clock: Clock) -> None:
    """Erase every key and begin anew: for a leak, after which no key that was there may be believed.

    Platforms that keep our keys refuse what we send until they ask again. Nobody is kept from coming in.
    """
    _take_turn(session)
    session.execute(delete(ToolKey))
    _complete(session, key_ring, clock.now())


def reseal_keys(session: Session, key_ring: KeyRing) -> int:
    """Encrypt every private key again, with the newest master key, and return how many there are.

    :raises KeyRingError: when a key cannot be opened with the master keys that are set.
    """
    _take_turn(session)
    rows = session.execute(select(ToolKey.id, ToolKey.private_key).order_by(ToolKey.id)).all()
    for row in rows:
        plain = key_ring.decrypt(_PURPOSE, row.private_key, bound_to=_place(row.id))
        sealed = key_ring.encrypt(_PURPOSE, plain, bound_to=_place(row.id))
        session.execute(update(ToolKey).where(ToolKey.id == row.id).values(private_key=sealed))
    return len(rows)


def check_tool_key(session: Session, key_ring: KeyRing) -> None:
    """Check that the current private key can be opened, if there is one.

    A registration without a key is no reason to be called not ready: people come in without it, and the worker makes
    one within a day.

    :raises KeyRingError: when the master keys that are set do not fit this database.
    """
    open_current_key(session, key_ring)


def open_current_key(session: Session, key_ring: KeyRing) -> tuple[str, bytes] | None:
    """Return the id of the current key and its private half (PKCS 8), or None when there is none yet.

    :raises KeyRingError: when the master keys that are set do not fit this database.
    """
    columns = select(ToolKey.id, ToolKey.private_key).where(ToolKey.status == KeyStatus.CURRENT.value)
    row = session.execute(columns.order_by(*_ORDER).limit(1)).one_or_none()
    return None if row is None else (row.id, key_ring.decrypt(_PURPOSE, row.private_key, bound_to=_place(row.id)))


# The current key comes first: a platform that looks at one key only then sees the one that signs.
_ORDER = (
    case({KeyStatus.CURRENT.value: 0, KeyStatus.NEXT.value: 1}, value=ToolKey.status, else_=2),
    ToolKey.since.desc(),
    ToolKey.id,
)


def list_keys(session: Session) -> list[KeyState]:
    """Return what every key is: current, next, and the retiring ones, the last retired first."""
    rows = session.execute(select(ToolKey.id, ToolKey.status, ToolKey.since).order_by(*_ORDER).limit(_MOST))
    return [KeyState(row.id, KeyStatus(row.status), row.since) for row in rows]


def read_public_keys(session: Session) -> list[dict[str, Any]]:
    """Return our public keys as JSON Web Keys (RFC 7517), in the order of :func:`list_keys`."""
    rows = session.execute(select(ToolKey.id, ToolKey.public_jwk).order_by(*_ORDER).limit(_MOST))
    return [{**json.loads(row.public_jwk), "kid": row.id, "alg": "RS256", "use": "sig"} for row in rows]


def _first(states: list[KeyState], status: KeyStatus) -> KeyState | None:
    return next((state for state in states if state.status is status), None)


def _take_turn(session: Session) -> None:
    """Wait until nobody else writes keys. A row could be locked, but there may be none yet; readers are not held up."""
    if session.get_bind().dialect.name == "postgresql":  # who writes to SQLite is alone already
        session.execute(text("LOCK TABLE lti_tool_key IN SHARE ROW EXCLUSIVE MODE"))


def _move(session: Session, before: KeyStatus, after: KeyStatus, now: datetime) -> None:
    session.execute(update(ToolKey).where(ToolKey.status == before.value).values(status=after.value, since=now))


def _complete(session: Session, key_ring: KeyRing, now: datetime) -> datetime:
    """See to it that there is a current and a next key; return since when the current one has been published."""
    states = list_keys(session)
    current, following = _first(states, KeyStatus.CURRENT), _first(states, KeyStatus.NEXT)
    if current is None and following is not None:
        _move(session, KeyStatus.NEXT, KeyStatus.CURRENT, now)
        current, following = following, None
    if current is None:
        _make(session, key_ring, KeyStatus.CURRENT, now)
    if following is None:
        _make(session, key_ring, KeyStatus.NEXT, now)
    return now if current is None else current.since


def _make(session: Session, key_ring: KeyRing, status: KeyStatus, now: datetime) -> None:
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    jwk = RSAAlgorithm.to_jwk(private.public_key(), as_dict=True)
    key_id = _thumbprint(jwk)
    plain = private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    session.add(
        ToolKey(
            id=key_id,
            public_jwk=json.dumps({"kty": "RSA", "n": jwk["n"], "e": jwk["e"]}),
            private_key=key_ring.encrypt(_PURPOSE, plain, bound_to=_place(key_id)),
            status=status.value,
            since=now,
            created_at=now,
        )
    )
    session.flush()


def _erase_retired(session: Session, now: datetime) -> int:
    long_ago = (ToolKey.status == KeyStatus.RETIRING.value) & (ToolKey.since <= now - KEEP_RETIRING)
    erased: Any = session.execute(delete(ToolKey).where(long_ago))
    return int(erased.rowcount)


def _place(key_id: str) -> str:
    return f"lti_tool_key.private_key:{key_id}"


def _thumbprint(jwk: dict[str, Any]) -> str:
    """Return the RFC 7638 thumbprint of an RSA key."""
    canonical = json.dumps({"e": jwk["e"], "kty": "RSA", "n": jwk["n"]}, separators=(",", ":"), sort_keys=True)
    return base64.urlsafe_b64encode(bytes.fromhex(digest(canonical))).decode().rstrip("=")


register_resealer("lti_tool_key", reseal_keys)
