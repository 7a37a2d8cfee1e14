"""Groups from a list that a teacher pastes: reading it, and finding the students of the course in it. Pure.

The list is looked at in memory and kept nowhere. Whatever it holds, nothing here raises an error: what cannot be read
is told with the number of its line and a reason, and a name that could be two people is never guessed.
"""

from lti_tool.groups.timetable.matching import Ambiguous, Matched, match_names
from lti_tool.groups.timetable.reading import read_list
from lti_tool.groups.timetable.rows import MOST_LETTERS, MOST_LINES, Problem, ReadList, Reason, Row

__all__ = [
    "MOST_LETTERS",
    "MOST_LINES",
    "Ambiguous",
    "Matched",
    "Problem",
    "ReadList",
    "Reason",
    "Row",
    "match_names",
    "read_list",
]
