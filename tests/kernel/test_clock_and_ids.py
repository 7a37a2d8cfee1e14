"""The clock and the ids: what everything else takes its time and its names from."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.kernel.clock import Clock
from lti_tool.kernel.ids import (
    ID_LENGTH,
    decode_id,
    digest,
    encode_id,
    new_id,
    new_reference,
    new_secret,
)
from tests.clock import START, FrozenClock

ID_LETTERS = set("abcdefghijklmnopqrstuvwxyz234567")


def test_clock_is_the_computers_in_utc() -> None:
    before, now, after = datetime.now(UTC), Clock().now(), datetime.now(UTC)

    assert before <= now <= after
    assert now.tzinfo is UTC


@pytest.mark.parametrize("offset", [timedelta(days=31), timedelta(hours=-2)])
def test_clock_can_be_moved(offset: timedelta) -> None:
    before, moved, after = datetime.now(UTC), Clock(offset).now(), datetime.now(UTC)

    assert before + offset <= moved <= after + offset


def test_clock_of_the_tests_stands_still_until_it_is_moved() -> None:
    clock = FrozenClock()

    clock.move(hours=2)

    assert clock.now() == START + timedelta(hours=2)
    assert clock.timestamp() == int(START.timestamp()) + 7200


def test_id_is_26_letters_that_are_safe_in_an_address() -> None:
    made = new_id()

    assert len(made) == ID_LENGTH
    assert set(made) <= ID_LETTERS


@given(st.binary(min_size=16, max_size=16))
def test_id_can_be_read_back(raw: bytes) -> None:
    written = encode_id(raw)

    assert decode_id(written) == raw
    assert len(written) == ID_LENGTH
    assert set(written) <= ID_LETTERS


@given(st.text(max_size=40))
def test_what_is_no_id_is_refused_with_a_value_error(text: str) -> None:
    try:
        raw = decode_id(text)
    except ValueError:
        return
    assert len(raw) == 16


@pytest.mark.parametrize("text", ["", "a" * 25, "a" * 27, "1" * 26, "a" * 25 + "=", "é" * 26])
def test_text_of_another_shape_is_no_id(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        decode_id(text)


def test_ids_and_secrets_never_come_twice() -> None:
    made = {make() for make in (new_id, new_secret) for _ in range(1000)}

    assert len(made) == 2000


def test_secret_is_43_characters_that_are_safe_in_an_address() -> None:
    made = new_secret()

    assert len(made) == 43
    assert made.replace("-", "").replace("_", "").isalnum()


def test_reference_can_be_read_out_on_the_telephone() -> None:
    made = "".join(new_reference() for _ in range(500))

    assert len(made) == 2000
    assert set(made).isdisjoint("01OI")
    assert made.isalnum()
    assert made.isupper()


def test_digest_is_the_sha_256_of_a_secret() -> None:
    assert digest("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
