"""Sharing a note and taking it back. Only this module adds to who may read."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, insert, select

from lti_tool.kernel.database import AT_ONCE, in_batches
from lti_tool.kernel.erasing import register_eraser
from lti_tool.kernel.ids import new_id
from lti_tool.kernel.key_store import KeyStoreError
from lti_tool.kernel.log import describe_error, log
from lti_tool.kernel.sealed_tables import register_sealed_table
from lti_tool.people.models import Membership, Person
from lti_tool.people.roster import by_name
from lti_tool.sharing.models import Reader, Share
from lti_tool.sharing.policy import Audience, Pause
from lti_tool.sharing.reading import sealed_shares

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

    from sqlalchemy import ColumnElement, Connection
    from sqlalchemy.orm import Session

    from lti_tool.kernel.erasing import Sweeping
    from lti_tool.kernel.key_store import KeyStore

_OWN = (
    select(
        Share.id,
        Share.note_id,
        Share.step_id,
        Share.audience,
        Share.group_id,
        Share.pause,
        Share.ends_on,
        Reader.membership_id.label("reader_id"),
        Person.id.label("person_id"),
        Person.display_name,
    )
    .outerjoin(Reader, Reader.share_id == Share.id)
    .outerjoin(Membership, Membership.id == Reader.membership_id)
    .outerjoin(Person, Person.id == Membership.person_id)
    .where(Share.membership_id == bindparam("membership_id"))
    .order_by(Share.id, *by_name)
)


@dataclass(frozen=True)
class NamedReader:
    """Somebody on the list of a share."""

    membership_id: str
    person_id: str
    name: str | None


@dataclass(frozen=True)
class OwnShare:
    """A share as its author sees it."""

    id: str
    note_id: str
    step_id: str
    audience: Audience
    group_id: str | None
    pause: Pause | None
    ends_on: date
    readers: tuple[NamedReader, ...]


def read_own_shares(database: Session | Connection, membership_id: str) -> dict[str, OwnShare]:
    """Return what somebody shares in a course, paused or not, by the id of the note."""
    rows: dict[str, list[Any]] = {}
    for row in database.execute(_OWN, {"membership_id": membership_id}):
        rows.setdefault(row.note_id, []).append(row)
    return {note_id: _own(found) for note_id, found in rows.items()}


def _own(rows: list[Any]) -> OwnShare:
    first = rows[0]
    return OwnShare(
        id=first.id,
        note_id=first.note_id,
        step_id=first.step_id,
        audience=Audience(first.audience),
        group_id=first.group_id,
        pause=None if first.pause is None else Pause(first.pause),
        ends_on=first.ends_on,
        readers=tuple(
            NamedReader(row.reader_id, row.person_id, row.display_name) for row in rows if row.reader_id is not None
        ),
    )


def share_note(  # noqa: PLR0913 (each is a column of the row)
    session: Session,
    key_store: KeyStore,
    *,
    note_id: str,
    membership_id: str,
    step_id: str,
    text_mark: str,
    audience: Audience,
    readers: Collection[str],
    group_id: str | None,
    ends_on: date,
) -> str:
    """Share a note with exactly these people, in place of any share of it before, and return the share's id.

    That the author may do so now was asked of the policy, while who is in their group is held.

    :param text_mark: of the text that they saw: no other one is read, however it came there.
    :param group_id: the author's group; left out for a teacher.
    """
    withdraw_share(session, key_store, note_id=note_id, membership_id=membership_id)
    share_id, named = new_id(), sorted(set(readers))
    given = json.dumps({"note": note_id, "text": text_mark, "readers": named})
    session.execute(
        insert(Share).values(
            id=share_id,
            note_id=note_id,
            membership_id=membership_id,
            step_id=step_id,
            audience=audience,
            group_id=None if audience is Audience.TEACHER else group_id,
            pause=None,
            ends_on=ends_on,
            given=sealed_shares(key_store).seal(session, share_id, membership_id, given),
        )
    )
    session.execute(insert(Reader), [{"share_id": share_id, "membership_id": one} for one in named])
    return share_id


def withdraw_share(session: Session, key_store: KeyStore, *, note_id: str, membership_id: str) -> None:
    """Take a share back. Nothing tells that it ever was (SHR-7)."""
    _end(session, key_store, Share.note_id == note_id, Share.membership_id == membership_id)


def end_shares_of_notes(session: Session, key_store: KeyStore, note_ids: Collection[str]) -> None:
    """End the shares of notes that are erased."""
    for some in in_batches(note_ids):
        _end(session, key_store, Share.note_id.in_(some))


def end_shares_of_steps(session: Session, key_store: KeyStore, membership_id: str, step_ids: Collection[str]) -> None:
    """End what somebody shares of a part of the year that they close (SHR-10)."""
    _end(session, key_store, Share.membership_id == membership_id, Share.step_id.in_(list(step_ids)))


def _end(session: Session, key_store: KeyStore, *which: ColumnElement[bool]) -> None:
    """Delete shares, and then their keys.

    The row comes first here: it is what lets somebody read now, and taking back works also while the key store is away.
    Its key is then erased by the sweep.
    """
    ids = session.execute(select(Share.id).where(*which)).scalars().all()
    if not ids:
        return
    session.execute(delete(Share).where(Share.id.in_(ids)))
    try:
        key_store.erase(ids)
    except KeyStoreError as error:
        log.warning("sharing:key:kept", **describe_error(error))


def erase_past_shares(session: Session, sweeping: Sweeping) -> int:
    """Erase the shares whose last day has passed, paused or not, and return how many there were."""
    past = select(Share.id).where(Share.ends_on < sweeping.today).order_by(Share.id).limit(AT_ONCE)
    found = session.execute(past).scalars().all()
    _end(session, sweeping.key_store, Share.id.in_(found))
    return len(found)


register_sealed_table(Share)
register_eraser("sharing_share", erase_past_shares)
