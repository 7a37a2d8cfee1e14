"""A deployment that nobody approved waits: it is kept by its id alone, and comes in once an administrator says so."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import delete, select

from lti_tool.kernel.ids import new_id
from lti_tool.lti import registrations
from lti_tool.lti.invites import CONNECTION_LIFETIME, Purpose, create_invite
from lti_tool.lti.models import Deployment, Registration
from lti_tool.lti.registrations import MOST_WAITING, register_platform
from tests.demo_lms.knobs import CLAIM, KNOBS, SCRIPT
from tests.door import TOP_LEVEL
from tests.front_door.sentences import readable, spoken
from tests.front_door.witness import STATUS, body_data

if TYPE_CHECKING:
    from collections.abc import Callable

    from click.testing import Result
    from flask import Flask
    from sqlalchemy.orm import Session
    from werkzeug.test import TestResponse

    from lti_tool.kernel.database import Database
    from lti_tool.web.edge import Instruments
    from tests.demo_lms.launch import Launch
    from tests.door import Door
    from tests.front_door.witness import Witness

OWN_PAGE = {"Sec-Fetch-Site": "same-origin"}


def prepare_from(door: Door, deployment_id: str, knob: str | None = None) -> Launch:
    """Stand ready with a launch from a deployment, at a platform that does not name it at the login."""
    door.log_in(lti_deployment_id=None)
    asked = dict(door.asked)
    launch = door.prepare()
    launch.form["state"], launch.claims["nonce"] = asked["state"], asked["nonce"]
    launch.claims[f"{CLAIM}deployment_id"] = deployment_id
    if knob is not None:
        KNOBS[knob].spoil(launch)
    return launch


def launch_from(door: Door, deployment_id: str, knob: str | None = None, **headers: str) -> TestResponse:
    """Launch from a deployment."""
    launch = prepare_from(door, deployment_id, knob)
    return door.client.post("/lti/launch", data=launch.fields(), headers={**TOP_LEVEL, **headers})


def deployments(database: Database) -> dict[str, bool]:
    """Return whether each deployment is approved."""
    with database.session(writes=False) as session:
        rows = session.execute(select(Deployment.deployment_id, Deployment.is_approved)).all()
    assert len(rows) == len({row.deployment_id for row in rows})
    return {row.deployment_id: row.is_approved for row in rows}


@pytest.fixture
def run(app: Flask) -> Callable[..., Result]:
    """Run a command of ``lti``."""
    return lambda *words: app.test_cli_runner().invoke(args=["lti", *words])


@pytest.fixture
def connection_url(door: Door, tools: Instruments) -> str:
    """The address of the administrator's page."""
    with tools.database.session(writes=True) as session, session.begin():
        secret = create_invite(
            session,
            Purpose.CONNECTION,
            tools.clock,
            lifetime=CONNECTION_LIFETIME,
            registration_id=door.registration_id,
        )
    return f"/lti/connection/{secret}"


# It waits.


def test_new_deployment_waits_and_nothing_else_is_kept(door: Door, witness: Witness, database: Database) -> None:
    launch = prepare_from(door, "9")
    witness.remember()

    response = door.post(launch)

    witness.assert_refused(response, "deployment_waiting")
    assert response.status_code == 403
    assert deployments(database) == {"1": True, "9": False}


def test_deployment_that_waits_goes_on_waiting_as_one_row(door: Door, witness: Witness, database: Database) -> None:
    launch_from(door, "9")
    before = deployments(database)
    witness.remember()

    for _ in range(3):
        assert launch_from(door, "9").status_code == 403

    witness.assert_nothing_written(apart_from="limit_count")
    assert deployments(database) == before == {"1": True, "9": False}


@pytest.mark.parametrize("language", ["nl", "en"])
def test_page_says_that_the_administrator_can_let_it_in(door: Door, language: str) -> None:
    page = readable(launch_from(door, "9", **{"Accept-Language": language}).text)

    assert f'<html lang="{language}"' in page
    for sentence in (
        "Your course is in a part of the learning environment that has not been let in here yet.",
        "The administrator of your learning environment can do that. They can see that it is waiting.",
        "You did nothing wrong, and nothing is lost.",
    ):
        assert spoken(sentence, language) in page


