"""Before a class opens, and before a unit does: a calm page for students, and everything for who prepares it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from lti_tool.curriculum.class_policy import ClassState
from lti_tool.curriculum.classes import hold_unit, set_class
from lti_tool.people.models import CourseContext
from tests.content import NOTICED, REAL_STEPS, STEP_IDS, real_content
from tests.demo_lms.people import PEOPLE
from tests.progress.board import FIRST, SECOND, board_of, body_of, language_of, parse, press, step_statuses, words

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from lti_tool.kernel.database import Database
    from lti_tool.web.edge import Instruments
    from tests.clock import FrozenClock
    from tests.door import Door, Visit

WAITING = ("amina", "mentor", "no_role", "test_student", "nameless")
"""Who finds the calm page: students, who reads along, and a teacher who looks as a student does."""
ENDS_ON = date(2027, 8, 31)
PATHS = [
    "/",
    *(f"/step/{step}" for step in STEP_IDS),
    *(f"/step/{step}/{way}" for step in NOTICED for way in (1, 2, 3)),
]
UNITS = real_content().line["modules"][0]["units"]
LAST_UNIT = UNITS[-1]["id"]
HELD_STEPS = [step["id"] for step in UNITS[-1]["steps"]]
OPEN_STEPS = [step for step in STEP_IDS if step not in HELD_STEPS]


@pytest.fixture
def stand(door: Door, database: Database) -> Callable[..., None]:
    """Say how the class of the first course stands."""

    def change(*, is_open: bool | None = None, **held: date) -> None:
        door.enter("bram")  # so that there is a course
        with database.session(writes=True) as session, session.begin():
            context_id = session.execute(select(CourseContext.id)).scalar_one()
            if is_open is not None:
                set_class(session, context_id, ClassState(is_open, ENDS_ON), is_open=is_open)
            for unit_id, day in held.items():
                hold_unit(session, context_id, unit_id, day)

    return change


@pytest.fixture
def settings(app: Flask, tools: Instruments, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Change settings of the tool for one test."""

    def change(**changes: Any) -> None:
        changed = replace(tools, settings=replace(tools.settings, **changes))
        monkeypatch.setitem(app.extensions, "rugzak", changed)

    return change


@pytest.fixture
def grant(app: Flask, door: Door) -> Callable[[str], None]:
    """Make somebody a coordinator."""

    def make(person: str) -> None:
        arguments = ["people", "grant-coordinator", "--registration", door.registration_id, "--sub", PEOPLE[person].id]
        assert app.test_cli_runner().invoke(args=arguments).exit_code == 0

    return make


def page_at(visit: Visit, path: str) -> tuple[str | None, str | None]:
    response = visit.get(path)
    assert response.status_code == 200, path
    body = body_of(response.text)
    return body.get("data-page"), body.get("data-status")


# A class that is being prepared.


@pytest.mark.parametrize("person", WAITING)
@pytest.mark.one_database
def test_preparing_class_shows_the_calm_page_everywhere(door: Door, stand: Callable[..., None], person: str) -> None:
    stand(is_open=False)
    visit = door.enter(person)

    assert {page_at(visit, path) for path in PATHS} == {("not-open", "preparing")}


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.one_database
def test_calm_page_says_what_happens_and_shows_nothing_of_the_line(
    door: Door, stand: Callable[..., None], language: str
) -> None:
    stand(is_open=False)
    visit = door.enter(locale=language)

    for path in PATHS:
        page = visit.get(path).text
        assert language_of(page) == language
        assert {"nl": "Je klas begint binnenkort", "en": "Your class begins soon"}[language] in page
        assert [step["title"][language] for step in REAL_STEPS if step["title"][language] in page] == []
        assert [step["aim"][language] for step in REAL_STEPS if step["aim"][language] in page] == []
        assert [unit["title"][language] for unit in UNITS if unit["title"][language] in words(parse(page))] == []
        assert "/step/" not in page.replace(f'name="back" value="{path}"', "")


@pytest.mark.parametrize("path", ["/support", "/safety", "/accessibility", "/who-sees-what", "/words"])
def test_places_to_go_are_there_before_the_class_opens(door: Door, stand: Callable[..., None], path: str) -> None:
    stand(is_open=False)

    assert door.enter().get(path).status_code == 200


