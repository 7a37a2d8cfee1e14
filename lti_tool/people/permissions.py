"""Who may do what: every permission on one screen.

A permission is a list of alternatives; an alternative is a list of questions that must all be answered yes. Whatever
somebody may not do answers 404, as if it were not there.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from lti_tool.people.roles import Role

if TYPE_CHECKING:
    from collections.abc import Callable

    from lti_tool.people.member import Member


class Permission(StrEnum):
    """Something that a page or a press asks for."""

    KEEP_SESSION = "keep_session"
    """Be here: see one's own front page, choose a language, leave."""
    READ_STEP = "read_step"
    PRESS_DONE = "press_done"
    SEE_BOARD = "see_board"
    """See who in this course has pressed done."""
    BE_IN_GROUP = "be_in_group"
    """See and change one's own small group: its agreements, what it makes, whom it invites."""
    FORM_GROUPS = "form_groups"
    """Form small groups, see whether they have agreed, read what they hand in; never come in uninvited (GRP-2)."""
    WRITE_NOTES = "write_notes"
    """Write for oneself, share it, take it back, erase it."""
    READ_SHARES = "read_shares"
    """Open what somebody shared with one: which that is, :mod:`lti_tool.sharing.policy` says, and nothing else."""
    SEE_OWN_DATA = "see_own_data"
    """See, download and erase what is kept of oneself, and say yes or no to storing what one writes."""
    READ_GUIDANCE = "read_guidance"
    """Read what is written for teachers, and see the course as a student does."""
    PREPARE_CLASS = "prepare_class"
    """Keep the checklist and reminders of one's own, open a class, hold a unit until a date."""
    KEEP_CONTACTS = "keep_contacts"
    """Fill in the places to go of an institution."""
    SEE_CHECKS = "see_checks"
    """See in the content what a human must still check before it is used."""


def is_here(_member: Member) -> bool:
    """Somebody with a session."""
    return True


def is_in_course(member: Member) -> bool:
    """Somebody who came from a course."""
    return member.membership_id is not None


def is_learner(member: Member) -> bool:
    """Somebody who learns in this course."""
    return member.role is Role.LEARNER


def is_instructor(member: Member) -> bool:
    """Somebody who teaches in this course."""
    return member.role is Role.INSTRUCTOR


def is_coordinator(member: Member) -> bool:
    """Somebody to whom we granted it."""
    return member.is_coordinator


PERMISSIONS: dict[Permission, list[list[Callable[[Member], bool]]]] = {
    Permission.KEEP_SESSION: [[is_here]],
    Permission.READ_STEP: [[is_in_course]],
    Permission.PRESS_DONE: [[is_in_course, is_learner]],
    Permission.SEE_BOARD: [[is_in_course, is_instructor]],
    Permission.BE_IN_GROUP: [[is_in_course, is_learner]],
    Permission.FORM_GROUPS: [[is_in_course, is_instructor]],
    Permission.WRITE_NOTES: [[is_in_course, is_learner]],
    Permission.READ_SHARES: [[is_in_course, is_learner], [is_in_course, is_instructor]],
    Permission.SEE_OWN_DATA: [[is_here]],
    Permission.READ_GUIDANCE: [[is_in_course, is_instructor], [is_in_course, is_coordinator]],
    Permission.PREPARE_CLASS: [[is_in_course, is_instructor]],
    Permission.KEEP_CONTACTS: [[is_coordinator]],
    Permission.SEE_CHECKS: [[is_coordinator]],
}


def is_allowed(member: Member, permission: Permission) -> bool:
    """Whether this member may do this."""
    return any(all(question(member) for question in alternative) for alternative in PERMISSIONS[permission])
