"""Registrations are remembered for half a minute; what is changed, taken away or new must count soon, or at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, update

from lti_tool.launch.views import REGISTRATIONS
from lti_tool.lti.models import Registration
from tests.front_door.witness import body_data

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from sqlalchemy.orm import Session

    from tests.clock import FrozenClock
    from tests.door import Door

HALF_A_MINUTE = 30.0


@pytest.mark.parametrize(("later", "answer"), [(29.9, 302), (HALF_A_MINUTE, 404), (-1.0, 404)])
def test_registration_that_is_taken_away_ends_within_half_a_minute(
    door: Door, session: Session, clock: FrozenClock, later: float, answer: int
) -> None:
    door.log_in()
    session.execute(delete(Registration))
    session.commit()

    clock.move(seconds=later)

    assert door.log_in().status_code == answer


def test_launch_at_a_registration_that_was_taken_away_is_refused_at_once(door: Door, session: Session) -> None:
    door.enter()
    launch = door.prepare()
    session.execute(delete(Registration))
    session.commit()

    response = door.post(launch)

    assert response.status_code == 403
    assert body_data(response.text)["reason"] == "deployment_waiting"


def test_registration_that_is_changed_counts_within_half_a_minute(
    door: Door, session: Session, clock: FrozenClock
) -> None:
    door.log_in()
    session.execute(update(Registration).values(authorization_endpoint="https://lms.example/elsewhere"))
    session.commit()

    clock.move(seconds=HALF_A_MINUTE)

    assert door.log_in().headers["Location"].startswith("https://lms.example/elsewhere?")


def test_registration_that_is_added_counts_at_once(create_door: Callable[..., Door]) -> None:
    door = create_door()
    assert door.log_in(client_id="tool-2").status_code == 404

    create_door(client_id="tool-2")

    assert door.log_in(client_id="tool-2").status_code == 302


def test_made_up_names_fill_no_memory(app: Flask, door: Door) -> None:
    door.log_in()
    before = len(app.extensions[REGISTRATIONS]._kept)

    for number in range(10):
        door.log_in(client_id=f"made-up-{number}")
        door.client.post(f"/lti/login/{'a' * 25}{number}", data={"iss": "https://lms.example"})

    assert len(app.extensions[REGISTRATIONS]._kept) == before