@pytest.mark.parametrize("person", WAITING)
@pytest.mark.parametrize("done", ["yes", "no"])
@pytest.mark.one_database
def test_press_in_a_preparing_class_answers_404(door: Door, stand: Callable[..., None], person: str, done: str) -> None:
    stand(is_open=True)
    if person in ("amina", "nameless", "test_student"):
        assert press(door.enter(person), FIRST) == 303
    stand(is_open=False)

    visit = door.enter(person)

    assert {press(visit, step, done) for step in STEP_IDS} == {404}


def test_class_that_goes_back_to_preparing_keeps_what_was_pressed(door: Door, stand: Callable[..., None]) -> None:
    press(door.enter("amina"), FIRST)
    board = board_of(door.enter("teacher"))

    stand(is_open=False)
    assert board_of(door.enter("teacher"))["Amina Haddou"] == board["Amina Haddou"]

    stand(is_open=True)
    assert 'data-status="done"' in door.enter("amina").get(f"/step/{FIRST}").text


def test_page_that_was_open_when_its_class_was_closed_presses_no_more(door: Door, stand: Callable[..., None]) -> None:
    visit = door.enter("amina")
    assert press(visit, FIRST) == 303

    stand(is_open=False)

    assert press(visit, SECOND) == 404
    assert page_at(visit, f"/step/{SECOND}") == ("not-open", "preparing")


@pytest.mark.parametrize("person", ["teacher", "administrator", "coordinator"])
def test_teacher_sees_everything_while_the_class_is_prepared(
    door: Door, stand: Callable[..., None], person: str
) -> None:
    stand(is_open=False, **{LAST_UNIT: date(2030, 1, 1)})
    visit = door.enter(person)

    assert page_at(visit, "/")[0] == "home"
    assert 'data-class="preparing"' in visit.get().text
    for step in STEP_IDS:
        assert page_at(visit, f"/step/{step}")[0] == ("notice" if step in NOTICED else "step")
    for step in NOTICED:
        assert page_at(visit, f"/step/{step}/1")[0] == "step"


def test_coordinator_who_does_not_teach_sees_everything_too(
    door: Door, stand: Callable[..., None], grant: Callable[[str], None]
) -> None:
    stand(is_open=False, **{LAST_UNIT: date(2030, 1, 1)})
    grant("mentor")
    visit = door.enter("mentor")

    assert page_at(visit, "/")[0] == "home"
    assert set(step_statuses(visit.get().text).values()) == {"open"}
    assert {page_at(visit, f"/step/{step}")[0] for step in STEP_IDS} == {"step", "notice"}
    assert press(visit, FIRST) == 404


def test_coordinator_who_studies_here_presses_where_the_press_is_shown(
    door: Door, stand: Callable[..., None], grant: Callable[[str], None]
) -> None:
    stand(is_open=False)
    grant("amina")
    visit = door.enter("amina")

    assert 'data-action="done"' in visit.get(f"/step/{FIRST}").text
    assert press(visit, FIRST) == 303


def test_preparing_class_says_nothing_of_another_course(door: Door, stand: Callable[..., None]) -> None:
    stand(is_open=False)

    assert page_at(door.enter("amina", "sw1b"), "/")[0] == "home"


@pytest.mark.parametrize(("setting", "page"), [("preparing", "not-open"), ("open", "home")])
def test_course_that_nobody_touched_follows_the_setting(
    door: Door, settings: Callable[..., None], setting: str, page: str
) -> None:
    settings(classes_begin=setting)

    assert page_at(door.enter("amina"), "/")[0] == page
    assert press(door.enter("amina")) == (303 if setting == "open" else 404)
    assert page_at(door.enter("teacher"), "/")[0] == "home"


def test_course_that_somebody_opened_follows_no_setting(
    door: Door, stand: Callable[..., None], settings: Callable[..., None]
) -> None:
    stand(is_open=True)
    settings(classes_begin="preparing")

    assert page_at(door.enter("amina"), "/")[0] == "home"


def test_class_whose_last_day_has_passed_is_read_on(door: Door, stand: Callable[..., None], clock: FrozenClock) -> None:
    stand(is_open=True)
    clock.set_to(datetime(2027, 9, 15, 9, tzinfo=UTC))

    assert page_at(door.enter("amina"), "/")[0] == "home"


