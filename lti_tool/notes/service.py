"""Keeping, changing and erasing what somebody writes for themselves. Of others' texts, only one shared opens here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, func, insert, or_, select, update

from lti_tool.curriculum.models import CourseClass
from lti_tool.kernel.database import in_batches
from lti_tool.kernel.erasing import register_eraser
from lti_tool.kernel.errors import RugzakError
from lti_tool.kernel.ids import new_id
from lti_tool.kernel.key_ring import KeyRingError
from lti_tool.kernel.merging import mark, merge_texts
from lti_tool.kernel.sealed_records import SealedRecords
from lti_tool.kernel.sealed_tables import register_sealed_table
from lti_tool.notes.models import Note
from lti_tool.people.models import Membership
from lti_tool.people.roster import lock_members
from lti_tool.sharing.consent import author_consents
from lti_tool.sharing.pausing import note_edit
from lti_tool.sharing.shares import end_shares_of_notes

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from sqlalchemy import Connection
    from sqlalchemy.orm import Session

    from lti_tool.kernel.erasing import Sweeping
    from lti_tool.kernel.key_store import KeyStore
    from lti_tool.kernel.merging import Merged
    from lti_tool.sharing.reading import ReadableShare

PURPOSE = "notes_note.text"
KEEP_AFTER_CLASS = timedelta(days=60)
AID = "aid"
"""Stands for the step of what was saved from the decision aid, which can be used from any page."""
MOST_AIDS = 30
LONGEST_AID = 12_000
"""Characters, of all answers together."""
_MOST_AT_ONCE = 2000

_MINE = (
    select(Note.id, Note.membership_id, Note.step_id, Note.prompt_id, Note.text, Note.keep_until)
    .where(Note.membership_id == bindparam("membership_id"))
    .order_by(Note.step_id, Note.prompt_id)
)
_OF_STEP = _MINE.where(Note.step_id == bindparam("step_id"))
_ONE = _MINE.where(Note.id == bindparam("note_id"))
_FIRST_TO_GO = select(func.min(Note.keep_until)).where(Note.membership_id == bindparam("membership_id"))
_TEXT = select(Note.id, Note.membership_id, Note.text).where(Note.id == bindparam("note_id"))


class UnreadableError(RugzakError):
    """What is stored does not open, so nothing may be written over it."""


class NoConsentError(RugzakError):
    """The author does not consent to storing text at this moment, so nothing is stored."""


class TooManyAidsError(RugzakError):
    """Somebody has saved the decision aid as often as anybody may."""


@dataclass(frozen=True)
class OwnNote:
    """A note as its author finds it."""

    id: str
    step_id: str
    prompt_id: str
    text: str | None
    """None when it cannot be opened."""
    keep_until: date


def sealed_notes(key_store: KeyStore) -> SealedRecords:
    """Return what seals and opens notes."""
    return SealedRecords(key_store, PURPOSE)


def read_notes(
    database: Session | Connection, sealed: SealedRecords, membership_id: str, step_id: str | None = None
) -> tuple[OwnNote, ...]:
    """Return the notes of somebody in a course.

    :param step_id: those of one step; None for all.
    """
    wanted, bound = (_MINE, {}) if step_id is None else (_OF_STEP, {"step_id": step_id})
    return _open(sealed, database.execute(wanted, {"membership_id": membership_id, **bound}).all())


def find_note(
    database: Session | Connection, sealed: SealedRecords, *, membership_id: str, note_id: str
) -> OwnNote | None:
    """Return a note of somebody's own; None for anybody else's, or for none."""
    found = _open(sealed, database.execute(_ONE, {"membership_id": membership_id, "note_id": note_id}).all())
    return found[0] if found else None


def _open(sealed: SealedRecords, rows: Sequence[Any]) -> tuple[OwnNote, ...]:
    texts = sealed.open((row.id, row.membership_id, row.text) for row in rows)
    return tuple(OwnNote(row.id, row.step_id, row.prompt_id, texts.get(row.id), row.keep_until) for row in rows)


def read_shared_text(database: Session | Connection, sealed: SealedRecords, share: ReadableShare) -> str | None:
    """Return the text of a note that somebody may read; None when it cannot be opened, or is not the one shared.

    :param share: as :func:`lti_tool.sharing.reading.find_readable` found it, in this transaction: that is the proof.
    """
    row = database.execute(_TEXT, {"note_id": share.note_id}).one_or_none()
    if row is None or row.membership_id != share.author_id:
        return None
    text = sealed.open([(row.id, row.membership_id, row.text)]).get(row.id)
    # The author may have changed it since the policy was asked: what was shared is this text, and no other (SHR-13).
    return text if text is not None and mark(text) == share.text_mark else None


def first_to_go(database: Session | Connection, membership_id: str) -> date | None:
    """Return the day until which the first of somebody's notes to be erased is kept; None for who has none."""
    return database.execute(_FIRST_TO_GO, {"membership_id": membership_id}).scalar()


