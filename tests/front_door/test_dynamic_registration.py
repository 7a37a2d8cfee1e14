"""Dynamic registration: one invite, one press, one connection; and whatever goes wrong, nothing is half there."""

from __future__ import annotations

import html
import json
import re
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from lti_tool.connection import registration_service
from lti_tool.connection.next_steps import next_steps
from lti_tool.connection.registration_words import refusal_words
from lti_tool.lti.dynamic_registration import RegistrationReason, _may_speak_for
from lti_tool.lti.invites import InviteReason, Purpose, create_invite, erase_expired_invites, find_invite
from lti_tool.lti.models import Deployment, Invite, PlatformKeys, Registration, ToolKey
from lti_tool.lti.outbound import PLATFORM_HTTP, Answer, OutboundError, OutboundReason, PlatformHttp
from lti_tool.lti.tool_configuration import SCOPES
from tests.demo_lms.configuration import describe_platform, spoil_configuration
from tests.demo_lms.platform import Platform
from tests.demo_lms.registration import Registrar, RegistrationError
from tests.demo_lms.tools import CANVAS, MOODLE
from tests.door import Door
from tests.front_door.witness import Witness, body_data, dump
from tests.police import BASE_URL, PolicingClient

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from click.testing import Result
    from flask import Flask
    from sqlalchemy.orm import Session
    from werkzeug.test import TestResponse

    from lti_tool.kernel.database import Database
    from lti_tool.web.edge import Instruments
    from tests.clock import FrozenClock
    from tests.conftest import PlatformKeyServer

FOLDER = Path(__file__).parents[1] / "fixtures" / "moodle"
ISSUER = "https://lms.example"
CONFIGURATION, REGISTER = f"{ISSUER}/openid-configuration", f"{ISSUER}/register"
OWN = {"Sec-Fetch-Site": "same-origin", "Accept-Language": "en"}
PLATFORM = "https://purl.imsglobal.org/spec/lti-platform-configuration"
TOOL = "https://purl.imsglobal.org/spec/lti-tool-configuration"


def fixture(name: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text())
    return read


def say(value: object, status: int = 200) -> Callable[[bytes | None], Answer]:
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    return lambda _sent: Answer(status, {}, body)


def fail(reason: OutboundReason) -> Callable[[bytes | None], Answer]:
    def answer(_sent: bytes | None) -> Answer:
        raise OutboundError(reason)

    return answer


class Wire(PlatformHttp):
    """Stands for the network: answers at each address with what a test put there, and remembers what was sent."""

    def __init__(self) -> None:
        super().__init__(allow_loopback=True)
        self.answers: dict[str, Callable[[bytes | None], Answer]] = {}
        self.heard: list[tuple[str, str, Mapping[str, str], bytes | None]] = []

    def _ask(self, method: str, url: str, body: bytes | None, headers: Mapping[str, str]) -> Answer:
        self.check_address(url)
        self.heard.append((method, url, headers, body))
        return self.answers[url](body)

    def sent(self, method: str) -> list[str]:
        return [url for name, url, _, _ in self.heard if name == method]


@dataclass
class Office:
    """An administrator with an LMS, an invite and a browser."""

    client: PolicingClient
    tools: Instruments
    wire: Wire
    platform: Platform = field(default_factory=lambda: Platform(ISSUER, "unused", "unused"))
    family: str = MOODLE

    def __post_init__(self) -> None:
        self.registrar = Registrar(self.platform)
        self.configuration = describe_platform(self.platform, self.family, REGISTER)
        self.token = self.registrar.issue_token(self.family, self.tools.clock.timestamp())
        self.wire.answers = {CONFIGURATION: say(self.configuration), REGISTER: self._register}

    def _register(self, sent: bytes | None) -> Answer:
        try:
            answer = self.registrar.register(self.token, json.loads(sent or b""), self.tools.clock.timestamp())
        except RegistrationError as error:
            return Answer(error.status, {}, error.code.encode())
        return Answer(200, {}, json.dumps(answer).encode())

    def become(self, family: str) -> None:
        self.family = family
        self.__post_init__()

    def invite(self, registration_id: str | None = None, purpose: Purpose = Purpose.REGISTER) -> str:
        with self.tools.database.session(writes=True) as session, session.begin():
            lifetime = timedelta(days=7)
            return create_invite(session, purpose, self.tools.clock, lifetime=lifetime, registration_id=registration_id)

    def look(self, invite: str, url: str = CONFIGURATION) -> TestResponse:
        query = urlencode({"openid_configuration": url, "registration_token": self.token})
        return self.client.get(f"/lti/register/{invite}?{query}", headers={"Sec-Fetch-Dest": "iframe", **OWN})

    def press(self, invite: str, url: str = CONFIGURATION, headers: Mapping[str, str] = OWN) -> TestResponse:
        data = {"openid_configuration": url, "registration_token": self.token}
        return self.client.post(f"/lti/register/{invite}", data=data, headers=headers)

    def request(self) -> dict[str, Any]:
        """What the tool asked the platform for."""
        ((_, _, _, body),) = [heard for heard in self.wire.heard if heard[0] == "POST"]
        asked: dict[str, Any] = json.loads(body or b"")
        return asked

    def registration(self) -> Registration:
        with self.tools.database.session(writes=False) as session:
            return session.execute(select(Registration)).scalar_one()


