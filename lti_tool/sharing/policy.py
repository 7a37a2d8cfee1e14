"""Who may read a share, on one screen. Pure: it is handed facts and answers yes or no.

For each audience there is a list of questions, and somebody may read when the answer to every one of them is yes. All
else is no: there is no other audience, no exception for a role, and no way for an administrator.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

LONGEST = timedelta(days=30)
"""After which a share ends in any case (SHR-10)."""


class Audience(StrEnum):
    """For whom a share is (SHR-3)."""

    GROUP = "group"
    MEMBERS = "members"
    """Some of the group, whom the author chose one by one."""
    TEACHER = "teacher"


class Pause(StrEnum):
    """Why nobody but its author reads a share now."""

    NEWCOMER = "newcomer"
    """Somebody came to the group."""
    LEFT = "left"
    """The author left the group."""
    TEACHER = "teacher"
    """The teacher teaches this course no more."""
    EDITED = "edited"
    """The author changed the text (SHR-13)."""
    AWAY = "away"
    """The author was not a student of the course for a while (STO-10)."""


@dataclass(frozen=True)
class SharedNote:
    """What is known of a share."""

    audience: Audience
    author_id: str
    readers: frozenset[str]
    """The frozen list of those whom the author named; who left is taken off it."""
    group_id: str | None
    pause: Pause | None
    ends_on: date
    author_is_student: bool
    author_consents: bool
    """Whether the author's consent to storing text holds, in the words of today."""


@dataclass(frozen=True)
class Circle:
    """A small group as it is at this moment, without whom a teacher set aside."""

    group_id: str
    members: frozenset[str]
    accepted: frozenset[str]
    """Who of them accepted the agreements that stand now."""


@dataclass(frozen=True)
class Asking:
    """Who would like to read, and when."""

    membership_id: str
    is_student: bool
    is_teacher: bool
    circle: Circle | None
    """The group that they are in now."""
    today: date
    class_is_over: bool


def may_read(share: SharedNote, asking: Asking) -> bool:
    """Whether somebody who is not its author may read a share at this moment."""
    return all(question(share, asking) for question in QUESTIONS[share.audience])


def is_named(share: SharedNote, asking: Asking) -> bool:
    """Whether the author named them, and they have not left since."""
    return asking.membership_id in share.readers


def is_active(share: SharedNote, _asking: Asking) -> bool:
    """Whether it is not paused."""
    return share.pause is None


def is_not_over(share: SharedNote, asking: Asking) -> bool:
    """Whether neither its last day nor the last day of the class has passed."""
    return asking.today <= share.ends_on and not asking.class_is_over


def author_stands_by_it(share: SharedNote, _asking: Asking) -> bool:
    """Whether the author is a student of this course, and consents to storing text."""
    return share.author_is_student and share.author_consents


def are_together(share: SharedNote, asking: Asking) -> bool:
    """Whether both are, now, in the group for which it was shared."""
    circle = asking.circle
    return (
        asking.is_student
        and circle is not None
        and circle.group_id == share.group_id
        and {share.author_id, asking.membership_id} <= circle.members
    )


def has_accepted(_share: SharedNote, asking: Asking) -> bool:
    """Whether they accepted the agreements of the group as they stand."""
    return asking.circle is not None and asking.membership_id in asking.circle.accepted


def nobody_is_new(share: SharedNote, asking: Asking) -> bool:
    """Whether everybody in the group is its author, or was named by them."""
    return asking.circle is not None and asking.circle.members <= share.readers | {share.author_id}


def teaches(_share: SharedNote, asking: Asking) -> bool:
    """Whether they teach this course."""
    return asking.is_teacher


_ALWAYS = (is_named, is_active, is_not_over, author_stands_by_it)
QUESTIONS: dict[Audience, tuple[Callable[[SharedNote, Asking], bool], ...]] = {
    Audience.GROUP: (*_ALWAYS, are_together, has_accepted, nobody_is_new),
    Audience.MEMBERS: (*_ALWAYS, are_together, has_accepted),
    Audience.TEACHER: (*_ALWAYS, teaches),
}
"""What must be so for each audience."""


def may_share(circle: Circle | None, author_id: str, audience: Audience, readers: frozenset[str]) -> bool:
    """Whether a student may share at this moment: in a group that has agreed, everybody active included (SHR-9).

    :param readers: those whom the author named: others of the group, all of it for the group, or one teacher.
    """
    if circle is None or author_id not in circle.members or not circle.members <= circle.accepted or not readers:
        return False
    others = circle.members - {author_id}
    if audience is Audience.GROUP:
        return readers == others
    if audience is Audience.MEMBERS:
        return readers <= others
    return len(readers) == 1


def last_day(today: date, class_ends_on: date) -> date:
    """Return the last day of a share that begins now."""
    return max(today, min(today + LONGEST, class_ends_on))
