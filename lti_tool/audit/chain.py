"""The list of what was opened: it only grows at one end, is erased at the other, and shows whoever touched it (LOG-6).

Each event carries an HMAC of itself and of the HMAC before it; the row of both ends carries one too. So whoever can
write to the database, but has no master key, cannot change an event, take one out, add one, or cut the list off without
:func:`verify_chain` seeing it. Nor is what they did made good by going on: nothing is appended, erased or sealed anew
when the ends do not hold.

It does not see everything. Whoever has the keys could write the whole list anew; an older copy of the database that was
put back looks whole, and so does a database from which the whole list is gone. Against those helps only the list's head
(its last HMAC), written down elsewhere: :func:`has_head` says whether the list still holds it.
"""

from __future__ import annotations

import re
from dataclasses import asdict, replace
from datetime import timedelta
from itertools import chain
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, delete, insert, or_, select, update

from lti_tool.audit.events import ShareOpened
from lti_tool.audit.links import EVENT, HEAD_LENGTH, MAC_BYTES, SEAL, Ends, Verdict, Walk, Why, is_signed, spell_event
from lti_tool.audit.models import AuditChain, AuditEvent
from lti_tool.kernel.database import insert_once
from lti_tool.kernel.erasing import register_eraser
from lti_tool.kernel.errors import RugzakError
from lti_tool.kernel.log import describe_error, log
from lti_tool.kernel.resealing import register_resealer

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime

    from sqlalchemy import Connection, RowMapping
    from sqlalchemy.orm import Session

    from lti_tool.audit.events import Event
    from lti_tool.kernel.erasing import Sweeping
    from lti_tool.kernel.key_ring import KeyRing

KEEP = timedelta(days=365)
MOST_SHOWN = 500
_MOST_AT_ONCE = 5000
_READ_AT_ONCE = 1000
_ONLY = 1
"""The id of the one row of ends."""

_ENDS = (
    AuditChain.first_sequence,
    AuditChain.anchor,
    AuditChain.last_sequence,
    AuditChain.last_mac,
    AuditChain.seal,
)
_READ_ENDS = select(*_ENDS).where(AuditChain.id == _ONLY)
_HOLD_ENDS = _READ_ENDS.with_for_update()
_EVENTS = select(AuditEvent.__table__).order_by(AuditEvent.sequence)
# Both in one statement, so that they are of one moment also on PostgreSQL, whoever appends meanwhile.
_EVENTS_WITH_ENDS = _EVENTS.add_columns(*_ENDS).outerjoin(AuditChain, AuditChain.id == _ONLY)
_OPENINGS = (
    select(AuditEvent.at)
    .where(AuditEvent.author_id.in_(bindparam("author_ids", expanding=True)), AuditEvent.event == ShareOpened.name)
    .order_by(AuditEvent.at.desc(), AuditEvent.sequence.desc())
    .limit(MOST_SHOWN)
)
_OWN_OPENINGS = (
    select(AuditEvent.at)
    .where(AuditEvent.reader_id.in_(bindparam("reader_ids", expanding=True)), AuditEvent.event == ShareOpened.name)
    .order_by(AuditEvent.at.desc(), AuditEvent.sequence.desc())
    .limit(MOST_SHOWN)
)


class AuditError(RugzakError):
    """The list does not hold together, so it is left as it is."""


def record_event(session: Session, key_ring: KeyRing, event: Event, *, now: datetime) -> None:
    """Append an event in the caller's transaction.

    Call it last: whoever else appends waits from here until the caller commits.

    :raises AuditError: when somebody touched the end of the list; what was to be audited must not happen then.
    """
    ends = _hold(session, key_ring)
    beyond = select(AuditEvent.sequence).where(AuditEvent.sequence > ends.last_sequence).limit(1)
    if session.execute(beyond).first() is not None:
        raise _broken()
    row = {"sequence": ends.last_sequence + 1, "at": now, "event": event.name, **event.values()}
    mac = key_ring.mac(EVENT, ends.last_mac + spell_event(row))
    session.execute(insert(AuditEvent).values(**row, mac=mac))
    _write_ends(session, key_ring, replace(ends, last_sequence=ends.last_sequence + 1, last_mac=mac))


def read_openings(database: Session | Connection, author_ids: Collection[str]) -> tuple[datetime, ...]:
    """Return when others opened what somebody shared, newest first: nothing of who, or of which share (LOG-5).

    :param author_ids: the memberships of one person.
    """
    return tuple(database.execute(_OPENINGS, {"author_ids": list(author_ids)}).scalars())


def read_own_openings(database: Session | Connection, reader_ids: Collection[str]) -> tuple[datetime, ...]:
    """Return when somebody opened what others share, newest first: it is kept of them too.

    :param reader_ids: the memberships of one person.
    """
    return tuple(database.execute(_OWN_OPENINGS, {"reader_ids": list(reader_ids)}).scalars())


def verify_chain(database: Session | Connection, key_ring: KeyRing) -> Verdict:
    """Look at every event that is kept, and say whether the list is as it was written."""
    with database.execute(_EVENTS_WITH_ENDS, execution_options={"yield_per": _READ_AT_ONCE}) as result:
        rows = result.mappings()
        first = next(rows, None)
        if first is not None:
            return _verify(key_ring, first, chain([first], rows))
    ends = database.execute(_READ_ENDS).mappings().one_or_none()
    return Verdict() if ends is None else _verify(key_ring, ends, [])