@pytest.fixture
def office(app: Flask, tools: Instruments) -> Iterator[Office]:
    real, wire = app.extensions[PLATFORM_HTTP], Wire()
    app.extensions[PLATFORM_HTTP] = wire
    client = app.test_client()
    assert isinstance(client, PolicingClient)
    yield Office(client, tools, wire)
    app.extensions[PLATFORM_HTTP] = real


def ancestors(response: TestResponse) -> list[str]:
    return response.headers["Content-Security-Policy"].partition("frame-ancestors ")[2].split()


def assert_refused(response: TestResponse, reason: str, status: int) -> None:
    page = body_data(response.text)
    assert (page["page"], page.get("reason"), response.status_code) == ("register-refused", reason, status)


# Looking changes nothing.


def test_invite_opened_by_hand_says_where_its_address_goes(office: Office) -> None:
    invite = office.invite()

    response = office.client.get(f"/lti/register/{invite}")

    assert response.status_code == 200
    assert body_data(response.text)["page"] == "register-where"
    assert f"{BASE_URL}/lti/register/{invite}" in response.text
    assert ancestors(response) == ["'none'"]
    assert office.wire.heard == []


def test_page_says_who_asks_and_what_for_in_words(office: Office) -> None:
    response = office.look(office.invite())

    assert response.status_code == 200
    assert body_data(response.text)["page"] == "register"
    assert f"Moodle at {ISSUER} asks" in response.text
    assert "purl.imsglobal.org" not in response.text
    assert office.wire.sent("POST") == []


def test_page_may_be_opened_as_often_as_mail_scanners_like(office: Office, database: Database) -> None:
    invite = office.invite()
    before = dump(database)

    for _ in range(2):
        assert office.look(invite).status_code == 200

    assert dump(database) == before
    assert office.press(invite).status_code == 200


def test_invite_calls_its_platform_thirty_times_a_minute_at_most(office: Office) -> None:
    invite = office.invite()

    answers = [office.look(invite).status_code for _ in range(35)]

    assert answers == [200] * 30 + [429] * 5
    assert len(office.wire.heard) == 30


