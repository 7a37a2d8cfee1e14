"""When a class may open, what comes next, and which days there are: pure, and for any list, ticks and days."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as some
from marshmallow import ValidationError

from lti_tool.curriculum.class_policy import ClassState
from lti_tool.guidance.policy import (
    LONGEST_WORD,
    furthest_day,
    last_day_on,
    left_to_do,
    may_open,
    next_opening,
)
from lti_tool.guidance.schemas import Fault, Word, days_schema, faults_of, load_unit_days, read_day, reminder_schema

TODAY = date(2026, 11, 23)
IDS = some.text("abc", min_size=1, max_size=2)
LISTS = some.lists(IDS, unique=True)
TICKS = some.frozensets(IDS)
DAYS = some.dates(date(2020, 1, 1), date(2035, 12, 31))


@given(LISTS, TICKS)
def test_class_may_open_when_there_is_a_list_and_every_item_of_it_is_ticked(items: list[str], ticks: set[str]) -> None:
    assert may_open(items, ticks) == (len(items) > 0 and set(items) <= ticks)


@given(LISTS, TICKS, IDS)
def test_one_more_tick_never_keeps_a_class_shut(items: list[str], ticks: frozenset[str], more: str) -> None:
    assert may_open(items, ticks | {more}) >= may_open(items, ticks)


@given(LISTS, TICKS, IDS)
def test_tick_of_something_that_is_not_on_the_list_counts_for_nothing(
    items: list[str], ticks: frozenset[str], other: str
) -> None:
    listed = [item for item in items if item != other]

    assert may_open(listed, ticks | {other}) == may_open(listed, ticks - {other})


@given(LISTS, TICKS, IDS)
def test_item_that_is_added_to_the_list_never_opens_a_class_that_was_asked_something(
    items: list[str], ticks: frozenset[str], new: str
) -> None:
    if items and new not in items:
        assert may_open([*items, new], ticks) <= may_open(items, ticks)


@given(LISTS, TICKS)
def test_what_is_left_is_what_is_not_ticked_in_the_order_of_the_list(items: list[str], ticks: set[str]) -> None:
    left = left_to_do(items, ticks)

    assert set(left) | (set(items) & ticks) == set(items)
    assert list(left) == sorted(left, key=items.index)
    assert may_open(items, ticks) == (bool(items) and not left)


def test_line_without_a_list_opens_no_class() -> None:
    assert not may_open([], set())


@given(some.dictionaries(IDS, DAYS), LISTS, DAYS)
def test_next_opening_is_the_first_day_to_come_of_a_unit_that_is_there(
    held: dict[str, date], units: list[str], today: date
) -> None:
    coming = {unit: held[unit] for unit in units if unit in held and held[unit] > today}

    found = next_opening(ClassState(is_open=True, ends_on=today, held=held), units, today)

    assert found is None if not coming else found is not None and found[1] == min(coming.values()) == coming[found[0]]


@pytest.mark.parametrize(
    ("ends_on", "expected"),
    [
        (date(2026, 11, 22), date(2027, 8, 31)),
        (date(2026, 11, 23), date(2026, 11, 23)),
        (date(2027, 2, 1), date(2027, 2, 1)),
    ],
)
def test_class_that_opens_after_its_last_day_gets_the_usual_one(ends_on: date, expected: date) -> None:
    assert last_day_on(ClassState(is_open=False, ends_on=ends_on), TODAY, date(2027, 8, 31)) == expected


@pytest.mark.parametrize(
    ("today", "last"),
    [
        (date(2026, 11, 23), date(2028, 11, 23)),
        (date(2028, 2, 29), date(2030, 2, 28)),
        (date(2026, 2, 28), date(2028, 2, 28)),
    ],
)
def test_last_day_can_be_two_years_ahead(today: date, last: date) -> None:
    assert furthest_day(today) == last


@given(some.dates(), some.sampled_from(["-", "\u2011", "/", ".", " "]))
def test_day_is_read_as_browsers_send_it_and_as_people_write_it(day: date, sign: str) -> None:
    if day.year >= 1000:
        assert read_day(day.isoformat()) == day
        assert read_day(f" {day.day}{sign}{day.month}{sign}{day.year} ") == day


@pytest.mark.parametrize(
    "text", ["", "morgen", "31-02-2027", "2027-13-01", "31-8-27", "8/31/2027", "2027", "31-8-2027 of zo", "1e9", "٣"]
)
def test_what_is_no_day_is_none(text: str) -> None:
    assert read_day(text) is None


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", Fault.MISSING),
        ("   ", Fault.MISSING),
        ("morgen", Fault.NOT_A_DAY),
        ("2026-11-22", Fault.PASSED),
        ("2028-11-24", Fault.TOO_FAR),
    ],
)
def test_day_that_cannot_be_is_refused_with_what_is_wrong(text: str, fault: Fault) -> None:
    with pytest.raises(ValidationError) as refused:
        days_schema(["day"], TODAY, furthest_day(TODAY)).load({"day": text})

    assert faults_of(refused.value) == {"day": fault.value}


@pytest.mark.parametrize("text", ["2026-11-23", "2028-11-23", "23-11-2028"])
def test_first_and_last_day_are_both_allowed(text: str) -> None:
    assert days_schema(["day"], TODAY, furthest_day(TODAY)).load({"day": text})["day"] == read_day(text)


def test_fields_that_are_not_there_are_missing() -> None:
    with pytest.raises(ValidationError) as refused:
        reminder_schema(TODAY, TODAY).load({"other": "x"})

    assert faults_of(refused.value) == {"word": Fault.MISSING, "day": Fault.MISSING}


def read_word(text: str) -> str | None:
    try:
        return str(Word().deserialize(text))
    except ValidationError:
        return None


@given(some.text(max_size=60))
def test_word_is_one_line_of_forty_characters_at_most_or_refused(text: str) -> None:
    word = read_word(text)

    if word is not None:
        assert 0 < len(word) <= LONGEST_WORD
        assert word == word.strip()
        assert not any(ord(char) < 32 for char in word)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("groene trui", "groene trui"),
        ("  groene \n\t trui \0", "groene trui"),
        ("e" * 40, "e" * 40),
        ("e" * 41, None),
        ("👩‍👩‍👧" * 8, "👩‍👩‍👧" * 8),
        (" \n ", None),
    ],
)
def test_word_is_kept_as_it_was_meant(text: str, word: str | None) -> None:
    assert read_word(text) == word


def test_only_days_that_somebody_changed_are_changed() -> None:
    form = {"opens-a": "2026-12-01", "shown-a": "", "opens-b": "2026-12-07", "shown-b": "2026-12-07", "opens-c": ""}

    assert load_unit_days(form, ["a", "b", "c"], TODAY, furthest_day(TODAY)) == {"a": date(2026, 12, 1)}


def test_day_that_was_taken_away_or_opens_now_is_released() -> None:
    form = {"opens-a": "", "shown-a": "2026-12-07", "opens-b": "2026-12-07", "shown-b": "2026-12-07", "now": "b"}

    assert load_unit_days(form, ["a", "b"], TODAY, furthest_day(TODAY)) == {"a": None, "b": None}


def test_day_that_the_page_showed_and_that_passed_in_the_meantime_is_left_alone() -> None:
    form = {"opens-a": "2026-11-22", "shown-a": "2026-11-22", "opens-b": "2026-12-07", "shown-b": "", "now": "gone"}

    assert load_unit_days(form, ["a", "b"], TODAY, furthest_day(TODAY)) == {"b": date(2026, 12, 7)}