def has_head(database: Session | Connection, head: str) -> bool:
    """Whether the list still holds a head that was written down. Not after twelve months, nor after resealing."""
    if not re.fullmatch(rf"[0-9a-f]{{{HEAD_LENGTH}}}", head):
        return False
    low, high = (bytes.fromhex(head).ljust(MAC_BYTES, filler) for filler in (b"\x00", b"\xff"))
    event = select(AuditEvent.sequence).where(AuditEvent.mac.between(low, high)).limit(1)
    ends = select(AuditChain.id).where(
        or_(AuditChain.anchor.between(low, high), AuditChain.last_mac.between(low, high))
    )
    return any(database.execute(statement).first() is not None for statement in (event, ends))


def erase_old_events(session: Session, key_ring: KeyRing, now: datetime) -> int:
    """Erase some thousands of events that are older than twelve months, and return how many there were.

    From the old end only: an event stays for as long as one before it. When they do not hold, none is erased, for who
    changed their time could let newer ones go; and nothing is raised, so that all else that has passed its date goes.
    """
    before = now - KEEP
    oldest = session.execute(select(AuditEvent.at).order_by(AuditEvent.sequence).limit(1)).scalar()
    if oldest is None or oldest >= before:
        return 0
    try:
        ends = _hold(session, key_ring)
        walk = _walk_old(session, Walk(key_ring, ends), before)
    except AuditError as error:
        log.error("audit:chain:broken", **describe_error(error))
        return 0
    session.execute(delete(AuditEvent).where(AuditEvent.sequence <= walk.sequence))
    _write_ends(session, key_ring, replace(ends, first_sequence=walk.sequence + 1, anchor=walk.mac))
    return walk.events


def _walk_old(session: Session, walk: Walk, before: datetime) -> Walk:
    kept = select(AuditEvent.sequence).where(AuditEvent.at >= before).order_by(AuditEvent.sequence).limit(1)
    first_kept = session.execute(kept).scalar()
    old = _EVENTS if first_kept is None else _EVENTS.where(AuditEvent.sequence < first_kept)
    for row in session.execute(old.limit(_MOST_AT_ONCE)).mappings():
        if walk.follow(row) is not None:
            raise _broken()
    return walk


def reseal_chain(session: Session, key_ring: KeyRing) -> int:
    """Sign every event again, with the newest master key, and return how many there are.

    :raises AuditError: when the list is not whole: signing it would make good what somebody did to it.
    """
    ends = _hold(session, key_ring)
    if not verify_chain(session, key_ring).is_whole:
        raise _broken()
    mac, sequence = ends.anchor, ends.first_sequence - 1
    while rows := _read_after(session, sequence):
        signed = []
        for row in rows:
            mac, sequence = key_ring.mac(EVENT, mac + spell_event(row)), row["sequence"]
            signed.append({"sequence": sequence, "mac": mac})
        session.execute(update(AuditEvent), signed)
    _write_ends(session, key_ring, replace(ends, last_mac=mac))
    return ends.last_sequence + 1 - ends.first_sequence


def _read_after(session: Session, sequence: int) -> list[RowMapping]:
    return list(session.execute(_EVENTS.where(AuditEvent.sequence > sequence).limit(_READ_AT_ONCE)).mappings())


def _hold(session: Session, key_ring: KeyRing) -> Ends:
    """Hold the row of both ends until the caller commits; make it when there is none.

    :raises AuditError: when no master key that is set sealed it.
    """
    row = session.execute(_HOLD_ENDS).mappings().one_or_none()
    if row is None:
        new = Ends()
        insert_once(session, AuditChain, {"id": _ONLY, **asdict(new), "seal": key_ring.mac(SEAL, new.spell())})
        row = session.execute(_HOLD_ENDS).mappings().one()
    ends = Ends.of(row)
    if not is_signed(key_ring, SEAL, ends.spell(), row["seal"]):
        raise _broken()
    return ends


def _write_ends(session: Session, key_ring: KeyRing, ends: Ends) -> None:
    sealed = {**asdict(ends), "seal": key_ring.mac(SEAL, ends.spell())}
    session.execute(update(AuditChain).where(AuditChain.id == _ONLY).values(**sealed))


def _verify(key_ring: KeyRing, found: RowMapping, rows: Iterable[RowMapping]) -> Verdict:
    if found["seal"] is None:
        return Verdict(why=Why.HEAD)
    ends = Ends.of(found)
    if not is_signed(key_ring, SEAL, ends.spell(), found["seal"]):
        return Verdict(why=Why.HEAD if _holds_any(key_ring, ends.anchor, rows) else Why.NO_KEY)
    walk = Walk(key_ring, ends)
    for row in rows:
        broken = walk.follow(row)
        if broken is not None:
            return broken
    return walk.finish()


def _holds_any(key_ring: KeyRing, mac: bytes, rows: Iterable[RowMapping]) -> bool:
    """Whether any event follows from the one before it."""
    for row in rows:
        if is_signed(key_ring, EVENT, mac + spell_event(row), row["mac"]):
            return True
        mac = row["mac"]
    return False


def _broken() -> AuditError:
    message = "the audit of openings was changed outside of Rugzak, or its master key is not set: see “audit verify”."
    return AuditError(message)


def _sweep(session: Session, sweeping: Sweeping) -> int:
    return erase_old_events(session, sweeping.key_ring, sweeping.now)


register_eraser("audit_event", _sweep)
register_resealer("audit_event", reseal_chain)
