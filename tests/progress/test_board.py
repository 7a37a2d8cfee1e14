"""The teacher's board: the students of this course, by name, a hundred to a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lti_tool.people.names import shown_name
from lti_tool.people.pseudonyms import _LISTS
from tests.content import STEP_IDS
from tests.progress.board import (
    FIRST,
    board_of,
    board_rows,
    enrol,
    parse,
    press,
    statuses_of,
    step_statuses,
    words,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from lti_tool.kernel.database import Database
    from tests.door import Door
    from tests.police import StatementRecorder

SW1, SW1B = "Sociaal werk, jaar 1", "Sociaal werk, jaar 1, deeltijd"


@pytest.fixture
def crowd(door: Door, database: Database) -> list[str]:
    """A course of 250 students, in no order."""
    door.enter("teacher")
    names = [f"Student {number:03}" for number in range(250)]
    with database.session(writes=True) as session:
        enrol(session, SW1, names[::2] + names[1::2])
    return names


def test_empty_board_says_so(door: Door) -> None:
    page = door.enter("teacher").get().text

    assert board_rows(page) == []
    assert "empty" in page
    assert list(parse(page).iter("table")) == []


def test_student_is_on_the_board_from_the_first_launch_on(door: Door) -> None:
    door.enter("amina")

    assert board_of(door.enter("teacher")) == {"Amina Haddou": statuses_of()}


@pytest.mark.parametrize("person", ["teacher", "coordinator", "administrator", "mentor", "no_role", "test_student"])
def test_nobody_but_students_is_on_the_board(door: Door, person: str) -> None:
    door.enter(person)

    assert board_of(door.enter("teacher")) == {}


def test_ops_5_board_of_one_course_shows_nobody_of_another(door: Door) -> None:
    press(door.enter("amina", "sw1"))
    press(door.enter("bram", "sw1b"))

    assert set(board_of(door.enter("teacher", "sw1"))) == {"Amina Haddou"}
    assert set(board_of(door.enter("teacher", "sw1b"))) == {"Bram de Wit"}


def test_ops_5_progress_in_one_course_is_none_in_another(door: Door) -> None:
    press(door.enter("amina", "sw1"))

    elsewhere = door.enter("amina", "sw1b")

    assert 'data-action="done"' in elsewhere.get(f"/step/{FIRST}").text
    assert board_of(door.enter("teacher", "sw1b")) == {"Amina Haddou": statuses_of()}


def test_ops_5_course_of_the_same_name_at_another_platform_is_another_course(
    create_door: Callable[..., Door], door: Door
) -> None:
    press(door.enter("amina"))
    other = create_door(issuer="https://other.example", client_id="tool-2", key="other")

    other.enter("bram")

    assert set(board_of(other.enter("teacher"))) == {"Bram de Wit"}
    assert set(board_of(door.enter("teacher"))) == {"Amina Haddou"}


def test_ops_5_same_course_id_in_another_deployment_is_another_course(
    create_door: Callable[..., Door], door: Door
) -> None:
    door.enter("amina")
    other = create_door(deployment_id="2")

    assert board_of(other.enter("teacher")) == {}


def test_only_an_instructor_sees_the_board(door: Door) -> None:
    door.enter("amina")

    for person in ("bram", "mentor", "no_role", "test_student"):
        page = door.enter(person).get().text
        assert board_rows(page) == []
        assert "Amina" not in page


def test_observer_sees_the_steps_and_cannot_press(door: Door) -> None:
    page = door.enter("mentor").get().text

    assert list(step_statuses(page).values()) == ["open"] * len(STEP_IDS)
    assert "Alleen studenten drukken op klaar" in words(parse(page))


def test_board_is_in_the_order_of_names_whatever_their_case(door: Door, database: Database) -> None:
    door.enter("teacher")
    with database.session(writes=True) as session:
        enrol(session, SW1, ["Yara Bos", "bas de Jong", "Anna Kok", "Zoe Smit", "anna Aalders"])

    names = list(board_of(door.enter("teacher")))

    assert names == ["anna Aalders", "Anna Kok", "bas de Jong", "Yara Bos", "Zoe Smit"]


def test_people_of_one_name_are_two_rows_that_keep_their_place(door: Door, database: Database) -> None:
    teacher = door.enter("teacher")
    with database.session(writes=True) as session:
        enrol(session, SW1, ["Anna Kok"] * 5)

    first = teacher.get().data

    assert len(board_rows(first.decode())) == 5
    assert teacher.get().data == first


def test_sto_4_people_without_a_name_come_last_under_a_pseudonym(door: Door) -> None:
    for person in ("nameless", "amina"):
        door.enter(person)

    names = list(board_of(door.enter("teacher")))

    assert names[0] == "Amina Haddou"
    tree, _, number = names[1].rpartition(" ")
    assert tree in _LISTS["nl"]
    assert 1000 <= int(number) <= 9999


def test_sto_4_pseudonym_is_the_same_at_every_launch_and_another_in_another_course(door: Door) -> None:
    def pseudonym(course: str) -> str:
        door.enter("nameless", course)
        (name,) = board_of(door.enter("teacher", course))
        return name

    assert pseudonym("sw1") == pseudonym("sw1")
    assert pseudonym("sw1") != pseudonym("sw1b")


def test_sto_4_pseudonym_is_the_same_tree_and_number_in_both_languages(door: Door) -> None:
    door.enter("nameless")
    teacher = door.enter("teacher")
    (dutch,) = board_of(teacher)
    teacher.post("/language", {"language": "en", "back": "/"})

    (english,) = board_of(teacher)

    tree, _, number = dutch.rpartition(" ")
    assert english == f"{_LISTS['en'][_LISTS['nl'].index(tree)]} {number}"


def test_sto_4_student_sees_the_pseudonym_that_the_teacher_sees(door: Door) -> None:
    page = door.enter("nameless").get().text

    (name,) = board_of(door.enter("teacher"))
    assert f"Je bent hier als {name}, student" in page


def test_name_that_is_no_longer_sent_becomes_a_pseudonym(door: Door) -> None:
    def hide(launch: object) -> None:
        for claim in ("name", "given_name", "family_name", "email"):
            launch.claims.pop(claim, None)  # type: ignore[attr-defined]

    press(door.enter("amina"))
    door.enter("amina", spoil=hide)

    board = board_of(door.enter("teacher"))

    assert "Amina Haddou" not in board
    assert list(board.values()) == [statuses_of(FIRST)]


def test_name_is_shown_as_text_whatever_is_in_it(door: Door, database: Database) -> None:
    teacher = door.enter("teacher")
    name = '<b>Robin</b> & "Bo" {{ 7*7 }} \' %(x)s'
    with database.session(writes=True) as session:
        enrol(session, SW1, [name])

    assert list(board_of(teacher)) == [name]


def test_crowd_is_shown_a_hundred_at_a_time_and_everybody_once(door: Door, crowd: list[str]) -> None:
    teacher = door.enter("teacher")

    pages = [[row.name for row in board_rows(teacher.get(f"/?page={number}").text)] for number in (1, 2, 3)]

    assert [len(page) for page in pages] == [100, 100, 50]
    assert sum(pages, []) == crowd  # noqa: RUF017 (three short lists)


@pytest.mark.usefixtures("crowd")
def test_pages_lead_to_each_other(door: Door) -> None:
    teacher = door.enter("teacher")

    links = {}
    for number in (1, 2, 3):
        page = parse(teacher.get(f"/?page={number}").text)
        links[number] = {
            link.get("data-action"): (link.get("href") or "").partition("?")[2]
            for link in page.iter("a")
            if link.get("data-action") in ("previous-page", "next-page")
        }

    assert links == {
        1: {"next-page": "part=1&page=2#board"},
        2: {"previous-page": "part=1#board", "next-page": "part=1&page=3#board"},
        3: {"previous-page": "part=1&page=2#board"},
    }


def test_board_of_one_page_has_no_links_to_others(door: Door) -> None:
    door.enter("amina")

    page = door.enter("teacher").get().text

    assert "next-page" not in page
    assert "previous-page" not in page


@pytest.mark.usefixtures("crowd")
@pytest.mark.parametrize(
    "page", ["0", "-1", "4", "100000", "100001", "9" * 30, "two", "1.5", "", "1e1", "%00", "1%202", "null", "0x1"]
)
@pytest.mark.one_database
def test_page_that_is_not_there_answers_404(door: Door, page: str) -> None:
    assert door.enter("teacher").get(f"/?page={page}").status_code == 404


def test_second_page_of_an_empty_board_answers_404(door: Door) -> None:
    assert door.enter("teacher").get("/?page=2").status_code == 404


@pytest.mark.usefixtures("crowd")
def test_page_of_a_board_costs_the_same_whatever_the_number_of_students(
    door: Door, recorder: StatementRecorder
) -> None:
    door.enter("amina", "sw1b")
    large, small = door.enter("teacher", "sw1"), door.enter("teacher", "sw1b")
    counts = []

    for visit in (large, small):
        visit.get()
        visit.get()
        counts.append(len(recorder.statements))

    # Who it is, the edition, how the class stands, what stands above the board in numbers, the board itself, and
    # whether something of the teacher's own stands ready today.
    assert counts[0] == counts[1] <= 6


def test_shown_name_of_somebody_with_a_name_needs_no_reader() -> None:
    class Somebody:
        person_id = "person"
        name = "Amina Haddou"

    assert shown_name(Somebody(), None) == "Amina Haddou"  # type: ignore[arg-type]
