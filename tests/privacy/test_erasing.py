"""Erasing is at once, in the live data and by the key, and leaves a receipt without what was erased (STO-7)."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from lti_tool.audit.chain import verify_chain
from lti_tool.audit.models import AuditEvent
from lti_tool.groups.models import GroupMember
from lti_tool.kernel.key_models import KeysBase
from lti_tool.kernel.merging import mark
from lti_tool.notes.models import Note
from lti_tool.people.models import CoordinatorGrant, Membership, Person
from lti_tool.progress.models import Done
from lti_tool.sharing.models import Consent, Share
from tests.demo_lms.people import CAST
from tests.notes.conftest import PROMPT, STEP, TEACHER, TEXT, Ring
from tests.notes.test_sharing import main_of
from tests.privacy.conftest import count, count_keys, person_of, rows_of, run, take
from tests.progress.board import board_of

if TYPE_CHECKING:
    from werkzeug.test import TestResponse

    from tests.door import Visit

OF_BRAM = "Van Bram alleen."


@pytest.fixture
def two(shared: Ring) -> Ring:
    """One of the group shares what they wrote and called the step done; another wrote for nobody, and did too."""
    shared.consent("bram")
    shared.write("bram", OF_BRAM)
    for person in ("amina", "bram"):
        shared.visits[person].post(f"/step/{STEP}/done", {"done": "yes"})
    return shared


def assert_receipt(answer: TestResponse) -> None:
    """It says that something was erased and when, and nothing of what it was."""
    assert answer.status_code == 200
    receipt = re.search(r"data-receipt>([^<]*)<", answer.text)
    assert receipt is not None
    assert "23 november 2026" in receipt[1]
    assert "10:00" in receipt[1]
    assert TEXT not in answer.text


def assert_of_bram_is_there(ring: Ring) -> None:
    assert OF_BRAM in ring.visits["bram"].get("/notes").text
    assert count(ring, Note) == 1


# One note.


def test_sto_7_one_note_goes_at_once_with_its_key_and_its_share(two: Ring) -> None:
    note_id, share_id = two.note_of("amina") or "", two.share_id() or ""
    asked = two.visits["amina"].get(f"/notes/{note_id}/erase").text
    assert asked.index('data-action="keep"') < asked.index('data-action="erase"')
    assert count(two, Note) == 2

    answer = two.visits["amina"].post(f"/notes/{note_id}/erase", {})

    assert_receipt(answer)
    assert two.tools.key_store.which_have_keys([note_id, share_id]) == set()
    assert [row for row in everything(two) if note_id in row or share_id in row] == []
    assert not any(two.reads(person, share_id) for person in ("bram", "esra"))
    assert two.visits["amina"].get(f"/notes/{note_id}/erase").status_code == 404
    assert two.visits["amina"].post(f"/notes/{note_id}/erase", {}).status_code == 404
    assert (count(two, Done), count(two, Consent)) == (2, 2)
    assert_of_bram_is_there(two)


def everything(ring: Ring, *, but: str = "") -> list[str]:
    """Every row of both databases, as it is written out."""
    tables = rows_of(ring.tools.database) | rows_of(ring.tools.key_store.database, KeysBase.metadata)
    return [f"{table} {row}" for table, rows in tables.items() if table != but for row in rows]


def test_sto_7_note_that_was_opened_and_erased_leaves_ids_in_the_audit_and_nothing_else(two: Ring) -> None:
    two.open("bram")
    share_id = two.share_id() or ""

    two.visits["amina"].post(f"/notes/{two.note_of('amina')}/erase", {})

    assert [row.partition(" ")[0] for row in everything(two) if share_id in row] == ["audit_event"]


# All notes.


def test_sto_7_all_notes_of_all_courses_go_and_what_was_done_stays(two: Ring) -> None:
    elsewhere = two.circle.door.enter("amina", "sw1b")
    elsewhere.post(f"/notes/step/{STEP}", {f"text-{PROMPT}": "Elders.", f"seen-{PROMPT}": mark("")})
    two.visits["amina"].post("/decision-aid", {"text-whether": "Misschien."})
    assert count(two, Note) == 4

    assert_receipt(two.visits["amina"].post("/my-data/erase-notes", {}))

    assert (count(two, Share), count(two, Done), count(two, Consent)) == (0, 2, 2)
    assert count_keys(two) == 1
    assert_of_bram_is_there(two)
    for visit in (two.visits["amina"], elsewhere):
        assert "data-note" not in main_of(visit.get("/notes").text)


@pytest.mark.one_database
def test_sto_7_erasing_all_when_there_is_nothing_is_fine(ring: Ring) -> None:
    assert_receipt(ring.visits["amina"].post("/my-data/erase-notes", {}))
    assert 'data-action="erase-writing"' not in ring.visits["amina"].get("/my-data").text


def test_sto_11_taking_the_yes_back_erases_all_and_nothing_more_is_kept(two: Ring) -> None:
    assert_receipt(two.visits["amina"].post("/consent/take-back", {}))

    assert (count(two, Share), count(two, Consent), count(two, Done), count_keys(two)) == (0, 1, 2, 1)
    assert_of_bram_is_there(two)
    assert two.write("amina").status_code == 409
    assert count(two, Note) == 1


# Everything.


def test_sto_7_everything_of_a_person_goes_by_query_of_every_table(two: Ring) -> None:
    two.open("bram")
    ids = [two.note_of("amina"), two.share_id(), two.id_of("amina"), person_of(two, "amina")]
    traces = ["Amina", CAST["amina"].person.id, *(one or "" for one in ids)]
    assert all(any(trace in row for row in everything(two)) for trace in traces)

    answer = two.visits["amina"].post("/my-data/erase", {})

    assert_receipt(answer)
    assert "/s/" not in main_of(answer.text)
    left = {row.partition(" ")[0] for row in everything(two) if any(trace in row for trace in traces)}
    # Our random ids that belong to nobody any more: of what was opened, and to erase it once more after a restore.
    assert left == {"audit_event", "erasure"}
    assert count_keys(two) == 1
    assert_of_bram_is_there(two)


@pytest.mark.one_database
def test_sto_7_visit_has_ended_after_everything_is_erased_on_every_device(two: Ring) -> None:
    other_device = two.circle.door.enter("amina")

    two.visits["amina"].post("/my-data/erase", {})

    for visit in (two.visits["amina"], other_device):
        assert [visit.get(path).status_code for path in ("/", "/notes", "/my-data")] == [401] * 3


def test_sto_7_receipt_of_everything_stays_in_the_language_of_who_went(two: Ring) -> None:
    two.visits["amina"].post("/language", {"language": "en", "back": "/my-data/erase"})

    answer = two.visits["amina"].post("/my-data/erase", {})

    assert '<html lang="en"' in answer.text
    assert "at 10:00" in answer.text


def test_sto_7_groups_and_the_pages_of_others_go_on_when_somebody_goes(two: Ring) -> None:
    board = board_of(two.visits[TEACHER])
    pages = {person: main_of(two.visits[person].get("/").text) for person in ("bram", "esra")}

    two.visits["amina"].post("/my-data/erase", {})

    assert count(two, GroupMember) == 3
    del board["Amina Haddou"]
    assert board_of(two.visits[TEACHER]) == board
    for person, page in pages.items():
        assert main_of(two.visits[person].get("/").text) == page
        group = two.visits[person].get("/group")
        assert group.status_code == 200
        assert "Amina" not in group.text
        assert two.visits[person].get("/shared").status_code == 200


def test_sto_7_reader_who_goes_takes_nothing_from_the_others(two: Ring) -> None:
    two.visits["bram"].post("/my-data/erase", {})

    assert two.reads("esra")
    assert two.readers() == {two.id_of("esra"), two.id_of("nameless")}
    assert "Bram" not in main_of(two.visits["amina"].get(f"/step/{STEP}").text)


@pytest.mark.one_database
def test_sto_7_teacher_who_was_named_and_goes_leaves_a_share_that_its_author_can_end(ring: Ring) -> None:
    ring.write("amina")
    ring.share("amina", "teacher", TEACHER)

    assert_receipt(ring.visits[TEACHER].post("/my-data/erase", {}))

    page = ring.visits["amina"].get(f"/step/{STEP}").text
    assert 'data-status="paused"' in page
    assert ring.visits["amina"].post(f"/notes/{ring.note_of('amina')}/withdraw", {}).status_code == 303
    assert ring.share_id() is None


def test_log_6_what_was_opened_is_still_whole_and_means_nothing_once_somebody_is_gone(two: Ring) -> None:
    two.open("bram")
    two.open("esra")
    for person in ("amina", "bram"):
        two.visits[person].post("/my-data/erase", {})

    with two.tools.database.session(writes=False) as session:
        verdict = verify_chain(session, two.tools.key_ring)
        authors = set(session.execute(select(AuditEvent.author_id)).scalars())
        members = set(session.execute(select(Membership.id)).scalars())
    assert (verdict.is_whole, verdict.events) == (True, 2)
    assert authors.isdisjoint(members)
    assert run(two, "audit", "verify").exit_code == 0


@pytest.mark.one_database
def test_who_erased_everything_begins_anew(two: Ring) -> None:
    two.open("bram")
    two.visits["amina"].post("/my-data/erase", {})

    again = two.visits["amina"] = two.circle.door.enter("amina")

    assert 'data-status="no-consent"' in again.get(f"/step/{STEP}").text
    assert TEXT not in again.get(f"/step/{STEP}").text
    assert 'data-status="done"' not in again.get().text
    told = take(two, "amina").json
    assert set(told) == {"person", "courses", "visits", "opened_on"}
    assert told["opened_on"] == []
    assert "Amina" not in main_of(two.visits["bram"].get("/group").text)


@pytest.mark.one_database
def test_sto_7_coordinator_who_goes_is_no_coordinator_when_they_come_again(ring: Ring) -> None:
    given = ("--registration", ring.circle.door.registration_id, "--sub", CAST["coordinator"].person.id)
    assert run(ring, "people", "grant-coordinator", *given).exit_code == 0
    visit = ring.circle.door.enter("coordinator")
    assert take_along(visit)["coordinator"] == [{"since": "2026-11-23"}]

    assert_receipt(visit.post("/my-data/erase", {}))

    assert count(ring, CoordinatorGrant) == 0
    assert "coordinator" not in take_along(ring.circle.door.enter("coordinator"))


def take_along(visit: Visit) -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = json.loads(visit.post("/my-data/take-along", {"form": "machine"}).data)
    return found


@pytest.mark.one_database
def test_sto_7_who_came_from_no_course_can_erase_themselves(ring: Ring) -> None:
    visit = ring.circle.door.enter("daan", knob="no_context")
    before = count(ring, Person)

    assert_receipt(visit.post("/my-data/erase", {}))

    assert count(ring, Person) == before - 1


@pytest.mark.parametrize(
    "path", ["/notes/{note}/erase", "/my-data/erase-notes", "/my-data/erase", "/consent/take-back", "/consent"]
)
@pytest.mark.one_database
def test_looking_at_a_page_that_asks_erases_nothing(shared: Ring, path: str) -> None:
    before = rows_of(shared.tools.database)

    answer = shared.visits["amina"].get(path.format(note=shared.note_of("amina")))

    assert answer.status_code == 200
    assert rows_of(shared.tools.database) == before


@pytest.mark.parametrize("path", ["/my-data/erase", "/my-data/erase-notes", "/consent/take-back"])
@pytest.mark.one_database
def test_press_without_the_token_of_a_page_of_ours_erases_nothing(shared: Ring, path: str) -> None:
    assert shared.visits["amina"].post(path, {"form_token": "made-up"}).status_code == 403
    assert TEXT in shared.visits["amina"].get("/notes").text
