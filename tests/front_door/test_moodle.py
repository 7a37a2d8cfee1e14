"""Moodle's own launches, as captured from a Moodle 4.5, signed anew with a key of ours.

Only what a test must change is changed: who signed, for whom, when, for which login and which address. Everything else
is what Moodle sent, e-mail addresses and session keys included.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from sqlalchemy import select

from lti_tool.lti.models import Registration
from lti_tool.people.models import CourseContext, LaunchSession, Membership, Person
from tests.demo_lms.knobs import CLAIM, Launch
from tests.door import FRAMED, LAUNCH_URL, Visit
from tests.front_door.witness import body_data, dump_people

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy.orm import Session

    from lti_tool.kernel.database import Database
    from tests.door import Door
    from tests.front_door.witness import Witness

FOLDER = Path(__file__).parents[1] / "fixtures" / "moodle"
ROLES = {
    "idtoken-resource-link-student": "learner",
    "idtoken-resource-link-student-ungraded": "learner",
    "idtoken-resource-link-student-item-without-url": "learner",
    "idtoken-resource-link-teacher": "instructor",
    "idtoken-resource-link-nonediting-teacher": "instructor",
    "idtoken-resource-link-site-admin": "instructor",
}
LATER = ["idtoken-deep-linking", "idtoken-deep-linking-first-use-in-course", "idtoken-submission-review"]


def read(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text())
    return found


@pytest.fixture
def moodle(create_door: Callable[..., Door], content: dict[str, Any]) -> Callable[[str], tuple[Door, Launch]]:
    """Stand ready with one of Moodle's launches, not yet posted."""
    del content

    def prepare(name: str) -> tuple[Door, Launch]:
        claims = read(name)["claims"]
        door = create_door("https://moodle.example", deployment_id=claims[f"{CLAIM}deployment_id"])
        launch = door.prepare()
        ours = {key: launch.claims[key] for key in ("nonce", "iat", "iss", "aud", f"{CLAIM}target_link_uri")}
        # Moodle's tokens live sixty seconds.
        launch.claims = {**claims, **ours, "exp": ours["iat"] + 60}
        return door, launch

    return prepare


def test_every_capture_is_used() -> None:
    assert {path.stem for path in FOLDER.glob("idtoken-*.json")} == {*ROLES, *LATER}


@pytest.mark.parametrize("name", ROLES)
def test_moodle_launch_comes_in_with_its_role(moodle: Callable[[str], tuple[Door, Launch]], name: str) -> None:
    door, launch = moodle(name)

    response = door.post(launch)
    page = door.client.get(response.headers["Location"])

    assert (response.status_code, page.status_code) == (303, 200)
    assert body_data(page.text) == {"role": ROLES[name], "page": "home"}


@pytest.mark.parametrize("name", ROLES)
def test_moodle_launch_shows_the_name_and_the_course(moodle: Callable[[str], tuple[Door, Launch]], name: str) -> None:
    door, launch = moodle(name)

    foot = door.client.get(door.post(launch).headers["Location"]).text.partition("<footer")[2]

    assert launch.claims["name"] in foot
    assert "Social Work year 1" in foot


def test_moodle_launch_speaks_the_language_of_moodle(moodle: Callable[[str], tuple[Door, Launch]]) -> None:
    door, launch = moodle("idtoken-resource-link-student")

    assert '<html lang="en"' in door.client.get(door.post(launch).headers["Location"]).text


def test_ops_7_moodle_may_frame_what_it_launched(moodle: Callable[[str], tuple[Door, Launch]]) -> None:
    door, launch = moodle("idtoken-resource-link-student")
    home = door.post(launch).headers["Location"].rstrip("/")

    policy = Visit(door.client, home).get().headers["Content-Security-Policy"]

    assert policy.endswith("frame-ancestors https://moodle.example http://127.0.0.1:8080")


@pytest.mark.parametrize("name", LATER)
def test_moodle_message_that_comes_later_is_refused_calmly(
    moodle: Callable[[str], tuple[Door, Launch]], witness: Witness, name: str
) -> None:
    door, launch = moodle(name)
    witness.remember()

    witness.assert_refused(door.post(launch), "message_type_refused")


def test_moodle_token_of_121_seconds_ago_is_refused(
    moodle: Callable[[str], tuple[Door, Launch]], witness: Witness
) -> None:
    """Sixty seconds of life and sixty of leeway."""
    door, launch = moodle("idtoken-resource-link-student")
    door.clock.move(seconds=120)
    witness.remember()

    witness.assert_refused(door.post(launch), "token_expired")


