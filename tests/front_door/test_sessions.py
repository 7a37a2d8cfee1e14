"""A visit: whose it is, how long it lasts, who may frame it, and that no two ever mix."""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from lti_tool.lti.addresses import origin_of
from lti_tool.lti.registrations import add_deployment
from lti_tool.people.models import LaunchSession
from tests.demo_lms.knobs import CLAIM
from tests.demo_lms.people import INSTRUCTOR, LEARNER, PEOPLE, TEACHER_HERE
from tests.door import FRAMED, form_token
from tests.front_door.witness import body_data, dump
from tests.police import PolicingClient

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from sqlalchemy.orm import Session
    from werkzeug.test import TestResponse

    from lti_tool.kernel.database import Database
    from tests.clock import FrozenClock
    from tests.demo_lms.knobs import Launch
    from tests.door import Door, Visit
    from tests.front_door.witness import Witness
    from tests.police import StatementRecorder

EXIT_PAGE = "https://www.knmi.nl/"
OWN_SITE = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def step_id(content: dict[str, Any]) -> str:
    found: str = content["modules"][0]["units"][0]["steps"][0]["id"]
    return found


def other_browser(visit: Visit) -> Visit:
    """Return the same address in a browser that has no cookies."""
    client = visit.client.application.test_client()
    assert isinstance(client, PolicingClient)
    return dataclasses.replace(visit, client=client)


def session_cookies(visit: Visit) -> dict[str, str]:
    """Return the browser's session cookies."""
    found = (visit.client._cookies or {}).values()
    return {cookie.key: cookie.value for cookie in found if cookie.key.startswith("__Host-s-")}


def assert_ended(response: TestResponse) -> None:
    assert response.status_code == 401
    assert body_data(response.text) == {"page": "refused", "reason": "session_ended"}


def spoil_lti(**claims: Any) -> Callable[[Launch], None]:
    return lambda launch: launch.claims.update({f"{CLAIM}{name}": value for name, value in claims.items()})


# Address and cookie: both are needed.


def test_address_in_another_browser_opens_nothing(door: Door) -> None:
    visit = door.enter()

    assert_ended(other_browser(visit).get())


def test_address_with_the_cookie_of_another_visit_opens_nothing(door: Door) -> None:
    first, second = door.enter(), door.enter("bram")
    cookies = session_cookies(second)
    stranger = other_browser(first)
    (name, own), (_, others) = cookies.items()
    assert own != others

    stranger.client.set_cookie(name, others, domain="tool.example")

    assert_ended(stranger.get())


@pytest.mark.parametrize("cookie", ["", "x", "é", "\xff", "x" * 3000, '"'])
def test_address_with_a_broken_cookie_opens_nothing(door: Door, cookie: str) -> None:
    visit = door.enter()
    (name,) = session_cookies(visit)
    client = visit.client.application.test_client(use_cookies=False)

    assert_ended(client.get(visit.home + "/", headers={"Cookie": f"{name}={cookie}"}))


@pytest.mark.parametrize("token", ["A" * 43, "é" * 43, "%00" * 43, "%FF" * 43, "'" * 43])
def test_address_that_nobody_was_given_opens_nothing(door: Door, token: str) -> None:
    door.enter()

    assert_ended(door.client.get(f"/s/{token}/"))


@pytest.mark.parametrize("token", ["A" * 42, "A" * 44, "x", "é" * 42])
def test_address_that_cannot_be_one_is_not_found(door: Door, token: str) -> None:
    assert door.client.get(f"/s/{token}/").status_code == 404


def test_neither_token_nor_cookie_is_stored(door: Door, database: Database) -> None:
    visit = door.enter()
    token = visit.home.rpartition("/")[2]
    (secret,) = session_cookies(visit).values()

    stored = str(dump(database))

    assert token not in stored
    assert secret not in stored


