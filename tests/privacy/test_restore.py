"""A drill: yesterday's copy of the main database is put back, and nothing that was erased since can be read (STO-2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import delete, insert, select

from lti_tool.kernel.database import Base
from lti_tool.notes.models import Note
from lti_tool.notes.service import sealed_notes
from lti_tool.people.models import Person
from lti_tool.privacy.service import sweep, tend_keys
from lti_tool.sharing.models import Consent, Share
from lti_tool.web.edge import sweeping
from tests.groups.conftest import circle
from tests.notes.conftest import STEP, TEACHER, TEXT, Ring, ring, shared

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

__all__ = ["circle", "ring", "shared"]

Copy = dict[str, list[dict[str, Any]]]


def back_up(session: Session) -> Copy:
    """Copy every row of the main database; the key store is no part of it."""
    return {
        table.name: [dict(row) for row in session.execute(select(table)).mappings()]
        for table in Base.metadata.sorted_tables
    }


def restore(session: Session, copy: Copy) -> None:
    """Put the rows of a copy in the place of what there is."""
    for table in reversed(Base.metadata.sorted_tables):
        session.execute(delete(table))
    for table in Base.metadata.sorted_tables:
        if copy[table.name]:
            session.execute(insert(table), copy[table.name])


def erase_note(ring: Ring) -> None:
    ring.visits["amina"].post(f"/notes/{ring.note_of('amina')}/erase", {})


def erase_all_notes(ring: Ring) -> None:
    ring.visits["amina"].post("/my-data/erase-notes", {})


def erase_everything(ring: Ring) -> None:
    ring.visits["amina"].post("/my-data/erase", {})


def take_consent_back(ring: Ring) -> None:
    ring.visits["amina"].post("/consent/take-back", {})


def restore_after(ring: Ring, change: Callable[[Ring], None]) -> None:
    """Make a copy, let something be erased, and put the copy back."""
    with ring.tools.database.session(writes=False) as session:
        yesterday = back_up(session)
    change(ring)
    with ring.tools.database.session(writes=True) as session, session.begin():
        restore(session, yesterday)


def tidy(ring: Ring) -> None:
    """Do what ``privacy sweep`` does."""
    with ring.tools.database.session(writes=True) as session, session.begin():
        sweep(session, sweeping(ring.tools))
        tend_keys(session, sweeping(ring.tools))


@pytest.mark.parametrize("change", [erase_note, erase_all_notes, erase_everything, take_consent_back])
def test_sto_2_what_was_erased_since_is_not_readable_after_a_restore(
    shared: Ring, change: Callable[[Ring], None]
) -> None:
    restore_after(shared, change)

    # Before anybody swept: the row is there again, and opens for nobody, its author included.
    with shared.tools.database.session(writes=False) as session:
        rows = session.execute(select(Note.id, Note.membership_id, Note.text)).all()
    assert len(rows) == 1
    found = [(row.id, row.membership_id, row.text) for row in rows]
    assert sealed_notes(shared.tools.key_store).open(found) == {}
    assert TEXT not in shared.circle.door.enter("amina").get(f"/step/{STEP}").text
    assert not any(shared.reads(person) for person in ("bram", "esra", TEACHER))

    tidy(shared)

    with shared.tools.database.session(writes=False) as session:
        assert session.execute(select(Note.id)).all() == []
        assert session.execute(select(Share.id)).all() == []


def test_sto_2_who_erased_everything_is_erased_again_and_nobody_else(shared: Ring) -> None:
    restore_after(shared, erase_everything)

    tidy(shared)

    with shared.tools.database.session(writes=False) as session:
        names = set(session.execute(select(Person.display_name)).scalars())
    assert "Amina Haddou" not in names
    assert {"Bram de Wit", "Esra Çelik"} <= names


def test_sto_2_consent_that_was_taken_back_stays_taken_back(shared: Ring) -> None:
    restore_after(shared, take_consent_back)

    tidy(shared)

    with shared.tools.database.session(writes=False) as session:
        assert session.execute(select(Consent.person_id)).all() == []


def test_sto_2_consent_that_was_given_again_stays_given(shared: Ring) -> None:
    take_consent_back(shared)
    shared.consent("amina")

    tidy(shared)

    with shared.tools.database.session(writes=False) as session:
        assert len(session.execute(select(Consent.person_id)).all()) == 1


def test_shr_7_share_that_was_taken_back_comes_back_with_no_backup(shared: Ring) -> None:
    share_id = shared.share_id()
    note_id = shared.note_of("amina")

    def withdraw(ring: Ring) -> None:
        ring.visits["amina"].post(f"/notes/{note_id}/withdraw", {})

    restore_after(shared, withdraw)

    assert not any(shared.reads(person, share_id) for person in ("bram", "esra"))
    assert TEXT in shared.visits["amina"].get("/notes").text
    tidy(shared)
    assert shared.share_id() is None


def test_sto_1_copy_of_the_main_database_holds_no_text(shared: Ring) -> None:
    with shared.tools.database.session(writes=False) as session:
        copy = repr(back_up(session))

    assert "Amina Haddou" in copy
    assert TEXT not in copy
    assert TEXT.encode().hex() not in copy
    assert TEXT[:20] not in copy