def test_moodle_token_of_119_seconds_ago_comes_in(moodle: Callable[[str], tuple[Door, Launch]]) -> None:
    door, launch = moodle("idtoken-resource-link-student")
    door.clock.move(seconds=119)

    assert door.post(launch).status_code == 303


def test_moodle_login_is_understood(create_door: Callable[..., Door]) -> None:
    begun = read("oidc-initiation")
    door = create_door("https://moodle.example", begun["params"]["client_id"], begun["params"]["lti_deployment_id"])
    changed = {"iss": "https://moodle.example", "target_link_uri": LAUNCH_URL}

    response = door.client.open(
        "/lti/login", method=begun["method"], data=begun["params"] | changed, headers=begun["sec_fetch"]
    )
    url = response.text.partition('data-authorization-url="')[2].partition('"')[0].replace("&amp;", "&")

    assert begun["sec_fetch"]["Sec-Fetch-Dest"] == FRAMED["Sec-Fetch-Dest"]
    asked = dict(parse_qsl(urlsplit(url).query))
    assert asked["login_hint"] == begun["params"]["login_hint"]
    assert asked["lti_message_hint"] == begun["params"]["lti_message_hint"]


# What is kept of it.


def leaves(value: object) -> Iterator[str]:
    """Give every text in a token, and every number, as text."""
    if isinstance(value, dict):
        for inner in value.values():
            yield from leaves(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from leaves(inner)
    elif value is not None:
        yield str(value)


@pytest.mark.parametrize("name", ROLES)
def test_sto_3_nothing_else_of_a_moodle_launch_is_stored(
    moodle: Callable[[str], tuple[Door, Launch]], database: Database, name: str
) -> None:
    door, launch = moodle(name)
    ours = {launch.claims[key] for key in ("iss", "aud", f"{CLAIM}target_link_uri")}
    told = set(leaves(launch.claims)) - ours
    context = launch.claims[f"{CLAIM}context"]
    may = [launch.claims["sub"], launch.claims["name"], context["id"], context["title"], *ours]

    assert door.post(launch).status_code == 303

    stored = dump_people(database)
    assert [text for text in told if len(text) > 3 and text in stored and not any(text in one for one in may)] == []
    assert "sesskey" not in stored.lower()
    assert "@" not in stored


def test_sto_3_exactly_this_of_a_moodle_launch_is_stored(
    moodle: Callable[[str], tuple[Door, Launch]], session: Session
) -> None:
    door, launch = moodle("idtoken-resource-link-student")

    door.post(launch)

    person = session.execute(select(Person)).scalar_one()
    assert columns(person) == {
        "subject": "5",
        "display_name": "Amina Khan",
        "registration_id": door.registration_id,
        "chosen_locale": None,
    }
    course = session.execute(select(CourseContext)).scalar_one()
    assert columns(course, "deployment_id") == {"lms_context_id": "2", "title": "Social Work year 1"}
    membership = session.execute(select(Membership)).scalar_one()
    assert columns(membership) == {
        "context_id": course.id,
        "person_id": person.id,
        "role": "learner",
        "is_test_user": False,
        # What Moodle says of groups is kept by id alone: a proposal that a teacher confirms.
        "lms_groups": ",1,",
        "sections": None,
        "sees_own_sections_only": False,
    }
    visit = columns(session.execute(select(LaunchSession)).scalar_one(), "login_state", "token", "browser", "ends_at")
    assert visit == {
        "person_id": person.id,
        "membership_id": membership.id,
        "binding": "cookie",
        "role": "learner",
        "lms_role": "learner",
        "is_coordinator": False,
        "locale": "en",
        "frame_origins": "https://moodle.example http://127.0.0.1:8080",
        # Of the way back: the course, and nothing of the person's session at Moodle.
        "course_url": "http://127.0.0.1:8080/course/view.php?id=2",
        "wants_contrast": False,
        "brand": None,
        "touched_at": door.clock.now(),
    }


def columns(row: Person | CourseContext | Membership | LaunchSession, *apart: str) -> dict[str, Any]:
    """Return what a row holds, apart from its id."""
    return {
        column.name: getattr(row, column.name) for column in row.__table__.columns if column.name not in ("id", *apart)
    }


def test_registration_itself_keeps_nothing_of_a_launch(
    moodle: Callable[[str], tuple[Door, Launch]], session: Session
) -> None:
    door, launch = moodle("idtoken-resource-link-student")
    before = session.execute(select(Registration.__table__)).all()
    session.rollback()

    door.post(launch)

    assert session.execute(select(Registration.__table__)).all() == before
