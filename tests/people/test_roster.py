"""The roster: who takes part in a course, in one order on both databases, and what commands show of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import insert, select

from lti_tool.kernel.ids import new_id
from lti_tool.people.models import CourseContext, LaunchSession, Membership, Person
from lti_tool.people.roster import RosterError, pack_ids, read_courses, read_students, read_teachers, unpack_ids
from lti_tool.people.visits import cookie_name, find_member
from tests.demo_lms.knobs import CLAIM
from tests.police import BASE_URL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from click.testing import Result
    from flask import Flask
    from sqlalchemy.orm import Session

    from lti_tool.kernel.database import Database
    from tests.clock import FrozenClock
    from tests.door import Door


# Ids as they are stored.

IDS = st.lists(st.text(min_size=1, max_size=12))


@given(IDS, st.integers(0, 600))
@example(["%", "_", "a", "ab", "a,b", ""], 500)
def test_packed_ids_fit_and_come_back(ids: list[str], most: int) -> None:
    packed = pack_ids(ids, most)

    assert packed is None or (len(packed) <= most and packed[0] == packed[-1] == ",")
    assert unpack_ids(packed) <= frozenset(ids)
    assert all("," not in one for one in unpack_ids(packed))


@given(st.sets(st.text(st.characters(exclude_characters=","), min_size=1, max_size=12), max_size=30))
def test_what_fits_comes_back_whole(ids: set[str]) -> None:
    assert unpack_ids(pack_ids(list(ids), 500)) == ids


@given(IDS)
def test_order_and_repetition_make_no_difference(ids: list[str]) -> None:
    assert pack_ids(ids, 100) == pack_ids([*reversed(ids), *ids], 100)


@pytest.mark.parametrize(
    ("ids", "most", "packed"),
    [
        ([], 500, None),
        ([""], 500, None),
        (["a,b"], 500, None),
        (["a"], 3, ",a,"),
        (["a"], 2, None),
        (["aa", "b"], 3, ",b,"),
        (["b", "a"], 5, ",a,b,"),
        (["b", "a"], 4, ",a,"),
    ],
)
def test_ids_are_packed_between_commas_as_far_as_they_fit(ids: list[str], most: int, packed: str | None) -> None:
    assert pack_ids(ids, most) == packed


@pytest.mark.parametrize("packed", [None, "", ",", ",,"])
def test_nothing_stored_is_no_id(packed: str | None) -> None:
    assert unpack_ids(packed) == frozenset()


# Reading.


@pytest.fixture
def course_id(door: Door, database: Database) -> str:
    """A course without anybody in it; beside it is one with an observer."""
    door.enter("mentor", "sw1b")
    with database.session(writes=True) as session, session.begin():
        deployment_id = session.execute(select(CourseContext.deployment_id)).scalar_one()
        course = CourseContext(id=new_id(), deployment_id=deployment_id, lms_context_id="77", title="Course 77")
        session.add(course)
        return course.id


@pytest.fixture
def join(door: Door, database: Database, course_id: str) -> Callable[..., str]:
    """Put somebody on the roster, and return the id of their membership."""

    def join(name: str | None, role: str = "learner", **changes: Any) -> str:
        person = {"id": new_id(), "registration_id": door.registration_id, "subject": f"told-{new_id()}"}
        given = {"id": new_id(), "context_id": course_id, "role": role, "is_test_user": False, **changes}
        with database.session(writes=True) as session, session.begin():
            session.execute(insert(Person).values(display_name=name, **person))
            session.execute(insert(Membership).values(person_id=person["id"], **given))
        return str(given["id"])

    return join


@pytest.fixture
def reading(database: Database) -> Iterator[Session]:
    """A session that only reads, and sees what there is at its first question."""
    with database.session(writes=False) as session:
        yield session


def names(entries: tuple[Any, ...]) -> list[str | None]:
    return [entry.name for entry in entries]


def test_students_come_by_name_and_who_has_none_comes_last(
    reading: Session, course_id: str, join: Callable[..., str]
) -> None:
    for name in ("bram", "Daan", None, "Amina", "chi-Yun"):
        join(name)

    assert names(read_students(reading, course_id)) == ["Amina", "bram", "chi-Yun", "Daan", None]


def test_order_of_who_has_no_name_or_the_same_is_the_same_each_time(
    reading: Session, course_id: str, join: Callable[..., str]
) -> None:
    for name in (None, "Amina", None, "Amina", None):
        join(name)

    found = read_students(reading, course_id)

    assert names(found) == ["Amina", "Amina", None, None, None]
    for group in (found[:2], found[2:]):
        assert [entry.person_id for entry in group] == sorted(entry.person_id for entry in group)


def test_teachers_test_users_and_observers_are_no_students(
    reading: Session, course_id: str, join: Callable[..., str]
) -> None:
    join("Student")
    join("Teacher", "instructor")
    join("Test student", is_test_user=True)
    join("Observer", "observer")

    assert names(read_students(reading, course_id)) == ["Student"]
    assert names(read_teachers(reading, course_id)) == ["Teacher"]


def test_roster_is_that_of_one_course(reading: Session, course_id: str, join: Callable[..., str]) -> None:
    other = reading.execute(select(CourseContext.id).where(CourseContext.id != course_id)).scalar_one()
    reading.rollback()
    join("Here")
    join("There", context_id=other)

    assert names(read_students(reading, course_id)) == ["Here"]
    assert read_students(reading, "no course") == read_teachers(reading, "no course") == ()


def test_entry_holds_the_ids_of_sections_and_groups(reading: Session, course_id: str, join: Callable[..., str]) -> None:
    member_id = join("Amina", sections=",42,43,", lms_groups=",7,")

    (entry,) = read_students(reading, course_id)

    assert (entry.membership_id, entry.sections, entry.lms_groups) == (
        member_id,
        frozenset({"42", "43"}),
        frozenset({"7"}),
    )


SECTIONS = {
    "one": ",1,",
    "twelve": ",12,",
    "one and twelve": ",1,12,",
    "capital": ",A,",
    "small": ",a,",
    "percent": ",1%,",
    "line": ",_,",
    "dot": ",.,",
    "backslash": ",\\,",
    "empty": None,
}


@pytest.mark.parametrize(
    ("sections", "found"),
    [
        ({"1"}, {"one", "one and twelve"}),
        ({"12"}, {"twelve", "one and twelve"}),
        ({"2"}, set()),
        ({"1", "12"}, {"one", "twelve", "one and twelve"}),
        ({"A"}, {"capital"}),
        ({"a"}, {"small"}),
        ({"%"}, set()),
        ({"1%"}, {"percent"}),
        ({"_"}, {"line"}),
        ({"."}, {"dot"}),
        ({"\\"}, {"backslash"}),
        ({"/"}, set()),
        ({""}, set()),
        ({"1,12"}, {"one and twelve"}),
        (set(), set()),
        (None, set(SECTIONS)),
    ],
)
def test_section_is_that_one_alone(
    reading: Session, course_id: str, join: Callable[..., str], sections: set[str] | None, found: set[str]
) -> None:
    for name, stored in SECTIONS.items():
        join(name, sections=stored)

    wanted = None if sections is None else frozenset(sections)

    assert set(names(read_students(reading, course_id, wanted))) == found


def test_grp_2b_who_is_held_to_sections_without_having_one_sees_nobody(
    door: Door, database: Database, clock: FrozenClock, join: Callable[..., str], course_id: str
) -> None:
    join("Amina", sections=",42,")
    custom = {"section_restricted": True}
    visit = door.enter("teacher", spoil=lambda launch: launch.claims.update({f"{CLAIM}custom": custom}))
    with database.session(writes=False) as session:
        session_id = session.execute(select(LaunchSession.id).where(LaunchSession.role == "instructor")).scalar_one()
        name = cookie_name(session_id)
        cookie = door.client.get_cookie(name, BASE_URL.removeprefix("https://"))
        assert cookie is not None

        member = find_member(
            database,
            session.connection(),
            token=visit.home.rpartition("/")[2],
            cookies={name: cookie.value},
            agent="",
            is_framed=False,
            renews=False,
            now=clock.now(),
        )

        assert member.sections == frozenset()
        assert read_students(session, course_id, member.sections) == ()


# The commands.


@pytest.fixture
def run(app: Flask) -> Callable[..., Result]:
    """Run a command of ``roster``."""
    return lambda *words: app.test_cli_runner().invoke(args=["roster", *words])


def test_courses_are_listed_with_how_many_there_are(
    door: Door, run: Callable[..., Result], course_id: str, join: Callable[..., str]
) -> None:
    join("Amina")
    join(None)
    join("Teacher", "instructor")
    join("Test student", is_test_user=True)

    result = run("courses")

    assert result.exit_code == 0
    found = {course["course_id"]: course for course in json.loads(result.stdout)}
    assert len(found) == 2
    assert found[course_id] == {
        "course_id": course_id,
        "title": "Course 77",
        "registration_id": door.registration_id,
        "institution": "Hogeschool Voorbeeld",
        "students": 2,
        "teachers": 1,
    }
    (other,) = found.keys() - {course_id}
    assert (found[other]["students"], found[other]["teachers"]) == (0, 0)


def test_no_course_is_an_empty_list(app: Flask, run: Callable[..., Result]) -> None:
    del app

    assert json.loads(run("courses").stdout) == []


def test_show_tells_who_is_there_as_the_lms_sent_them(
    run: Callable[..., Result], course_id: str, join: Callable[..., str]
) -> None:
    amina = join("Amina", sections=",42,", lms_groups=",7,8,")
    nameless = join(None)
    teacher = join("Teacher", "instructor", sections=",42,43,")
    join("Observer", "observer")

    result = run("show", "--course", course_id)

    assert result.exit_code == 0
    shown = json.loads(result.stdout)
    assert (shown["course_id"], shown["title"], shown["students"], shown["teachers"]) == (course_id, "Course 77", 2, 1)
    assert shown["people"] == [
        {
            "membership_id": teacher,
            "name": "Teacher",
            "role": "instructor",
            "sections": ["42", "43"],
            "lms_groups": [],
        },
        {"membership_id": amina, "name": "Amina", "role": "learner", "sections": ["42"], "lms_groups": ["7", "8"]},
        {"membership_id": nameless, "name": None, "role": "learner", "sections": [], "lms_groups": []},
    ]


@pytest.mark.parametrize("course", ["nothing", "", "'; --", "é" * 300])
def test_course_that_is_not_there_is_said_in_one_line(run: Callable[..., Result], course_id: str, course: str) -> None:
    del course_id

    result = run("show", "--course", course)

    assert result.exit_code == 1
    assert result.stdout == ""
    assert len(result.stderr.splitlines()) == 1
    assert "roster courses" in result.stderr


def test_show_shows_nothing_of_what_the_lms_calls_them(
    run: Callable[..., Result], course_id: str, join: Callable[..., str]
) -> None:
    join("Amina")

    assert "told-" not in run("show", "--course", course_id).stdout


def test_reading_one_course_that_is_not_there_fails(reading: Session) -> None:
    with pytest.raises(RosterError):
        read_courses(reading, "nothing")