def test_ops_7_session_cookie_is_bound_to_this_host_and_this_frame(door: Door) -> None:
    response = door.launch()

    (cookie,) = (text for text in response.headers.getlist("Set-Cookie") if text.startswith("__Host-s-"))
    first, *rest = cookie.split("; ")
    assert re.fullmatch(r"__Host-s-[a-z2-7]{10}=[A-Za-z0-9_-]{43}", first)
    kept = {part for part in rest if not part.startswith("Expires=")}
    assert kept == {"Secure", "HttpOnly", "SameSite=None", "Partitioned", "Path=/", "Max-Age=43200"}


# How long it lasts.


def test_session_lives_two_hours_without_a_page(door: Door, clock: FrozenClock) -> None:
    visit = door.enter()
    clock.move(hours=1, minutes=59, seconds=59)

    assert visit.get().status_code == 200


def test_session_ends_after_two_hours_without_a_page(door: Door, clock: FrozenClock) -> None:
    visit = door.enter()
    clock.move(hours=2)

    assert_ended(visit.get())


def test_session_in_use_ends_after_twelve_hours(door: Door, clock: FrozenClock) -> None:
    visit = door.enter()
    for _ in range(11):
        clock.move(hours=1)
        assert visit.get().status_code == 200
    clock.move(minutes=59, seconds=59)
    assert visit.get().status_code == 200
    clock.move(seconds=1)

    assert_ended(visit.get())


def test_press_in_an_ended_session_changes_nothing(
    door: Door, clock: FrozenClock, witness: Witness, step_id: str
) -> None:
    visit = door.enter()
    token = form_token(visit.get().text)
    clock.move(hours=2)
    witness.remember()

    response = visit.client.post(
        f"{visit.home}/step/{step_id}/done", data={"form_token": token, "done": "yes"}, headers=OWN_SITE
    )

    assert_ended(response)
    witness.assert_nothing_written()


@pytest.mark.parametrize(("seconds", "writes"), [(0, 0), (599, 0), (600, 1)])
def test_session_is_touched_after_ten_minutes(
    door: Door, clock: FrozenClock, recorder: StatementRecorder, seconds: int, writes: int
) -> None:
    visit = door.enter()
    clock.move(seconds=seconds)

    visit.get()

    assert len(recorder.writes()) == writes


def test_session_is_touched_once_in_ten_minutes(door: Door, clock: FrozenClock, recorder: StatementRecorder) -> None:
    visit = door.enter()
    clock.move(minutes=10)
    visit.get()
    clock.move(minutes=9, seconds=59)

    visit.get()

    assert recorder.writes() == []


def test_press_after_ten_minutes_of_reading_arrives(door: Door, clock: FrozenClock, step_id: str) -> None:
    """On SQLite a request that writes holds the one write lock: keeping the session alive must not wait for it."""
    visit = door.enter()
    token = form_token(visit.get().text)
    clock.move(minutes=11)

    response = visit.client.post(
        f"{visit.home}/step/{step_id}/done", data={"form_token": token, "done": "yes"}, headers=OWN_SITE
    )

    assert response.status_code == 303
    assert 'data-status="done"' in visit.get().text


def test_press_keeps_the_session_alive(door: Door, clock: FrozenClock, step_id: str) -> None:
    visit = door.enter()
    token = form_token(visit.get().text)
    clock.move(hours=1, minutes=59)
    visit.client.post(f"{visit.home}/step/{step_id}/done", data={"form_token": token, "done": "yes"}, headers=OWN_SITE)
    clock.move(hours=1, minutes=59)

    assert visit.get().status_code == 200


# Side by side.


def test_student_and_teacher_side_by_side_never_mix(door: Door) -> None:
    student, teacher = door.enter("amina"), door.enter("teacher")

    seen = [body_data(visit.get().text)["role"] for visit in (student, teacher, student, teacher)]

    assert seen == ["learner", "instructor", "learner", "instructor"]


def test_presses_side_by_side_reach_their_own(door: Door, step_id: str) -> None:
    one, other = door.enter("amina"), door.enter("bram")

    one.post(f"/step/{step_id}/done", {"done": "yes"})

    assert 'data-status="done"' in one.get().text
    assert 'data-status="done"' not in other.get().text


def test_logins_side_by_side_both_come_in(door: Door) -> None:
    first, second = door.prepare("amina"), door.prepare("teacher")

    assert [door.post(launch).status_code for launch in (second, first)] == [303, 303]


