"""Which columns of a table hold the names and which the group: by their headings, else by their looks. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lti_tool.groups.timetable.rows import Reason

if TYPE_CHECKING:
    from collections.abc import Callable

_HEADINGS = {
    "name": (
        "naam, volledige naam, studentnaam, naam student, student, deelnemer, weergavenaam, name, full name, fullname, "
        "student name, display name, participant"
    ),
    "first": "voornaam, voornamen, roepnaam, first name, firstname, first names, given name",
    "prefix": "tussenvoegsel, tussenvoegsels, voorvoegsel, voorvoegsels, tussenv, prefix, infix",
    "last": "achternaam, familienaam, last name, lastname, surname, family name",
    "group": (
        "groep, group, groepsnaam, group name, groepen, groups, subgroep, subgroup, groepje, team, groepsnummer, "
        "group number, leergroep, lesgroep, werkgroep, tutorgroep, stamgroep, klas, class, sectie, section, sections"
    ),
}
_WORDS = {kind: tuple(words.split(", ")) for kind, words in _HEADINGS.items()}
"""A table can have several of these: the first in this order is taken, so a group goes before a class."""
_HEADINGS_WITHIN = 5
"""Above the headings there can be a title, and the date of the list."""
_LOOKED_AT = 1000
_MOST = 0.8
"""What holds of so large a part of a column holds of the column."""
_CODE = re.compile(r"(?:groep|group|subgroep|team|klas|class)\b.*|(?=\D{0,12}\d)[\w./ -]{1,20}", re.IGNORECASE)


@dataclass(frozen=True)
class Columns:
    """Where in a table the names and the groups stand, counted from 0."""

    names: tuple[int, ...]
    """In the order in which they make a name."""
    label: int
    headings: int
    """How many lines go before the first name."""


def find_columns(table: list[list[str]]) -> Columns | Reason:
    """Return which columns to read; a Reason if it cannot be told."""
    for at, fields in enumerate(table[:_HEADINGS_WITHIN], 1):
        label, names = _read_headings(fields)
        if label is not None and names:
            return Columns(names, label, at)
    label, names = _read_headings(table[0])
    # One of the two is enough to know that this is a line of headings.
    has_headings = label is not None or bool(names)
    columns = _turn(table[has_headings : has_headings + _LOOKED_AT])
    if label is None:
        label = _label_by_looks(columns, names)
        if label is None:
            return Reason.NO_GROUP_COLUMN
    names = names or _names_by_looks(columns, label)
    return Columns(names, label, int(has_headings)) if names else Reason.NO_NAME_COLUMN


def _read_headings(fields: list[str]) -> tuple[int | None, tuple[int, ...]]:
    """Return the column of the groups and those of the names, if the fields are headings that say so."""
    headings = [_plain(field) for field in fields]
    return _first(headings, "group"), _headed_names(headings)


def _plain(heading: str) -> str:
    return " ".join(re.sub(r"[\W_]+", " ", heading.casefold()).split())


def _first(headings: list[str], kind: str) -> int | None:
    return next((headings.index(word) for word in _WORDS[kind] if word in headings), None)


def _headed_names(headings: list[str]) -> tuple[int, ...]:
    parts = [_first(headings, kind) for kind in ("first", "prefix", "last")]
    full = _first(headings, "name")
    if parts[0] is not None and full is not None and parts[2] is None:
        parts[2] = full  # a table with "Voornaam" and "Naam" means the last name by the second
    if parts[0] is not None or parts[2] is not None:
        return tuple(part for part in parts if part is not None)
    return () if full is None else (full,)


def _turn(table: list[list[str]]) -> list[list[str]]:
    """Return the columns of a table, each without its empty fields."""
    width = max((len(fields) for fields in table), default=0)
    return [[fields[at] for fields in table if at < len(fields) and fields[at]] for at in range(width)]


def _label_by_looks(columns: list[list[str]], names: tuple[int, ...]) -> int | None:
    """Return the column of codes that come back, or else of any values that come back; the last of equals."""
    ranked = []
    for at, column in enumerate(columns):
        different = len({field.casefold() for field in column})
        is_code = _share(column, _is_code) >= _MOST
        if at not in names and column and (is_code or different < len(column)):
            comes_back = 1 < different < len(column)
            ranked.append((comes_back, is_code, -different, at))
    return max(ranked)[-1] if ranked else None


def _names_by_looks(columns: list[list[str]], label: int) -> tuple[int, ...]:
    """Return the column that holds whole names, or else all that hold parts of names."""
    texts = [at for at, column in enumerate(columns) if at != label and column and _share(column, _is_text) >= _MOST]
    whole = [at for at in texts if 2 * _share(columns[at], lambda field: len(field.split()) > 1) >= 1]
    return tuple(whole[:1] or texts)


def _share(column: list[str], holds: Callable[[str], bool]) -> float:
    return sum(map(holds, column)) / len(column) if column else 0


def _is_code(field: str) -> bool:
    return _CODE.fullmatch(field) is not None


def _is_text(field: str) -> bool:
    return "@" not in field and not any(letter.isdigit() for letter in field) and any(map(str.isalpha, field))