def test_database_that_goes_away_after_the_platform_said_yes_is_told_as_it_is(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def be_away(*_given: Any, **_options: Any) -> None:
        raise OperationalError("INSERT", None, Exception("away"))

    monkeypatch.setattr(registration_service, "store_registration", be_away)

    assert_refused(office.press(office.invite()), "answer_lost", 503)


def test_token_is_shown_on_reading_too_as_canvas_wants(office: Office) -> None:
    office.look(office.invite())

    ((_, url, headers, _),) = office.wire.heard
    assert (url, headers["Authorization"]) == (CONFIGURATION, f"Bearer {office.token}")


def test_platform_without_a_token_is_asked_without_one(office: Office) -> None:
    office.token = ""

    office.look(office.invite())

    assert "Authorization" not in office.wire.heard[0][2]


def test_page_says_what_the_platform_does_not_offer(office: Office) -> None:
    office.wire.answers[CONFIGURATION] = say(office.configuration | {"scopes_supported": []})

    page = office.look(office.invite()).text

    assert page.count("does not offer this") == 3


@pytest.mark.parametrize("page", ["look", "press"])
def test_page_is_framed_by_the_platform_alone(office: Office, page: str) -> None:
    response = getattr(office, page)(office.invite())

    assert response.status_code == 200
    assert ancestors(response) == [ISSUER]


# One press.


def test_press_makes_a_connection_that_launches(
    app: Flask, office: Office, clock: FrozenClock, key_server: PlatformKeyServer, content: Any
) -> None:
    del content
    office.press(office.invite())
    (registered,) = office.registrar.tools.values()
    office.registrar.activate(registered.client_id)
    platform = Platform(ISSUER, registered.client_id, registered.deployment_id, key=office.platform.key)
    key_server.serve(platform)
    client = app.test_client()
    assert isinstance(client, PolicingClient)

    door = Door(client, platform, clock, office.registration().id)

    assert door.launch().status_code == 303


def test_everything_the_platform_said_is_kept(office: Office, session: Session) -> None:
    invite = office.invite()

    office.press(invite)

    (tool,) = office.registrar.tools.values()
    found = office.registration()
    assert (found.issuer, found.client_id, found.family, found.name) == (ISSUER, tool.client_id, MOODLE, "lms.example")
    assert found.authorization_endpoint == f"{ISSUER}/authorize"
    assert (found.token_endpoint, found.jwks_uri) == (f"{ISSUER}/token", f"{ISSUER}/jwks.json")
    assert found.token_audience is None
    asked = [scope for scope in SCOPES if "notice" not in scope]
    granted = json.loads(found.granted or "")
    assert granted == {"scopes": asked, "asked": asked, "messages": ["LtiResourceLinkRequest"]}
    (deployment,) = session.execute(select(Deployment)).scalars()
    assert (deployment.deployment_id, deployment.is_approved) == (tool.deployment_id, True)
    used = session.execute(select(Invite).filter_by(purpose="register")).scalar_one()
    assert (used.registration_id, used.used_at, used.claimed_until) == (found.id, office.tools.clock.now(), None)
    assert session.execute(select(ToolKey)).scalars().first() is not None, "the platform may ask for our keys at once"


def test_answer_that_moodle_gave_is_understood(office: Office, session: Session) -> None:
    url = "http://127.0.0.1:8080/mod/lti/openid-configuration.php"
    moodle, answer = fixture("openid-configuration"), fixture("registration-response")
    office.wire.answers = {url: say(moodle), moodle["registration_endpoint"]: say(answer)}

    response = office.press(office.invite(), url)

    assert response.status_code == 200
    found = office.registration()
    assert (found.issuer, found.client_id, found.family) == ("http://127.0.0.1:8080", "uI67tbGwpL0uY7z", "moodle")
    assert found.authorization_endpoint == "http://127.0.0.1:8080/mod/lti/auth.php"
    granted = json.loads(found.granted or "")
    assert granted["scopes"] == granted["asked"] == [scope for scope in SCOPES if "notice" not in scope]
    (deployment,) = session.execute(select(Deployment)).scalars()
    assert deployment.deployment_id == "2"
    custom = office.request()[TOOL]["custom_parameters"]
    assert custom == {"group_ids": "$Moodle.Person.userGroupIds", "context_history": "$Context.id.history"}


def test_result_gives_the_address_of_the_connection_page(office: Office) -> None:
    page = office.press(office.invite()).text

    (secret,) = set(re.findall(rf"{BASE_URL}/lti/connection/([A-Za-z0-9_-]{{43}})", page))
    with office.tools.database.session(writes=False) as session:
        found = find_invite(session, secret, Purpose.CONNECTION, office.tools.clock)
        assert found.registration_id == office.registration().id
        row = session.get(Invite, found.id)
        assert row is not None
        assert row.expires_at - row.created_at == timedelta(days=90)


def test_result_closes_frame_or_window_by_a_button(office: Office) -> None:
    page = office.press(office.invite()).text

    assert re.search(r'<script type="module" src="/static/js/close\.js\?v=\w+">', page)
    assert 'data-action="close"' in page


@pytest.mark.parametrize(
    ("family", "word"),
    [
        ("moodle", "Activate"),
        ("canvas", "Developer Keys"),
        ("desire2learn", "Manage Extensibility"),
        ("ilias", "ILIAS"),
    ],
)
def test_result_says_what_to_press_in_their_own_platform(office: Office, family: str, word: str) -> None:
    office.configuration[PLATFORM]["product_family_code"] = family
    office.wire.answers[CONFIGURATION] = say(office.configuration)

    page = html.unescape(office.press(office.invite()).text)

    assert word in page
    assert all(str(step) in page for step in next_steps(family, is_new=True))
    assert office.registration().client_id in page


def test_result_says_what_was_not_granted_and_what_that_means(office: Office) -> None:
    def grant_less(sent: bytes | None) -> Answer:
        answer = office.registrar.register(
            office.token, json.loads(sent or b""), office.tools.clock.timestamp(), grant=lambda scope: "nrps" in scope
        )
        return Answer(201, {}, json.dumps(answer).encode())

    office.wire.answers[REGISTER] = grant_less

    page = office.press(office.invite()).text

    assert page.count('data-granted="yes"') == 1
    assert page.count('data-granted="no"') == 2
    assert "The gradebook then stays as it is" in page
    assert json.loads(office.registration().granted or "")["scopes"] == [SCOPES[0]]


def test_platform_that_says_nothing_of_scopes_granted_what_was_asked(office: Office) -> None:
    office.wire.answers[REGISTER] = say({"client_id": "tool-1"})

    office.press(office.invite())

    granted = json.loads(office.registration().granted or "")
    assert granted["scopes"] == granted["asked"] != []


# What is asked.


@pytest.mark.parametrize(
    ("supported", "asked"),
    [
        (list(SCOPES), list(SCOPES)),
        ([SCOPES[3], "https://example.org/all", "openid", 7], [SCOPES[3]]),
        ([], []),
        (None, list(SCOPES)),
    ],
    ids=["all", "some", "none", "not-said"],
)
def test_only_what_the_platform_has_and_we_need_is_asked(office: Office, supported: Any, asked: list[str]) -> None:
    office.configuration["scopes_supported"] = supported
    office.wire.answers[CONFIGURATION] = say(office.configuration)

    office.press(office.invite())

    assert office.request()["scope"].split() == asked


def test_request_asks_for_a_name_at_most_and_holds_what_moodle_wants(office: Office) -> None:
    office.press(office.invite())

    asked = office.request()
    tool = asked[TOOL]
    assert tool["claims"] == ["iss", "sub", "name"]
    assert (tool["domain"], tool["target_link_uri"]) == ("tool.example", f"{BASE_URL}/lti/launch")
    assert (asked["initiate_login_uri"], asked["redirect_uris"]) == (
        f"{BASE_URL}/lti/login",
        [f"{BASE_URL}/lti/launch"],
    )
    assert asked["jwks_uri"] == f"{BASE_URL}/lti/jwks.json"
    assert (asked["client_name#nl"], asked["client_name#en"]) == ("Leerlijn", "Learning line")
    assert [message["type"] for message in tool["messages"]] == ["LtiResourceLinkRequest"]
    assert not [name for name in tool if "canvas" in name]


@pytest.mark.parametrize(("language", "title"), [("nl-NL", "Leerlijn"), ("en", "Learning line")])
def test_tool_is_called_as_its_administrator_speaks(office: Office, language: str, title: str) -> None:
    office.press(office.invite(), headers={**OWN, "Accept-Language": language})

    assert office.request()["client_name"] == title


def test_logo_that_is_named_is_there(office: Office) -> None:
    office.press(office.invite())

    with office.client.get(office.request()["logo_uri"].removeprefix(BASE_URL)) as logo:
        assert (logo.status_code, logo.mimetype) == (200, "image/svg+xml")


def test_canvas_gets_its_own_words(office: Office) -> None:
    office.become(CANVAS)

    office.press(office.invite())

    tool = office.request()[TOOL]
    assert tool["https://canvas.instructure.com/lti/privacy_level"] == "name_only"
    assert tool["https://canvas.instructure.com/lti/tool_id"] == "rugzak"
    (message,) = tool["messages"]
    assert message["placements"] == ["course_navigation"]
    assert message["https://canvas.instructure.com/lti/course_navigation/default_enabled"] is False
    assert tool["custom_parameters"] == {
        "high_contrast": "$Canvas.user.prefersHighContrast",
        "brand": "$com.instructure.brandConfigJSON",
        "group_ids": "$Canvas.group.contextIds",
        "section_ids": "$Canvas.course.sectionIds",
        "section_restricted": "$Canvas.course.sectionRestricted",
        "context_history": "$Context.id.history",
    }


def test_canvas_names_the_institution_and_no_deployment(office: Office, session: Session) -> None:
    office.become(CANVAS)

    page = office.press(office.invite()).text

    assert office.registration().name == "Hogeschool Voorbeeld"
    assert session.execute(select(Deployment)).first() is None
    assert "not approved yet" in page


def test_deployment_that_canvas_names_beside_the_client_id_is_approved(office: Office, session: Session) -> None:
    office.wire.answers[REGISTER] = say({"client_id": "170000000000123", "deployment_id": "9:8865aa05"})

    office.press(office.invite())

    (deployment,) = session.execute(select(Deployment)).scalars()
    assert (deployment.deployment_id, deployment.is_approved) == ("9:8865aa05", True)


@pytest.mark.parametrize(
    ("server", "kept"),
    [
        ("https://api.brightspace.com/auth/token", "https://api.brightspace.com/auth/token"),
        ("sso.canvaslms.com", None),
        (f"{ISSUER}/token", None),
        ("", None),
        (None, None),
    ],
)
def test_audience_of_tokens_is_kept_where_it_is_an_address(
    office: Office, server: str | None, kept: str | None
) -> None:
    """Canvas names a bare host, and wants the address of its token endpoint all the same."""
    office.wire.answers[CONFIGURATION] = say(office.configuration | {"authorization_server": server})

    office.press(office.invite())

    assert office.registration().token_audience == kept


def test_canvas_cloud_speaks_for_its_issuer_and_frames_us_anywhere_below(office: Office) -> None:
    office.become(CANVAS)
    issuer, url = "https://canvas.beta.instructure.com", "https://sso.beta.canvaslms.com/api/lti/openid-configuration"
    there = "https://uni.beta.instructure.com/api/lti/registrations"
    office.wire.answers = {
        url: say(office.configuration | {"issuer": issuer, "registration_endpoint": there}),
        there: say({"client_id": "170000000000123"}),
    }

    response = office.press(office.invite(), url)

    assert response.status_code == 200
    assert office.registration().issuer == issuer
    assert {"https://*.beta.instructure.com", "https://uni.beta.instructure.com"} <= set(ancestors(response))


@pytest.mark.parametrize(
    ("url", "issuer", "may"),
    [
        (CONFIGURATION, ISSUER, True),
        (CONFIGURATION, f"{ISSUER}/", True),
        (f"{ISSUER}:443/x", ISSUER, True),  # the usual port, written out: the same site
        (f"{ISSUER}:8443/x", f"{ISSUER}:8443", True),
        (f"{ISSUER}:8443/x", ISSUER, False),
        ("http://lms.example/x", ISSUER, False),
        (f"{ISSUER}/moodle/mod/lti/openid-configuration.php", f"{ISSUER}/moodle", True),
        (f"{ISSUER}/evil/openid-configuration", f"{ISSUER}/moodle", False),
        (f"{ISSUER}/moodle-evil/openid-configuration", f"{ISSUER}/moodle", False),
        ("https://evil.example/x", ISSUER, False),
        ("https://lms.example.evil.example/x", ISSUER, False),
        ("https://evil.example/x", "https://canvas.instructure.com", False),
        ("https://uni.instructure.com/x", "https://canvas.instructure.com", False),
        ("https://canvas.instructure.com/x", "https://canvas.instructure.com", True),
        ("https://sso.canvaslms.com/x", "https://canvas.instructure.com", True),
        ("https://sso.canvaslms.com/x", "https://canvas.test.instructure.com", False),
        ("https://sso.test.canvaslms.com/x", "https://canvas.test.instructure.com", True),
        ("https://canvas.instructure.com/x", "https://sso.canvaslms.com", False),
    ],
)
def test_configuration_speaks_for_its_own_issuer_only(url: str, issuer: str, *, may: bool) -> None:
    assert _may_speak_for(url, issuer) is may


# Whatever goes wrong: a page in words, nothing half there, and the invite works afterwards.

FAULTS: dict[str, tuple[Callable[[dict[str, Any]], Callable[[bytes | None], Answer]], str, int]] = {
    "other_issuer": (lambda c: say(spoil_configuration(c, "other_issuer")), "issuer_different", 400),
    "no_endpoint": (lambda c: say(spoil_configuration(c, "no_endpoint")), "configuration_incomplete", 400),
    "http_endpoint": (lambda c: say(spoil_configuration(c, "http_endpoint")), "endpoint_not_allowed", 400),
    "http_login": (lambda c: say(c | {"authorization_endpoint": "http://lms.example/x"}), "endpoint_not_allowed", 400),
    "no_platform": (lambda c: say({k: v for k, v in c.items() if k != PLATFORM}), "configuration_incomplete", 400),
    "script": (lambda c: say(c | {"jwks_uri": "javascript:alert(1)"}), "endpoint_not_allowed", 400),
    "long_issuer": (lambda c: say(c | {"issuer": f"{ISSUER}/{'x' * 500}"}), "configuration_incomplete", 400),
    "no_key": (
        lambda c: say(c | {"token_endpoint_auth_methods_supported": ["client_secret_basic"]}),
        "not_supported",
        400,
    ),
    "list": (lambda _: say([]), "configuration_incomplete", 400),
    "null": (lambda _: say(None), "configuration_incomplete", 400),
    "html": (lambda _: say(b"<!doctype html><title>Log in</title>"), "not_json", 400),
    "missing": (lambda _: say({}, 404), "configuration_refused", 400),
    "broken": (lambda _: say({}, 500), "configuration_refused", 400),
    "token": (lambda _: say(b"token_already_used", 401), "token_refused", 403),
    "huge": (lambda _: fail(OutboundReason.TOO_LARGE), "too_large", 400),
    "slow": (lambda _: fail(OutboundReason.TOO_SLOW), "too_slow", 503),
    "redirect": (lambda _: fail(OutboundReason.REDIRECTED), "redirected", 400),
    "away": (lambda _: fail(OutboundReason.UNREACHABLE), "unreachable", 503),
    "certificate": (lambda _: fail(OutboundReason.CERTIFICATE), "certificate", 503),
    "private": (lambda _: fail(OutboundReason.ADDRESS), "address_not_allowed", 400),
}


@pytest.mark.parametrize("fault", sorted(FAULTS))
@pytest.mark.one_database
def test_configuration_with_a_fault_connects_nothing(office: Office, database: Database, fault: str) -> None:
    make, reason, status = FAULTS[fault]
    invite, before = office.invite(), dump(database)
    office.wire.answers[CONFIGURATION] = make(office.configuration)

    for response in (office.look(invite), office.press(invite)):
        assert_refused(response, reason, status)

    assert dump(database) == before
    assert office.wire.sent("POST") == []
    office.wire.answers[CONFIGURATION] = say(office.configuration)
    assert office.press(invite).status_code == 200


ANSWERS: dict[str, tuple[Callable[[bytes | None], Answer], str, int]] = {
    "400": (say(b"domain_targetlinkuri_mismatch", 400), "platform_refused", 400),
    "401": (say(b"token_already_used", 401), "token_refused", 403),
    "403": (say({"error": "invalid_token"}, 403), "token_refused", 403),
    "500": (say(b"<!doctype html>", 500), "platform_broken", 503),
    "html": (say(b"<!doctype html>"), "answer_incomplete", 503),
    "list": (say([1]), "answer_incomplete", 503),
    "no_client_id": (say({"client_name": "x"}), "answer_incomplete", 503),
    "empty_client_id": (say({"client_id": " "}), "answer_incomplete", 503),
    "long_client_id": (say({"client_id": "x" * 256}), "answer_incomplete", 503),
    "odd_client_id": (say({"client_id": {"a": 1}}), "answer_incomplete", 503),
    "nul": (say({"client_id": "a\0b"}), "answer_incomplete", 503),
    "control": (say({"client_id": "a\x90b"}), "answer_incomplete", 503),
    "no_character": (say({"client_id": "a\ufdd0b"}), "answer_incomplete", 503),
    "long_deployment": (say({"client_id": "x", TOOL: {"deployment_id": "x" * 256}}), "answer_incomplete", 503),
    "slow": (fail(OutboundReason.TOO_SLOW), "answer_lost", 503),
    "gone": (fail(OutboundReason.UNREACHABLE), "answer_lost", 503),
    "redirect": (fail(OutboundReason.REDIRECTED), "redirected", 400),
    "private": (fail(OutboundReason.ADDRESS), "address_not_allowed", 400),
}


@pytest.mark.parametrize("fault", sorted(ANSWERS))
@pytest.mark.one_database
def test_answer_with_a_fault_connects_nothing(office: Office, session: Session, fault: str) -> None:
    answer, reason, status = ANSWERS[fault]
    invite, good = office.invite(), office.wire.answers[REGISTER]
    office.wire.answers[REGISTER] = answer

    assert_refused(office.press(invite), reason, status)

    assert session.execute(select(Registration)).first() is None
    row = session.execute(select(Invite)).scalar_one()
    assert (row.used_at, row.claimed_until) == (None, None)
    session.rollback()
    office.wire.answers[REGISTER] = good
    assert office.press(invite).status_code == 200


@pytest.mark.parametrize(
    ("answer", "shown"),
    [
        (say(b"missing_domain", 400), "missing_domain"),
        (say({"error": "invalid_redirect_uri", "error_description": "x"}, 400), "invalid_redirect_uri"),
        (say(b"<script>alert(1)</script>", 400), None),
        (say({"error": "<b>x</b>"}, 400), None),
        (say({"error": ["x"]}, 400), None),
        (say(b"x" * 101, 400), None),
    ],
)
def test_platforms_own_word_is_shown_when_it_is_a_code(
    office: Office, answer: Callable[[bytes | None], Answer], shown: str | None
) -> None:
    office.wire.answers[REGISTER] = answer

    page = office.press(office.invite()).text

    assert ("Your learning environment itself says" in page) is (shown is not None)
    assert shown is None or shown in page
    assert "<b>x" not in page
    assert "<script>alert" not in page


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("", "request_malformed"),
        ("https://lms.example/" + "x" * 6000, "request_malformed"),
        ("http://lms.example/", "address_not_allowed"),
        ("javascript:alert(1)", "address_not_allowed"),
        ("https://user:secret@lms.example/", "address_not_allowed"),
        ("https://lms.example/\r\nX: 1", "address_not_allowed"),
        ("https://lms.example/\0", "address_not_allowed"),
    ],
)
def test_address_that_no_platform_has_is_never_called(office: Office, url: str, reason: str) -> None:
    invite = office.invite()

    for response in (office.look(invite, url), office.press(invite, url)):
        assert_refused(response, reason, 400)

    assert office.wire.heard == []


