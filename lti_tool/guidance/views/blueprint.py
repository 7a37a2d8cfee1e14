"""What the pages for teachers have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint
from werkzeug.exceptions import NotFound

from lti_tool.curriculum.service import read_line
from lti_tool.guidance.service import ClassToday
from lti_tool.web.edge import database_connection, instruments

if TYPE_CHECKING:
    from datetime import date

    from lti_tool.curriculum.line import Line
    from lti_tool.people.member import Member

guidance = Blueprint("guidance", __name__, url_prefix="/s/<token>/guidance")


def today() -> date:
    """Return the day it is at the institutions."""
    tools = instruments()
    return tools.clock.today(tools.settings.time_zone)


def class_today(member: Member) -> ClassToday:
    """Return the class of somebody whose permission says that they are in a course."""
    if member.context_id is None:
        raise NotFound
    return ClassToday(member.context_id, instruments().settings.classes_begin == "open", today())


def find_line(member: Member) -> Line:
    """Return the line in this member's language; 404 while nothing is loaded."""
    line = read_line(database_connection(), member.locale)
    if line is None:
        raise NotFound
    return line


def membership_of(member: Member) -> str:
    """Return the membership of somebody whose permission says that they are in a course."""
    if member.membership_id is None:
        raise NotFound
    return member.membership_id
