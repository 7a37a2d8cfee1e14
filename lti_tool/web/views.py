"""Pages that are about nobody: static files, health, and the front page of the address itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, render_template, request, send_from_directory
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from lti_tool.web.access import public
from lti_tool.web.edge import database_session
from lti_tool.web.templates import STATIC

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

web = Blueprint("web", __name__)


@web.get("/static/<path:filename>")
@public("style sheets, letters and scripts hold nothing personal")
def send_static(filename: str) -> ResponseReturnValue:
    """Send a static file; one that is addressed with its content's hash may be kept."""
    response = send_from_directory(STATIC, filename)
    kept = "public, max-age=31536000, immutable" if "v" in request.args else "no-cache"
    response.headers["Cache-Control"] = kept
    return response


@web.get("/")
@public("says what this address is; Moodle also fetches it when a tool is added")
def show_front() -> ResponseReturnValue:
    """Say that the tool is opened from a course."""
    return render_template("web/front.html")


@web.get("/health")
@public("a monitor asks whether the process answers")
def show_health() -> ResponseReturnValue:
    """Say that the process answers."""
    return {"status": "ok"}


@web.get("/health/ready")
@public("a monitor asks whether the process can work")
def show_readiness() -> ResponseReturnValue:
    """Say whether the database answers and is migrated."""
    try:
        database_session().execute(text("SELECT count(*) FROM launch_session WHERE id = ''"))
    except SQLAlchemyError:
        return {"status": "the database does not answer or is not migrated"}, 503
    return {"status": "ok"}
