"""Finding what somebody may read of others: the policy is asked with facts that are read here, and nowhere else."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import aliased

from lti_tool.kernel.sealed_records import SealedRecords
from lti_tool.people.models import Membership, Person
from lti_tool.people.roles import Role
from lti_tool.people.roster import by_name, is_student
from lti_tool.sharing.consent import CONSENT_VERSION
from lti_tool.sharing.models import Consent, Reader, Share
from lti_tool.sharing.policy import Asking, Audience, Pause, SharedNote, may_read

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy import Connection
    from sqlalchemy.orm import Session

    from lti_tool.kernel.key_store import KeyStore
    from lti_tool.sharing.policy import Circle

_MOST_READABLE = 1000
"""Rows: a share has one for each of its readers."""
_Mine, _MyMembership = aliased(Reader), aliased(Membership)

_READABLE = (
    select(
        Share.id,
        Share.note_id,
        Share.membership_id,
        Share.step_id,
        Share.audience,
        Share.group_id,
        Share.pause,
        Share.ends_on,
        Share.given,
        Person.id.label("person_id"),
        Person.display_name,
        is_student.label("is_student"),
        Consent.version,
        Reader.membership_id.label("reader_id"),
        _MyMembership.role.label("my_role"),
        _MyMembership.is_test_user.label("i_try"),
    )
    .select_from(_Mine)
    .join(_MyMembership, _MyMembership.id == _Mine.membership_id)
    .join(Share, Share.id == _Mine.share_id)
    .join(Reader, Reader.share_id == Share.id)
    .join(Membership, Membership.id == Share.membership_id)
    .join(Person, Person.id == Membership.person_id)
    .outerjoin(Consent, Consent.person_id == Person.id)
    .where(_Mine.membership_id == bindparam("membership_id"))
    .order_by(*by_name, Share.step_id, Share.id)
    .limit(_MOST_READABLE)
)


@dataclass(frozen=True)
class ReadableShare:
    """Something that somebody else shared, as one of its readers finds it."""

    id: str
    note_id: str
    author_id: str
    """The membership of its author."""
    person_id: str
    name: str | None
    step_id: str
    audience: Audience
    text_mark: str
    """The mark of the text that its author saw when they shared it."""


def find_readable(  # noqa: PLR0913 (each is a fact that the policy is asked with)
    database: Session | Connection,
    key_store: KeyStore,
    *,
    membership_id: str,
    circle: Circle | None,
    today: date,
    class_is_over: bool,
    share_id: str | None = None,
) -> tuple[ReadableShare, ...]:
    """Return what somebody may read at this moment, by the names of its authors.

    What they are in the course is read here: the visit that asks may be older than their last launch (SHR-6).

    :param circle: the group that they are in now, read in the same transaction.
    :param share_id: only this one.
    """
    wanted = _READABLE if share_id is None else _READABLE.where(Share.id == share_id)
    rows: dict[str, list[Any]] = {}
    for row in database.execute(wanted, {"membership_id": membership_id}):
        rows.setdefault(row.id, []).append(row)
    allowed = []
    for found in rows.values():
        first = found[0]
        asking = Asking(
            membership_id,
            is_student=first.my_role == Role.LEARNER and not first.i_try,
            is_teacher=first.my_role == Role.INSTRUCTOR,
            circle=circle,
            today=today,
            class_is_over=class_is_over,
        )
        if may_read(_facts(found), asking):
            allowed.append(first)
    given = sealed_shares(key_store).open((row.id, row.membership_id, row.given) for row in allowed)
    shares = (_readable(row, given.get(row.id), membership_id) for row in allowed)
    return tuple(share for share in shares if share is not None)


def _readable(row: Any, given: str | None, membership_id: str) -> ReadableShare | None:
    """Return a share as its reader finds it; None unless what the author sealed names this note and this reader."""
    named = {} if given is None else json.loads(given)
    if named.get("note") != row.note_id or membership_id not in named["readers"]:
        return None
    return ReadableShare(
        row.id,
        row.note_id,
        row.membership_id,
        row.person_id,
        row.display_name,
        row.step_id,
        Audience(row.audience),
        text_mark=named["text"],
    )


def _facts(rows: list[Any]) -> SharedNote:
    first = rows[0]
    return SharedNote(
        audience=Audience(first.audience),
        author_id=first.membership_id,
        readers=frozenset(row.reader_id for row in rows),
        group_id=first.group_id,
        pause=None if first.pause is None else Pause(first.pause),
        ends_on=first.ends_on,
        author_is_student=bool(first.is_student),
        author_consents=first.version == CONSENT_VERSION,
    )


def sealed_shares(key_store: KeyStore) -> SealedRecords:
    """Return what seals and opens for whom a share is."""
    return SealedRecords(key_store, "sharing_share.given")
