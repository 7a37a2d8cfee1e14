"""The state of a login: signed, expiring, and telling nobody the nonce or the browser's secret. Pure."""

from __future__ import annotations

import base64
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.kernel.ids import encode_id
from lti_tool.kernel.key_ring import KeyRing
from lti_tool.lti.refusals import LaunchRefusedError, Reason
from lti_tool.lti.state import LIFETIME, LoginState, issue_state, read_state

NOW = 1_795_000_000
OLD, NEW = ("old", b"o" * 32), ("new", b"n" * 32)
RING = KeyRing([OLD])
TARGET = "https://tool.example/lti/launch"
REGISTRATION = encode_id(b"registration-one")
IDS = st.binary(min_size=16, max_size=16).map(encode_id)
TEXTS = st.text(st.characters(), max_size=50)


def issue(ring: KeyRing = RING, *, now: int = NOW, deployment_id: str | None = "1") -> LoginState:
    return issue_state(ring, now=now, registration_id=REGISTRATION, target_link_uri=TARGET, deployment_id=deployment_id)


def reason_of(ring: KeyRing, text: str, *, now: int = NOW) -> Reason:
    with pytest.raises(LaunchRefusedError) as refused:
        read_state(ring, text, now=now)
    return refused.value.reason


@given(now=st.integers(0, 2**32 - 1), registration_id=IDS, target=TEXTS, deployment_id=st.none() | TEXTS)
def test_state_comes_back_as_it_was_issued(
    now: int, registration_id: str, target: str, deployment_id: str | None
) -> None:
    issued = issue_state(
        RING, now=now, registration_id=registration_id, target_link_uri=target, deployment_id=deployment_id
    )

    found = read_state(RING, issued.text, now=now)

    assert found == issued
    assert (found.registration_id, found.issued_at) == (registration_id, now)
    assert found.fits_target(target)
    assert deployment_id is None or found.fits_deployment(deployment_id)


@given(target=TEXTS, other=TEXTS)
def test_state_fits_its_own_target_and_no_other(target: str, other: str) -> None:
    issued = issue_state(RING, now=NOW, registration_id=REGISTRATION, target_link_uri=target, deployment_id=None)

    assert issued.fits_target(other) == (target == other)


@given(deployment_id=TEXTS, other=TEXTS)
def test_state_fits_its_own_deployment_and_no_other(deployment_id: str, other: str) -> None:
    assert issue(deployment_id=deployment_id).fits_deployment(other) == (deployment_id == other)


@given(other=TEXTS)
def test_state_without_a_deployment_fits_any(other: str) -> None:
    assert issue(deployment_id=None).fits_deployment(other)


def test_any_flipped_bit_is_refused() -> None:
    raw = base64.urlsafe_b64decode(issue().text)

    reasons = set()
    for bit in range(len(raw) * 8):
        changed = bytearray(raw)
        changed[bit // 8] ^= 1 << bit % 8
        reasons.add(reason_of(RING, base64.urlsafe_b64encode(changed).decode()))

    assert reasons == {Reason.STATE_INVALID}


@given(text=st.text(st.characters(), max_size=120) | st.binary(min_size=68, max_size=68).map(base64.urlsafe_b64encode))
def test_what_we_did_not_issue_is_refused(text: str | bytes) -> None:
    given = text if isinstance(text, str) else text.decode()

    assert reason_of(RING, given) is Reason.STATE_INVALID


def test_state_under_another_key_is_refused() -> None:
    assert reason_of(KeyRing([NEW]), issue().text) is Reason.STATE_INVALID


def test_state_under_a_name_with_another_key_is_refused() -> None:
    assert reason_of(KeyRing([("old", b"x" * 32)]), issue().text) is Reason.STATE_INVALID


def test_older_master_key_still_opens() -> None:
    issued = issue()

    assert read_state(KeyRing([NEW, OLD]), issued.text, now=NOW) == issued


def test_newest_master_key_signs() -> None:
    issued = issue(KeyRing([NEW, OLD]))

    assert read_state(KeyRing([NEW]), issued.text, now=NOW) == issued


@pytest.mark.parametrize("age", [-60, 0, 1, LIFETIME])
def test_state_works_for_ten_minutes(age: int) -> None:
    issued = issue()

    assert read_state(RING, issued.text, now=NOW + age) == issued


@pytest.mark.parametrize("age", [-61, LIFETIME + 1, 10**9])
def test_state_expires(age: int) -> None:
    assert LIFETIME == 600
    assert reason_of(RING, issue().text, now=NOW + age) is Reason.STATE_EXPIRED


def test_secret_nonce_and_state_differ() -> None:
    issued = issue()

    assert len({issued.secret, issued.nonce, issued.text}) == 3
    assert (len(issued.secret), len(issued.nonce)) == (43, 43)


def test_secret_and_nonce_cannot_be_had_without_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lti_tool.lti.state.os.urandom", lambda length: b"r" * length)
    one, other = issue(KeyRing([OLD])), issue(KeyRing([NEW]))

    # Everything that travels is the same, apart from the signature; what must stay secret is not.
    assert base64.urlsafe_b64decode(one.text)[:52] == base64.urlsafe_b64decode(other.text)[:52]
    assert one.nonce != other.nonce
    assert one.secret != other.secret


class SameSignature(KeyRing):
    """Signs every state alike, so that only what must stay secret still hangs on the key."""

    def mac(self, purpose: str, message: bytes) -> bytes:
        return b"s" * 32 if purpose == "login state" else super().mac(purpose, message)


def test_secret_and_nonce_cannot_be_had_from_the_state(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who sees the state (it travels through addresses, and through the LMS) learns neither."""
    monkeypatch.setattr("lti_tool.lti.state.os.urandom", lambda length: b"r" * length)
    one, other = issue(SameSignature([OLD])), issue(SameSignature([NEW]))

    assert one.text == other.text
    assert one.nonce != other.nonce
    assert one.secret != other.secret


def test_secret_cannot_be_had_from_the_nonce() -> None:
    """The platform sees both state and nonce, and must still not be able to pose as the browser."""
    issued = issue()
    state, nonce = base64.urlsafe_b64decode(issued.text), base64.urlsafe_b64decode(issued.nonce + "=")
    parts = {"nonce": nonce, "state": state, "body": state[:52], "signature": state[52:]}

    guesses = {
        hmac.digest(key, message, "sha256")
        for key in parts.values()
        for message in (*parts.values(), b"browser", b"nonce", b"secret")
    }

    assert base64.urlsafe_b64decode(issued.secret + "=") not in guesses | set(parts.values())


def test_two_logins_of_one_moment_differ() -> None:
    one, other = issue(), issue()

    assert one.text != other.text
    assert one.nonce != other.nonce
    assert one.secret != other.secret
    assert one.cookie_name != other.cookie_name
