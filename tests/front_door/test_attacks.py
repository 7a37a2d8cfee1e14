"""Attacks on a launch: each is refused for its own reason, writes nothing, and never breaks the tool."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import hmac
import json
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from jwt.algorithms import ECAlgorithm
from sqlalchemy import func, select

from lti_tool.launch import views
from lti_tool.launch.service import check_launch
from lti_tool.people.models import LaunchSession
from lti_tool.people.visits import erase_ended_sessions
from tests.demo_lms.knobs import CLAIM, KNOBS, SCRIPT
from tests.demo_lms.people import INSTRUCTOR, LEARNER
from tests.demo_lms.signing import WEAK_BITS, encode, key_id, named_key, public_jwk
from tests.door import TOP_LEVEL
from tests.front_door.witness import body_data, dump_people

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from sqlalchemy.orm import Session
    from werkzeug.test import TestResponse

    from lti_tool.kernel.database import Database
    from lti_tool.web.edge import Instruments
    from tests.conftest import PlatformKeyServer
    from tests.demo_lms.knobs import Launch
    from tests.door import Door
    from tests.front_door.witness import Witness

ACCEPTED = sorted(name for name, knob in KNOBS.items() if knob.accepted)
REFUSED = {
    "no_kid": "key_id_missing",
    "unknown_kid": "key_unknown",
    "alg_none": "algorithm_refused",
    "alg_hs256": "algorithm_refused",
    "wrong_key": "signature_wrong",
    "weak_key": "key_unknown",
    "broken_signature": "signature_wrong",
    "wrong_version": "version_refused",
    "no_version": "claim_missing",
    "not_an_lti_message": "claim_missing",
    "missing_claims": "claim_missing",
    "no_audience": "claim_missing",
    "no_issuer": "claim_missing",
    "no_sub": "claim_missing",
    "no_deployment": "claim_missing",
    "no_roles": "claim_missing",
    "no_message_type": "claim_missing",
    "unknown_message_type": "message_type_refused",
    "unknown_deployment": "deployment_different",
    "no_resource_link": "claim_missing",
    "empty_resource_link": "claim_malformed",
    "blank_resource_link_id": "claim_malformed",
    "other_target_link": "target_different",
    "wrong_issuer": "issuer_different",
    "wrong_audience": "audience_different",
    "audience_list_without_azp": "audience_different",
    "wrong_azp": "audience_different",
    "old_timestamps": "token_expired",
    "expired": "token_expired",
    "issued_in_future": "token_from_future",
    "no_exp": "claim_missing",
    "no_iat": "claim_missing",
    "wrong_nonce": "nonce_different",
    "no_nonce": "claim_missing",
    "wrong_state": "state_invalid",
    "no_state": "not_a_launch",
    "not_a_token": "token_malformed",
    "platform_error": "platform_error",
    "oversized": "too_large",
    "deeply_nested": "token_malformed",
    "wrong_types": "claim_malformed",
}


@pytest.fixture
def attack(door: Door, witness: Witness) -> Callable[..., None]:
    """Spoil one good launch, post it, and see it refused."""

    def attack(spoil: Callable[[Launch], Any], *reasons: str, person: str = "amina") -> None:
        launch = door.prepare(person)
        spoil(launch)
        witness.remember()

        response = door.post(launch)

        witness.assert_refused(response, *reasons)

    return attack


def setting(**claims: Any) -> Callable[[Launch], None]:
    return lambda launch: launch.claims.update(claims)


def setting_lti(**claims: Any) -> Callable[[Launch], None]:
    return lambda launch: launch.claims.update({f"{CLAIM}{name}": value for name, value in claims.items()})


def sign_bytes(launch: Launch, payload: bytes, header: bytes | None = None) -> str:
    """Sign bytes as they stand, with the platform's own key."""
    head = json.dumps(launch.header).encode() if header is None else header
    signed = f"{encode(head)}.{encode(payload)}"
    key = launch.published[0]
    return f"{signed}.{encode(key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


def login_cookie(door: Door) -> str:
    """Return the cookie of the last login, as a browser sends it."""
    name = f"__Host-lti-{door.asked['state'][:10]}"
    found = door.client.get_cookie(name, domain="tool.example")
    assert found is not None
    return f"{name}={found.value}"


def post_with(app: Flask, fields: dict[str, str], cookies: str) -> TestResponse:
    """Post a launch with exactly these cookies."""
    client = app.test_client(use_cookies=False)
    return client.post("/lti/launch", data=fields, headers={**TOP_LEVEL, "Cookie": cookies})


def count_sessions(database: Database) -> int:
    with database.session(writes=False) as session:
        return session.execute(select(func.count()).select_from(LaunchSession)).scalar_one()


# Every knob of the demo platform.


