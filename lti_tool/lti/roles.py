"""Reading the roles claim: context roles count, institution and system roles do not (OPS-6).

Vocabulary: LTI Core 1.3, appendix A.2. Canvas and Moodle put the roles that somebody has in the institution into the
same claim; a person who teaches elsewhere is only a learner in a course where they learn.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership"
_TEST_USER = "http://purl.imsglobal.org/vocab/lti/system/person#TestUser"
_PRINCIPAL = frozenset({"Instructor", "Learner"})


@dataclass(frozen=True)
class ContextRoles:
    """What the launch says of somebody in this course."""

    is_instructor: bool
    is_learner: bool
    is_test_user: bool
    """A teacher looking as a student does (Canvas: Student View)."""


def read_roles(claim: Iterable[str]) -> ContextRoles:
    """Read a roles claim; what is unknown counts for nothing."""
    claim = tuple(claim)
    names = {name for role in claim if (name := _context_role(role))}
    return ContextRoles("Instructor" in names, "Learner" in names, _TEST_USER in claim)


def _context_role(role: str) -> str | None:
    """Return the principal context role behind one role, if it has one.

    Three spellings exist: ``…membership#Instructor``, the sub-role ``…membership/Instructor#TeachingAssistant`` (which
    implies its principal role), and the short name ``Instructor`` (allowed for context roles only).
    """
    if role in _PRINCIPAL:
        return role
    if not role.startswith(_MEMBERSHIP):
        return None
    rest = role.removeprefix(_MEMBERSHIP)
    name = rest[1:] if rest.startswith("#") else rest[1:].partition("#")[0] if rest.startswith("/") else ""
    return name if name in _PRINCIPAL else None
