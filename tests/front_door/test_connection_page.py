"""The administrator's page of a connection: its secret address, what it tells, and the look at the platform."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import timedelta
from email.message import Message
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import pytest
from sqlalchemy import select, update

from lti_tool.connection.advice import advice_for
from lti_tool.connection.check_service import BACKGROUND
from lti_tool.lti.invites import Purpose, create_invite
from lti_tool.lti.last_events import LastEvents
from lti_tool.lti.models import Deployment, Invite, LastEvent, Registration
from lti_tool.lti.outbound import PLATFORM_HTTP, Answer, OutboundError, OutboundReason
from lti_tool.lti.refusals import Reason
from lti_tool.lti.tool_configuration import NAMES_AND_ROLES, SCOPES, SCORE
from lti_tool.lti.tool_keys import ensure_tool_key
from tests.clock import START
from tests.demo_lms.knobs import SCRIPT
from tests.demo_lms.people import PEOPLE
from tests.demo_lms.signing import named_key, public_jwk
from tests.door import FRAMED, LAUNCH_URL
from tests.front_door.framed import frame_of
from tests.front_door.sentences import readable, spoken
from tests.front_door.witness import body_data, dump
from tests.police import BASE_URL

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from click.testing import Result
    from flask import Flask
    from sqlalchemy.orm import Session
    from werkzeug.test import TestResponse

    from lti_tool.kernel.database import Database
    from lti_tool.web.edge import Instruments
    from tests.clock import FrozenClock
    from tests.door import Door
    from tests.front_door.witness import Witness
    from tests.police import StatementRecorder

OWN_PAGE = {"Sec-Fetch-Site": "same-origin"}


def invite(
    tools: Instruments, registration_id: str | None, purpose: Purpose = Purpose.CONNECTION, days: float = 90
) -> str:
    with tools.database.session(writes=True) as session, session.begin():
        return create_invite(
            session, purpose, tools.clock, lifetime=timedelta(days=days), registration_id=registration_id
        )


@pytest.fixture
def url(door: Door, tools: Instruments) -> str:
    """The secret address of the door's connection."""
    return f"/lti/connection/{invite(tools, door.registration_id)}"


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", readable(page)).split())


def shown_refusals(page: str) -> list[tuple[str, str]]:
    """Return reason and code line of each refusal on a page, in order."""
    return re.findall(r'<div data-reason="(\w+)">.*?<span class="code">([^<]*)</span>', page, re.DOTALL)


def shown_checks(page: str) -> dict[str, str]:
    return dict(re.findall(r'<div data-check="(\w+)" data-status="(\w+)">', page))


def refused_now(door: Door, knob: str) -> str:
    response = door.launch(knob=knob)
    return body_data(response.text)["reason"]


# The address.


def test_secret_address_shows_the_connection(door: Door, url: str) -> None:
    response = door.client.get(url)

    assert response.status_code == 200
    assert body_data(response.text) == {"page": "connection"}
    assert "Hogeschool Voorbeeld" in response.text
    for address in (
        "https://lms.example/authorize",
        "https://lms.example/token",
        "https://lms.example/jwks.json",
        f"{BASE_URL}/lti/login/{door.registration_id}",
        LAUNCH_URL,
        f"{BASE_URL}/lti/jwks.json",
    ):
        assert f">{address}<" in response.text


WRONG = ["x", "A" * 43, "é" * 43, "%00", "%FF" * 43, "x" * 3000, "'"]


@pytest.mark.parametrize("secret", WRONG, ids=range(len(WRONG)))
@pytest.mark.parametrize("method", ["GET", "POST", "POST deployment"])
def test_address_that_nobody_was_given_opens_nothing(door: Door, url: str, secret: str, method: str) -> None:
    del url
    path = {"GET": "", "POST": "/check", "POST deployment": "/deployment"}[method]

    response = door.client.open(
        f"/lti/connection/{secret}{path}", method=method.partition(" ")[0], headers=OWN_PAGE, data={}
    )

    assert response.status_code == 404
    assert "Hogeschool" not in response.text


