"""Safety, accessibility, who sees what, the words: in both languages, and what needs nobody is always there for all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy.exc import OperationalError

from lti_tool.curriculum.building import build_line
from lti_tool.curriculum.contacts import load_standing
from lti_tool.kernel.database import Database
from tests.content import MODULES, real_content
from tests.police import BASE_URL
from tests.progress.board import body_of, language_of, parse, words

if TYPE_CHECKING:
    from tests.door import Door

# What a page shows is the same on every database.
pytestmark = pytest.mark.one_database

STANDING = load_standing(MODULES)
NAMES = ("safety", "accessibility", "who-sees-what", "teacher-duties", "concern")
LANGUAGE = pytest.mark.parametrize("language", ["nl", "en"])
LINKED = ("/support", "/safety", "/accessibility", "/who-sees-what")
"""Every page leads to these; the others stand where they are needed, before somebody shares and beside a share."""
ALWAYS = ("/support", *(f"/{name}" for name in NAMES))


def test_every_standing_page_has_an_address() -> None:
    assert set(STANDING["nl"].pages) == set(NAMES)


@LANGUAGE
@pytest.mark.parametrize("name", NAMES)
def test_ext_9_and_ops_1_page_is_there_for_everybody(door: Door, name: str, language: str) -> None:
    response = door.client.get(f"/{name}?lang={language}")

    page = parse(response.text)
    assert response.status_code == 200
    assert language_of(response.text) == language
    assert body_of(response.text).get("data-page") == name
    written = STANDING[language].pages[name]
    assert [words(one) for one in page.iter("h1")] == [written.title]
    assert words(parse(written.html)) in words(page)
    # Nobody is here, so there is nowhere to go back to, and nothing is said of anybody.
    assert "/s/" not in response.text
    assert "data-role" not in response.text
    assert "data-checks" not in response.text


@LANGUAGE
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("person", ["amina", "teacher", "mentor"])
def test_ext_9_and_ops_1_page_is_there_in_a_visit_and_leads_back(
    door: Door, person: str, name: str, language: str
) -> None:
    visit = door.enter(person, locale=language)

    response = visit.get(f"/{name}")

    page = parse(response.text)
    assert response.status_code == 200
    assert language_of(response.text) == language
    assert words(parse(STANDING[language].pages[name].html)) in words(page)
    back = [link.get("href") for link in page.iter("a") if link.get("data-action") == "overview"]
    assert back == [f"{visit.home.removeprefix(BASE_URL)}/"]


@pytest.mark.parametrize("name", NAMES)
def test_page_is_there_outside_a_course_too(door: Door, name: str) -> None:
    visit = door.enter(knob="no_context")

    assert visit.get(f"/{name}").status_code == 200
    assert visit.get("/words").status_code == 404


@pytest.mark.parametrize("path", ALWAYS)
def test_grp_5_page_stays_when_the_session_has_ended(door: Door, path: str) -> None:
    visit = door.enter()
    visit.get("/leave")

    assert visit.get(path).status_code == 401
    assert door.client.get(path).status_code == 200


@pytest.mark.parametrize("path", ALWAYS)
def test_public_page_asks_the_database_nothing(door: Door, path: str) -> None:
    door.client.get(path)

    assert door.client.application.extensions["statement_recorder"].statements == []


@LANGUAGE
@pytest.mark.parametrize("path", ALWAYS)
def test_public_page_is_there_when_the_database_is_away(
    door: Door, monkeypatch: pytest.MonkeyPatch, path: str, language: str
) -> None:
    def away(*_args: object, **_kwargs: object) -> None:
        raise OperationalError("x", None, OSError())

    for name in ("session", "connection"):
        monkeypatch.setattr(Database, name, away)

    assert door.client.get("/health/ready").status_code == 503
    response = door.client.get(f"{path}?lang={language}")
    assert response.status_code == 200
    assert language_of(response.text) == language
    assert "112" in response.text


@pytest.mark.parametrize("path", LINKED)
def test_page_that_says_that_the_database_is_away_leads_to_the_public_pages(
    door: Door, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    visit = door.enter()

    def away(*_args: object, **_kwargs: object) -> None:
        raise OperationalError("x", None, OSError())

    for name in ("session", "connection"):
        monkeypatch.setattr(Database, name, away)

    response = visit.get()

    assert response.status_code == 503
    assert path in {link.get("href") for link in parse(response.text).iter("a")}


@pytest.mark.parametrize("path", LINKED)
def test_every_page_leads_to_the_pages_that_are_always_there(door: Door, path: str) -> None:
    visit = door.enter()
    home = visit.home.removeprefix(BASE_URL)

    for page in ("/", "/words", *ALWAYS):
        links = {link.get("href") for link in parse(visit.get(page).text).iter("a")}
        assert f"{home}{path}" in links or page == path == "/support"
    for page in ("/", "/nothing-here", *ALWAYS):
        links = {link.get("href") for link in parse(door.client.get(page).text).iter("a")}
        assert path in links or page == path == "/support"


@LANGUAGE
def test_words_show_every_term_with_its_meaning_in_the_order_of_the_alphabet(door: Door, language: str) -> None:
    page = parse(door.enter(locale=language).get("/words").text)

    terms = build_line(real_content().line, language).glossary
    (shown,) = (one for one in page.iter("dl") if one.get("class") == "words")
    assert [(words(row[0]), words(row[1])) for row in shown] == [
        (" ".join(term.name.split()), " ".join(term.meaning.split())) for term in terms
    ]
    assert [row.get("id") for row in shown] == [f"term-{number}" for number in range(1, len(terms) + 1)]
    assert len(terms) == len(real_content().line["glossary"]) > 3


@pytest.mark.parametrize("person", ["amina", "teacher", "mentor", "test_student"])
def test_words_are_for_everybody_in_a_course(door: Door, person: str) -> None:
    assert door.enter(person).get("/words").status_code == 200


def test_words_need_a_visit(door: Door) -> None:
    assert door.client.get("/words").status_code == 404


def test_marks_of_a_page_are_no_part_of_its_text() -> None:
    for language, standing in STANDING.items():
        for name, page in standing.pages.items():
            marks = real_content().pages[name]["to_check"]
            assert page.to_check == tuple(mark[language] for mark in marks)
            assert [mark for mark in page.to_check if mark in page.html] == []


def test_standing_is_the_same_in_both_languages_but_for_its_words() -> None:
    dutch, english = (STANDING[language] for language in ("nl", "en"))

    assert set(dutch.pages) == set(english.pages)
    for name in NAMES:
        assert dutch.pages[name].title != english.pages[name].title
        assert len(dutch.pages[name].to_check) == len(english.pages[name].to_check)
