"""Choosing a language: on every page, remembered in the browser, and leading nowhere else."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.demo_lms.knobs import CLAIM
from tests.police import PolicingClient
from tests.progress.board import FIRST, THIRD, language_of

if TYPE_CHECKING:
    from tests.demo_lms.knobs import Launch
    from tests.door import Door


def new_browser(door: Door) -> Door:
    """Return the same place to come in, with a browser that was never here."""
    client = door.client.application.test_client()
    assert isinstance(client, PolicingClient)
    return replace(door, client=client)


def test_language_stays_chosen_for_this_visit_and_in_this_browser(door: Door) -> None:
    visit = door.enter()

    response = visit.post("/language", {"language": "en", "back": "/"})

    assert response.status_code == 303
    assert language_of(visit.get(f"/step/{FIRST}").text) == "en"
    assert language_of(door.enter("bram").get().text) == "en"
    assert language_of(door.client.get("/support").text) == "en"


def test_language_follows_the_person_to_another_browser(door: Door) -> None:
    door.enter().post("/language", {"language": "en", "back": "/"})

    assert language_of(new_browser(door).enter().get().text) == "en"
    assert language_of(new_browser(door).enter("bram").get().text) == "nl"


def test_own_choice_comes_before_what_somebody_else_chose_in_this_browser(door: Door) -> None:
    door.enter("bram").post("/language", {"language": "nl", "back": "/"})
    door.enter("amina").post("/language", {"language": "en", "back": "/"})

    assert language_of(door.enter("bram").get().text) == "nl"


def test_own_choice_comes_before_what_the_platform_says(door: Door) -> None:
    door.enter().post("/language", {"language": "nl", "back": "/"})

    def speak_english(launch: Launch) -> None:
        launch.claims[f"{CLAIM}launch_presentation"]["locale"] = "en"

    assert language_of(new_browser(door).enter(spoil=speak_english).get().text) == "nl"


def test_last_choice_is_the_one_that_holds(door: Door) -> None:
    visit = door.enter()
    for language in ("en", "nl", "en", "nl"):
        visit.post("/language", {"language": language, "back": "/"})

    assert language_of(new_browser(door).enter().get().text) == "nl"


def test_launch_alone_chooses_nothing(door: Door) -> None:
    def speak_english(launch: Launch) -> None:
        launch.claims[f"{CLAIM}launch_presentation"]["locale"] = "en"

    assert language_of(door.enter(spoil=speak_english).get().text) == "en"

    assert language_of(door.enter().get().text) == "nl"


def test_cookie_of_the_language_names_nobody(door: Door) -> None:
    response = door.enter().post("/language", {"language": "en", "back": "/"})

    (cookie,) = response.headers.getlist("Set-Cookie")
    assert cookie.startswith("__Host-lang=en; ")
    for part in ("Secure", "HttpOnly", "SameSite=None", "Partitioned", "Path=/"):
        assert part in cookie


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"language": "de"},
        {"language": ""},
        {"language": "nl_NL"},
        {"language": "en", "back": "https://elsewhere.example/"},
        {"language": "en", "back": "elsewhere"},
        {"language": "en", "back": "/\\elsewhere.example"},
        {"language": "en", "back": "/step/x?y=z"},
        {"language": "en", "back": "/" + "x" * 201},
        {"language": "en", "back": "/step/\n"},
    ],
)
def test_language_form_that_asks_for_something_else_is_refused(door: Door, form: dict[str, str]) -> None:
    visit = door.enter()

    assert visit.post("/language", form).status_code == 400

    assert language_of(visit.get().text) == "nl"


@pytest.mark.parametrize(
    "back", ["/", f"/step/{FIRST}", f"/step/{THIRD}/1", "//elsewhere.example".replace(".", "-"), "/language"]
)
def test_language_leads_back_into_the_same_session(door: Door, back: str) -> None:
    visit = door.enter()

    response = visit.post("/language", {"language": "en", "back": back})

    assert response.headers["Location"].startswith(visit.home.removeprefix("https://tool.example") + "/")


@pytest.mark.parametrize("path", ["/step/x%00", "/step/%3Cb%3E", "/step/%F0%9F%8C%B3", "/step/A", "/step/" + "x" * 300])
def test_page_of_a_strange_address_repeats_nothing_of_it(door: Door, path: str) -> None:
    page = door.enter().get(path)

    assert page.status_code == 404
    assert 'name="back" value="/"' in page.text
