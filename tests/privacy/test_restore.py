"""A drill: yesterday's copy of the main database is put back, and nothing that was erased since can be read (STO-2).

The key store stays as it is: content backups leave it out.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, insert, select

from lti_tool.kernel.database import Base
from lti_tool.kernel.key_store import KeyStore, KeyStoreError
from lti_tool.kernel.merging import mark
from lti_tool.notes.models import Note
from lti_tool.notes.service import read_shared_text, sealed_notes
from lti_tool.people.models import Membership, Person
from lti_tool.privacy.service import take_back_consent
from lti_tool.sharing.models import Consent, Share
from lti_tool.sharing.policy import Audience
from lti_tool.sharing.reading import ReadableShare, sealed_shares
from tests.notes.conftest import STEP, TEACHER, TEXT, Ring
from tests.privacy.conftest import count, count_keys, person_of, rows_of, run, run_sweep, take

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from lti_tool.kernel.database import Database

OTHERS = ("bram", "esra", "nameless", TEACHER)
OF_BRAM = "Van Bram, die niets wist."


class Backup:
    """A copy of the main database, as who looks after the server makes one and puts it back."""

    def __init__(self, database: Database, folder: Path) -> None:
        self._database = database
        self._is_file = database.engine.dialect.name == "sqlite"
        self._copy = str(folder / "content-backup.sqlite3")
        if self._is_file:
            copy_file(database.engine.url.database or "", self._copy)
        else:
            self._rows = rows_of(database)

    def restore(self) -> None:
        if self._is_file:
            self._database.engine.dispose()
            copy_file(self._copy, self._database.engine.url.database or "")
            return
        with self._database.session(writes=True) as session, session.begin():
            for table in reversed(Base.metadata.sorted_tables):
                session.execute(delete(table))
            for table in Base.metadata.sorted_tables:
                if self._rows[table.name]:
                    session.execute(insert(table), self._rows[table.name])


def copy_file(source: str, target: str) -> None:
    with closing(sqlite3.connect(source)) as one, closing(sqlite3.connect(target)) as other:
        one.backup(other)


@pytest.fixture
def two(shared: Ring) -> Ring:
    """One of the group shares what they wrote; another wrote for nobody, and has no part in what follows."""
    shared.consent("bram")
    shared.write("bram", OF_BRAM)
    return shared


# What somebody does after the backup.


def erase_note(ring: Ring) -> None:
    assert ring.visits["amina"].post(f"/notes/{ring.note_of('amina')}/erase", {}).status_code == 200


def empty_note(ring: Ring) -> None:
    ring.visits["amina"].post(f"/notes/{ring.note_of('amina')}/withdraw", {})
    assert ring.write("amina", "").status_code == 303
    assert ring.note_of("amina") is None


def erase_all_notes(ring: Ring) -> None:
    assert ring.visits["amina"].post("/my-data/erase-notes", {}).status_code == 200


def erase_everything(ring: Ring) -> None:
    assert ring.visits["amina"].post("/my-data/erase", {}).status_code == 200


def take_consent_back(ring: Ring) -> None:
    assert ring.visits["amina"].post("/consent/take-back", {}).status_code == 200


def change_and_erase(ring: Ring) -> None:
    """The copy holds an older wording than the one that was erased."""
    ring.visits["amina"].post(f"/notes/{ring.note_of('amina')}/withdraw", {})
    ring.write("amina", "Later anders gezegd.")
    erase_note(ring)


def withdraw(ring: Ring) -> None:
    assert ring.visits["amina"].post(f"/notes/{ring.note_of('amina')}/withdraw", {}).status_code == 303


def restore_after(ring: Ring, change: Callable[[Ring], None], folder: Path) -> None:
    yesterday = Backup(ring.tools.database, folder)
    before = rows_of(ring.tools.database)
    change(ring)
    assert rows_of(ring.tools.database) != before
    yesterday.restore()
    assert rows_of(ring.tools.database) == before


ERASING = (
    erase_note,
    erase_everything,
    take_consent_back,
    pytest.param(empty_note, marks=pytest.mark.one_database),
    pytest.param(erase_all_notes, marks=pytest.mark.one_database),
    pytest.param(change_and_erase, marks=pytest.mark.one_database),
)


@pytest.mark.parametrize("change", ERASING)
def test_sto_2_what_was_erased_since_is_not_readable_after_a_restore_and_goes_with_the_sweep(
    two: Ring, tmp_path: Path, change: Callable[[Ring], None]
) -> None:
    share_id, note_id = two.share_id() or "", two.note_of("amina") or ""
    restore_after(two, change, tmp_path)

    assert opened_by_services(two, share_id, note_id) == {two.note_of("bram"): OF_BRAM}
    assert read_on_pages(two, share_id) == []
    run_sweep(two)

    assert (count(two, Share), count(two, Note)) == (0, 1)
    assert read_on_pages(two, share_id) == []
    assert OF_BRAM in two.visits["bram"].get("/notes").text
    assert not run_sweep(two).keys() & {"notes_note", "sharing_share", "person"}


def opened_by_services(ring: Ring, share_id: str, note_id: str) -> dict[str, str]:
    """Every text that opens, for whoever reaches past the pages: with the rows, and with a share that they make up."""
    store, author_id = ring.tools.key_store, ring.id_of("amina")
    forged = ReadableShare(share_id, note_id, author_id, "p" * 26, None, STEP, Audience.GROUP, mark(TEXT))
    with ring.tools.database.session(writes=False) as session:
        notes = session.execute(select(Note.id, Note.membership_id, Note.text)).all()
        shares = session.execute(select(Share.id, Share.membership_id, Share.given)).all()
        assert {row.id for row in notes} == {note_id, ring.note_of("bram")}, "the rows are there again"
        assert read_shared_text(session, sealed_notes(store), forged) is None
    assert sealed_shares(store).open((row.id, row.membership_id, row.given) for row in shares) == {}
    return sealed_notes(store).open((row.id, row.membership_id, row.text) for row in notes)


def read_on_pages(ring: Ring, share_id: str) -> list[str]:
    """Every page on which a text that was erased stands for anybody, its author included."""
    author = ring.visits["amina"] = ring.circle.door.enter("amina")
    pages = {path: author.get(path).text for path in (f"/step/{STEP}", "/notes", "/my-data", "/shared")}
    pages |= {form: take(ring, "amina", form).text for form in ("readable", "machine")}
    for person in OTHERS:
        answer = ring.open(person, share_id)
        assert answer.status_code == 404
        pages |= {f"{person} opens it": answer.text, f"{person} looks": ring.visits[person].get("/shared").text}
    return [path for path, text in pages.items() if TEXT in text or "Later anders gezegd." in text]


def test_sto_2_what_nobody_erased_is_as_it_was_after_a_restore(two: Ring, tmp_path: Path) -> None:
    share_id = two.share_id()
    yesterday = Backup(two.tools.database, tmp_path)
    two.write("bram", "Dit is na de kopie.")
    yesterday.restore()

    run_sweep(two)

    assert OF_BRAM in two.visits["bram"].get("/notes").text
    assert two.reads("esra", share_id)


def test_sto_7_who_erased_everything_is_erased_again_and_nobody_else(two: Ring, tmp_path: Path) -> None:
    restore_after(two, erase_everything, tmp_path)
    assert names(two) >= {"Amina Haddou", "Bram de Wit"}

    erased = run_sweep(two)

    assert erased["person"] == 1
    assert "Amina Haddou" not in names(two)
    assert names(two) >= {"Bram de Wit", "Esra Çelik", "Marijke Vos"}
    assert count(two, Membership) == 4
    assert two.visits["amina"].get().status_code == 401


def names(ring: Ring) -> set[str | None]:
    with ring.tools.database.session(writes=False) as session:
        return set(session.execute(select(Person.display_name)).scalars())


@pytest.mark.one_database
def test_sto_7_who_erased_everything_and_came_again_is_somebody_else_and_stays(two: Ring) -> None:
    """Without a restore: what the key store remembers is about who they were."""
    erase_everything(two)
    two.visits["amina"] = two.circle.door.enter("amina")
    two.consent("amina")
    two.circle.read_members()
    two.write("amina", "Opnieuw begonnen.")

    assert "person" not in run_sweep(two)

    assert "Opnieuw begonnen." in two.visits["amina"].get("/notes").text


def test_sto_11_consent_that_was_taken_back_stays_taken_back(two: Ring, tmp_path: Path) -> None:
    restore_after(two, take_consent_back, tmp_path)
    assert count(two, Consent) == 2

    run_sweep(two)

    assert count(two, Consent) == 1
    assert 'data-status="no-consent"' in two.visits["amina"].get(f"/step/{STEP}").text


@pytest.mark.one_database
def test_sto_11_consent_that_was_given_again_stays_given(two: Ring) -> None:
    take_consent_back(two)
    two.consent("amina")
    two.write("amina", "Toch maar wel.")

    run_sweep(two)

    assert count(two, Consent) == 2
    assert "Toch maar wel." in two.visits["amina"].get("/notes").text


def test_sto_11_what_was_not_taken_back_after_all_is_not_done_again(two: Ring) -> None:
    """The database failed before it was kept, and its author goes on."""
    with two.tools.database.session(writes=True) as session, session.begin():
        take_back_consent(session, two.tools.key_store, person_of(two, "amina"))
        session.rollback()
    run_sweep(two)  # what was there cannot be read any more, so it goes
    two.write("amina", "Verder gegaan.")

    run_sweep(two)

    assert count(two, Consent) == 2
    assert "Verder gegaan." in two.visits["amina"].get("/notes").text


@pytest.mark.one_database
@pytest.mark.parametrize("path", ["/consent/take-back", "/my-data/erase"])
def test_sto_7_who_erases_is_done_when_the_key_store_goes_away_at_the_last_moment(
    two: Ring, monkeypatch: pytest.MonkeyPatch, log_lines: list[str], path: str
) -> None:
    def fail(*_args: object) -> None:
        message = "away"
        raise KeyStoreError(message)

    monkeypatch.setattr(KeyStore, "note_erasure", fail)
    answer = two.visits["amina"].post(path, {})

    assert answer.status_code == 200
    assert "data-receipt" in answer.text
    assert count(two, Consent) == 1
    assert [line for line in log_lines if "privacy:erasure:not_remembered" in line]


@pytest.mark.one_database
def test_sto_2_what_happened_before_the_oldest_backup_is_remembered_no_more(two: Ring, tmp_path: Path) -> None:
    """A copy that is older than copies are kept: its texts do not open; the person is there until erased by hand."""
    restore_after(two, erase_everything, tmp_path)
    two.clock.move(days=37)

    erased = run_sweep(two)

    assert "person" not in erased
    assert erased["notes_note"] == 1
    assert count(two, Note) == 1


def test_shr_7_share_that_was_taken_back_comes_back_with_no_backup(two: Ring, tmp_path: Path) -> None:
    share_id = two.share_id()
    restore_after(two, withdraw, tmp_path)

    assert not any(two.reads(person, share_id) for person in OTHERS)
    assert TEXT in two.visits["amina"].get("/notes").text
    assert run_sweep(two)["sharing_share"] == 1
    assert two.share_id() is None
    assert count_keys(two) == 2


@pytest.mark.one_database
def test_sto_2_worker_does_the_same_as_the_command(two: Ring, tmp_path: Path) -> None:
    restore_after(two, erase_everything, tmp_path)

    assert run(two, "worker", "--once").exit_code == 0

    assert "Amina Haddou" not in names(two)
    assert (count(two, Share), count(two, Note)) == (0, 1)
