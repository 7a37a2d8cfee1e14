"""What somebody can do with what is kept of them: see it, take it along, and say yes or no (STO-6, STO-8, STO-11)."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, select, update

from lti_tool.audit.models import AuditEvent
from lti_tool.kernel.merging import mark
from lti_tool.notes.models import Note
from lti_tool.sharing.consent import CONSENT_VERSION
from lti_tool.sharing.models import Consent
from tests.demo_lms.people import CAST
from tests.notes.conftest import PROMPT, STEP, TEACHER, TEXT, Ring
from tests.notes.test_sharing import main_of
from tests.privacy.conftest import count, person_of, take

if TYPE_CHECKING:
    from tests.door import Visit
    from tests.police import StatementRecorder

NAMES = {
    name: f"{one.person.given_name} {one.person.family_name}" for name, one in CAST.items() if one.person.given_name
}


# Taking along.


@pytest.fixture
def full(shared: Ring) -> Ring:
    """Somebody who has something of everything: notes of three kinds, a share that was opened, a step done."""
    amina = shared.visits["amina"]
    assert shared.open("bram").status_code == 200
    map_of_people = {"text-people": "Oma 🧵, “én” <b>de buurman</b>.\r\nEn nog iemand.", "seen-people": mark("")}
    amina.post("/notes/step/sn7ymgjb", map_of_people)
    amina.post("/decision-aid", {"text-whether": "Mijn begeleider, misschien."})
    amina.post(f"/step/{STEP}/done", {"done": "yes"})
    shared.consent("bram")
    shared.write("bram", "Van Bram alleen.")
    return shared


def test_sto_8_everything_can_be_taken_along_for_machines(full: Ring) -> None:
    answer = take(full, "amina")

    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="learning-line.json"'
    told = json.loads(answer.data.decode("utf-8"))
    assert told["person"][0]["name"] == "Amina Haddou"
    texts = {note["text"] for note in told["notes"]}
    assert TEXT in texts
    assert "Oma 🧵, “én” <b>de buurman</b>.\nEn nog iemand." in texts
    assert any("Mijn begeleider, misschien." in text for text in texts)
    assert len(told["notes"]) == count(full, Note) - 1
    assert all(note["until"] and note["course"] and note["step"] for note in told["notes"])
    assert "Bram de Wit" in told["shares"][0]["readers"]
    assert len(told["shares"]) == len(told["done"]) == len(told["consent"]) == len(told["groups"]) == 1
    assert told["opened_on"] == ["2026-11-23"]


def test_sto_8_everything_can_be_taken_along_to_read(full: Ring) -> None:
    machine = json.loads(take(full, "amina").data)

    answer = take(full, "amina", "readable")

    assert answer.headers["Content-Disposition"] == 'attachment; filename="learning-line.txt"'
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    text = answer.data.decode("utf-8")
    del machine["opened_on"]
    values = [value for rows in machine.values() for row in rows for value in row.values()]
    assert len(values) > 20
    assert [value for value in values if value not in text] == []
    assert "2026-11-23" in text


@pytest.mark.one_database
def test_sto_8_note_of_a_question_that_is_gone_is_taken_along_too(full: Ring) -> None:
    with full.tools.database.session(writes=True) as session, session.begin():
        session.execute(update(Note).where(Note.step_id == STEP).values(prompt_id="gone"))
        session.execute(update(Note).where(Note.step_id == "sn7ymgjb").values(step_id="goneaway"))

    for form in ("machine", "readable"):
        text = take(full, "amina", form).text
        assert TEXT in text
        assert "Oma 🧵" in text


def test_sto_8_notes_of_all_courses_are_taken_along_and_each_course_shows_its_own(ring: Ring) -> None:
    ring.write("amina")
    elsewhere = ring.circle.door.enter("amina", "sw1b")
    elsewhere.post(f"/notes/step/{STEP}", {f"text-{PROMPT}": "In de andere cursus.", f"seen-{PROMPT}": mark("")})

    told = json.loads(take(ring, "amina").data)

    assert {note["text"] for note in told["notes"]} == {TEXT, "In de andere cursus."}
    assert len({note["course"] for note in told["notes"]}) == len(told["courses"]) == 2
    assert "In de andere cursus." not in ring.visits["amina"].get("/notes").text
    assert TEXT not in elsewhere.get("/notes").text


@pytest.mark.parametrize("form", ["machine", "readable"])
@pytest.mark.one_database
def test_sto_8_nobody_takes_along_what_somebody_else_wrote_or_who_they_are(full: Ring, form: str) -> None:
    for person in ("bram", "esra", "nameless", TEACHER):
        text = take(full, person, form).text
        assert TEXT not in text
        assert [name for other, name in NAMES.items() if other != person and name in text] == []
        assert ("Van Bram alleen." in text) == (person == "bram")
    text = take(full, "amina", form).text
    assert {other for other, name in NAMES.items() if name in text} == {"amina", "bram", "esra"}, "who may read it"


@pytest.mark.parametrize("person", [TEACHER, "esra", "mentor", "coordinator", "test_student"])
@pytest.mark.one_database
def test_sto_8_who_wrote_nothing_takes_along_what_there_is(ring: Ring, person: str) -> None:
    visit = ring.circle.door.enter(person)

    told = json.loads(visit.post("/my-data/take-along", {"form": "machine"}).data)

    assert set(told) >= {"person", "courses", "visits"}
    assert set(told).isdisjoint({"notes", "shares", "consent"})
    assert told["opened_on"] == []


@pytest.mark.one_database
def test_sto_8_who_came_from_no_course_takes_along_what_there_is(ring: Ring) -> None:
    visit = ring.circle.door.enter("kwame", knob="no_context")

    assert visit.get("/my-data").status_code == 200
    told = json.loads(visit.post("/my-data/take-along", {"form": "machine"}).data)

    assert set(told) == {"person", "visits", "opened_on"}


@pytest.mark.parametrize("form", ["", "pdf", "csv"])
@pytest.mark.one_database
def test_sto_8_there_is_no_other_form(ring: Ring, form: str) -> None:
    assert take(ring, "amina", form).status_code == 400


def test_sto_8_download_needs_a_launch_of_the_last_quarter_of_an_hour(shared: Ring) -> None:
    shared.clock.move(minutes=15)
    assert TEXT in take(shared, "amina").text
    shared.visits["amina"].get()

    shared.clock.move(seconds=1)
    answer = take(shared, "amina")

    assert answer.status_code == 303
    assert answer.headers["Location"].endswith("/my-data#come-in-again")
    page = shared.visits["amina"].get("/my-data").text
    assert 'id="come-in-again"' in page
    assert 'data-status="not-fresh"' in page
    assert 'data-action="take-machine"' not in page
    shared.visits["amina"] = shared.circle.door.enter("amina")
    assert 'data-status="not-fresh"' not in shared.visits["amina"].get("/my-data").text
    assert TEXT in take(shared, "amina").text


def test_taking_along_changes_nothing_and_tells_nobody(shared: Ring, recorder: StatementRecorder) -> None:
    take(shared, "amina")

    assert recorder.writes() == []


# Seeing.


@pytest.mark.one_database
def test_my_data_tells_what_is_kept_and_no_text(full: Ring) -> None:
    page = full.visits["amina"].get("/my-data").text

    told = set(re.findall(r'data-kept="([^"]*)"', page))
    assert told == {"person", "courses", "visits", "groups", "consent", "notes", "shares", "done", "openings"}
    assert TEXT not in page
    assert "Oma" not in page


@pytest.mark.parametrize(("language", "words"), [("nl", "functionaris"), ("en", "data-protection officer")])
@pytest.mark.one_database
def test_sto_9_my_data_says_whom_to_ask_to_correct_object_or_limit(ring: Ring, language: str, words: str) -> None:
    ring.visits["amina"].post("/language", {"language": language, "back": "/my-data"})

    section = ring.visits["amina"].get("/my-data").text.partition('id="ask-heading"')[2]

    assert words in section.partition("</section>")[0]


def test_sto_6_day_until_which_a_note_is_kept_stands_with_it(ring: Ring) -> None:
    """Without a last day of its own a class ends on 31 August."""
    ring.write("amina")
    ring.visits["amina"].post("/language", {"language": "en", "back": "/notes"})

    assert "It is kept until 30 October 2027." in ring.visits["amina"].get("/notes").text
    assert json.loads(take(ring, "amina").data)["notes"][0]["until"] == "2027-10-30"


def test_log_5_author_finds_days_and_nothing_beside_the_share(shared: Ring) -> None:
    step, notes = (shared.visits["amina"].get(path).text for path in (f"/step/{STEP}", "/notes"))
    shared.open("bram")
    shared.open("esra")
    shared.clock.move(hours=1)
    shared.open("bram")

    page = shared.visits["amina"].get("/my-data").text

    section = page.partition('data-kept="openings"')[2].partition("</section>")[0]
    assert re.findall(r"<li>([^<]*)</li>", section) == ["2026-11-23"]
    assert "Bram" not in section
    assert timeless(shared.visits["amina"].get(f"/step/{STEP}").text) == timeless(step)
    assert timeless(shared.visits["amina"].get("/notes").text) == timeless(notes)


def timeless(page: str) -> str:
    """Take out of a page what changes with the time of the visit."""
    return re.sub(r'data-(?:idle|end)="\d+"', "", page)


def test_log_5_each_opening_leaves_one_event_and_a_look_or_a_refusal_none(shared: Ring) -> None:
    share_id = shared.share_id()
    shared.visits["bram"].get("/shared")
    shared.visits["bram"].get(f"/shared/{share_id}")
    for person in (TEACHER, "amina"):
        assert shared.open(person).status_code == 404
    assert count(shared, AuditEvent) == 0

    shared.open("bram")
    shared.clock.move(minutes=1)
    shared.open("esra")

    with shared.tools.database.session(writes=False) as session:
        events = session.execute(select(AuditEvent).order_by(AuditEvent.sequence)).scalars().all()
    assert [(event.reader_id, event.at) for event in events] == [
        (shared.id_of("bram"), shared.clock.now().replace(minute=0)),
        (shared.id_of("esra"), shared.clock.now()),
    ]
    assert {(event.share_id, event.author_id, event.purpose) for event in events} == {
        (share_id, shared.id_of("amina"), "group")
    }


@pytest.mark.one_database
def test_log_5_who_opened_something_finds_their_own_days_and_not_whose_it_was(shared: Ring) -> None:
    shared.open("bram")

    told = json.loads(take(shared, "bram").data)

    assert told["opened_by_you"] == [{"day": "2026-11-23"}]
    assert told["opened_on"] == []


@pytest.mark.parametrize("touched", ["gone", "changed"])
def test_log_6_what_cannot_be_noted_is_not_shown(shared: Ring, log_lines: list[str], touched: str) -> None:
    shared.open("bram")
    with shared.tools.database.session(writes=True) as session, session.begin():
        if touched == "gone":
            session.execute(delete(AuditEvent))
            session.add(AuditEvent(sequence=2, **of_nobody(shared)))
        else:
            session.add(AuditEvent(sequence=7, **of_nobody(shared)))

    answer = shared.open("esra")

    assert answer.status_code == 503
    assert TEXT not in answer.text
    assert "notes:share:not_opened" in str(log_lines)
    assert count(shared, AuditEvent) == (1 if touched == "gone" else 2)


def of_nobody(ring: Ring) -> dict[str, object]:
    nobody = dict.fromkeys(("share_id", "reader_id", "author_id"), "a" * 26)
    return {**nobody, "at": ring.clock.now(), "event": "sharing:share:opened", "purpose": "group", "mac": bytes(32)}


# Consent.


def test_sto_11_consent_is_dated_and_versioned_and_the_box_is_empty(ring: Ring) -> None:
    visit = ring.visits["bram"]
    page = visit.get(f"/consent/{STEP}").text
    assert 'data-status="not-given"' in page
    assert re.search(r'id="field-agrees"[^>]*checked', page) is None

    nothing = visit.post("/consent", {"back": f"/step/{STEP}"})
    assert nothing.status_code == 422
    assert "data-errors" in nothing.text
    assert re.search(r'id="field-agrees"[^>]*checked', nothing.text) is None
    assert count(ring, Consent) == 1

    answer = visit.post("/consent", {"agrees": "yes", "back": f"/step/{STEP}"})

    assert answer.headers["Location"] == f"{visit.home}/step/{STEP}"
    with ring.tools.database.session(writes=False) as session:
        given = session.get(Consent, person_of(ring, "bram"))
    assert given is not None
    assert (given.version, given.given_on.isoformat()) == (CONSENT_VERSION, "2026-11-23")
    assert 'data-status="given"' in visit.get("/consent").text


@pytest.mark.one_database
def test_sto_11_saying_yes_a_second_time_keeps_the_first_day(ring: Ring) -> None:
    ring.clock.move(days=1)
    ring.visits["amina"] = ring.circle.door.enter("amina")

    ring.consent("amina")

    assert json.loads(take(ring, "amina").data)["consent"] == [{"since": "2026-11-23", "version": str(CONSENT_VERSION)}]


def test_sto_12_yes_to_the_words_of_today_takes_the_place_of_an_older_one(ring: Ring) -> None:
    with ring.tools.database.session(writes=True) as session, session.begin():
        session.execute(update(Consent).values(version=0))
    ring.clock.move(days=1)
    ring.visits["amina"] = ring.circle.door.enter("amina")

    ring.consent("amina")

    assert json.loads(take(ring, "amina").data)["consent"] == [{"since": "2026-11-24", "version": str(CONSENT_VERSION)}]


@pytest.mark.parametrize("agrees", ["", "no", "on", "true"])
@pytest.mark.one_database
def test_sto_11_nothing_but_the_tick_is_a_yes(ring: Ring, agrees: str) -> None:
    assert ring.visits["bram"].post("/consent", {"agrees": agrees}).status_code in (400, 422)
    assert count(ring, Consent) == 1


@pytest.mark.parametrize("back", ["https://elsewhere.example/", "//elsewhere.example", "/../../lti/login", "step"])
@pytest.mark.one_database
def test_yes_leads_back_into_the_visit_and_nowhere_else(ring: Ring, back: str) -> None:
    answer = ring.visits["bram"].post("/consent", {"agrees": "yes", "back": back})

    assert answer.status_code == 400
    assert count(ring, Consent) == 1


@pytest.mark.parametrize("person", [TEACHER, "mentor", "coordinator"])
@pytest.mark.one_database
def test_who_writes_nothing_here_is_asked_for_no_yes(ring: Ring, person: str) -> None:
    visit: Visit = ring.circle.door.enter(person)

    assert visit.get("/consent").status_code == 404
    assert visit.post("/consent", {"agrees": "yes"}).status_code == 404
    assert 'data-action="consent"' not in main_of(visit.get("/my-data").text)
    assert count(ring, Consent) == 1


@pytest.mark.one_database
def test_sto_11_who_never_said_yes_has_nothing_to_take_back(ring: Ring) -> None:
    assert ring.visits["bram"].get("/consent/take-back").status_code == 404
    assert 'data-action="take-back"' not in ring.visits["bram"].get("/consent").text
    assert 'data-action="take-back"' in ring.visits["amina"].get("/consent").text
