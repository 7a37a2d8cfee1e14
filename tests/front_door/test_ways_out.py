"""Leaving from wherever one is, and what a visitor meets while the database is away."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from lti_tool.kernel.database import SCHEMA_REVISION
from lti_tool.kernel.key_ring import KeyRing
from tests.door import form_token

if TYPE_CHECKING:
    from flask import Flask

    from lti_tool.web.edge import Instruments
    from tests.door import Door
    from tests.front_door.witness import Witness

EXIT_PAGE = "https://www.knmi.nl/"


def way_out(html: str) -> str:
    found = re.search(r'class="bar-leave" href="([^"]+)"', html)
    assert found is not None
    return found[1]


@pytest.mark.parametrize("path", ["/", "/support", "/step/nothing2", "/no/such/page", "/language", "/?page=x"])
def test_ext_4_leaving_from_any_page_of_a_visit_ends_it(door: Door, path: str) -> None:
    visit = door.enter("teacher")

    leave = way_out(visit.get(path).text)
    door.client.get(leave)

    assert visit.get().status_code == 401


def test_ext_4_leaving_from_a_refused_press_ends_the_visit(door: Door) -> None:
    visit = door.enter()
    refused = door.client.post(f"{visit.home}/language", data={"language": "en"})
    assert refused.status_code == 403

    door.client.get(way_out(refused.text))

    assert visit.get().status_code == 401


@pytest.mark.parametrize("path", ["/", "/support", "/nothing"])
def test_pages_of_nobody_lead_straight_to_the_exit_page(door: Door, path: str) -> None:
    assert way_out(door.client.get(path).text) == EXIT_PAGE


def test_places_to_go_are_read_within_the_visit_and_lead_back_to_it(door: Door) -> None:
    visit = door.enter()
    assert f'href="{visit.home}/support"' in visit.get().text

    page = visit.get("/support")

    assert 'data-page="support"' in page.text
    assert f'href="{visit.home}/"' in page.text


def away(*_args: object, **_kwargs: object) -> Any:
    raise OperationalError("a statement with a name", None, Exception("gone"))


def test_ext_4_leaving_works_while_the_database_is_away(
    door: Door, tools: Instruments, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit = door.enter()
    monkeypatch.setattr(tools.database, "session", away, raising=False)

    response = door.client.get(f"{visit.home}/leave")

    assert (response.status_code, response.headers["Location"]) == (303, EXIT_PAGE)


@pytest.mark.parametrize("error", [OperationalError, InternalError])
def test_commit_that_fails_gives_a_page_that_says_to_wait(
    app: Flask, door: Door, monkeypatch: pytest.MonkeyPatch, error: type[OperationalError | InternalError]
) -> None:
    del app
    launch = door.prepare()

    def fail(_connection: object) -> None:
        raise error("COMMIT", None, Exception("gone"))

    monkeypatch.setattr("sqlalchemy.engine.Connection.commit", fail)
    response = door.post(launch)

    assert response.status_code == 503
    assert 'data-reason="tool_away"' in response.text


def test_database_with_too_many_guests_gives_a_page_that_says_to_wait(
    door: Door, tools: Instruments, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_args: object, **_kwargs: object) -> Any:
        raise PoolTimeoutError

    visit = door.enter()
    monkeypatch.setattr(tools.database, "connection", full, raising=False)

    assert visit.get().status_code == 503


def test_page_opened_before_the_keys_were_rotated_can_still_be_pressed(
    app: Flask, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit = door.enter()
    token = form_token(visit.get().text)
    tools: Instruments = app.extensions["rugzak"]
    (old,) = tools.settings.master_keys
    ring = KeyRing([("new", b"n" * 32), old])
    for name in ("mac", "macs"):
        monkeypatch.setattr(tools.key_ring, name, getattr(ring, name))

    response = door.client.post(f"{visit.home}/language", data={"language": "en", "form_token": token})

    assert response.status_code == 303


def test_reference_on_the_page_finds_the_line_in_the_log(door: Door, witness: Witness) -> None:
    response = door.launch(knob="expired")

    found = re.search(r"token_expired · ([2-9A-Z]{4})", response.text)
    assert found is not None
    assert found[1] in [line.get("reference") for line in witness.events("web:request:answered")]


def test_readiness_needs_the_tables_of_this_version(door: Door, tools: Instruments) -> None:
    assert door.client.get("/health/ready").status_code == 200
    with tools.database.session(writes=True) as session, session.begin():
        session.connection().exec_driver_sql("UPDATE alembic_version SET version_num = '0000'")

    response = door.client.get("/health/ready")

    with tools.database.session(writes=True) as session, session.begin():
        session.execute(text("UPDATE alembic_version SET version_num = :known"), {"known": SCHEMA_REVISION})
    assert response.status_code == 503
    assert "alembic upgrade head" in response.text


def test_readiness_needs_the_master_key_that_fits(
    app: Flask, door: Door, tools: Instruments, monkeypatch: pytest.MonkeyPatch
) -> None:
    del app
    from lti_tool.lti.tool_keys import ensure_tool_key

    with tools.database.session(writes=True) as session, session.begin():
        ensure_tool_key(session, tools.key_ring, tools.clock)
    monkeypatch.setattr(tools.key_ring, "decrypt", KeyRing([("other", b"o" * 32)]).decrypt)

    response = door.client.get("/health/ready")

    assert response.status_code == 503
    assert "RUGZAK_MASTER_KEYS" in response.text
