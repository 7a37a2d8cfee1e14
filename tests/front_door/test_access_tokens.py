"""Asking a platform for an access token: what we send, what we take, and what never comes out."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from email.message import Message
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.lti.access_tokens import AccessToken, TokenError, TokenReason, request_token
from lti_tool.lti.models import Registration
from lti_tool.lti.outbound import Answer, OutboundError, OutboundReason
from lti_tool.lti.signing_keys import SigningKey
from tests.clock import START
from tests.demo_lms.signing import key_id, named_key, public_jwk, verify_token

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

    from lti_tool.lti.access_tokens import PlatformCaller

AGS = "https://purl.imsglobal.org/spec/lti-ags/scope"
SCORE, RESULT = f"{AGS}/score", f"{AGS}/result.readonly"
SECRET = "what-the-platform-said"
GOOD: dict[str, Any] = {"access_token": "a.b-c_d~e+f/g==", "token_type": "Bearer", "expires_in": 3600, "scope": SCORE}
NOW = int(START.timestamp())


def answer(body: object, status: int = 200) -> Answer:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answer(status, Message(), raw)


@dataclass
class FakeHttp:
    """Stands for the line to a platform: gives one answer, and remembers what it was asked."""

    answer: Answer | OutboundError
    posted: list[tuple[str, bytes, Mapping[str, str]]] = field(default_factory=list)

    def get(self, url: str, headers: Mapping[str, str] | None = None) -> Answer:
        raise AssertionError((url, headers))

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        self.posted.append((url, body, headers))
        if isinstance(self.answer, OutboundError):
            raise self.answer
        return self.answer

    def form(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(self.posted[-1][1].decode(), strict_parsing=True).items()}

    def assertion(self) -> dict[str, Any]:
        claims = verify_token(self.form()["client_assertion"], {"keys": [public_jwk(private_key())]})
        assert claims is not None, "signed with the key of the tool, which its key id names"
        return claims


def private_key() -> RSAPrivateKey:
    return named_key("tool")


def registration(**changes: str) -> Registration:
    given = {"issuer": "https://lms.example", "client_id": "tool-1", "token_endpoint": "https://lms.example/token"}
    return Registration(**{**given, **changes})


def ask(http: PlatformCaller, *scopes: str, **changes: str) -> AccessToken:
    key = SigningKey(key_id(private_key()), private_key())
    return request_token(registration(**changes), scopes or (SCORE,), key, http, START)


def reason_of(given: Answer | OutboundError) -> str:
    with pytest.raises(TokenError) as caught:
        ask(FakeHttp(given))
    assert SECRET not in str(caught.value)
    assert caught.value.__cause__ is None
    return caught.value.reason.value


def test_form_is_the_one_of_the_standard() -> None:
    http = FakeHttp(answer(GOOD))

    ask(http, SCORE, RESULT, SCORE)

    ((url, _, headers),) = http.posted
    form = http.form()
    assert url == "https://lms.example/token"
    assert headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert form.pop("client_assertion").count(".") == 2
    assert form == {
        "grant_type": "client_credentials",
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "scope": f"{RESULT} {SCORE}",
    }


def test_assertion_says_who_asks_whom_and_lives_five_minutes() -> None:
    http = FakeHttp(answer(GOOD))

    ask(http)

    claims = http.assertion()
    assert len(claims.pop("jti")) == 26
    assert claims == {
        "iss": "tool-1",
        "sub": "tool-1",
        "aud": "https://lms.example/token",
        "iat": NOW - 5,
        "exp": NOW + 300,
    }


def test_assertion_is_addressed_to_whom_the_registration_names() -> None:
    """Brightspace wants one address for all of its customers, which is not where the token is had."""
    http = FakeHttp(answer(GOOD))

    ask(http, token_audience="https://api.brightspace.com/auth/token")

    assert http.assertion()["aud"] == "https://api.brightspace.com/auth/token"
    assert http.posted[0][0] == "https://lms.example/token"


def test_no_two_assertions_have_the_same_id() -> None:
    http = FakeHttp(answer(GOOD))

    ids = set()
    for _ in range(3):
        ask(http)
        ids.add(http.assertion()["jti"])

    assert len(ids) == 3


def test_token_comes_with_its_scopes_and_its_end() -> None:
    token = ask(FakeHttp(answer(GOOD)))

    assert token.value == GOOD["access_token"]
    assert token.scopes == {SCORE}
    assert (token.expires_at - START).total_seconds() == 3600


def test_token_does_not_show_itself() -> None:
    assert GOOD["access_token"] not in repr(ask(FakeHttp(answer(GOOD))))


def test_platform_that_leaves_a_scope_out_grants_the_others() -> None:
    assert ask(FakeHttp(answer(GOOD)), SCORE, RESULT).scopes == {SCORE}


def test_platform_that_names_no_scopes_grants_what_was_asked_for() -> None:
    """RFC 6749, 5.1: it may leave them out when they are the same."""
    given = {name: value for name, value in GOOD.items() if name != "scope"}

    assert ask(FakeHttp(answer(given)), SCORE, RESULT).scopes == {SCORE, RESULT}


def test_scope_that_was_not_asked_for_is_not_taken() -> None:
    assert ask(FakeHttp(answer({**GOOD, "scope": f"{SCORE} {RESULT}"}))).scopes == {SCORE}


@pytest.mark.parametrize("kind", ["Bearer", "bearer", "BEARER"])
def test_token_type_is_the_same_in_any_letters(kind: str) -> None:
    assert ask(FakeHttp(answer({**GOOD, "token_type": kind}))).scopes == {SCORE}


@pytest.mark.parametrize(
    ("expires_in", "seconds"), [(1, 1), ("3600", 3600), (10**7, 24 * 3600), (10**400, 24 * 3600), (None, 300)]
)
def test_token_is_used_for_at_most_a_day(expires_in: object, seconds: int) -> None:
    given = {**GOOD, "expires_in": expires_in}
    if expires_in is None:
        del given["expires_in"]

    assert (ask(FakeHttp(answer(given))).expires_at - START).total_seconds() == seconds


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (400, {"error": "invalid_client", "error_description": SECRET}, "client_refused"),
        (401, {"error": "invalid_client"}, "client_refused"),
        (401, {"errors": SECRET}, "client_refused"),
        (400, {"error": "unauthorized_client"}, "client_refused"),
        (400, {"error": "invalid_grant"}, "client_refused"),
        (400, {"error": "invalid_scope"}, "scope_refused"),
        (401, {"error": "invalid_scope"}, "scope_refused"),
        (400, {"error": "invalid_request"}, "request_refused"),
        (400, {"error": SECRET}, "request_refused"),
        (400, {"error": [SECRET]}, "request_refused"),
        (400, [SECRET], "request_refused"),
        (403, SECRET.encode(), "request_refused"),
        (404, b"<html>", "request_refused"),
        (204, b"", "request_refused"),
        (429, {"error": "invalid_client"}, "platform_failed"),
        (500, {"error": "invalid_client"}, "platform_failed"),
        (503, b"", "platform_failed"),
    ],
)
def test_refusal_becomes_a_code_and_never_the_platforms_words(status: int, body: object, reason: str) -> None:
    assert reason_of(answer(body, status)) == reason


@pytest.mark.parametrize(
    "body",
    [
        b"",
        SECRET.encode(),
        b"\xff\xfe",
        b"[" * 100_000,
        [],
        None,
        {},
        {"access_token": SECRET},
        {**GOOD, "access_token": ""},
        {**GOOD, "access_token": 7},
        {**GOOD, "access_token": f"{SECRET}\r\nX-Header: 1"},
        {**GOOD, "access_token": f"{SECRET}\n"},
        {**GOOD, "access_token": "x" * 16_385},
        {**GOOD, "token_type": "mac"},
        {**GOOD, "token_type": "bearer\n"},
        {**GOOD, "token_type": 1},
        {**GOOD, "expires_in": 0},
        {**GOOD, "expires_in": -1},
        {**GOOD, "expires_in": True},
        {**GOOD, "expires_in": SECRET},
        {**GOOD, "expires_in": None},
        {**GOOD, "expires_in": [3600]},
        {**GOOD, "scope": [SCORE]},
    ],
    ids=lambda body: str(body)[:60],
)
def test_nonsense_is_no_token(body: object) -> None:
    assert reason_of(answer(body)) == "answer_malformed"


@pytest.mark.parametrize("scope", ["", " ", RESULT, f"{SCORE}x", f"x{SCORE}"])
def test_token_that_opens_nothing_of_what_was_asked_for_is_a_refusal(scope: str) -> None:
    assert reason_of(answer({**GOOD, "scope": scope})) == "scope_refused"


@pytest.mark.parametrize("reason", [reason for reason in OutboundReason if reason is not OutboundReason.NOT_JSON])
def test_platform_that_cannot_be_asked_is_told_by_its_own_reason(reason: OutboundReason) -> None:
    assert reason_of(OutboundError(reason)) == reason.value


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.sampled_from(sorted(GOOD)), below),
    max_leaves=5,
)


@given(status=st.integers(100, 599), body=st.binary(max_size=30) | JSON)
def test_whatever_a_platform_answers_is_a_token_or_a_code(status: int, body: object) -> None:
    try:
        assert ask(FakeHttp(answer(body, status))).scopes == {SCORE}
    except TokenError as error:
        assert isinstance(error.reason, TokenReason)  # noqa: PT017 (a token would do as well)
