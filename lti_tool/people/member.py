"""The person behind a session."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from lti_tool.lti.roles import LmsRole
    from lti_tool.people.roles import Role


LONGEST = timedelta(hours=12)
"""How long a visit lasts at most."""


@dataclass(frozen=True)
class Member:
    """The person behind a session, in the course it came from: what a view is handed."""

    session_id: str
    registration_id: str
    person_id: str
    membership_id: str | None
    context_id: str | None
    role: Role
    lms_role: LmsRole
    """What the LMS says this person is in the course: why they see what they see."""
    is_coordinator: bool
    """Whether a grant of ours made them a coordinator at this launch."""
    name: str | None
    course_title: str | None
    locale: str
    frame_origins: tuple[str, ...]
    course_url: str | None
    wants_contrast: bool
    brand: str | None
    idles_at: datetime
    """When the visit ends if no other page is opened."""
    ends_at: datetime
    """When it ends in any case."""
    sections: frozenset[str] | None = None
    """The LMS's ids of the sections whose people they may see; None for everybody in the course (GRP-2b)."""

    @property
    def came_in_at(self) -> datetime:
        """When the LMS said who they are: the moment of the launch."""
        return self.ends_at - LONGEST

    def seconds_left(self, now: datetime) -> tuple[int, int]:
        """Return in how many seconds the visit ends: without another page, and in any case."""
        return int((self.idles_at - now).total_seconds()), int((self.ends_at - now).total_seconds())