@pytest.mark.parametrize("token", ["a b", "a\r\nX: 1", "ä", "x" * 8001, "{}"])
def test_token_that_is_none_is_never_sent(office: Office, token: str) -> None:
    office.token = token

    assert_refused(office.press(office.invite()), "request_malformed", 400)

    assert office.wire.heard == []


def test_refusal_can_be_read_in_any_frame_and_holds_no_secret(office: Office) -> None:
    invite = office.invite()
    office.wire.answers[CONFIGURATION] = fail(OutboundReason.TOO_SLOW)

    response = office.look(invite)

    assert ancestors(response) == ["*"]
    assert invite not in response.text
    assert office.token not in response.text


def test_every_reason_has_words() -> None:
    reasons = (*InviteReason, *RegistrationReason, *OutboundReason)

    assert len({reason.value for reason in reasons}) == len(reasons)
    assert all(refusal_words(reason).paragraphs for reason in reasons)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)
NAMES = ["issuer", "registration_endpoint", "authorization_server", "scopes_supported", "response_types_supported"]
OWN_NAMES = [
    "product_family_code",
    "variables",
    "messages_supported",
    "https://canvas.instructure.com/lti/account_name",
]
ONE_APP = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)


@ONE_APP
@given(name=st.sampled_from(NAMES + OWN_NAMES), value=JSON)
def test_configuration_with_anything_in_it_is_read_or_refused(office: Office, name: str, value: Any) -> None:
    changed = dict(office.configuration)
    if name in NAMES:
        changed[name] = value
    else:
        changed[PLATFORM] = {**changed[PLATFORM], name: value}
    office.wire.answers[CONFIGURATION] = say(changed)

    assert office.look(office.invite()).status_code in (200, 400)


