"""Choices of a device: kept in cookies that name nobody, read without script, and in no table."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from lti_tool.kernel.ids import digest
from lti_tool.people.models import LaunchSession
from lti_tool.people.visits import Binding
from tests.house.test_data_documented import everything
from tests.police import BASE_URL, PolicingClient

if TYPE_CHECKING:
    from sqlalchemy.orm import Session
    from werkzeug.test import TestResponse

    from lti_tool.kernel.database import Database
    from tests.door import Door
    from tests.police import StatementRecorder

DARK_AND_OFF = {"shortcut": "off", "theme": "dark"}
DEFAULTS = {"shortcut": "on", "theme": "device"}
OWN_SITE = {"Sec-Fetch-Site": "same-origin"}


def chosen(page: TestResponse) -> set[str]:
    """Return which fields of the page are chosen."""
    return set(re.findall(r'id="(\w+-\w+)"[^>]* checked', page.text))


def shows(page: TestResponse) -> tuple[str | None, bool]:
    """Return the colours that a page is told to have, and whether it listens for Shift."""
    found = re.search(r'<html [^>]*data-theme="(\w+)"', page.text)
    theme = found[1] if found else None
    scheme = theme or "light dark"
    assert f'<meta name="color-scheme" content="{scheme}">' in page.text
    return theme, ' data-shortcut="off"' not in page.text


def test_device_page_shows_what_holds_where_nothing_was_chosen(door: Door) -> None:
    visit = door.enter()

    for page in (visit.get("/device"), door.client.get("/device")):
        assert chosen(page) == {"shortcut-on", "theme-device"}
        assert shows(page) == (None, True)
        assert "data-status=" not in page.text.partition("<main")[2].partition("</main>")[0]


def test_ext_5_choices_hold_on_every_page_of_this_browser(door: Door) -> None:
    visit = door.enter()

    response = visit.post("/device", DARK_AND_OFF)

    assert response.status_code == 303
    assert response.headers["Location"] == f"{visit.home.removeprefix(BASE_URL)}/device?chosen=yes"
    pages = [visit.get(path) for path in ("/", "/step/gjcuwgtv", "/support", "/nothing-here", "/device")]
    pages += [door.client.get(path) for path in ("/", "/support", "/nothing-here", "/device")]
    pages += [door.enter("bram").get(), door.launch(knob="expired"), door.client.get(f"/s/{'x' * 43}/")]
    assert {shows(page) for page in pages} == {("dark", False)}
    assert chosen(visit.get("/device")) == {"shortcut-off", "theme-dark"}


@pytest.mark.parametrize(("theme", "told"), [("light", "light"), ("dark", "dark"), ("device", None)])
def test_colours_are_told_unless_the_device_decides(door: Door, theme: str, told: str | None) -> None:
    visit = door.enter()

    visit.post("/device", {"shortcut": "on", "theme": theme})

    assert shows(visit.get()) == (told, True)


def test_choice_can_be_taken_back(door: Door) -> None:
    visit = door.enter()
    visit.post("/device", DARK_AND_OFF)

    visit.post("/device", DEFAULTS)

    assert shows(visit.get()) == (None, True)


@pytest.mark.parametrize("place", ["visit", "public"])
def test_cookies_of_the_choices_name_nobody(door: Door, place: str) -> None:
    if place == "visit":
        response = door.enter().post("/device", DARK_AND_OFF)
    else:
        response = door.client.post("/device", data=DARK_AND_OFF, headers=OWN_SITE)

    cookies = response.headers.getlist("Set-Cookie")
    assert {cookie.partition(";")[0] for cookie in cookies} == {"__Host-shortcut=off", "__Host-theme=dark"}
    for cookie in cookies:
        kept = {part for part in cookie.split("; ")[1:] if not part.startswith("Expires=")}
        assert kept == {"Secure", "HttpOnly", "SameSite=None", "Partitioned", "Path=/", "Max-Age=31536000"}


def test_choices_are_in_no_table(door: Door, database: Database) -> None:
    visit = door.enter()
    before = everything(database)

    visit.post("/device", DARK_AND_OFF)

    assert everything(database) == before


WRONG_FORMS: list[dict[str, str]] = [
    {},
    {"theme": "dark"},
    {"shortcut": "off"},
    {**DEFAULTS, "theme": "red"},
    {**DEFAULTS, "shortcut": ""},
]


@pytest.mark.parametrize("form", WRONG_FORMS)
@pytest.mark.parametrize("place", ["visit", "public"])
def test_form_that_asks_for_something_else_changes_nothing(door: Door, form: dict[str, str], place: str) -> None:
    if place == "visit":
        response = door.enter().post("/device", form)
    else:
        response = door.client.post("/device", data=form, headers=OWN_SITE)

    assert response.status_code == 400
    assert not [cookie for cookie in response.headers.getlist("Set-Cookie") if "__Host-s-" not in cookie]


@pytest.mark.parametrize("value", ["", "on", "blue", '"><script>', "é", "x" * 3000])
def test_cookie_with_something_else_in_it_means_nothing(door: Door, value: str) -> None:
    client = door.client.application.test_client(use_cookies=False)

    page = client.get("/support", headers={"Cookie": f"__Host-theme={value}"})

    assert shows(page) == (None, True)


def test_ops_8_choices_in_a_visit_need_the_form_token(door: Door) -> None:
    visit = door.enter()

    response = visit.client.post(f"{visit.home}/device", data=DARK_AND_OFF, headers=OWN_SITE)

    assert response.status_code == 403
    assert response.headers.getlist("Set-Cookie") == []


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 303),
        ({"Origin": BASE_URL}, 303),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site", "Origin": BASE_URL}, 403),
        ({"Sec-Fetch-Site": "none"}, 403),
        ({"Origin": "https://elsewhere.example"}, 403),
        ({"Origin": "null"}, 403),
        ({}, 403),
    ],
)
def test_ops_8_no_other_site_chooses_for_a_browser(door: Door, headers: dict[str, str], status: int) -> None:
    response = door.client.post("/device", data=DARK_AND_OFF, headers=headers)

    assert response.status_code == status
    assert bool(response.headers.getlist("Set-Cookie")) == (status == 303)


def test_choices_outside_a_visit_cost_nothing(door: Door, recorder: StatementRecorder) -> None:
    door.client.get("/device")
    assert recorder.statements == []

    door.client.post("/device", data=DARK_AND_OFF, headers=OWN_SITE)

    assert recorder.statements == []


# Whether they are kept.


def test_page_says_that_the_choices_are_kept(door: Door) -> None:
    visit = door.enter()
    visit.post("/device", DEFAULTS)

    assert 'data-status="kept"' in visit.get("/device?chosen=yes").text
    assert 'data-status="kept"' not in visit.get("/device").text
    assert "Je keuzes zijn bewaard." in visit.get("/device?chosen=yes").text


def test_page_says_after_a_press_that_a_browser_without_cookies_keeps_nothing(door: Door) -> None:
    client = door.client.application.test_client(use_cookies=False)
    assert isinstance(client, PolicingClient)
    assert "<fieldset" in client.get("/device").text

    page = client.get("/device?chosen=yes")

    assert "Deze browser bewaart hier geen cookies, dus een keuze kan niet bewaard blijven." in page.text
    assert "<fieldset" not in page.text


def test_page_of_a_visit_without_a_cookie_says_so_before_anything_is_pressed(door: Door, session: Session) -> None:
    visit = door.enter()
    agent = "Mozilla/5.0 (demo)"
    bound = {"binding": Binding.AGENT, "browser": digest("Mozillademo")}
    session.execute(update(LaunchSession).values(bound))
    session.commit()
    client = visit.client.application.test_client(use_cookies=False)

    page = client.get(f"{visit.home}/device", headers={"User-Agent": agent, "Sec-Fetch-Dest": "iframe"})

    assert page.status_code == 200
    assert 'data-status="not-kept"' in page.text
    assert "<fieldset" not in page.text


def test_foot_and_safety_page_lead_to_the_choices(door: Door) -> None:
    visit = door.enter()
    own = visit.home.removeprefix(BASE_URL)

    assert f'<a href="{own}/device" data-action="device">Dit apparaat</a>' in visit.get().text
    assert '<a href="/device" data-action="device">Dit apparaat</a>' in door.client.get("/support?lang=nl").text
    assert visit.get("/safety").text.count(f'href="{own}/device"') == 2
    assert f'href="{own}/safety"' in visit.get("/device").text