def test_every_knob_has_an_expected_answer() -> None:
    assert set(REFUSED) | set(ACCEPTED) | {"replay"} == set(KNOBS)


@pytest.mark.parametrize("knob", REFUSED)
def test_spoiled_launch_is_refused(knob: str, attack: Callable[..., None]) -> None:
    attack(KNOBS[knob].spoil, REFUSED[knob])


@pytest.mark.parametrize("knob", ACCEPTED)
def test_awkward_launch_comes_in(knob: str, door: Door) -> None:
    page = door.enter(spoil=KNOBS[knob].spoil).get()

    assert page.status_code == 200
    assert body_data(page.text)["role"] == "learner"


# State: which login, which registration, which browser, when.


def test_nonce_of_another_login_is_refused(door: Door, witness: Witness) -> None:
    first = door.prepare()
    second = door.prepare()
    second.claims["nonce"] = first.claims["nonce"]
    witness.remember()

    response = door.post(second)

    witness.assert_refused(response, "nonce_different")


def prepare_at_two(create_door: Callable[..., Door], **other: str) -> tuple[Launch, Launch, Door]:
    """Log in at two registrations with one browser; return both launches and the second door."""
    one = create_door()
    two = dataclasses.replace(create_door(**other), client=one.client)
    return one.prepare(), two.prepare(), two


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        ({"client_id": "tool-2"}, "nonce_different"),
        ({"issuer": "https://other.example", "key": "other"}, "key_unknown"),
        ({"issuer": "https://other.example"}, "issuer_different"),
    ],
    ids=["registration", "tenant", "tenant-with-the-same-key"],
)
def test_ops_5_state_of_another_registration_is_refused(
    create_door: Callable[..., Door], witness: Witness, other: dict[str, str], reason: str
) -> None:
    first, second, door = prepare_at_two(create_door, **other)
    second.form["state"] = first.form["state"]
    witness.remember()

    response = door.post(second)

    # One issuer with two client ids: the audience is looked at before the nonce.
    witness.assert_refused(response, "audience_different" if reason == "nonce_different" else reason)


def test_ops_5_token_for_another_client_of_the_same_issuer_is_refused(
    create_door: Callable[..., Door], witness: Witness
) -> None:
    first, second, door = prepare_at_two(create_door, client_id="tool-2")
    second.form["state"] = first.form["state"]
    second.claims["nonce"] = first.claims["nonce"]
    witness.remember()

    response = door.post(second)

    witness.assert_refused(response, "audience_different")


REGIONS = {"random": 3, "issued at": 18, "registration": 25, "target": 40, "deployment": 47, "signature": 60}


@pytest.mark.parametrize("place", REGIONS.values(), ids=REGIONS.keys())
def test_tampered_state_is_refused(attack: Callable[..., None], place: int) -> None:
    def spoil(launch: Launch) -> None:
        raw = bytearray(base64.urlsafe_b64decode(launch.form["state"]))
        raw[place] ^= 1
        launch.form["state"] = base64.urlsafe_b64encode(raw).decode()

    attack(spoil, "state_invalid")


@pytest.mark.parametrize(
    "change",
    [lambda text: text[:-1], lambda text: text + "A", lambda _: "é" * 92, lambda _: "=" * 92, lambda _: "A" * 92],
    ids=["shorter", "longer", "letters", "padding", "zeros"],
)
def test_misshapen_state_is_refused(attack: Callable[..., None], change: Callable[[str], str]) -> None:
    attack(lambda launch: launch.form.update(state=change(launch.form["state"])), "state_invalid")


def refresh(launch: Launch, door: Door) -> None:
    """Give a launch the times of now."""
    now = int(door.clock.now().timestamp())
    launch.claims.update(iat=now, exp=now + 300)


def test_state_works_for_ten_minutes(door: Door) -> None:
    launch = door.prepare()
    door.clock.move(seconds=600)
    refresh(launch, door)

    assert door.post(launch).status_code == 303


def test_state_of_ten_minutes_and_a_second_is_refused(door: Door, witness: Witness) -> None:
    launch = door.prepare()
    door.clock.move(seconds=601)
    refresh(launch, door)
    witness.remember()

    response = door.post(launch)

    witness.assert_refused(response, "state_expired")


def test_state_from_the_future_is_refused(door: Door, witness: Witness) -> None:
    launch = door.prepare()
    door.clock.move(seconds=-61)
    refresh(launch, door)
    witness.remember()

    response = door.post(launch)

    witness.assert_refused(response, "state_expired")


def test_launch_in_another_browser_is_refused(app: Flask, door: Door, witness: Witness) -> None:
    launch = door.prepare()
    witness.remember()

    response = post_with(app, launch.fields(), "")

    witness.assert_refused(response, "cookie_missing")


