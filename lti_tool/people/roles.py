"""The roles a person can have in a course."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lti_tool.lti.roles import ContextRoles


class Role(StrEnum):
    """What somebody is in one course."""

    LEARNER = "learner"
    INSTRUCTOR = "instructor"
    OBSERVER = "observer"
    """Reads along: a mentor, or anybody the LMS gives no role that we know. The least that anyone may do."""


def role_from(roles: ContextRoles) -> Role:
    """Choose one role; who both teaches and learns in a course teaches."""
    if roles.is_instructor:
        return Role.INSTRUCTOR
    return Role.LEARNER if roles.is_learner else Role.OBSERVER
