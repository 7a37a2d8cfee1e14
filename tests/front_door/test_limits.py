"""Floods at the door: one that asks too often is stopped, and the class beside it comes in (OPS-8)."""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from lti_tool.kernel.ids import digest
from lti_tool.kernel.models import LimitCount
from lti_tool.launch.service import LAUNCHES_OF_ONE, LOGINS_OF_ONE
from lti_tool.people.models import LaunchSession
from lti_tool.web.access import PRESSES
from tests.demo_lms.people import CAST, PEOPLE
from tests.door import FRAMED, LAUNCH_URL, TOP_LEVEL, form_token
from tests.front_door.sentences import readable, spoken
from tests.front_door.witness import body_data, dump
from tests.progress.board import step_statuses

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from werkzeug.test import TestResponse

    from lti_tool.kernel.database import Database
    from lti_tool.web.edge import Instruments
    from tests.clock import FrozenClock
    from tests.door import Door
    from tests.front_door.witness import Witness
    from tests.police import StatementRecorder

STEP = "u56fbuib"
OWN_SITE = {"Sec-Fetch-Site": "same-origin"}
SMALL = 60


def log_in(door: Door, hint: str, method: str = "POST", headers: dict[str, str] = TOP_LEVEL) -> TestResponse:
    fields = door.platform.login_fields(LAUNCH_URL, hint, "message-hint")
    given = {"data" if method == "POST" else "query_string": fields}
    return door.client.open("/lti/login", method=method, headers=headers, **given)


def counts(database: Database) -> list[LimitCount]:
    with database.session(writes=False) as session:
        return list(session.execute(select(LimitCount)).scalars())


