"""What anybody with a session can do with it: choose for this device, see how long it lasts, stay, and leave."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, g, make_response, redirect, request
from marshmallow import ValidationError
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import BadRequest

from lti_tool.kernel.log import describe_error, log
from lti_tool.people.permissions import Permission
from lti_tool.people.schemas import LanguageSchema
from lti_tool.people.visits import change_language, cookie_name, end_session
from lti_tool.web.access import VISITS, public, requires
from lti_tool.web.choices import LANGUAGE, keep_choices, show_choices
from lti_tool.web.edge import database_session, instruments

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from werkzeug import Response

    from lti_tool.people.member import Member

people = Blueprint("people", __name__, url_prefix="/s/<token>")


@people.post("/language")
@requires(Permission.KEEP_SESSION)
def choose_language(member: Member) -> ResponseReturnValue:
    """Show the same page in another language, and remember the choice: for this person, and in this browser."""
    try:
        form = LanguageSchema().load(request.form)
    except ValidationError:
        raise BadRequest from None
    change_language(database_session(), member, form["language"])
    response: Response = redirect(f"{VISITS}{g.token}{form['back']}", 303)
    LANGUAGE.keep(response, form["language"])
    return response


@people.get("/device")
@requires(Permission.KEEP_SESSION)
def show_device(member: Member) -> ResponseReturnValue:
    """Show what can be chosen for this browser."""
    return show_choices(keeps_cookies=cookie_name(member.session_id) in request.cookies)


@people.post("/device")
@requires(Permission.KEEP_SESSION)
def choose_device(_member: Member) -> ResponseReturnValue:
    """Keep choices in this browser."""
    return keep_choices()


# Neither is in the log: a page that waits says nothing about the tool, and something about who sits before it.
@people.get("/alive")
@requires(Permission.KEEP_SESSION, is_logged=False)
def keep_alive(member: Member) -> ResponseReturnValue:
    """Keep the visit alive, for who presses that they stay (GRP-7), and say how long it lasts now."""
    return _how_long(member)


@people.get("/time")
@requires(Permission.KEEP_SESSION, is_logged=False, renews=False)
def tell_time(member: Member) -> ResponseReturnValue:
    """Say how long the visit lasts. Looking is no use of it: else a page that nobody sees would never end."""
    return _how_long(member)


def _how_long(member: Member) -> ResponseReturnValue:
    idle, end = member.seconds_left(instruments().clock.now())
    answer = make_response("", 204)
    del answer.headers["Content-Type"]  # there is none
    answer.headers["Rugzak-Idle"], answer.headers["Rugzak-End"] = str(idle), str(end)
    return answer


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
