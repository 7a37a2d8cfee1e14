"""Pages that are about nobody: static files, health, and the front page of the address itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from flask import Blueprint, abort, current_app, make_response, render_template, request, send_from_directory
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from lti_tool.kernel.database import SCHEMA_REVISION, DatabaseError
from lti_tool.kernel.errors import RugzakError
from lti_tool.web.access import public
from lti_tool.web.brand import is_colour, style_sheet
from lti_tool.web.components import read_components
from lti_tool.web.edge import database_session, instruments
from lti_tool.web.languages import current_language
from lti_tool.web.templates import STATIC

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from sqlalchemy.orm import Session

    from lti_tool.kernel.key_ring import KeyRing

READINESS = "rugzak_readiness"


class Readiness(Protocol):
    """Something that must hold before the process can work."""

    def __call__(self, session: Session, key_ring: KeyRing, /) -> None:
        """Check it, and raise RugzakError with a sentence when it does not hold."""


web = Blueprint("web", __name__)


@web.get("/static/<path:filename>")
@public("style sheets, letters and scripts hold nothing personal", is_logged=False)
def send_static(filename: str) -> ResponseReturnValue:
    """Send a static file; one that is addressed with its content's hash may be kept."""
    response = send_from_directory(STATIC, filename)
    kept = "public, max-age=31536000, immutable" if "v" in request.args else "no-cache"
    response.headers["Cache-Control"] = kept
    return response


@web.get("/brand/<colour>.css")
@public("a colour of an institution is about nobody", is_logged=False)
def show_brand(colour: str) -> ResponseReturnValue:
    """Show the style sheet that carries an institution's colour, in the schemes where it can be seen."""
    if not is_colour(f"#{colour}"):
        abort(404)
    response = make_response(style_sheet(f"#{colour}"))
    response.mimetype = "text/css"
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


@web.get("/")
@public("says what this address is, to who opens it by hand")
def show_front() -> ResponseReturnValue:
    """Say that the tool is opened from a course."""
    return render_template("web/front.html")


@web.get("/components")
@public("parts of pages with made-up examples, in the demo only", is_logged=False)
def show_components() -> ResponseReturnValue:
    """Show every component with its states, for who designs or builds."""
    if instruments().settings.is_production:
        abort(404)
    return render_template("web/components_page.html", components=read_components(current_language()))


@web.get("/health")
@public("a monitor asks whether the process answers", is_logged=False)
def show_health() -> ResponseReturnValue:
    """Say that the process answers."""
    return {"status": "ok"}


@web.get("/health/ready")
@public("a monitor asks whether the process can work", is_logged=False)
def show_readiness() -> ResponseReturnValue:
    """Say whether the database answers, is migrated, and fits the keys."""
    checks: tuple[Readiness, ...] = current_app.extensions[READINESS]
    try:
        for check in checks:
            check(database_session(), instruments().key_ring)
    except SQLAlchemyError:
        return {"status": "the database does not answer, or is not migrated"}, 503
    except RugzakError as error:
        return {"status": str(error)}, 503
    return {"status": "ok"}


def check_schema(session: Session, _key_ring: KeyRing) -> None:
    """Check that the database has the tables of this version.

    :raises DatabaseError: when it has those of another.
    """
    if session.execute(text("SELECT version_num FROM alembic_version")).scalar() != SCHEMA_REVISION:
        message = "the database is migrated to another version; run: alembic upgrade head"
        raise DatabaseError(message)
