"""Consent to storing what somebody writes: asked apart, in words that have a version, and taken back at any moment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, delete, select, update

from lti_tool.kernel.database import insert_once
from lti_tool.people.models import Membership
from lti_tool.sharing.models import Consent

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy import Connection
    from sqlalchemy.orm import Session

CONSENT_VERSION = 1
"""Of the words on the consent page, of what the texts are for, and of who may be let in. Another one asks again
(STO-12)."""

_OF_AUTHOR = (
    select(Consent.version)
    .join(Membership, Membership.person_id == Consent.person_id)
    .where(Membership.id == bindparam("membership_id"))
)
_ONE = select(Consent.version, Consent.given_on).where(Consent.person_id == bindparam("person_id"))


@dataclass(frozen=True)
class GivenConsent:
    """What somebody said yes to, and when."""

    version: int
    given_on: date

    @property
    def holds(self) -> bool:
        """Whether it is to the words of today."""
        return self.version == CONSENT_VERSION


def read_consent(database: Session | Connection, person_id: str) -> GivenConsent | None:
    """Return what somebody said yes to, in these words or in older ones; None when they did not, or took it back."""
    row = database.execute(_ONE, {"person_id": person_id}).one_or_none()
    return None if row is None else GivenConsent(row.version, row.given_on)


def author_consents(database: Session | Connection, membership_id: str) -> bool:
    """Whether an author consents to storing text, in the words of today."""
    return database.execute(_OF_AUTHOR, {"membership_id": membership_id}).scalar() == CONSENT_VERSION


def give_consent(session: Session, person_id: str, today: date) -> None:
    """Note that somebody says yes to the words of today."""
    row = {"version": CONSENT_VERSION, "given_on": today}
    insert_once(session, Consent, {"person_id": person_id, **row})
    other = (Consent.person_id == person_id) & (Consent.version != CONSENT_VERSION)
    session.execute(update(Consent).where(other).values(**row))


def take_consent_back(session: Session, person_id: str) -> None:
    """Forget that somebody ever said yes. What they wrote is erased by who calls this, before."""
    session.execute(delete(Consent).where(Consent.person_id == person_id))
