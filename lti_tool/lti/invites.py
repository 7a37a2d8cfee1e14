"""Invites: secret addresses for administrators. What is stored of a secret is its digest."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, or_, select, update

from lti_tool.kernel.errors import RugzakError
from lti_tool.kernel.ids import digest, new_id, new_secret
from lti_tool.lti.models import Invite, Registration

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from lti_tool.kernel.clock import Clock

LEASE = timedelta(minutes=2)
"""How long one press has an invite for itself. Two calls to a platform take ten seconds at most."""
REGISTER_LIFETIME = timedelta(days=7)
CONNECTION_LIFETIME = timedelta(days=90)
_KEPT = timedelta(days=30)
"""How long a past invite can still say that it is past."""


class Purpose(StrEnum):
    """What an invite is for."""

    REGISTER = "register"
    """To register one platform, once."""
    CONNECTION = "connection"
    """To look after one connection, until it expires."""


class InviteReason(StrEnum):
    """Why an invite opens nothing."""

    UNKNOWN = "invite_unknown"
    EXPIRED = "invite_expired"
    USED = "invite_used"


class InviteRefusedError(RugzakError):
    """An invite opens nothing."""

    def __init__(self, reason: InviteReason) -> None:
        super().__init__("this invite is not valid, or not any more.")
        self.reason = reason


@dataclass(frozen=True)
class FoundInvite:
    """An invite that may be used now."""

    id: str
    registration_id: str | None
    """The registration it is for, when it is for one that exists."""


def create_invite(
    session: Session, purpose: Purpose, clock: Clock, *, lifetime: timedelta, registration_id: str | None = None
) -> str:
    """Store an invite.

    :param registration_id: the one registration it is for; needed for a connection.
    :returns: its secret, which nothing can show again.
    :raises InviteRefusedError: when there is no such registration.
    """
    if registration_id is not None and session.get(Registration, registration_id) is None:
        raise InviteRefusedError(InviteReason.UNKNOWN)
    secret, now = new_secret(), clock.now()
    session.add(
        Invite(
            id=new_id(),
            secret=digest(secret),
            purpose=purpose.value,
            registration_id=registration_id,
            created_at=now,
            expires_at=now + lifetime,
        )
    )
    session.flush()
    return secret


def find_invite(session: Session, secret: str, purpose: Purpose, clock: Clock) -> FoundInvite:
    """Find an invite that may be used now.

    :raises InviteRefusedError: when there is none with this secret and purpose, or it is past.
    """
    columns = (Invite.id, Invite.registration_id, Invite.expires_at, Invite.used_at)
    # The digest of anything is plain text, whatever characters somebody put into the address.
    query = select(*columns).filter_by(secret=digest(secret), purpose=purpose.value)
    row = session.execute(query).one_or_none()
    if row is None:
        raise InviteRefusedError(InviteReason.UNKNOWN)
    if row.used_at is not None:
        raise InviteRefusedError(InviteReason.USED)
    if row.expires_at <= clock.now():
        raise InviteRefusedError(InviteReason.EXPIRED)
    return FoundInvite(row.id, row.registration_id)


def claim_invite(session: Session, invite_id: str, clock: Clock) -> bool:
    """Take an invite for two minutes, so that two presses at once do not both register.

    :returns: whether it was free.
    """
    now = clock.now()
    free = (
        Invite.id == invite_id,
        Invite.used_at.is_(None),
        Invite.expires_at > now,
        # A lease longer than ours is of a clock that was wrong.
        or_(Invite.claimed_until.is_(None), Invite.claimed_until <= now, Invite.claimed_until > now + LEASE),
    )
    claimed: Any = session.execute(update(Invite).where(*free).values(claimed_until=now + LEASE))
    return bool(claimed.rowcount == 1)


def release_invite(session: Session, invite_id: str) -> None:
    """Give an invite back: nothing came of it."""
    session.execute(update(Invite).where(Invite.id == invite_id, Invite.used_at.is_(None)).values(claimed_until=None))


def use_invite(session: Session, invite_id: str, registration_id: str, clock: Clock) -> None:
    """Note what an invite made. It opens nothing any more."""
    values = {"used_at": clock.now(), "claimed_until": None, "registration_id": registration_id}
    session.execute(update(Invite).where(Invite.id == invite_id).values(values))


def erase_expired_invites(session: Session, clock: Clock) -> int:
    """Erase invites that have been past for a month.

    :returns: how many.
    """
    erased: Any = session.execute(delete(Invite).where(Invite.expires_at <= clock.now() - _KEPT))
    return int(erased.rowcount)


def revoke_invites(session: Session, registration_id: str) -> int:
    """Erase every address that was given out for a registration.

    :returns: how many there were.
    :raises InviteRefusedError: when there is no such registration.
    """
    if session.get(Registration, registration_id) is None:
        raise InviteRefusedError(InviteReason.UNKNOWN)
    erased: Any = session.execute(delete(Invite).filter_by(registration_id=registration_id))
    return int(erased.rowcount)
