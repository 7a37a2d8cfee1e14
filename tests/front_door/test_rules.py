"""Rules of the front door that the other files here leave open; ``rules.py`` is the whole list of rules and tests."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pylti1p3.exception import LtiException

from lti_tool.launch.views import PLATFORM_KEYS
from lti_tool.lti import library
from lti_tool.lti.outbound import PlatformHttp
from lti_tool.lti.platform_keys import FetchError, HttpFetch, PlatformKeyStore, parse_keys
from lti_tool.lti.refusals import LaunchRefusedError, Reason
from lti_tool.lti.registrations import find_registration
from lti_tool.people.visits import erase_ended_sessions
from tests.demo_lms.knobs import CLAIM, SCRIPT
from tests.demo_lms.people import INSTRUCTOR
from tests.demo_lms.signing import create_key, encode, key_id, named_key, public_jwk
from tests.door import LAUNCH_URL, TOP_LEVEL
from tests.front_door.framed import frame_of
from tests.front_door.rules import PAGE, RULES, TESTS, page
from tests.front_door.test_platform_keys import BAD, JWKS, server
from tests.front_door.witness import body_data

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from sqlalchemy.orm import Session

    from lti_tool.web.edge import Instruments
    from tests.conftest import PlatformKeyServer
    from tests.demo_lms.knobs import Launch
    from tests.door import Door
    from tests.front_door.witness import Witness

__all__ = ["server"]
STATIC = Path(__file__).parents[2] / "lti_tool" / "web" / "static" / "js"


# The list itself.


def names_in(file: str) -> set[str]:
    return set(re.findall(r"^def (test_\w+)", (TESTS / file).read_text(encoding="utf-8"), re.MULTILINE))


def test_every_rule_names_tests_that_exist() -> None:
    named = sorted({test for rule in RULES for test in rule.tests})
    known = {file: names_in(file) for file in {test.partition("::")[0] for test in named}}

    assert [test for test in named if test.partition("::")[2] not in known[test.partition("::")[0]]] == []
    assert [rule.name for rule in RULES if not rule.tests] == []


def test_every_rule_has_a_name_of_its_own() -> None:
    names = [rule.name for rule in RULES]

    assert [name for name in names if names.count(name) > 1] == []


def test_every_reason_for_a_refusal_belongs_to_a_rule() -> None:
    told = {code for rule in RULES for code in re.findall(r"[a-z_]+", rule.reason)}

    assert {reason.value for reason in Reason} - told == set()


def test_page_for_auditors_says_what_the_list_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "make it again: python -m tests.front_door.rules"


# 2e: the login.


@pytest.mark.parametrize("target", ["https://tool.example/", f"{LAUNCH_URL}?act=1", f"{LAUNCH_URL}#part"])
def test_answer_is_asked_at_one_address_whatever_the_target_is(door: Door, target: str) -> None:
    """2e.6: an LMS compares ``redirect_uri`` to the letter, and a login must not choose where its answer goes."""
    assert door.log_in(target_link_uri=target).status_code == 302

    assert door.asked["redirect_uri"] == LAUNCH_URL


def test_deployment_named_twice_at_the_login_is_the_standards_own(door: Door) -> None:
    """2e.1: Canvas's older name counts where the standard's is not sent."""
    assert door.log_in(lti_deployment_id="1", deployment_id="2").status_code == 302
    asked = door.asked
    launch = door.prepare()
    launch.form["state"], launch.claims["nonce"] = asked["state"], asked["nonce"]

    assert door.post(launch).status_code == 303


def test_launch_sets_the_sessions_cookie_and_no_other(door: Door) -> None:
    """4b.30 and 4b.31: nothing of a launch travels in a cookie, and no cookie is shared by two."""
    (cookie,) = door.launch().headers.getlist("Set-Cookie")

    assert cookie.startswith("__Host-s-")
    assert len(cookie) < 200


# 2f: the launch.


REQUIRED = {
    "iss": ("iss",),
    "sub": ("sub",),
    "aud": ("aud",),
    "exp": ("exp",),
    "iat": ("iat",),
    "nonce": ("nonce",),
    "version": (f"{CLAIM}version",),
    "message_type": (f"{CLAIM}message_type",),
    "deployment_id": (f"{CLAIM}deployment_id",),
    "target_link_uri": (f"{CLAIM}target_link_uri",),
    "resource_link": (f"{CLAIM}resource_link",),
    "resource_link.id": (f"{CLAIM}resource_link", "id"),
    "roles": (f"{CLAIM}roles",),
}
TYPES = {"null": None, "true": True, "number": 7, "fraction": 1.5, "text": "x", "list": [["x"]], "object": {"x": "x"}}
OWN_TYPE = {
    "exp": {"number", "fraction"},
    "iat": {"number", "fraction"},
    "roles": {"list"},
    "resource_link": {"object"},
}


@pytest.mark.parametrize(
    ("claim", "kind"),
    [(claim, kind) for claim in REQUIRED for kind in TYPES if kind not in OWN_TYPE.get(claim, {"text"})],
)
@pytest.mark.one_database
def test_required_claim_of_another_type_is_refused(door: Door, witness: Witness, claim: str, kind: str) -> None:
    launch = door.prepare()
    *path, name = REQUIRED[claim]
    place = launch.claims[path[0]] if path else launch.claims
    place[name] = TYPES[kind]
    witness.remember()

    response = door.post(launch)

    witness.assert_refused(response, "claim_malformed")


def test_role_that_stands_alone_as_a_text_gives_nothing(door: Door, witness: Witness) -> None:
    """``roles`` is a list. A text that reads as a role is not a list of one, and not a list of letters."""
    launch = door.prepare()
    launch.claims[f"{CLAIM}roles"] = INSTRUCTOR
    witness.remember()

    witness.assert_refused(door.post(launch), "claim_malformed")


LOOSE = ["name", "given_name", "family_name", "locale", "email", f"{CLAIM}lis", f"{CLAIM}ext"]
LOOSE += [f"{CLAIM}{name}" for name in ("launch_presentation", "custom", "tool_platform")]


@pytest.mark.parametrize("name", LOOSE)
@pytest.mark.parametrize("depth", [1, 900], ids=["flat", "deep"])
def test_optional_claim_of_any_shape_never_breaks_the_tool(door: Door, name: str, depth: int) -> None:
    value: Any = "x"
    for _ in range(depth):
        value = [{"a": value}] if depth == 1 else [value]
    launch = door.prepare()
    launch.claims[name] = value

    response = door.post(launch)

    assert response.status_code in (303, 400)
    assert response.status_code == 303 or body_data(response.text)["reason"] == "claim_malformed"


def test_nested_text_in_a_custom_parameter_never_breaks_the_tool(door: Door) -> None:
    """Canvas writes JSON into a text; that can be nested too."""
    for brand in ("[" * 100_000, '{"ic-brand-primary": ' * 5_000, '{"ic-brand-primary": {}}', "9" * 5000):
        launch = door.prepare()
        launch.claims[f"{CLAIM}custom"] = {"brand": brand, "high_contrast": brand[:200]}

        assert door.post(launch).status_code == 303


def test_library_that_finds_fault_refuses(door: Door, witness: Witness, monkeypatch: pytest.MonkeyPatch) -> None:
    """Decision 4: the LTI library can refuse what we accepted, and cannot admit what we refused."""

    def find_fault(_body: object) -> bool:
        raise LtiException

    monkeypatch.setattr(library._RESOURCE_LINK, "validate", find_fault)
    launch = door.prepare()
    witness.remember()

    witness.assert_refused(door.post(launch), "claim_malformed")


def test_library_that_is_content_admits_nothing(door: Door, witness: Witness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library._RESOURCE_LINK, "can_validate", lambda _body: True)
    monkeypatch.setattr(library._RESOURCE_LINK, "validate", lambda _body: True)
    launch = door.prepare()
    launch.claims[f"{CLAIM}version"] = "1.2.0"
    witness.remember()

    witness.assert_refused(door.post(launch), "version_refused")


ATTACK = f"{SCRIPT}\"'><img src=x onerror=alert(1)>"
TEXTS = {
    "name": ("name",),
    "given name": ("given_name",),
    "family name": ("family_name",),
    "e-mail": ("email",),
    "locale": ("locale",),
    "person": ("sub",),
    "course": (f"{CLAIM}context", "id"),
    "title of the course": (f"{CLAIM}context", "title"),
    "label of the course": (f"{CLAIM}context", "label"),
    "link": (f"{CLAIM}resource_link", "id"),
    "title of the link": (f"{CLAIM}resource_link", "title"),
    "role": (f"{CLAIM}roles", 1),
    "language of the page": (f"{CLAIM}launch_presentation", "locale"),
    "way back": (f"{CLAIM}launch_presentation", "return_url"),
    "contrast": (f"{CLAIM}custom", "high_contrast"),
    "brand": (f"{CLAIM}custom", "brand"),
    "groups": (f"{CLAIM}custom", "group_ids"),
    "sections": (f"{CLAIM}custom", "section_ids"),
    "restriction": (f"{CLAIM}custom", "section_restricted"),
    "family": (f"{CLAIM}tool_platform", "product_family_code"),
}


def put(claims: dict[str, Any], path: tuple[Any, ...], value: object) -> None:
    if len(path) == 1:
        claims[path[0]] = value
    elif path[0] == f"{CLAIM}roles":
        claims[path[0]] = [*claims[path[0]], value]
    else:
        claims[path[0]] = {**(claims.get(path[0]) or {}), path[1]: value}


@pytest.mark.parametrize("path", TEXTS.values(), ids=TEXTS.keys())
@pytest.mark.parametrize(
    "text",
    [ATTACK, f"https://lms.example/{ATTACK}", f'{{"ic-brand-primary": "#abc;{SCRIPT}"}}'],
    ids=["text", "url", "json"],
)
@pytest.mark.one_database
def test_script_in_any_claim_is_text_or_nothing_on_every_page(door: Door, path: tuple[Any, ...], text: str) -> None:
    def spoil(launch: Launch) -> None:
        if path == (f"{CLAIM}context", "label"):
            launch.claims[f"{CLAIM}context"].pop("title", None)
        if path != ("name",):
            launch.claims.pop("name", None)
        put(launch.claims, path, text)

    visit = door.enter(spoil=spoil)

    for path_of_page in ("/", "/support", "/step/u56fbuib", "/nothing-here"):
        response = visit.get(path_of_page)
        assert "<script>alert" not in response.text
        assert "<img" not in response.text
        assert "alert(1)" not in str(response.headers)
        assert not re.search(r"""(href|src|action)\s*=\s*["']?\s*(javascript|data):""", response.text, re.IGNORECASE)


