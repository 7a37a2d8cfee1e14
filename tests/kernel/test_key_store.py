"""The key store and what it seals: a copy of one of the two databases opens nothing (STO-1, STO-2)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import OperationalError

from lti_tool.kernel.database import Database
from lti_tool.kernel.key_models import RecordKey
from lti_tool.kernel.key_ring import KeyRing, KeyRingError
from lti_tool.kernel.key_store import UNUSED_FOR, KeyStore, KeyStoreError
from lti_tool.kernel.models import KeyStoreLink
from lti_tool.kernel.sealed_records import BLOCK, SealedRecords

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

    from lti_tool.web.edge import Instruments
    from tests.clock import FrozenClock

OLD, NEW = ("old", b"o" * 32), ("new", b"n" * 32)
NOTE, OTHER, OWNER, STRANGER = "n" * 26, "m" * 26, "a" * 26, "b" * 26
TEXT = "Aan iemands handen zie ik of het te druk is."


@pytest.fixture
def store(tools: Instruments) -> KeyStore:
    """The key store of a tool, on each of the two databases, with a master key of this test."""
    return KeyStore(tools.key_store.database, KeyRing([OLD]))


def with_keys(store: KeyStore, *keys: tuple[str, bytes]) -> KeyStore:
    return KeyStore(store.database, KeyRing(keys))


def seal(store: KeyStore, session: Session, text: str = TEXT, record: str = NOTE, owner: str = OWNER) -> bytes:
    return SealedRecords(store, "notes_note.text").seal(session, record, owner, text)


def opens(
    store: KeyStore, sealed: bytes, record: str = NOTE, owner: str = OWNER, purpose: str = "notes_note.text"
) -> str | None:
    return SealedRecords(store, purpose).open([(record, owner, sealed)]).get(record)


@pytest.fixture(scope="module")
def plain_store(tmp_path_factory: pytest.TempPathFactory) -> KeyStore:
    """A key store that no test changes the shape of, for texts that are tried by the hundred."""
    store = KeyStore(Database(f"sqlite:///{tmp_path_factory.mktemp('keys')}/keys.sqlite3"), KeyRing([OLD]))
    store.prepare()
    store._is_ours = True
    return store


@given(text=st.text(max_size=8000))
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_sto_1_any_text_comes_back_and_its_size_tells_only_the_block(plain_store: KeyStore, text: str) -> None:
    sealed = SealedRecords(plain_store, "p").seal(None, NOTE, OWNER, text)  # type: ignore[arg-type]

    assert SealedRecords(plain_store, "p").open([(NOTE, OWNER, sealed)]) == {NOTE: text}
    assert (len(sealed) - 1 - 12 - 16) % BLOCK == 0


@given(place=st.integers(0, 10_000), bit=st.integers(0, 7))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_sto_1_text_that_was_changed_in_any_bit_opens_nothing(plain_store: KeyStore, place: int, bit: int) -> None:
    sealed = bytearray(SealedRecords(plain_store, "p").seal(None, NOTE, OWNER, TEXT))  # type: ignore[arg-type]
    sealed[place % len(sealed)] ^= 1 << bit

    assert SealedRecords(plain_store, "p").open([(NOTE, OWNER, bytes(sealed))]) == {}


def test_sto_1_two_texts_that_change_places_open_nothing(store: KeyStore, session: Session) -> None:
    one, other = seal(store, session), seal(store, session, "Iets anders.", OTHER)

    assert opens(store, one) == TEXT
    assert opens(store, other) is None
    assert opens(store, one, OTHER) is None


def test_sto_1_text_of_somebody_else_or_of_another_kind_opens_nothing(store: KeyStore, session: Session) -> None:
    sealed = seal(store, session)

    assert opens(store, sealed, owner=STRANGER) is None
    assert opens(store, sealed, purpose="sharing_share.given") is None


def test_sto_1_two_keys_that_change_places_open_nothing(store: KeyStore, session: Session) -> None:
    one, other = seal(store, session), seal(store, session, record=OTHER)
    with store.database.session(writes=True) as keys, keys.begin():
        wrapped = {row.record_id: row.wrapped for row in keys.execute(select(RecordKey.record_id, RecordKey.wrapped))}
        for record, swapped in ((NOTE, wrapped[OTHER]), (OTHER, wrapped[NOTE])):
            keys.execute(update(RecordKey).where(RecordKey.record_id == record).values(wrapped=swapped))

    assert (opens(store, one), opens(store, other, OTHER)) == (None, None)


def test_sto_1_neither_database_holds_the_text_or_a_key_that_opens_it(store: KeyStore, session: Session) -> None:
    sealed = seal(store, session)
    key = store.find_keys({NOTE: OWNER})[NOTE]
    with store.database.session(writes=False) as keys:
        kept = repr(keys.execute(select(RecordKey.__table__)).all()).encode()

    assert TEXT.encode() not in sealed
    assert key not in sealed
    assert TEXT.encode() not in kept
    assert repr(key)[2:-1].encode() not in kept


def test_sto_1_key_that_is_erased_opens_nothing_more(store: KeyStore, session: Session) -> None:
    sealed = seal(store, session)

    store.erase([NOTE])

    assert opens(store, sealed) is None
    assert seal(store, session)
    assert opens(store, sealed) is None


def test_sto_2_keys_are_wrapped_anew_and_texts_stay_as_they_are(store: KeyStore, session: Session) -> None:
    sealed = seal(store, session)
    both = with_keys(store, NEW, OLD)

    assert both.reseal() == 1

    assert opens(with_keys(store, NEW), sealed) == TEXT
    assert opens(store, sealed) is None


def test_sto_2_missing_master_key_says_so_and_nothing_is_written_over(store: KeyStore, session: Session) -> None:
    sealed = seal(store, session)
    other = with_keys(store, NEW)

    with pytest.raises(KeyRingError, match="old"):
        seal(other, session, "Nieuw.")
    with pytest.raises(KeyRingError):
        other.reseal()

    assert opens(store, sealed) == TEXT


def test_key_without_a_record_goes_on_the_third_day_and_not_before(
    store: KeyStore, session: Session, clock: FrozenClock
) -> None:
    """A process died between key and text; or the text is still on its way."""
    store.key_for(NOTE, OWNER)
    day = clock.now().date()

    assert [store.erase_unused(session, day + timedelta(days=days)) for days in range(3)] == [0, 0, 1]
    assert timedelta(days=2) == UNUSED_FOR
    assert store.which_have_keys([NOTE]) == set()


def test_key_that_is_used_again_begins_anew(store: KeyStore, session: Session, clock: FrozenClock) -> None:
    store.key_for(NOTE, OWNER)
    day = clock.now().date()
    store.erase_unused(session, day)

    store.key_for(NOTE, OWNER)

    assert store.erase_unused(session, day + timedelta(days=5)) == 0


def test_another_key_store_is_refused_and_nothing_is_written(store: KeyStore, session: Session, tmp_path: Path) -> None:
    store.claim(session)
    other = KeyStore(Database(f"sqlite:///{tmp_path}/other.sqlite3"), KeyRing([OLD]))
    other.prepare()

    with pytest.raises(KeyStoreError, match="RUGZAK_KEYS_DATABASE_URL"):
        seal(other, session)

    assert other.which_have_keys([NOTE]) == set()
    other.adopt(session)
    assert seal(other, session)
    with pytest.raises(KeyStoreError):
        with_keys(store, OLD).claim(session)
    other.database.engine.dispose()


def test_store_that_is_not_prepared_says_what_to_do(session: Session, tmp_path: Path) -> None:
    other = KeyStore(Database(f"sqlite:///{tmp_path}/new.sqlite3"), KeyRing([OLD]))

    with pytest.raises(KeyStoreError, match="alembic upgrade head"):
        seal(other, session)

    other.database.engine.dispose()


def test_text_is_missing_while_the_store_is_away_and_nothing_is_raised(
    store: KeyStore, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealed = seal(store, session)

    def fail(**_kwargs: object) -> None:
        raise OperationalError("", None, Exception())

    monkeypatch.setattr(store.database, "session", fail)

    assert opens(store, sealed) is None
    with pytest.raises(KeyStoreError):
        seal(store, session)


def test_tool_with_another_key_store_is_not_ready(app: Flask, client: FlaskClient, tools: Instruments) -> None:
    assert client.get("/health/ready").status_code == 200
    with tools.database.session(writes=True) as session, session.begin():
        session.execute(delete(KeyStoreLink))
        session.execute(insert(KeyStoreLink).values(id=1, store_id="x" * 26))
    tools.key_store._is_ours = False

    answer = client.get("/health/ready")

    assert answer.status_code == 503
    assert "RUGZAK_KEYS_DATABASE_URL" in answer.text
    result = app.test_cli_runner().invoke(args=["privacy", "adopt-key-store", "--all-keys-are-lost"])
    assert result.exit_code == 0
    assert client.get("/health/ready").status_code == 200


def test_erased_keys_do_not_stay_in_the_file_of_sqlite(tmp_path: Path) -> None:
    file = tmp_path / "keys.sqlite3"
    store = KeyStore(Database(f"sqlite:///{file}", overwrites=True), KeyRing([OLD]))
    store.prepare()
    store.key_for(NOTE, OWNER)
    with store.database.session(writes=False) as keys:
        wrapped = keys.execute(select(RecordKey.wrapped)).scalar_one()

    store.erase([NOTE])

    left = b"".join(path.read_bytes() for path in tmp_path.iterdir() if not path.name.endswith("-shm"))
    assert wrapped not in left
    assert wrapped[20:] not in left
    store.database.engine.dispose()
