"""The page with all places to go: for everybody, at any moment, in both languages (GRP-5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import html5lib
import pytest

from lti_tool.curriculum.contacts import Contact, load_standing
from tests.content import MODULES, step_where

if TYPE_CHECKING:
    from tests.door import Door
    from tests.police import PolicingClient

CONTACTS = {language: standing.contacts for language, standing in load_standing(MODULES).items()}


@pytest.fixture
def browser(door: Door) -> PolicingClient:
    return door.client


def words_of(html: str) -> str:
    return " ".join("".join(html5lib.parse(html, namespaceHTMLElements=False).itertext()).split())


@pytest.mark.parametrize("language", ["nl", "en"])
def test_grp_5_support_page_shows_every_contact_to_anybody(browser: PolicingClient, language: str) -> None:
    response = browser.get(f"/support?lang={language}")

    assert response.status_code == 200
    assert 'data-page="support"' in response.text
    assert f'lang="{language}"' in response.text
    words = words_of(response.text)
    for contact in CONTACTS[language]:
        for text in (contact.name, contact.number, contact.purpose, contact.expect, contact.hours, contact.anonymous):
            assert text is None or " ".join(text.split()) in words
        assert contact.tel is None or f'href="tel:{contact.tel}"' in response.text


def test_grp_5_support_page_stays_when_the_session_has_ended(door: Door) -> None:
    visit = door.enter()
    visit.get("/leave")

    assert visit.get().status_code == 401
    assert door.client.get("/support").status_code == 200


def test_support_page_knows_nobody(door: Door) -> None:
    door.enter("amina")

    page = door.client.get("/support").text

    assert "Amina" not in page
    assert "data-role" not in page
    assert "/s/" not in page


def test_support_page_asks_the_database_nothing(browser: PolicingClient) -> None:
    browser.get("/support")

    assert browser.application.extensions["statement_recorder"].statements == []


def test_step_with_the_places_to_go_shows_them_all(door: Door) -> None:
    page = words_of(door.enter().get(f"/step/{step_where(contacts='all')}").text)

    for contact in CONTACTS["nl"]:
        assert " ".join(contact.expect.split()) in page


def test_contacts_are_the_same_in_both_languages_but_for_their_words() -> None:
    def facts(contact: Contact) -> tuple[object, ...]:
        return (contact.id, contact.number, contact.tel, contact.web, contact.every_page)

    assert [facts(one) for one in CONTACTS["nl"]] == [facts(one) for one in CONTACTS["en"]]
    assert [one.purpose for one in CONTACTS["nl"]] != [one.purpose for one in CONTACTS["en"]]