def test_browser_keeps_twenty_sessions_and_the_oldest_goes(door: Door) -> None:
    visits = [door.enter() for _ in range(21)]

    assert len(session_cookies(visits[0])) == 20
    assert [visits[index].get().status_code for index in (0, 1, 20)] == [401, 200, 200]


# Leaving.


def test_ext_4_leaving_works_on_the_address_alone(door: Door) -> None:
    visit = door.enter()

    response = other_browser(visit).get("/leave")

    assert (response.status_code, response.headers["Location"]) == (303, EXIT_PAGE)
    assert_ended(visit.get())


def test_ext_4_leaving_twice_leads_to_the_same_page(door: Door) -> None:
    visit = door.enter()
    visit.get("/leave")

    response = visit.get("/leave")

    assert (response.status_code, response.headers["Location"]) == (303, EXIT_PAGE)


@pytest.mark.parametrize("token", ["A" * 43, "x", "é", "%00", "%FF", "x" * 2000])
def test_ext_4_leaving_with_a_token_of_nobody_leads_to_the_same_page(door: Door, token: str) -> None:
    visit = door.enter()

    response = door.client.get(f"/s/{token}/leave")

    assert (response.status_code, response.headers["Location"]) == (303, EXIT_PAGE)
    assert visit.get().status_code == 200


def test_leaving_ends_no_other_visit(door: Door) -> None:
    mine, others = door.enter(), door.enter()

    mine.get("/leave")

    assert others.get().status_code == 200


def test_leaving_after_the_end_does_not_lengthen_the_visit(door: Door, clock: FrozenClock, session: Session) -> None:
    visit = door.enter()
    visit.get("/leave")
    left = session.execute(select(LaunchSession.ends_at)).scalar_one()
    session.rollback()
    clock.move(minutes=1)

    visit.get("/leave")

    assert session.execute(select(LaunchSession.ends_at)).scalar_one() == left


# Forms.


@pytest.fixture
def press(door: Door, step_id: str) -> Callable[..., TestResponse]:
    """Press done, with or without what proves that the press came from our own page."""
    visit = door.enter()
    token = form_token(visit.get().text)

    def press(headers: dict[str, str], form: dict[str, str] | None = None) -> TestResponse:
        data = {"form_token": token, "done": "yes"} if form is None else form
        return visit.client.post(f"{visit.home}/step/{step_id}/done", data=data, headers=headers)

    return press


def assert_press_refused(response: TestResponse, witness: Witness) -> None:
    assert response.status_code == 403
    assert body_data(response.text)["reason"] == "form_refused"
    witness.assert_nothing_written()


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "null"},
        {"Origin": "null"},
        {"Origin": "https://tool.example"},
        {},
    ],
)
def test_ops_8_press_on_our_own_page_arrives(press: Callable[..., TestResponse], headers: dict[str, str]) -> None:
    assert press(headers).status_code == 303


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": ""},
        {"Sec-Fetch-Site": "cross-site", "Origin": "https://tool.example"},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "http://tool.example"},
        {"Origin": "https://tool.example.elsewhere.example"},
        {"Origin": "https://lms.example"},
        {"Origin": ""},
    ],
)
def test_ops_8_press_from_another_site_is_refused(
    press: Callable[..., TestResponse], witness: Witness, headers: dict[str, str]
) -> None:
    witness.remember()

    assert_press_refused(press(headers), witness)


@pytest.mark.parametrize("token", [None, "", "x", "é", "\x00", "A" * 32, "A" * 10_000])
def test_ops_8_press_without_the_form_token_is_refused(
    press: Callable[..., TestResponse], witness: Witness, token: str | None
) -> None:
    form = {"done": "yes"} | ({} if token is None else {"form_token": token})
    witness.remember()

    assert_press_refused(press(OWN_SITE, form), witness)


def test_ops_8_press_with_the_form_token_of_another_visit_is_refused(
    door: Door, press: Callable[..., TestResponse], witness: Witness
) -> None:
    others = form_token(door.enter().get().text)
    witness.remember()

    assert_press_refused(press(OWN_SITE, {"form_token": others, "done": "yes"}), witness)


