"""The decision aid asks, and keeps nothing by itself; what is kept is a note for its author alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select, update

from lti_tool.notes.models import Note
from lti_tool.notes.schemas import LONGEST_ANSWER
from lti_tool.notes.service import LONGEST_AID, MOST_AIDS
from lti_tool.sharing.models import Consent
from tests.content import step_where
from tests.notes.conftest import TEACHER, Ring
from tests.notes.test_sharing import OTHERS, main_of
from tests.progress.board import parse, words

if TYPE_CHECKING:
    from werkzeug.test import TestResponse

    from tests.police import StatementRecorder

PARTS = 10
TEXT = "Mijn begeleider, misschien."
STEP = step_where(kind="choice")
"""The step that practises it."""


def count(ring: Ring) -> int:
    with ring.tools.database.session(writes=False) as session:
        return session.execute(select(func.count()).select_from(Note)).scalar_one()


def keep(ring: Ring, text: str = TEXT, person: str = "amina") -> TestResponse:
    return ring.visits[person].post("/decision-aid", {"text-whether": text})


def test_decision_aid_keeps_nothing_by_itself(ring: Ring, recorder: StatementRecorder) -> None:
    """There is no script that saves here, and the only press says what it does."""
    visit = ring.visits["amina"]
    page = main_of(visit.get("/decision-aid").text)

    assert recorder.writes() == []
    assert page.count("<textarea") == page.count("data-part=") == PARTS
    assert "data-notes" not in page
    assert page.count("<form") == page.count('data-action="save-aid"') == 1
    assert f'action="{visit.home}/decision-aid#errors"' in page
    assert count(ring) == 0


@pytest.mark.one_database
def test_decision_aid_in_its_step_is_the_same_and_done_keeps_nothing(ring: Ring) -> None:
    visit = ring.visits["amina"]
    page = main_of(visit.get(f"/step/{STEP}").text)
    assert page.count("data-part=") == PARTS
    assert "data-notes" not in page

    visit.post(f"/step/{STEP}/done", {"done": "yes", "text-whether": TEXT})

    assert count(ring) == 0


def test_decision_aid_is_kept_as_a_note_that_is_listed_exported_and_erased(ring: Ring) -> None:
    visit = ring.visits["amina"]

    answer = keep(ring)

    assert answer.headers["Location"].endswith("/notes#kept")
    note_id = ring.note_of("amina")
    assert TEXT in visit.get("/notes").text
    for form in ("machine", "readable"):
        assert TEXT in visit.post("/my-data/take-along", {"form": form}).text
    assert TEXT in visit.get(f"/notes/{note_id}/erase").text
    assert visit.post(f"/notes/{note_id}/erase", {}).status_code == 200
    assert count(ring) == 0
    assert ring.tools.key_store.which_have_keys([note_id or ""]) == set()


@pytest.mark.one_database
def test_decision_aid_is_kept_with_the_name_of_each_part_that_was_filled_in(ring: Ring) -> None:
    ring.visits["amina"].post("/decision-aid", {"text-whether": TEXT, "text-to-whom": "Na de toets."})

    (note,) = (item for item in parse(ring.visits["amina"].get("/notes").text).iter("li") if "data-note" in item.attrib)

    said = words(note)
    assert said.index("Of ik iets vertel") < said.index(TEXT) < said.index("Na de toets.")


def test_decision_aid_cannot_be_shared(ring: Ring) -> None:
    keep(ring)
    visit, note_id = ring.visits["amina"], ring.note_of("amina")

    answers = [visit.get(f"/notes/{note_id}/share")]
    answers += [visit.post(f"/notes/{note_id}/share", {"audience": one}) for one in ("group", "teacher")]
    answers.append(visit.post(f"/notes/{note_id}/share/confirm", {"audience": "group", "seen": ""}))

    assert {(one.status_code, one.headers["Location"]) for one in answers} == {(303, f"{visit.home}/notes")}
    assert ring.share_id() is None
    assert f"{note_id}/share" not in visit.get("/notes").text


@pytest.mark.one_database
def test_decision_aid_is_nobody_elses(ring: Ring) -> None:
    keep(ring)

    for person in (*OTHERS, TEACHER):
        visit = ring.visits[person]
        pages = [visit.get(path).text for path in ("/", "/decision-aid", "/shared", "/my-data", f"/step/{STEP}")]
        assert not any(TEXT in page for page in pages)
        assert visit.get(f"/notes/{ring.note_of('amina')}/erase").status_code == 404


@pytest.mark.one_database
def test_decision_aid_that_was_kept_does_not_come_back_into_its_fields(ring: Ring) -> None:
    """Each time begins empty: who looks over a shoulder finds nothing of before."""
    keep(ring)

    assert TEXT not in ring.visits["amina"].get("/decision-aid").text


@pytest.mark.parametrize("typed", [{}, {"text-whether": "  \n"}, {"text-nothing-of-ours": TEXT}])
@pytest.mark.one_database
def test_decision_aid_without_anything_typed_keeps_nothing_and_says_so(ring: Ring, typed: dict[str, str]) -> None:
    answer = ring.visits["amina"].post("/decision-aid", typed)

    assert answer.status_code == 422
    assert "data-errors" in answer.text
    assert count(ring) == 0


@pytest.mark.one_database
def test_decision_aid_that_is_too_long_comes_back_as_it_was_typed(ring: Ring) -> None:
    part = keep(ring, "x" * (LONGEST_ANSWER + 1))
    assert part.status_code == 422
    assert f"\n{'x' * (LONGEST_ANSWER + 1)}</textarea>" in part.text
    assert f"{LONGEST_ANSWER}" in part.text

    whole = dict.fromkeys(fields_of(ring), "x" * LONGEST_ANSWER)
    assert len(whole) * LONGEST_ANSWER < LONGEST_AID
    assert ring.visits["amina"].post("/decision-aid", whole).status_code == 303
    assert count(ring) == 1


def fields_of(ring: Ring) -> list[str]:
    page = parse(ring.visits["amina"].get("/decision-aid").text)
    return [field.get("name") or "" for field in page.iter("textarea")]


@pytest.mark.one_database
def test_decision_aid_is_kept_so_often_and_no_more(ring: Ring) -> None:
    for number in range(MOST_AIDS):
        assert keep(ring, f"{number}").status_code == 303

    answer = keep(ring, "nog een")

    assert (answer.status_code, count(ring)) == (409, MOST_AIDS)
    assert "\nnog een</textarea>" in answer.text
    ring.visits["amina"].post(f"/notes/{ring.note_of('amina')}/erase", {})
    assert keep(ring, "nog een").status_code == 303


@pytest.mark.parametrize("consent", ["none", "older"])
@pytest.mark.one_database
def test_sto_11_decision_aid_is_kept_only_after_a_yes_to_the_words_of_today(ring: Ring, consent: str) -> None:
    person = "bram" if consent == "none" else "amina"
    if consent == "older":
        with ring.tools.database.session(writes=True) as session, session.begin():
            session.execute(update(Consent).values(version=0))
    page = main_of(ring.visits[person].get("/decision-aid").text)
    assert "<textarea" not in page
    assert 'data-action="consent"' in page

    answer = keep(ring, person=person)

    assert answer.status_code == 409
    assert "</textarea>" in answer.text, "what was typed comes back"
    assert '/consent"' in answer.text
    assert count(ring) == 0


@pytest.mark.parametrize("person", [TEACHER, "mentor", "coordinator"])
@pytest.mark.one_database
def test_decision_aid_is_to_think_with_for_who_writes_nothing_here(ring: Ring, person: str) -> None:
    visit = ring.circle.door.enter(person)
    for path in ("/decision-aid", f"/step/{STEP}"):
        page = main_of(visit.get(path).text)
        assert "<textarea" not in page
        assert page.count("data-part=") == PARTS
        assert "save-aid" not in page
        assert 'data-action="consent"' not in page

    assert visit.post("/decision-aid", {"text-whether": TEXT}).status_code == 404
    assert count(ring) == 0


@pytest.mark.parametrize("person", ["amina", "bram", TEACHER])
@pytest.mark.one_database
def test_decision_aid_can_be_printed(ring: Ring, person: str) -> None:
    page = ring.visits[person].get("/decision-aid").text

    assert "js/print" in page
    assert "data-print hidden" in page
    assert "data-print-by-hand" in page


@pytest.mark.parametrize(("language", "alone"), [("nl", "Alleen jij ziet dit."), ("en", "Only you see this.")])
@pytest.mark.one_database
def test_grp_6_at_the_fields_of_the_decision_aid_stands_who_sees_it_and_where_to_go(
    ring: Ring, language: str, alone: str
) -> None:
    """Ten small fields of one paper: the line stands once, at its foot, in the same frame as the fields."""
    ring.visits["amina"].post("/language", {"language": language, "back": "/"})

    pocket = main_of(ring.visits["amina"].get("/decision-aid").text).partition('class="pocket aid-pocket"')[2]
    pocket = pocket.partition('data-action="save-aid"')[0]

    assert pocket.count("<textarea") == PARTS
    assert pocket.rindex("</textarea>") < pocket.index(alone)
    for number in ("112", "08002000", "113"):
        assert f'href="tel:{number}"' in pocket
