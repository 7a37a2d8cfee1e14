"""The things an LMS knows of: people, courses, and the links in them that open a tool."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Person:
    """Somebody with an account in the LMS; `id` becomes `sub`, a name or e-mail of None is not sent."""

    id: str
    given_name: str | None
    family_name: str | None
    email: str | None
    roles: tuple[str, ...]
    locale: str | None = "nl"

    @property
    def name(self) -> str | None:
        """The whole name, or None for somebody whose LMS keeps it back."""
        return " ".join(part for part in (self.given_name, self.family_name) if part) or None


@dataclass(frozen=True)
class Link:
    """A resource link: the thing in a course that opens the tool."""

    id: str
    title: str
    description: str = ""
    custom: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Place:
    """Where somebody is in a course: the ids of their small groups and sections there."""

    groups: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    is_restricted: bool = False
    """Whether the LMS shows them only the people of their own sections."""


@dataclass(frozen=True)
class Course:
    """A context. The platforms do not agree on its type: a full URI in Canvas, a short name in Moodle."""

    id: str
    label: str
    title: str
    links: Mapping[str, Link]
    type: str = "http://purl.imsglobal.org/vocab/lis/v2/course#CourseOffering"
    places: Mapping[str, Place] = field(default_factory=dict)
    """Who is enrolled where, by the id of the person; of others the LMS can fill in no groups and sections."""
