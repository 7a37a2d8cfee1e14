"""Cards for tests, and reading them back from pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from lti_tool.coordination.models import InstitutionContact
from lti_tool.coordination.service import read_cards
from tests.door import form_token
from tests.progress.board import parse, words

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from werkzeug.test import TestResponse

    from lti_tool.coordination.cards import Card
    from lti_tool.web.edge import Instruments
    from tests.door import Visit

ADVISER = {
    "kind": "adviser",
    "name": "Marloes Voorbeeld",
    "phone": "070 000 00 00",
    "email": "marloes@voorbeeld.example",
    "web": "https://www.voorbeeld.example/vertrouwen",
    "place": "Kamer 1.24",
    "scope_nl": "Ongewenst gedrag, en wat je verder dwarszit. Het blijft tussen jullie.",
    "answers_nl": "Binnen een werkdag.",
    "scope_en": "Unwanted behaviour, and whatever else bothers you. It stays between you.",
    "answers_en": "Within a working day.",
    "every_page": "yes",
}
"""What a coordinator types. She is made up, and so are her numbers."""


def card(**changes: str) -> dict[str, str]:
    return {**ADVISER, **changes}


def find_all(html: str, **data: str | None) -> list[Element]:
    """Find the elements that carry these data attributes, whatever their value when it is None."""
    wanted = {f"data-{name.replace('_', '-')}": value for name, value in data.items()}
    return [
        element
        for element in parse(html).iter()
        if all(
            element.get(name) is not None if value is None else element.get(name) == value
            for name, value in wanted.items()
        )
    ]


def part(html: str, *, id: str) -> Element:  # noqa: A002 (as the attribute is called)
    return next(element for element in parse(html).iter() if element.get("id") == id)


def links(element: Element) -> list[str]:
    return [str(link.get("href")) for link in element.iter("a")]


def own_cards(html: str) -> list[str]:
    """The kinds of the institution's cards in the main part of a page, in order."""
    main = next(parse(html).iter("main"))
    return [str(item.get("data-contact")) for item in main.iter("li") if item.get("data-contact")]


def foot_cards(html: str) -> list[str]:
    """The first words of each row at the foot of a page."""
    return [words(next(item.iter("p"))) for item in part(html, id="support").iter("li")]


@dataclass
class Keeper:
    """A coordinator inside, and what is stored of their institution."""

    visit: Visit
    registration_id: str
    tools: Instruments

    def get(self, path: str = "/contacts") -> TestResponse:
        return self.visit.get(path)

    def press(self, path: str, data: dict[str, str] | None = None) -> TestResponse:
        """Press a button of the list, at the cost of one page."""
        return self.visit.post(path, data or {})

    def add(self, **changes: str) -> Card:
        """Add a card that is right."""
        before = {one.id for one in self.stored()}
        response = self.press("/contacts/new", card(**changes))
        assert response.status_code == 303, words(part(response.text, id="errors"))
        (new,) = [one for one in self.stored() if one.id not in before]
        return new

    def stored(self) -> tuple[Card, ...]:
        with self.tools.database.connection(writes=False) as connection:
            return read_cards(connection, self.registration_id)

    def post_many(self, path: str, forms: Any) -> list[TestResponse]:
        """Send forms one after the other, with the token of one page."""
        token = form_token(self.get().text)
        headers = {"Sec-Fetch-Site": "same-origin"}
        address = self.visit.home + path
        return [self.visit.client.post(address, data={"form_token": token, **form}, headers=headers) for form in forms]


def everything(tools: Instruments) -> list[tuple[Any, ...]]:
    """Every card of every institution, as stored."""
    with tools.database.session(writes=False) as session:
        table = InstitutionContact.__table__
        return [tuple(row) for row in session.execute(select(table).order_by(table.c.id))]
