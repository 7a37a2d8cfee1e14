"""The person behind a session."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lti_tool.people.roles import Role


@dataclass(frozen=True)
class Member:
    """The person behind a session, in the course it came from: what a view is handed."""

    session_id: str
    person_id: str
    membership_id: str | None
    context_id: str | None
    role: Role
    name: str | None
    course_title: str | None
    locale: str
    frame_origins: tuple[str, ...]
