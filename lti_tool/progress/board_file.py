"""The board as a file for a spreadsheet: the same students, the same facts, the same words."""

from __future__ import annotations

import csv
from io import StringIO
from typing import TYPE_CHECKING

from lti_tool.progress.words import (
    AGREED,
    AGREEMENTS,
    DONE,
    GROUP,
    HANDED_IN,
    NOT_AGREED,
    NOT_YET,
    STUDENT,
    name_group,
    name_product,
    name_step,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from lti_tool.progress.board import BoardGroup, BoardRow
    from lti_tool.progress.pages import BoardStep

_MARK = "\ufeff"
"""Without it a spreadsheet takes the file for another alphabet, and a name with an accent breaks."""
_BETWEEN = {"nl": ";", "en": ","}
"""What a spreadsheet expects between two cells, where people write a comma in numbers and where they do not."""
_COMMANDS = ("=", "+", "-", "@")
_UNSEEN = ("\t", "\r", "\n")


def write_board(
    groups: Iterable[BoardGroup],
    steps: Sequence[BoardStep],
    *,
    shows_agreements: bool,
    name_of: Callable[[BoardRow], str],
    locale: str,
) -> bytes:
    """Write the board of a part, with a line for each student.

    :param name_of: says how the reader sees somebody called.
    """
    file = StringIO()
    writer = csv.writer(file, delimiter=_BETWEEN[locale], quoting=csv.QUOTE_ALL)
    made = [step for step in steps if step.has_product]
    head = [str(GROUP), str(STUDENT), *([str(AGREEMENTS)] if shows_agreements else [])]
    writer.writerow(head + [name_step(step.number) for step in steps] + [name_product(step.number) for step in made])
    # Looked up once: a course may have thousands of students.
    done, not_yet = str(DONE), str(NOT_YET)
    for group in groups:
        before, after = [make_harmless(name_group(group))], [""] * len(made)
        agreed = [_agreements(group)] if shows_agreements else []
        if group.number is not None:
            after = [str(HANDED_IN) if step.id in group.handed_in else not_yet for step in made]
        for row in group.rows:
            pressed = [done if step.id in row.done else not_yet for step in steps]
            writer.writerow([*before, make_harmless(name_of(row)), *agreed, *pressed, *after])
    return (_MARK + file.getvalue()).encode()


def _agreements(group: BoardGroup) -> str:
    if group.number is None:
        return ""
    return str(AGREED if group.has_agreed else NOT_AGREED)


def make_harmless(cell: str) -> str:
    """Return a text that no spreadsheet takes for a command: a name comes from outside."""
    return f"'{cell}" if cell.startswith(_UNSEEN) or cell.lstrip().startswith(_COMMANDS) else cell
