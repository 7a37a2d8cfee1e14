"""What a login, a launch and a page cost in statements: fixed numbers, whatever the size of the course."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import insert, select

from lti_tool.kernel.ids import new_id
from lti_tool.kernel.merging import mark
from lti_tool.people.models import CourseContext, Membership, Person
from lti_tool.progress.models import Done
from tests.content import NOTICED, steps_of
from tests.demo_lms.knobs import CLAIM

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tests.door import Door, Visit
    from tests.police import StatementRecorder


@pytest.fixture
def step_ids(content: dict[str, Any]) -> list[str]:
    return [step["id"] for step in steps_of(content)]


def fill_course(session: Session, door: Door, step_ids: list[str], people: int, after: int = 0) -> None:
    """Put students in the one course there is, half of them done with everything."""
    context_id = session.execute(select(CourseContext.id)).scalar_one()
    rows = [(new_id(), new_id(), number) for number in range(after, after + people)]
    session.execute(
        insert(Person),
        [
            {
                "id": person,
                "registration_id": door.registration_id,
                "subject": f"s{number}",
                "display_name": f"S {number}",
            }
            for person, _, number in rows
        ],
    )
    session.execute(
        insert(Membership),
        [
            {"id": member, "context_id": context_id, "person_id": person, "role": "learner", "is_test_user": False}
            for person, member, _ in rows
        ],
    )
    done = [{"membership_id": member, "step_id": step} for _, member, number in rows if number % 2 for step in step_ids]
    session.execute(insert(Done), done)
    session.commit()


def test_first_login_costs_one_statement_and_no_commit(door: Door, recorder: StatementRecorder) -> None:
    door.log_in()

    assert (len(recorder.statements), recorder.commits) == (1, 0)


def test_login_at_a_platform_that_was_just_met_needs_no_database(door: Door, recorder: StatementRecorder) -> None:
    door.log_in()

    door.log_in()

    assert recorder.statements == []


def test_launch_of_somebody_who_was_here_costs_two_statements_and_one_commit(
    door: Door, recorder: StatementRecorder, keys_recorder: StatementRecorder
) -> None:
    door.enter()
    keys_recorder.clear()

    door.enter()

    assert keys_recorder.statements == []
    assert len(recorder.statements) <= 2
    assert len(recorder.writes()) == 1
    assert recorder.commits == 1


def test_launch_of_somebody_new_costs_five_statements_and_one_commit(door: Door, recorder: StatementRecorder) -> None:
    # The platform's keys are known, the person and the course are not.
    door.enter("bram", "sw1b")

    door.enter("amina", "sw1")

    assert len(recorder.statements) <= 5
    assert recorder.commits == 1


def test_launch_with_a_new_name_costs_one_statement_more(door: Door, recorder: StatementRecorder) -> None:
    door.enter()

    door.enter(spoil=lambda launch: launch.claims.update(name="Amina H."))

    assert len(recorder.statements) <= 3
    assert recorder.commits == 1


def test_refused_launch_costs_nothing(door: Door, recorder: StatementRecorder) -> None:
    door.enter()
    door.launch(knob="broken_signature")  # the first in a minute is noted for the administrator

    assert door.launch(knob="broken_signature").status_code == 403
    assert (recorder.statements, recorder.commits) == ([], 0)


def test_launch_with_a_forged_state_costs_nothing(door: Door, recorder: StatementRecorder) -> None:
    door.enter()

    assert door.launch(knob="wrong_state").status_code == 403
    assert recorder.statements == []


def test_launch_in_a_large_course_costs_the_same(
    door: Door, recorder: StatementRecorder, session: Session, step_ids: list[str]
) -> None:
    door.enter()
    fill_course(session, door, step_ids, 300)

    door.enter()

    assert len(recorder.statements) <= 2


def count_pages(visit: Visit, paths: list[str], recorder: StatementRecorder) -> dict[str, int]:
    counts = {}
    for path in paths:
        visit.get(path)  # so that edition and contacts are in this worker's memory
        assert visit.get(path).status_code == 200
        counts[path] = len(recorder.statements)
        assert recorder.commits == 0
    return counts


HOME = {"amina": 4, "teacher": 6, "mentor": 3}
"""Who it is, which edition, and how the class stands; for a student what they pressed; for the board what stands above
it in numbers, the board itself, and whether something of the teacher's own stands ready today."""
STEP = {"amina": 4, "teacher": 3, "mentor": 3}
"""The same without a board."""
MORE = {
    # In which group somebody is. (In one, also its guests and its work.)
    ("amina", "group"): 1,
    # What they wrote here, who reads it, and whether they consented to keeping it: asked whether they did or not.
    ("amina", "private"): 3,
    # Which edition, once more for the decision aid, and whether they consented.
    ("amina", "choice"): 2,
    ("teacher", "choice"): 1,
    ("mentor", "choice"): 1,
}
"""What a step of a kind asks beside that."""


