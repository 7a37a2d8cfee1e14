"""The token endpoint of the demo LMS: no access token without a proof, and each proof once."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.demo_lms.signing import key_id, named_key, public_jwk, sign_token
from tests.demo_lms.tokens import ASSERTION_TYPE, EXPIRES_IN, TokenEndpoint, TokenError
from tests.demo_lms.tools import MEMBERSHIP_READ, SCORE
from tests.demo_lms_tests.conftest import LMS, NOW, payload

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from tests.demo_lms.platform import Platform
    from tests.demo_lms.registration import Registrar

ENDPOINT = f"{LMS}/token"


def assertion(claims: dict[str, Any] | None = None, header: dict[str, Any] | None = None, key: str = "tool") -> str:
    """What a well-behaved tool signs, with changes; one to None takes something away."""
    said = {
        "iss": "rugzak-demo",
        "sub": "rugzak-demo",
        "aud": ENDPOINT,
        "iat": int(NOW),
        "exp": int(NOW) + 300,
        "jti": "one",
        **(claims or {}),
    }
    head = {"alg": "RS256", "typ": "JWT", "kid": key_id(named_key("tool")), **(header or {})}
    kept, top = ({name: it for name, it in part.items() if it is not None} for part in (said, head))
    return sign_token(json.dumps(kept), top, named_key(key))


def ask(browser: FlaskClient, token: str, **changes: str) -> TestResponse:
    form = {
        "grant_type": "client_credentials",
        "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": token,
        "scope": f"{SCORE} {MEMBERSHIP_READ}",
    }
    return browser.post("/token", data={**form, **changes})


def test_tool_that_shows_who_it_is_gets_a_token(browser: FlaskClient, platform: Platform) -> None:
    answer = ask(browser, assertion())

    issued = platform.tokens_issued[0]
    assert answer.status_code == 200
    assert answer.json == {
        "access_token": issued.text,
        "token_type": "Bearer",
        "expires_in": EXPIRES_IN,
        "scope": f"{SCORE} {MEMBERSHIP_READ}",
    }
    assert (issued.client_id, issued.scopes, issued.issued_at) == ("rugzak-demo", (SCORE, MEMBERSHIP_READ), NOW)
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "token",
    [
        assertion({"iss": "another"}),
        assertion({"iss": None}),
        assertion({"sub": "nobody"}),
        assertion({"sub": None}),
        assertion({"aud": LMS}),
        assertion({"aud": None}),
        assertion({"exp": int(NOW) - 61}),
        assertion({"exp": None}),
        assertion({"exp": "soon"}),
        assertion({"iat": int(NOW) + 61}),
        assertion({"iat": None}),
        assertion({"jti": None}),
        assertion({"jti": ""}),
        assertion(header={"kid": None}),
        assertion(header={"kid": "unknown"}),
        assertion(key="stranger"),
        assertion(header={"kid": key_id(named_key("stranger"))}, key="stranger"),
        sign_token(json.dumps({"sub": "rugzak-demo"}), {"alg": "none"}, None),
        "hello",
    ],
)
def test_tool_that_does_not_is_refused(browser: FlaskClient, platform: Platform, token: str) -> None:
    answer = ask(browser, token)

    assert answer.status_code == 401
    assert answer.json is not None
    assert answer.json["error"] == "invalid_client"
    assert answer.json["error_description"]
    assert platform.tokens_issued == []


def test_assertion_works_once(browser: FlaskClient, platform: Platform) -> None:
    first, second = ask(browser, assertion()), ask(browser, assertion())
    other = ask(browser, assertion({"jti": "two"}))

    assert [first.status_code, second.status_code, other.status_code] == [200, 401, 200]
    assert len(platform.tokens_issued) == 2


def test_audience_may_be_one_of_a_list(browser: FlaskClient) -> None:
    assert ask(browser, assertion({"aud": ["https://elsewhere.example", ENDPOINT]})).status_code == 200


def test_new_key_of_a_tool_works_as_soon_as_it_is_published(browser: FlaskClient, tool_keys: dict[str, Any]) -> None:
    rotated = {"kid": key_id(named_key("tool-2"))}
    before = ask(browser, assertion(header=rotated, key="tool-2"))

    tool_keys["keys"].append(public_jwk(named_key("tool-2")))

    assert before.status_code == 401
    assert ask(browser, assertion(header=rotated, key="tool-2")).status_code == 200


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"client_assertion_type": "other"}, "invalid_request"),
        ({"client_assertion": ""}, "invalid_request"),
        ({"scope": ""}, "invalid_scope"),
        ({"scope": "https://elsewhere.example/scope"}, "invalid_scope"),
    ],
)
def test_request_of_the_wrong_form_is_refused(browser: FlaskClient, changes: dict[str, str], error: str) -> None:
    answer = ask(browser, assertion(), **changes)

    assert answer.status_code == 400
    assert answer.json is not None
    assert answer.json["error"] == error


def test_scope_that_is_not_granted_is_silently_left_out(browser: FlaskClient, registrar: Registrar) -> None:
    token = registrar.issue_token("canvas", NOW)
    client_id = registrar.register(token, payload(scope=MEMBERSHIP_READ), NOW)["client_id"]
    mine = {"iss": client_id, "sub": client_id}

    pending = ask(browser, assertion(mine))
    registrar.activate(client_id)
    active = ask(browser, assertion(mine))

    assert pending.status_code == 401
    assert active.json is not None
    assert active.json["scope"] == MEMBERSHIP_READ


def test_tool_whose_keys_cannot_be_fetched_is_refused(platform: Platform, registrar: Registrar) -> None:
    def fail(_url: str) -> dict[str, Any]:
        raise ConnectionError

    client_id = registrar.register(registrar.issue_token("moodle", NOW), payload(), NOW)["client_id"]
    endpoint = TokenEndpoint(platform, registrar.tools.get, fail)
    form = {
        "grant_type": "client_credentials",
        "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": assertion({"iss": client_id, "sub": client_id}),
    }

    with pytest.raises(TokenError, match="could not be fetched"):
        endpoint.grant(form, NOW)