def test_cookie_of_another_login_is_refused(app: Flask, door: Door, witness: Witness) -> None:
    door.prepare()
    secret = login_cookie(door).partition("=")[2]
    launch = door.prepare()
    name = login_cookie(door).partition("=")[0]
    witness.remember()

    response = post_with(app, launch.fields(), f"{name}={secret}")

    witness.assert_refused(response, "cookie_different")


@pytest.mark.parametrize("cookie", ["", "é", "\xff", '"\\377"', ";;;=", "x" * 5000])
def test_broken_cookie_is_refused_calmly(app: Flask, door: Door, witness: Witness, cookie: str) -> None:
    launch = door.prepare()
    name = login_cookie(door).partition("=")[0]
    witness.remember()

    response = post_with(app, launch.fields(), f"{name}={cookie}")

    witness.assert_refused(response, "cookie_different", "cookie_missing")


# Replay: a login opens one session, whatever happens.


def test_reloaded_launch_is_refused(door: Door, witness: Witness) -> None:
    launch = door.prepare()
    door.post(launch)
    witness.remember()

    response = door.post(launch)

    witness.assert_refused(response, "replayed")


def test_replayed_launch_is_refused(app: Flask, door: Door, witness: Witness) -> None:
    launch = door.prepare()
    cookie = login_cookie(door)
    fields = launch.fields()
    assert post_with(app, fields, cookie).status_code == 303
    witness.remember()

    response = post_with(app, fields, cookie)

    witness.assert_refused(response, "replayed")


def test_another_token_for_a_used_login_is_refused(app: Flask, door: Door, witness: Witness) -> None:
    launch = door.prepare()
    cookie = login_cookie(door)
    assert post_with(app, launch.fields(), cookie).status_code == 303
    launch.claims.update(sub="somebody-else", name="Somebody Else")
    witness.remember()

    response = post_with(app, launch.fields(), cookie)

    witness.assert_refused(response, "replayed")


def test_replay_after_leaving_is_refused(app: Flask, door: Door, witness: Witness) -> None:
    launch = door.prepare()
    cookie = login_cookie(door)
    fields = launch.fields()
    address = post_with(app, fields, cookie).headers["Location"]
    door.client.get(f"{address}leave")
    witness.remember()

    response = post_with(app, fields, cookie)

    witness.assert_refused(response, "replayed")


def test_replay_with_another_spelling_of_the_state_is_refused(app: Flask, door: Door, witness: Witness) -> None:
    launch = door.prepare()
    cookie = login_cookie(door)
    assert post_with(app, launch.fields(), cookie).status_code == 303
    # The last character before the padding carries two bits that no byte uses.
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    state = launch.form["state"]
    respelled = state[:-2] + alphabet[alphabet.index(state[-2]) ^ 1] + "="
    assert base64.urlsafe_b64decode(respelled) == base64.urlsafe_b64decode(state)
    launch.form["state"] = respelled
    witness.remember()

    response = post_with(app, launch.fields(), cookie)

    witness.assert_refused(response, "replayed", "state_invalid")


def test_replay_after_the_session_is_erased_is_refused(app: Flask, door: Door, session: Session) -> None:
    launch = door.prepare()
    cookie = login_cookie(door)
    address = post_with(app, launch.fields(), cookie).headers["Location"]
    door.client.get(f"{address}leave")
    door.clock.move(minutes=60)
    assert erase_ended_sessions(session, now=door.clock.now()) == 1
    session.commit()
    refresh(launch, door)

    response = post_with(app, launch.fields(), cookie)

    assert body_data(response.text)["reason"] == "state_expired"


def post_together(
    app: Flask, monkeypatch: pytest.MonkeyPatch, posts: list[tuple[dict[str, str], str]]
) -> list[TestResponse]:
    """Post launches so that all have been checked before the first is stored."""
    barrier = Barrier(len(posts))

    def check_and_wait(*args: Any, **kwargs: Any) -> Any:
        checked = check_launch(*args, **kwargs)
        barrier.wait(timeout=20)
        return checked

    monkeypatch.setattr(views, "check_launch", check_and_wait)
    with ThreadPoolExecutor(len(posts)) as threads:
        return list(threads.map(lambda post: post_with(app, *post), posts))


