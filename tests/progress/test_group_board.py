"""The board of a course with groups: what a teacher sees of them as a picture, in words and as a file."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select, update

from lti_tool.app import _group_counts
from lti_tool.curriculum.classes import hold_unit
from lti_tool.groups.circle import read_own_group
from lti_tool.groups.models import Acceptance, ChangeRequest, GroupMember, Product, Visit
from lti_tool.kernel.ids import new_id
from lti_tool.people.models import Membership
from lti_tool.people.roles import Role
from lti_tool.progress.board import read_group_counts
from lti_tool.progress.board_file import make_harmless
from lti_tool.progress.models import Done
from lti_tool.progress.pages import count_pages, stretch_of
from tests.conftest import load_content
from tests.content import STEP_IDS, real_content, with_change
from tests.progress.board import FIRST, SECOND, THIRD, board_rows, normalise, parse, press, words
from tests.progress.group_work import AGREED, MADE, Course, with_group_work

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from xml.etree.ElementTree import Element

    from sqlalchemy.orm import Session

    from lti_tool.curriculum.loader import Content
    from lti_tool.kernel.database import Database
    from tests.clock import FrozenClock
    from tests.door import Door
    from tests.door import Visit as Window
    from tests.police import StatementRecorder

SW1, SW1B = "Sociaal werk, jaar 1", "Sociaal werk, jaar 1, deeltijd"
FOUR = ("Amir", "Lotte", "Sem", "Yara")


@pytest.fixture
def work_door(door: Door, database: Database, all_content: Content, clock: FrozenClock) -> Door:
    """A tool whose first unit has group work and agreements."""
    load_content(database, with_change(all_content, with_group_work), clock)
    return door


@pytest.fixture
def teacher(work_door: Door) -> Window:
    return work_door.enter("teacher")


@pytest.fixture
def course(teacher: Window, session: Session) -> Course:
    del teacher
    return Course(session, SW1)


@pytest.fixture
def teacher_id(teacher: Window, session: Session) -> str:
    del teacher
    return session.execute(select(Membership.id).where(Membership.role == Role.INSTRUCTOR)).scalar_one()


def headings(html: str) -> list[str]:
    return [words(row) for row in parse(html).iter("tr") if row.get("data-row") == "group"]


def counts(html: str) -> list[list[str]]:
    return [[words(cell) for cell in row[1:]] for row in parse(html).iter("tr") if row.get("data-row") == "counts"]


def needs(html: str) -> dict[str, str]:
    """What waits for the teacher."""
    return {name: words(item) for item in parse(html).iter("li") if (name := item.get("data-need"))}


def link(html: str, action: str) -> str | None:
    """Where a link leads, below the visit."""
    found = next((one for one in parse(html).iter("a") if one.get("data-action") == action), None)
    return None if found is None else re.sub(r"^/s/[\w-]{43}|#.*$", "", found.get("href") or "")


def table(visit: Window, path: str = "/board.csv") -> list[dict[str, str]]:
    response = visit.get(path)
    assert response.status_code == 200, path
    return list(csv.DictReader(io.StringIO(response.data.decode("utf-8-sig")), delimiter=";"))


# What stands on it.


def test_groups_stand_under_their_name_and_who_has_none_comes_last(teacher: Window, course: Course) -> None:
    one = course.enrol(["Yara", "Amir"])
    two = course.enrol(["Bram"])
    course.enrol(["Aad", None])
    course.found_groups([one])
    course.found_groups([two], "De <uilen>")
    course.session.commit()

    page = teacher.get().text

    assert [heading.partition(" Afspraken")[0] for heading in headings(page)] == [
        "Groep 12 studenten.",
        "Groep 2, De <uilen>1 student.",
        "Nog geen groep",
    ]
    names = [row.name for row in board_rows(page)]
    assert names[:4] == ["Amir", "Yara", "Bram", "Aad"]
    assert len(names) == 5


def test_counts_are_of_the_students_who_stand_under_them(teacher: Window, course: Course) -> None:
    members = course.enrol(FOUR)
    course.found_groups([members])
    course.session.execute(insert(Done), [{"membership_id": one, "step_id": FIRST} for one in members[:3]])
    course.session.commit()

    (row,) = counts(teacher.get().text)

    assert row[:2] == ["33 van 4", "00 van 4"]
    assert len(row) == len(board_rows(teacher.get().text)[0].statuses)


def test_product_is_handed_in_or_not_yet_and_a_draft_says_nothing(teacher: Window, course: Course) -> None:
    groups = course.found_groups([[one] for one in course.enrol(["Aad", "Bo", "Cas"])])
    course.make(groups[0], is_handed_in=True)
    course.make(groups[1], is_handed_in=False)
    course.session.commit()

    said = [re.sub(r".*samen: ", "", heading) for heading in headings(teacher.get().text)]

    assert said == ["ingeleverd.", "nog niet.", "nog niet."]


@pytest.mark.parametrize(
    ("accepted", "aside", "said"),
    [
        ((), (), "nog niet rond"),
        ((0, 1, 2), (), "nog niet rond"),
        ((0, 1, 2, 3), (), "rond"),
        ((0, 1, 2), (3,), "rond"),
        ((), (0, 1, 2, 3), "nog niet rond"),
    ],
)
def test_grp_10_agreements_are_complete_or_not_yet_and_never_how_many(
    teacher: Window, course: Course, accepted: tuple[int, ...], aside: tuple[int, ...], said: str
) -> None:
    members = course.enrol(FOUR)
    (group,) = course.found_groups([members])
    course.agree(group, [members[place] for place in accepted])
    for place in aside:
        here = GroupMember.membership_id == members[place]
        course.session.execute(update(GroupMember).where(here).values(is_aside=True))
    course.session.commit()

    page = teacher.get().text

    (heading,) = headings(page)
    assert f"4 studenten. Afspraken: {said}. " in heading
    # Who is aside stands among the others, and no word says so.
    assert [row.name for row in board_rows(page)] == list(FOUR)


def test_group_without_agreements_has_not_agreed_and_one_of_another_set_does_not_count(
    teacher: Window, course: Course
) -> None:
    members = course.enrol(FOUR)
    (group,) = course.found_groups([members])
    other = Course(course.session, SW1, is_in_use=False)
    (elsewhere,) = other.found_groups([members])
    other.agree(elsewhere, members)
    course.agree(group, [])
    course.session.commit()

    page = teacher.get().text

    assert len(headings(page)) == 1
    assert "Afspraken: nog niet rond." in headings(page)[0]


def without_group_work(line: dict[str, Any]) -> None:
    """Take the steps of groups out of a line, with the parts that then have none."""
    for module in line["modules"]:
        for unit in module["units"]:
            unit["steps"] = [step for step in unit["steps"] if step["kind"] != "group"]
        module["units"] = [unit for unit in module["units"] if unit["steps"]]


def test_line_without_group_work_says_nothing_of_agreements_or_products(
    database: Database, all_content: Content, clock: FrozenClock, create_door: Callable[..., Door], session: Session
) -> None:
    load_content(database, with_change(all_content, without_group_work), clock)
    teacher = create_door().enter("teacher")
    course = Course(session, SW1)
    course.found_groups([course.enrol(FOUR)])
    session.commit()

    assert headings(teacher.get().text) == ["Groep 14 studenten."]


def test_group_in_which_nobody_is_any_more_is_not_on_the_board(teacher: Window, course: Course) -> None:
    members = course.enrol(["Aad", "Bo"])
    course.found_groups([[members[0]], [members[1]], []])
    course.session.execute(update(Membership).where(Membership.id == members[0]).values(role=Role.INSTRUCTOR))
    course.session.commit()

    assert [heading[:7] for heading in headings(teacher.get().text)] == ["Groep 2"]


def test_ops_5_groups_of_another_course_are_not_on_the_board(
    work_door: Door, teacher: Window, course: Course, session: Session
) -> None:
    other = work_door.enter("teacher", "sw1b")
    course.found_groups([course.enrol(FOUR)])
    there = Course(session, SW1B)
    there.found_groups([there.enrol(["Zoe"])])
    session.commit()

    assert [row.name for row in board_rows(teacher.get().text)] == list(FOUR)
    assert [row.name for row in board_rows(other.get().text)] == ["Zoe"]
    assert {row["Student"] for row in table(other)} == {"Zoe"}


# One part at a time.


def test_board_begins_with_the_first_part_and_leads_to_the_others(teacher: Window, course: Course) -> None:
    course.enrol(["Aad"])
    course.session.commit()

    first, second = teacher.get().text, teacher.get("/?part=2").text

    assert "Deel 1. " in words(parse(first))
    assert "Deel 2. " in words(parse(second))
    assert len(board_rows(first)[0].statuses) != len(board_rows(second)[0].statuses)
    chosen = [
        words(one) for one in parse(second).iter("a") if one.get("data-action") == "part" and one.get("aria-current")
    ]
    assert len(chosen) == 1
    assert chosen[0].startswith("Deel 2. ")


@pytest.mark.parametrize(
    "query",
    ["part=0", "part=9", "part=two", "part=", "mine=2", "mine=", "as=picture", "as=", "page=2", "part=1&page=0"],
)
@pytest.mark.parametrize("path", ["/", "/board.csv"])
@pytest.mark.one_database
def test_board_that_is_not_there_answers_404(teacher: Window, path: str, query: str) -> None:
    expected = 200 if (path, query) == ("/board.csv", "page=2") else 404

    assert teacher.get(f"{path}?{query}").status_code == expected


# Whose groups.


def test_grp_2b_my_groups_are_offered_to_who_looks_after_some(teacher: Window, course: Course, teacher_id: str) -> None:
    groups = course.found_groups([[one] for one in course.enrol(["Aad", "Bo", "Cas"])])
    course.enrol(["Dirk"])
    course.session.commit()
    assert link(teacher.get().text, "my-groups") is None
    assert len(board_rows(teacher.get("/?mine=1").text)) == 4  # who looks after none is shown everybody

    course.look_after(teacher_id, groups[0], groups[2])
    course.session.commit()

    path = link(teacher.get().text, "my-groups")
    assert path == "/?part=1&mine=1"
    page = teacher.get(path).text
    assert [row.name for row in board_rows(page)] == ["Aad", "Cas"]
    assert link(page, "all-groups") == "/?part=1"
    assert [row["Student"] for row in table(teacher, "/board.csv?mine=1")] == ["Aad", "Cas"]
    assert [row.name for row in board_rows(teacher.get("/?mine=1&as=table").text)] == ["Aad", "Cas"]


def test_grp_2b_who_sees_only_their_sections_sees_nobody_else(
    teacher: Window, course: Course, teacher_id: str, session: Session
) -> None:
    here, there = course.enrol(["Aad", "Bo", "Noor"], ",1,"), course.enrol(["Cas", "Dirk", "Olle"], ",12,")
    groups = course.found_groups([[here[0], there[0]], [here[1]], [there[1]]])
    course.make(groups[2], is_handed_in=True)
    course.look_after(teacher_id, *groups)
    for one in (here[0], there[0], there[1]):
        session.execute(insert(ChangeRequest).values(membership_id=one))
    mine = Membership.id == teacher_id
    session.execute(update(Membership).where(mine).values(sections=",1,", sees_own_sections_only=True))
    session.commit()

    for path in ("/", "/?as=table", "/?mine=1"):
        page = teacher.get(path).text
        assert [heading[:7] for heading in headings(page)][:2] == ["Groep 1", "Groep 2"]
        names = {row.name for row in board_rows(page)}
        assert names == {"Aad", "Bo", "Noor"} - ({"Noor"} if "mine" in path else set())
        assert [name for name in ("Cas", "Dirk", "Olle") if name in page] == []
    assert {row["Student"] for row in table(teacher)} == {"Aad", "Bo", "Noor"}
    assert needs(teacher.get().text) == {
        "ungrouped": "1 student zit nog niet in een groep.",
        "requests": "1 student wil graag een andere groep. Daar is geen reden voor nodig.",
    }
    session.execute(update(Membership).where(mine).values(sections=None))
    session.commit()
    assert board_rows(teacher.get().text) == []
    assert table(teacher) == []


# What needs a teacher today.


def test_nothing_that_waits_is_nothing_on_the_page(teacher: Window, course: Course) -> None:
    course.found_groups([course.enrol(FOUR)])
    course.session.commit()

    assert "data-needs" not in teacher.get().text


def test_course_without_groups_is_not_told_that_nobody_is_in_one(teacher: Window, course: Course) -> None:
    course.enrol(FOUR)
    course.session.commit()

    page = teacher.get().text

    assert "data-needs" not in page
    assert headings(page) == []


def test_what_waits_is_counted_and_stands_closed(
    teacher: Window, course: Course, teacher_id: str, clock: FrozenClock, session: Session
) -> None:
    members = course.enrol(["Aad", "Bo", "Cas", "Dirk"])
    groups = course.found_groups([[members[0]], [members[1]]])
    for group in groups:
        course.make(group, is_handed_in=True)
    course.make(groups[0], step_id="nolonger", is_handed_in=True)  # the line has no such step any more
    session.execute(insert(ChangeRequest).values(membership_id=members[0]))
    later, past = clock.now() + timedelta(hours=1), clock.now() - timedelta(hours=1)
    session.execute(insert(Visit).values(group_id=groups[0], membership_id=teacher_id, ends_at=later))
    session.execute(insert(Visit).values(group_id=groups[1], membership_id=teacher_id, ends_at=past))
    session.commit()

    page = teacher.get().text

    assert {name: said[:1] for name, said in needs(page).items()} == {
        "invitations": "1",
        "products": "2",
        "ungrouped": "2",
        "requests": "1",
    }
    (closed,) = [one for one in parse(page).iter("details") if one.get("data-needs") is not None]
    assert closed.get("open") is None
    assert [name for name in ("Aad", "Cas") if name in words(closed)] == []

    session.execute(update(Product).where(Product.group_id == groups[0]).values(feedback=b"sealed"))
    session.commit()
    assert needs(teacher.get().text)["products"][0] == "1"


# The same facts in words, and as a file.


def test_table_says_the_same_in_words(teacher: Window, course: Course) -> None:
    members = course.enrol(["Aad", "Bo"])
    (group,) = course.found_groups([members])
    course.make(group, is_handed_in=True)
    course.session.execute(insert(Done), [{"membership_id": members[0], "step_id": step} for step in (FIRST, THIRD)])
    course.session.commit()

    path = link(teacher.get().text, "board-table")
    assert path == "/?part=1&as=table"
    page = teacher.get(path).text

    picture = teacher.get().text
    assert headings(page) == headings(picture)
    rows = {words(row[0]): [words(cell) for cell in row[1:]] for row in parse(page).iter("tr")}
    assert rows["Student"] == ["klaar", "nog niet"]
    assert rows["Aad"][0] == "1.1, 1.4"
    assert rows["Bo"][0] == "geen"
    assert set(rows["Bo"][1].split(", ")) == set(rows["Aad"][0].split(", ")) | set(rows["Aad"][1].split(", "))
    assert link(page, "board-picture") == "/?part=1"


def test_file_has_the_same_students_and_facts_as_the_board(teacher: Window, course: Course) -> None:
    members = course.enrol(["Aad", "Bo", "Zoë"])
    (group,) = course.found_groups([members[:2]])
    course.make(group, is_handed_in=True)
    course.agree(group, members[:2])
    course.session.execute(insert(Done).values(membership_id=members[0], step_id=FIRST))
    course.session.commit()

    first, second, third = table(teacher, link(teacher.get("/?as=table").text, "board-file") or "")

    assert list(first)[:4] == ["Groep", "Student", "Afspraken", "Stap 1.1"]
    assert list(first)[-1].endswith(", samen")
    assert list(first.values())[:5] == ["Groep 1", "Aad", "rond", "klaar", "nog niet"]
    assert [row[list(first)[-1]] for row in (first, second, third)] == ["ingeleverd", "ingeleverd", ""]
    assert list(third.values())[:4] == ["Nog geen groep", "Zoë", "", "nog niet"]
    assert {value for row in (first, second, third) for value in list(row.values())[2:]} == {
        "rond",
        "klaar",
        "nog niet",
        "ingeleverd",
        "",
    }


def test_file_has_a_neutral_name_and_says_its_alphabet(teacher: Window, course: Course) -> None:
    course.enrol(["Aad"])
    course.session.commit()

    response = teacher.get("/board.csv?part=2")

    assert response.headers["Content-Disposition"] == 'attachment; filename="board-1-2.csv"'
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert response.headers["Cache-Control"] == "no-store"
    assert response.data.startswith(b"\xef\xbb\xbf")
    assert int(response.headers["Content-Length"]) == len(response.data)


def test_file_of_english_readers_has_commas(work_door: Door, teacher: Window, course: Course) -> None:
    course.enrol(["Aad"])
    course.session.commit()
    del teacher

    lines = work_door.enter("teacher", locale="en").get("/board.csv").data.decode("utf-8-sig").splitlines()

    assert lines[0].startswith('"Group","Student","Agreements","Step 1.1"')
    assert lines[1].startswith('"No group yet","Aad","","not yet"')


NASTY = ['=cmd|" /C calc"!A0', "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", '"; =1', "a;b", 'a"b', "a\nb", "'"]


def test_file_holds_no_cell_that_a_spreadsheet_runs(teacher: Window, course: Course) -> None:
    course.enrol(NASTY)
    course.found_groups([course.enrol(["Aad"])], "=1+1")
    course.session.commit()

    rows = table(teacher)

    assert len(rows) == len(NASTY) + 1
    cells = [cell for row in rows for cell in row.values()]
    assert [cell for cell in cells if cell.strip().startswith(("=", "+", "-", "@"))] == []
    assert {row["Student"].removeprefix("'") for row in rows} >= {name for name in NASTY if name != "'"}


@given(st.text())
def test_harmless_cell_is_the_text_or_the_text_behind_an_apostrophe(text: str) -> None:
    cell = make_harmless(text)

    assert cell in (text, f"'{text}")
    assert not cell.lstrip().startswith(("=", "+", "-", "@"))
    assert not cell.startswith(("\t", "\r", "\n"))


@pytest.mark.parametrize("person", ["amina", "mentor", "no_role", "test_student", "nameless"])
@pytest.mark.one_database
def test_nobody_but_a_teacher_gets_the_file_or_the_table(work_door: Door, course: Course, person: str) -> None:
    course.enrol(["Aad"])
    course.session.commit()
    visit = work_door.enter(person)

    assert visit.get("/board.csv").status_code == 404
    assert "Aad" not in visit.get("/?as=table").text


# Its pages.


@pytest.mark.parametrize(
    ("groups", "others", "count"),
    [(0, 0, 1), (0, 100, 1), (0, 101, 2), (7, 2, 1), (25, 0, 1), (25, 1, 2), (24, 4, 1), (24, 5, 2), (1250, 0, 50)],
)
def test_pages_are_counted(groups: int, others: int, count: int) -> None:
    assert count_pages(groups, others) == count


@given(st.integers(0, 200), st.integers(0, 700))
def test_everybody_stands_on_one_page_and_groups_come_first(groups: int, others: int) -> None:
    met_groups, met_others = [], []
    pages = count_pages(groups, others)
    for page in range(1, pages + 1):
        stretch = stretch_of(page, groups)
        met_groups += list(range(groups))[stretch.groups_skipped :][: stretch.groups]
        here = list(range(others))[stretch.others_skipped :][: stretch.others]
        assert not here or len(met_groups) == groups
        met_others += here
        assert stretch.groups * 4 + len(here) <= 100
    assert met_groups == list(range(groups))
    assert met_others == list(range(others))


def test_pages_hold_whole_groups_and_everybody_once(teacher: Window, course: Course) -> None:
    course.fill(groups=40, size=4, others=70)
    course.session.commit()

    pages = [teacher.get(f"/?page={number}").text for number in (1, 2, 3)]

    assert [len(headings(page)) for page in pages] == [25, 16, 0]
    assert [len(board_rows(page)) for page in pages] == [100, 60 + 40, 30]
    names = [row.name for page in pages for row in board_rows(page)]
    assert len(set(names)) == 40 * 4 + 70
    assert teacher.get("/?page=4").status_code == 404
    assert [row["Student"] for row in table(teacher)] == names


@pytest.mark.parametrize("path", ["/", "/?as=table", "/?mine=1", "/?part=2", "/board.csv"])
def test_board_costs_the_same_for_fifty_students_and_for_five_thousand(
    work_door: Door, teacher: Window, course: Course, session: Session, recorder: StatementRecorder, path: str
) -> None:
    small_visit = work_door.enter("teacher", "sw1b")
    small = Course(session, SW1B)
    small.fill(groups=12, size=4, others=2, steps=[FIRST])
    course.fill(groups=1240, size=4, others=40, steps=[FIRST, SECOND, THIRD])
    for group in course.groups[::2]:
        course.make(group, is_handed_in=True)
    session.commit()

    run = []
    for visit in (small_visit, teacher):
        visit.get(path)
        assert visit.get(path).status_code == 200
        run.append(list(recorder.statements))

    assert run[0] == run[1]
    # Without the picture there is no word of reminders, so nobody asks for them.
    assert len(run[0]) == (5 if "table" in path or "csv" in path else 6)


# Promise 2.


def do_nothing(_course: Course, _group: str, _members: list[str]) -> None:
    pass


def write_and_accept(course: Course, group: str, members: list[str]) -> None:
    """A long text that is not handed in, agreements of which one member is left, somebody aside, an old request."""
    course.make(group, b"x" * 4000, is_handed_in=False)
    course.agree(group, members[:-1], b"y" * 900)
    here = GroupMember.membership_id == members[-2]
    course.session.execute(update(GroupMember).where(here).values(is_aside=True))


def hand_in_little(course: Course, group: str, members: list[str]) -> None:
    course.make(group, b"x", is_handed_in=True)
    course.agree(group, members)


def hand_in_much(course: Course, group: str, members: list[str]) -> None:
    course.make(group, b"x" * 4000, is_handed_in=True)
    course.agree(group, members, b"y" * 900)
    # One declined first, and accepted later; what is left of it is the acceptance.
    here = (Acceptance.group_id == group) & (Acceptance.membership_id == members[0])
    course.session.execute(delete(Acceptance).where(here))
    course.session.execute(insert(Acceptance).values(group_id=group, membership_id=members[0]))


@pytest.mark.parametrize(
    ("one", "other"), [(do_nothing, write_and_accept), (hand_in_little, hand_in_much)], ids=["not_yet", "complete"]
)
@pytest.mark.parametrize("path", ["/", "/?as=table", "/board.csv"])
def test_cmp_1_and_cmp_3_what_a_group_wrote_or_who_accepted_changes_no_byte_and_no_question(
    work_door: Door,
    session: Session,
    recorder: StatementRecorder,
    one: Callable[..., None],
    other: Callable[..., None],
    path: str,
) -> None:
    answers, questions = [], []
    for key, title, happens in (("sw1", SW1, one), ("sw1b", SW1B, other)):
        teacher = work_door.enter("teacher", key)
        course = Course(session, title)
        members = course.enrol(FOUR)
        (group,) = course.found_groups([members])
        course.session.execute(insert(Done), [{"membership_id": who, "step_id": SECOND} for who in members[:2]])
        happens(course, group, members)
        session.commit()
        teacher.get(path)
        answers.append(normalise(teacher.get(path).text, title))
        questions.append(list(recorder.statements))

    assert answers[0] == answers[1]
    assert questions[0] == questions[1]


@pytest.mark.parametrize("path", ["/", "/?as=table", "/board.csv"])
def test_cmp_1_student_with_nothing_and_one_with_everything_give_the_same_bytes(
    work_door: Door, session: Session, recorder: StatementRecorder, path: str
) -> None:
    """Both pressed one step. One did nothing else; the other walked everything, back and forth."""
    answers, questions = [], []
    for key, title, person, name in (("sw1", SW1, "amina", "Amina Haddou"), ("sw1b", SW1B, "bram", "Bram de Wit")):
        student = work_door.enter(person, key)
        if person == "bram":
            for step in (*STEP_IDS, MADE, AGREED):
                student.get(f"/step/{step}")
            press(student, SECOND)
            press(student, SECOND, "no")
        press(student, FIRST)
        teacher = work_door.enter("teacher", key)
        course = Course(session, title)
        course.found_groups([[course.membership_of(name), *course.enrol(["Zoe", "Zus"])]])
        session.commit()
        teacher.get(path)
        answers.append(normalise(teacher.get(path).text, title, name))
        questions.append(list(recorder.statements))

    assert answers[0] == answers[1]
    assert questions[0] == questions[1]


def test_cmp_2_board_of_groups_is_made_of_these_marks_and_words_alone(teacher: Window, course: Course) -> None:
    members = course.enrol(FOUR)
    groups = course.found_groups([members[:2], members[2:]])
    write_and_accept(course, groups[0], members[:2])
    hand_in_much(course, groups[1], members[2:])
    course.session.execute(insert(Done).values(membership_id=members[0], step_id=FIRST))
    course.session.commit()

    page = parse(teacher.get().text)

    def rows() -> Iterator[Element]:
        return (one for body in page.iter("tbody") for one in body.iter())

    marks = {(str(one.tag), name) for one in rows() for name in one.attrib}
    joints = {("td", "data-status"), ("td", "data-first"), ("td", "data-last")}
    own = {("tr", "data-row"), ("th", "colspan"), ("span", "aria-hidden")}
    assert marks == {("th", "scope"), ("span", "class")} | joints | own
    said = {words(cell) for body in page.iter("tbody") for cell in body.iter("td")}
    assert said == {"klaar", "nog niet", "00 van 2", "11 van 2"}


# What a group is told of itself.


def test_cmp_7_counts_are_shown_from_three_members_on(course: Course, session: Session) -> None:
    members = course.enrol(FOUR)
    course.found_groups([members[:2]])
    session.execute(insert(Done), [{"membership_id": one, "step_id": FIRST} for one in members[1:]])
    small = read_own_group(session, members[0])
    assert small is not None
    assert read_group_counts(session, small, [FIRST, SECOND]) is None

    place = {"set_id": course.set_id, "group_id": small.id, "membership_id": members[2], "is_aside": True}
    session.execute(insert(GroupMember).values(place))
    large = read_own_group(session, members[0])
    assert large is not None

    # Who is aside counts too.
    assert read_group_counts(session, large, [FIRST, SECOND]) == {FIRST: 2, SECOND: 0}
    assert read_group_counts(session, large, []) == {}


def test_cmp_7_counts_are_told_to_nobody_outside_the_group_nor_aside(
    work_door: Door, course: Course, session: Session
) -> None:
    work_door.enter("amina")
    amina = course.membership_of("Amina Haddou")
    members = [amina, *course.enrol(FOUR)]
    course.found_groups([members])
    session.commit()
    group = read_own_group(session, amina)
    assert group is not None

    class Somebody:
        def __init__(self, membership_id: str | None) -> None:
            self.membership_id = membership_id

    def told(who: Any) -> object:
        with work_door.client.application.test_request_context():
            return _group_counts(who, group, [FIRST])  # type: ignore[arg-type]  # (it is asserted below and above)

    assert told(Somebody(amina)) == {FIRST: 0}
    assert told(Somebody(new_id())) is told(Somebody(None)) is told(None) is None
    session.execute(update(GroupMember).where(GroupMember.membership_id == amina).values(is_aside=True))
    session.commit()
    found = read_own_group(session, amina)
    assert found is not None
    group = found
    assert told(Somebody(amina)) is None


def test_board_begins_with_the_part_that_the_class_opened_last(
    work_door: Door, course: Course, session: Session, clock: FrozenClock
) -> None:
    course.enrol(["Aad"])
    hold_unit(session, course.id, real_content().line["modules"][0]["units"][1]["id"], date(2026, 11, 24))
    session.commit()

    def path() -> str | None:
        return link(work_door.enter("teacher").get().text, "board-table")

    clock.set_to(datetime(2026, 11, 23, 9, tzinfo=UTC))
    assert path() == "/?part=1&as=table"
    clock.set_to(datetime(2026, 11, 24, 9, tzinfo=UTC))
    assert path() == "/?part=2&as=table"
