"""What a change in who is who does to shares, in the transaction of that change (SHR-4, STO-10).

Each function is one or two statements over all shares that are touched. None of them ends a pause: only an author does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, exists, select, update

from lti_tool.sharing.models import Reader, Share
from lti_tool.sharing.policy import Audience, Pause

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import ColumnElement, Connection
    from sqlalchemy.orm import Session

_FOR_A_GROUP = Share.audience != Audience.TEACHER


def pause_for_newcomers(session: Session | Connection, group_ids: Collection[str]) -> None:
    """Pause what is shared with groups that somebody comes to."""
    _pause(session, Pause.NEWCOMER, Share.audience == Audience.GROUP, Share.group_id.in_(list(group_ids)))


def pause_for_returned(session: Session | Connection, group_id: str, membership_id: str) -> None:
    """Pause what was shared with a group while somebody was set aside who is back now: they were not named."""
    named = exists().where(Reader.share_id == Share.id, Reader.membership_id == membership_id)
    is_own = Share.membership_id == membership_id
    _pause(session, Pause.NEWCOMER, Share.audience == Audience.GROUP, Share.group_id == group_id, ~named, ~is_own)


def leave_groups(session: Session | Connection, membership_ids: Collection[str], group_ids: Any) -> None:
    """Take people who leave groups off the lists there, and pause what they shared with those they leave.

    :param group_ids: a list of ids, or a statement that selects them.
    """
    who = list(membership_ids)
    _pause(session, Pause.LEFT, _FOR_A_GROUP, Share.membership_id.in_(who), Share.group_id.in_(group_ids))
    _take_off(session, Reader.membership_id.in_(who), Share.group_id.in_(group_ids))


def note_absence(session: Session | Connection, membership_id: str) -> None:
    """Pause what somebody shared who is no student of the course now, and let them read nothing of fellow students.

    The LMS may send them with another role, or not list them any more.
    """
    _pause(session, Pause.AWAY, Share.membership_id == membership_id)
    _take_off(session, Reader.membership_id == membership_id, _FOR_A_GROUP)


def note_teacher_gone(session: Session | Connection, membership_id: str) -> None:
    """Pause what names a teacher who teaches the course no more. Other shares go on."""
    named = exists().where(Reader.share_id == Share.id, Reader.membership_id == membership_id)
    _pause(session, Pause.TEACHER, Share.audience == Audience.TEACHER, named)


def note_edit(session: Session, note_id: str) -> None:
    """Pause the share of a note whose text changes: its readers were not chosen for this one (SHR-13)."""
    _pause(session, Pause.EDITED, Share.note_id == note_id)


def end_shares_in_groups(session: Session, group_ids: Any) -> None:
    """End what is shared with groups that are closed (SHR-10).

    :param group_ids: a list of ids, or a statement that selects them.
    """
    session.execute(delete(Share).where(Share.group_id.in_(group_ids)))


def _pause(session: Session | Connection, why: Pause, *which: ColumnElement[bool]) -> None:
    session.execute(update(Share).where(Share.pause.is_(None), *which).values(pause=why))


def _take_off(session: Session | Connection, who: ColumnElement[bool], *which: ColumnElement[bool]) -> None:
    session.execute(delete(Reader).where(who, Reader.share_id.in_(select(Share.id).where(*which))))