@pytest.mark.parametrize(("days", "status"), [(89.99, 200), (90, 403), (119, 403)])
def test_address_works_until_its_last_day(door: Door, url: str, clock: FrozenClock, days: float, status: int) -> None:
    clock.move(days=days)

    response = door.client.get(url)

    assert response.status_code == status
    assert ("Hogeschool" in response.text) == (status == 200)


@pytest.mark.parametrize("is_for", ["this", "none"])
def test_invite_to_register_does_not_open_the_connection(door: Door, tools: Instruments, is_for: str) -> None:
    secret = invite(tools, door.registration_id if is_for == "this" else None, Purpose.REGISTER)

    answers = [
        door.client.get(f"/lti/connection/{secret}"),
        door.client.post(f"/lti/connection/{secret}/check", headers=OWN_PAGE),
        door.client.post(f"/lti/connection/{secret}/deployment", data={"deployment_id": "1"}, headers=OWN_PAGE),
    ]

    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert "Hogeschool" not in answers[0].text


def test_address_of_a_connection_registers_nothing(door: Door, url: str) -> None:
    secret = url.rpartition("/")[2]

    assert door.client.get(f"/lti/register/{secret}").status_code == 404


def test_ops_5_each_address_shows_its_own_connection_alone(
    door: Door, create_door: Callable[..., Door], tools: Instruments, url: str, session: Session
) -> None:
    other = create_door("https://other.example", client_id="other-tool", deployment_id="other-deployment")
    session.execute(update(Registration).filter_by(id=other.registration_id).values(name="Another Institution"))
    session.commit()
    refused_now(other, "wrong_nonce")
    other.enter()

    page = door.client.get(url).text

    for text in ("Another Institution", "other.example", "other-tool", "other-deployment", "nonce_different"):
        assert text not in page
    assert spoken("Nobody has come in yet since the connection was made.", "nl") in readable(page)
    theirs = door.client.get(f"/lti/connection/{invite(tools, other.registration_id)}").text
    assert "Another Institution" in theirs
    assert "nonce_different" in theirs


def test_secret_of_an_address_is_not_stored_and_not_logged(
    door: Door, url: str, database: Database, witness: Witness
) -> None:
    door.client.get(url)
    door.client.post(f"{url}/check", headers={"Sec-Fetch-Site": "cross-site"})

    secret = url.rpartition("/")[2]
    assert secret not in str(dump(database))
    assert secret not in str(witness.lines)
    assert witness.events("web:request:answered")


def test_page_is_framed_by_nobody(door: Door, url: str) -> None:
    refused_now(door, "unknown_deployment")
    answers = [
        door.client.get(url),
        door.client.post(f"{url}/deployment", data={}, headers=OWN_PAGE),
        door.client.post(f"{url}/deployment", data={"deployment_id": "x"}, headers=OWN_PAGE),
    ]

    assert [answer.status_code for answer in answers] == [200, 400, 404]
    for answer in answers:
        assert answer.headers["Content-Security-Policy"].endswith("frame-ancestors 'none'")


@pytest.mark.parametrize("path", ["/check", "/deployment"])
@pytest.mark.parametrize("site", ["cross-site", "same-site", "none"])
def test_press_that_began_on_another_site_is_refused(
    door: Door, url: str, platform_http: FakePlatform, path: str, site: str
) -> None:
    response = door.client.post(f"{url}{path}", data={"deployment_id": "1"}, headers={"Sec-Fetch-Site": site})

    assert (response.status_code, body_data(response.text)["reason"]) == (403, "form_refused")
    assert platform_http.asked == []