def test_ops_8_language_needs_the_form_token_too(door: Door, witness: Witness) -> None:
    visit = door.enter()
    witness.remember()

    response = visit.client.post(f"{visit.home}/language", data={"language": "en"}, headers=OWN_SITE)

    assert_press_refused(response, witness)


def test_refused_press_does_not_end_the_visit(door: Door, press: Callable[..., TestResponse]) -> None:
    visit = door.enter()
    assert press({"Sec-Fetch-Site": "cross-site"}).status_code == 403

    assert press(OWN_SITE).status_code == 303
    assert visit.get().status_code == 200


# Framing.


def frame_ancestors(response: TestResponse) -> set[str]:
    policies = response.headers.getlist("Content-Security-Policy")
    assert len(policies) == 1
    return set(policies[0].partition("frame-ancestors ")[2].split())


def test_ops_7_only_the_platform_may_frame_a_visit(door: Door) -> None:
    visit = door.enter(return_url="https://campus.lms.example:8443/course/1?sesskey=abc")

    for path in ("/", "/step/nothere1"):
        allowed = frame_ancestors(visit.get(path))
        assert allowed == {"https://lms.example", "https://campus.lms.example:8443"}


def test_ops_7_origin_of_the_login_address_may_frame_a_visit(door: Door, session: Session) -> None:
    from lti_tool.lti.models import Registration

    session.execute(update(Registration).values(authorization_endpoint="https://sso.lms.example/authorize"))
    session.commit()

    allowed = frame_ancestors(door.enter().get())

    assert allowed == {"https://lms.example", "https://sso.lms.example"}


STRANGE_WAYS_BACK = [
    "https://a.example; script-src *",
    "https://a.example;script-src",
    "https://a.example https://b.example",
    "https://a.example,https://b.example",
    "https://a.example\r\nX-Evil: 1",
    "https://a.example\n",
    "https://*",
    "https://*.example",
    "https:",
    "https://",
    "*",
    "'unsafe-inline'",
    "javascript:alert(1)",
    "data:text/html,x",
    "ftp://a.example/",
    "//a.example/",
    "https://é.example/",
    "https://a.example:port/",
    "https://[",
    "https://[::1",
    "https://a_b'.example/",
    "\ud800",
    "",
]


@pytest.mark.parametrize("return_url", STRANGE_WAYS_BACK)
@pytest.mark.one_database
def test_ops_7_way_back_cannot_write_into_the_policy(door: Door, return_url: str) -> None:
    visit = door.enter(spoil=spoil_lti(launch_presentation={"return_url": return_url}))

    response = visit.get()

    # Line breaks are dropped from an address, as browsers do; what is then a plain origin may stand there.
    assert frame_ancestors(response) <= {"https://lms.example", "https://a.example"}
    assert "X-Evil" not in response.headers


@given(url=st.text(st.characters()) | st.text(st.sampled_from("htps:/[].@;,' *\r\n\t\\-_aZ%09é"), max_size=40))
def test_origin_is_plain_or_nothing(url: str) -> None:
    found = origin_of(url), origin_of(f"https://{url}")

    assert all(one is None or re.fullmatch(r"https?://[a-z0-9.:\[\]-]+", one) for one in found)


def test_name_and_password_in_a_way_back_are_dropped(door: Door) -> None:
    visit = door.enter(return_url="https://user:secret@campus.example/x")

    assert "https://campus.example" in frame_ancestors(visit.get())


def test_pages_that_are_about_nobody_may_be_framed_anywhere(door: Door) -> None:
    visit = door.enter()
    pages = [
        door.client.get("/"),
        door.client.get("/support"),
        door.client.get("/nothing-here"),
        door.client.post(
            "/lti/login", data=door.platform.login_fields(f"{'https://tool.example'}/", "h"), headers=FRAMED
        ),
        door.client.post("/lti/launch", data={}),
        other_browser(visit).get(),
    ]

    assert [frame_ancestors(page) for page in pages] == [{"*"}] * len(pages)
    assert [body_data(page.text).get("role") for page in pages] == [None] * len(pages)


# Language.


