"""The addresses that an LMS calls. They are promises: an LMS stores them."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from flask import Blueprint, current_app, g, make_response, redirect, render_template, request, url_for

from lti_tool.kernel.log import log
from lti_tool.launch.cookies import keep_login, keep_session
from lti_tool.launch.service import begin_login, check_launch
from lti_tool.launch.words import words_for
from lti_tool.lti.refusals import LaunchRefusedError, Reason
from lti_tool.lti.registrations import origin_of
from lti_tool.lti.tool_keys import read_public_keys
from lti_tool.people.arrivals import open_session, record_arrival
from lti_tool.web.access import public
from lti_tool.web.edge import database_connection, database_session, instruments
from lti_tool.web.errors import refuse
from lti_tool.web.languages import chosen_language, current_language, language_from

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from werkzeug import Response
    from werkzeug.datastructures import MultiDict

    from lti_tool.launch.service import CheckedLaunch, Login
    from lti_tool.lti.known_registrations import KnownRegistrations
    from lti_tool.lti.platform_keys import PlatformKeyStore

launch = Blueprint("launch", __name__, url_prefix="/lti")

PLATFORM_KEYS = "rugzak_platform_keys"
REGISTRATIONS = "rugzak_registrations"


def _registrations() -> KnownRegistrations:
    found: KnownRegistrations = current_app.extensions[REGISTRATIONS]
    return found


def _parameters() -> MultiDict[str, str]:
    """Return what was sent; a parameter that comes twice could be read in two ways, so it is refused."""
    given = request.form if request.method == "POST" else request.args
    if any(len(values) > 1 for _, values in given.lists()):
        raise LaunchRefusedError(Reason.LOGIN_MALFORMED)
    return given


@launch.route("/login", methods=["GET", "POST"])
@launch.route("/login/<registration_id>", methods=["GET", "POST"])
@public("a platform begins a login before anybody is known", from_other_sites=True, writes=False)
def log_in(registration_id: str | None = None) -> ResponseReturnValue:
    """Begin a login: send the browser to its platform, with a secret to come back with."""
    tools = instruments()
    given = _parameters()
    login = begin_login(
        _registrations(),
        given,
        registration_id=registration_id,
        base_url=tools.settings.base_url,
        key_ring=tools.key_ring,
        clock=tools.clock,
    )
    response: Response = redirect(login.authorization_url) if _is_top_level(login) else _check_cookies(login, given)
    keep_login(response, login.state)
    return response


def _is_top_level(login: Login) -> bool:
    """Whether this is a window of its own, in which cookies simply work.

    A browser too old to say so gets the page that looks, unless it comes from that page's own link to a new window.
    """
    destination = request.headers.get("Sec-Fetch-Dest")
    return destination == "document" or (destination is None and login.is_new_window)


def _check_cookies(login: Login, given: MultiDict[str, str]) -> Response:
    """Show the page in the frame that looks whether cookies work there, and else offers a new window.

    It has to be decided here: the platform's hints work once, so there is no second try after the next step.
    """
    here = url_for("launch.log_in", **(request.view_args or {}))
    page = render_template(
        "launch/check_cookies.html",
        authorization_url=login.authorization_url,
        new_window_url=f"{here}?{urlencode({**given.to_dict(), 'nw': '1'})}",
    )
    return make_response(page)


@launch.post("/launch")
@public("a launch brings its own proof", from_other_sites=True)
def launch_tool() -> ResponseReturnValue:
    """Let somebody in whom a platform sent, once."""
    tools = instruments()
    keys: PlatformKeyStore = current_app.extensions[PLATFORM_KEYS]
    checked = check_launch(
        _registrations(), _parameters(), request.cookies, key_ring=tools.key_ring, keys=keys, clock=tools.clock
    )
    connection = database_connection()
    arrival = record_arrival(tools.database, connection, checked.claims, registration_id=checked.registration.id)
    opened = open_session(
        connection,
        arrival,
        login_state=checked.state.text,
        locale=chosen_language() or language_from(checked.claims.locale) or current_language(),
        frame_origins=_frame_origins(checked),
        now=tools.clock.now(),
    )
    response = redirect(url_for("progress.show_home", token=opened.token), 303)
    keep_session(response, opened, checked.state, request.cookies)
    return response


def _frame_origins(checked: CheckedLaunch) -> tuple[str, ...]:
    """Return who may frame this visit: the platform, and the address its course was opened at."""
    course = origin_of(checked.claims.return_url)
    origins = checked.registration.origins
    return origins if course is None or course in origins else (*origins, course)


@launch.get("/jwks.json")
@public("platforms check our signatures with these public keys")
def show_keys() -> ResponseReturnValue:
    """Show our public keys (RFC 7517)."""
    response = make_response({"keys": read_public_keys(database_session())})
    response.headers["Cache-Control"] = "public, max-age=600"
    return response


@launch.app_errorhandler(LaunchRefusedError)
def show_refusal(error: LaunchRefusedError) -> ResponseReturnValue:
    """Answer a refused login or launch with a page for a person."""
    log.warning("launch:door:refused", request_id=g.get("request_id"), reason=error.reason.value, claim=error.claim)
    return refuse(words_for(error.reason), error.status)
