"""Pages of the line that are about nobody: the places to go, the standing pages, the words, and the sounds of steps.

The places to go and the standing pages are also public, so that they stay when a session has ended (GRP-5).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from flask import Blueprint, Response, render_template, request
from werkzeug.exceptions import NotFound

from lti_tool.curriculum.pieces import NoSuchPieceError, find_piece
from lti_tool.curriculum.service import find_medium, read_line, read_piece
from lti_tool.people.permissions import Permission
from lti_tool.web.access import public, requires
from lti_tool.web.edge import database_connection

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from lti_tool.people.member import Member

curriculum = Blueprint("curriculum", __name__)
_MEDIUM_ID = re.compile(r"[0-9a-f]{64}\Z")


@curriculum.get("/support")
@public("who needs a place to go need not show who they are")
def show_support() -> ResponseReturnValue:
    """Show every contact."""
    return render_template("web/support.html")


@curriculum.get("/s/<token>/support")
@requires(Permission.KEEP_SESSION)
def show_support_in_visit(_member: Member) -> ResponseReturnValue:
    """Show every contact to somebody with a session, who can go back to it or leave it from here."""
    return render_template("web/support.html")


@curriculum.get("/safety")
@public("how to leave, and what stays behind, is for everybody to know")
def show_safety() -> ResponseReturnValue:
    """Say what leaving does and what it does not (EXT-9)."""
    return render_template("curriculum/standing.html", name="safety")


@curriculum.get("/s/<token>/safety")
@requires(Permission.KEEP_SESSION)
def show_safety_in_visit(_member: Member) -> ResponseReturnValue:
    """Say the same to somebody with a session."""
    return render_template("curriculum/standing.html", name="safety")


@curriculum.get("/accessibility")
@public("the accessibility statement is for everybody")
def show_accessibility() -> ResponseReturnValue:
    """Show the accessibility statement (OPS-1)."""
    return render_template("curriculum/standing.html", name="accessibility")


@curriculum.get("/s/<token>/accessibility")
@requires(Permission.KEEP_SESSION)
def show_accessibility_in_visit(_member: Member) -> ResponseReturnValue:
    """Show the same to somebody with a session."""
    return render_template("curriculum/standing.html", name="accessibility")


@curriculum.get("/who-sees-what")
@public("who sees what is for everybody to know before they come in")
def show_who_sees_what() -> ResponseReturnValue:
    """Say who sees what of whom, and what is kept; no state of a class may keep somebody from it."""
    return render_template("curriculum/standing.html", name="who-sees-what")


@curriculum.get("/s/<token>/who-sees-what")
@requires(Permission.KEEP_SESSION)
def show_who_sees_what_in_visit(_member: Member) -> ResponseReturnValue:
    """Say the same to somebody with a session."""
    return render_template("curriculum/standing.html", name="who-sees-what")


@curriculum.get("/teacher-duties")
@public("what a teacher can keep to themselves is for everybody to know beforehand")
def show_teacher_duties() -> ResponseReturnValue:
    """Say what a teacher can keep to themselves, and what not (SHR-11)."""
    return render_template("curriculum/standing.html", name="teacher-duties")


@curriculum.get("/s/<token>/teacher-duties")
@requires(Permission.KEEP_SESSION, is_logged=False)
def show_teacher_duties_in_visit(_member: Member) -> ResponseReturnValue:
    """Say the same to somebody with a session. Not in the log: who reads it may be about to share."""
    return render_template("curriculum/standing.html", name="teacher-duties")


@curriculum.get("/concern")
@public("what to do about a text that worries somebody is for everybody to know")
def show_concern() -> ResponseReturnValue:
    """Say whom to turn to about a shared text; nothing is sent (GRP-9)."""
    return render_template("curriculum/standing.html", name="concern")


@curriculum.get("/s/<token>/concern")
@requires(Permission.KEEP_SESSION, is_logged=False)
def show_concern_in_visit(_member: Member) -> ResponseReturnValue:
    """Say the same to somebody with a session. Not in the log: who reads it has opened a share."""
    return render_template("curriculum/standing.html", name="concern")


@curriculum.get("/s/<token>/words")
@requires(Permission.READ_STEP)
def show_words(member: Member) -> ResponseReturnValue:
    """Show every word of the glossary."""
    line = read_line(database_connection(), member.locale)
    return render_template("curriculum/words.html", terms=line.glossary if line else ())


@curriculum.get("/s/<token>/sound/<medium_id>")
@requires(Permission.READ_STEP, is_logged=False)
def send_sound(_member: Member, medium_id: str) -> ResponseReturnValue:
    """Send a sound of a step or its captions; a player may ask for a piece of it.

    It has no line in the log: who reads the text instead asks for no sound, and a log must not tell the two apart
    (LOG-3, NOT-4).
    """
    # An address can hold anything, and PostgreSQL takes no text with a zero in it.
    found = find_medium(database_connection(), medium_id) if _MEDIUM_ID.match(medium_id) else None
    if found is None:
        raise NotFound
    try:
        piece = find_piece(request.headers.get("Range", ""), found.size)
    except NoSuchPieceError:
        return _answer(b"", 416, found.media_type, f"bytes */{found.size}")
    start, length = (piece.start, piece.length) if piece else (0, found.size)
    content = read_piece(database_connection(), medium_id, start, length)
    if piece is None:
        return _answer(content, 200, found.media_type)
    return _answer(content, 206, found.media_type, f"bytes {start}-{start + length - 1}/{found.size}")


def _answer(content: bytes, status: int, media_type: str, content_range: str | None = None) -> Response:
    # Passed through as a list of one: the server then sends it by itself. Anything it must go through piece by piece
    # holds a whole worker for as long as the slowest listener takes.
    response = Response(content, status, mimetype=media_type, direct_passthrough=True)
    response.headers["Accept-Ranges"] = "bytes"
    if content_range is not None:
        response.headers["Content-Range"] = content_range
    return response
