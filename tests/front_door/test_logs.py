"""The log says what happened, and never to whom: no name, no id, no token, no text (LOG-3, LOG-4, EXT-10)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from flask.testing import FlaskClient

from lti_tool.progress import views as progress_views
from tests.demo_lms.knobs import KNOBS
from tests.demo_lms.people import COURSES, PEOPLE
from tests.door import FRAMED, LAUNCH_URL, form_token
from tests.front_door.test_attacks import REFUSED

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from werkzeug.test import TestResponse

    from tests.demo_lms.knobs import Launch
    from tests.door import Door, Visit

SECRET = "a-secret-that-somebody-typed"
PERSONAL = [
    *(str(text) for text in (PEOPLE["amina"].id, PEOPLE["amina"].email, PEOPLE["teacher"].id)),
    *("Amina", "Haddou", "Marijke", "Vos", "elsewhere.example", "lms.example", "eyJhbGci"),
    *(COURSES["sw1"].id, COURSES["sw1"].title, "Leerlijn", SECRET, "127.0.0.1"),
]
ANSWERED = {"event", "level", "timestamp", "request_id", "method", "route", "status"}


@pytest.fixture
def step_id(content: dict[str, Any]) -> str:
    found: str = content["modules"][0]["units"][0]["steps"][0]["id"]
    return found


def secrets_of(door: Door, visit: Visit) -> list[str]:
    """Return what belongs to this visit alone: its address, its cookies, its form token, its login."""
    kept = [cookie for cookie in (visit.client._cookies or {}).values() if cookie.key != "__Host-lang"]
    cookies = [text for cookie in kept for text in (cookie.key, cookie.value)]
    token = visit.home.rpartition("/")[2]
    return [token, token[:12], form_token(visit.get().text), door.asked["state"], door.asked["nonce"], *cookies]


def assert_says_nothing(lines: list[str], *secrets: str) -> None:
    assert lines
    text = "\n".join(lines)
    assert [secret for secret in (*PERSONAL, *secrets) if secret in text] == []


def walk(door: Door, step_id: str) -> Visit:
    """Log in both ways, come in, and press everything there is."""
    door.client.post("/lti/login", data=door.platform.login_fields(LAUNCH_URL, SECRET, SECRET), headers=FRAMED)
    visit = door.enter()
    visit.get()
    visit.get(f"/step/{step_id}")
    visit.get(f"/step/{SECRET}")
    visit.post(f"/step/{step_id}/done", {"done": "yes"})
    visit.post("/language", {"language": "en", "back": f"/step/{step_id}"})
    visit.client.post(f"{visit.home}/language", data={"form_token": SECRET, "language": SECRET})
    door.enter("teacher").get("/?page=1")
    for path in ("/support", f"/{SECRET}", f"/lti/login/{SECRET}", f"/s/{SECRET}/", f"/lti/login?iss={SECRET}"):
        door.client.get(path)
    return visit


def test_log_3_visit_leaves_no_trace_of_anybody(door: Door, log_lines: list[str], step_id: str) -> None:
    visit = walk(door, step_id)

    assert_says_nothing(log_lines, step_id, *secrets_of(door, visit))


def test_log_3_log_lines_hold_routes_and_no_addresses(
    app: Flask, door: Door, log_lines: list[str], step_id: str
) -> None:
    walk(door, step_id)

    lines = [json.loads(line) for line in log_lines]
    answered = [line for line in lines if line["event"] == "web:request:answered"]
    routes = {rule.rule for rule in app.url_map.iter_rules()} | {"none"}
    assert {line["route"] for line in answered} <= routes
    assert {"/s/<token>/step/<step_id>", "/s/<token>/", "/lti/launch", "none"} <= {line["route"] for line in answered}
    assert all(line.keys() - {"reason", "reference"} == ANSWERED for line in answered)


def test_log_3_every_request_has_one_line(door: Door, log_lines: list[str]) -> None:
    visit = door.enter()
    log_lines.clear()

    visit.get()

    (line,) = (json.loads(text) for text in log_lines)
    assert (line["method"], line["route"], line["status"]) == ("GET", "/s/<token>/", 200)


def test_log_3_two_people_leave_the_same_line(door: Door, log_lines: list[str], step_id: str) -> None:
    """A line must not tell who it was: no size, no duration, no id."""

    def lines_of(person: str) -> list[dict[str, Any]]:
        visit = door.enter(person)
        log_lines.clear()
        visit.get(f"/step/{step_id}")
        lines: list[dict[str, Any]] = [json.loads(line) for line in log_lines]
        return [{name: line[name] for name in line if name not in ("request_id", "timestamp")} for line in lines]

    assert lines_of("amina") == lines_of("daan")


@pytest.mark.parametrize("knob", REFUSED)
def test_log_3_refused_launch_leaves_no_trace_of_anybody(door: Door, log_lines: list[str], knob: str) -> None:
    launch = door.prepare()
    secrets = [launch.form["state"], launch.claims["nonce"], launch.claims["sub"]]
    log_lines.clear()

    KNOBS[knob].spoil(launch)
    door.post(launch)

    assert_says_nothing(log_lines, *secrets)


@pytest.mark.parametrize("place", ["kid", "sub", "name", "nonce", "iss", "roles"])
def test_log_3_what_a_refused_launch_says_is_not_logged(door: Door, log_lines: list[str], place: str) -> None:
    def spoil(launch: Launch) -> None:
        (launch.header if place == "kid" else launch.claims)[place] = SECRET
        launch.claims["azp"] = SECRET

    log_lines.clear()

    assert door.launch(spoil=spoil).status_code == 403
    assert_says_nothing(log_lines)


@pytest.mark.parametrize("name", ["iss", "login_hint", "target_link_uri", "client_id"])
def test_log_3_what_a_refused_login_says_is_not_logged(door: Door, log_lines: list[str], name: str) -> None:
    response = door.log_in(**{"target_link_uri": f"https://{SECRET}.example/", name: f"https://{SECRET}.example/"})

    assert response.status_code in (400, 404)
    assert_says_nothing(log_lines)


def test_log_3_error_of_the_platform_is_not_logged_in_its_words(door: Door, log_lines: list[str]) -> None:
    launch = door.prepare()
    launch.form.update(error=SECRET, error_description=f"{SECRET} Amina is not enrolled")
    log_lines.clear()

    door.post(launch)

    assert_says_nothing(log_lines, launch.form["state"])


@pytest.fixture
def fall_over(
    app: Flask, door: Door, step_id: str, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], tuple[TestResponse, Visit]]:
    """Make a view fail with what somebody typed in its message."""

    def fail(*_args: object, **_kwargs: object) -> None:
        typed = {"text": SECRET, "name": "Amina Haddou"}
        raise RuntimeError(f"could not store {typed}") from KeyError(typed["name"])

    def fall_over() -> tuple[TestResponse, Visit]:
        visit = door.enter()
        visit.get()
        # A client that does not mind a server error.
        client = FlaskClient(app, app.response_class, use_cookies=False)
        cookies = "; ".join(f"{cookie.key}={cookie.value}" for cookie in (door.client._cookies or {}).values())
        with monkeypatch.context() as patch:
            patch.setattr(progress_views, "read_module", fail)
            response = client.get(
                f"{visit.home}/step/{step_id}",
                base_url="https://tool.example",
                headers={"Cookie": cookies},
                query_string={"q": SECRET},
            )
        return response, visit

    return fall_over


def test_log_4_error_is_logged_without_its_words(
    door: Door,
    log_lines: list[str],
    step_id: str,
    capsys: pytest.CaptureFixture[str],
    fall_over: Callable[[], tuple[TestResponse, Visit]],
) -> None:
    response, visit = fall_over()

    assert response.status_code == 500
    assert_says_nothing(log_lines, step_id, "could not store", *secrets_of(door, visit))
    # Nothing goes past the log either.
    assert capsys.readouterr() == ("", "")


def test_log_4_error_is_logged_with_its_kind_and_place(
    log_lines: list[str], fall_over: Callable[[], tuple[TestResponse, Visit]]
) -> None:
    fall_over()

    (line,) = (line for text in log_lines if (line := json.loads(text))["event"] == "web:request:failed")
    assert (line["error_type"], line["route"]) == ("RuntimeError", "/s/<token>/step/<step_id>")
    assert line["error_at"].startswith("progress/views.py:")


def test_log_4_error_page_says_nothing_of_the_error(fall_over: Callable[[], tuple[TestResponse, Visit]]) -> None:
    response, _ = fall_over()

    assert 'data-reason="tool_error"' in response.text
    assert SECRET not in response.text
    assert "RuntimeError" not in response.text
    assert response.headers["Cache-Control"] == "no-store"


def test_ext_10_leaving_is_logged_nowhere(door: Door, log_lines: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    visit = door.enter()
    log_lines.clear()

    assert visit.get("/leave").status_code == 303

    assert log_lines == []
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("path", ["/alive", "/time"])
def test_page_that_waits_is_logged_nowhere(door: Door, log_lines: list[str], path: str) -> None:
    visit = door.enter()
    log_lines.clear()

    assert visit.get(path).status_code == 204

    assert log_lines == []


@pytest.mark.parametrize("path", ["/health", "/health/ready", "/static/icon.svg"])
def test_what_a_monitor_asks_is_not_logged(door: Door, log_lines: list[str], path: str) -> None:
    with door.client.get(path) as response:
        assert response.status_code == 200

    assert log_lines == []
