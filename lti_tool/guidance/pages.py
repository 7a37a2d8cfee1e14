"""What the pages for teachers show: the line and how the class stands, brought together. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lti_tool.guidance.policy import left_to_do, next_opening
from lti_tool.guidance.schemas import day_field, shown_field

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from datetime import date

    from lti_tool.curriculum.class_policy import ClassState
    from lti_tool.curriculum.line import ChecklistItem, Line, Module, Unit


@dataclass(frozen=True)
class ClassPage:
    """How a class stands, in the eyes of one reader."""

    is_open: bool
    ends_on: date
    has_ended: bool
    left: tuple[ChecklistItem, ...]
    """What this teacher has not ticked yet."""
    opens_next: tuple[Unit, date] | None
    """The unit that opens first of those that are held."""


@dataclass(frozen=True)
class UnitDay:
    """A unit, and from when on a class can open it."""

    unit: Unit
    opens_on: date | None
    """None when it is open."""
    field: str
    """The name of its field."""
    shown_field: str
    """The name of the hidden one beside it."""
    shown: str
    """What the page shows in the field when nobody has typed."""
    typed: str


def units_of(line: Line) -> Iterator[tuple[Module, Unit]]:
    """Yield every unit with its year, in order."""
    for module in line.modules:
        for unit in module.units:
            yield module, unit


def find_unit(line: Line, unit_id: str) -> tuple[Module, Unit] | None:
    """Find a unit by its id."""
    return next(((module, unit) for module, unit in units_of(line) if unit.id == unit_id), None)


def build_class(line: Line, state: ClassState, ticked: Collection[str], today: date) -> ClassPage:
    """Bring together how a class stands and what a teacher ticked."""
    items = {item.id: item for item in line.guidance.checklist}
    units = {unit.id: unit for _, unit in units_of(line)}
    coming = next_opening(state, units, today)
    return ClassPage(
        is_open=state.is_open,
        ends_on=state.ends_on,
        has_ended=state.has_ended(today),
        left=tuple(items[item_id] for item_id in left_to_do(items, ticked)),
        opens_next=None if coming is None else (units[coming[0]], coming[1]),
    )


def build_unit_days(line: Line, state: ClassState, today: date, typed: Mapping[str, str]) -> tuple[UnitDay, ...]:
    """Return each unit with the day on which it opens.

    :param typed: what somebody typed in the fields, by name, when it could not be kept.
    """
    rows = []
    for _, unit in units_of(line):
        opens_on, field = state.opening_day(unit.id, today), day_field(unit.id)
        shown = opens_on.isoformat() if opens_on else ""
        rows.append(UnitDay(unit, opens_on, field, shown_field(unit.id), shown, typed.get(field, shown)))
    return tuple(rows)