def test_teacher_of_a_class_that_has_ended_reads_that_its_last_day_has_passed(
    door: Door, stand: Callable[..., None], clock: FrozenClock
) -> None:
    stand(is_open=True)
    assert "open, tot en met" in words(parse(door.enter("teacher").get().text))

    clock.set_to(datetime.combine(ENDS_ON + timedelta(days=1), time(9), tzinfo=UTC))
    page = words(parse(door.enter("teacher").get().text))

    assert "Deze klas is open. De laatste dag was" in page
    assert "open, tot en met" not in page


# A unit that opens later.


@pytest.mark.parametrize("person", WAITING)
@pytest.mark.one_database
def test_held_unit_shows_the_calm_page_until_its_day(door: Door, stand: Callable[..., None], person: str) -> None:
    stand(**{LAST_UNIT: date(2026, 11, 30)})
    visit = door.enter(person)

    assert {page_at(visit, f"/step/{step}") for step in HELD_STEPS} == {("not-open", "held")}
    assert {page_at(visit, f"/step/{step}")[0] for step in OPEN_STEPS} == {"step", "notice"}
    assert page_at(visit, "/")[0] == "home"
    if person == "amina":
        assert {press(visit, step) for step in HELD_STEPS} == {404}
        assert {press(visit, step) for step in OPEN_STEPS} == {303}


@pytest.mark.parametrize("way", [1, 2])
def test_held_unit_holds_its_ways_and_their_notices_too(door: Door, stand: Callable[..., None], way: int) -> None:
    stand(**{unit["id"]: date(2026, 11, 30) for unit in UNITS})
    visit = door.enter()

    for step in NOTICED:
        assert page_at(visit, f"/step/{step}") == ("not-open", "held")
        assert page_at(visit, f"/step/{step}/{way}") == ("not-open", "held")


@pytest.mark.parametrize(
    ("language", "day"), [("nl", "opent op 30 november 2026"), ("en", "opens on 30 November 2026")]
)
def test_held_unit_says_from_which_day(door: Door, stand: Callable[..., None], language: str, day: str) -> None:
    stand(**{LAST_UNIT: date(2026, 11, 30)})
    visit = door.enter(locale=language)

    page = words(parse(visit.get(f"/step/{HELD_STEPS[0]}").text))
    assert day in page
    assert UNITS[-1]["steps"][0]["title"][language] not in page
    assert day[-16:] in words(parse(visit.get().text))


def test_overview_names_the_steps_of_a_held_unit_and_leads_to_none(door: Door, stand: Callable[..., None]) -> None:
    stand(**{LAST_UNIT: date(2026, 11, 30)})
    visit = door.enter()

    page = visit.get().text
    statuses = list(step_statuses(page).values())
    assert statuses == ["open"] * len(OPEN_STEPS) + ["held"] * len(HELD_STEPS)
    assert [step for step in HELD_STEPS if step in page] == []
    assert UNITS[-1]["steps"][0]["title"]["nl"] in words(parse(page))


def test_student_who_did_all_that_is_open_is_told_so(door: Door, stand: Callable[..., None]) -> None:
    stand(**{LAST_UNIT: date(2026, 11, 30)})
    visit = door.enter()
    for step in OPEN_STEPS:
        press(visit, step)

    page = words(parse(visit.get().text))

    assert "Alle stappen die nu open zijn, staan op klaar" in page
    last = parse(visit.get(f"/step/{OPEN_STEPS[-1]}").text)
    assert [link for link in last.iter("a") if link.get("data-action") == "next"] == []


@pytest.mark.parametrize(
    ("language", "says", "praise"),
    [
        ("nl", "Het eerste deel gaat open op 30 november 2026.", "staan op klaar"),
        ("en", "The first part opens on 30 November 2026.", "marked done"),
    ],
)
def test_student_with_every_part_still_held_is_told_when_the_first_opens(
    door: Door, stand: Callable[..., None], language: str, says: str, praise: str
) -> None:
    stand(**{unit["id"]: date(2026, 12, 1) for unit in UNITS[:-1]}, **{LAST_UNIT: date(2026, 11, 30)})

    page = words(parse(door.enter(locale=language).get().text))

    assert says in page
    assert praise not in page


