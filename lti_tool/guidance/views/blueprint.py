"""What the pages for teachers have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint
from werkzeug.exceptions import NotFound

from lti_tool.curriculum.service import read_line
from lti_tool.curriculum.visiting import context_of
from lti_tool.guidance.service import ClassToday
from lti_tool.web.edge import database_connection, instruments, today

if TYPE_CHECKING:
    from lti_tool.curriculum.line import Line
    from lti_tool.people.member import Member

guidance = Blueprint("guidance", __name__, url_prefix="/s/<token>/guidance")


def class_today(member: Member) -> ClassToday:
    """Return the class of somebody whose permission says that they are in a course."""
    return ClassToday(context_of(member), instruments().settings.classes_begin == "open", today())


def find_line(member: Member) -> Line:
    """Return the line in this member's language; 404 while nothing is loaded."""
    line = read_line(database_connection(), member.locale)
    if line is None:
        raise NotFound
    return line
