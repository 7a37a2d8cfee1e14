"""Reading the roles claim: context roles count, institution and system roles do not (OPS-6).

Vocabulary: LTI Core 1.3, appendix A.2. Canvas and Moodle put the roles that somebody has in the institution into the
same claim; a person who teaches elsewhere is only a learner in a course where they learn. An administrator of the whole
LMS is nobody in a course; a coordinator is one because we granted it (:mod:`lti_tool.people.grants`).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership"
_TEST_USER = "http://purl.imsglobal.org/vocab/lti/system/person#TestUser"
_ELSEWHERE = (
    "http://purl.imsglobal.org/vocab/lis/v2/institution/person#Administrator",
    "http://purl.imsglobal.org/vocab/lis/v2/system/person#Administrator",
    "http://purl.imsglobal.org/vocab/lis/v2/system/person#SysAdmin",
)
_PRINCIPAL = {
    name.lower(): name
    for name in ("Administrator", "ContentDeveloper", "Instructor", "Learner", "Mentor", "Manager", "Member", "Officer")
}
_MOST_NAMES = 50
"""Of the roles that a grant can be for; nobody has that many, and each is looked up."""


class LmsRole(StrEnum):
    """What the LMS says somebody is in this course, for telling them why they see what they see."""

    INSTRUCTOR = "instructor"
    TEACHING_ASSISTANT = "teaching_assistant"
    LEARNER = "learner"
    TEST_USER = "test_user"
    DESIGNER = "designer"
    MENTOR = "mentor"
    ADMINISTRATOR = "administrator"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class ContextRoles:
    """What the launch says of somebody in this course."""

    is_instructor: bool
    """A teaching assistant is one: Moodle does not even tell the two apart."""
    is_learner: bool
    is_test_user: bool
    """A teacher looking as a student does (Canvas: Student View)."""
    lms_role: LmsRole
    names: frozenset[str]
    """Every role of the launch, short names written out: what a grant may be for."""


def read_roles(claim: Iterable[str]) -> ContextRoles:
    """Read a roles claim; what is unknown counts for nothing."""
    claim = tuple(claim)
    read = {_context_role(role) for role in claim}
    principal = {name for name, _ in read if name}
    return ContextRoles(
        is_instructor="Instructor" in principal,
        is_learner="Learner" in principal,
        is_test_user=_TEST_USER in claim,
        lms_role=_lms_role(principal, claim, assists=("Instructor", "teachingassistant") in read),
        # What is no text was never granted, and a database cannot even be asked for it.
        names=frozenset(full_role_name(role) for role in claim[:_MOST_NAMES] if role.isprintable()),
    )


def full_role_name(role: str) -> str:
    """Write out a short name; the standard allows them for context roles only."""
    return role if ":" in role or not role else f"{_MEMBERSHIP}#{role}"


def _lms_role(principal: set[str], claim: tuple[str, ...], *, assists: bool) -> LmsRole:
    # In the order of what somebody may do, so that the answer explains the most that they see.
    if "Instructor" in principal:
        # Canvas calls a teaching assistant a plain instructor as well.
        return LmsRole.TEACHING_ASSISTANT if assists else LmsRole.INSTRUCTOR
    if "Learner" in principal:
        return LmsRole.TEST_USER if _TEST_USER in claim else LmsRole.LEARNER
    for name, role in (("ContentDeveloper", LmsRole.DESIGNER), ("Mentor", LmsRole.MENTOR)):
        if name in principal:
            return role
    is_administrator = "Administrator" in principal or any(role in claim for role in _ELSEWHERE)
    return LmsRole.ADMINISTRATOR if is_administrator else LmsRole.UNKNOWN


def _context_role(role: str) -> tuple[str | None, str]:
    """Return the principal context role behind one role, if it has one, and its sub-role in lower case.

    Three spellings exist: ``…membership#Instructor``, the sub-role ``…membership/Instructor#TeachingAssistant`` (which
    implies its principal role; Canvas writes it with a small letter), and the short name ``Instructor`` (allowed for
    context roles only).
    """
    if ":" not in role:
        return _PRINCIPAL.get(role.lower()) if role in _PRINCIPAL.values() else None, ""
    if not role.startswith(_MEMBERSHIP):
        return None, ""
    rest = role.removeprefix(_MEMBERSHIP)
    if rest.startswith("#"):
        return rest[1:] if rest[1:] in _PRINCIPAL.values() else None, ""
    principal, _, sub = rest[1:].partition("#")
    if rest.startswith("/") and sub:
        return _PRINCIPAL.get(principal.lower()), sub.lower()
    return None, ""
