"""The key ring: what it seals opens only for the same purpose, in the same place, unchanged."""

from __future__ import annotations

import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.kernel.key_ring import KeyRing, KeyRingError

OLD, NEW = ("old", b"o" * 32), ("new", b"n" * 32)
RING = KeyRing([OLD])
PLACES = st.text(st.characters(blacklist_categories=["Cs"]), max_size=40)


@given(plain=st.binary(max_size=300), purpose=PLACES, place=PLACES)
def test_sealed_opens_again(plain: bytes, purpose: str, place: str) -> None:
    assert RING.decrypt(purpose, RING.encrypt(purpose, plain, place), place) == plain


@given(plain=st.binary(min_size=8, max_size=300))
def test_sealed_does_not_hold_what_it_seals(plain: bytes) -> None:
    assert plain not in RING.encrypt("note", plain, "row 1")


@given(plain=st.binary(max_size=50))
def test_same_text_is_sealed_differently_each_time(plain: bytes) -> None:
    assert RING.encrypt("note", plain, "row 1") != RING.encrypt("note", plain, "row 1")


@given(first=PLACES, other=PLACES)
def test_sealed_does_not_open_in_another_place(first: str, other: str) -> None:
    sealed = RING.encrypt("note", b"text", first)

    if first != other:
        with pytest.raises(KeyRingError):
            RING.decrypt("note", sealed, other)


@given(first=PLACES, other=PLACES)
def test_sealed_does_not_open_for_another_purpose(first: str, other: str) -> None:
    sealed = RING.encrypt(first, b"text", "row 1")

    if first != other:
        with pytest.raises(KeyRingError):
            RING.decrypt(other, sealed, "row 1")


@given(data=st.data(), plain=st.binary(max_size=40))
def test_sealed_does_not_open_with_one_byte_changed(data: st.DataObject, plain: bytes) -> None:
    sealed = bytearray(RING.encrypt("note", plain, "row 1"))
    place = data.draw(st.integers(0, len(sealed) - 1))
    sealed[place] ^= data.draw(st.integers(1, 255))

    with pytest.raises(KeyRingError):
        RING.decrypt("note", bytes(sealed), "row 1")


@given(data=st.data())
def test_sealed_does_not_open_when_it_is_cut_off(data: st.DataObject) -> None:
    sealed = RING.encrypt("note", b"text", "row 1")

    with pytest.raises(KeyRingError):
        RING.decrypt("note", sealed[: data.draw(st.integers(0, len(sealed) - 1))], "row 1")


@given(st.binary(max_size=80))
def test_any_bytes_are_refused_by_name_and_never_with_a_traceback(junk: bytes) -> None:
    with pytest.raises(KeyRingError):
        RING.decrypt("note", junk, "row 1")


def test_after_rotation_the_older_key_still_opens_and_the_newest_seals() -> None:
    sealed = KeyRing([OLD]).encrypt("note", b"text", "row 1")
    rotated = KeyRing([NEW, OLD])

    assert rotated.decrypt("note", sealed, "row 1") == b"text"
    assert rotated.encrypt("note", b"text", "row 1").startswith(b"new:")


def test_key_that_is_gone_is_named() -> None:
    sealed = KeyRing([OLD]).encrypt("note", b"text", "row 1")

    with pytest.raises(KeyRingError, match=r"RUGZAK_MASTER_KEYS: old; add it again\."):
        KeyRing([NEW]).decrypt("note", sealed, "row 1")


def test_another_key_of_the_same_name_opens_nothing() -> None:
    sealed = KeyRing([OLD]).encrypt("note", b"text", "row 1")

    with pytest.raises(KeyRingError, match="the master key is another one"):
        KeyRing([("old", b"x" * 32)]).decrypt("note", sealed, "row 1")


def test_error_is_one_sentence_without_the_text() -> None:
    sealed = RING.encrypt("note", b"something private", "row 1")

    with pytest.raises(KeyRingError) as caught:
        RING.decrypt("note", sealed, "row 2")

    assert "private" not in str(caught.value)
    assert "\n" not in str(caught.value)


@given(message=st.binary(max_size=100), purpose=PLACES)
def test_signature_is_the_same_each_time_and_differs_by_purpose_and_key(message: bytes, purpose: str) -> None:
    made = RING.mac(purpose, message)

    assert made == KeyRing([OLD]).mac(purpose, message)
    assert made != RING.mac(purpose + "x", message)
    assert made != KeyRing([NEW]).mac(purpose, message)


def test_signature_of_an_older_key_is_among_those_that_are_checked() -> None:
    made = KeyRing([OLD]).mac("state", b"message")

    assert any(hmac.compare_digest(made, one) for one in KeyRing([NEW, OLD]).macs("state", b"message"))
    assert KeyRing([NEW, OLD]).mac("state", b"message") == next(KeyRing([NEW, OLD]).macs("state", b"message"))


def test_master_key_itself_is_never_used() -> None:
    assert RING.mac("state", b"message") != hmac.digest(OLD[1], b"message", "sha256")


def test_ring_without_a_key_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        KeyRing([])
