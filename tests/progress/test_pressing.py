"""Pressing done and taking it back: by the learner alone, as often as they like, at any moment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import event, func, select

from lti_tool.people.models import Membership
from lti_tool.progress.models import Done
from lti_tool.progress.service import press_done, read_done, take_done_back
from tests.demo_lms.people import INSTRUCTOR, LEARNER
from tests.demo_lms.platform import CLAIM
from tests.door import form_token
from tests.progress.board import FIRST, SECOND, THIRD, board_of, press, statuses_of

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from lti_tool.kernel.database import Database
    from tests.demo_lms.knobs import Launch
    from tests.door import Door


def rows(database: Database) -> int:
    with database.session(writes=False) as session:
        return session.execute(select(func.count()).select_from(Done)).scalar_one()


@pytest.fixture
def membership(door: Door, session: Session) -> str:
    door.enter("amina")
    return session.execute(select(Membership.id)).scalar_one()


def test_press_leads_back_to_the_end_of_the_step(door: Door) -> None:
    visit = door.enter()

    response = visit.post(f"/step/{FIRST}/done", {"done": "yes"})

    assert response.status_code == 303
    assert response.headers["Location"].endswith(f"/step/{FIRST}#done")
    assert 'data-status="done"' in visit.get(f"/step/{FIRST}").text


def test_step_is_open_until_it_is_pressed(door: Door) -> None:
    page = door.enter().get(f"/step/{FIRST}").text

    assert 'data-action="done"' in page
    assert 'data-action="not-done"' not in page


def test_press_can_be_taken_back_and_leaves_nothing(door: Door, database: Database) -> None:
    visit = door.enter()
    fresh = visit.get(f"/step/{FIRST}").data
    press(visit)

    press(visit, done="no")

    assert rows(database) == 0
    assert visit.get(f"/step/{FIRST}").data == fresh
    assert board_of(door.enter("teacher"))["Amina Haddou"] == statuses_of()


def test_pressing_twice_is_pressing_once(door: Door, database: Database) -> None:
    visit = door.enter()

    assert [press(visit), press(visit)] == [303, 303]

    assert rows(database) == 1


def test_taking_back_what_was_never_pressed_changes_nothing(door: Door, database: Database) -> None:
    visit = door.enter()

    assert press(visit, done="no") == 303

    assert rows(database) == 0


def test_steps_are_pressed_in_any_order(door: Door) -> None:
    visit = door.enter()

    press(visit, THIRD)
    press(visit, FIRST)

    assert board_of(door.enter("teacher"))["Amina Haddou"] == statuses_of(FIRST, THIRD)


def test_two_presses_at_one_moment_both_succeed(door: Door, database: Database) -> None:
    """A double click, or two tabs. On PostgreSQL both get to the insert before either one commits."""
    visit = door.enter()
    token = form_token(visit.get().text)
    kept = "; ".join(f"{cookie.key}={cookie.value}" for cookie in (door.client._cookies or {}).values())
    meet = Barrier(2)

    def wait_for_the_other(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith("INSERT INTO progress_done") and database.engine.dialect.name == "postgresql":
            meet.wait(timeout=10)

    def press_once(_number: int) -> int:
        client = door.client.application.test_client(use_cookies=False)
        headers = {"Sec-Fetch-Site": "same-origin", "Cookie": kept}
        form = {"form_token": token, "done": "yes"}
        return client.post(f"{visit.home}/step/{FIRST}/done", data=form, headers=headers).status_code

    event.listen(database.engine, "before_cursor_execute", wait_for_the_other)
    try:
        with ThreadPoolExecutor(2) as pool:
            answers = list(pool.map(press_once, range(2)))
    finally:
        event.remove(database.engine, "before_cursor_execute", wait_for_the_other)

    assert answers == [303, 303]
    assert not meet.broken
    assert rows(database) == 1


def test_service_presses_reads_and_takes_back(session: Session, membership: str) -> None:
    press_done(session, membership_id=membership, step_id=FIRST)
    press_done(session, membership_id=membership, step_id=FIRST)
    press_done(session, membership_id=membership, step_id=SECOND)
    assert read_done(session, membership) == {FIRST, SECOND}

    take_done_back(session, membership_id=membership, step_id=FIRST)
    take_done_back(session, membership_id=membership, step_id=FIRST)
    assert read_done(session, membership) == {SECOND}


@pytest.mark.parametrize("person", ["teacher", "coordinator", "mentor", "no_role"])
@pytest.mark.parametrize("done", ["yes", "no"])
def test_only_a_learner_may_press(door: Door, database: Database, person: str, done: str) -> None:
    visit = door.enter(person)

    assert press(visit, done=done) == 404

    assert rows(database) == 0
    assert "/done" not in visit.get(f"/step/{FIRST}").text


def test_ops_6_learner_here_who_teaches_elsewhere_presses_here_and_not_there(door: Door, database: Database) -> None:
    def teach(launch: Launch) -> None:
        launch.claims[f"{CLAIM}roles"] = [INSTRUCTOR]

    learning = door.enter("joost", "sw1")
    teaching = door.enter("joost", "sw1b", spoil=teach)

    assert press(teaching) == 404
    assert press(learning) == 303
    assert rows(database) == 1
    assert board_of(teaching) == {}


def test_who_both_teaches_and_learns_in_a_course_does_not_press(door: Door) -> None:
    def both(launch: Launch) -> None:
        launch.claims[f"{CLAIM}roles"] = [LEARNER, INSTRUCTOR]

    assert press(door.enter("joost", spoil=both)) == 404


@pytest.mark.parametrize("step", ["aaaaaaaa", "u56fbuic", "U56FBUIB", "x", "u56fbuib%00", "%F0%9F%8C%B3", "%3Cb%3E"])
def test_press_of_a_step_that_is_not_there_answers_404(door: Door, database: Database, step: str) -> None:
    visit = door.enter()

    assert visit.post(f"/step/{step}/done", {"done": "yes"}).status_code == 404
    assert visit.get(f"/step/{step}").status_code == 404

    assert rows(database) == 0


@pytest.mark.parametrize("form", [{}, {"done": ""}, {"done": "maybe"}, {"done": "YES"}, {"not": "yes"}])
def test_press_that_says_neither_yes_nor_no_changes_nothing(
    door: Door, database: Database, form: dict[str, str]
) -> None:
    visit = door.enter()
    press(visit)

    assert visit.post(f"/step/{FIRST}/done", form).status_code == 400

    assert rows(database) == 1


def test_ops_8_press_without_the_token_of_its_page_changes_nothing(door: Door, database: Database) -> None:
    visit = door.enter()

    response = visit.post(f"/step/{FIRST}/done", {"done": "yes", "form_token": "another"})

    assert response.status_code == 403
    assert rows(database) == 0


def test_done_goes_with_the_membership(door: Door, database: Database) -> None:
    press(door.enter("amina"))

    with database.session(writes=True) as session, session.begin():
        session.delete(session.execute(select(Membership)).scalar_one())

    assert rows(database) == 0


def test_test_student_of_a_teacher_may_press_and_is_on_no_board(door: Door) -> None:
    visit = door.enter("test_student")

    assert press(visit) == 303

    assert 'data-status="done"' in visit.get(f"/step/{FIRST}").text
    assert board_of(door.enter("teacher")) == {}