@pytest.mark.parametrize("person", list(HOME))
def test_page_costs_a_fixed_number_of_statements_also_in_a_large_course(
    door: Door,
    recorder: StatementRecorder,
    keys_recorder: StatementRecorder,
    session: Session,
    content: dict[str, Any],
    person: str,
) -> None:
    visit, ids = door.enter(person), [step["id"] for step in steps_of(content)]
    costs = {"/": HOME[person], "/words": 2}
    for step in steps_of(content):
        for way in ("", "/1") if step["id"] in NOTICED else ("",):
            costs[f"/step/{step['id']}{way}"] = STEP[person] + MORE.get((person, step["kind"]), 0)
    fill_course(session, door, ids, 5)
    keys_recorder.clear()
    assert count_pages(visit, list(costs), recorder) == costs
    fill_course(session, door, ids, 295, after=5)

    assert count_pages(visit, list(costs), recorder) == costs
    assert keys_recorder.statements == []


def test_every_page_of_a_board_costs_the_same(
    door: Door, recorder: StatementRecorder, session: Session, step_ids: list[str]
) -> None:
    visit = door.enter("teacher")
    fill_course(session, door, step_ids, 300)

    counts = count_pages(visit, ["/?page=1", "/?page=2", "/?page=3"], recorder)

    # Two of them ask how the class stands and whether something stands ready today: that is said above the board.
    assert set(counts.values()) == {6}


def write(visit: Visit, step: dict[str, Any], text: str, before: str) -> None:
    """Save a text at the first question of a step, in the place of the one that its page showed."""
    prompt = step["prompts"][0]["id"]
    answer = visit.post(f"/notes/step/{step['id']}", {f"text-{prompt}": text, f"seen-{prompt}": mark(before)})
    assert answer.status_code == 303


def test_pages_of_a_writer_cost_the_same_however_much_they_wrote(
    door: Door, recorder: StatementRecorder, keys_recorder: StatementRecorder, content: dict[str, Any]
) -> None:
    visit = door.enter()
    visit.post("/consent", {"agrees": "yes"})
    step = next(step for step in steps_of(content) if step["kind"] == "private")
    paths = [f"/step/{step['id']}", "/notes", "/decision-aid", "/"]
    nothing = count_pages(visit, paths, recorder)
    keys = []

    for number in range(2):
        for text in "abcde":
            visit.post("/decision-aid", {"text-whether": text})
        write(visit, step, f"Tram {number}.", f"Tram {number - 1}." if number else "")
        assert count_pages(visit, paths, recorder) == nothing
        keys_recorder.clear()
        visit.get("/notes")
        keys.append(len(keys_recorder.statements))

    # All keys of a page are asked at once.
    assert keys == [1, 1]


def test_saving_a_note_costs_a_fixed_number_of_statements_and_one_commit(
    door: Door, recorder: StatementRecorder, keys_recorder: StatementRecorder, content: dict[str, Any]
) -> None:
    visit = door.enter()
    visit.post("/consent", {"agrees": "yes"})
    step = next(step for step in steps_of(content) if step["kind"] == "private")
    before, costs = "", []
    for text in ("Ik tel de trams.", "Ik tel de bussen.", "Ik tel niets.", "Ik wacht."):
        keys_recorder.clear()
        write(visit, step, text, before)
        costs.append((len(recorder.statements), recorder.commits, len(keys_recorder.statements), keys_recorder.commits))
        before = text

    # The first one ties the key store to the database, and the second one finds that it is tied.
    assert costs[:2] == [(11, 1, 4, 1), (10, 1, 5, 1)]
    # Who it is, which edition, how the class stands (whether the step is open, and again how long a note is kept), the
    # consent, the author, who is held meanwhile, what stands there, the pause of a share, and the note. Of the key
    # store: the key to read with, and the key to write with in three statements and one commit.
    assert costs[2:] == [(9, 1, 4, 1)] * 2


def test_page_outside_a_course_costs_one_statement(door: Door, recorder: StatementRecorder) -> None:
    visit = door.enter(spoil=lambda launch: launch.claims.pop(f"{CLAIM}context"))
    visit.get()  # so that the contacts of the institution are in this worker's memory

    visit.get()

    assert len(recorder.statements) == 1


def test_press_costs_one_commit(door: Door, recorder: StatementRecorder, step_ids: list[str]) -> None:
    visit = door.enter()

    visit.post(f"/step/{step_ids[0]}/done", {"done": "yes"})

    assert recorder.commits == 1
    # Who it is, the flood count, which edition, whether the class is open, and the press itself.
    assert len(recorder.statements) <= 5


def test_shr_10_press_that_closes_a_part_costs_one_statement_more(
    door: Door, recorder: StatementRecorder, content: dict[str, Any]
) -> None:
    visit, kinds = door.enter(), {step["kind"]: step["id"] for step in steps_of(content)}
    counts = {}
    for kind in ("read", "closing"):
        visit.post(f"/step/{kinds[kind]}/done", {"done": "yes"})
        counts[kind] = len(recorder.statements)

    assert counts["closing"] == counts["read"] + 1
    assert recorder.commits == 1


NAMES = ("support", "safety", "accessibility", "who-sees-what", "teacher-duties", "concern", "nothing-here")


@pytest.mark.parametrize("path", ["/", *(f"/{name}" for name in NAMES)])
def test_page_that_is_about_nobody_costs_nothing(door: Door, recorder: StatementRecorder, path: str) -> None:
    door.client.get(path)

    assert recorder.statements == []