def last_day(today: date, class_ends_on: date) -> date:
    """Return how long a note that is saved now is kept: never shorter than its author is told (STO-5)."""
    return max(today, class_ends_on) + KEEP_AFTER_CLASS


def lock_author(session: Session, membership_id: str) -> None:
    """Hold an author until this transaction ends, so that what two windows save comes one after the other."""
    lock_members(session, [membership_id])


def _hold_writer(session: Session, membership_id: str) -> None:
    """Hold an author who stores something. Only then is their consent asked: another window may just take it back."""
    lock_author(session, membership_id)
    if not author_consents(session, membership_id):
        message = "nothing is stored of somebody who does not consent to it"
        raise NoConsentError(message)


def save_notes(  # noqa: PLR0913 (each is a part of the row, or what it is held against)
    session: Session,
    sealed: SealedRecords,
    *,
    membership_id: str,
    step_id: str,
    typed: Mapping[str, str],
    seen: Mapping[str, str],
    keep_until: date,
) -> Merged:
    """Keep what somebody typed, by question. One that is emptied is erased; one that changes is shared no more.

    What another window saved meanwhile is kept, and both texts are handed back.

    :param seen: for each question the mark of what stood there when the page was opened.
    :raises NoConsentError: when its author does not consent to that.
    :raises UnreadableError: when what is stored cannot be read.
    """
    _hold_writer(session, membership_id)
    stored = {one.prompt_id: one for one in read_notes(session, sealed, membership_id, step_id)}
    closed = {prompt_id for prompt_id, note in stored.items() if note.text is None}
    if any(typed[prompt_id] or seen.get(prompt_id) != mark("") for prompt_id in closed & set(typed)):
        message = "a note that does not open is not written over, and not taken for empty"
        raise UnreadableError(message)
    now = {prompt_id: stored[prompt_id].text or "" for prompt_id in typed if prompt_id in stored}
    merged = merge_texts(now, typed, seen)
    for prompt_id, text in merged.texts.items():
        note = stored.get(prompt_id)
        if text == now.get(prompt_id, ""):
            continue
        if note is None:
            _add(session, sealed, membership_id, step_id, prompt_id, text, keep_until)
        elif text:
            _change(session, sealed, membership_id, note.id, text, keep_until)
        else:
            erase_notes(session, sealed.store, membership_id=membership_id, note_ids=[note.id])
    return merged


def marks_of(texts: Mapping[str, str], prompt_ids: Collection[str]) -> dict[str, str]:
    """Return for each question the mark of what stands there, for the next time it is saved."""
    return {prompt_id: mark(texts.get(prompt_id, "")) for prompt_id in prompt_ids}


def save_aid(session: Session, sealed: SealedRecords, *, membership_id: str, text: str, keep_until: date) -> None:
    """Keep what somebody wrote at the decision aid as a note of its own.

    :raises NoConsentError: when they do not consent to that.
    :raises TooManyAidsError: when they have as many as anybody may have.
    """
    _hold_writer(session, membership_id)
    mine = select(func.count()).where(Note.membership_id == membership_id, Note.step_id == AID)
    if session.execute(mine).scalar_one() >= MOST_AIDS:
        message = f"somebody keeps the decision aid at most {MOST_AIDS} times"
        raise TooManyAidsError(message)
    _add(session, sealed, membership_id, AID, new_id()[:20], text, keep_until)


