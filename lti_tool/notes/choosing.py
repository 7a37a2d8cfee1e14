"""Choosing who may read a note: what there is to choose from, and the press that names them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lti_tool.groups.circle import circle_of, lock_groups, read_own_group
from lti_tool.kernel.errors import RugzakError
from lti_tool.kernel.merging import mark
from lti_tool.notes.service import find_note, sealed_notes
from lti_tool.people.roster import lock_members, read_teachers
from lti_tool.sharing.consent import author_consents
from lti_tool.sharing.policy import Audience, last_day, may_share
from lti_tool.sharing.shares import NamedReader, share_note

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

    from sqlalchemy import Connection
    from sqlalchemy.orm import Session

    from lti_tool.groups.policy import OwnGroup
    from lti_tool.kernel.key_store import KeyStore


_NOT_AS_SHOWN = "the people, or the text, are not those that were shown"


class NotNowError(RugzakError):
    """The author cannot share at this moment: without a group, before everybody in it has agreed, after the class."""


class OthersError(RugzakError):
    """The people or the text that the author was shown are not what it would be now: nothing is shared."""


@dataclass(frozen=True)
class Choice:
    """An audience that was chosen, with the people in it by name."""

    audience: Audience
    readers: tuple[NamedReader, ...]

    def mark(self, text: str) -> str:
        """Return what tells these people with this text from any others: the press carries it."""
        ids = ",".join(sorted(one.membership_id for one in self.readers))
        return mark(f"{self.audience}:{ids}:{text}")


class DutiesUnreadError(RugzakError):
    """The author did not say that they read what a teacher can keep to themselves: nothing is shared (SHR-11)."""

    def __init__(self, choice: Choice) -> None:
        super().__init__("what a teacher can keep to themselves is read before one is named")
        self.choice = choice


@dataclass(frozen=True)
class Choices:
    """What an author can choose from now."""

    may_share: bool
    has_group: bool
    others: tuple[NamedReader, ...]
    """Everybody else who is active in the group."""
    teachers: tuple[NamedReader, ...]

    def find(self, audience: str | None, chosen: Collection[str]) -> Choice | None:
        """Return an audience with its people; None for what is none, or names somebody who cannot be chosen."""
        if audience == Audience.GROUP:
            return Choice(Audience.GROUP, self.others) if self.others else None
        if audience not in (Audience.MEMBERS, Audience.TEACHER):
            return None
        known = self.others if audience == Audience.MEMBERS else self.teachers
        readers = tuple(one for one in known if one.membership_id in chosen)
        is_complete = {one.membership_id for one in readers} == set(chosen) and bool(readers)
        if not is_complete or (audience == Audience.TEACHER and len(readers) != 1):
            return None
        return Choice(Audience(audience), readers)


def read_choices(database: Session | Connection, *, membership_id: str, context_id: str) -> Choices:
    """Return what an author can choose from now."""
    return _choices(database, read_own_group(database, membership_id), membership_id, context_id)


def share_with(  # noqa: PLR0913 (each is a part of the row, or what it is held against)
    session: Session,
    key_store: KeyStore,
    *,
    note_id: str,
    membership_id: str,
    context_id: str,
    audience: str | None,
    chosen: Collection[str],
    seen: str,
    knows_duties: bool,
    today: date,
    class_ends_on: date,
) -> None:
    """Share a note with exactly the people whom the author saw by name, in place of any share of it before.

    Its text, who is in the group and what everybody is in the course are held meanwhile: none of it can change between
    the look and the press, and whatever changes it next finds the share.

    :param seen: the mark of the people and the text that were shown.
    :param knows_duties: whether the author said that they read what a teacher can keep to themselves.
    :raises NotNowError: when the author cannot share now (SHR-9).
    :raises OthersError: when the people, or the text, would be others than were shown.
    :raises DutiesUnreadError: when it is for a teacher, and the author did not say so.
    """
    group, held = _hold_people(session, membership_id, chosen)
    note = find_note(session, sealed_notes(key_store), membership_id=membership_id, note_id=note_id)
    choices = _choices(session, group, membership_id, context_id)
    if not choices.may_share or class_ends_on < today or not author_consents(session, membership_id):
        message = "an author who consents shares in a group in which everybody has agreed, while the class is not over"
        raise NotNowError(message)
    choice = choices.find(audience, chosen)
    if note is None or note.text is None or choice is None or choice.mark(note.text) != seen:
        raise OthersError(_NOT_AS_SHOWN)
    readers = frozenset(one.membership_id for one in choice.readers)
    if not readers <= held:
        raise OthersError(_NOT_AS_SHOWN)
    if choice.audience is Audience.TEACHER and not knows_duties:
        raise DutiesUnreadError(choice)
    if not may_share(circle_of(group), membership_id, choice.audience, readers):
        message = "the policy does not allow it"
        raise NotNowError(message)
    share_note(
        session,
        key_store,
        note_id=note.id,
        membership_id=membership_id,
        step_id=note.step_id,
        text_mark=mark(note.text),
        audience=choice.audience,
        readers=readers,
        group_id=None if group is None else group.id,
        ends_on=last_day(today, class_ends_on),
    )


def _hold_people(
    session: Session, membership_id: str, chosen: Collection[str]
) -> tuple[OwnGroup | None, frozenset[str]]:
    """Hold an author, whom they chose and their group with everybody in it; return the group, and who is held.

    :raises OthersError: when the author came to another group while this waited.
    """
    before = read_own_group(session, membership_id)
    held = frozenset({membership_id, *chosen, *(one.membership_id for one in (before.active if before else ()))})
    lock_members(session, held)
    if before is None:
        return None, held
    lock_groups(session, [before.id])
    group = read_own_group(session, membership_id)
    if group is None or group.id != before.id:
        raise OthersError(_NOT_AS_SHOWN)
    return group, held


def _choices(database: Session | Connection, group: OwnGroup | None, membership_id: str, context_id: str) -> Choices:
    circle = circle_of(group)
    is_active = circle is not None and membership_id in circle.members
    others = tuple(
        NamedReader(one.membership_id, one.person_id, one.name)
        for one in (group.active if group is not None and is_active else ())
        if one.membership_id != membership_id
    )
    teachers = tuple(
        NamedReader(one.membership_id, one.person_id, one.name) for one in read_teachers(database, context_id)
    )
    has_agreed = group is not None and is_active and group.has_agreed
    return Choices(has_agreed, group is not None, others, teachers)