@ONE_APP
@given(name=st.sampled_from(["client_id", "deployment_id", "scope", TOOL]), value=JSON)
def test_answer_with_anything_in_it_is_kept_or_refused(office: Office, name: str, value: Any) -> None:
    office.wire.answers[REGISTER] = say({"client_id": "tool-1", name: value})

    # The same tool a second time is for an invite of its own.
    assert office.press(office.invite()).status_code in (200, 403, 503)


def test_script_in_what_the_platform_says_stays_text(office: Office) -> None:
    evil = "<script>alert(1)</script>"
    office.configuration[PLATFORM] |= {"https://canvas.instructure.com/lti/account_name": evil}
    office.wire.answers[CONFIGURATION] = say(office.configuration)
    office.wire.answers[REGISTER] = say({"client_id": evil})
    invite = office.invite()

    pages = [office.look(invite), office.press(invite)]

    assert [page.status_code for page in pages] == [200, 200]
    assert all("<script>alert" not in page.text for page in pages)


@pytest.mark.parametrize("path", ["/a/../b/c", "/a/%2e%2e/b/c", "/a/./c", "/%61/c", "/a\\..\\b/c"])
def test_address_that_a_server_may_read_otherwise_speaks_for_nobody(office: Office, path: str) -> None:
    office.configuration |= {"issuer": f"{ISSUER}/a"}
    office.wire.answers[f"{ISSUER}{path}"] = say(office.configuration)

    assert office.look(office.invite(), f"{ISSUER}{path}").status_code == 400