def erase_notes(session: Session, key_store: KeyStore, *, membership_id: str, note_ids: Collection[str]) -> None:
    """Erase notes of somebody at once: first their keys, so that no backup opens them, then their rows and shares."""
    lock_author(session, membership_id)
    mine = select(Note.id).where(Note.membership_id == membership_id, Note.id.in_(list(note_ids)))
    _erase(session, key_store, session.execute(mine).scalars().all())


def erase_all_notes(session: Session, key_store: KeyStore, membership_ids: Collection[str]) -> int:
    """Erase everything that somebody wrote, in all of their courses, and return how many notes there were."""
    lock_members(session, membership_ids)
    found = session.execute(select(Note.id).where(Note.membership_id.in_(list(membership_ids)))).scalars().all()
    _erase(session, key_store, found)
    return len(found)


def erase_past_notes(session: Session, sweeping: Sweeping) -> int:
    """Erase the notes that have passed their last day, and return how many there were (STO-5).

    A class whose teacher moved its last day on keeps them longer. Who is saving something at this moment is left for
    the next time.
    """
    later = CourseClass.ends_on
    class_day = select(later).where(CourseClass.context_id == Membership.context_id).scalar_subquery()
    is_past = Note.keep_until < sweeping.today
    over = or_(class_day.is_(None), class_day < sweeping.today - KEEP_AFTER_CLASS)
    have_past = select(Note.id).where(Note.membership_id == Membership.id, is_past).exists()
    authors = select(Membership.id).where(have_past, over).order_by(Membership.id).limit(_MOST_AT_ONCE)
    held = session.execute(authors.with_for_update(key_share=True, skip_locked=True)).scalars().all()
    past = select(Note.id).where(Note.membership_id.in_(held), is_past).order_by(Note.id).limit(_MOST_AT_ONCE)
    found = session.execute(past).scalars().all()
    _erase(session, sweeping.key_store, found)
    return len(found)


def _add(  # noqa: PLR0913, PLR0917 (each is a part of the row)
    session: Session,
    sealed: SealedRecords,
    membership_id: str,
    step_id: str,
    prompt_id: str,
    text: str,
    keep_until: date,
) -> None:
    note_id = new_id()
    row: dict[str, Any] = {"id": note_id, "membership_id": membership_id, "step_id": step_id, "prompt_id": prompt_id}
    row |= {"text": _seal(session, sealed, note_id, membership_id, text), "keep_until": keep_until}
    session.execute(insert(Note).values(**row))


def _change(  # noqa: PLR0913, PLR0917 (each is a part of the row)
    session: Session, sealed: SealedRecords, membership_id: str, note_id: str, text: str, keep_until: date
) -> None:
    note_edit(session, note_id)
    anew = _seal(session, sealed, note_id, membership_id, text)
    session.execute(update(Note).where(Note.id == note_id).values(text=anew, keep_until=keep_until))


def _seal(session: Session, sealed: SealedRecords, note_id: str, membership_id: str, text: str) -> bytes:
    try:
        return sealed.seal(session, note_id, membership_id, text)
    except KeyRingError:
        message = "what is stored cannot be opened with the keys that are set"
        raise UnreadableError(message) from None


def _erase(session: Session, key_store: KeyStore, note_ids: Collection[str]) -> None:
    if note_ids:
        key_store.erase(note_ids)
        end_shares_of_notes(session, key_store, note_ids)
        _delete(session, note_ids)


def _delete(session: Session, note_ids: Collection[str]) -> None:
    for some in in_batches(note_ids):
        session.execute(delete(Note).where(Note.id.in_(some)))


register_eraser("notes_note", erase_past_notes)
register_sealed_table(Note)