def test_page_shows_and_writes_nothing_personal(door: Door, url: str) -> None:
    for person in ("amina", "teacher"):
        door.enter(person)
    frame_of(door).enter("bram")
    door.launch(knob="script_in_every_claim")
    refused_now(door, "wrong_nonce")

    page = readable(door.client.get(url).text)

    for person in ("amina", "teacher", "bram"):
        known = PEOPLE[person]
        for text in (known.id, known.given_name, known.family_name, known.email, "Sociaal werk", SCRIPT):
            assert str(text) not in page


@pytest.mark.parametrize("language", ["nl", "en"])
def test_page_speaks_the_language_of_the_browser(door: Door, url: str, language: str) -> None:
    page = door.client.get(url, headers={"Accept-Language": language}).text

    assert f'<html lang="{language}"' in page
    assert spoken("What went wrong last", language) in readable(page)


def test_script_in_what_an_operator_or_platform_wrote_is_harmless(door: Door, url: str, session: Session) -> None:
    session.execute(
        update(Registration).values(name=SCRIPT, issuer=f"https://x.example/{SCRIPT}", client_id=f'"{SCRIPT}')
    )
    session.commit()

    page = door.client.get(url).text

    assert "<script>alert" not in page
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;") == 3


def test_connection_of_a_registration_that_is_gone_opens_nothing(door: Door, url: str, session: Session) -> None:
    session.delete(session.get_one(Registration, door.registration_id))
    session.commit()

    assert door.client.get(url).status_code == 404


# When somebody last came in.


def test_page_says_when_somebody_last_came_in(door: Door, url: str, clock: FrozenClock) -> None:
    assert spoken("Nobody has come in yet since the connection was made.", "nl") in words(door.client.get(url).text)
    clock.move(hours=3, minutes=7)
    door.enter()

    page = words(door.client.get(url, headers={"Accept-Language": "en"}).text)

    assert "It works. Somebody last came in around 23 November 2026, 12:07 UTC." in page


def test_launches_of_ten_minutes_are_one_note(
    door: Door, url: str, clock: FrozenClock, recorder: StatementRecorder
) -> None:
    def note() -> list[str]:
        return [text for text in recorder.writes() if "lti_last_event" in text]

    door.enter()
    assert len(note()) == 1
    clock.move(minutes=9, seconds=59)
    door.enter("bram")
    assert note() == []
    assert "09:00 UTC" in door.client.get(url).text

    clock.move(seconds=1)
    door.enter("bram")

    assert len(note()) == 1
    page = door.client.get(url).text
    assert "09:10 UTC" in page
    assert "09:00 UTC" not in page


def come_in_a_window(door: Door) -> None:
    assert door.launch().status_code == 303


def come_in_a_frame(door: Door) -> None:
    response = door.client.post("/lti/launch", data=door.prepare().fields(), headers=FRAMED)
    assert response.status_code == 303


def come_in_with_storage(door: Door) -> None:
    frame_of(door).enter()


WAYS = {"window": come_in_a_window, "frame": come_in_a_frame, "storage": come_in_with_storage}


@pytest.mark.parametrize("way", WAYS)
def test_each_way_in_is_noted_by_itself(door: Door, url: str, database: Database, way: str) -> None:
    WAYS[way](door)

    checks = shown_checks(door.client.get(url).text)

    assert {name for name in WAYS if checks[name] == "ok"} == {way}
    with database.session(writes=False) as session:
        assert session.execute(select(LastEvent.kind)).scalars().all() == [f"launched:{way}"]


def test_all_three_ways_are_shown_with_their_time(door: Door, url: str, clock: FrozenClock) -> None:
    for way in WAYS.values():
        way(door)
        clock.move(minutes=1)

    page = door.client.get(url).text

    assert {name: status for name, status in shown_checks(page).items() if name in WAYS} == dict.fromkeys(WAYS, "ok")
    for minute in ("09:00", "09:01", "09:02"):
        assert f"{minute} UTC" in page
    assert spoken("It works. Somebody last came in around %(at)s.", "nl").partition("%")[0].strip() in words(page)


