"""The login: it finds the one registration that is meant, sends the browser there with a secret, and writes nothing."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lti_tool.lti.registrations import add_deployment, register_platform
from tests.demo_lms.knobs import CLAIM, SCRIPT
from tests.door import FRAMED, LAUNCH_URL, TOP_LEVEL
from tests.front_door.witness import body_data

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session
    from werkzeug.test import TestResponse

    from tests.conftest import PlatformKeyServer
    from tests.door import Door
    from tests.front_door.witness import Witness
    from tests.police import StatementRecorder

AUTHORIZE = "https://lms.example/authorize"
HARD_HINTS = [
    '{"cmid":5,"launchid":"ltilaunch4_445441961"}',
    "a&b=c+d e%20f%2B?#/;:@",
    "é\u20ac\U0001f392 \u05d0",
    "eyJ0eXAiOiJKV1QifQ.eyJhIjoxfQ.sig-_~",
    " spaces around ",
    "x" * 4000,
]


def fields(door: Door, **changes: str | None) -> dict[str, str]:
    """Return the parameters of a good login, changed; None takes one away."""
    given = door.platform.login_fields(LAUNCH_URL, "hint", "message-hint") | changes
    return {name: value for name, value in given.items() if value is not None}


def asked(response: TestResponse) -> list[tuple[str, str]]:
    """Return what the tool asks the platform."""
    assert response.status_code == 302, response.text
    return parse_qsl(urlsplit(response.headers["Location"]).query, keep_blank_values=True, strict_parsing=True)


def links(page: str) -> dict[str, str]:
    """Return where the buttons of the cookie page lead, by their data-action."""
    found = re.findall(r'href="([^"]*)"[^>]*data-action="([^"]*)"', page)
    return {action: html.unescape(target) for target, action in found}


# Whom it sends where.


def test_login_by_post_goes_to_the_platform(door: Door) -> None:
    response = door.client.post("/lti/login", data=fields(door), headers=TOP_LEVEL)

    assert response.status_code == 302
    assert response.headers["Location"].startswith(f"{AUTHORIZE}?")


def test_login_by_get_goes_to_the_platform(door: Door) -> None:
    response = door.client.get("/lti/login", query_string=fields(door), headers=TOP_LEVEL)

    assert response.status_code == 302
    assert response.headers["Location"].startswith(f"{AUTHORIZE}?")


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_login_at_the_address_of_the_registration_goes_to_the_platform(door: Door, method: str) -> None:
    given = {"query_string" if method == "GET" else "data": fields(door, client_id=None)}

    response = door.client.open(f"/lti/login/{door.registration_id}", method=method, headers=TOP_LEVEL, **given)

    assert dict(asked(response))["client_id"] == "tool-1"


def test_authorization_request_holds_exactly_what_the_standard_asks(door: Door) -> None:
    given = asked(door.client.post("/lti/login", data=fields(door, extra="x"), headers=TOP_LEVEL))

    kept = [(name, value) for name, value in given if name not in ("state", "nonce")]
    assert sorted(kept) == [
        ("client_id", "tool-1"),
        ("login_hint", "hint"),
        ("lti_message_hint", "message-hint"),
        ("prompt", "none"),
        ("redirect_uri", LAUNCH_URL),
        ("response_mode", "form_post"),
        ("response_type", "id_token"),
        ("scope", "openid"),
    ]
    assert [name for name, _ in given if name in ("state", "nonce")] == ["state", "nonce"]


def test_message_hint_that_was_not_sent_is_not_asked_back(door: Door) -> None:
    given = asked(door.client.post("/lti/login", data=fields(door, lti_message_hint=None), headers=TOP_LEVEL))

    assert "lti_message_hint" not in dict(given)


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("hint", HARD_HINTS)
def test_hints_come_back_to_the_letter(door: Door, hint: str, method: str) -> None:
    sent = {"query_string" if method == "GET" else "data": fields(door, login_hint=hint, lti_message_hint=hint)}

    given = dict(asked(door.client.open("/lti/login", method=method, headers=TOP_LEVEL, **sent)))

    assert (given["login_hint"], given["lti_message_hint"]) == (hint, hint)


def test_every_login_has_its_own_state_and_nonce(door: Door) -> None:
    first = dict(asked(door.log_in()))
    second = dict(asked(door.log_in()))

    assert first["state"] != second["state"]
    assert first["nonce"] != second["nonce"]


def register(session: Session, door: Door, **changes: Any) -> str:
    given = {
        "name": "Hogeschool Voorbeeld",
        "issuer": "https://lms.example",
        "client_id": "tool-2",
        "authorization_endpoint": AUTHORIZE,
        "token_endpoint": "https://lms.example/token",
        "jwks_uri": "https://lms.example/jwks.json",
        "deployment_ids": ["1"],
    }
    registration_id, _ = register_platform(session, given | changes, clock=door.clock, allow_loopback=False)
    session.commit()
    return registration_id


def test_authorization_address_with_a_query_keeps_it(door: Door, session: Session) -> None:
    register(session, door, authorization_endpoint=f"{AUTHORIZE}?tenant=a%26b&x=")

    response = door.log_in(client_id="tool-2")

    assert response.headers["Location"].startswith(f"{AUTHORIZE}?tenant=a%26b&x=&scope=openid&")
    assert dict(asked(response))["tenant"] == "a&b"


# Which registration is meant.


def assert_login_refused(witness: Witness, response: TestResponse, *reasons: str) -> None:
    witness.assert_refused(response, *reasons)
    assert "Location" not in response.headers
    assert response.headers.getlist("Set-Cookie") == []


def test_unknown_issuer_is_not_found(door: Door, witness: Witness) -> None:
    witness.remember()

    response = door.log_in(iss="https://unknown.example")

    assert response.status_code == 404
    assert_login_refused(witness, response, "unknown_registration")


@pytest.mark.parametrize("client_id", ["unknown", "TOOL-1", "", " tool-1"])
def test_unknown_client_is_not_found(door: Door, witness: Witness, client_id: str) -> None:
    witness.remember()

    response = door.log_in(client_id=client_id)

    assert_login_refused(witness, response, "unknown_registration")


def test_one_registration_of_an_issuer_needs_no_client_id(door: Door) -> None:
    assert dict(asked(door.log_in(client_id=None)))["client_id"] == "tool-1"


def test_several_registrations_of_an_issuer_without_client_id_are_refused(
    door: Door, create_door: Callable[..., Door], witness: Witness
) -> None:
    create_door(client_id="tool-2")
    witness.remember()

    response = door.log_in(client_id=None)

    assert_login_refused(witness, response, "ambiguous_registration")


@pytest.mark.parametrize("client_id", ["tool-1", "tool-2"])
def test_client_id_chooses_among_registrations_of_an_issuer(
    door: Door, create_door: Callable[..., Door], client_id: str
) -> None:
    create_door(client_id="tool-2")

    assert dict(asked(door.log_in(client_id=client_id)))["client_id"] == client_id


def test_registration_address_chooses_among_registrations_of_an_issuer(
    door: Door, create_door: Callable[..., Door]
) -> None:
    other = create_door(client_id="tool-2")

    response = door.client.post(
        f"/lti/login/{other.registration_id}", data=fields(door, client_id=None), headers=TOP_LEVEL
    )

    assert dict(asked(response))["client_id"] == "tool-2"


@pytest.mark.parametrize("client_id", ["tool-1", None], ids=["named", "not-named"])
def test_ops_5_registration_address_of_another_tenant_is_not_found(
    door: Door, create_door: Callable[..., Door], witness: Witness, client_id: str | None
) -> None:
    other = create_door(issuer="https://other.example")
    witness.remember()

    response = door.client.post(
        f"/lti/login/{other.registration_id}", data=fields(door, client_id=client_id), headers=TOP_LEVEL
    )

    assert_login_refused(witness, response, "unknown_registration")


def test_registration_address_with_another_client_is_not_found(
    door: Door, create_door: Callable[..., Door], witness: Witness
) -> None:
    other = create_door(client_id="tool-2")
    witness.remember()

    response = door.client.post(
        f"/lti/login/{other.registration_id}", data=fields(door, client_id="tool-1"), headers=TOP_LEVEL
    )

    assert_login_refused(witness, response, "unknown_registration")


@pytest.mark.parametrize(
    "address", ["x", "a" * 26, "a" * 27, "A" * 26, "%00" * 26, "%C3%A9" * 26, "%FF" * 26, "'" * 26]
)
def test_address_of_no_registration_is_not_found(door: Door, witness: Witness, address: str) -> None:
    witness.remember()

    response = door.client.post(f"/lti/login/{address}", data=fields(door), headers=TOP_LEVEL)

    assert_login_refused(witness, response, "unknown_registration")


# Parameters that are missing, or could be read in two ways.


@pytest.mark.parametrize("name", ["iss", "login_hint", "target_link_uri"])
def test_missing_parameter_is_refused(door: Door, witness: Witness, name: str) -> None:
    witness.remember()

    response = door.log_in(**{name: None})

    assert_login_refused(witness, response, "login_incomplete")


@pytest.mark.parametrize("name", ["iss", "login_hint", "target_link_uri"])
@pytest.mark.parametrize("value", ["", "   "], ids=["empty", "blank"])
def test_blank_parameter_is_refused(door: Door, witness: Witness, name: str, value: str) -> None:
    witness.remember()

    response = door.log_in(**{name: value})

    assert_login_refused(witness, response, "login_malformed")


MOST = {
    "iss": 500,
    "login_hint": 4000,
    "target_link_uri": 2000,
    "lti_message_hint": 8000,
    "client_id": 255,
    "lti_deployment_id": 255,
    "deployment_id": 255,
}


@pytest.mark.parametrize("name", MOST)
def test_ops_8_oversized_parameter_is_refused(door: Door, witness: Witness, name: str) -> None:
    witness.remember()

    response = door.log_in(**{name: "x" * (MOST[name] + 1)})

    assert_login_refused(witness, response, "login_malformed")


def test_ops_8_oversized_login_is_refused(door: Door, witness: Witness) -> None:
    witness.remember()

    response = door.log_in(extra="x" * 300_000)

    assert_login_refused(witness, response, "too_large")


@pytest.mark.parametrize("name", [*MOST, "nw"])
def test_parameter_with_nul_is_refused(door: Door, witness: Witness, name: str) -> None:
    witness.remember()

    response = door.log_in(**{name: "\x00"})

    assert_login_refused(witness, response, "login_malformed")


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("name", ["iss", "login_hint", "lti_message_hint", "client_id", "extra"])
def test_repeated_parameter_is_refused(door: Door, witness: Witness, name: str, method: str) -> None:
    sent: dict[str, Any] = dict(fields(door))
    sent[name] = [sent.get(name, "1"), sent.get(name, "1")]
    given = {"query_string" if method == "GET" else "data": sent}
    witness.remember()

    response = door.client.open("/lti/login", method=method, headers=TOP_LEVEL, **given)

    assert_login_refused(witness, response, "login_malformed")


def test_parameters_of_the_address_do_not_count_at_a_post(door: Door, witness: Witness) -> None:
    witness.remember()

    response = door.client.post(
        "/lti/login", query_string=fields(door), data={"iss": "https://lms.example"}, headers=TOP_LEVEL
    )

    assert_login_refused(witness, response, "login_incomplete")


@settings(max_examples=60, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.sampled_from([*MOST, "nw", "lti_storage_target"]), value=st.text(), framed=st.booleans())
def test_any_value_of_any_parameter_is_refused_or_goes_to_the_platform(
    door: Door, name: str, value: str, *, framed: bool
) -> None:
    response = door.client.post(
        "/lti/login", data=fields(door, **{name: value}), headers=FRAMED if framed else TOP_LEVEL
    )

    assert response.status_code in (200, 302, 400, 404)
    assert response.headers.get("Location", AUTHORIZE).startswith(AUTHORIZE)


@pytest.mark.parametrize(("accepted", "language"), [("nl", "nl"), ("en-GB,en;q=0.9", "en"), ("fr", "nl")])
def test_ops_4_refusal_speaks_the_language_of_the_browser(door: Door, accepted: str, language: str) -> None:
    response = door.client.post("/lti/login", data={}, headers={**TOP_LEVEL, "Accept-Language": accepted})

    assert f'<html lang="{language}"' in response.text


# What the launch must match: deployment and target.


@pytest.mark.parametrize("name", ["lti_deployment_id", "deployment_id"])
def test_deployment_named_at_the_login_binds_the_launch(
    door: Door, session: Session, witness: Witness, name: str
) -> None:
    add_deployment(session, door.registration_id, "2", clock=door.clock)
    session.commit()
    response = door.log_in(**{"lti_deployment_id": None, name: "2"})
    given = dict(asked(response))
    launch = door.prepare()
    launch.form["state"], launch.claims["nonce"] = given["state"], given["nonce"]
    witness.remember()

    witness.assert_refused(door.post(launch), "deployment_different")


@pytest.mark.parametrize("name", ["lti_deployment_id", "deployment_id"])
def test_deployment_named_at_the_login_comes_in(door: Door, session: Session, name: str) -> None:
    add_deployment(session, door.registration_id, "2", clock=door.clock)
    session.commit()
    given = dict(asked(door.log_in(**{"lti_deployment_id": None, name: "2"})))
    launch = door.prepare()
    launch.form["state"], launch.claims["nonce"] = given["state"], given["nonce"]
    launch.claims[f"{CLAIM}deployment_id"] = "2"

    assert door.post(launch).status_code == 303


FOREIGN = [
    "https://elsewhere.example/lti/launch",
    "http://tool.example/lti/launch",
    "https://tool.example@elsewhere.example/lti/launch",
    "https://user@tool.example/lti/launch",
    "https://tool.example:pw@elsewhere.example/lti/launch",
    "https://tool.example.elsewhere.example/lti/launch",
    "https://tool.example\\@elsewhere.example/lti/launch",
    "https://elsewhere.example\\.tool.example/lti/launch",
    "javascript:alert(1)//tool.example/lti/launch",
    "data:text/html,x",
    "//tool.example/lti/launch",
    "//elsewhere.example/lti/launch",
    "/lti/launch",
    "lti/launch",
    "https:/lti/launch",
    "https:///lti/launch",
    "https://tool.example:443/lti/launch",
    "https://tool.example:8443/lti/launch",
    "https://tool.example./lti/launch",
    "https://TOOL.example/lti/launch",
    "https://tool.example/lti/login",
    "https://tool.example/lti/launch/",
    "https://tool.example/lti/launch;x",
    "https://tool.example/lti/../lti/launch",
    "https://tool.example/s/abc/",
    "https://tool.example//elsewhere.example",
    "https://[",
    "https://[::1]/lti/launch",
    "https://tool.example]/lti/launch",
    "?",
]


@pytest.mark.parametrize("target", FOREIGN)
@pytest.mark.one_database
def test_foreign_target_is_refused(door: Door, witness: Witness, target: str) -> None:
    witness.remember()

    response = door.log_in(target_link_uri=target)

    assert_login_refused(witness, response, "foreign_target")


OWN = ["https://tool.example", "https://tool.example/", LAUNCH_URL, f"{LAUNCH_URL}?act=1&b=%20", f"{LAUNCH_URL}#part"]


@pytest.mark.parametrize("target", OWN)
def test_own_target_binds_the_launch_and_comes_in(door: Door, target: str) -> None:
    given = dict(asked(door.log_in(target_link_uri=target)))
    launch = door.prepare()
    launch.form["state"], launch.claims["nonce"] = given["state"], given["nonce"]
    launch.claims[f"{CLAIM}target_link_uri"] = target

    assert door.post(launch).status_code == 303


@pytest.mark.parametrize("target", [f"{LAUNCH_URL}?act=2", "https://tool.example/", "", LAUNCH_URL.upper()])
def test_launch_to_another_target_than_the_login_is_refused(door: Door, witness: Witness, target: str) -> None:
    launch = door.prepare()
    launch.claims[f"{CLAIM}target_link_uri"] = target
    witness.remember()

    witness.assert_refused(door.post(launch), "target_different")


# In a frame, or in a window of its own.


def test_ops_7_framed_login_looks_at_cookies_first(door: Door) -> None:
    response = door.client.post("/lti/login", data=fields(door), headers=FRAMED)

    assert response.status_code == 200
    assert "Location" not in response.headers
    assert body_data(response.text)["page"] == "check-cookies"


def test_cookie_page_leads_on_to_the_platform(door: Door) -> None:
    response = door.client.post("/lti/login", data=fields(door), headers=FRAMED)

    here = links(response.text)["continue-here"]
    assert here.startswith(f"{AUTHORIZE}?scope=openid")
    assert f'data-authorization-url="{html.escape(here)}"' in response.text


@pytest.mark.parametrize("hint", HARD_HINTS)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_ops_7_new_window_keeps_every_parameter(door: Door, hint: str, method: str) -> None:
    extra = {"lti_storage_target": "_parent", "canvas_region": "eu-1", "empty": "", "naïve": "ü"}
    sent = fields(door, login_hint=hint, lti_message_hint=hint, **extra)
    given = {"query_string" if method == "GET" else "data": sent}

    response = door.client.open("/lti/login", method=method, headers=FRAMED, **given)

    address = urlsplit(links(response.text)["new-window"])
    assert address.path == "/lti/login"
    assert dict(parse_qsl(address.query, keep_blank_values=True)) == {**sent, "nw": "1"}


def test_new_window_keeps_the_address_of_the_registration(door: Door) -> None:
    here = f"/lti/login/{door.registration_id}"

    response = door.client.post(here, data=fields(door), headers=FRAMED)

    assert links(response.text)["new-window"].startswith(f"{here}?")


def test_new_window_goes_on_to_the_platform(door: Door) -> None:
    response = door.client.post("/lti/login", data=fields(door), headers=FRAMED)

    opened = door.client.get(links(response.text)["new-window"], headers=TOP_LEVEL)

    assert dict(asked(opened))["lti_message_hint"] == "message-hint"


@pytest.mark.parametrize(
    ("headers", "nw", "status"),
    [
        (TOP_LEVEL, None, 302),
        (TOP_LEVEL, "1", 302),
        (FRAMED, None, 200),
        (FRAMED, "1", 200),
        ({"Sec-Fetch-Dest": "frame"}, None, 200),
        ({"Sec-Fetch-Dest": "empty"}, None, 200),
        ({}, None, 200),
        ({}, "1", 302),
        ({}, "0", 200),
    ],
)
def test_only_a_window_of_its_own_goes_on_at_once(
    door: Door, headers: dict[str, str], nw: str | None, status: int
) -> None:
    response = door.client.post("/lti/login", data=fields(door, nw=nw), headers=headers)

    assert response.status_code == status


def test_login_in_a_frame_can_be_completed(door: Door) -> None:
    response = door.client.post("/lti/login", data=fields(door), headers=FRAMED)
    given = dict(parse_qsl(urlsplit(links(response.text)["continue-here"]).query))
    launch = door.prepare()
    launch.form["state"], launch.claims["nonce"] = given["state"], given["nonce"]

    assert door.client.post("/lti/launch", data=launch.fields(), headers=FRAMED).status_code == 303


@pytest.mark.parametrize("name", ["login_hint", "lti_message_hint", "extra", SCRIPT])
@pytest.mark.parametrize(
    "value", [SCRIPT, '"><script>alert(1)</script>', "' onmouseover='alert(1)", "javascript:alert(1)"]
)
def test_script_in_a_parameter_is_escaped(door: Door, name: str, value: str) -> None:
    response = door.client.post("/lti/login", data=fields(door, **{name: value}), headers=FRAMED)

    assert "<script>alert" not in response.text
    assert "' onmouseover" not in response.text
    assert not any(target.lower().startswith("javascript:") for target in links(response.text).values())


# What it leaves behind: one cookie, and nothing here.


@pytest.mark.parametrize("headers", [TOP_LEVEL, FRAMED], ids=["window", "frame"])
def test_login_writes_nothing(
    door: Door, recorder: StatementRecorder, witness: Witness, headers: dict[str, str]
) -> None:
    witness.remember()

    door.client.post("/lti/login", data=fields(door), headers=headers)

    assert (len(recorder.statements), recorder.writes(), recorder.commits) == (1, [], 0)
    witness.assert_nothing_written()


def test_login_asks_the_platform_for_nothing(door: Door, key_server: PlatformKeyServer) -> None:
    door.log_in()

    assert key_server.fetched == []


@pytest.mark.parametrize("headers", [TOP_LEVEL, FRAMED], ids=["window", "frame"])
def test_ops_7_login_cookie_is_bound_to_this_host_and_this_frame(door: Door, headers: dict[str, str]) -> None:
    response = door.client.post("/lti/login", data=fields(door), headers=headers)

    (cookie,) = response.headers.getlist("Set-Cookie")
    first, *rest = cookie.split("; ")
    name, _, value = first.partition("=")
    assert re.fullmatch(r"__Host-lti-[A-Za-z0-9_-]{10}", name)
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", value)
    kept = {part for part in rest if not part.startswith("Expires=")}
    assert kept == {"Secure", "HttpOnly", "SameSite=None", "Partitioned", "Path=/", "Max-Age=600"}


def test_secret_of_the_browser_is_in_no_address(door: Door) -> None:
    framed = door.client.post("/lti/login", data=fields(door), headers=FRAMED)
    whole = door.client.post("/lti/login", data=fields(door), headers=TOP_LEVEL)

    for response in (framed, whole):
        secret = response.headers["Set-Cookie"].partition("=")[2].partition(";")[0]
        # In the frame the page has it once, for the script that lets the LMS keep it; the state is what travels.
        assert response.text.count(secret) == (1 if response is framed else 0)
        assert f'data-secret="{secret}"' in response.text or response is whole
        assert secret not in response.headers.get("Location", "")


def test_browser_keeps_twenty_logins_at_most_and_the_oldest_goes(door: Door) -> None:
    def names() -> list[str]:
        kept = (cookie.key for cookie in (door.client._cookies or {}).values())
        return [name for name in kept if name.startswith("__Host-lti-")]

    launches = [door.prepare() for _ in range(25)]

    assert door.post(launches[-1]).status_code == 303
    assert len(names()) == 20
    assert f"__Host-lti-{launches[0].form['state'][:10]}" not in names()