def test_two_posts_of_one_launch_at_the_same_moment_open_one_session(
    app: Flask, door: Door, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = (door.prepare().fields(), login_cookie(door))

    answers = post_together(app, monkeypatch, [post, post])

    assert sorted(answer.status_code for answer in answers) == [303, 403]
    assert count_sessions(database) == 1


def test_two_first_launches_at_the_same_moment_both_come_in(
    app: Flask, door: Door, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = (door.prepare().fields(), login_cookie(door))
    second = (door.prepare().fields(), login_cookie(door))

    answers = post_together(app, monkeypatch, [first, second])

    assert [answer.status_code for answer in answers] == [303, 303]
    assert count_sessions(database) == 2


# Who it is for, and when.

CLIENT = "tool-1"


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": CLIENT, "azp": None},
        {"aud": [CLIENT], "azp": None},
        {"aud": [CLIENT], "azp": CLIENT},
        {"aud": ["another", CLIENT], "azp": CLIENT},
    ],
)
def test_audience_that_names_us_comes_in(door: Door, claims: dict[str, Any]) -> None:
    assert door.launch(spoil=setting(**claims)).status_code == 303


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"aud": "another", "azp": CLIENT}, "audience_different"),
        ({"aud": ["another"], "azp": CLIENT}, "audience_different"),
        ({"aud": f"{CLIENT} "}, "audience_different"),
        ({"aud": CLIENT.upper()}, "audience_different"),
        ({"aud": CLIENT, "azp": "another"}, "audience_different"),
        ({"aud": CLIENT, "azp": ""}, "audience_different"),
        ({"aud": [CLIENT, "another"], "azp": None}, "audience_different"),
        ({"aud": [CLIENT, "another"], "azp": "another"}, "audience_different"),
        ({"aud": []}, "claim_malformed"),
        ({"aud": [CLIENT, 1]}, "claim_malformed"),
        ({"aud": {CLIENT: CLIENT}}, "claim_malformed"),
        ({"aud": None}, "claim_malformed"),
        ({"azp": [CLIENT]}, "claim_malformed"),
        ({"iss": "https://lms.example/"}, "issuer_different"),
        ({"iss": "https://LMS.example"}, "issuer_different"),
        ({"iss": ["https://lms.example"]}, "claim_malformed"),
    ],
)
def test_audience_or_issuer_that_differs_is_refused(
    attack: Callable[..., None], claims: dict[str, Any], reason: str
) -> None:
    attack(setting(**claims), reason)


def at(**offsets: float) -> Callable[[Launch], None]:
    """Set times, in seconds from now."""

    def spoil(launch: Launch) -> None:
        now = launch.claims["iat"]
        launch.claims.update({name: now + offset for name, offset in offsets.items()})

    return spoil


@pytest.mark.parametrize(
    "offsets",
    [
        {"iat": -300, "exp": -59},
        {"iat": 60, "exp": 360},
        {"iat": -660, "exp": 300},
        {"nbf": 60},
        {"nbf": -3600},
        {"exp": 86_400},
        {"iat": 0.5, "exp": 300.5},
    ],
)
def test_times_within_the_leeway_come_in(door: Door, offsets: dict[str, float]) -> None:
    assert door.launch(spoil=at(**offsets)).status_code == 303


@pytest.mark.parametrize(
    ("offsets", "reason"),
    [
        ({"iat": -300, "exp": -60}, "token_expired"),
        ({"iat": 61, "exp": 361}, "token_from_future"),
        ({"iat": -661, "exp": 300}, "token_too_old"),
        ({"nbf": 61}, "token_from_future"),
        ({"exp": 86_401}, "token_lives_too_long"),
        ({"iat": -365 * 86_400, "exp": 300}, "token_too_old"),
    ],
)
def test_times_beyond_the_leeway_are_refused(
    attack: Callable[..., None], offsets: dict[str, float], reason: str
) -> None:
    attack(at(**offsets), reason)


@pytest.mark.parametrize("claim", ["iat", "exp", "nbf"])
@pytest.mark.parametrize(
    "value",
    ["1795000000", True, -1, 10**400, 1e300, float("nan"), float("inf"), float("-inf"), [1], {"at": 1}, ""],
    ids=lambda value: str(value)[:12],
)
@pytest.mark.one_database
def test_time_that_is_no_time_is_refused(attack: Callable[..., None], claim: str, value: Any) -> None:
    attack(setting(**{claim: value}), "claim_malformed")


def test_deployment_that_is_not_known_is_refused(door: Door, witness: Witness) -> None:
    door.log_in(lti_deployment_id=None)
    asked = door.asked
    launch = door.prepare()
    launch.form["state"], launch.claims["nonce"] = asked["state"], asked["nonce"]
    launch.claims[f"{CLAIM}deployment_id"] = "never-approved"
    witness.remember()

    response = door.post(launch)

    witness.assert_refused(response, "deployment_waiting")


# Signatures and keys.


@pytest.mark.parametrize(
    "algorithm", ["none", "None", "NONE", "HS256", "HS512", "RS384", "RS512", "PS256", "ES256", "rs256", "", None, 256]
)
def test_other_algorithm_is_refused(attack: Callable[..., None], algorithm: Any) -> None:
    attack(lambda launch: launch.header.update(alg=algorithm), "algorithm_refused")