def test_launch_that_is_refused_counts_as_no_launch(door: Door, url: str) -> None:
    launch = door.prepare()
    launch.claims["nonce"] = "x"
    assert door.post(launch).status_code == 403

    assert spoken("Nobody has come in yet since the connection was made.", "nl") in words(door.client.get(url).text)


def test_replayed_launch_is_a_refusal_and_not_a_launch(door: Door, url: str, clock: FrozenClock) -> None:
    launch = door.prepare()
    door.post(launch)
    clock.move(minutes=1)
    door.post(launch)

    page = door.client.get(url).text

    assert shown_refusals(page) == [("replayed", "replayed")]


# What went wrong.


def test_page_says_that_nothing_went_wrong(door: Door, url: str) -> None:
    door.enter()

    page = door.client.get(url).text

    assert shown_refusals(page) == []
    assert spoken("Nothing.", "nl") in words(page)


def test_refusals_are_told_newest_first_in_words_and_with_their_claim(
    app: Flask, door: Door, url: str, clock: FrozenClock
) -> None:
    for knob in ("wrong_nonce", "no_sub", "wrong_version"):
        refused_now(door, knob)
        clock.move(minutes=2)

    page = door.client.get(url, headers={"Accept-Language": "en"}).text

    assert shown_refusals(page) == [
        ("version_refused", "version_refused"),
        ("claim_missing", "claim_missing · sub"),
        ("nonce_different", "nonce_different"),
    ]
    with app.test_request_context(headers={"Accept-Language": "en"}):
        for reason in (Reason.VERSION_REFUSED, Reason.CLAIM_MISSING, Reason.NONCE_DIFFERENT):
            assert str(advice_for(reason)) in words(page)
    for minute in ("09:00", "09:02", "09:04"):
        assert f"23 November 2026, {minute} UTC" in page


def test_each_reason_is_told_once_as_it_was_last(door: Door, url: str, clock: FrozenClock) -> None:
    refused_now(door, "no_sub")
    clock.move(minutes=1)
    refused_now(door, "wrong_nonce")
    clock.move(minutes=1)
    refused_now(door, "no_audience")

    page = door.client.get(url).text

    assert shown_refusals(page) == [("claim_missing", "claim_missing · aud"), ("nonce_different", "nonce_different")]


def test_refused_login_is_told_too(door: Door, url: str) -> None:
    assert door.log_in(target_link_uri="https://elsewhere.example/").status_code == 400

    assert shown_refusals(door.client.get(url).text) == [("foreign_target", "foreign_target")]


def test_refusal_that_is_about_no_registration_is_told_nowhere(door: Door, url: str, database: Database) -> None:
    door.log_in(iss="https://unknown.example")
    door.launch(knob="wrong_state")
    door.log_in(login_hint=None)

    assert shown_refusals(door.client.get(url).text) == []
    assert dump(database)["lti_last_event"] == []


@pytest.mark.parametrize(("seconds", "writes"), [(0, 0), (59, 0), (60, 1), (3600, 1)])
def test_reason_is_noted_at_most_once_a_minute(
    door: Door, clock: FrozenClock, recorder: StatementRecorder, seconds: int, writes: int
) -> None:
    refused_now(door, "wrong_nonce")
    clock.move(seconds=seconds)
    launch = door.prepare()
    launch.claims["nonce"] = "x"

    door.post(launch)

    assert len(recorder.writes()) == writes


def test_reasons_and_registrations_are_noted_apart(
    door: Door, create_door: Callable[..., Door], database: Database
) -> None:
    other = create_door("https://other.example")

    for one in (door, other):
        for knob in ("wrong_nonce", "wrong_version", "wrong_nonce"):
            refused_now(one, knob)

    with database.session(writes=False) as session:
        rows = session.execute(select(LastEvent.registration_id, LastEvent.kind)).all()
    assert sorted(map(tuple, rows)) == sorted(
        (one.registration_id, f"refused:{reason}")
        for one in (door, other)
        for reason in ("nonce_different", "version_refused")
    )


