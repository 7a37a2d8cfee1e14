"""Reading a list of names and groups: a table, or groups with the names below them. Pure."""

from __future__ import annotations

import csv
import re
from itertools import islice
from typing import TYPE_CHECKING

from lti_tool.groups.timetable.columns import find_columns
from lti_tool.groups.timetable.rows import LONGEST_LINE, MOST_LETTERS, MOST_LINES, Problem, ReadList, Reason, Row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lti_tool.groups.timetable.columns import Columns

    Lines = list[tuple[int, str]]
    """Lines that hold something, with their numbers."""

_LINE_END = re.compile(r"\r\n|\r|\n")
_GROUP_LINE = re.compile(
    r"""(?:groep(?:je)?|group|subgroep|leergroep|werkgroep|team)
            (?:\s*[-:#.]\s*|\s+|(?=\d))\S{1,20}(?:\s+\S{1,20}){0,3}\s*:?  # Groep 3, Group A:, groep3
      | (?:klas|class)\s+(?=\S*\d)\S{1,20}(?:\s+\S{1,20}){0,3}\s*:?       # klas 1A; but Klas is a name, too
      | (?=[^\s:]*\d)[^\W_][\w./-]*\s*:?                                  # SW1A-3, 1.2, 3
      | [^:]+:                                                            # Rood:
    """,
    re.IGNORECASE | re.VERBOSE,
)
_BULLET = re.compile("(?:[-*+\u2022\u00b7\u2013\u2014]|[0-9]{1,4}[.)])\\s+")
_LOOKED_AT = 200
"""How many lines are looked at to tell what kind of list it is."""
_SEPARATORS = "\t;,"


def read_list(text: str) -> ReadList:
    """Read names and the labels of their groups from what somebody pasted or exported.

    It can be a table with tabs, semicolons or commas between its columns, quoted or not, with or without a line of
    headings in Dutch or English; or plain lines, where one such as *Groep 3*, *SW1A-3* or *Blue:* begins a group and
    the names follow below it. A table without headings is read by its looks: the column with few different values, or
    codes, is the group.

    Never raises an error: see Reason for what can be wrong. At most MOST_LINES lines are read.
    """
    lines = list(enumerate(islice(_split(text.removeprefix("\ufeff").rstrip("\r\n")), MOST_LINES + 1), 1))
    problems = []
    if len(lines) > MOST_LINES:
        lines.pop()
        problems.append(Problem(MOST_LINES + 1, Reason.LIST_TOO_LONG))
    problems += [Problem(number, Reason.LINE_TOO_LONG) for number, line in lines if len(line) > LONGEST_LINE]
    kept = [(number, line) for number, line in lines if len(line) <= LONGEST_LINE]
    separator = _find_separator([line for _, line in islice(kept, _LOOKED_AT)])
    found = _read_table(kept, separator) if separator else _read_plain(kept)
    return _judge(found, problems)


def _split(text: str) -> Iterator[str]:
    start = 0
    for end in _LINE_END.finditer(text):
        yield text[start : end.start()]
        start = end.end()
    yield text[start:]


def _find_separator(lines: list[str]) -> str | None:
    """Return what stands between the columns; None if these are plain lines.

    A comma alone does not make a table: *Boer, Sem de* has one too. So a line that begins a group says that it is none.
    """
    filled = [line for line in lines if line.strip()]
    for separator in _SEPARATORS:
        having = sum(separator in line for line in filled)
        if not having or 2 * having < len(filled):
            continue
        if separator == "," and any(separator not in line and _is_group_line(line) for line in filled):
            continue
        return separator
    return None


def _is_group_line(line: str) -> bool:
    return _GROUP_LINE.fullmatch(line.strip()) is not None


def _read_plain(lines: Lines) -> Iterator[Row]:
    label = ""
    for number, line in lines:
        # A name that ends in a table's left-over separators is still a name.
        clean = " ".join(line.strip().strip("\t;").split())
        if _is_group_line(clean):
            label = clean.removesuffix(":").rstrip()
        elif clean:
            yield Row(_BULLET.sub("", clean, count=1) if _BULLET.match(clean) else clean, label, number)


def _read_table(lines: Lines, separator: str) -> Iterator[Row | Problem]:
    # Line by line: a quotation mark that is never closed costs one line, and not the rest of the list.
    parsed = ((number, _fields(line, separator)) for number, line in lines)
    table = [(number, fields) for number, fields in parsed if any(fields)]
    if not table:
        return
    columns = find_columns([fields for _, fields in table])
    if isinstance(columns, Reason):
        yield Problem(table[0][0], columns)
        return
    for number, fields in table[columns.headings :]:
        yield Row(_name(fields, columns), _field(fields, columns.label), number)


def _fields(line: str, separator: str) -> list[str]:
    rows = csv.reader((line,), delimiter=separator, skipinitialspace=separator != "\t")
    return [" ".join(field.split()) for field in next(rows, [])]


def _field(fields: list[str], column: int) -> str:
    return fields[column] if column < len(fields) else ""


def _name(fields: list[str], columns: Columns) -> str:
    return " ".join(part for column in columns.names if (part := _field(fields, column)))


def _judge(found: Iterator[Row | Problem] | Iterator[Row], problems: list[Problem]) -> ReadList:
    """Part the rows that can be used from those that cannot."""
    rows = []
    for one in found:
        if isinstance(one, Problem):
            problems.append(one)
        elif max(len(one.name), len(one.label)) > MOST_LETTERS:
            problems.append(Problem(one.line, Reason.FIELD_TOO_LONG))
        elif not one.name:
            problems.append(Problem(one.line, Reason.NO_NAME))
        elif not one.label:
            problems.append(Problem(one.line, Reason.NO_GROUP))
        else:
            rows.append(one)
    return ReadList(tuple(rows), tuple(sorted(problems, key=lambda problem: problem.line)))
