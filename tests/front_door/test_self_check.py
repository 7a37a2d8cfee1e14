"""The self-check: keys, token, clocks and ways in, each with a verdict, a code and words in both languages."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from datetime import UTC, timedelta
from email.message import Message
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import pytest
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from lti_tool.connection.check_words import _ADVICE, _SCOPES, _SENTENCES, _TITLES, words_for_finding
from lti_tool.lti.access_tokens import TokenReason
from lti_tool.lti.last_events import LastEvents, Way, read_last_events
from lti_tool.lti.models import LastEvent, Registration
from lti_tool.lti.outbound import Answer, OutboundError, OutboundReason, PlatformHttp
from lti_tool.lti.self_check import Detail, Finding, Verdict, What, check_platform, check_ways, scopes_to_check
from lti_tool.lti.signing_keys import SigningKey
from lti_tool.lti.tool_configuration import LINE_ITEM, LINE_ITEM_READ, NAMES_AND_ROLES, SCOPES, SCORE
from tests.clock import START, FrozenClock
from tests.demo_lms.platform import Platform
from tests.demo_lms.signing import WEAK_BITS, key_id, named_key, public_jwk
from tests.demo_lms.tokens import TokenEndpoint, TokenError
from tests.demo_lms.tools import RegisteredTool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from flask import Flask

    from lti_tool.kernel.database import Database
    from tests.door import Door

TWO = (NAMES_AND_ROLES, SCORE)
SECRET = "what-the-platform-said"


def answer(body: object, status: int = 200, **headers: str) -> Answer:
    message = Message()
    for name, value in headers.items():
        message[name] = value
    return Answer(status, message, body if isinstance(body, bytes) else json.dumps(body).encode())


def good_keys() -> dict[str, Any]:
    return {"keys": [public_jwk(named_key("platform"))]}


@dataclass
class FakePlatform:
    """A platform without a network: a key set, a token endpoint that grants what it grants, and a clock."""

    clock: FrozenClock
    grants: set[str] = field(default_factory=lambda: set(TWO))
    is_strict: bool = False
    """Whether it refuses everything as soon as one scope is too much, as Canvas does."""
    keys: Answer | OutboundError | None = None
    token: Answer | OutboundError | None = None
    date: Callable[[], str | None] = lambda: None
    asked: list[list[str]] = field(default_factory=list)

    def _dated(self, body: object, status: int = 200) -> Answer:
        date = self.date()
        return answer(body, status) if date is None else answer(body, status, Date=date)

    def get(self, url: str, headers: Mapping[str, str] | None = None) -> Answer:
        assert (url, headers) == ("https://lms.example/jwks.json", None)
        if isinstance(self.keys, OutboundError):
            raise self.keys
        return self.keys or self._dated(good_keys())

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        assert (url, len(headers)) == ("https://lms.example/token", 1)
        if isinstance(self.token, OutboundError):
            raise self.token
        if self.token is not None:
            return self.token
        asked = parse_qs(body.decode())["scope"][0].split()
        self.asked.append(asked)
        granted = self.grants & set(asked)
        if not granted or (self.is_strict and granted != set(asked)):
            return self._dated({"error": "invalid_scope", "error_description": SECRET}, 400)
        return self._dated({"access_token": "t", "token_type": "bearer", "scope": " ".join(granted)})


@pytest.fixture
def still() -> FrozenClock:
    return FrozenClock()


@pytest.fixture
def platform(still: FrozenClock) -> FakePlatform:
    return FakePlatform(still)


def registration() -> Registration:
    base = "https://lms.example"
    return Registration(issuer=base, client_id="tool-1", token_endpoint=f"{base}/token", jwks_uri=f"{base}/jwks.json")


def signing_key() -> SigningKey:
    return SigningKey(key_id(named_key("tool")), named_key("tool"))


def check(
    platform: FakePlatform, *events: LastEvent, key: SigningKey | None = None, scopes: Iterable[str] = TWO
) -> dict[str, Finding]:
    asked = check_platform(
        registration(), scopes=tuple(scopes), http=platform, signing_key=key or signing_key(), clock=platform.clock
    )
    findings = [*asked, *check_ways(events)]
    assert [finding.what for finding in findings] == list(What)
    assert SECRET not in str(findings)
    return {finding.what.value: finding for finding in findings}


def test_connection_that_works_is_all_right(platform: FakePlatform) -> None:
    platform.date = lambda: format_datetime(START, usegmt=True)

    found = check(platform)

    assert {what for what, finding in found.items() if finding.verdict is Verdict.OK} == {
        "keys",
        "token",
        "scopes",
        "clock",
    }
    assert found["keys"] == Finding(What.KEYS, Verdict.OK, Detail.KEYS_FOUND, {"count": 1})
    assert found["scopes"].values == {"granted": tuple(sorted(TWO)), "missing": ()}


# Keys.


@pytest.mark.parametrize(
    ("body", "status", "detail"),
    [
        (good_keys(), 404, "bad_status"),
        (good_keys(), 500, "bad_status"),
        (b"<html>", 200, "not_json"),
        ([], 200, "not_a_key_set"),
        ({"keys": {}}, 200, "not_a_key_set"),
        ({"error": SECRET}, 200, "not_a_key_set"),
        ({"keys": []}, 200, "no_usable_key"),
        ({"keys": [SECRET]}, 200, "no_usable_key"),
        ({"keys": [{**public_jwk(named_key("platform")), "use": "enc"}]}, 200, "no_usable_key"),
        ({"keys": [public_jwk(named_key("weak", bits=WEAK_BITS))]}, 200, "no_usable_key"),
    ],
)
def test_keys_that_cannot_be_used_are_wrong(platform: FakePlatform, body: object, status: int, detail: str) -> None:
    platform.keys = answer(body, status)

    found = check(platform)["keys"]

    assert (found.verdict, found.detail.value) == (Verdict.WRONG, detail)
    assert found.values == ({"status": status} if detail == "bad_status" else {})


@pytest.mark.parametrize("reason", list(OutboundReason))
def test_keys_that_cannot_be_fetched_are_told_by_the_reason(platform: FakePlatform, reason: OutboundReason) -> None:
    platform.keys = OutboundError(reason)

    found = check(platform)

    assert (found["keys"].verdict, found["keys"].detail) == (Verdict.WRONG, reason)
    assert found["token"].verdict is Verdict.OK


# Token and scopes.


@pytest.mark.parametrize("is_strict", [False, True])
def test_scope_that_is_not_granted_is_missing_on_every_kind_of_platform(
    platform: FakePlatform, *, is_strict: bool
) -> None:
    platform.is_strict = is_strict
    platform.grants = {SCORE}

    found = check(platform)

    assert found["token"].verdict is Verdict.OK
    assert (found["scopes"].verdict, found["scopes"].detail) == (Verdict.WRONG, Detail.SCOPES_MISSING)
    assert found["scopes"].values == {"granted": (SCORE,), "missing": (NAMES_AND_ROLES,)}
    assert len(platform.asked) == (3 if is_strict else 1)


def test_platform_that_grants_nothing_gives_no_token(platform: FakePlatform) -> None:
    platform.grants = set()

    found = check(platform)

    assert (found["token"].verdict, found["token"].detail) == (Verdict.WRONG, TokenReason.SCOPE_REFUSED)
    assert found["scopes"].values["missing"] == tuple(sorted(TWO))


def test_platform_that_was_asked_for_nothing_is_asked_for_nothing(platform: FakePlatform) -> None:
    found = check(platform, scopes=[])

    assert (found["token"].verdict, found["token"].detail) == (Verdict.UNKNOWN, Detail.NOTHING_ASKED)
    assert found["scopes"].verdict is Verdict.OK
    assert platform.asked == []


def test_one_scope_is_asked_for_once(platform: FakePlatform) -> None:
    platform.grants = set()

    check(platform, scopes=[SCORE])

    assert platform.asked == [[SCORE]]


@pytest.mark.parametrize(
    ("given", "detail"),
    [
        (answer({"error": "invalid_client", "error_description": SECRET}, 401), TokenReason.CLIENT_REFUSED),
        (answer(b"", 503), TokenReason.PLATFORM_FAILED),
        (answer(b"", 200), TokenReason.ANSWER_MALFORMED),
        (OutboundError(OutboundReason.TOO_SLOW), OutboundReason.TOO_SLOW),
    ],
)
def test_token_that_is_not_given_is_told_by_the_reason(
    platform: FakePlatform, given: Answer | OutboundError, detail: object
) -> None:
    platform.token = given

    found = check(platform)

    assert (found["token"].verdict, found["token"].detail) == (Verdict.WRONG, detail)
    assert (found["scopes"].verdict, found["scopes"].detail) == (Verdict.UNKNOWN, Detail.SCOPES_UNKNOWN)


def test_tool_without_a_key_cannot_say(platform: FakePlatform) -> None:
    findings = check_platform(registration(), scopes=TWO, http=platform, signing_key=None, clock=platform.clock)

    details = {finding.what: (finding.verdict, finding.detail) for finding in findings}
    assert details[What.TOKEN] == (Verdict.UNKNOWN, Detail.NO_SIGNING_KEY)
    assert details[What.SCOPES] == (Verdict.UNKNOWN, Detail.SCOPES_UNKNOWN)
    assert platform.asked == []


@pytest.mark.parametrize(
    ("granted", "scopes"),
    [
        (None, (NAMES_AND_ROLES, LINE_ITEM, LINE_ITEM_READ, SCORE)),
        ({"scopes": [], "asked": [SCORE], "messages": []}, (SCORE,)),
        ({"scopes": [], "asked": [], "messages": []}, ()),
    ],
)
def test_platform_is_checked_for_what_it_was_asked_for(granted: object, scopes: tuple[str, ...]) -> None:
    known = Registration(granted=None if granted is None else json.dumps(granted))

    assert scopes_to_check(known) == scopes


# Clocks.


@pytest.mark.parametrize(
    ("ahead", "verdict", "detail", "seconds"),
    [
        (0, "ok", "clocks_agree", 0),
        (-1, "ok", "clocks_agree", 0),  # a date leaves parts of a second out
        (5, "ok", "clocks_agree", 5),
        (-6, "ok", "clocks_agree", 5),
        (6, "ok", "clocks_differ_a_little", 6),
        (30, "ok", "clocks_differ_a_little", 30),
        (-31, "ok", "clocks_differ_a_little", 30),
        (31, "wrong", "clocks_differ", 31),
        (-32, "wrong", "clocks_differ", 31),
        (3600, "wrong", "clocks_differ", 3600),
    ],
)
def test_clocks_may_differ_a_little(
    platform: FakePlatform, ahead: int, verdict: str, detail: str, seconds: int
) -> None:
    platform.date = lambda: format_datetime(START + timedelta(seconds=ahead), usegmt=True)

    found = check(platform)["clock"]

    assert (found.verdict.value, found.detail.value, found.values) == (verdict, detail, {"seconds": seconds})


def test_platform_that_takes_long_is_not_taken_for_a_slow_clock(platform: FakePlatform, still: FrozenClock) -> None:
    def say_and_take_time() -> str:
        still.move(seconds=20)
        date = format_datetime(still.now(), usegmt=True)
        still.move(seconds=20)
        return date

    platform.date = say_and_take_time

    assert check(platform)["clock"].values == {"seconds": 0}


def test_answer_out_of_a_cache_is_not_taken_for_a_slow_clock(platform: FakePlatform) -> None:
    platform.token = OutboundError(OutboundReason.UNREACHABLE)
    date = format_datetime(START - timedelta(minutes=10), usegmt=True)
    platform.keys = answer(good_keys(), Date=date, Age="600")

    assert check(platform)["clock"].detail is Detail.CLOCKS_AGREE


def test_refusal_tells_the_time_as_well(platform: FakePlatform) -> None:
    """A clock that is far off is itself a reason to refuse us."""
    platform.keys = OutboundError(OutboundReason.UNREACHABLE)
    platform.token = answer(b"", 401, date=format_datetime(START + timedelta(hours=1), usegmt=True))

    assert check(platform)["clock"].detail is Detail.CLOCKS_DIFFER


@pytest.mark.parametrize(
    "date", [None, "", "yesterday", "Mon, 99 Nov 2026 09:00:00 GMT", "Mon, 23 Nov 99999 09:00:00 GMT", SECRET]
)
def test_platform_that_does_not_tell_the_time_leaves_it_unknown(platform: FakePlatform, date: str | None) -> None:
    platform.date = lambda: date

    found = check(platform)["clock"]

    assert (found.verdict, found.detail) == (Verdict.UNKNOWN, Detail.CLOCK_UNKNOWN)


@pytest.mark.parametrize("age", ["-5", "x", "9" * 30, "9" * 5000, "²"])
def test_age_that_is_none_breaks_nothing(platform: FakePlatform, age: str) -> None:
    platform.keys = answer(good_keys(), Date=format_datetime(START, usegmt=True), Age=age)
    platform.token = OutboundError(OutboundReason.UNREACHABLE)

    assert check(platform)["clock"].what is What.CLOCK


# Ways in.


def event(kind: str) -> LastEvent:
    return LastEvent(registration_id="r", kind=kind, claim=None, happened_at=START)


def test_way_in_that_was_used_is_told_with_its_last_time(platform: FakePlatform) -> None:
    found = check(platform, event("launched:storage"), event("refused:frame"))

    assert found["storage"] == Finding(What.STORAGE, Verdict.OK, Detail.STORAGE_SEEN, {"at": START})
    assert found["frame"] == Finding(What.FRAME, Verdict.UNKNOWN, Detail.FRAME_NOT_SEEN)
    assert found["window"] == Finding(What.WINDOW, Verdict.UNKNOWN, Detail.WINDOW_NOT_SEEN)


@pytest.mark.parametrize("way", [Way.FRAME, Way.STORAGE, Way.WINDOW])
def test_noted_launch_is_found_again(platform: FakePlatform, door: Door, database: Database, way: Way) -> None:
    with database.session(writes=True) as session, session.begin():
        LastEvents(database, door.clock).note_launch(session.connection(), door.registration_id, way)

    with database.session(writes=False) as session:
        found = check(platform, *read_last_events(session, door.registration_id))

    assert [what for what in ("frame", "storage", "window") if found[what].verdict is Verdict.OK] == [way]


# Words.

CODES = [*Detail, *OutboundReason, *TokenReason]
VALUES = {"count": 2, "status": 404, "seconds": 42, "granted": (), "missing": (SCORE, "https://x/y/z"), "at": START}


def test_every_finding_has_words() -> None:
    assert set(_SENTENCES) == {code.value for code in CODES}
    assert set(_TITLES) == set(What)
    assert set(_ADVICE) <= set(_SENTENCES)


def test_no_two_codes_are_the_same() -> None:
    assert len(set(CODES)) == len(CODES)


def test_every_scope_that_is_asked_for_has_words() -> None:
    assert set(_SCOPES) == set(SCOPES)


def test_everything_that_is_wrong_comes_with_something_to_do() -> None:
    wrong = [*OutboundReason, *TokenReason, Detail.NO_USABLE_KEY, Detail.NOT_A_KEY_SET, Detail.CLOCKS_DIFFER]

    assert [code for code in (*wrong, Detail.SCOPES_MISSING) if code not in _ADVICE] == []


@pytest.mark.one_database
@pytest.mark.parametrize("language", ["en", "nl"])
@pytest.mark.parametrize("code", CODES)
def test_words_are_whole_sentences_without_codes(
    app: Flask, code: Detail | OutboundReason | TokenReason, language: str
) -> None:
    finding = Finding(What.KEYS, Verdict.UNKNOWN, code, VALUES)

    with app.test_request_context(f"/?lang={language}"):
        words = words_for_finding(finding)

    assert words.title
    assert words.sentence.endswith(".")
    assert words.advice == "" or words.advice.endswith(".")
    assert not {"%", "_", "!"} & set(words.sentence + words.advice + words.title)
    assert "https://" not in words.sentence


def test_missing_scopes_are_told_in_words(app: Flask) -> None:
    finding = Finding(What.SCOPES, Verdict.WRONG, Detail.SCOPES_MISSING, VALUES)

    with app.test_request_context("/?lang=en"):
        assert words_for_finding(finding).sentence == (
            "It does not allow everything. Missing: telling the gradebook who is done, z."
        )


@pytest.mark.parametrize(("language", "month"), [("en", "November"), ("nl", "november")])
def test_last_time_is_told_in_the_language_of_the_page(app: Flask, language: str, month: str) -> None:
    finding = Finding(What.FRAME, Verdict.OK, Detail.FRAME_SEEN, {"at": START.astimezone(UTC)})

    with app.test_request_context(f"/?lang={language}"):
        assert f"23 {month} 2026, 09:00 UTC" in words_for_finding(finding).sentence


# Over a real line, with a platform that checks what we sign.


@pytest.fixture
def lms() -> Iterator[tuple[str, TokenEndpoint]]:
    """A key set and a token endpoint on this computer."""
    tool = RegisteredTool("tool-1", "1", "moodle", "Tool", "", (), "", "https://tool.example/lti/jwks.json", (SCORE,))
    endpoint: TokenEndpoint

    @Request.application
    def answer_request(request: Request) -> Response:
        if request.path == "/jwks.json":
            return Response(json.dumps(good_keys()), content_type="application/json")
        try:
            given = endpoint.grant(request.form.to_dict(), START.timestamp())
        except TokenError as error:
            return Response(json.dumps(error.answer()), error.status, content_type="application/json")
        return Response(json.dumps(given), content_type="application/json")

    server = make_server("127.0.0.1", 0, answer_request, threaded=True)
    base = f"http://127.0.0.1:{server.server_port}"
    endpoint = TokenEndpoint(
        Platform(base, "tool-1", "1", key=named_key("platform")),
        find_tool={"tool-1": tool}.get,
        fetch_keys={tool.jwks_uri: {"keys": [public_jwk(named_key("tool"))]}}.__getitem__,
    )
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield base, endpoint
    server.shutdown()
    thread.join()
    server.server_close()


def test_platform_that_checks_everything_gives_us_a_token(lms: tuple[str, TokenEndpoint], still: FrozenClock) -> None:
    base, endpoint = lms
    known = Registration(issuer=base, client_id="tool-1", token_endpoint=f"{base}/token", jwks_uri=f"{base}/jwks.json")

    findings = check_platform(
        known,
        scopes=(SCORE, LINE_ITEM),
        http=PlatformHttp(allow_loopback=True),
        signing_key=signing_key(),
        clock=still,
    )

    found = {finding.what: finding for finding in findings}
    assert (found[What.KEYS].verdict, found[What.TOKEN].verdict) == (Verdict.OK, Verdict.OK)
    assert found[What.SCOPES].values == {"granted": (SCORE,), "missing": (LINE_ITEM,)}
    assert [token.scopes for token in endpoint.platform.tokens_issued] == [(SCORE,)]
    # The tests' clock stands still, and the computer's goes on.
    assert found[What.CLOCK].detail is not Detail.CLOCK_UNKNOWN
