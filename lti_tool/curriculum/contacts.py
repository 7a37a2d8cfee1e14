"""The places to go, and the pages that need nobody: there also when the database is away, so read at the start."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lti_tool.curriculum.loader import read_standing_content
from lti_tool.curriculum.words import Words
from lti_tool.web.languages import LANGUAGES

if TYPE_CHECKING:
    from datetime import date
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
    source: str
    """Where its facts were read."""
    checked_on: date
    """When that was."""
    to_check: tuple[str, ...]
    """What a human must still check before release; a coordinator sees it."""
    brief: str | None = None
    """What it is for in a few words. Who has it stands beside every field where somebody writes (GRP-6)."""


@dataclass(frozen=True)
class Page:
    """A page that works without a session, in one language."""

    title: str
    lead: str
    html: str
    to_check: tuple[str, ...]


@dataclass(frozen=True)
class Standing:
    """What is always there, in one language."""

    contacts: tuple[Contact, ...]
    pages: dict[str, Page]
    """By the name of their folder."""


def load_standing(root: Path) -> dict[str, Standing]:
    """Read what is always there, in each language.

    :raises ContentError: when a file is missing or wrong: without contacts the tool does not start.
    """
    contacts, pages = read_standing_content(root)
    return {
        language: Standing(
            tuple(_build(contact, language) for contact in contacts),
            {name: _build_page(page, Words(language, {})) for name, page in pages.items()},
        )
        for language in LANGUAGES
    }


def _build_page(page: dict[str, Any], words: Words) -> Page:
    marks = tuple(words.say(mark) for mark in page["to_check"])
    return Page(words.say(page["title"]), words.say(page["lead"]), words.render(page["text"]), marks)


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
        source=contact["source"],
        checked_on=contact["checked_on"],
        to_check=tuple(mark[language] for mark in contact["to_check"]),
        brief=text("brief"),
    )
