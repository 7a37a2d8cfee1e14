"""Where students see the cards of their institution, how fresh they are, and that the national ones always stay."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from lti_tool.coordination.models import InstitutionContact
from lti_tool.coordination.views import PLACES
from lti_tool.curriculum.contacts import load_standing
from tests.conftest import ROOT
from tests.coordination.cards import ADVISER, card, find_all, foot_cards, links, own_cards, part
from tests.front_door.sentences import spoken
from tests.progress.board import parse, words

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from sqlalchemy.orm import Session

    from lti_tool.coordination.places import InstitutionPlaces
    from lti_tool.web.edge import Instruments
    from tests.clock import FrozenClock
    from tests.coordination.cards import Keeper
    from tests.door import Door, Visit
    from tests.police import StatementRecorder

NATIONAL = {language: one.contacts for language, one in load_standing(ROOT / "modules").items()}
AT_THE_FOOT = [one.number for one in NATIONAL["nl"] if one.every_page]
SIGNPOST = "/step/gwuczbwc"
"""The step that tells where to go."""


def headings(html: str) -> list[str]:
    return [words(item) for item in next(parse(html).iter("main")).iter() if item.get("class") == "as-h3"]


# What students see.


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("path", ["/support", SIGNPOST])
def test_cards_of_the_institution_come_first_and_then_the_national_ones(
    door: Door, keeper: Keeper, path: str, language: str
) -> None:
    keeper.add(kind="dean", name="Sam Voorbeeld")
    keeper.add()
    visit = door.enter("amina", locale=language)
    if language == "en":
        visit.post("/language", {"language": "en", "back": path})

    page = visit.get(path)

    expected = ["Marloes Voorbeeld", "Sam Voorbeeld", *(one.name for one in NATIONAL[language])]
    assert headings(page.text) == expected
    assert own_cards(page.text) == ["adviser", "dean"]
    text = words(part(page.text, id="own-contacts"))
    assert text == spoken("At your school", language)
    own = words(find_all(page.text, contacts="own")[0])
    for said in (
        f"{spoken('Confidential adviser', language)}.",
        ADVISER[f"scope_{language}"],
        ADVISER[f"answers_{language}"],
    ):
        assert said in own
    other = "en" if language == "nl" else "nl"
    assert ADVISER[f"scope_{other}"] not in own


def test_card_shows_every_way_to_reach_somebody(door: Door, keeper: Keeper) -> None:
    keeper.add()

    own = find_all(door.enter().get("/support").text, contacts="own")[0]

    assert links(own) == [
        "tel:0700000000",
        "mailto:marloes@voorbeeld.example",
        "https://www.voorbeeld.example/vertrouwen",
    ]
    assert "Kamer 1.24" in words(own)


@pytest.mark.parametrize(
    ("ways", "first"),
    [
        ({}, "070 000 00 00"),
        ({"phone": ""}, "marloes@voorbeeld.example"),
        ({"phone": "", "email": ""}, "Marloes Voorbeeld"),
        ({"phone": "", "email": "", "web": ""}, "Marloes Voorbeeld"),
    ],
)
def test_grp_5_card_for_every_page_stands_beside_the_national_ones_on_every_page(
    door: Door, keeper: Keeper, ways: dict[str, str], first: str
) -> None:
    keeper.add(**ways)
    keeper.add(kind="dean", name="Elders", every_page="")
    visit = door.enter("amina")

    for path in ("/", "/step/u56fbuib", SIGNPOST, "/step/aaaaaaaa"):
        page = visit.get(path).text
        assert foot_cards(page) == [*AT_THE_FOOT, first]
        foot = words(part(page, id="support"))
        assert "Vertrouwenspersoon." in foot
        assert foot.count("Marloes Voorbeeld") == 1
        assert "Binnen een werkdag." in foot
        assert "Kamer 1.24" in foot


def test_no_more_than_two_stand_on_every_page_whatever_is_stored(door: Door, keeper: Keeper, session: Session) -> None:
    for number in range(4):
        keeper.add(name=f"Kaart {number}", phone="", email="", web="", every_page="")
    session.execute(update(InstitutionContact).values(every_page=True))
    session.commit()
    keeper.tools.clock.move(seconds=30)  # type: ignore[attr-defined]

    assert foot_cards(door.enter().get().text) == [*AT_THE_FOOT, "Kaart 0", "Kaart 1"]


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("path", ["/support", SIGNPOST])
def test_who_is_missing_is_said_plainly_until_somebody_is_filled_in(
    door: Door, keeper: Keeper, path: str, language: str
) -> None:
    visit = door.enter("amina")
    if language == "en":
        visit.post("/language", {"language": "en", "back": path})

    def gap() -> tuple[str, list[str]]:
        found = find_all(visit.get(path).text, status="missing")
        return (words(found[0][0]), [words(item) for item in found[0].iter("li")]) if found else ("", [])

    kinds = ["Teacher or study coach", "Confidential adviser", "Student dean", "Student psychologist"]
    said = spoken("Who this is at your school does not stand here yet. Your teacher can tell you.", language)
    assert gap() == (said, [spoken(kind, language) for kind in kinds])

    keeper.add(kind="teacher", every_page="")
    keeper.add(kind="psychologist", every_page="")
    assert gap() == (said, [spoken(kind, language) for kind in kinds[1:3]])

    keeper.add(kind="adviser", every_page="")
    keeper.add(kind="dean", every_page="")
    assert gap() == ("", [])


def test_foot_says_that_there_are_contacts_of_the_school_when_there_are(door: Door, keeper: Keeper) -> None:
    visit = door.enter()
    assert "Alle contacten Je bent" not in words(part(visit.get().text, id="support"))
    assert words(find_all(visit.get().text, action="all-contacts")[0]) == "Alle contacten"

    keeper.add(every_page="")

    assert words(find_all(visit.get().text, action="all-contacts")[0]) == "Alle contacten, ook van je school"


def test_grp_5_public_page_shows_the_national_ones_and_asks_the_database_nothing(
    door: Door, keeper: Keeper, recorder: StatementRecorder
) -> None:
    keeper.add()

    page = door.client.get("/support?lang=nl").text

    assert recorder.statements == []
    assert headings(page) == [one.name for one in NATIONAL["nl"]]
    assert find_all(page, contacts=None) == []
    assert find_all(page, status="missing") == []


def test_grp_5_ended_visit_shows_the_national_ones(door: Door, keeper: Keeper) -> None:
    keeper.add()
    visit = door.enter()
    visit.get("/leave")

    page = visit.get()

    assert page.status_code == 401
    assert foot_cards(page.text) == AT_THE_FOOT
    assert "Marloes" not in page.text


# What it costs, and how fresh it is.


def test_page_asks_for_the_cards_once_in_half_a_minute(
    door: Door, keeper: Keeper, recorder: StatementRecorder, clock: FrozenClock
) -> None:
    keeper.add()
    visit = door.enter()

    def asked(path: str) -> int:
        assert visit.get(path).status_code == 200
        return sum("FROM coordination_contact" in text for text in recorder.statements)

    assert asked("/support") == 1
    assert [asked(path) for path in ("/", "/support", SIGNPOST, "/step/u56fbuib")] == [0, 0, 0, 0]
    clock.move(seconds=29.9)
    assert asked("/") == 0
    clock.move(seconds=0.1)
    assert [asked("/"), asked("/")] == [1, 0]


def test_two_languages_are_read_once(door: Door, keeper: Keeper, recorder: StatementRecorder) -> None:
    keeper.add()
    dutch, english = door.enter("amina"), door.enter("chiyun")
    english.post("/language", {"language": "en", "back": "/"})
    dutch.get()

    page = english.get("/support").text

    assert not any("FROM coordination_contact" in text for text in recorder.statements)
    assert ADVISER["scope_en"] in words(parse(page))
    assert ADVISER["scope_nl"] in words(parse(dutch.get("/support").text))


@pytest.mark.parametrize(("later", "is_there"), [(29.9, True), (30.0, False), (-1.0, False)])
def test_card_that_is_taken_away_elsewhere_is_gone_within_half_a_minute(
    door: Door, keeper: Keeper, session: Session, clock: FrozenClock, later: float, *, is_there: bool
) -> None:
    keeper.add()
    clock.move(minutes=1)
    visit = door.enter()
    visit.get()
    session.execute(delete(InstitutionContact))
    session.commit()

    clock.move(seconds=later)

    assert ("Marloes" in visit.get().text) is is_there


def test_own_change_counts_at_once(door: Door, keeper: Keeper) -> None:
    visit = door.enter()
    assert own_cards(visit.get("/support").text) == []

    added = keeper.add()
    assert own_cards(visit.get("/support").text) == ["adviser"]

    keeper.press(f"/contacts/{added.id}", card(kind="dean", name="Nieuw"))
    assert own_cards(visit.get("/support").text) == ["dean"]
    assert "Nieuw" in words(part(visit.get().text, id="support"))

    keeper.press(f"/contacts/{added.id}/remove")
    assert own_cards(visit.get("/support").text) == []


def test_list_of_the_coordinator_is_as_it_is_stored_now(keeper: Keeper, session: Session) -> None:
    keeper.add()
    keeper.visit.get()
    session.execute(update(InstitutionContact).values(name="Veranderd op een andere machine"))
    session.commit()

    assert "Veranderd op een andere machine" in keeper.get().text


def test_change_at_one_institution_leaves_what_is_known_of_another(
    app: Flask, create_door: Callable[..., Door], keeper: Keeper, recorder: StatementRecorder
) -> None:
    visit = create_door("https://elsewhere.example", "tool-2", key="elsewhere").enter()
    visit.get()

    keeper.add()
    visit.get()

    assert not any("FROM coordination_contact" in text for text in recorder.statements)
    assert len(app.extensions[PLACES]._kept) >= 1


# While the database is away.


class Away:
    """A database that does not answer, and counts how often it was asked."""

    def __init__(self, error: Exception) -> None:
        self.error = error
        self.asked = 0

    def connection(self, *, writes: bool) -> Any:
        assert not writes
        self.asked += 1
        raise self.error


ERRORS = [
    OperationalError("a statement", None, Exception("gone")),
    ProgrammingError("a statement", None, Exception("no such table")),
    PoolTimeoutError(),
]


@pytest.fixture
def places(app: Flask) -> InstitutionPlaces:
    found: InstitutionPlaces = app.extensions[PLACES]
    return found


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("path", ["/", "/support", SIGNPOST])
def test_database_that_is_away_takes_no_national_card_from_any_page(
    door: Door, places: InstitutionPlaces, monkeypatch: pytest.MonkeyPatch, error: Exception, path: str
) -> None:
    visit = door.enter()
    monkeypatch.setattr(places, "_database", Away(error))

    page = visit.get(path)

    assert page.status_code == 200
    assert foot_or_main(page.text, path) == AT_THE_FOOT
    assert find_all(page.text, status="missing") == []
    assert len(find_all(page.text, status="away")) == (path != "/")


def foot_or_main(html: str, path: str) -> list[str | None]:
    """The numbers of every page, where this page has them."""
    if path != "/support":
        return list(foot_cards(html))
    found = {words(item) for item in parse(html).iter("p") if item.get("class") == "num"}
    return [number for number in AT_THE_FOOT if number in found]


def test_what_was_known_stays_while_the_database_is_away(
    door: Door, keeper: Keeper, places: InstitutionPlaces, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeper.add()
    visit = door.enter()
    visit.get()
    away = Away(ERRORS[0])
    monkeypatch.setattr(places, "_database", away)

    for _ in range(5):
        clock.move(minutes=10)
        assert "Marloes" in visit.get().text
        assert find_all(visit.get("/support").text, status="away") == []

    assert away.asked == 5


def test_database_that_is_away_is_asked_again_after_five_seconds(
    door: Door, places: InstitutionPlaces, clock: FrozenClock, keeper: Keeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeper.add()
    places.forget(keeper.registration_id)
    visit, away = door.enter(), Away(ERRORS[0])
    with monkeypatch.context() as patch:
        patch.setattr(places, "_database", away)
        for _ in range(3):
            assert "Marloes" not in visit.get().text
        assert away.asked == 1
        clock.move(seconds=5)
        visit.get()
        assert away.asked == 2
    assert "Marloes" not in visit.get().text

    clock.move(seconds=5)

    assert "Marloes" in visit.get().text


def test_error_page_of_a_visit_shows_the_national_ones_while_the_database_is_away(
    door: Door, keeper: Keeper, tools: Instruments, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeper.add()
    visit: Visit = door.enter()

    def away(*_args: object, **_kwargs: object) -> Any:
        raise ERRORS[0]

    monkeypatch.setattr(tools.database, "connection", away, raising=False)

    page = visit.get()

    assert page.status_code == 503
    assert foot_cards(page.text) == AT_THE_FOOT


def test_read_that_fails_leaves_the_press_it_stands_in_alone(
    door: Door, places: InstitutionPlaces, keeper: Keeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    del door
    with monkeypatch.context() as patch:
        patch.setattr(places, "_database", Away(ERRORS[0]))
        keeper.tools.clock.move(minutes=1)  # type: ignore[attr-defined]
        assert keeper.press("/contacts/new", card(name="")).status_code == 422
        assert keeper.press("/contacts/new", ADVISER).status_code == 303

    assert [one.name for one in keeper.stored()] == ["Marloes Voorbeeld"]