def test_teachers_board_is_the_same_with_a_held_unit(door: Door, stand: Callable[..., None]) -> None:
    stand()
    press(door.enter("amina"), HELD_STEPS[0])
    teacher = door.enter("teacher")
    before = board_of(teacher)

    stand(**{LAST_UNIT: date(2026, 11, 30)})

    assert board_of(teacher) == before


NIGHTS = [
    # Winter: an hour ahead of UTC. Half past eleven in UTC is half past twelve here.
    pytest.param(datetime(2026, 11, 23, 22, 30, tzinfo=UTC), date(2026, 11, 24), False, id="winter_eve"),
    pytest.param(datetime(2026, 11, 23, 23, 30, tzinfo=UTC), date(2026, 11, 24), True, id="winter_night"),
    pytest.param(datetime(2026, 11, 23, 23, 30, tzinfo=UTC), date(2026, 11, 25), False, id="winter_day_before"),
    # Summer: two hours.
    pytest.param(datetime(2026, 7, 1, 21, 30, tzinfo=UTC), date(2026, 7, 2), False, id="summer_eve"),
    pytest.param(datetime(2026, 7, 1, 22, 30, tzinfo=UTC), date(2026, 7, 2), True, id="summer_night"),
    pytest.param(datetime(2026, 7, 1, 23, 30, tzinfo=UTC), date(2026, 7, 2), True, id="summer_late_night"),
    pytest.param(datetime(2026, 7, 1, 23, 30, tzinfo=UTC), date(2026, 7, 3), False, id="summer_day_before"),
    # The night in which the clock goes back, and the one in which it goes forward.
    pytest.param(datetime(2026, 10, 24, 22, 30, tzinfo=UTC), date(2026, 10, 25), True, id="clock_goes_back"),
    pytest.param(datetime(2026, 3, 28, 22, 30, tzinfo=UTC), date(2026, 3, 29), False, id="clock_goes_forward"),
    # The last night of a year.
    pytest.param(datetime(2026, 12, 31, 23, 0, tzinfo=UTC), date(2027, 1, 1), True, id="new_year"),
]


@pytest.mark.parametrize(("moment", "day", "is_open"), NIGHTS)
def test_held_unit_opens_at_midnight_where_the_institution_is(
    door: Door, stand: Callable[..., None], clock: FrozenClock, moment: datetime, day: date, *, is_open: bool
) -> None:
    clock.set_to(moment)
    stand(**{LAST_UNIT: day})
    visit = door.enter()

    page, _ = page_at(visit, f"/step/{HELD_STEPS[0]}")

    assert page == ("step" if is_open else "not-open")
    assert press(visit, HELD_STEPS[0]) == (303 if is_open else 404)
    assert ("held" in step_statuses(visit.get().text).values()) is not is_open


@pytest.mark.parametrize(
    ("zone", "is_open"),
    [("Europe/Amsterdam", True), ("America/Paramaribo", False), ("Pacific/Kiritimati", True), ("UTC", False)],
)
def test_day_begins_where_the_settings_say(
    door: Door,
    stand: Callable[..., None],
    settings: Callable[..., None],
    clock: FrozenClock,
    zone: str,
    *,
    is_open: bool,
) -> None:
    clock.set_to(datetime(2026, 11, 23, 23, 30, tzinfo=UTC))
    settings(time_zone=ZoneInfo(zone))
    stand(**{LAST_UNIT: date(2026, 11, 24)})

    assert (page_at(door.enter(), f"/step/{HELD_STEPS[0]}")[0] == "step") is is_open


def test_unit_opens_by_itself_and_needs_no_press_of_anybody(
    door: Door, stand: Callable[..., None], clock: FrozenClock
) -> None:
    stand(**{LAST_UNIT: date(2026, 11, 24)})
    visit = door.enter()
    assert page_at(visit, f"/step/{HELD_STEPS[0]}") == ("not-open", "held")

    clock.set_to(datetime(2026, 11, 24, 9, tzinfo=UTC))

    assert page_at(door.enter(), f"/step/{HELD_STEPS[0]}")[0] == "step"
