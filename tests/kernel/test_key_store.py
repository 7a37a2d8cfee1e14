"""The key store: keys are written first, erased first, wrapped anew, and belong to one database (STO-1, STO-2)."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Thread
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import OperationalError

from lti_tool.kernel.database import AT_ONCE, Database
from lti_tool.kernel.key_models import Erasure, RecordKey
from lti_tool.kernel.key_ring import KeyRing, KeyRingError
from lti_tool.kernel.key_store import KEEP_ERASURES, UNUSED_FOR, KeyStore, KeyStoreError
from lti_tool.kernel.models import KeyStoreLink
from lti_tool.kernel.sealed_records import SealedRecords

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

    from lti_tool.web.edge import Instruments
    from tests.clock import FrozenClock

OLD, NEW = ("old", b"o" * 32), ("new", b"n" * 32)
NOTE, OTHER, OWNER = "n" * 26, "m" * 26, "a" * 26
PURPOSE = "notes_note.text"
TEXT = "Aan iemands handen zie ik of het te druk is."


@pytest.fixture
def store(tools: Instruments) -> KeyStore:
    """The key store of a tool, on each of the two databases, with a master key of this test."""
    return KeyStore(tools.key_store.database, KeyRing([OLD]))


def with_keys(store: KeyStore, *keys: tuple[str, bytes]) -> KeyStore:
    return KeyStore(store.database, KeyRing(keys))


def seal(store: KeyStore, session: Session, text: str = TEXT, record: str = NOTE) -> bytes:
    return SealedRecords(store, PURPOSE).seal(session, record, OWNER, text)


def opens(store: KeyStore, sealed: bytes, record: str = NOTE) -> str | None:
    return SealedRecords(store, PURPOSE).open([(record, OWNER, sealed)]).get(record)


def test_sto_1_two_texts_that_change_places_open_nothing(store: KeyStore, session: Session) -> None:
    one, other = seal(store, session), seal(store, session, "Iets anders.", OTHER)

    assert opens(store, one) == TEXT
    assert opens(store, other) is None
    assert opens(store, one, OTHER) is None


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


def test_sto_2_every_key_is_wrapped_anew_also_when_there_are_many(store: KeyStore) -> None:
    fill(store, count=AT_ONCE + 2)
    both, new = with_keys(store, NEW, OLD), with_keys(store, NEW)

    assert both.reseal() == AT_ONCE + 2

    assert len(new.find_keys({number(one): OWNER for one in range(AT_ONCE + 2)})) == AT_ONCE + 2


def number(one: int) -> str:
    return f"{one:026d}"


def fill(store: KeyStore, count: int) -> None:
    """Put keys there as they are made, all in one transaction."""
    rows = [
        {"record_id": number(one), "owner_id": OWNER, "wrapped": store._wrap(bytes(32), number(one), OWNER)}
        for one in range(count)
    ]
    with store.database.session(writes=True) as keys, keys.begin():
        keys.execute(insert(RecordKey), rows)


def test_sto_2_who_saves_while_keys_are_wrapped_anew_loses_nothing(store: KeyStore, session: Session) -> None:
    """Begun before and changed meanwhile, or begun meanwhile, before and behind the place that is at work."""
    before = {number(one): seal(store, session, f"{one}", number(one)) for one in range(0, 40, 2)}
    both, new = with_keys(store, NEW, OLD), with_keys(store, NEW)
    both._is_ours = True

    def save(one: int) -> tuple[str, bytes]:
        return number(one), seal(both, session, f"{one}", number(one))

    with ThreadPoolExecutor(2) as pool:
        saving = pool.map(save, range(40))
        counts = [both.reseal() for _ in range(5)]
        after = dict(saving)

    assert counts[0] >= len(before)
    assert {one: opens(new, sealed, one) for one, sealed in after.items()} == {
        number(one): f"{one}" for one in range(40)
    }
    assert [opens(new, sealed, one) for one, sealed in before.items()] == [f"{one}" for one in range(0, 40, 2)]


def test_sto_2_key_that_is_erased_and_begun_anew_meanwhile_does_not_come_back(
    store: KeyStore, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    erased = seal(store, session)
    both, new = with_keys(store, NEW, OLD), with_keys(store, NEW)
    other, wrap = with_keys(store, NEW, OLD), both._wrap
    other._is_ours = True
    later: list[bytes] = []

    def begin_anew() -> None:
        other.erase([NOTE])
        later.append(seal(other, session, "Nieuw."))

    begun = Thread(target=begin_anew)

    def wait_for_others(key: bytes, record_id: str, owner_id: str) -> bytes:
        begun.start()
        begun.join(timeout=0.5)  # SQLite lets it in afterwards
        return wrap(key, record_id, owner_id)

    monkeypatch.setattr(both, "_wrap", wait_for_others)
    both.reseal()
    begun.join()

    assert opens(new, erased) is None
    assert opens(new, later[0]) == "Nieuw."


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


def test_keys_without_a_record_go_also_when_there_are_many(
    store: KeyStore, session: Session, clock: FrozenClock
) -> None:
    fill(store, count=AT_ONCE + 2)
    day = clock.now().date()

    assert [store.erase_unused(session, day + timedelta(days=days)) for days in (0, 2, 3)] == [0, AT_ONCE + 2, 0]


def test_sto_7_who_erased_themselves_is_remembered_for_as_long_as_there_are_backups(
    store: KeyStore, clock: FrozenClock
) -> None:
    day = clock.now().date()
    store.note_erasure(OWNER, "person", day)
    store.note_erasure(OWNER, "person", day + timedelta(days=1))
    store.note_erasure(OTHER, "consent", day)

    assert store.read_erasures("person", day + KEEP_ERASURES) == [OWNER]
    assert store.read_erasures("consent", day + KEEP_ERASURES) == [OTHER]
    assert timedelta(days=35) < KEEP_ERASURES
    assert store.read_erasures("person", day + KEEP_ERASURES + timedelta(days=1)) == []
    with store.database.session(writes=False) as keys:
        assert keys.execute(select(Erasure.person_id)).all() == []


def test_consent_that_is_given_again_is_not_taken_back_once_more(store: KeyStore, clock: FrozenClock) -> None:
    day = clock.now().date()
    for what in ("person", "consent"):
        store.note_erasure(OWNER, what, day)

    store.forget_erasure(OWNER, "consent")

    assert (store.read_erasures("person", day), store.read_erasures("consent", day)) == ([OWNER], [])


def test_looking_whether_it_is_the_right_one_takes_nothing_as_its_own(store: KeyStore, session: Session) -> None:
    store.check(session)
    assert session.execute(select(KeyStoreLink.store_id)).all() == []

    store.claim(session)

    assert len(session.execute(select(KeyStoreLink.store_id)).all()) == 1


def test_what_was_taken_as_its_own_and_undone_is_asked_anew(store: KeyStore, session: Session) -> None:
    store.claim(session)
    session.rollback()

    store.claim(session)

    assert len(session.execute(select(KeyStoreLink.store_id)).all()) == 1


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


def away(store: KeyStore, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**_kwargs: object) -> None:
        raise OperationalError("", None, Exception())

    monkeypatch.setattr(store.database, "session", fail)


def test_text_is_missing_while_the_store_is_away_and_nothing_is_raised(
    store: KeyStore, session: Session, monkeypatch: pytest.MonkeyPatch, log_lines: list[str]
) -> None:
    sealed = seal(store, session)
    away(store, monkeypatch)

    assert opens(store, sealed) is None

    assert "kernel:keys:away" in str(log_lines)
    monkeypatch.undo()
    assert opens(store, sealed) == TEXT


ASKED: dict[str, Callable[[KeyStore, Session], object]] = {
    "seal": seal,
    "claim": lambda store, session: store.claim(session),
    "check": lambda store, session: store.check(session),
    "adopt": lambda store, session: store.adopt(session),
    "erase": lambda store, _session: store.erase([NOTE]),
    "which have keys": lambda store, _session: store.which_have_keys([NOTE]),
    "erase unused": lambda store, session: store.erase_unused(session, date(2026, 11, 23)),
    "note erasure": lambda store, _session: store.note_erasure(OWNER, "person", date(2026, 11, 23)),
    "read erasures": lambda store, _session: store.read_erasures("person", date(2026, 11, 23)),
    "reseal": lambda store, _session: store.reseal(),
}


@pytest.mark.parametrize("ask", ASKED.values(), ids=ASKED)
@pytest.mark.one_database
def test_store_that_is_away_is_said_of_everything_that_needs_it(
    store: KeyStore, session: Session, monkeypatch: pytest.MonkeyPatch, ask: Callable[[KeyStore, Session], object]
) -> None:
    away(store, monkeypatch)

    with pytest.raises(KeyStoreError, match="does not answer"):
        ask(store, session)


def test_tool_with_another_key_store_is_not_ready(app: Flask, client: FlaskClient, tools: Instruments) -> None:
    assert client.get("/health/ready").status_code == 200
    with tools.database.session(writes=True) as session, session.begin():
        session.execute(delete(KeyStoreLink))
        session.execute(insert(KeyStoreLink).values(id=1, store_id="x" * 26))
    tools.key_store._is_ours = False

    answer = client.get("/health/ready")

    assert answer.status_code == 503
    assert "RUGZAK_KEYS_DATABASE_URL" in answer.json["status"]  # type: ignore[index]
    assert app.test_cli_runner().invoke(args=["privacy", "adopt-key-store"]).exit_code == 2
    assert client.get("/health/ready").status_code == 503
    result = app.test_cli_runner().invoke(args=["privacy", "adopt-key-store", "--all-keys-are-lost"])
    assert (result.exit_code, json.loads(result.stdout)) == (0, {"adopted": True})
    assert client.get("/health/ready").status_code == 200


def test_tool_whose_key_store_is_away_or_empty_is_not_ready(
    client: FlaskClient, tools: Instruments, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    away(tools.key_store, monkeypatch)
    assert client.get("/health/ready").status_code == 503
    monkeypatch.undo()
    assert client.get("/health/ready").status_code == 200
    empty = Database(f"sqlite:///{tmp_path}/empty.sqlite3")
    monkeypatch.setattr(tools.key_store, "database", empty)

    answer = client.get("/health/ready")

    assert (answer.status_code, "alembic upgrade head" in answer.text) == (503, True)
    empty.engine.dispose()


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
