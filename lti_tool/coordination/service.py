"""Reading the cards of an institution, and keeping them. Whatever is asked, only those of one registration count."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, select, update

from lti_tool.coordination.cards import MOST_CARDS, MOST_EVERYWHERE, Card, in_order
from lti_tool.coordination.models import InstitutionContact
from lti_tool.kernel.errors import RugzakError
from lti_tool.kernel.ids import new_id
from lti_tool.lti.models import Registration

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy import Connection
    from sqlalchemy.orm import Session

_CARDS = (
    select(*(getattr(InstitutionContact, field.name) for field in fields(Card)))
    .where(InstitutionContact.registration_id == bindparam("registration_id"))
    .order_by(InstitutionContact.name, InstitutionContact.id)
    .limit(MOST_CARDS)
)


class CardRefusedError(RugzakError):
    """An institution cannot have this card now."""


class TooManyCardsError(CardRefusedError):
    """It has as many as fit."""


class TooManyEverywhereError(CardRefusedError):
    """As many as fit stand at the foot of every page."""

    def __init__(self, names: tuple[str, ...]) -> None:
        super().__init__("as many cards as fit stand at the foot of every page")
        self.names = names
        """Of those cards, for the coordinator."""


def read_cards(database: Session | Connection, registration_id: str) -> tuple[Card, ...]:
    """Return the cards of an institution, in the order in which they are shown, in one statement."""
    rows = database.execute(_CARDS, {"registration_id": registration_id})
    return in_order(Card(*row) for row in rows)


def find_card(database: Session | Connection, registration_id: str, card_id: str) -> Card | None:
    """Return a card of this institution; None for another's, as for one that is not there."""
    return next((card for card in read_cards(database, registration_id) if card.id == card_id), None)


def add_card(session: Session, registration_id: str, values: dict[str, Any], *, today: date) -> None:
    """Give an institution a card. Who fills it in has checked it.

    :raises CardRefusedError: when it does not fit.
    """
    # Two coordinators at one moment must not both take the last place.
    session.execute(select(Registration.id).where(Registration.id == registration_id).with_for_update(key_share=True))
    cards = read_cards(session, registration_id)
    if len(cards) >= MOST_CARDS:
        raise TooManyCardsError
    _check_everywhere(cards, values)
    session.add(InstitutionContact(id=new_id(), registration_id=registration_id, checked_on=today, **values))
    session.flush()


def change_card(session: Session, registration_id: str, card_id: str, values: dict[str, Any], *, today: date) -> None:
    """Change a card of an institution. Who changes it has looked at it, so it counts as checked.

    :raises CardRefusedError: when it cannot be as asked.
    """
    _check_everywhere([card for card in read_cards(session, registration_id) if card.id != card_id], values)
    session.execute(_this_one(update(InstitutionContact), registration_id, card_id).values(checked_on=today, **values))


def check_card(session: Session, registration_id: str, card_id: str, *, today: date) -> None:
    """Note that a card is still right."""
    session.execute(_this_one(update(InstitutionContact), registration_id, card_id).values(checked_on=today))


def remove_card(session: Session, registration_id: str, card_id: str) -> None:
    """Take a card away; nothing of it stays."""
    session.execute(_this_one(delete(InstitutionContact), registration_id, card_id))


def _this_one(statement: Any, registration_id: str, card_id: str) -> Any:
    return statement.where(
        InstitutionContact.id == card_id, InstitutionContact.registration_id == registration_id
    ).execution_options(synchronize_session=False)


def _check_everywhere(others: Any, values: dict[str, Any]) -> None:
    names = tuple(card.name for card in others if card.every_page)
    if values["every_page"] and len(names) >= MOST_EVERYWHERE:
        raise TooManyEverywhereError(names)
