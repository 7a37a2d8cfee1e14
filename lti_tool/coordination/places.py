"""The cards of an institution as everybody's pages show them, remembered for half a minute.

They stand at the foot of every page, and hardly anything changes less often; so a page asks the database for them only
now and then. A change counts at once in the process where it was made, and within half a minute in every other. When
the database does not answer, a page does without a statement and shows what was last known. The national cards hang on
none of this: they come from files.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError

from lti_tool.coordination.cards import MOST_EVERYWHERE, dialled, missing_kinds
from lti_tool.coordination.schemas import is_email, is_website
from lti_tool.coordination.service import read_cards
from lti_tool.coordination.words import KIND_NAMES
from lti_tool.curriculum.contacts import Contact
from lti_tool.kernel.log import describe_error, log
from lti_tool.web.languages import current_language

if TYPE_CHECKING:
    from datetime import date, datetime, tzinfo

    from lti_tool.coordination.cards import Card
    from lti_tool.kernel.clock import Clock
    from lti_tool.kernel.database import Database

_KEPT = timedelta(seconds=30)
_TRIED_AGAIN = timedelta(seconds=5)
"""After the database did not answer: who waits for it at each page gets none."""


@dataclass(frozen=True)
class Places:
    """What there is at one institution, in one language."""

    cards: tuple[Contact, ...]
    missing: tuple[str, ...]
    """Whom students should find here and cannot yet, in words."""
    old: int
    """How many cards somebody must look at again (GRP-4)."""
    is_known: bool
    """False while the database has not answered: then nothing is said to be missing."""

    @property
    def everywhere(self) -> tuple[Contact, ...]:
        """The cards for the foot of every page."""
        return tuple(card for card in self.cards if card.every_page)[:MOST_EVERYWHERE]


def show_card(card: Card, language: str) -> Contact:
    """Return a card as a place to go. Links are made of what was checked, whatever the database holds."""
    in_dutch = language == "nl"
    return Contact(
        id=card.id,
        kind=card.kind,
        name=card.name,
        number=card.phone,
        tel=dialled(card.phone) if card.phone else None,
        email=card.email if card.email and is_email(card.email) else None,
        web=card.web if card.web and is_website(card.web) else None,
        place=card.place,
        purpose=f"{KIND_NAMES[card.kind]}.",
        scope=card.scope_nl if in_dutch else card.scope_en,
        answers=card.answers_nl if in_dutch else card.answers_en,
        every_page=card.every_page,
        checked_on=card.checked_on,
    )


@dataclass
class _Kept:
    """The cards of one institution as last read; None when they never were."""

    cards: tuple[Card, ...] | None
    until: datetime
    since: datetime
    shown: dict[str, Places]


class InstitutionPlaces:
    """What one process knows of the cards of each institution."""

    def __init__(self, database: Database, clock: Clock, zone: tzinfo) -> None:
        self._database = database
        self._clock = clock
        self._zone = zone
        self._kept: dict[str, _Kept] = {}

    def find(self, registration_id: str) -> Places:
        """Return what there is at an institution, in the language of the page.

        It never fails: a page must not lack its other contacts.
        """
        now, language = self._clock.now(), current_language()
        kept = self._kept.get(registration_id)
        if kept is None or not kept.since <= now < kept.until:
            kept = self._kept[registration_id] = self._read(registration_id, kept, now)
        if language not in kept.shown:
            kept.shown[language] = _show(kept.cards, language, self._clock.today(self._zone))
        return kept.shown[language]

    def forget(self, registration_id: str) -> None:
        """Ask the database at the next page of this institution."""
        self._kept.pop(registration_id, None)

    def _read(self, registration_id: str, before: _Kept | None, now: datetime) -> _Kept:
        # On a connection of its own: a read that fails must not spoil the request's transaction.
        try:
            with self._database.connection(writes=False) as connection:
                return _Kept(read_cards(connection, registration_id), now + _KEPT, now, {})
        except SQLAlchemyError as error:
            log.warning("coordination:cards:away", registration_id=registration_id, **describe_error(error))
            return _Kept(before.cards if before else None, now + _TRIED_AGAIN, now, {})


def _show(cards: tuple[Card, ...] | None, language: str, today: date) -> Places:
    known = cards or ()
    return Places(
        cards=tuple(show_card(card, language) for card in known),
        missing=tuple(str(KIND_NAMES[kind]) for kind in missing_kinds(known)) if cards is not None else (),
        old=sum(card.is_old(today) for card in known),
        is_known=cards is not None,
    )