def test_rs512_with_a_right_signature_is_refused(attack: Callable[..., None]) -> None:
    def spoil(launch: Launch) -> None:
        signed = f"{encode(json.dumps({**launch.header, 'alg': 'RS512'}).encode())}.{launch.token().split('.')[1]}"
        signature = launch.published[0].sign(signed.encode(), padding.PKCS1v15(), hashes.SHA512())
        launch.form["id_token"] = f"{signed}.{encode(signature)}"

    attack(spoil, "algorithm_refused")


def test_hs256_with_the_key_set_as_a_secret_is_refused(attack: Callable[..., None]) -> None:
    def spoil(launch: Launch) -> None:
        header, payload, _ = launch.token().split(".")
        header = encode(json.dumps({**launch.header, "alg": "HS256"}).encode())
        secret = json.dumps(public_jwk(launch.published[0])).encode()
        signature = hmac.new(secret, f"{header}.{payload}".encode(), hashlib.sha256).digest()
        launch.form["id_token"] = f"{header}.{payload}.{encode(signature)}"

    attack(spoil, "algorithm_refused")


def test_empty_signature_is_refused(attack: Callable[..., None]) -> None:
    def spoil(launch: Launch) -> None:
        launch.form["id_token"] = launch.token().rpartition(".")[0] + "."

    attack(spoil, "signature_wrong")


@pytest.mark.parametrize("part", [0, 1, 2], ids=["header", "claims", "signature"])
@pytest.mark.parametrize("change", ["{}=", "{}==", " {}", "{}\n", "{}+", "{}/", "{}é"])
def test_token_in_another_spelling_is_refused(attack: Callable[..., None], part: int, change: str) -> None:
    def spoil(launch: Launch) -> None:
        parts = launch.token().split(".")
        parts[part] = change.format(parts[part])
        launch.form["id_token"] = ".".join(parts)

    attack(spoil, "token_malformed", "signature_wrong")


def test_signature_in_another_spelling_is_refused(attack: Callable[..., None]) -> None:
    def spoil(launch: Launch) -> None:
        signed, _, signature = launch.token().rpartition(".")
        # The last character of 256 bytes carries four bits that no byte uses.
        other = signature[:-1] + chr(ord(signature[-1]) + 1)
        assert base64.urlsafe_b64decode(other + "==") == base64.urlsafe_b64decode(signature + "==")
        launch.form["id_token"] = f"{signed}.{other}"

    attack(spoil, "token_malformed", "signature_wrong")


def test_claims_changed_after_signing_are_refused(attack: Callable[..., None]) -> None:
    def spoil(launch: Launch) -> None:
        header, _, signature = launch.token().split(".")
        launch.claims[f"{CLAIM}roles"] = [INSTRUCTOR]
        launch.form["id_token"] = f"{header}.{encode(json.dumps(launch.claims).encode())}.{signature}"

    attack(spoil, "signature_wrong")


def ec_jwk() -> dict[str, Any]:
    key = ec.generate_private_key(ec.SECP256R1())
    return {**ECAlgorithm.to_jwk(key.public_key(), as_dict=True), "kid": "ec", "use": "sig"}


def strange_keys() -> dict[str, dict[str, Any]]:
    good = public_jwk(named_key("platform"))
    return {
        "for encryption": {**good, "use": "enc", "kid": "strange"},
        "for another algorithm": {**good, "alg": "RS512", "kid": "strange"},
        "1024 bits": {**public_jwk(named_key("weak", bits=WEAK_BITS)), "kid": "strange"},
        "elliptic": {**ec_jwk(), "kid": "strange"},
        "symmetric": {"kty": "oct", "k": "c2VjcmV0", "kid": "strange"},
        "with its private half": {**good, "d": "AQAB", "kid": "strange"},
        "without a modulus": {"kty": "RSA", "e": "AQAB", "kid": "strange"},
        "with a modulus that is no text": {**good, "n": 7, "kid": "strange"},
        "with an empty modulus": {**good, "n": "", "kid": "strange"},
    }


@pytest.mark.parametrize("name", strange_keys())
def test_key_that_may_not_sign_is_refused(
    attack: Callable[..., None], door: Door, key_server: PlatformKeyServer, name: str
) -> None:
    keys = [*door.platform.jwks()["keys"], strange_keys()[name]]
    key_server.answers["https://lms.example/jwks.json"] = lambda: (keys, None)

    attack(lambda launch: launch.header.update(kid="strange"), "key_unknown")


@pytest.mark.parametrize("key", [None, "key", 7, [], {}, {"kty": "RSA"}, {"kid": ["strange"], "kty": "RSA"}])
def test_key_set_with_rubbish_in_it_still_works(door: Door, key_server: PlatformKeyServer, key: Any) -> None:
    keys = [key, *door.platform.jwks()["keys"]]
    key_server.answers["https://lms.example/jwks.json"] = lambda: (keys, None)

    assert door.launch().status_code == 303


