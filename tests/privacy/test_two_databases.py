"""When the two databases are not as they should be: one is away or another one, or a process died between them."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import OperationalError

from lti_tool.kernel.database import Database
from lti_tool.kernel.key_models import RecordKey
from lti_tool.kernel.key_ring import KeyRing
from lti_tool.kernel.key_store import KeyStore
from lti_tool.kernel.merging import mark
from lti_tool.notes import service
from lti_tool.notes.models import Note
from lti_tool.notes.service import erase_notes, save_notes, sealed_notes
from lti_tool.sharing.models import Consent, Share
from tests.notes.conftest import PROMPT, STEP, TEXT, Ring
from tests.notes.test_sharing import away_keys
from tests.privacy.conftest import Rows, count, count_keys, rows_of, run, run_sweep, today

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy.orm import Session

FIELD, SEEN = f"text-{PROMPT}", f"seen-{PROMPT}"
CLOSED = "kan nu niet geopend worden"


def kept(ring: Ring) -> Rows:
    """Everything in the main database but what a look at a page may touch."""
    found = rows_of(ring.tools.database)
    del found["launch_session"], found["limit_count"]
    return found


# A process dies.


class Died(Exception):  # noqa: N818 (it is no error of ours)
    pass


def die(*_args: object, **_kwargs: object) -> None:
    raise Died


def save(ring: Ring, person: str, text: str) -> None:
    with ring.tools.database.session(writes=True) as session, session.begin():
        save_notes(
            session,
            sealed_notes(ring.tools.key_store),
            membership_id=ring.id_of(person),
            step_id=STEP,
            typed={PROMPT: text},
            seen={PROMPT: mark("")},
            keep_until=today(ring),
        )


def test_sto_1_key_is_written_before_the_text_and_goes_when_the_text_never_came(
    ring: Ring, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "insert", die)
    with pytest.raises(Died):
        save(ring, "amina", TEXT)
    monkeypatch.undo()
    assert (count(ring, Note), count_keys(ring)) == (0, 1)

    found = []
    for _day in range(4):
        found.append((run_sweep(ring).get("record_key", 0), count_keys(ring)))
        ring.clock.move(days=1)

    assert found == [(0, 1), (0, 1), (1, 0), (0, 0)]


def test_sto_1_key_is_erased_before_the_text_and_the_text_that_is_left_goes_with_the_sweep(
    shared: Ring, monkeypatch: pytest.MonkeyPatch
) -> None:
    note_id = shared.note_of("amina") or ""
    monkeypatch.setattr(service, "_delete", die)
    with (
        pytest.raises(Died),
        shared.tools.database.session(writes=True) as session,
        session.begin(),
    ):
        erase_notes(session, shared.tools.key_store, membership_id=shared.id_of("amina"), note_ids=[note_id])
    monkeypatch.undo()
    assert (count(shared, Note), shared.tools.key_store.which_have_keys([note_id])) == (1, set())

    assert CLOSED in shared.visits["amina"].get("/notes").text
    assert not any(shared.reads(person) for person in ("bram", "esra"))
    erased = run_sweep(shared)

    assert erased["notes_note"] == 1
    assert (count(shared, Note), count(shared, Share)) == (0, 0)


def test_sto_1_sweep_leaves_texts_and_keys_alone_that_belong_together(shared: Ring) -> None:
    shared.consent("bram")
    shared.write("bram", "Van Bram.")
    before = kept(shared)

    for _day in range(4):
        run_sweep(shared)
        shared.clock.move(days=1)

    assert kept(shared)["notes_note"] == before["notes_note"]
    assert kept(shared)["sharing_share"] == before["sharing_share"]
    shared.visits["esra"] = shared.circle.door.enter("esra")
    assert shared.reads("esra")


# The key store is away.


PAGES = ("/", f"/step/{STEP}", "/notes", "/shared", "/my-data", "/consent", "/decision-aid", "/my-data/erase", "/group")


@pytest.mark.one_database
def test_every_page_is_there_while_the_key_store_is_away_and_says_what_cannot_be_opened(
    shared: Ring, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the step it is the same whether the note is shared, or stands in its field."""
    visit, note_id = shared.visits["amina"], shared.note_of("amina")
    away_keys(shared, monkeypatch)
    assert CLOSED in visit.get(f"/step/{STEP}").text
    visit.post(f"/notes/{note_id}/withdraw", {})

    pages = {path: visit.get(path) for path in (*PAGES, f"/notes/{note_id}/erase")}

    assert {path: page.status_code for path, page in pages.items()} == dict.fromkeys(pages, 200)
    assert {path for path, page in pages.items() if CLOSED in page.text} == {f"/step/{STEP}", "/notes"}
    assert visit.get(f"/notes/{note_id}/share").status_code == 303


