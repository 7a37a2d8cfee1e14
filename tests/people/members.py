"""Members made up for tests of what needs no database."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from lti_tool.lti.roles import LmsRole
from lti_tool.people.member import Member
from lti_tool.people.roles import Role
from tests.clock import START


def make_member(**changes: Any) -> Member:
    """A learner without a name in a course, but for what a test changes."""
    usual: dict[str, Any] = {
        "session_id": "session",
        "registration_id": "registration",
        "person_id": "person",
        "membership_id": "membership",
        "context_id": "course",
        "role": Role.LEARNER,
        "lms_role": LmsRole.LEARNER,
        "is_coordinator": False,
        "name": None,
        "course_title": None,
        "locale": "nl",
        "frame_origins": (),
        "course_url": None,
        "wants_contrast": False,
        "brand": None,
        "idles_at": START + timedelta(hours=2),
        "ends_at": START + timedelta(hours=12),
    }
    return Member(**{**usual, **changes})