@pytest.fixture
def _small(app: Flask, tools: Instruments, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let one registration ask for so many logins and launches in a minute."""
    settings = dataclasses.replace(tools.settings, launches_per_minute=SMALL)
    monkeypatch.setitem(app.extensions, "rugzak", dataclasses.replace(tools, settings=settings))


def assert_too_many(response: TestResponse) -> None:
    assert response.status_code == 429
    assert body_data(response.text) == {"page": "refused", "reason": "too_many"}
    assert response.headers["Retry-After"] == "60"
    assert "Location" not in response.headers
    assert response.headers.getlist("Set-Cookie") == []


# One hint.


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("headers", [TOP_LEVEL, FRAMED], ids=["window", "frame"])
def test_one_hint_that_floods_the_login_is_stopped(
    door: Door, witness: Witness, database: Database, method: str, headers: dict[str, str]
) -> None:
    witness.remember()
    answers = [log_in(door, "flood", method, headers) for _ in range(LOGINS_OF_ONE.most + 10)]

    assert {answer.status_code for answer in answers[: LOGINS_OF_ONE.most]} == {302 if headers is TOP_LEVEL else 200}
    for answer in answers[LOGINS_OF_ONE.most :]:
        assert_too_many(answer)
    witness.assert_nothing_written(apart_from="limit_count")
    (count,) = counts(database)
    assert count.count == LOGINS_OF_ONE.most


@pytest.mark.parametrize("language", ["nl", "en"])
def test_page_says_in_words_to_wait_a_minute(door: Door, language: str) -> None:
    for _ in range(LOGINS_OF_ONE.most):
        log_in(door, "flood")

    response = log_in(door, "flood", headers={**TOP_LEVEL, "Accept-Language": language})

    page = readable(response.text)
    assert f'<html lang="{language}"' in page
    for sentence in (
        "A great many people are coming in at this moment, or the same link was opened very often.",
        "Wait a minute, and open the activity again from your course.",
        "You did nothing wrong, and nothing is lost.",
    ):
        assert spoken(sentence, language) in page


def test_refused_flood_is_logged_by_its_reason_and_names_nobody(door: Door, witness: Witness) -> None:
    for _ in range(LOGINS_OF_ONE.most):
        log_in(door, "flood-of-somebody")
    witness.remember()

    witness.assert_refused(log_in(door, "flood-of-somebody"), "too_many")

    assert "flood-of-somebody" not in str(witness.lines)


def test_neighbour_and_other_registration_come_in_beside_a_flood(door: Door, create_door: Callable[..., Door]) -> None:
    other = create_door("https://other.example")
    for _ in range(LOGINS_OF_ONE.most + 10):
        log_in(door, "flood")
    assert log_in(door, "flood").status_code == 429

    assert log_in(door, "neighbour").status_code == 302
    assert log_in(other, "flood").status_code == 302
    assert door.enter("bram").get().status_code == 200
    assert other.enter("amina").get().status_code == 200


def test_flood_is_over_when_its_time_is(door: Door, clock: FrozenClock) -> None:
    for _ in range(LOGINS_OF_ONE.most + 1):
        log_in(door, "flood")

    clock.move(seconds=LOGINS_OF_ONE.seconds)

    assert log_in(door, "flood").status_code == 302


def test_page_with_ten_frames_in_it_opens_six_times(door: Door) -> None:
    answers = [log_in(door, "one person", headers=FRAMED).status_code for _ in range(6) for _frame in range(10)]

    assert set(answers) == {200}


# A registration.


@pytest.mark.usefixtures("_small")
def test_made_up_hints_reach_the_ceiling_of_their_registration_and_of_no_other(
    door: Door, create_door: Callable[..., Door], database: Database, clock: FrozenClock
) -> None:
    other = create_door("https://other.example")

    answers = [log_in(door, f"made up {number}") for number in range(SMALL + 5)]

    assert [answer.status_code for answer in answers[:SMALL]] == [302] * SMALL
    for answer in answers[SMALL:]:
        assert_too_many(answer)
    assert other.enter().get().status_code == 200
    assert [count.count for count in counts(database)] == [SMALL]
    clock.move(seconds=60)
    assert door.enter().get().status_code == 200


@pytest.mark.usefixtures("_small")
def test_ceiling_is_the_same_at_both_login_addresses(door: Door) -> None:
    fields = door.platform.login_fields(LAUNCH_URL, "hint")
    for number in range(SMALL):
        log_in(door, f"made up {number}")

    response = door.client.post(f"/lti/login/{door.registration_id}", data=fields, headers=TOP_LEVEL)

    assert_too_many(response)


@pytest.mark.usefixtures("_small")
def test_forged_launches_use_up_nothing_that_a_school_has(
    door: Door, create_door: Callable[..., Door], witness: Witness
) -> None:
    other = create_door("https://other.example")
    launch = door.prepare()
    good = launch.fields()
    forged = {**good, "id_token": good["id_token"][:-8] + "AAAAAAAA"}
    for _ in range(SMALL):
        assert body_data(door.client.post("/lti/launch", data=forged, headers=TOP_LEVEL).text)["reason"] != "too_many"
    witness.remember()

    assert door.post(launch).status_code == 303

    assert other.enter().get().status_code == 200


def test_login_without_a_registration_is_counted_nowhere(door: Door, database: Database) -> None:
    for _ in range(LOGINS_OF_ONE.most + 5):
        assert door.log_in(iss="https://unknown.example").status_code == 404

    assert counts(database) == []


def test_launch_with_a_forged_state_is_counted_nowhere(door: Door, database: Database) -> None:
    for _ in range(LAUNCHES_OF_ONE.most + 5):
        response = door.client.post("/lti/launch", data={"state": "x" * 96, "id_token": "a.b.c"}, headers=TOP_LEVEL)
        assert body_data(response.text)["reason"] == "state_invalid"

    assert counts(database) == []


# A person's launches.


def test_one_person_who_floods_the_launch_is_stopped_and_nobody_else(
    door: Door, witness: Witness, database: Database, clock: FrozenClock
) -> None:
    launch = door.prepare()
    fields = launch.fields()
    answers = [
        door.client.post("/lti/launch", data=fields, headers=TOP_LEVEL).status_code for _ in range(LAUNCHES_OF_ONE.most)
    ]
    assert answers == [303] + [403] * (LAUNCHES_OF_ONE.most - 1)
    witness.remember()

    response = door.client.post("/lti/launch", data=fields, headers=TOP_LEVEL)

    witness.assert_refused(response, "too_many")
    assert response.headers["Retry-After"] == "60"
    assert door.enter("bram").get().status_code == 200
    with database.session(writes=False) as session:
        assert len(session.execute(select(LaunchSession.id)).all()) == 2
    clock.move(seconds=LAUNCHES_OF_ONE.seconds)
    assert door.enter("amina").get().status_code == 200


def test_forged_launches_in_the_name_of_somebody_do_not_keep_them_out(door: Door) -> None:
    launch = door.prepare()
    good = launch.fields()
    forged = {**good, "id_token": good["id_token"][:-8] + "AAAAAAAA"}

    for _ in range(LAUNCHES_OF_ONE.most + 10):
        door.client.post("/lti/launch", data=forged, headers=TOP_LEVEL)

    assert door.post(launch).status_code == 303


# A visit's presses.


def test_visit_that_presses_too_often_is_stopped_and_nothing_changes(
    door: Door, witness: Witness, clock: FrozenClock
) -> None:
    visit, neighbour = door.enter("amina"), door.enter("bram")
    token = form_token(visit.get().text)

    def press(done: str) -> TestResponse:
        form = {"form_token": token, "done": done}
        return door.client.post(f"{visit.home}/step/{STEP}/done", data=form, headers=OWN_SITE)

    answers = [press("yes" if number % 2 else "no").status_code for number in range(PRESSES.most)]
    assert set(answers) == {303}
    witness.remember()

    response = press("no")

    assert response.status_code == 429
    assert body_data(response.text) == {"page": "refused", "reason": "too_often"}
    witness.assert_nothing_written()
    assert step_statuses(visit.get().text)["1.1"] == "done"
    assert neighbour.post(f"/step/{STEP}/done", {"done": "yes"}).status_code == 303
    clock.move(seconds=PRESSES.seconds)
    assert press("no").status_code == 303


def test_leaving_and_reading_are_never_too_often(door: Door) -> None:
    visit = door.enter()
    pressed = {"form_token": form_token(visit.get().text)}
    for _ in range(PRESSES.most + 1):
        door.client.post(f"{visit.home}/language", data=pressed, headers=OWN_SITE)
    assert visit.post("/language", {"language": "en", "back": "/"}).status_code == 429

    assert visit.get().status_code == 200
    assert visit.get(f"/step/{STEP}").status_code == 200
    assert visit.get("/leave").status_code == 303


@pytest.mark.parametrize("language", ["nl", "en"])
def test_page_of_too_many_presses_says_that_nothing_was_changed(door: Door, language: str) -> None:
    visit = door.enter(locale=language)
    headers = {**OWN_SITE, "Accept-Language": language}
    pressed = {"form_token": form_token(visit.get().text)}
    for _ in range(PRESSES.most):
        door.client.post(f"{visit.home}/language", data=pressed, headers=headers)

    page = readable(door.client.post(f"{visit.home}/language", data=pressed, headers=headers).text)

    assert f'<html lang="{language}"' in page
    assert spoken("Nothing was changed by the last press.", language) in page


# An ordinary day.


def test_class_that_logs_in_writes_nothing(door: Door, recorder: StatementRecorder, witness: Witness) -> None:
    door.enter()
    witness.remember()

    for number in range(30):
        assert log_in(door, f"student {number}").status_code == 302
        assert recorder.writes() == []

    witness.assert_nothing_written()


def test_class_that_comes_in_and_presses_is_counted_nowhere_but_in_memory(
    door: Door, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin = door.log_in
    for person in CAST:
        monkeypatch.setattr(door, "log_in", lambda person=person: begin(login_hint=person))
        visit = door.enter(person)
        for language in ("en", "nl", "en"):
            assert visit.post("/language", {"language": language, "back": "/"}).status_code == 303

    assert counts(database) == []


def test_count_tells_nobody_who(door: Door, database: Database) -> None:
    amina = PEOPLE["amina"].id
    for _ in range(LOGINS_OF_ONE.most):
        log_in(door, amina)
    launch = door.prepare()
    for _ in range(LAUNCHES_OF_ONE.most):
        door.post(launch)

    stored = dump(database)["limit_count"]

    keys = [count.key for count in counts(database)]
    assert len(keys) >= 2
    assert all(re.fullmatch(r"[0-9a-f]{64}", key) for key in keys)
    for what in ("login", "launch"):
        tried = digest(f"{what}|{door.registration_id}|{amina}")
        assert tried not in keys, "who reads the table could try every person's"
    for text in (amina, door.registration_id, "hint", "login", "launch"):
        assert text not in str(stored)


# Nobody is kept out by what a stranger does.


def test_person_whose_hint_a_stranger_used_up_goes_on_with_one_press(door: Door) -> None:
    for _ in range(LOGINS_OF_ONE.most):
        log_in(door, "42")
    page = log_in(door, "42")
    assert page.status_code == 429
    given = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page.text))

    response = door.client.post("/lti/login", data=given, headers=TOP_LEVEL)

    assert given["login_hint"] == "42"
    assert response.status_code == 302


def test_permit_is_for_one_hint_and_two_minutes(door: Door, clock: FrozenClock) -> None:
    for hint in ("42", "43"):
        for _ in range(LOGINS_OF_ONE.most):
            log_in(door, hint)
    given = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', log_in(door, "42").text))

    other = door.client.post("/lti/login", data={**given, "login_hint": "43"}, headers=TOP_LEVEL)
    clock.move(minutes=3)
    for _ in range(LOGINS_OF_ONE.most):
        log_in(door, "42")
    late = door.client.post("/lti/login", data=given, headers=TOP_LEVEL)

    assert [other.status_code, late.status_code] == [429, 429]


def test_presses_of_visits_that_are_made_up_are_counted_nowhere(door: Door, database: Database) -> None:
    for number in range(30):
        token = f"{number:043d}"
        for _ in range(PRESSES.step):
            door.client.post(f"/s/{token}/language", data={}, headers=OWN_SITE)

    assert counts(database) == []