# 2f.3 and 2f.5: once, and sealed.


@pytest.mark.parametrize("seconds", [0, 300, 599])
def test_login_that_was_used_stays_used_when_ended_visits_are_erased(
    door: Door, session: Session, witness: Witness, seconds: int
) -> None:
    """The row of a visit is what a replay runs into: it may not go before its login has expired."""
    launch = door.prepare()
    address = door.post(launch).headers["Location"]
    door.client.get(f"{address}leave")
    door.clock.move(seconds=seconds)
    assert erase_ended_sessions(session, now=door.clock.now()) == 0
    session.commit()
    now = int(door.clock.now().timestamp())
    launch.claims.update(iat=now, exp=now + 300)
    witness.remember()

    witness.assert_refused(door.post(launch), "replayed")


def test_ticket_that_nobody_sealed_is_refused(door: Door, witness: Witness) -> None:
    frame = frame_of(door)
    kept = frame.log_in()
    content = {"at": door.clock.timestamp(), "state": kept.state, "id_token": frame.prepare(kept).token()}
    plain = json.dumps(content).encode()
    witness.remember()

    for ticket in (plain, b"test:" + plain, b":" + plain, b"test:" + b"\0" * 12 + plain + b"\0" * 16):
        witness.assert_refused(frame.verify(base64.urlsafe_b64encode(ticket).decode(), kept.secret), "state_invalid")
        witness.remember()


