"""What anybody with a session can do with it: choose its language, and leave."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, g, redirect, request
from marshmallow import ValidationError
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import BadRequest

from lti_tool.kernel.log import describe_error, log
from lti_tool.people.permissions import Permission
from lti_tool.people.schemas import LanguageSchema
from lti_tool.people.visits import change_language, end_session
from lti_tool.web.access import VISITS, public, requires
from lti_tool.web.edge import database_session, instruments
from lti_tool.web.languages import remember_language

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from werkzeug import Response

    from lti_tool.people.member import Member

people = Blueprint("people", __name__, url_prefix="/s/<token>")


@people.post("/language")
@requires(Permission.KEEP_SESSION)
def choose_language(member: Member) -> ResponseReturnValue:
    """Show the same page in another language, and remember the choice in this browser."""
    try:
        form = LanguageSchema().load(request.form)
    except ValidationError:
        raise BadRequest from None
    change_language(database_session(), member, form["language"])
    response: Response = redirect(f"{VISITS}{g.token}{form['back']}", 303)
    remember_language(response, form["language"])
    return response


@people.get("/leave")
# Not in the log either: who leaves is nobody's business (EXT-10).
@public("leaving must always work, on the address alone", writes=True, is_logged=False)
def leave_session() -> ResponseReturnValue:
    """End the session and go to a page that shows nothing personal.

    It is the one GET that commits, in a transaction of its own: a database that is away keeps nobody here.
    """
    tools = instruments()
    try:
        with tools.database.session(writes=True) as session, session.begin():
            end_session(session, g.token, now=tools.clock.now())
    except SQLAlchemyError as error:
        # Without the route: who leaves is nobody's business (EXT-10).
        log.error("people:session:not_ended", **describe_error(error))
    return redirect(tools.settings.exit_url, 303)
