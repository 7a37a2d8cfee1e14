"""A sealed text opens with the key of its record, as what it is and for whose it is, and in no other way (STO-1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from lti_tool.kernel.database import Database
from lti_tool.kernel.key_models import RecordKey
from lti_tool.kernel.key_ring import KeyRing
from lti_tool.kernel.key_store import KeyStore
from lti_tool.kernel.sealed_records import BLOCK, SealedRecords

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.orm import Session

MASTER = ("test", b"m" * 32)
NOTE, OTHER, OWNER, STRANGER = "n" * 26, "m" * 26, "a" * 26, "b" * 26
PURPOSE = "notes_note.text"
TEXT = "Aan iemands handen zie ik of het te druk is."
OVERHEAD = 1 + 12 + 16
"""Bytes that are stored beside the blocks: the form, the nonce and the seal."""


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KeyStore]:
    """A key store of these tests alone: a text is tried by the hundred, and no main database plays a part."""
    store = KeyStore(Database(f"sqlite:///{tmp_path_factory.mktemp('keys')}/keys.sqlite3"), KeyRing([MASTER]))
    store.prepare()
    store._is_ours = True
    yield store
    store.database.engine.dispose()


def seal(store: KeyStore, text: str = TEXT, record: str = NOTE) -> bytes:
    nowhere = cast("Session", None)  # a store that is known to be the main database's asks it nothing
    return SealedRecords(store, PURPOSE).seal(nowhere, record, OWNER, text)


def opened(
    store: KeyStore, sealed: bytes, *, record: str = NOTE, owner: str = OWNER, purpose: str = PURPOSE
) -> str | None:
    return SealedRecords(store, purpose).open([(record, owner, sealed)]).get(record)


texts = st.text(max_size=8000)
quickly = settings(max_examples=30)


@given(text=texts)
@example(text="")
@example(text="\x00")
@example(text="regel\r\neen\x00\x00")
@example(text="👩🏽\u200d🚒 é e\u0301 \u202e ﷽")
@example(text="x" * 8000)
@example(text="🧵" * 8000)
@quickly
def test_sto_1_any_text_comes_back_as_it_was_typed(store: KeyStore, text: str) -> None:
    assert opened(store, seal(store, text)) == text


@given(text=texts)
@example(text="")
@example(text="x" * (BLOCK - 4))
@example(text="x" * (BLOCK - 3))
@quickly
def test_sto_1_what_is_stored_is_whole_blocks_and_tells_no_length_within_one(store: KeyStore, text: str) -> None:
    blocks, rest = divmod(len(seal(store, text)) - OVERHEAD, BLOCK)

    assert rest == 0
    assert blocks == -(-(len(text.encode()) + 4) // BLOCK)


def test_sto_1_nothing_one_letter_and_forty_sentences_have_the_same_size(store: KeyStore) -> None:
    assert {len(seal(store, text)) for text in ("", "x", TEXT, TEXT * 40)} == {BLOCK + OVERHEAD}


def test_sto_1_the_same_text_is_never_stored_twice_alike(store: KeyStore) -> None:
    assert len({seal(store) for _ in range(20)}) == 20


@given(text=st.text(min_size=12, max_size=2000))
@quickly
def test_sto_1_nothing_of_a_text_is_in_what_is_stored(store: KeyStore, text: str) -> None:
    assert text.encode() not in seal(store, text)


@given(place=st.integers(0, BLOCK + OVERHEAD - 1), bit=st.integers(0, 7))
@example(place=0, bit=0)
@example(place=1, bit=7)
@example(place=BLOCK + OVERHEAD - 1, bit=0)
@settings(max_examples=60)
def test_sto_1_text_with_any_bit_changed_opens_nothing(store: KeyStore, place: int, bit: int) -> None:
    sealed = bytearray(seal(store))
    sealed[place] ^= 1 << bit

    assert opened(store, bytes(sealed)) is None


@given(place=st.integers(0), bit=st.integers(0, 7))
@example(place=0, bit=7)
@example(place=4, bit=0)
@settings(max_examples=40)
def test_sto_1_key_with_any_bit_changed_opens_nothing_and_stops_no_page(store: KeyStore, place: int, bit: int) -> None:
    sealed, other = seal(store), seal(store, record=OTHER)
    kept = wrapped(store)
    changed = bytearray(kept)
    changed[place % len(kept)] ^= 1 << bit
    put(store, bytes(changed))
    records = [(NOTE, OWNER, sealed), (OTHER, OWNER, other)]

    found = SealedRecords(store, PURPOSE).open(records)

    put(store, kept)
    assert found == {OTHER: TEXT}


def wrapped(store: KeyStore) -> bytes:
    with store.database.session(writes=False) as keys:
        return keys.execute(select(RecordKey.wrapped).where(RecordKey.record_id == NOTE)).scalar_one()


def put(store: KeyStore, kept: bytes) -> None:
    with store.database.session(writes=True) as keys, keys.begin():
        keys.execute(update(RecordKey).where(RecordKey.record_id == NOTE).values(wrapped=kept))


@given(sealed=st.binary(max_size=60) | st.binary(max_size=60).map(lambda rest: b"\x01" + rest))
@example(sealed=b"")
@example(sealed=b"\x01")
@settings(max_examples=60)
def test_sto_1_anything_else_that_stands_there_opens_nothing_and_raises_nothing(store: KeyStore, sealed: bytes) -> None:
    assert opened(store, sealed) is None


@pytest.mark.parametrize("change", [slice(0, -1), slice(0, -BLOCK), slice(1, None)])
def test_sto_1_text_that_is_cut_off_opens_nothing(store: KeyStore, change: slice) -> None:
    assert opened(store, seal(store)[change]) is None


def test_sto_1_text_opens_for_no_other_record_owner_or_kind(store: KeyStore) -> None:
    sealed, other = seal(store), seal(store, "Iets anders.", OTHER)

    assert opened(store, sealed) == TEXT
    assert opened(store, other) is None
    assert opened(store, sealed, record=OTHER) is None
    assert opened(store, sealed, owner=STRANGER) is None
    assert opened(store, sealed, purpose="sharing_share.given") is None


def test_sto_1_text_opens_for_no_other_owner_when_the_owner_of_its_key_is_changed_too(store: KeyStore) -> None:
    """Whoever can write to both databases makes a text nobody else's with that."""
    sealed = seal(store)
    with store.database.session(writes=True) as keys, keys.begin():
        keys.execute(update(RecordKey).where(RecordKey.record_id == NOTE).values(owner_id=STRANGER))

    assert opened(store, sealed, owner=STRANGER) is None
    assert opened(store, sealed) == TEXT


def test_sto_1_older_wording_of_the_same_record_opens_and_no_later_key_opens_it_once_it_is_erased(
    store: KeyStore,
) -> None:
    """A note keeps its key when it changes, so that erasing it closes every wording in every backup."""
    older, newer = seal(store, "Eerst."), seal(store, "Later.")
    assert (opened(store, older), opened(store, newer)) == ("Eerst.", "Later.")

    store.erase([NOTE])
    seal(store, "Opnieuw begonnen.")

    assert (opened(store, older), opened(store, newer)) == (None, None)


def test_texts_that_open_are_handed_back_beside_those_that_do_not(store: KeyStore) -> None:
    sealed = seal(store)

    found = SealedRecords(store, PURPOSE).open([("g" * 26, OWNER, sealed), (NOTE, OWNER, sealed)])

    assert found == {NOTE: TEXT}
    assert SealedRecords(store, PURPOSE).open([]) == {}