@pytest.mark.parametrize(("person", "language"), [("amina", "nl"), ("chiyun", "en")])
def test_ops_4_language_follows_the_launch(door: Door, person: str, language: str) -> None:
    assert f'<html lang="{language}"' in door.enter(person).get().text


@pytest.mark.parametrize(
    ("locale", "language"), [("en-GB", "en"), ("EN_us", "en"), ("nl-BE", "nl"), ("fr", "nl"), ("", "nl")]
)
def test_ops_4_language_of_the_platform_is_read_widely(door: Door, locale: str, language: str) -> None:
    def spoil(launch: Launch) -> None:
        launch.claims["locale"] = None
        launch.claims[f"{CLAIM}launch_presentation"] = {"locale": locale}

    assert f'<html lang="{language}"' in door.enter(spoil=spoil).get().text


def test_ops_4_language_can_be_changed_on_the_page(door: Door, step_id: str) -> None:
    visit = door.enter()

    response = visit.post("/language", {"language": "en", "back": f"/step/{step_id}"})

    assert (response.status_code, response.headers["Location"]) == (303, f"{visit.home}/step/{step_id}")
    assert '<html lang="en"' in visit.get(f"/step/{step_id}").text


def test_language_is_remembered_in_a_cookie_of_this_host(door: Door) -> None:
    response = door.enter().post("/language", {"language": "en"})

    (cookie,) = response.headers.getlist("Set-Cookie")
    first, *rest = cookie.split("; ")
    assert first == "__Host-lang=en"
    kept = {part for part in rest if not part.startswith("Expires=")}
    assert kept == {"Secure", "HttpOnly", "SameSite=None", "Partitioned", "Path=/", "Max-Age=31536000"}


def test_relaunch_keeps_the_chosen_language(door: Door) -> None:
    door.enter().post("/language", {"language": "en"})

    assert '<html lang="en"' in door.enter().get().text


def test_language_of_one_visit_leaves_the_other_alone(door: Door) -> None:
    one, other = door.enter(), door.enter()

    one.post("/language", {"language": "en"})

    assert '<html lang="nl"' in other.get().text


@pytest.mark.parametrize(
    "form",
    [
        {"language": "fr"},
        {"language": ""},
        {},
        {"language": "en", "back": "https://elsewhere.example/"},
        {"language": "en", "back": "//elsewhere.example/"},
        {"language": "en", "back": "/\\elsewhere"},
        {"language": "en", "back": "javascript:alert(1)"},
        {"language": "en", "back": "/a\nLocation:"},
        {"language": "en", "back": "/?a=1"},
        {"language": "en", "back": ""},
    ],
)
def test_language_that_cannot_be_is_not_understood(door: Door, form: dict[str, str]) -> None:
    visit = door.enter()

    response = visit.post("/language", form)

    assert response.status_code == 400
    assert '<html lang="nl"' in visit.get().text


@pytest.mark.parametrize("back", ["//elsewhere", "/../../x", "///"])
def test_language_leads_back_to_our_own_pages_only(door: Door, back: str) -> None:
    visit = door.enter()

    response = visit.post("/language", {"language": "en", "back": back})

    assert response.status_code == 400 or response.headers["Location"].startswith(f"{visit.home}/")


# Roles: those of the course, and of this launch.


def test_ops_6_role_of_the_institution_gives_nothing(door: Door) -> None:
    """Joost teaches elsewhere, and is a student here."""
    assert TEACHER_HERE in PEOPLE["joost"].roles

    assert body_data(door.enter("joost").get().text)["role"] == "learner"


