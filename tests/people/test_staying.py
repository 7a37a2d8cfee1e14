"""How long a visit lasts, as its pages say it, and the one press that puts the end off (GRP-7)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from lti_tool.people.models import LaunchSession
from lti_tool.people.visits import _TOUCH_EVERY, IDLE, WARNING
from tests.police import PolicingClient

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session
    from werkzeug.test import TestResponse

    from lti_tool.kernel.database import Database
    from tests.clock import FrozenClock
    from tests.door import Door, Visit
    from tests.police import StatementRecorder

HOUR = 3600


def told(answer: TestResponse) -> tuple[int, int]:
    """Return the seconds that an answer without a page tells."""
    assert (answer.status_code, answer.data) == (204, b"")
    return int(answer.headers["Rugzak-Idle"]), int(answer.headers["Rugzak-End"])


def said(page: TestResponse) -> tuple[int, int]:
    """Return the seconds that a page says."""
    found = re.search(r'data-idle="(\d+)" data-end="(\d+)" data-warning="600"', page.text)
    assert found is not None
    return int(found[1]), int(found[2])


def touched(database: Database) -> datetime:
    with database.session(writes=False) as session:
        return session.execute(select(LaunchSession.touched_at)).scalar_one()


def test_page_says_how_long_the_visit_lasts(door: Door, clock: FrozenClock) -> None:
    visit = door.enter()
    assert said(visit.get()) == (2 * HOUR, 12 * HOUR)

    # Use is noted to ten minutes, and the page tells the truth about it.
    clock.move(minutes=9)
    assert said(visit.get()) == (2 * HOUR - 540, 12 * HOUR - 540)

    clock.move(minutes=1)
    assert said(visit.get()) == (2 * HOUR, 12 * HOUR - 600)


def test_page_without_a_visit_says_nothing_of_it(door: Door) -> None:
    assert "data-staying" not in door.client.get("/support").text


def test_grp_7_press_to_stay_really_renews(door: Door, clock: FrozenClock, database: Database) -> None:
    visit = door.enter()
    # As early as the page can ask for a press: just ten minutes before the end.
    clock.move(seconds=int((IDLE - WARNING).total_seconds()))

    assert told(visit.get("/alive")) == (2 * HOUR, 12 * HOUR - 110 * 60)

    assert touched(database) == clock.now()
    clock.move(hours=1, minutes=59)
    assert visit.get().status_code == 200


def test_warning_is_never_shorter_than_what_is_noted() -> None:
    assert WARNING >= _TOUCH_EVERY
    assert IDLE - WARNING >= _TOUCH_EVERY


def test_looking_how_long_it_lasts_renews_nothing(
    door: Door, clock: FrozenClock, database: Database, recorder: StatementRecorder
) -> None:
    visit = door.enter()
    before = touched(database)
    clock.move(hours=1, minutes=50)

    assert told(visit.get("/time")) == (600, 10 * HOUR + 600)

    assert recorder.writes() == []
    assert touched(database) == before
    clock.move(minutes=10)
    assert visit.get("/time").status_code == 401


def test_wcag_2_2_1_visit_can_be_put_off_many_times_and_ends_after_twelve_hours(door: Door, clock: FrozenClock) -> None:
    visit = door.enter()
    for _ in range(6):
        clock.move(hours=1, minutes=55)
        idle, end = told(visit.get("/alive"))
    assert (idle, end) == (2 * HOUR, 30 * 60)  # so the page says that nothing puts it off

    clock.move(minutes=30)

    assert visit.get("/alive").status_code == 401


@pytest.mark.parametrize("path", ["/alive", "/time"])
def test_ended_visit_is_told_so_and_not_revived(door: Door, clock: FrozenClock, session: Session, path: str) -> None:
    visit = door.enter()
    clock.move(hours=2)

    answer = visit.get(path)

    assert answer.status_code == 401
    assert "Rugzak-Idle" not in answer.headers
    assert visit.get().status_code == 401
    del session


@pytest.mark.parametrize("path", ["/alive", "/time"])
def test_ext_4_who_left_does_not_come_back_by_staying(door: Door, path: str) -> None:
    visit = door.enter()
    visit.get("/leave")

    assert visit.get(path).status_code == 401


@pytest.mark.parametrize("path", ["/alive", "/time"])
def test_address_alone_says_nothing_of_a_visit(door: Door, path: str) -> None:
    visit = door.enter()
    client = visit.client.application.test_client()
    assert isinstance(client, PolicingClient)

    assert client.get(visit.home + path).status_code == 401


@pytest.mark.parametrize(("path", "most"), [("/alive", 1), ("/time", 1)])
def test_answer_without_a_page_costs_one_statement(
    door: Door, recorder: StatementRecorder, path: str, most: int
) -> None:
    visit = door.enter()

    visit.get(path)

    assert len(recorder.statements) == most
    assert recorder.commits == 0


def test_ended_visit_is_said_in_the_language_that_the_page_had(door: Door, clock: FrozenClock) -> None:
    visit: Visit = door.enter()
    clock.move(hours=2)

    assert '<html lang="en"' in visit.get("/?lang=en", headers={"Accept-Language": "nl"}).text