FORGED = ["wrong_key", "broken_signature", "alg_none", "alg_hs256", "weak_key", "unknown_kid", "expired", "wrong_nonce"]


@pytest.mark.parametrize("knob", FORGED)
def test_deployment_of_a_launch_that_is_not_right_is_not_kept(
    door: Door, witness: Witness, database: Database, knob: str
) -> None:
    launch = prepare_from(door, "9", knob)
    witness.remember()

    response = door.post(launch)

    witness.assert_refused(response, *(set(STATUS) - {"deployment_waiting"}))
    assert deployments(database) == {"1": True}


def test_login_keeps_no_deployment(door: Door, database: Database) -> None:
    door.log_in(lti_deployment_id="9")

    assert deployments(database) == {"1": True}


def test_known_deployments_come_in_while_another_waits(door: Door) -> None:
    launch_from(door, "9")

    assert door.launch().status_code == 303


@pytest.mark.parametrize("deployment_id", ["", " ", "x" * 256, "a\nb", "a\x00b", "\ud800"])
def test_id_that_cannot_be_one_does_not_wait(door: Door, database: Database, deployment_id: str) -> None:
    response = launch_from(door, deployment_id)

    assert body_data(response.text)["reason"] == "claim_malformed"
    assert deployments(database) == {"1": True}


@pytest.mark.parametrize("deployment_id", ["x" * 255, "é\u20ac\U0001f392", "123:8865aa05b4b79b64a91a86042e43af5ea8ae"])
def test_any_id_that_can_be_one_waits_and_can_be_let_in(
    door: Door, run: Callable[..., Result], database: Database, deployment_id: str
) -> None:
    launch_from(door, deployment_id)
    assert deployments(database) == {"1": True, deployment_id: False}

    run("approve-deployment", "--registration", door.registration_id, "--deployment-id", deployment_id)

    assert launch_from(door, deployment_id).status_code == 303


def fill(session: Session, registration_id: str, count: int, clock: Any) -> None:
    session.add_all(
        Deployment(
            id=new_id(),
            registration_id=registration_id,
            deployment_id=f"waiting-{number:03}",
            is_approved=False,
            created_at=clock.now(),
        )
        for number in range(count)
    )
    session.commit()


def test_there_is_an_end_to_what_can_wait_and_the_oldest_makes_room(
    door: Door, session: Session, database: Database
) -> None:
    assert MOST_WAITING == 50
    fill(session, door.registration_id, MOST_WAITING - 1, door.clock)

    door.clock.move(seconds=1)

    answers = [launch_from(door, name) for name in ("last", "one-more", "last")]

    assert [body_data(answer.text)["reason"] for answer in answers] == ["deployment_waiting"] * 3
    waiting = [name for name, is_approved in deployments(database).items() if not is_approved]
    assert len(waiting) == MOST_WAITING
    assert {"last", "one-more"} <= set(waiting)


def test_place_among_those_that_wait_comes_free(
    door: Door, run: Callable[..., Result], database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registrations, "MOST_WAITING", 1)
    launch_from(door, "first")
    run("approve-deployment", "--registration", door.registration_id, "--deployment-id", "first")

    launch_from(door, "second")

    assert deployments(database) == {"1": True, "first": True, "second": False}


def test_what_waits_elsewhere_takes_no_place_here(
    door: Door, create_door: Callable[..., Door], session: Session, database: Database
) -> None:
    other = create_door("https://other.example", deployment_id="other")
    fill(session, other.registration_id, MOST_WAITING, door.clock)

    launch_from(door, "9")

    assert deployments(database)["9"] is False


def test_ops_5_deployment_of_another_registration_does_not_count(door: Door, create_door: Callable[..., Door]) -> None:
    create_door("https://other.example", deployment_id="9")

    response = launch_from(door, "9")

    assert body_data(response.text)["reason"] == "deployment_waiting"


