"""What somebody can do with what is kept of them: see it, take it along, erase it (STO-5 to STO-9)."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from lti_tool.audit.models import AuditEvent
from lti_tool.curriculum.models import CourseClass
from lti_tool.groups.models import GroupMember
from lti_tool.kernel.database import Base
from lti_tool.kernel.key_models import RecordKey
from lti_tool.notes.models import Note
from lti_tool.people.models import CourseContext, Membership, Person
from lti_tool.privacy.service import sweep
from lti_tool.progress.models import Done
from lti_tool.sharing.consent import CONSENT_VERSION
from lti_tool.sharing.models import Consent, Share
from lti_tool.web.edge import sweeping
from tests.groups.conftest import circle
from tests.notes.conftest import STEP, TEACHER, TEXT, Ring, ring, shared
from tests.notes.test_sharing import main_of

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy.orm import Session

__all__ = ["circle", "ring", "shared"]


def count(ring: Ring, model: type[Base]) -> int:
    with ring.tools.database.session(writes=False) as session:
        return session.execute(select(func.count()).select_from(model)).scalar_one()


def count_keys(ring: Ring) -> int:
    with ring.tools.key_store.database.session(writes=False) as keys:
        return keys.execute(select(func.count()).select_from(RecordKey)).scalar_one()


def take(ring: Ring, person: str, form: str = "machine") -> Any:
    return ring.visits[person].post("/my-data/take-along", {"form": form})


# Taking along.


def test_sto_8_everything_can_be_taken_along_for_machines(shared: Ring) -> None:
    shared.open("bram")
    shared.visits["amina"].post(f"/step/{STEP}/done", {"done": "yes"})

    answer = take(shared, "amina")

    assert answer.headers["Content-Disposition"] == 'attachment; filename="learning-line.json"'
    told = json.loads(answer.data)
    assert told["person"][0]["name"] == "Amina Haddou"
    assert [note["text"] for note in told["notes"]] == [TEXT]
    assert "Bram de Wit" in told["shares"][0]["readers"]
    assert len(told["done"]) == len(told["consent"]) == len(told["groups"]) == len(told["opened_on"]) == 1


def test_sto_8_everything_can_be_taken_along_to_read(shared: Ring) -> None:
    answer = take(shared, "amina", "readable")

    assert answer.headers["Content-Disposition"] == 'attachment; filename="learning-line.txt"'
    assert answer.mimetype == "text/plain"
    assert TEXT in answer.text
    assert "Amina Haddou" in answer.text


def test_sto_8_nobody_takes_along_what_somebody_else_wrote(shared: Ring) -> None:
    shared.open("bram")
    shared.visits["bram"].get("/shared")

    for form in ("machine", "readable"):
        assert TEXT not in take(shared, "bram", form).text
        assert "Amina" not in take(shared, "bram", form).text


@pytest.mark.parametrize("person", [TEACHER, "esra"])
def test_sto_8_who_wrote_nothing_takes_along_what_there_is(ring: Ring, person: str) -> None:
    told = json.loads(take(ring, person).data)

    assert set(told) >= {"person", "courses", "visits"}
    assert "notes" not in told


def test_sto_8_download_needs_a_launch_of_the_last_quarter_of_an_hour(shared: Ring) -> None:
    shared.clock.move(minutes=16)

    answer = take(shared, "amina")

    assert answer.status_code == 303
    assert answer.headers["Location"].endswith("#come-in-again")
    page = shared.visits["amina"].get("/my-data").text
    assert 'data-status="not-fresh"' in page
    assert 'data-action="take-machine"' not in page
    shared.visits["amina"] = shared.circle.door.enter("amina")
    assert TEXT in take(shared, "amina").text


# Seeing.


def test_my_data_tells_what_is_kept_and_no_text(shared: Ring) -> None:
    page = shared.visits["amina"].get("/my-data").text

    told = set(re.findall(r'data-kept="([^"]*)"', page))
    assert told == {"person", "courses", "visits", "groups", "consent", "notes", "shares"}
    assert TEXT not in page


def test_log_5_author_finds_days_and_nothing_beside_the_share(shared: Ring) -> None:
    before = shared.visits["amina"].get(f"/step/{STEP}").text
    shared.open("bram")
    shared.open("esra")

    page = shared.visits["amina"].get("/my-data").text
    days = re.findall(r"<li>(\d{4}-\d\d-\d\d)</li>", page.partition('data-kept="openings"')[2])

    assert days == ["2026-11-23"]
    assert shared.visits["amina"].get(f"/step/{STEP}").text == before
    with shared.tools.database.session(writes=False) as session:
        events = session.execute(select(AuditEvent).order_by(AuditEvent.sequence)).scalars().all()
    assert [event.reader_id for event in events] == [shared.id_of("bram"), shared.id_of("esra")]
    assert {event.author_id for event in events} == {shared.id_of("amina")}
    assert {event.purpose for event in events} == {"group"}


def test_log_6_what_cannot_be_noted_is_not_shown(shared: Ring) -> None:
    shared.open("bram")
    with shared.tools.database.session(writes=True) as session, session.begin():
        session.execute(AuditEvent.__table__.delete())  # type: ignore[attr-defined]
        session.add(
            AuditEvent(
                sequence=2,
                at=shared.clock.now(),
                event="sharing:share:opened",
                share_id="a" * 26,
                reader_id="a" * 26,
                author_id="a" * 26,
                purpose="group",
                mac=bytes(32),
            )
        )

    answer = shared.open("esra")

    assert answer.status_code == 503
    assert TEXT not in answer.text


# Erasing.


def test_sto_7_one_note_goes_at_once_with_its_key_and_its_share(shared: Ring) -> None:
    note_id = shared.note_of("amina")

    answer = shared.visits["amina"].post(f"/notes/{note_id}/erase", {})

    assert "data-receipt" in answer.text
    assert TEXT not in answer.text
    assert (count(shared, Note), count(shared, Share), shared.tools.key_store.which_have_keys([note_id or ""])) == (
        0,
        0,
        set(),
    )
    assert shared.visits["amina"].get(f"/notes/{note_id}/erase").status_code == 404


def test_sto_7_all_notes_go_and_what_was_done_stays(shared: Ring) -> None:
    shared.visits["amina"].post(f"/step/{STEP}/done", {"done": "yes"})

    answer = shared.visits["amina"].post("/my-data/erase-notes", {})

    assert "data-receipt" in answer.text
    assert (count(shared, Note), count(shared, Share), count_keys(shared)) == (0, 0, 0)
    assert (count(shared, Done), count(shared, Consent)) == (1, 1)


def test_sto_11_taking_the_yes_back_erases_all_and_nothing_more_is_kept(shared: Ring) -> None:
    answer = shared.visits["amina"].post("/consent/take-back", {})

    assert "data-receipt" in answer.text
    assert (count(shared, Note), count(shared, Share), count(shared, Consent), count_keys(shared)) == (0, 0, 0, 0)
    assert shared.write("amina").headers["Location"].endswith(f"/consent/{STEP}")
    assert count(shared, Note) == 0


def test_sto_7_everything_of_a_person_goes_and_the_others_go_on(shared: Ring) -> None:
    person_id = person_of(shared, "amina")
    shared.visits["amina"].post(f"/step/{STEP}/done", {"done": "yes"})
    before = {person: shared.visits[person].get("/group").status_code for person in ("bram", "esra")}

    answer = shared.visits["amina"].post("/my-data/erase", {})

    assert "data-receipt" in answer.text
    assert "/s/" not in main_of(answer.text)
    assert shared.visits["amina"].get().status_code == 401
    with shared.tools.database.session(writes=False) as session:
        rows = [
            f"{table.name} {tuple(row)}"
            for table in Base.metadata.sorted_tables
            for row in session.execute(select(table))
        ]
    assert [row for row in rows if "Amina" in row or person_id in row] == []
    assert (count(shared, Note), count(shared, Share), count(shared, Done), count_keys(shared)) == (0, 0, 0, 0)
    assert count(shared, GroupMember) == 3
    assert {person: shared.visits[person].get("/group").status_code for person in ("bram", "esra")} == before


def person_of(ring: Ring, person: str) -> str:
    with ring.tools.database.session(writes=False) as session:
        found = select(Membership.person_id).where(Membership.id == ring.id_of(person))
        return session.execute(found).scalar_one()


def test_who_erased_everything_begins_anew(shared: Ring) -> None:
    shared.visits["amina"].post("/my-data/erase", {})

    again = shared.circle.door.enter("amina")

    assert 'data-status="no-consent"' in again.get(f"/step/{STEP}").text
    assert TEXT not in again.get(f"/step/{STEP}").text
    assert "Amina" not in main_of(shared.visits["bram"].get("/group").text)


# Periods.


def run_sweep(ring: Ring) -> dict[str, int]:
    with ring.tools.database.session(writes=True) as session, session.begin():
        return sweep(session, sweeping(ring.tools))


def set_last_day(ring: Ring, day: date) -> None:
    with ring.tools.database.session(writes=True) as session, session.begin():
        context_id = session.execute(select(CourseContext.id)).scalar_one()
        _put(session, context_id, day)


def _put(session: Session, context_id: str, day: date) -> None:
    found = session.get(CourseClass, context_id)
    if found is None:
        session.add(CourseClass(context_id=context_id, is_open=True, ends_on=day))
    else:
        found.ends_on = day


@pytest.mark.parametrize(("days", "is_kept"), [(60, True), (61, False)])
def test_sto_5_notes_are_kept_until_sixty_days_after_the_class(ring: Ring, days: int, *, is_kept: bool) -> None:
    day = ring.clock.today(ring.tools.settings.time_zone)
    set_last_day(ring, day)
    ring.write("amina")

    ring.clock.move(days=days)
    erased = run_sweep(ring)["notes_note"]

    assert (count(ring, Note), erased, count_keys(ring)) == ((1, 0, 1) if is_kept else (0, 1, 0))


def test_sto_5_later_last_day_keeps_notes_longer_and_an_earlier_one_never_shorter(ring: Ring) -> None:
    day = ring.clock.today(ring.tools.settings.time_zone)
    set_last_day(ring, day)
    ring.write("amina")
    set_last_day(ring, day + timedelta(days=30))
    ring.clock.move(days=89)
    assert run_sweep(ring)["notes_note"] == 0

    set_last_day(ring, day - timedelta(days=300))
    assert count(ring, Note) == 1
    ring.clock.move(days=2)
    assert run_sweep(ring)["notes_note"] == 1


def test_sto_5_note_saved_after_the_class_is_kept_for_sixty_days_from_then(ring: Ring) -> None:
    day = ring.clock.today(ring.tools.settings.time_zone)
    set_last_day(ring, day - timedelta(days=100))
    ring.write("amina")

    ring.clock.move(days=60)
    assert run_sweep(ring)["notes_note"] == 0
    ring.clock.move(days=1)
    assert run_sweep(ring)["notes_note"] == 1


def test_sto_6_home_says_so_in_the_last_thirty_days_and_only_to_who_has_notes(ring: Ring) -> None:
    day = ring.clock.today(ring.tools.settings.time_zone)
    set_last_day(ring, day)
    ring.write("amina")

    def says(person: str) -> bool:
        return 'data-status="notes-end"' in ring.circle.door.enter(person).get().text

    ring.clock.move(days=29)
    assert not says("amina")
    ring.clock.move(days=1)
    assert says("amina")
    assert not says("bram")


@pytest.mark.parametrize(("days", "is_kept"), [(30, True), (31, False)])
def test_sto_5_shares_are_erased_after_thirty_days(shared: Ring, days: int, *, is_kept: bool) -> None:
    shared.clock.move(days=days)
    run_sweep(shared)

    assert (count(shared, Share), count_keys(shared)) == ((1, 2) if is_kept else (0, 1))


def test_sto_5_who_was_in_a_class_goes_after_the_term_of_the_institution(shared: Ring) -> None:
    day = shared.clock.today(shared.tools.settings.time_zone)
    set_last_day(shared, day)
    shared.clock.move(days=shared.tools.settings.keep_progress.days)
    run_sweep(shared)
    assert count(shared, Membership) == 5

    shared.clock.move(days=1)
    assert run_sweep(shared)["membership"] == 5

    assert (count(shared, Membership), count(shared, Person), count_keys(shared)) == (0, 0, 0)


# Consent.


def test_sto_11_consent_is_dated_and_versioned_and_the_box_is_empty(ring: Ring) -> None:
    page = ring.visits["bram"].get(f"/consent/{STEP}").text
    assert re.search(r'id="field-agrees"[^>]*checked', page) is None

    nothing = ring.visits["bram"].post("/consent", {"back": f"/step/{STEP}"})
    assert nothing.status_code == 422
    assert count(ring, Consent) == 1

    answer = ring.visits["bram"].post("/consent", {"agrees": "yes", "back": f"/step/{STEP}"})

    assert answer.headers["Location"].endswith(f"/step/{STEP}")
    with ring.tools.database.session(writes=False) as session:
        given = session.get(Consent, person_of(ring, "bram"))
    assert given is not None
    assert (given.version, given.given_on.isoformat()) == (CONSENT_VERSION, "2026-11-23")
