"""How a class stands: which units it opens on which day, and when it ends; as rules, and as stored."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import delete, func, select

from lti_tool.curriculum.class_policy import ClassState, usual_end
from lti_tool.curriculum.classes import hold_unit, read_class, release_unit, set_class
from lti_tool.curriculum.models import CourseClass, HeldUnit
from lti_tool.people.models import CourseContext

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tests.clock import FrozenClock
    from tests.door import Door
    from tests.police import StatementRecorder

DAYS = st.dates(date(2020, 1, 1), date(2099, 12, 30))
UNITS = st.sampled_from(["unit-1", "unit-2", "unit-3"])
HELD = st.dictionaries(UNITS, DAYS)
TODAY = date(2026, 11, 23)
UNTOUCHED = ClassState(is_open=False, ends_on=date(2027, 8, 31))


# The rules.


@given(DAYS)
@example(date(2026, 8, 31))
@example(date(2026, 9, 1))
@example(date(2028, 2, 29))
def test_usual_end_is_the_next_31_august(today: date) -> None:
    end = usual_end(today)

    assert (end.month, end.day) == (8, 31)
    assert today <= end <= today + timedelta(days=365)


@given(DAYS, DAYS)
def test_usual_end_never_comes_earlier_for_who_begins_later(one: date, other: date) -> None:
    first, second = sorted((one, other))

    assert usual_end(first) <= usual_end(second)


@given(st.booleans(), DAYS, HELD, UNITS, DAYS)
def test_unit_is_shown_by_an_open_class_from_its_day_on(
    is_open: bool,  # noqa: FBT001 (hypothesis hands it over)
    ends_on: date,
    held: dict[str, date],
    unit: str,
    today: date,
) -> None:
    state = ClassState(is_open, ends_on, held)

    is_held = unit in held and today < held[unit]
    assert state.opening_day(unit, today) == (held[unit] if is_held else None)
    assert state.shows_unit(unit, today) == (is_open and not is_held)


@given(st.booleans(), DAYS, HELD, UNITS, DAYS)
def test_unit_that_is_shown_stays_so_while_its_class_is_open(
    is_open: bool,  # noqa: FBT001 (hypothesis hands it over)
    ends_on: date,
    held: dict[str, date],
    unit: str,
    today: date,
) -> None:
    state = ClassState(is_open, ends_on, held)

    if state.shows_unit(unit, today):
        assert state.shows_unit(unit, today + timedelta(days=1))


@given(DAYS, HELD, UNITS, DAYS)
def test_class_that_prepares_shows_nothing(ends_on: date, held: dict[str, date], unit: str, today: date) -> None:
    assert not ClassState(is_open=False, ends_on=ends_on, held=held).shows_unit(unit, today)


@given(DAYS, HELD, DAYS)
def test_last_day_of_a_class_closes_nothing(ends_on: date, held: dict[str, date], today: date) -> None:
    """Students read on."""
    for unit in ("unit-1", "unit-2", "unit-3"):
        early, late = (ClassState(is_open=True, ends_on=day, held=held) for day in (ends_on, date(2100, 1, 1)))
        assert early.shows_unit(unit, today) == late.shows_unit(unit, today)


@given(st.datetimes(datetime(2020, 1, 1), datetime(2099, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 (in UTC)
def test_day_in_the_netherlands_begins_before_the_day_in_utc(moment: datetime) -> None:
    there = moment.astimezone(ZoneInfo("Europe/Amsterdam")).date()

    assert there in (moment.date(), moment.date() + timedelta(days=1))
    if moment.hour < 22:
        assert there == moment.date()
    if moment.hour == 23:
        assert there == moment.date() + timedelta(days=1)


# As stored.


@pytest.fixture
def course(door: Door, session: Session) -> str:
    door.enter("amina", "sw1")
    found = session.execute(select(CourseContext.id)).scalar_one()
    session.rollback()  # so that somebody else may write meanwhile
    return found


@pytest.mark.parametrize("begins_open", [True, False])
def test_class_that_nobody_touched_follows_the_setting(session: Session, course: str, *, begins_open: bool) -> None:
    state = read_class(session, course, begins_open=begins_open, today=TODAY)

    assert state == ClassState(begins_open, date(2027, 8, 31), {})


@pytest.mark.parametrize("begins_open", [True, False])
def test_course_that_is_not_there_follows_the_setting(session: Session, course: str, *, begins_open: bool) -> None:
    state = read_class(session, f"{course}x", begins_open=begins_open, today=TODAY)

    assert (state.is_open, state.held) == (begins_open, {})


@pytest.mark.parametrize("begins_open", [True, False])
@pytest.mark.parametrize("is_open", [True, False])
def test_what_a_teacher_said_goes_before_the_setting(
    session: Session, course: str, *, begins_open: bool, is_open: bool
) -> None:
    set_class(session, course, UNTOUCHED, is_open=is_open, ends_on=date(2027, 1, 31))

    state = read_class(session, course, begins_open=begins_open, today=TODAY)

    assert state == ClassState(is_open, date(2027, 1, 31), {})


def test_class_is_set_as_often_as_somebody_likes_and_is_one_row(session: Session, course: str) -> None:
    for is_open in (True, False, True):
        set_class(session, course, UNTOUCHED, is_open=is_open, ends_on=TODAY)

    assert session.execute(select(func.count()).select_from(CourseClass)).scalar_one() == 1
    assert read_class(session, course, begins_open=False, today=TODAY).is_open


def test_teachers_who_press_at_one_moment_do_not_undo_each_other(session: Session, course: str) -> None:
    """Each of them read the class before the other had changed it."""
    set_class(session, course, UNTOUCHED, is_open=True)
    set_class(session, course, UNTOUCHED, ends_on=TODAY)
    assert read_class(session, course, begins_open=False, today=TODAY) == ClassState(is_open=True, ends_on=TODAY)

    stale = ClassState(is_open=True, ends_on=date(2027, 8, 31))
    set_class(session, course, stale, is_open=False)

    assert read_class(session, course, begins_open=True, today=TODAY) == ClassState(is_open=False, ends_on=TODAY)


def test_units_are_held_and_released_each_by_itself(session: Session, course: str) -> None:
    later = TODAY + timedelta(days=7)
    hold_unit(session, course, "aaaaaaaa", TODAY)
    hold_unit(session, course, "bbbbbbbb", TODAY)
    hold_unit(session, course, "bbbbbbbb", later)
    release_unit(session, course, "aaaaaaaa")
    release_unit(session, course, "cccccccc")

    # Also of a class that nobody opened or closed: it follows the setting, and its units are held all the same.
    state = read_class(session, course, begins_open=True, today=TODAY)

    assert state == ClassState(is_open=True, ends_on=date(2027, 8, 31), held={"bbbbbbbb": later})


def test_how_one_course_stands_says_nothing_of_another(door: Door, session: Session, course: str) -> None:
    door.enter("bram", "sw1b")
    other = session.execute(select(CourseContext.id).where(CourseContext.id != course)).scalar_one()

    set_class(session, course, UNTOUCHED, is_open=True, ends_on=TODAY)
    hold_unit(session, course, "aaaaaaaa", TODAY)

    assert read_class(session, other, begins_open=False, today=TODAY) == ClassState(
        is_open=False, ends_on=date(2027, 8, 31)
    )


def test_class_is_read_in_one_statement(session: Session, course: str, recorder: StatementRecorder) -> None:
    for number in range(9):
        hold_unit(session, course, f"unit{number}", TODAY)
    recorder.clear()

    read_class(session, course, begins_open=True, today=TODAY)

    assert len(recorder.statements) == 1


def test_class_goes_with_its_course(session: Session, course: str, clock: FrozenClock) -> None:
    set_class(session, course, UNTOUCHED, is_open=True, ends_on=clock.now().date())
    hold_unit(session, course, "aaaaaaaa", TODAY)

    session.execute(delete(CourseContext))

    for model in (CourseClass, HeldUnit):
        assert session.execute(select(func.count()).select_from(model)).scalar_one() == 0
