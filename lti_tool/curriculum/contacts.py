"""The places to go: on every page, also when the database is away, so they are read when the process starts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lti_tool.curriculum.loader import read_contacts
from lti_tool.web.languages import LANGUAGES

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Contact:
    """A place to go, in one language."""

    id: str
    name: str
    number: str | None
    tel: str | None
    web: str | None
    purpose: str
    expect: str
    anonymous: str | None
    languages: str | None
    hours: str | None
    every_page: bool
    to_check: tuple[str, ...]
    """What a human must still check before release; a coordinator sees it."""
    brief: str | None = None
    """What it is for in a few words. Who has it stands beside every field where somebody writes (GRP-6)."""


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
        to_check=tuple(mark[language] for mark in contact["to_check"]),
        brief=text("brief"),
    )
