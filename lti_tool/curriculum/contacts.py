"""The national places to go: on every page, also when the database is away, so read when the process starts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lti_tool.curriculum.loader import read_contacts
from lti_tool.web.languages import LANGUAGES

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Contact:
    """A place to go, in one language: a national one from the content, or one that an institution filled in."""

    id: str
    name: str
    number: str | None
    tel: str | None
    web: str | None
    purpose: str
    every_page: bool
    checked_on: date | None
    """When somebody last said that it is right."""

    # What only national ones say.
    expect: str | None = None
    anonymous: str | None = None
    languages: str | None = None
    hours: str | None = None
    source: str | None = None
    """Where the facts were read, in English; a coordinator sees it."""
    to_check: tuple[str, ...] = ()
    """What a human must still check before release; a coordinator sees it."""

    # What only those of an institution say.
    kind: str | None = None
    email: str | None = None
    place: str | None = None
    scope: str | None = None
    """What students can come with, and what stays between them."""
    answers: str | None = None
    """How soon there is an answer."""


def load_contacts(root: Path) -> dict[str, tuple[Contact, ...]]:
    """Read the contacts, in each language.

    :raises ContentError: when the file is missing or wrong: without contacts the tool does not start.
    """
    found = read_contacts(root)
    return {language: tuple(_build(contact, language) for contact in found) for language in LANGUAGES}


def _build(contact: dict[str, Any], language: str) -> Contact:
    def text(name: str) -> str | None:
        both: dict[str, str] | None = contact.get(name)
        return both[language] if both else None

    return Contact(
        id=contact["id"],
        name=contact["name"][language],
        number=contact["number"],
        tel=contact["tel"],
        web=contact["web"],
        purpose=contact["purpose"][language],
        expect=contact["expect"][language],
        anonymous=text("anonymous"),
        languages=text("languages"),
        hours=text("hours"),
        every_page=contact["every_page"],
        checked_on=contact.get("checked_on"),
        source=contact["source"],
        to_check=tuple(mark[language] for mark in contact["to_check"]),
    )