def test_registration_that_is_taken_away_meanwhile_is_told_calmly(
    door: Door, session: Session, database: Database
) -> None:
    launch_from(door, "1")  # the worker now remembers the registration for half a minute
    session.execute(delete(Registration))
    session.commit()

    response = launch_from(door, "9")

    assert response.status_code == 403
    assert body_data(response.text)["reason"] == "deployment_waiting"
    assert deployments(database) == {}


# It is let in: by a command, or on the connection's page.


def approve(run: Callable[..., Result], registration_id: str, deployment_id: str) -> Result:
    return run("approve-deployment", "--registration", registration_id, "--deployment-id", deployment_id)


def test_command_lets_a_waiting_deployment_in(door: Door, run: Callable[..., Result], database: Database) -> None:
    launch_from(door, "9")

    result = approve(run, door.registration_id, "9")

    assert (result.exit_code, result.stderr) == (0, "")
    assert json.loads(result.stdout) == {
        "registration_id": door.registration_id,
        "deployment_id": "9",
        "new": True,
    }
    assert deployments(database) == {"1": True, "9": True}
    assert launch_from(door, "9").status_code == 303


def test_command_lets_a_deployment_in_that_has_yet_to_come(door: Door, run: Callable[..., Result]) -> None:
    assert json.loads(approve(run, door.registration_id, "later").stdout)["new"] is True

    assert launch_from(door, "later").status_code == 303


def test_command_on_a_deployment_that_is_in_changes_nothing(
    door: Door, run: Callable[..., Result], witness: Witness
) -> None:
    witness.remember()

    result = approve(run, door.registration_id, "1")

    assert json.loads(result.stdout)["new"] is False
    witness.assert_nothing_written()


SILLY = ["", " ", "x" * 256, "a\nb", "\udcff"]


@pytest.mark.parametrize("deployment_id", SILLY, ids=range(len(SILLY)))
def test_command_with_a_silly_id_says_so_in_one_line(
    door: Door, run: Callable[..., Result], witness: Witness, deployment_id: str
) -> None:
    witness.remember()

    result = approve(run, door.registration_id, deployment_id)

    assert (result.exit_code, result.stdout) == (1, "")
    (line,) = result.stderr.splitlines()
    assert "cannot be a deployment id" in line
    witness.assert_nothing_written()


@pytest.mark.parametrize("registration_id", ["nobody", "a" * 26, "", "x" * 300, "\udcff"], ids=range(5))
def test_command_on_an_unknown_registration_says_so_in_one_line(
    door: Door, run: Callable[..., Result], witness: Witness, registration_id: str
) -> None:
    del door
    witness.remember()

    result = approve(run, registration_id, "9")

    assert (result.exit_code, result.stdout) == (1, "")
    (line,) = result.stderr.splitlines()
    assert "there is no registration" in line or "not text" in line
    witness.assert_nothing_written()


def test_ops_5_letting_one_in_lets_it_in_at_this_registration_alone(
    door: Door, create_door: Callable[..., Door], run: Callable[..., Result]
) -> None:
    other = create_door("https://other.example")

    approve(run, other.registration_id, "9")

    assert launch_from(door, "9").status_code == 403


def press(door: Door, url: str, form: dict[str, Any], headers: dict[str, str] = OWN_PAGE) -> TestResponse:
    return door.client.post(f"{url}/deployment", data=form, headers=headers)


def test_press_on_the_page_lets_a_waiting_deployment_in(door: Door, connection_url: str, database: Database) -> None:
    launch_from(door, "9")
    assert 'name="deployment_id" value="9"' in door.client.get(connection_url).text

    response = press(door, connection_url, {"deployment_id": "9"})

    assert response.status_code == 303
    assert response.headers["Location"] == f"{connection_url}#deployments"
    assert deployments(database) == {"1": True, "9": True}
    page = door.client.get(connection_url).text
    assert 'data-status="waiting"' not in page
    assert page.count('data-status="approved"') == 2
    assert launch_from(door, "9").status_code == 303


