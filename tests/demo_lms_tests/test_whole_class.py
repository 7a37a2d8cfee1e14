"""The class of the demo comes in by itself, through the front door."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select
from werkzeug.serving import make_server

from lti_tool.people.models import CourseContext, LaunchSession
from lti_tool.people.roster import read_students
from tests.demo_lms.people import CLASS, COURSES, PEOPLE
from tests.demo_lms.settings import HOST, DemoError, Settings
from tests.demo_lms.whole_class import let_class_in
from tests.police import BASE_URL

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

    from lti_tool.kernel.database import Database
    from tests.clock import FrozenClock
    from tests.door import Door

LOGIN_URL = f"{BASE_URL}/lti/login"


@pytest.fixture
def settings(app: Flask, clock: FrozenClock) -> Iterator[Settings]:
    """The tool under a server of its own, at the time of the tests."""
    server = make_server(HOST, 0, app)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    environment = {"RUGZAK_BASE_URL": BASE_URL}
    yield Settings(server.server_port, 1, environment, clock.timestamp() - time.time())
    server.shutdown()
    thread.join()
    server.server_close()


def test_whole_class_is_on_the_roster_and_gone_again(door: Door, settings: Settings, database: Database) -> None:
    let_class_in(door.platform, settings, LOGIN_URL)
    let_class_in(door.platform, settings, LOGIN_URL)

    with database.session(writes=False) as session:
        course_id = session.execute(select(CourseContext.id)).scalar_one()
        students = read_students(session, course_id)
        here = session.execute(select(func.count()).where(LaunchSession.ends_at > door.clock.now())).scalar_one()
    assert here == 0
    assert {student.name for student in students} == {PEOPLE[name].name for name in CLASS}
    assert len(students) == 26
    assert {section for student in students for section in student.sections} == {"4101", "4102"}
    groups = {group for place in COURSES["sw1"].places.values() for group in place.groups}
    assert {group for student in students for group in student.lms_groups} == groups


def test_tool_that_refuses_stops_the_demo_with_a_sentence(door: Door, settings: Settings) -> None:
    door.platform.client_id = "another"

    with pytest.raises(DemoError, match=r"^The class of the demo could not come in: the tool answered with 404\.$"):
        let_class_in(door.platform, settings, LOGIN_URL)


def test_tool_that_is_not_there_stops_the_demo_with_a_sentence(door: Door, settings: Settings) -> None:
    with pytest.raises(DemoError, match="could not come in"):
        let_class_in(door.platform, Settings(1, 2, settings.environment, settings.clock_offset), LOGIN_URL)