# The invite.


@pytest.mark.parametrize(
    ("spoil", "reason", "status"),
    [
        (lambda _office, invite: invite[:-1] + ("A" if invite[-1] != "A" else "B"), "invite_unknown", 404),
        (lambda _office, _invite: "x", "invite_unknown", 404),
        (lambda _office, _invite: "é\u202e%00", "invite_unknown", 404),
        (lambda office, invite: office.tools.clock.move(days=7) or invite, "invite_expired", 403),
        (lambda office, invite: office.press(invite) and invite, "invite_used", 403),
    ],
    ids=["unknown", "short", "odd", "expired", "used"],
)
def test_invite_that_is_not_valid_opens_nothing(
    office: Office, spoil: Callable[[Office, str], str], reason: str, status: int
) -> None:
    invite = spoil(office, office.invite())
    office.wire.heard.clear()

    for response in (office.look(invite), office.press(invite), office.client.get(f"/lti/register/{invite}")):
        assert_refused(response, reason, status)

    assert office.wire.heard == []


def test_invite_to_a_connection_page_registers_nothing(office: Office) -> None:
    office.press(office.invite())
    invite = office.invite(office.registration().id, Purpose.CONNECTION)

    assert_refused(office.press(invite), "invite_unknown", 404)


def test_two_presses_at_once_register_once(office: Office) -> None:
    invite, register = office.invite(), office.wire.answers[REGISTER]
    inner: list[TestResponse] = []

    def press_again(sent: bytes | None) -> Answer:
        inner.append(office.press(invite))
        return register(sent)

    office.wire.answers[REGISTER] = press_again

    assert office.press(invite).status_code == 200
    assert_refused(inner[0], "invite_busy", 403)
    assert len(office.registrar.tools) == 1


