"""How long what is kept of somebody stays, on a clock that a test moves; and what they are told (STO-5, STO-6)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from lti_tool.audit.models import AuditEvent
from lti_tool.kernel.key_models import KeysBase
from lti_tool.notes.models import Note
from lti_tool.notes.service import lock_author
from lti_tool.people.models import Membership, Person
from lti_tool.privacy.service import erase_old_memberships
from lti_tool.sharing.models import Consent, Share
from lti_tool.web.edge import sweeping
from tests.notes.conftest import TEXT, Ring
from tests.privacy.conftest import count, count_keys, rows_of, run_sweep, set_last_day, today


def changed_by_sweep(ring: Ring) -> set[str]:
    """Sweep, and return the tables of both databases that hold something else afterwards."""
    before = snapshot(ring)
    run_sweep(ring)
    after = snapshot(ring)
    return {table for table, rows in before.items() if after[table] != rows}


def snapshot(ring: Ring) -> dict[str, list[dict[str, object]]]:
    keys = rows_of(ring.tools.key_store.database, KeysBase.metadata)
    found = rows_of(ring.tools.database) | keys
    del found["launch_session"]  # a visit ends by itself, long before any of these days
    return found


# Notes.


@pytest.mark.parametrize(("days", "is_kept"), [(60, True), (61, False)])
def test_sto_5_notes_are_kept_until_sixty_days_after_the_class_and_nothing_else_goes_with_them(
    ring: Ring, days: int, *, is_kept: bool
) -> None:
    set_last_day(ring, today(ring))
    ring.write("amina")

    ring.clock.move(days=days)

    assert changed_by_sweep(ring) == (set() if is_kept else {"notes_note", "record_key"})
    assert (count(ring, Note), count_keys(ring)) == ((1, 1) if is_kept else (0, 0))


def test_sto_5_note_that_is_being_saved_is_left_for_the_next_time(ring: Ring) -> None:
    if ring.tools.database.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has one writer at a time")
    set_last_day(ring, today(ring))
    ring.write("amina")
    ring.clock.move(days=61)

    with ring.tools.database.session(writes=True) as session, session.begin():
        lock_author(session, ring.id_of("amina"))
        assert "notes_note" not in run_sweep(ring)

    assert count(ring, Note) == 1
    assert run_sweep(ring)["notes_note"] == 1


@pytest.mark.one_database
def test_sto_5_class_without_a_last_day_of_its_own_ends_in_the_summer(ring: Ring) -> None:
    """On 31 August 2027: its notes are kept until 30 October."""
    ring.write("amina")
    last = today(ring).replace(year=2027, month=10, day=30)

    ring.clock.move(days=(last - today(ring)).days)
    assert "notes_note" not in run_sweep(ring)
    ring.clock.move(days=1)
    assert run_sweep(ring)["notes_note"] == 1


@pytest.mark.one_database
def test_sto_5_later_last_day_keeps_notes_longer_and_an_earlier_one_never_shorter(ring: Ring) -> None:
    day = today(ring)
    set_last_day(ring, day)
    ring.write("amina")
    set_last_day(ring, day + timedelta(days=30))
    ring.clock.move(days=90)
    assert "notes_note" not in run_sweep(ring)

    set_last_day(ring, day - timedelta(days=300))
    assert count(ring, Note) == 1
    ring.clock.move(days=1)
    assert run_sweep(ring)["notes_note"] == 1


@pytest.mark.one_database
def test_sto_5_class_that_ends_earlier_than_was_said_keeps_notes_as_long_as_their_author_was_told(ring: Ring) -> None:
    day = today(ring)
    set_last_day(ring, day + timedelta(days=30))
    ring.write("amina")
    set_last_day(ring, day - timedelta(days=300))

    ring.clock.move(days=90)
    assert "notes_note" not in run_sweep(ring)
    ring.clock.move(days=1)
    assert run_sweep(ring)["notes_note"] == 1


@pytest.mark.one_database
def test_sto_5_note_saved_after_the_class_is_kept_for_sixty_days_from_then(ring: Ring) -> None:
    set_last_day(ring, today(ring) - timedelta(days=100))
    ring.write("amina")

    ring.clock.move(days=60)
    assert "notes_note" not in run_sweep(ring)
    ring.clock.move(days=1)
    assert run_sweep(ring)["notes_note"] == 1


@pytest.mark.one_database
def test_sto_5_note_of_the_decision_aid_is_kept_as_long_as_any_other(ring: Ring) -> None:
    set_last_day(ring, today(ring))
    ring.visits["amina"].post("/decision-aid", {"text-whether": "Misschien."})

    ring.clock.move(days=60)
    assert "notes_note" not in run_sweep(ring)
    ring.clock.move(days=1)
    assert run_sweep(ring)["notes_note"] == 1


@pytest.mark.one_database
def test_sto_5_sweep_erases_no_note_of_another_class(ring: Ring) -> None:
    """Two people of two classes, of which one is over."""
    set_last_day(ring, today(ring))
    ring.write("amina")
    elsewhere = ring.circle.door.enter("bram", "sw1b")
    elsewhere.post("/consent", {"agrees": "yes"})
    elsewhere.post("/decision-aid", {"text-whether": "In de andere klas."})

    ring.clock.move(days=61)

    assert run_sweep(ring)["notes_note"] == 1
    assert "In de andere klas." in ring.circle.door.enter("bram", "sw1b").get("/notes").text


# What people are told beforehand.


def test_sto_6_home_says_so_in_the_last_thirty_days_and_only_to_who_has_notes(ring: Ring) -> None:
    set_last_day(ring, today(ring))
    ring.write("amina")

    def says(person: str) -> bool:
        return 'data-status="notes-end"' in ring.circle.door.enter(person).get().text

    ring.clock.move(days=29)
    assert not says("amina")
    ring.clock.move(days=1)
    assert [person for person in ("amina", "bram", "teacher", "mentor") if says(person)] == ["amina"]
    ring.clock.move(days=30)
    assert says("amina")


@pytest.mark.one_database
def test_sto_6_home_says_until_which_day_and_where_to_download_and_erase(ring: Ring) -> None:
    set_last_day(ring, today(ring))
    ring.write("amina")
    ring.clock.move(days=40)

    visit = ring.circle.door.enter("amina")
    told = visit.get().text.partition('data-status="notes-end"')[2].partition("</div>")[0]

    assert "22 januari" in told
    assert f"{visit.home}/notes" in told
    assert TEXT not in told


@pytest.mark.one_database
def test_sto_6_home_says_it_no_more_once_the_notes_are_erased_or_the_class_goes_on(ring: Ring) -> None:
    set_last_day(ring, today(ring))
    ring.write("amina")
    ring.clock.move(days=40)
    visit = ring.circle.door.enter("amina")
    assert 'data-status="notes-end"' in visit.get().text

    set_last_day(ring, today(ring))
    assert 'data-status="notes-end"' not in visit.get().text
    set_last_day(ring, today(ring) - timedelta(days=40))
    assert 'data-status="notes-end"' in visit.get().text
    visit.post("/my-data/erase-notes", {})

    assert 'data-status="notes-end"' not in visit.get().text


# Shares, openings and people.


@pytest.mark.parametrize(("days", "is_kept"), [(30, True), (31, False)])
def test_sto_5_shares_are_erased_after_thirty_days_and_the_note_stays(
    shared: Ring, days: int, *, is_kept: bool
) -> None:
    shared.clock.move(days=days)

    gone = {"sharing_share", "sharing_reader", "record_key"}
    assert changed_by_sweep(shared) == (set() if is_kept else gone)
    assert (count(shared, Share), count(shared, Note), count_keys(shared)) == ((1, 1, 2) if is_kept else (0, 1, 1))


@pytest.mark.one_database
def test_sto_5_paused_share_goes_on_the_same_day(shared: Ring) -> None:
    shared.circle.place("amina", number=2)
    shared.clock.move(days=31)

    assert run_sweep(shared)["sharing_share"] == 1


@pytest.mark.parametrize(("days", "is_kept"), [(365, True), (366, False)])
@pytest.mark.one_database
def test_log_6_openings_are_kept_for_twelve_months(shared: Ring, days: int, *, is_kept: bool) -> None:
    set_last_day(shared, today(shared) + timedelta(days=300))
    shared.open("bram")

    shared.clock.move(days=days)
    run_sweep(shared)

    assert count(shared, AuditEvent) == (1 if is_kept else 0)
    page = shared.circle.door.enter("amina").get("/my-data").text
    assert ('data-kept="openings"' in page) == is_kept


def test_sto_5_who_was_in_a_class_goes_after_the_term_of_the_institution(shared: Ring) -> None:
    set_last_day(shared, today(shared))
    shared.clock.move(days=shared.tools.settings.keep_progress.days)
    run_sweep(shared)
    assert count(shared, Membership) == 5

    shared.clock.move(days=1)
    assert run_sweep(shared)["membership"] == 5

    assert (count(shared, Membership), count(shared, Person), count_keys(shared)) == (0, 0, 0)
    assert count(shared, Consent) == 0


@pytest.mark.one_database
def test_sto_5_who_is_here_or_in_another_course_goes_no_further_than_that(shared: Ring) -> None:
    """One is looking at the old class; another is in a newer class as well."""
    set_last_day(shared, today(shared))
    shared.clock.move(days=shared.tools.settings.keep_progress.days + 1)
    shared.circle.door.enter("esra")
    newer = shared.circle.door.enter("bram", "sw1b")

    assert run_sweep(shared)["membership"] == 4

    assert (count(shared, Membership), count(shared, Person)) == (2, 2)
    assert newer.get().status_code == 200
    shared.clock.move(days=1)
    assert run_sweep(shared)["membership"] == 1
    assert (count(shared, Membership), count(shared, Person)) == (1, 1)


def test_sto_5_who_goes_takes_along_what_they_wrote_with_its_keys(shared: Ring) -> None:
    """An institution may keep who was in a class for a shorter time than their notes."""
    shared.clock.move(days=2)
    set_last_day(shared, today(shared) - timedelta(days=1))
    run_sweep(shared)
    assert (count(shared, Note), count_keys(shared)) == (1, 2)

    at_once = replace(sweeping(shared.tools), keep_progress=timedelta(0))
    with shared.tools.database.session(writes=True) as session, session.begin():
        assert erase_old_memberships(session, at_once) == 5

    assert (count(shared, Note), count(shared, Share), count(shared, Person), count_keys(shared)) == (0, 0, 0, 0)