def test_flood_of_everything_that_can_go_wrong_is_a_row_for_each_reason(
    door: Door, url: str, database: Database
) -> None:
    for _ in range(2):
        for knob in ("wrong_nonce", "no_sub", "expired", "broken_signature", "unknown_kid", "old_timestamps"):
            refused_now(door, knob)

    reasons = [reason for reason, _ in shown_refusals(door.client.get(url).text)]

    assert len(reasons) == len(set(reasons))
    assert len(dump(database)["lti_last_event"]) == len(reasons)


def test_clock_that_goes_back_does_not_silence_the_notes(database: Database, door: Door, clock: FrozenClock) -> None:
    events = LastEvents(database, clock)
    events.note_refusal(door.registration_id, "nonce_different", None)
    clock.move(days=-1)

    events.note_refusal(door.registration_id, "nonce_different", "later")

    with database.session(writes=False) as session:
        (row,) = session.execute(select(LastEvent)).scalars()
    assert (row.claim, row.happened_at) == ("later", START - timedelta(days=1))


def test_two_processes_note_one_row(database: Database, door: Door, clock: FrozenClock) -> None:
    for claim in ("one", "two"):
        LastEvents(database, clock).note_refusal(door.registration_id, "claim_missing", claim)

    with database.session(writes=False) as session:
        assert session.execute(select(LastEvent.claim)).scalars().all() == ["two"]


def test_claim_of_any_length_fits(database: Database, door: Door, clock: FrozenClock) -> None:
    LastEvents(database, clock).note_refusal(door.registration_id, "claim_missing", "x" * 500)

    with database.session(writes=False) as session:
        assert session.execute(select(LastEvent.claim)).scalars().all() == ["x" * 60]


def test_note_about_a_registration_that_is_gone_fails_silently(database: Database, clock: FrozenClock) -> None:
    LastEvents(database, clock).note_refusal("a" * 26, "claim_missing", None)

    assert dump(database)["lti_last_event"] == []


def test_reason_that_this_version_does_not_know_is_left_out(door: Door, url: str, session: Session) -> None:
    session.add(
        LastEvent(
            registration_id=door.registration_id, kind="refused:of_another_version", claim=None, happened_at=START
        )
    )
    session.commit()

    response = door.client.get(url)

    assert response.status_code == 200
    assert shown_refusals(response.text) == []


# Looking at the platform.


@dataclass
class FakePlatform:
    """A platform that is called without a network, and the work that goes on beside the requests."""

    tools: Instruments
    clock: FrozenClock
    fails: OutboundReason | Exception | None = None
    status: int = 200
    grants: frozenset[str] = frozenset(SCOPES)
    asked: list[str] = field(default_factory=list)
    open_connections: list[int] = field(default_factory=list)
    work: list[Callable[[], None]] = field(default_factory=list)

    def _answer(self, url: str, body: Mapping[str, Any]) -> Answer:
        self.asked.append(url)
        pool: Any = self.tools.database.engine.pool
        self.open_connections.append(pool.checkedout())
        if isinstance(self.fails, OutboundReason):
            raise OutboundError(self.fails)
        if self.fails is not None:
            raise self.fails
        headers = Message()
        headers["Date"] = format_datetime(self.clock.now(), usegmt=True)
        return Answer(self.status, headers, json.dumps(body).encode())

    def get(self, url: str, headers: Mapping[str, str] | None = None) -> Answer:
        del headers
        return self._answer(url, {"keys": [public_jwk(named_key("platform"))]})

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        del headers
        scopes = sorted(self.grants & set(parse_qs(body.decode())["scope"][0].split()))
        return self._answer(url, {"access_token": "t", "token_type": "bearer", "scope": " ".join(scopes)})

    def finish(self) -> None:
        """Do what was begun, after the request that began it."""
        while self.work:
            self.work.pop(0)()