def with_strangers_key_in_header(launch: Launch, *, kid: str) -> None:
    stranger = named_key("stranger")
    launch.key = stranger
    launch.header.update(
        kid=kid,
        jwk=public_jwk(stranger),
        jku="https://stranger.example/jwks.json",
        x5u="https://stranger.example/chain.pem",
        x5c=["MIIB"],
    )


def test_key_in_the_header_is_ignored_under_the_platforms_name(
    attack: Callable[..., None], door: Door, key_server: PlatformKeyServer
) -> None:
    attack(lambda launch: with_strangers_key_in_header(launch, kid=door.platform.kid), "signature_wrong")

    assert key_server.fetched == ["https://lms.example/jwks.json"]


def test_key_in_the_header_is_ignored_under_its_own_name(
    attack: Callable[..., None], key_server: PlatformKeyServer
) -> None:
    kid = key_id(named_key("stranger"))

    attack(lambda launch: with_strangers_key_in_header(launch, kid=kid), "key_unknown")

    assert key_server.fetched == ["https://lms.example/jwks.json"]


@pytest.mark.parametrize(
    "kid", ["", None, 7, ["x"], {"x": "y"}, "\ud800", "a\x00b", "../../etc/passwd", "' OR 1=1 --", "k" * 100_000]
)
def test_strange_key_id_is_refused(attack: Callable[..., None], kid: Any) -> None:
    attack(lambda launch: launch.header.update(kid=kid), "key_id_missing", "key_unknown")


def test_extension_that_must_be_understood_is_refused(attack: Callable[..., None]) -> None:
    """RFC 7515, 4.1.11: a token that says it needs something we do not know is not valid."""
    attack(lambda launch: launch.header.update({"crit": ["mystery"], "mystery": 1}), "token_malformed")


# Shapes: what breaks careless readers.


@pytest.mark.parametrize(
    "token",
    ["", ".", "..", "...", "a.b.c", "e30.e30.e30", "é.é.é", "bnVsbA.e30.e30", "W10.e30.e30", "a.b.c.d.e", " ", "\x00"],
)
def test_what_is_no_token_is_refused(attack: Callable[..., None], token: str) -> None:
    attack(lambda launch: launch.form.update(id_token=token), "token_malformed", "not_a_launch", "algorithm_refused")


@pytest.mark.parametrize(
    "header",
    [b"{", b"\xff\xfe", b"[" * 100_000, b'{"alg": ' + b"9" * 5000 + b"}", b"null", b'"RS256"', b""],
    ids=["cut", "no-utf8", "deep", "huge-number", "null", "text", "empty"],
)
def test_header_that_cannot_be_read_is_refused(attack: Callable[..., None], header: bytes) -> None:
    def spoil(launch: Launch) -> None:
        launch.form["id_token"] = sign_bytes(launch, b"{}", header)

    attack(spoil, "token_malformed")


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"null",
        b"[]",
        b'"text"',
        b"7",
        b"{",
        b"\xff\xfe",
        b'{"sub": "\xff"}',
        b'{"sub": ' + b"9" * 5000 + b"}",
        b'{"a":' * 20_000 + b"1" + b"}" * 20_000,
        b"[" * 120_000,
        b"{}" + b"\x00",
    ],
    ids=lambda payload: repr(payload[:10]),
)
def test_payload_that_cannot_be_read_is_refused(attack: Callable[..., None], payload: bytes) -> None:
    def spoil(launch: Launch) -> None:
        launch.form["id_token"] = sign_bytes(launch, payload)

    attack(spoil, "token_malformed")


def test_not_a_number_in_a_claim_that_nobody_reads_harms_nobody(door: Door) -> None:
    response = door.launch(spoil=setting(score=float("nan"), most=float("inf")))

    assert response.status_code == 303


def test_token_that_is_nearly_too_large_is_refused(attack: Callable[..., None]) -> None:
    attack(setting(padding="x" * 150_001), "token_malformed")


def test_ops_8_request_that_is_too_large_is_refused(door: Door, witness: Witness) -> None:
    witness.remember()

    response = door.client.post("/lti/launch", data={"state": "x" * 300_000})

    witness.assert_refused(response, "too_large")


