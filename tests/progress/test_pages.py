"""What the pages of the line show, worked out without a page: content and progress brought together."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.curriculum.kinds import find_kind
from lti_tool.curriculum.line import Module, Notice, Step, StepGuidance, Unit
from lti_tool.progress.pages import build_overview, find_part, following_step

if TYPE_CHECKING:
    from lti_tool.progress.pages import Overview


def step(name: str, minutes: int = 10) -> Step:
    kind = find_kind("read")
    assert kind is not None
    return Step(
        id=name,
        number=f"1.{name}",
        title=f"Title {name}",
        kind=kind,
        minutes=minutes,
        aim="aim",
        parts=(),
        own=None,
        notice=Notice((), "how", "where", "people", asks_first=False),
        ways=(),
        after=(),
        guidance=StepGuidance("", "", ""),
        to_check=(),
    )


def unit(number: int, *steps: Step) -> Unit:
    return Unit(f"unit-{number}", number, f"Unit {number}", "lead", "weld", "three-sources", steps)


MODULE = Module(
    "module",
    1,
    "Year 1",
    "lead",
    "opening",
    (unit(1, step("a"), step("b", 15)), unit(2, step("c")), unit(3, step("d"))),
)
ALL = frozenset("abcd")
DONE = st.frozensets(st.sampled_from(sorted(ALL)) | st.text(max_size=8))


def overview(*done: str) -> Overview:
    return build_overview(MODULE, frozenset(done), lambda name: f"/step/{name}")


def test_fresh_start_begins_with_the_first_step() -> None:
    page = overview()

    assert [row.status for row in page.steps] == ["open"] * 4
    assert [row.status for row in page.units] == ["here", "ahead", "ahead"]
    assert page.next_step is page.units[0].steps[0]


def test_next_step_is_the_first_that_is_not_done() -> None:
    page = overview("a", "c")

    assert page.next_step is not None
    assert page.next_step.id == "b"
    assert [row.status for row in page.units] == ["here", "done", "ahead"]


def test_everything_done_leaves_no_next_step() -> None:
    page = overview(*ALL)

    assert page.next_step is None
    assert [row.status for row in page.units] == ["done"] * 3


def test_step_that_was_done_and_is_gone_from_the_content_counts_for_nothing() -> None:
    assert overview("gone") == overview()


def test_row_repeats_what_the_content_says() -> None:
    row = overview().steps[1]

    assert (row.id, row.number, row.title, row.minutes, row.url) == ("b", "1.b", "Title b", 15, "/step/b")
    assert overview().units[0].minutes == 25


@pytest.mark.parametrize(("name", "following"), [("a", "b"), ("b", "c"), ("c", "d"), ("d", None)])
def test_after_a_step_comes_the_next_one_also_in_the_next_unit(name: str, following: str | None) -> None:
    found = following_step(overview(), name)

    assert (found.id if found else None) == following


# A unit that is held.

TUESDAY = date(2026, 11, 24)


def held(*units: str, done: str = "") -> Overview:
    """The overview of a class that cannot open some units yet."""
    days = dict.fromkeys(units, TUESDAY)
    return build_overview(MODULE, frozenset(done), lambda name: f"/step/{name}", days.get)


def test_unit_that_is_held_says_from_which_day_and_holds_no_next_step() -> None:
    page = held("unit-1")

    assert [(row.status, row.opens_on) for row in page.units] == [("held", TUESDAY), ("here", None), ("ahead", None)]
    assert page.next_step is not None
    assert page.next_step.id == "c"


def test_unit_that_is_held_is_not_done_although_its_steps_are() -> None:
    assert held("unit-1", done="ab").units[0].status == "held"


def test_year_that_is_held_has_no_next_step() -> None:
    page = held("unit-1", "unit-2", "unit-3")

    assert page.next_step is None
    assert {row.status for row in page.units} == {"held"}


def test_unit_that_is_held_is_passed_over() -> None:
    page = held("unit-2")

    assert (following := following_step(page, "b")) is not None
    assert following.id == "d"


@given(DONE, st.sets(st.sampled_from(["unit-1", "unit-2", "unit-3"])))
def test_no_step_of_a_unit_that_is_held_is_ever_next(done: frozenset[str], units: set[str]) -> None:
    page = build_overview(MODULE, done, str, dict.fromkeys(units, TUESDAY).get)

    for row in page.units:
        if row.id in units:
            assert row.status == "held"
            assert not any(one.is_next for one in row.steps)
    open_steps = {one.id for row in page.units if row.id not in units for one in row.steps}
    assert (page.next_step is None) == (open_steps <= done)


@given(DONE)
def test_at_most_one_step_is_next_and_it_is_open(done: frozenset[str]) -> None:
    page = overview(*done)

    following = [row for row in page.steps if row.is_next]
    assert len(following) == (0 if done >= ALL else 1)
    assert all(row.status == "open" for row in following)
    assert page.next_step == (following[0] if following else None)


@given(DONE)
def test_exactly_what_was_pressed_is_done(done: frozenset[str]) -> None:
    assert {row.id for row in overview(*done).steps if row.status == "done"} == done & ALL


@given(DONE)
def test_one_unit_is_here_while_anything_is_open(done: frozenset[str]) -> None:
    statuses = [row.status for row in overview(*done).units]

    assert statuses.count("here") == (0 if done >= ALL else 1)
    for row in overview(*done).units:
        assert (row.status == "done") == all(one.status == "done" for one in row.steps)


@given(DONE)
def test_what_somebody_did_changes_nothing_but_statuses(done: frozenset[str]) -> None:
    page, fresh = overview(*done), overview()

    def unchanging(one: Overview) -> list[tuple[object, ...]]:
        return [(row.id, row.number, row.title, row.kind_name, row.minutes, row.url) for row in one.steps]

    assert unchanging(page) == unchanging(fresh)


# Where the board begins.


@pytest.mark.parametrize(
    ("held", "number"),
    [
        ({}, 1),
        ({"unit-1": TUESDAY}, 1),
        ({"unit-2": TUESDAY}, 2),
        ({"unit-2": TUESDAY, "unit-3": date(2026, 11, 25)}, 2),
        ({"unit-1": date(2026, 9, 1), "unit-2": date(2026, 10, 1), "unit-3": date(2026, 9, 15)}, 2),
        ({"unit-1": date(2026, 11, 25)}, 2),
        (dict.fromkeys(("unit-1", "unit-2", "unit-3"), date(2026, 11, 25)), 1),
        ({"gone": date(2026, 9, 1)}, 1),
    ],
)
def test_board_begins_where_the_class_is_by_its_own_plan(held: dict[str, date], number: int) -> None:
    assert find_part(MODULE.units, held, today=TUESDAY).number == number