@pytest.fixture
def platform_http(app: Flask, tools: Instruments, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> FakePlatform:
    """Put a platform in the network's place."""
    platform = FakePlatform(tools, clock)
    monkeypatch.setitem(app.extensions, PLATFORM_HTTP, platform)
    monkeypatch.setitem(app.extensions, BACKGROUND, platform.work.append)
    return platform


@pytest.fixture
def _own_key(tools: Instruments, clock: FrozenClock) -> None:
    """Give the tool a key to sign with."""
    with tools.database.session(writes=True) as session, session.begin():
        ensure_tool_key(session, tools.key_ring, clock)


def press_look(door: Door, url: str) -> TestResponse:
    return door.client.post(f"{url}/check", headers=OWN_PAGE)


def look(door: Door, url: str, platform: FakePlatform, language: str = "nl") -> str:
    """Press, wait until it is done, and return the page."""
    response = press_look(door, url)
    assert (response.status_code, response.headers.get("Location")) == (303, f"{url}#check")
    platform.finish()
    return door.client.get(url, headers={"Accept-Language": language}).text


def test_showing_the_page_asks_the_platform_nothing(door: Door, url: str, platform_http: FakePlatform) -> None:
    page = door.client.get(url).text

    assert platform_http.asked == []
    assert platform_http.work == []
    assert shown_checks(page) == {"frame": "unknown", "storage": "unknown", "window": "unknown"}
    assert spoken("Look now", "nl") in words(page)


@pytest.mark.usefixtures("_own_key")
def test_look_at_a_connection_that_works(door: Door, url: str, platform_http: FakePlatform, clock: FrozenClock) -> None:
    door.enter()
    clock.move(minutes=5)

    page = look(door, url, platform_http, "en")

    assert shown_checks(page) == {
        "keys": "ok",
        "token": "ok",
        "scopes": "ok",
        "clock": "ok",
        "frame": "unknown",
        "storage": "unknown",
        "window": "ok",
    }
    assert set(platform_http.asked) == {"https://lms.example/jwks.json", "https://lms.example/token"}
    assert "We looked on 23 November 2026, 09:05 UTC." in words(page)
    assert "Look again" in words(page)


@pytest.mark.usefixtures("_own_key")
def test_page_says_that_the_look_is_under_way_and_begins_no_second_one(
    door: Door, url: str, platform_http: FakePlatform
) -> None:
    assert press_look(door, url).status_code == 303
    assert platform_http.asked == [], "the request itself waits for nobody"

    page = door.client.get(url).text
    again = press_look(door, url)

    assert 'data-status="under-way"' in page
    assert 'data-action="check-connection"' not in page
    assert 'data-action="reload"' in page
    assert "js/reload.js" in page
    assert (again.status_code, len(platform_http.work)) == (303, 1)
    platform_http.finish()
    after = door.client.get(url).text
    assert shown_checks(after)["keys"] == "ok"
    assert "js/reload.js" not in after


@pytest.mark.usefixtures("_own_key")
def test_look_that_never_ended_is_forgotten_after_a_minute(
    door: Door, url: str, platform_http: FakePlatform, clock: FrozenClock
) -> None:
    press_look(door, url)
    platform_http.work.clear()  # its process ended
    clock.move(seconds=59)
    assert 'data-status="under-way"' in door.client.get(url).text
    clock.move(seconds=1)

    page = door.client.get(url).text

    assert 'data-status="under-way"' not in page
    assert spoken("Look now", "nl") in words(page)
    assert shown_checks(look(door, url, platform_http))["keys"] == "ok"


@pytest.mark.usefixtures("_own_key")
def test_look_that_breaks_leaves_the_page_working(
    door: Door, url: str, platform_http: FakePlatform, clock: FrozenClock
) -> None:
    platform_http.fails = RuntimeError("broken")
    press_look(door, url)
    platform_http.finish()
    clock.move(seconds=60)
    platform_http.fails = None

    assert shown_checks(look(door, url, platform_http))["keys"] == "ok"


@pytest.mark.usefixtures("_own_key")
@pytest.mark.parametrize("reason", list(OutboundReason))
@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.one_database
def test_look_at_a_connection_that_does_not_work(
    door: Door, url: str, platform_http: FakePlatform, reason: OutboundReason, language: str
) -> None:
    platform_http.fails, platform_http.status = reason, 500
    if reason is OutboundReason.BAD_STATUS:
        platform_http.fails = None  # who asks says this one

    page = look(door, url, platform_http, language)

    found = shown_checks(page)
    assert (found["keys"], found["token"], found["scopes"]) == ("wrong", "wrong", "unknown")
    assert f'<html lang="{language}"' in page
    assert spoken("Not good.", language) in words(page)


@pytest.mark.usefixtures("_own_key")
def test_new_look_takes_the_place_of_the_last(door: Door, url: str, platform_http: FakePlatform) -> None:
    platform_http.fails = OutboundReason.UNREACHABLE
    assert shown_checks(look(door, url, platform_http))["keys"] == "wrong"
    platform_http.fails = None

    assert shown_checks(look(door, url, platform_http))["keys"] == "ok"


@pytest.mark.usefixtures("_own_key")
@pytest.mark.parametrize("language", ["nl", "en"])
def test_look_says_what_is_not_allowed(
    door: Door, url: str, platform_http: FakePlatform, session: Session, language: str
) -> None:
    granted = json.dumps({"asked": [NAMES_AND_ROLES, SCORE], "scopes": [NAMES_AND_ROLES], "messages": []})
    session.execute(update(Registration).values(granted=granted))
    session.commit()
    platform_http.grants = frozenset({NAMES_AND_ROLES})

    page = look(door, url, platform_http, language)

    assert shown_checks(page)["scopes"] == "wrong"
    assert spoken("telling the gradebook who is done", language) in words(page)
    assert set(re.findall(r'data-granted="(\w+)"', page)) == {"no", "yes"}


def test_look_without_a_key_of_our_own_says_so(door: Door, url: str, platform_http: FakePlatform) -> None:
    found = shown_checks(look(door, url, platform_http))

    assert (found["keys"], found["token"], found["scopes"]) == ("ok", "unknown", "unknown")


@pytest.mark.usefixtures("_own_key")
def test_look_holds_no_transaction_while_it_waits(door: Door, url: str, platform_http: FakePlatform) -> None:
    look(door, url, platform_http)

    assert platform_http.open_connections
    assert set(platform_http.open_connections) == {0}


@pytest.mark.usefixtures("_own_key")
def test_look_writes_what_it_found_and_nothing_else(
    door: Door, url: str, platform_http: FakePlatform, witness: Witness
) -> None:
    door.enter()
    witness.remember()

    look(door, url, platform_http)

    assert platform_http.asked
    witness.assert_nothing_written(apart_from="lti_connection_check")


@pytest.mark.usefixtures("_own_key")
def test_ops_5_look_is_shown_on_the_page_of_its_own_connection_alone(
    door: Door, create_door: Callable[..., Door], tools: Instruments, url: str, platform_http: FakePlatform
) -> None:
    other = create_door("https://other.example")
    look(door, url, platform_http)

    page = door.client.get(f"/lti/connection/{invite(tools, other.registration_id)}").text

    assert "keys" not in shown_checks(page)


def test_looks_are_limited_to_twenty_a_minute(
    door: Door,
    create_door: Callable[..., Door],
    tools: Instruments,
    url: str,
    platform_http: FakePlatform,
    clock: FrozenClock,
    witness: Witness,
) -> None:
    other = create_door("https://other.example")
    for _ in range(20):
        assert press_look(door, url).status_code == 303
        platform_http.finish()
    asked = len(platform_http.asked)

    refused = press_look(door, url)
    platform_http.finish()

    assert (refused.status_code, body_data(refused.text)["reason"]) == (429, "too_often")
    assert len(platform_http.asked) == asked
    assert door.client.get(url).status_code == 200
    second = f"/lti/connection/{invite(tools, door.registration_id)}"
    assert press_look(door, second).status_code == 429, "another address of the same connection"
    theirs = f"/lti/connection/{invite(tools, other.registration_id)}"
    assert press_look(door, theirs).status_code == 303
    clock.move(seconds=60)
    assert press_look(door, url).status_code == 303
    assert witness.events("kernel:limits:not_shared") == [], "counting must not wait for the request's own lock"


# The command.


@pytest.fixture
def run(app: Flask) -> Callable[..., Result]:
    return lambda *words: app.test_cli_runner().invoke(args=["lti", "connection", *words])


@pytest.mark.parametrize(("words", "days"), [((), 90), (("--days", "1"), 1), (("--days", "365"), 365)])
def test_command_makes_an_address(
    door: Door, run: Callable[..., Result], clock: FrozenClock, words: tuple[str, ...], days: int
) -> None:
    result = run("--registration", door.registration_id, *words)

    answer = json.loads(result.stdout)
    assert (result.exit_code, result.stderr) == (0, "")
    assert re.fullmatch(rf"{BASE_URL}/lti/connection/[\w-]{{43}}", answer["url"])
    assert answer["expires_at"] == (START + timedelta(days=days)).isoformat(timespec="seconds")
    assert door.client.get(answer["url"]).status_code == 200
    clock.move(days=days)
    assert door.client.get(answer["url"]).status_code == 403


def test_command_makes_another_address_each_time_and_both_work(door: Door, run: Callable[..., Result]) -> None:
    urls = [json.loads(run("--registration", door.registration_id).stdout)["url"] for _ in range(2)]

    assert urls[0] != urls[1]
    assert [door.client.get(url).status_code for url in urls] == [200, 200]


@pytest.mark.parametrize("registration_id", ["nobody", "a" * 26, ""])
def test_command_for_an_unknown_registration_says_so_in_one_line(
    door: Door, run: Callable[..., Result], session: Session, registration_id: str
) -> None:
    del door
    session.rollback()

    result = run("--registration", registration_id)

    assert (result.exit_code, result.stdout) == (1, "")
    (line,) = result.stderr.splitlines()
    assert "there is no registration" in line
    assert session.execute(select(Invite.id)).all() == []


@pytest.mark.parametrize("days", ["0", "366", "-1", "x"])
def test_command_with_a_lifetime_that_cannot_be_says_so(door: Door, run: Callable[..., Result], days: str) -> None:
    result = run("--registration", door.registration_id, "--days", days)

    assert result.exit_code != 0
    assert result.stdout == ""
    assert "--days" in result.stderr


def test_address_of_the_page_can_be_used_again_and_again(door: Door, url: str) -> None:
    assert [door.client.get(url).status_code for _ in range(3)] == [200, 200, 200]


def test_deployments_of_a_connection_are_listed(door: Door, url: str, session: Session) -> None:
    session.execute(update(Deployment).values(is_approved=False))
    session.commit()

    page = door.client.get(url, headers={"Accept-Language": "en"}).text

    assert 'data-status="waiting"' in page
    assert 'data-status="approved"' not in page
    assert "None yet. Open the learning line from a course" in words(page)


def test_revoked_addresses_open_nothing_any_more(door: Door, app: Flask, run: Callable[..., Result]) -> None:
    path = json.loads(run("--registration", door.registration_id).output)["url"].removeprefix(BASE_URL)
    assert door.client.get(path).status_code == 200

    revoked = app.test_cli_runner().invoke(args=["lti", "revoke-addresses", "--registration", door.registration_id])

    assert json.loads(revoked.output)["revoked"] == 1
    assert door.client.get(path).status_code == 404