@pytest.mark.parametrize(
    "role",
    [
        "http://purl.imsglobal.org/vocab/lis/v2/institution/person#Instructor",
        "http://purl.imsglobal.org/vocab/lis/v2/system/person#Administrator",
        "http://purl.imsglobal.org/vocab/lis/v2/membership#Mentor",
        "http://purl.imsglobal.org/vocab/lis/v2/membership/Learner#Instructor",
        "http://purl.imsglobal.org/vocab/lis/v2/membership/Mentor#Instructor",
        "http://purl.imsglobal.org/vocab/lis/v2/membership#instructor",
        "http://purl.imsglobal.org/vocab/lis/v2/membershipInstructor",
        "https://purl.imsglobal.org/vocab/lis/v2/membership#Instructor",
        "http://elsewhere.example/membership#Instructor",
        "urn:lti:role:ims/lis/Instructor",
        "instructor",
        " Instructor",
        "Administrator",
    ],
)
def test_ops_6_role_that_is_not_instructor_of_the_course_shows_no_board(door: Door, role: str) -> None:
    html = door.enter("no_role", spoil=spoil_lti(roles=[role])).get().text

    assert body_data(html)["role"] in ("learner", "observer")
    assert 'class="board' not in html


def test_ops_6_instructor_of_one_course_is_learner_in_another(door: Door) -> None:
    teaching = door.enter("teacher", "sw1")
    learning = door.enter("teacher", "sw1b", spoil=spoil_lti(roles=[TEACHER_HERE, LEARNER]))

    assert body_data(teaching.get().text)["role"] == "instructor"
    assert body_data(learning.get().text)["role"] == "learner"


def test_ops_6_board_shows_this_course_only(door: Door) -> None:
    door.enter("amina", "sw1")
    door.enter("bram", "sw1b")

    board = door.enter("teacher", "sw1").get().text

    assert "Amina Haddou" in board
    assert "Bram de Wit" not in board


def test_ops_6_role_of_the_last_launch_counts_for_the_course(door: Door) -> None:
    door.enter("teacher")
    door.enter("teacher", spoil=spoil_lti(roles=[LEARNER]))

    board = door.enter("coordinator").get().text

    assert "Marijke Vos" in board


def test_ops_6_session_keeps_the_role_of_its_own_launch(door: Door) -> None:
    """A launch as a student must not turn an open teacher's page into something else, and not the other way round."""
    teaching = door.enter("teacher")
    learning = door.enter("teacher", spoil=spoil_lti(roles=[LEARNER]))

    assert [body_data(one.get().text)["role"] for one in (teaching, learning)] == ["instructor", "learner"]


@pytest.mark.parametrize("person", ["teacher", "mentor", "no_role"])
def test_ops_6_only_learners_press_done(door: Door, witness: Witness, step_id: str, person: str) -> None:
    visit = door.enter(person)
    witness.remember()

    response = visit.post(f"/step/{step_id}/done", {"done": "yes"})

    assert response.status_code == 404
    witness.assert_nothing_written()


# Tenants.


def two_tenants(create_door: Callable[..., Door], **other: str) -> tuple[Door, Door]:
    return create_door(), create_door(**{"issuer": "https://other.example", "key": "other", **other})


def test_ops_5_address_of_one_tenant_opens_nothing_for_another(
    create_door: Callable[..., Door], content: dict[str, Any]
) -> None:
    del content
    one, other = two_tenants(create_door)
    visit = one.enter()
    other.enter()

    assert_ended(dataclasses.replace(visit, client=other.client).get())


def test_ops_5_form_token_of_one_tenant_is_refused_for_another(
    create_door: Callable[..., Door], witness: Witness, step_id: str
) -> None:
    one, other = two_tenants(create_door)
    token = form_token(one.enter().get().text)
    visit = other.enter()
    witness.remember()

    response = visit.client.post(
        f"{visit.home}/step/{step_id}/done", data={"form_token": token, "done": "yes"}, headers=OWN_SITE
    )

    assert_press_refused(response, witness)


OTHERS = [
    {},
    {"issuer": "https://lms.example", "client_id": "tool-2", "key": "platform"},
]


@pytest.mark.parametrize("other", OTHERS, ids=["issuer", "client-of-one-issuer"])
def test_ops_5_same_ids_at_two_registrations_are_two_persons_and_two_courses(
    create_door: Callable[..., Door], content: dict[str, Any], database: Database, other: dict[str, str]
) -> None:
    del content
    for door in two_tenants(create_door, **other):
        door.enter()

    tables = dump(database)
    assert [len(tables[name]) for name in ("person", "course_context", "membership")] == [2, 2, 2]