@pytest.mark.parametrize("first", [LEARNER, INSTRUCTOR])
def test_of_duplicate_keys_the_last_counts(door: Door, first: str) -> None:
    """RFC 7519, section 4: refuse, or take the last. A reader that takes the first would see another person."""
    last = INSTRUCTOR if first == LEARNER else LEARNER

    def spoil(launch: Launch) -> None:
        claims = json.dumps({name: value for name, value in launch.claims.items() if name != f"{CLAIM}roles"})
        launch.payload = f'{{"{CLAIM}roles": ["{first}"], {claims[1:-1]}, "{CLAIM}roles": ["{last}"]}}'

    page = door.enter(spoil=spoil).get()

    assert body_data(page.text)["role"] == ("instructor" if last == INSTRUCTOR else "learner")


@pytest.mark.parametrize("name", ["state", "id_token", "anything"])
def test_repeated_form_parameter_is_refused(door: Door, witness: Witness, name: str) -> None:
    launch = door.prepare()
    fields: dict[str, Any] = {key: [value] for key, value in launch.fields().items()}
    fields[name] = [*fields.get(name, ["1"]), "2"]
    witness.remember()

    response = door.client.post("/lti/launch", data=fields, headers=TOP_LEVEL)

    witness.assert_refused(response, "login_malformed")


@pytest.mark.parametrize("sent", [{}, {"state": ""}, {"id_token": ""}, {"state": "", "id_token": ""}])
def test_post_that_is_no_launch_is_refused(door: Door, witness: Witness, sent: dict[str, str]) -> None:
    witness.remember()

    response = door.client.post("/lti/launch", data=sent, headers=TOP_LEVEL)

    witness.assert_refused(response, "not_a_launch")


def test_error_beside_a_token_does_not_excuse_the_token(attack: Callable[..., None]) -> None:
    def spoil(launch: Launch) -> None:
        launch.form.update(id_token=launch.token()[:-10], error="login_required")

    attack(spoil, "signature_wrong", "token_malformed")


def test_launch_by_address_is_refused(door: Door, witness: Witness) -> None:
    launch = door.prepare()
    witness.remember()

    response = door.client.get("/lti/launch", query_string=launch.fields())

    assert response.status_code == 405
    witness.assert_nothing_written()


# Text: ids must be text that both databases hold; what people read is cleaned and escaped.

NOT_TEXT = {
    "NUL": "a\x00b",
    "lone surrogate": "a\ud800b",
    "line break": "a\nb",
    "bell": "a\x07b",
    "empty": "",
    "blank": "   ",
    "256 characters": "s" * 256,
    "number": 7,
    "list": ["a"],
    "nothing": None,
}


def place_of(claims: dict[str, Any], path: tuple[str, ...]) -> dict[str, Any]:
    for name in path[:-1]:
        claims = claims[name]
    return claims


IDS = {
    "sub": ("sub",),
    "deployment": (f"{CLAIM}deployment_id",),
    "context": (f"{CLAIM}context", "id"),
    "resource link": (f"{CLAIM}resource_link", "id"),
}


@pytest.mark.parametrize("path", IDS.values(), ids=IDS.keys())
@pytest.mark.parametrize("value", NOT_TEXT.values(), ids=NOT_TEXT.keys())
@pytest.mark.one_database
def test_id_that_is_not_text_is_refused(attack: Callable[..., None], path: tuple[str, ...], value: Any) -> None:
    attack(lambda launch: place_of(launch.claims, path).update({path[-1]: value}), "claim_malformed")


@pytest.mark.parametrize("value", ["s" * 255, "\U0001f392" * 255, "é\u0301 \u200d '\";--", " 7 ", "%00", "\x7f"])
@pytest.mark.parametrize("claim", ["sub", "context"])
def test_id_that_is_text_comes_in(door: Door, claim: str, value: str) -> None:
    path = IDS[claim]

    visit = door.enter(spoil=lambda launch: place_of(launch.claims, path).update({path[-1]: value}))

    assert visit.get().status_code == 200


def test_id_is_kept_to_the_letter(door: Door, database: Database) -> None:
    door.enter(spoil=setting(sub=" Ab "))
    door.enter(spoil=setting(sub="ab"))

    assert dump_people(database).count("' Ab '") == 1


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (SCRIPT, "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ('"><img src=x onerror=alert(1)>', "&#34;&gt;&lt;img src=x onerror=alert(1)&gt;"),
        ("{{ 7 * 7 }}%(name)s", "{{ 7 * 7 }}%(name)s"),
        ("A\x00B\ud800C\nD", "A B C D"),
        ("A\u202eB", "A B"),
        ("x" * 5000, "x" * 255 + ","),
        ("  ", "Amina Haddou"),
    ],
)
def test_name_is_shown_as_text(door: Door, name: str, shown: str) -> None:
    html = door.enter(spoil=setting(name=name)).get().text

    assert shown in html.partition("<footer")[2]


