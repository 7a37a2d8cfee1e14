"""A card of an institution, and what follows from it: its place in the list, its age, what is missing. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from lti_tool.coordination.models import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable

REQUIRED = ("teacher", "adviser", "dean", "psychologist")
"""Whom students must be able to find at every institution (product outline 3.9)."""

MOST_CARDS = 40
"""Of one institution: a list that is longer is no signpost any more."""

MOST_EVERYWHERE = 2
"""At the foot of every page, beside the national numbers."""

KEEPS_FOR = timedelta(days=180)
"""How long a check counts (GRP-4)."""

_PHONE = re.compile(r"\+?[0-9 ().\-/]+")
_DIGITS = re.compile(r"\+?[0-9]{3,15}")


@dataclass(frozen=True)
class Card:
    """A card as stored, in both languages."""

    id: str
    kind: str
    name: str
    phone: str | None
    email: str | None
    web: str | None
    place: str | None
    scope_nl: str
    scope_en: str
    answers_nl: str
    answers_en: str
    every_page: bool
    checked_on: date

    def is_old(self, today: date) -> bool:
        """Whether it was last checked so long ago that somebody must look again."""
        return today - self.checked_on > KEEPS_FOR


def in_order(cards: Iterable[Card]) -> tuple[Card, ...]:
    """Return cards as they are shown: by what they are for, then by name."""
    return tuple(sorted(cards, key=lambda card: (KINDS.index(card.kind), card.name.casefold(), card.id)))


def missing_kinds(cards: Iterable[Card]) -> tuple[str, ...]:
    """Return the required kinds of which there is no card."""
    there = {card.kind for card in cards}
    return tuple(kind for kind in REQUIRED if kind not in there)


def dialled(phone: str) -> str | None:
    """Return what a telephone dials for a number as people write it; None when that is not plain.

    The zero in brackets of ``+31 (0)70`` is only dialled within the country.
    """
    if not _PHONE.fullmatch(phone):
        return None
    if phone.startswith(("+", "00")):
        phone = phone.replace("(0)", "")
    digits = re.sub(r"[ ().\-/]", "", phone)
    return digits if _DIGITS.fullmatch(digits) else None