@pytest.mark.parametrize("other", OTHERS, ids=["issuer", "client-of-one-issuer"])
def test_ops_5_what_is_done_at_one_registration_is_not_seen_at_another(
    create_door: Callable[..., Door], step_id: str, other: dict[str, str]
) -> None:
    one, two = two_tenants(create_door, **other)

    one.enter().post(f"/step/{step_id}/done", {"done": "yes"})

    assert 'data-status="done"' in one.enter().get().text
    assert 'data-status="done"' not in two.enter().get().text


def test_ops_5_board_shows_nobody_of_another_registration(
    create_door: Callable[..., Door], content: dict[str, Any]
) -> None:
    del content
    one, two = two_tenants(create_door)
    one.enter("amina")
    two.enter("bram")

    board = two.enter("teacher").get().text

    assert "Bram de Wit" in board
    assert "Amina" not in board


def test_ops_5_teacher_at_one_registration_is_nobody_at_another(
    create_door: Callable[..., Door], content: dict[str, Any]
) -> None:
    del content
    one, two = two_tenants(create_door)
    one.enter("teacher")

    visit = two.enter("teacher", spoil=spoil_lti(roles=[]))

    assert body_data(visit.get().text)["role"] == "observer"


def test_ops_5_name_at_one_registration_is_not_changed_at_another(
    create_door: Callable[..., Door], content: dict[str, Any]
) -> None:
    del content
    one, two = two_tenants(create_door)
    visit = one.enter()

    two.enter(spoil=lambda launch: launch.claims.update(name="Somebody Else"))

    assert "Amina Haddou" in visit.get().text


def enter_deployment(door: Door, deployment_id: str, person: str = "amina") -> Visit:
    other = dataclasses.replace(door)
    other.platform.deployment_id = deployment_id
    return other.enter(person)


def test_ops_5_one_person_at_two_deployments_has_two_courses(
    door: Door, session: Session, database: Database, step_id: str
) -> None:
    add_deployment(session, door.registration_id, "2", clock=door.clock)
    session.commit()
    one = enter_deployment(door, "1")
    two = enter_deployment(door, "2")

    one.post(f"/step/{step_id}/done", {"done": "yes"})

    tables = dump(database)
    assert [len(tables[name]) for name in ("person", "course_context", "membership")] == [1, 2, 2]
    assert 'data-status="done"' not in two.get().text


def test_ops_5_board_shows_nobody_of_another_deployment(door: Door, session: Session) -> None:
    add_deployment(session, door.registration_id, "2", clock=door.clock)
    session.commit()
    enter_deployment(door, "1", "amina")
    enter_deployment(door, "2", "bram")

    board = enter_deployment(door, "2", "teacher").get().text

    assert "Bram de Wit" in board
    assert "Amina" not in board


def test_launch_cannot_come_in_by_the_deployment_of_another_registration(
    create_door: Callable[..., Door], content: dict[str, Any], witness: Witness
) -> None:
    del content
    create_door(issuer="https://other.example", deployment_id="only-there")
    door = create_door()
    response = door.log_in(lti_deployment_id=None)
    assert response.status_code == 302
    asked = door.asked
    launch = door.prepare()
    launch.form["state"], launch.claims["nonce"] = asked["state"], asked["nonce"]
    launch.claims[f"{CLAIM}deployment_id"] = "only-there"
    witness.remember()

    witness.assert_refused(door.post(launch), "deployment_waiting")


def test_both_roles_in_one_launch_teach(door: Door) -> None:
    html = door.enter(spoil=spoil_lti(roles=[LEARNER, INSTRUCTOR])).get().text

    assert body_data(html)["role"] == "instructor"


def test_test_student_is_on_no_board(door: Door) -> None:
    door.enter("test_student")

    assert "Test Student" not in door.enter("teacher").get().text


def test_pages_of_a_visit_hold_its_address_only(app: Flask, door: Door) -> None:
    """A token in a page is this visit's own, and the page may not pass it on."""
    del app
    one, other = door.enter("amina"), door.enter("teacher")
    own, others = (visit.home.rpartition("/")[2] for visit in (one, other))

    html = one.get().text

    assert own in html
    assert others not in html