@pytest.mark.parametrize("title", [SCRIPT, "A\x00B\ud800C", "x" * 5000, "%(name)s", "", "</body>"])
def test_title_of_a_course_is_shown_as_text(door: Door, title: str) -> None:
    def spoil(launch: Launch) -> None:
        launch.claims[f"{CLAIM}context"]["title"] = title

    html = door.enter(spoil=spoil).get().text

    assert "<script>alert" not in html
    assert html.count("</body>") == 1


def test_script_in_a_students_name_is_escaped_on_the_teachers_board(door: Door) -> None:
    door.enter("amina", knob="script_in_every_claim")

    board = door.enter("teacher").get().text

    assert SCRIPT not in board
    assert board.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 1


def test_very_long_way_back_does_not_keep_anybody_out(door: Door) -> None:
    visit = door.enter(return_url=f"https://{'a' * 2000}.example/")

    assert "aaaa" not in visit.get().headers["Content-Security-Policy"]


# Any JSON at all.

SPELLINGS = ["Instructor", INSTRUCTOR, INSTRUCTOR.replace("#Instructor", "/Instructor#TeachingAssistant")]
WORDS = st.text(st.characters(), max_size=20) | st.sampled_from(
    [*SPELLINGS, LEARNER, "Learner", "nl", "en-GB", "https://lms.example", "http://[", "1.3.0", "\x00", "\ud800"]
)
NUMBERS = st.integers() | st.floats() | st.sampled_from([10**30, -(10**30), 1_795_424_400])
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | WORDS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=8,
)
PLACES = [
    *((name,) for name in ("iss", "sub", "aud", "azp", "iat", "exp", "nbf", "nonce", "name", "given_name")),
    *((name,) for name in ("family_name", "locale", "email", "jti", "auth_time")),
    *((f"{CLAIM}{name}",) for name in ("version", "message_type", "deployment_id", "target_link_uri", "roles")),
    *((f"{CLAIM}{name}",) for name in ("resource_link", "context", "launch_presentation", "custom", "lis", "ext")),
    *((f"{CLAIM}context", name) for name in ("id", "title", "label", "type")),
    *((f"{CLAIM}launch_presentation", name) for name in ("locale", "return_url", "document_target")),
    (f"{CLAIM}resource_link", "id"),
    (f"{CLAIM}tool_platform",),
]
PROPERTY = settings(
    max_examples=60, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def role_of(claim: object) -> str:
    """Say which role a claim gives, by other means than the tool's."""
    roles = claim if isinstance(claim, list) else []
    if any(role in SPELLINGS for role in roles):
        return "instructor"
    return "learner" if LEARNER in roles or "Learner" in roles else "observer"


@pytest.mark.parametrize("person", ["amina", "teacher"])
@PROPERTY
@given(place=st.sampled_from(PLACES), value=JSON)
@example(place=(f"{CLAIM}roles",), value=["Instructor", None, {}])
@example(place=(f"{CLAIM}roles",), value=[["Instructor"]])
@example(place=(f"{CLAIM}context",), value=None)
@example(place=("name",), value="\ud800")
def test_ops_6_any_value_of_any_claim_is_refused_or_gives_the_right_role(
    door: Door, tools: Instruments, person: str, place: tuple[str, ...], value: Any
) -> None:
    tools.limits.forget()  # one person launches more often here than anybody does
    launch = door.prepare(person)
    place_of(launch.claims, place)[place[-1]] = value

    response = door.post(launch)

    if response.status_code == 303:
        page = door.client.get(response.headers["Location"])
        assert body_data(page.text)["role"] == role_of(launch.claims[f"{CLAIM}roles"])
    else:
        assert response.status_code in (400, 401, 403)
        assert body_data(response.text)["page"] == "refused"


@PROPERTY
@given(header=JSON, payload=JSON)
def test_any_header_and_payload_are_refused(door: Door, header: Any, payload: Any) -> None:
    launch = door.prepare()
    launch.form["id_token"] = sign_bytes(launch, json.dumps(payload).encode(), json.dumps(header).encode())

    response = door.post(launch)

    assert response.status_code in (400, 403)


@PROPERTY
@given(name=st.sampled_from(["typ", "kid", "cty", "x5t", "b64", "zip", "enc", "crit", "url"]), value=JSON)
def test_any_value_in_the_header_is_refused_or_ignored(door: Door, name: str, value: Any) -> None:
    launch = door.prepare()
    launch.header[name] = value

    response = door.post(launch)

    assert response.status_code in (303, 400, 403)


@PROPERTY
@given(state=st.text(), token=st.text(), error=st.none() | st.text())
def test_any_form_is_refused(door: Door, state: str, token: str, error: str | None) -> None:
    form = {"state": state, "id_token": token} | ({} if error is None else {"error": error})
    fields = {name: text.encode("utf-8", "surrogatepass") for name, text in form.items()}

    response = door.client.post("/lti/launch", data=fields)

    assert response.status_code in (400, 403)
