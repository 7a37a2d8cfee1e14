"""Reading all that is kept of somebody, erasing it, and erasing by itself what has passed its date."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from lti_tool.curriculum.models import CourseClass
from lti_tool.kernel.erasing import erasers, register_eraser
from lti_tool.kernel.key_store import KeyStoreError
from lti_tool.kernel.log import describe_error, log
from lti_tool.kernel.sealed_tables import sealed_tables
from lti_tool.people.kept import everything_kept
from lti_tool.people.models import CoordinatorGrant, LaunchSession, Membership, Person
from lti_tool.sharing.consent import give_consent, read_consent, take_consent_back

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from sqlalchemy.orm import Session

    from lti_tool.kernel.erasing import Sweeping
    from lti_tool.kernel.key_store import KeyStore
    from lti_tool.people.kept import Kept, Looking, Row


_MOST_AT_ONCE = 500
PERSON, CONSENT = "person", "consent"
"""What the key store remembers for as long as there are backups: an older one that is brought back is erased again."""


@dataclass(frozen=True)
class Told:
    """Something that is kept of somebody, with what it is."""

    kept: Kept
    rows: Sequence[Row]


def tell_all(looking: Looking) -> tuple[Told, ...]:
    """Return all that is kept of somebody, room by room; what there is nothing of is left out."""
    found = ((kept, kept.read(looking)) for kept in everything_kept())
    return tuple(Told(kept, rows) for kept, rows in found if rows)


def erase_writing(session: Session, key_store: KeyStore, person_id: str) -> int:
    """Erase everything that somebody wrote, in all of their courses, and return how many notes there were.

    What they called done, and their groups, stay.
    """
    found = session.execute(select(Membership.id).where(Membership.person_id == person_id).order_by(Membership.id))
    return _erase_texts(session, key_store, list(found.scalars()))


def say_yes(session: Session, key_store: KeyStore, person_id: str, today: date) -> None:
    """Keep somebody's yes to storing text, in the words of today."""
    give_consent(session, person_id, today)
    key_store.forget_erasure(person_id, CONSENT)


def take_back_consent(session: Session, key_store: KeyStore, person_id: str) -> int:
    """Take back the yes to storing text: all of it is erased, and nothing more is stored (STO-11).

    It is remembered by :func:`remember`, once it is committed.

    :raises KeyStoreError: when the key store is away; then nothing is changed.
    """
    key_store.check(session)
    count = erase_writing(session, key_store, person_id)
    take_consent_back(session, person_id)
    return count


def remember(key_store: KeyStore, person_id: str, what: str, today: date) -> None:
    """Remember beside the database what somebody took back or erased, for a backup that is brought back.

    Only after it is committed: what is remembered is done again, and one that was undone must not be. All texts are
    unreadable without it, so a key store that went away at this very moment changes nothing for who erased.

    :param what: :data:`PERSON` or :data:`CONSENT`.
    """
    try:
        key_store.note_erasure(person_id, what, today)
    except KeyStoreError as error:
        log.error("privacy:erasure:not_remembered", **describe_error(error))


def erase_person(session: Session, key_store: KeyStore, person_id: str) -> int:
    """Erase everything that is kept of somebody, and return how many notes there were among it.

    They are nobody here afterwards: who comes in again begins anew. What a group made together stays with the group,
    for it is not one person's. It is remembered by :func:`remember`, once it is committed.

    :raises KeyStoreError: when the key store is away; then nothing is changed.
    """
    key_store.check(session)
    count = erase_writing(session, key_store, person_id)
    here = session.execute(select(Person.registration_id, Person.subject).where(Person.id == person_id)).one()
    session.execute(
        delete(CoordinatorGrant).where(
            CoordinatorGrant.registration_id == here.registration_id,
            CoordinatorGrant.holder == f"person:{here.subject}",
        )
    )
    session.execute(delete(Person).where(Person.id == person_id))
    return count


def _erase_texts(session: Session, key_store: KeyStore, membership_ids: Sequence[str]) -> int:
    return sum(kept.erase(session, key_store, membership_ids) for kept in everything_kept() if kept.erase is not None)


def erase_old_memberships(session: Session, sweeping: Sweeping) -> int:
    """Erase who was in classes that ended long ago, with their progress and their groups (STO-5).

    Somebody who is here at this moment goes the next time. A person who is in no course any more goes as well.
    """
    long_ago = sweeping.today - sweeping.keep_progress
    here = select(LaunchSession.id).where(LaunchSession.membership_id == Membership.id).exists()
    old = (
        select(Membership.id)
        .join(CourseClass, CourseClass.context_id == Membership.context_id)
        .where(CourseClass.ends_on < long_ago, ~here)
        .order_by(Membership.id)
        .limit(_MOST_AT_ONCE)
    )
    found = list(session.execute(old).scalars())
    _erase_texts(session, sweeping.key_store, found)
    people = select(Membership.person_id).where(Membership.id.in_(found))
    person_ids = list(session.execute(people).scalars())
    session.execute(delete(Membership).where(Membership.id.in_(found)))
    in_course = select(Membership.id).where(Membership.person_id == Person.id).exists()
    visits = select(LaunchSession.id).where(LaunchSession.person_id == Person.id).exists()
    session.execute(delete(Person).where(Person.id.in_(person_ids), ~in_course, ~visits))
    return len(found)


def sweep(session: Session, sweeping: Sweeping) -> dict[str, int]:
    """Erase what has passed its date, and count it by table."""
    return {table: erase(session, sweeping) for table, erase in sorted(erasers().items())}


def tend_keys(session: Session, sweeping: Sweeping) -> dict[str, int]:
    """Bring texts and keys together again: each that is without the other is erased, and counted.

    A process that died, rows erased in SQL, or a backup of the content that was brought back leave such behind. Who
    erased themselves, or took their consent back, since that backup is erased once more.

    :raises KeyStoreError: when the key store is another one than the database's: then all would seem to be alone.
    """
    sweeping.key_store.check(session)
    store, day = sweeping.key_store, sweeping.today
    people = store.read_erasures(PERSON, day)
    back = list(session.execute(select(Person.id).where(Person.id.in_(people))).scalars())
    for person_id in back:
        erase_person(session, store, person_id)
    for person_id in store.read_erasures(CONSENT, day):
        if read_consent(session, person_id) is not None:
            take_back_consent(session, store, person_id)
    erased = {table.name: table.erase_keyless(session, store) for table in sealed_tables()}
    return {"person": len(back), **erased, "record_key": store.erase_unused(session, day)}


register_eraser("membership", erase_old_memberships)
