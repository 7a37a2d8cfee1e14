"""A copy of one of the two databases is worth nothing: no text is in it, and no key that is not wrapped (STO-1)."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update

from lti_tool.kernel.key_models import KeysBase, RecordKey
from lti_tool.kernel.sealed_records import BLOCK
from lti_tool.notes.models import Note
from lti_tool.sharing.models import Share
from tests.notes.conftest import STEP, TEACHER, Ring
from tests.privacy.conftest import rows_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lti_tool.kernel.database import Database
    from tests.privacy.conftest import Rows

OWN, OTHER = "Tante Zwaantje knipt brood met een heggenschaar.", "Opa Klaas kraakt noten met zijn elleboog."
AID, LATER = "Buurvrouw Wilma poetst knopen om half vijf.", "Neef Jochem slaapt rechtop in de bijkeuken."


@pytest.fixture
def written(ring: Ring) -> Ring:
    """Two people wrote what is in no step, one of them at the decision aid too; what they shared was opened."""
    ring.consent("bram")
    ring.write("amina", OWN)
    ring.share("amina")
    ring.write("bram", OTHER)
    ring.visits["amina"].post("/decision-aid", {"text-whether": AID})
    assert OWN in ring.open("esra").text
    return ring


def readings_of(rows: Rows) -> Iterator[bytes]:
    """Everything that stands in a copy, as bytes."""
    for found in rows.values():
        for row in found:
            for value in row.values():
                yield value if isinstance(value, bytes) else str(value).encode()


def pieces_of(text: str) -> set[bytes]:
    """Every piece of twelve letters, plainly and in the forms in which a database or a program may write it."""
    pieces = {text[place : place + 12] for place in range(len(text) - 11)}
    found = {piece.encode(form) for piece in pieces for form in ("utf-8", "utf-16-le")}
    return found | {piece.encode().hex().encode() for piece in pieces} | {base64.b64encode(text.encode())[:30]}


def forms_of(key: bytes) -> set[bytes]:
    return {key, key.hex().encode(), base64.b64encode(key).rstrip(b"="), base64.urlsafe_b64encode(key).rstrip(b"=")}


def texts() -> set[bytes]:
    return set().union(*(pieces_of(text) for text in (OWN, OTHER, AID, LATER)))


def keys_of(ring: Ring) -> set[bytes]:
    """Every key that there is, opened, and the master keys."""
    with ring.tools.key_store.database.session(writes=False) as session:
        owners = {
            row.record_id: row.owner_id for row in session.execute(select(RecordKey.record_id, RecordKey.owner_id))
        }
    found = ring.tools.key_store.find_keys(owners)
    assert set(found) == set(owners)
    assert len(found) == 4
    masters = [key for _name, key in ring.tools.settings.master_keys]
    return {form for key in (*found.values(), *masters) for form in forms_of(key)}


def test_sto_1_copy_of_the_main_database_holds_no_text_and_no_key(written: Ring) -> None:
    copy = b"\n".join(readings_of(rows_of(written.tools.database)))

    assert b"Amina Haddou" in copy
    assert [piece for piece in texts() | keys_of(written) if piece in copy] == []


def test_sto_1_copy_of_the_key_store_holds_no_text_and_no_key_that_is_not_wrapped(written: Ring) -> None:
    copy = b"\n".join(readings_of(rows_of(written.tools.key_store.database, KeysBase.metadata)))

    assert (written.note_of("bram") or "").encode() in copy
    assert [piece for piece in texts() | keys_of(written) if piece in copy] == []


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_sto_1_files_of_sqlite_hold_no_text_and_no_key_also_after_changing_and_erasing(written: Ring) -> None:
    keys = keys_of(written)
    written.visits["amina"].post(f"/notes/{written.note_of('amina')}/withdraw", {})
    written.write("amina", LATER)
    written.visits["bram"].post("/my-data/erase-notes", {})

    main, store = (
        b"".join(path.read_bytes() for path in files_of(database))
        for database in (written.tools.database, written.tools.key_store.database)
    )

    assert b"Amina Haddou" in main
    assert (written.note_of("amina") or "").encode() in store
    assert [piece for piece in texts() | keys if piece in main or piece in store] == []


def files_of(database: Database) -> list[Path]:
    """The file of a database, with its log; what it shares with other processes is no copy of anything."""
    file = Path(database.engine.url.database or "")
    found = [path for path in file.parent.glob(f"{file.name}*") if not path.name.endswith("-shm")]
    assert found
    return found


def test_sto_1_size_of_a_note_tells_nothing_of_how_much_somebody_wrote(written: Ring) -> None:
    written.write("bram", "x")
    written.consent("esra")
    written.write("esra", "Meer dan een regel. " * 90)

    with written.tools.database.session(writes=False) as session:
        sizes = {len(text) for text in session.execute(select(Note.text)).scalars()}
    assert sizes == {BLOCK + 29}


def test_sto_1_note_that_is_given_to_somebody_else_in_sql_opens_for_nobody(written: Ring) -> None:
    """Neither when the key is given to them too."""
    bram = written.id_of("bram")
    with written.tools.database.session(writes=False) as session:
        note_id = session.execute(select(Share.note_id)).scalar_one()
    written.visits["bram"].post("/my-data/erase-notes", {})
    with written.tools.database.session(writes=True) as session, session.begin():
        session.execute(update(Note).values(membership_id=bram))
        session.execute(update(Share).values(membership_id=bram))
    with written.tools.key_store.database.session(writes=True) as keys, keys.begin():
        keys.execute(update(RecordKey).values(owner_id=bram))

    for path in ("/notes", f"/step/{STEP}", f"/notes/{note_id}/erase"):
        page = written.visits["bram"].get(path)
        assert page.status_code == 200
        assert OWN not in page.text
    assert OWN not in written.visits["bram"].post("/my-data/take-along", {"form": "machine"}).text
    assert [written.open(person).status_code for person in ("esra", "nameless", TEACHER)] == [404] * 3


def test_sto_1_notes_that_change_places_in_sql_open_for_nobody(written: Ring) -> None:
    with written.tools.database.session(writes=True) as session, session.begin():
        rows = session.execute(select(Note.id, Note.text)).all()
        for row, other in zip(rows, (*rows[1:], rows[0]), strict=True):
            session.execute(update(Note).where(Note.id == row.id).values(text=other.text))

    pages = [written.visits[person].get("/notes").text for person in ("amina", "bram")]

    assert [page.count("kan nu niet geopend worden") for page in pages] == [2, 1]
    assert [text for text in (OWN, OTHER, AID) for page in pages if text in page] == []
    assert written.open("esra").status_code == 404