def test_press_that_died_leaves_the_invite_to_another_after_two_minutes(
    office: Office, clock: FrozenClock, session: Session
) -> None:
    invite = office.invite()
    session.execute(select(Invite)).scalar_one().claimed_until = clock.now() + timedelta(minutes=2)
    session.commit()

    clock.move(seconds=119)
    assert_refused(office.press(invite), "invite_busy", 403)
    clock.move(seconds=1)
    assert office.press(invite).status_code == 200


def test_press_from_another_site_is_refused(office: Office) -> None:
    response = office.press(office.invite(), headers={"Sec-Fetch-Site": "cross-site"})

    assert response.status_code == 403
    assert office.wire.heard == []


def test_secrets_are_stored_and_logged_nowhere(office: Office, witness: Witness, database: Database) -> None:
    invite = office.invite()

    office.look(invite)
    page = office.press(invite).text
    office.press(invite)

    (secret,) = set(re.findall(r"/lti/connection/([A-Za-z0-9_-]{43})", page))
    kept = json.dumps(dump(database)) + "\n".join(witness.lines)
    assert not [one for one in (invite, secret, office.token) if one in kept]
    routes = {line["route"] for line in witness.events("web:request:answered")}
    assert routes == {"/lti/register/<invite>"}
    assert [line["reason"] for line in witness.events("web:request:answered") if "reason" in line] == ["invite_used"]