# Key sources.


def test_key_of_nearly_enough_bits_may_not_sign() -> None:
    short, enough = create_key(2040), named_key("platform")

    assert list(parse_keys([public_jwk(short), public_jwk(enough)])) == [key_id(enough)]


@pytest.mark.parametrize("exponent", [1, 2, 4, 65536])
def test_key_with_an_exponent_that_proves_nothing_may_not_sign(exponent: int) -> None:
    """With an exponent of one every text is its own signature."""
    raw = exponent.to_bytes(3, "big").lstrip(b"\0")

    assert parse_keys([{**public_jwk(named_key("platform")), "e": encode(raw)}]) == {}


@pytest.mark.parametrize("bits", [16_384, 100_000])
def test_key_of_far_too_many_bits_is_slow_for_nobody(
    door: Door, key_server: PlatformKeyServer, witness: Witness, bits: int
) -> None:
    modulus = encode(((1 << bits) - 1).to_bytes(bits // 8, "big"))
    keys = [{**public_jwk(named_key("platform")), "n": modulus, "kid": "large"}]
    key_server.answers[JWKS] = lambda: (keys, None)
    launch = door.prepare()
    launch.header["kid"] = "large"
    witness.remember()

    witness.assert_refused(door.post(launch), "signature_wrong", "key_unknown")


def test_key_of_a_platform_that_we_know_opens_nothing_at_another(
    create_door: Callable[..., Door], content: dict[str, Any], witness: Witness
) -> None:
    del content
    one, other = create_door(), create_door(issuer="https://other.example", key="other")
    one.enter()
    launch = other.prepare()
    launch.key, launch.header["kid"] = one.platform.key, one.platform.kid
    witness.remember()

    witness.assert_refused(other.post(launch), "key_unknown")


def test_of_two_workers_that_miss_a_key_at_the_same_moment_one_asks(
    door: Door, tools: Instruments, key_server: PlatformKeyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one looked before the other had asked, and comes to ask after it: the database says who may."""
    with tools.database.engine.connect() as connection:
        registration = find_registration(connection, door.registration_id)
    first, late = (PlatformKeyStore(tools.database, tools.clock, key_server) for _ in range(2))
    assert first.find(registration, door.platform.kid) is not None
    look = late._read

    def look_and_be_overtaken(*given: Any) -> Any:
        seen = look(*given)
        with pytest.raises(LaunchRefusedError):
            first.find(registration, "unknown")
        return seen

    monkeypatch.setattr(late, "_read", look_and_be_overtaken)
    with pytest.raises(LaunchRefusedError) as refused:
        late.find(registration, "unknown")

    assert refused.value.reason is Reason.KEY_UNKNOWN
    assert len(key_server.fetched) == 2


@pytest.mark.parametrize("path", ["html", "broken", "missing", "hang", "hang-in-body", "redirect", "large", "no-keys"])
def test_known_keys_are_used_while_the_endpoint_answers_badly(
    app: Flask, door: Door, server: str, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    """Stale-if-error, over a real line: what comes badly is never put in the place of what is known."""
    assert path in BAD
    door.enter()
    door.clock.move(hours=7)
    fetch, asked = HttpFetch(PlatformHttp(allow_loopback=True)), []

    def fetch_badly(url: str) -> Any:
        asked.append(url)
        return fetch(f"{server}/{path}")

    monkeypatch.setattr(app.extensions[PLATFORM_KEYS], "_fetch", fetch_badly)

    assert [door.launch().status_code for _ in range(2)] == [303, 303]
    assert asked == [JWKS]


def test_unknown_key_while_the_platform_is_away_is_told_as_what_may_pass(
    door: Door, key_server: PlatformKeyServer, witness: Witness
) -> None:
    """Its platform may just have changed its keys: 503, so that the person tries again, and not a refusal for good."""
    door.enter()
    door.clock.move(hours=7)

    def fail() -> Any:
        raise FetchError

    key_server.answers[JWKS] = fail
    launch = door.prepare()
    launch.header["kid"] = "new"
    witness.remember()

    witness.assert_refused(door.post(launch), "keys_unavailable")


def test_platform_turns_its_keys_and_nobody_notices(
    door: Door, key_server: PlatformKeyServer, witness: Witness
) -> None:
    """Rotation with a new key id: both keys in between, then the new one alone, and the old one opens nothing more."""
    first = door.platform.key
    assert door.launch().status_code == 303
    door.platform.rotate()
    assert door.launch().status_code == 303, "the first launch under a new id fetches it"
    assert door.launch().status_code == 303
    assert len(key_server.fetched) == 2
    second = public_jwk(door.platform.key)
    key_server.answers[JWKS] = lambda: ([second], None)
    door.clock.move(hours=6)
    assert door.launch().status_code == 303
    launch = door.prepare()
    launch.key, launch.header["kid"] = first, key_id(first)
    witness.remember()

    witness.assert_refused(door.post(launch), "key_unknown")


# 2g: after the launch.


def test_no_script_of_ours_keeps_anything_in_the_browser_or_runs_text() -> None:
    keeping = r"localStorage|sessionStorage|indexedDB|\bcaches\b"
    running = r"\beval\b|new Function|innerHTML|outerHTML|insertAdjacentHTML|document\.write|import\(|https?://"
    forbidden = f"{keeping}|{running}"

    found = {
        path.name: matched
        for path in sorted(STATIC.glob("*.js"))
        if (matched := re.findall(forbidden, re.sub(r"/\*.*?\*/|//[^\n]*", "", path.read_text(), flags=re.DOTALL)))
    }

    assert found == {}


@pytest.mark.parametrize("person", ["amina", "teacher"])
def test_links_to_other_sites_in_a_window_of_their_own_cannot_reach_back(door: Door, person: str) -> None:
    visit = door.enter(person)

    for path in ("/", "/support", "/step/u56fbuib"):
        for link in re.findall(r"<a [^>]*target=\"_blank\"[^>]*>", visit.get(path).text):
            assert 'rel="noopener noreferrer"' in link


@pytest.mark.parametrize("binding", ["cookie", "agent"])
def test_token_of_a_visit_is_sent_nowhere_but_in_its_own_address(door: Door, witness: Witness, binding: str) -> None:
    visit = door.enter() if binding == "cookie" else frame_of(door).enter()
    token = visit.home.rpartition("/")[2]
    assert len(token) == 43, "32 random bytes"
    witness.lines.clear()

    response = visit.get()

    assert token not in str(response.headers)
    assert token not in "".join(witness.lines)
    for link in re.findall(r'(?:href|src|action)="(https?:[^"]*)"', response.text):
        assert token not in link


def test_state_in_the_address_of_a_launch_does_not_count(door: Door, witness: Witness) -> None:
    launch = door.prepare()
    given = launch.fields()
    witness.remember()

    response = door.client.post(
        "/lti/launch", query_string={"state": given.pop("state")}, data=given, headers=TOP_LEVEL
    )

    witness.assert_refused(response, "not_a_launch")