def test_press_that_comes_twice_arrives_at_the_same_page(door: Door, connection_url: str) -> None:
    launch_from(door, "9")

    answers = [press(door, connection_url, {"deployment_id": "9"}) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({}, 400),
        ({"deployment_id": ""}, 400),
        ({"deployment_id": "x" * 256}, 400),
        ({"deployment_id": "a\x00"}, 400),
        ({"deployment_id": "not-waiting"}, 404),
    ],
)
def test_press_for_what_does_not_wait_changes_nothing(
    door: Door, connection_url: str, witness: Witness, form: dict[str, str], status: int
) -> None:
    launch_from(door, "9")
    witness.remember()

    assert press(door, connection_url, form).status_code == status

    witness.assert_nothing_written()


def test_press_that_began_on_another_site_changes_nothing(door: Door, connection_url: str, database: Database) -> None:
    launch_from(door, "9")

    response = press(door, connection_url, {"deployment_id": "9"}, {"Sec-Fetch-Site": "cross-site"})

    assert response.status_code == 403
    assert deployments(database) == {"1": True, "9": False}


def test_ops_5_page_of_one_registration_neither_shows_nor_lets_in_what_waits_at_another(
    door: Door, create_door: Callable[..., Door], connection_url: str
) -> None:
    other = create_door("https://other.example")
    launch_from(other, "9")

    assert 'data-status="waiting"' not in door.client.get(connection_url).text
    assert press(door, connection_url, {"deployment_id": "9"}).status_code == 404
    assert launch_from(other, "9").status_code == 403


def test_id_with_script_in_it_is_shown_and_let_in_harmlessly(door: Door, connection_url: str) -> None:
    name = f"\"'>{SCRIPT}&amp;"
    launch_from(door, name)

    page = door.client.get(connection_url).text

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;&amp;amp;" in page
    assert press(door, connection_url, {"deployment_id": name}).status_code == 303
    assert "<script>alert" not in door.client.get(connection_url).text
    assert launch_from(door, name).status_code == 303


def test_those_that_wait_are_shown_however_many_are_in(door: Door, session: Session, connection_url: str) -> None:
    session.add_all(
        Deployment(
            id=new_id(),
            registration_id=door.registration_id,
            deployment_id=f"a-{number:03}",
            is_approved=True,
            created_at=door.clock.now(),
        )
        for number in range(250)
    )
    session.commit()
    launch_from(door, "zzz")

    assert 'name="deployment_id" value="zzz"' in door.client.get(connection_url).text
    assert press(door, connection_url, {"deployment_id": "zzz"}).status_code == 303


# What an operator reads.


def test_show_tells_which_are_in_and_which_wait(
    door: Door, create_door: Callable[..., Door], run: Callable[..., Result]
) -> None:
    other = create_door("https://other.example", client_id="tool-2", deployment_id="3")
    launch_from(door, "9")

    result = run("show")

    assert (result.exit_code, result.stderr) == (0, "")
    shown = {one["registration_id"]: one for one in json.loads(result.stdout)}
    assert shown == {
        door.registration_id: {
            "registration_id": door.registration_id,
            "name": "Hogeschool Voorbeeld",
            "issuer": "https://lms.example",
            "client_id": "tool-1",
            "deployments": {"approved": ["1"], "waiting": ["9"]},
        },
        other.registration_id: {
            "registration_id": other.registration_id,
            "name": "Hogeschool Voorbeeld",
            "issuer": "https://other.example",
            "client_id": "tool-2",
            "deployments": {"approved": ["3"], "waiting": []},
        },
    }


def test_show_of_an_empty_tool_is_an_empty_list(run: Callable[..., Result]) -> None:
    assert json.loads(run("show").stdout) == []


def test_registering_by_hand_lets_in_a_deployment_that_waits(door: Door, session: Session, database: Database) -> None:
    """The guides say: run the command again with the other id. It may have knocked before."""
    launch_from(door, "knocked")
    known = session.get_one(Registration, door.registration_id)
    columns = ("name", "issuer", "client_id", "authorization_endpoint", "token_endpoint", "jwks_uri")
    given = {name: getattr(known, name) for name in columns}

    register_platform(session, {**given, "deployment_ids": ["knocked"]}, clock=door.clock, allow_loopback=False)
    session.commit()

    assert deployments(database) == {"1": True, "knocked": True}
