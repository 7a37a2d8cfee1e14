"""What the pages of every room ask of who looks: their place in the course, and how its class stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import abort
from werkzeug.exceptions import NotFound

from lti_tool.curriculum.classes import read_class
from lti_tool.web.edge import database_connection, instruments, today

if TYPE_CHECKING:
    from lti_tool.curriculum.class_policy import ClassState
    from lti_tool.people.member import Member


def membership_of(member: Member) -> str:
    """Return the membership of somebody whose permission says that they are in a course."""
    if member.membership_id is None:
        raise NotFound
    return member.membership_id


def context_of(member: Member) -> str:
    """Return the course of somebody whose permission says that they are in one."""
    if member.context_id is None:
        raise NotFound
    return member.context_id


def class_state(member: Member) -> ClassState:
    """Return how the class of somebody stands."""
    begins_open = instruments().settings.classes_begin == "open"
    return read_class(database_connection(), context_of(member), begins_open=begins_open, today=today())


def ask_open_class(member: Member) -> None:
    """Answer 404 while the class of a student is not open: there is nothing to press before."""
    if not class_state(member).is_open:
        raise NotFound


def id_or_404(text: str | None) -> str:
    """Return an id from a form or an address; 404 for what cannot be one."""
    if text is None or not (text.isascii() and text.isalnum() and len(text) <= 26):  # noqa: PLR2004 (as long as an id is)
        abort(404)
    return text