def test_invites_are_erased_a_month_after_their_last_day(office: Office, clock: FrozenClock, session: Session) -> None:
    office.invite()
    clock.move(days=36)
    assert erase_expired_invites(session, clock) == 0

    clock.move(days=1)

    assert erase_expired_invites(session, clock) == 1


# Bringing a connection up to date.


@pytest.fixture
def connected(office: Office, clock: FrozenClock) -> str:
    """A connection that was made a while ago; the platform moved since, and gives a token to update."""
    office.press(office.invite())
    (tool,) = office.registrar.tools.values()
    office.token = office.registrar.issue_update_token(tool.client_id, clock.timestamp())
    office.configuration |= {"jwks_uri": f"{ISSUER}/new/jwks.json", "token_endpoint": f"{ISSUER}/new/token"}
    office.wire.answers[CONFIGURATION] = say(office.configuration)
    office.wire.heard.clear()
    return office.registration().id


def test_connection_is_brought_up_to_date(app: Flask, office: Office, connected: str, session: Session) -> None:
    del app
    invite = office.invite(connected)
    office.configuration[PLATFORM]["https://canvas.instructure.com/lti/account_name"] = "Another name"
    shown = office.look(invite).text

    page = office.press(invite).text

    found = office.registration()
    assert (found.id, found.token_endpoint) == (connected, f"{ISSUER}/new/token")
    assert found.jwks_uri == f"{ISSUER}/new/jwks.json"
    assert found.name == "lms.example", "what an operator knows it by stays"
    assert len(session.execute(select(Deployment)).all()) == 1
    assert "up to date" in shown
    assert "Brought up to date" in page


def test_invite_for_a_new_connection_changes_none_that_is_there(
    office: Office, connected: str, database: Database
) -> None:
    """Else anybody's invite, and one file on a platform's site, would turn its connection to other addresses."""
    before = dump(database)["lti_registration"]

    assert_refused(office.press(office.invite()), "known_already", 403)

    assert dump(database)["lti_registration"] == before
    assert connected in str(before)


def test_keys_of_the_old_address_are_forgotten(office: Office, connected: str, database: Database) -> None:
    now = office.tools.clock.now()
    with database.session(writes=True) as session, session.begin():
        session.add(PlatformKeys(registration_id=connected, keys="[]", fetched_at=now, fresh_until=now, tried_at=now))

    office.press(office.invite(connected))

    assert dump(database)["lti_platform_keys"] == []


def test_invite_of_one_connection_does_not_serve_another_platform(
    office: Office, connected: str, database: Database
) -> None:
    other = "https://other.example"
    changed = json.loads(json.dumps(office.configuration).replace(ISSUER, other))
    office.wire.answers[f"{other}/c"] = say(changed)
    invite = office.invite(connected)
    before = dump(database)

    for response in (office.look(invite, f"{other}/c"), office.press(invite, f"{other}/c")):
        assert_refused(response, "other_platform", 403)

    assert dump(database) == before
    assert office.wire.sent("POST") == []


def test_invite_of_one_connection_does_not_make_another(office: Office, connected: str, session: Session) -> None:
    office.wire.answers[REGISTER] = say({"client_id": "another", TOOL: {"deployment_id": "9"}})
    invite = office.invite(connected)

    assert_refused(office.press(invite), "other_client", 403)

    assert [one.id for one in session.execute(select(Registration)).scalars()] == [connected]
    assert session.execute(select(Deployment).filter_by(deployment_id="9")).first() is None
    row = session.execute(select(Invite).filter_by(registration_id=connected, used_at=None, purpose="register"))
    assert row.scalar_one().claimed_until is None


# The command.


@pytest.fixture
def run(app: Flask) -> Callable[..., Result]:
    return lambda *words: app.test_cli_runner().invoke(args=["lti", "invite", *words])


def test_command_prints_an_address_that_works(office: Office, run: Callable[..., Result]) -> None:
    result = run()

    answer = json.loads(result.stdout)
    assert answer["expires_at"] == "2026-11-30T09:00:00+00:00"
    assert answer["url"].startswith(f"{BASE_URL}/lti/register/")
    assert office.press(answer["url"].rpartition("/")[2]).status_code == 200


def test_command_makes_an_invite_for_one_connection(
    office: Office, connected: str, run: Callable[..., Result], session: Session
) -> None:
    answer = json.loads(run("--registration", connected, "--days", "1").stdout)

    assert answer["expires_at"] == "2026-11-24T09:00:00+00:00"
    found = find_invite(session, answer["url"].rpartition("/")[2], Purpose.REGISTER, office.tools.clock)
    assert found.registration_id == connected


@pytest.mark.parametrize("words", [("--registration", "nothing"), ("--days", "0"), ("--days", "91")])
def test_command_refuses_in_one_line(run: Callable[..., Result], session: Session, words: tuple[str, ...]) -> None:
    result = run(*words)

    assert result.exit_code != 0
    assert result.stdout == ""
    assert "Error: " in result.stderr.splitlines()[-1]
    assert session.execute(select(Invite)).first() is None
