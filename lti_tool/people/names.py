"""How somebody is called on a page: by the name the LMS sent, else by a pseudonym."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from lti_tool.people.pseudonyms import pseudonym

if TYPE_CHECKING:
    from lti_tool.people.member import Member


class Named(Protocol):
    """Somebody who may have a name."""

    @property
    def person_id(self) -> str:
        """Our id of the person."""

    @property
    def name(self) -> str | None:
        """The name as the LMS sent it."""


def shown_name(person: Named, reader: Member) -> str:
    """Return the name of a person as one reader sees it, in that reader's course and language."""
    if person.name:
        return person.name
    return pseudonym(person_id=person.person_id, context_id=reader.context_id, locale=reader.locale)
