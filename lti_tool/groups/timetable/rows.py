"""What is read from a list: rows, and what could not be read. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

MOST_LINES = 25_000
MOST_LETTERS = 200
"""Of a name or the label of a group."""
LONGEST_LINE = 4_000
"""A table can have many columns that we do not look at."""


class Reason(StrEnum):
    """Why a line, or the list from that line on, is not used."""

    LIST_TOO_LONG = "list_too_long"
    LINE_TOO_LONG = "line_too_long"
    FIELD_TOO_LONG = "field_too_long"
    NO_NAME = "no_name"
    NO_GROUP = "no_group"
    NO_GROUP_COLUMN = "no_group_column"
    """Of a whole table: no column looks like the one with the groups."""
    NO_NAME_COLUMN = "no_name_column"


@dataclass(frozen=True)
class Row:
    """A name and the group that it stands in."""

    name: str
    label: str
    line: int
    """The number of the line on which it stands, or begins, counted from 1."""


@dataclass(frozen=True)
class Problem:
    """Something that is not used, and why. It holds no text of the list."""

    line: int
    reason: Reason


@dataclass(frozen=True)
class ReadList:
    """What a list says, in the order of its lines."""

    rows: tuple[Row, ...]
    problems: tuple[Problem, ...]