@pytest.mark.one_database
def test_nothing_can_be_opened_while_the_key_store_is_away(shared: Ring, monkeypatch: pytest.MonkeyPatch) -> None:
    away_keys(shared, monkeypatch)

    assert not any(shared.reads(person) for person in ("bram", "esra"))
    assert not shared.listed("bram")

    monkeypatch.undo()
    assert shared.reads("bram")


ERASING = ("/notes/{note}/erase", "/my-data/erase-notes", "/my-data/erase", "/consent/take-back")


@pytest.mark.parametrize("path", ERASING)
@pytest.mark.one_database
def test_sto_7_erasing_says_so_and_changes_nothing_while_the_key_store_is_away(
    shared: Ring, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    before, note_id = kept(shared), shared.note_of("amina")
    away_keys(shared, monkeypatch)

    answer = shared.visits["amina"].post(path.format(note=note_id), {})

    assert answer.status_code == 503
    assert "data-errors" in answer.text
    assert "data-receipt" not in answer.text
    monkeypatch.undo()
    assert kept(shared) == before
    assert TEXT in shared.visits["amina"].get("/notes").text
    assert shared.reads("bram")


@pytest.mark.one_database
def test_tool_that_wrote_before_is_not_ready_once_the_key_store_is_away(
    shared: Ring, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = shared.circle.door.client
    assert client.get("/health/ready").status_code == 200
    away_keys(shared, monkeypatch)

    assert client.get("/health/ready").status_code == 503


@pytest.mark.one_database
@pytest.mark.parametrize("form", ["readable", "machine"])
def test_sto_8_nothing_is_taken_along_without_its_texts(
    shared: Ring, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    """Who believes to have them might erase them."""
    away_keys(shared, monkeypatch)

    assert shared.visits["amina"].post("/my-data/take-along", {"form": form}).status_code == 503


@pytest.mark.one_database
def test_sto_11_yes_is_not_kept_while_the_key_store_is_away(ring: Ring, monkeypatch: pytest.MonkeyPatch) -> None:
    away_keys(ring, monkeypatch)

    answer = ring.visits["bram"].post("/consent", {"agrees": "yes"})

    assert answer.status_code == 503
    assert count(ring, Consent) == 1


@pytest.mark.one_database
def test_decision_aid_comes_back_as_it_was_typed_while_the_key_store_is_away(
    ring: Ring, monkeypatch: pytest.MonkeyPatch
) -> None:
    away_keys(ring, monkeypatch)

    answer = ring.visits["amina"].post("/decision-aid", {"text-whether": "Mijn begeleider."})

    assert answer.status_code == 503
    assert "\nMijn begeleider.</textarea>" in answer.text
    assert count(ring, Note) == 0


@pytest.mark.one_database
def test_script_is_told_that_nothing_was_saved_while_the_key_store_is_away(
    ring: Ring, monkeypatch: pytest.MonkeyPatch
) -> None:
    away_keys(ring, monkeypatch)

    answer = ring.visits["amina"].post(f"/notes/step/{STEP}", {FIELD: TEXT, SEEN: mark(""), "by_script": "yes"})

    assert answer.status_code == 503
    assert count(ring, Note) == 0


@pytest.mark.parametrize("typed", ["Nieuw.", ""])
@pytest.mark.one_database
def test_note_that_does_not_open_is_neither_written_over_nor_taken_for_empty(ring: Ring, typed: str) -> None:
    """Its bytes were changed; and it was open in another window, where somebody goes on typing or empties it."""
    ring.write("amina")
    damage(ring)
    visit, before = ring.visits["amina"], kept(ring)["notes_note"]

    answer = visit.post(f"/notes/step/{STEP}", {FIELD: typed, SEEN: mark(TEXT)})

    assert answer.status_code == 503
    assert f"\n{typed}</textarea>" in answer.text
    assert kept(ring)["notes_note"] == before


def damage(ring: Ring) -> None:
    with ring.tools.database.session(writes=True) as session, session.begin():
        text = bytearray(session.execute(select(Note.text)).scalar_one())
        text[100] ^= 1
        session.execute(update(Note).values(text=bytes(text)))


@pytest.mark.one_database
def test_note_that_does_not_open_holds_no_others_up_and_can_be_erased(ring: Ring) -> None:
    ring.write("amina")
    damage(ring)
    visit, note_id = ring.visits["amina"], ring.note_of("amina")
    page = visit.get(f"/step/{STEP}").text
    assert CLOSED in page

    answer = visit.post(f"/notes/step/{STEP}", {FIELD: "", SEEN: mark("")})

    assert answer.status_code == 303
    assert count(ring, Note) == 1
    assert visit.post(f"/notes/{note_id}/erase", {}).status_code == 200
    assert (count(ring, Note), count_keys(ring)) == (0, 0)


@pytest.mark.one_database
def test_key_store_that_answers_only_again_when_it_is_written_to_takes_no_note_for_empty(
    ring: Ring, monkeypatch: pytest.MonkeyPatch
) -> None:
    ring.write("amina")
    store, answers = ring.tools.key_store, ring.tools.key_store.database.session

    def fail_to_read(*, writes: bool) -> Session:
        if not writes:
            raise OperationalError("", None, Exception())
        return answers(writes=True)

    monkeypatch.setattr(store.database, "session", fail_to_read)
    answer = ring.visits["amina"].post(f"/notes/step/{STEP}", {FIELD: "Nieuw.", SEEN: mark("")})
    monkeypatch.undo()

    assert answer.status_code == 503
    assert TEXT in ring.visits["amina"].get("/notes").text


# The key store is another one.


@pytest.fixture
def other(shared: Ring, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Ring]:
    """The tool was started anew with the address of a key store that belongs to nothing."""
    database = Database(f"sqlite:///{tmp_path}/other.sqlite3")
    monkeypatch.setattr(shared.tools.key_store, "database", database)
    monkeypatch.setattr(shared.tools.key_store, "_is_ours", False)
    shared.tools.key_store.prepare()
    yield shared
    database.engine.dispose()


@pytest.mark.one_database
def test_sto_1_with_another_key_store_nothing_is_written_and_what_was_typed_comes_back(other: Ring) -> None:
    before = kept(other)
    other.consent("bram")

    answer = other.visits["bram"].post(f"/notes/step/{STEP}", {FIELD: "Nieuw.", SEEN: mark("")})

    assert answer.status_code == 503
    assert "\nNieuw.</textarea>" in answer.text
    assert count_keys(other) == 0
    assert kept(other)["notes_note"] == before["notes_note"]


@pytest.mark.one_database
def test_sto_1_with_another_key_store_no_sweep_takes_notes_for_lost(other: Ring) -> None:
    before = kept(other)

    result = run(other, "privacy", "sweep")

    assert result.exit_code == 1
    assert "RUGZAK_KEYS_DATABASE_URL" in result.stderr
    assert kept(other) == before


@pytest.mark.one_database
def test_sto_2_notes_whose_keys_are_all_lost_go_once_another_key_store_is_taken(other: Ring) -> None:
    assert run(other, "privacy", "adopt-key-store", "--all-keys-are-lost").exit_code == 0

    erased = run_sweep(other)

    assert erased["notes_note"] == 1
    assert (count(other, Note), count(other, Share), count(other, Consent)) == (0, 0, 1)
    other.write("amina", "Opnieuw begonnen.")
    assert "Opnieuw begonnen." in other.visits["amina"].get("/notes").text


# The master key is replaced.


def start_with(ring: Ring, monkeypatch: pytest.MonkeyPatch, *masters: tuple[str, bytes]) -> None:
    """Let every process have other master keys from now on."""
    key_ring = KeyRing(masters)
    store = KeyStore(ring.tools.key_store.database, key_ring)
    tools = replace(ring.tools, key_ring=key_ring, key_store=store)
    monkeypatch.setitem(ring.circle.door.client.application.extensions, "rugzak", tools)


NEW = ("new", b"n" * 32)


def test_sto_2_keys_are_wrapped_anew_and_no_stored_text_changes(shared: Ring, monkeypatch: pytest.MonkeyPatch) -> None:
    shared.consent("bram")
    shared.write("bram", "Van Bram.")
    before, keys = kept(shared), wrapped(shared)
    start_with(shared, monkeypatch, NEW, *shared.tools.settings.master_keys)

    result = run(shared, "keys", "reseal")

    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["resealed"] >= len(keys)
    assert set(wrapped(shared)) == set(keys)
    assert all(one.startswith(b"new:") for one in wrapped(shared).values())
    for table in ("notes_note", "sharing_share"):
        assert kept(shared)[table] == before[table]
    assert CLOSED not in shared.visits["amina"].get("/notes").text
    start_with(shared, monkeypatch, NEW)
    assert TEXT in shared.visits["amina"].get("/notes").text
    assert "Van Bram." in shared.visits["bram"].get("/notes").text
    assert shared.reads("esra")
    start_with(shared, monkeypatch, *shared.tools.settings.master_keys)
    assert CLOSED in shared.visits["amina"].get("/notes").text


def wrapped(ring: Ring) -> dict[str, bytes]:
    with ring.tools.key_store.database.session(writes=False) as keys:
        return {row.record_id: row.wrapped for row in keys.execute(select(RecordKey.record_id, RecordKey.wrapped))}


@pytest.mark.one_database
def test_sto_2_without_its_master_key_a_note_is_closed_and_nothing_is_written_over_it(
    ring: Ring, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody set the new key alone, before ``keys reseal``."""
    ring.write("amina")
    before = kept(ring)["notes_note"]
    start_with(ring, monkeypatch, NEW)

    page = ring.visits["amina"].get(f"/step/{STEP}").text
    answer = ring.visits["amina"].post(f"/notes/step/{STEP}", {FIELD: "Nieuw.", SEEN: mark("")})

    assert CLOSED in page
    assert answer.status_code == 503
    assert "\nNieuw.</textarea>" in answer.text
    assert kept(ring)["notes_note"] == before
    start_with(ring, monkeypatch, *ring.tools.settings.master_keys)
    assert TEXT in ring.visits["amina"].get("/notes").text


@pytest.mark.one_database
def test_sto_2_resealing_stops_at_a_key_that_does_not_open_and_says_so(shared: Ring) -> None:
    note_id = shared.note_of("amina")
    with shared.tools.key_store.database.session(writes=True) as keys, keys.begin():
        keys.execute(update(RecordKey).where(RecordKey.record_id == note_id).values(wrapped=b"gone:" + bytes(60)))

    result = run(shared, "keys", "reseal")

    assert result.exit_code == 1
    assert "RUGZAK_MASTER_KEYS" in result.stderr


def test_sto_2_note_whose_key_was_lost_is_closed_and_the_others_open(shared: Ring) -> None:
    shared.consent("bram")
    shared.write("bram", "Van Bram.")
    with shared.tools.key_store.database.session(writes=True) as keys, keys.begin():
        keys.execute(delete(RecordKey).where(RecordKey.record_id == shared.note_of("amina")))

    assert CLOSED in shared.visits["amina"].get("/notes").text
    assert "Van Bram." in shared.visits["bram"].get("/notes").text
    assert not shared.reads("esra")
    assert run_sweep(shared)["notes_note"] == 1
    assert "Van Bram." in shared.visits["bram"].get("/notes").text
