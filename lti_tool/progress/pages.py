"""What the pages of the line show: the content, the class and the progress brought together. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from flask_babel import LazyString

    from lti_tool.curriculum.line import Module, Step, Unit


@dataclass(frozen=True)
class StepRow:
    """A step in a list."""

    id: str
    number: str
    title: str
    kind_name: LazyString
    minutes: int
    url: str
    status: str
    """``done`` or ``open``."""
    is_next: bool


@dataclass(frozen=True)
class UnitRow:
    """A unit in the overview."""

    id: str
    number: int
    title: str
    lead: str
    cloth: str
    gesture: str
    minutes: int
    status: str
    """``done``, ``here`` (it holds the next step), ``ahead``, or ``held`` until a day."""
    opens_on: date | None
    """The day on which its class can open it; None when that is today."""
    steps: tuple[StepRow, ...]


@dataclass(frozen=True)
class Overview:
    """A year as one person sees it."""

    title: str
    number: int
    lead: str
    units: tuple[UnitRow, ...]

    @property
    def steps(self) -> tuple[StepRow, ...]:
        """Every step, in order."""
        return tuple(step for unit in self.units for step in unit.steps)

    @property
    def next_step(self) -> StepRow | None:
        """The first step that is not done; None when all are."""
        return next((step for step in self.steps if step.is_next), None)

    @property
    def first_opening(self) -> date | None:
        """The day on which a part opens first; None when one is open today."""
        days = [unit.opens_on for unit in self.units if unit.opens_on is not None]
        return min(days) if len(days) == len(self.units) else None


def build_overview(
    module: Module,
    done: frozenset[str],
    url_of: Callable[[str], str],
    opening_day: Callable[[str], date | None] = lambda _unit_id: None,
) -> Overview:
    """Bring a year, a class and a person's progress together.

    :param url_of: gives the address of a step.
    :param opening_day: gives the day on which a unit that is held opens, or None for one that is open.
    """
    days = {unit.id: opening_day(unit.id) for unit in module.units}
    open_steps = (step.id for unit, step in module.steps() if days[unit.id] is None)
    next_id = next((step_id for step_id in open_steps if step_id not in done), None)
    units = tuple(_build_unit(unit, done, next_id, url_of, days[unit.id]) for unit in module.units)
    return Overview(module.title, module.number, module.lead, units)


def _build_unit(
    unit: Unit, done: frozenset[str], next_id: str | None, url_of: Callable[[str], str], opens_on: date | None
) -> UnitRow:
    steps = tuple(_build_step(step, done, next_id, url_of) for step in unit.steps)
    if opens_on is not None:
        status = "held"
    elif all(step.status == "done" for step in steps):
        status = "done"
    else:
        status = "here" if any(step.is_next for step in steps) else "ahead"
    return UnitRow(
        unit.id,
        unit.number,
        unit.title,
        unit.lead,
        unit.cloth,
        unit.gesture,
        unit.minutes,
        status,
        opens_on,
        steps,
    )


def _build_step(step: Step, done: frozenset[str], next_id: str | None, url_of: Callable[[str], str]) -> StepRow:
    return StepRow(
        id=step.id,
        number=step.number,
        title=step.title,
        kind_name=step.kind.title,
        minutes=step.minutes,
        url=url_of(step.id),
        status="done" if step.id in done else "open",
        is_next=step.id == next_id,
    )


def following_step(overview: Overview, step_id: str) -> StepRow | None:
    """Return the step after this one, of those that are open today."""
    steps = tuple(step for unit in overview.units if unit.opens_on is None for step in unit.steps)
    place = next(index for index, step in enumerate(steps) if step.id == step_id)
    return steps[place + 1] if place + 1 < len(steps) else None


# The board.

GROUPS_A_PAGE = 25
_A_PLACE = 4
"""How many students without a group take the room of one: a page holds about a hundred people, however they are
grouped."""


@dataclass(frozen=True)
class BoardStep:
    """A step at the head of the board."""

    id: str
    number: str
    title: str
    url: str
    has_product: bool
    """Whether a group hands something in there."""

    @property
    def short(self) -> str:
        """Its number within its part."""
        return self.number.rpartition(".")[2]


@dataclass(frozen=True)
class Stretch:
    """Which groups, and which students without one, stand on a page of the board."""

    groups: int
    groups_skipped: int
    others: int
    others_skipped: int

    def values(self) -> dict[str, int]:
        """Return what the statement asks for."""
        return {
            "groups": self.groups,
            "groups_skipped": self.groups_skipped,
            "others": self.others,
            "others_skipped": self.others_skipped,
        }


def count_pages(groups: int, others: int) -> int:
    """Say how many pages a board has; an empty one is one page."""
    return max(1, -(-(groups + -(-others // _A_PLACE)) // GROUPS_A_PAGE))


def stretch_of(page: int, groups: int) -> Stretch:
    """Say what stands on a page: whole groups, and in the room that is left, who is in none.

    :param page: counted from 1.
    :param groups: how many there are on all pages.
    """
    first, last = (page - 1) * GROUPS_A_PAGE, page * GROUPS_A_PAGE
    return Stretch(
        groups=max(0, min(last, groups) - first),
        groups_skipped=min(first, groups),
        others=(last - max(first, min(last, groups))) * _A_PLACE,
        others_skipped=max(0, first - groups) * _A_PLACE,
    )


def find_part(units: tuple[Unit, ...], held: Mapping[str, date], today: date) -> Unit:
    """Say which part of a year the board begins with: where the class is, by its own plan.

    That is the open part whose day came last; in a class without days, the first one. What students did plays no part
    in it, so it stays the same from one press to the next.
    """
    beginning = date.min
    days = {unit.id: held.get(unit.id, beginning) for unit in units}
    opened = [unit for unit in units if days[unit.id] <= today]
    return max(opened, key=lambda unit: days[unit.id]) if opened else units[0]
