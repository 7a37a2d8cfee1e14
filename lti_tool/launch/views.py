"""The addresses that an LMS calls. They are promises: an LMS stores them."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from flask import Blueprint, current_app, g, make_response, redirect, render_template, request, url_for

from lti_tool.groups.circle import follow_standing
from lti_tool.kernel.limits import Limit
from lti_tool.kernel.log import log
from lti_tool.launch.cookies import keep_login, keep_session
from lti_tool.launch.service import (
    begin_login,
    check_launch,
    issue_ticket,
    keeps_cookie,
    open_ticket,
    read_launch,
    storage_of,
)
from lti_tool.launch.words import words_for
from lti_tool.lti.addresses import is_secure
from lti_tool.lti.last_events import Way
from lti_tool.lti.refusals import LaunchRefusedError, Reason, refusals_about
from lti_tool.lti.registrations import note_waiting_deployment
from lti_tool.lti.tool_keys import read_public_keys
from lti_tool.people.arrivals import is_login_used, open_session, record_arrival
from lti_tool.people.visits import Binding
from lti_tool.web.access import public
from lti_tool.web.choices import LANGUAGE
from lti_tool.web.edge import database_connection, database_session, forget_changes, instruments
from lti_tool.web.errors import refuse
from lti_tool.web.languages import current_language, language_from

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from werkzeug import Response
    from werkzeug.datastructures import MultiDict

    from lti_tool.launch.service import CheckedLaunch, LaunchForm, Login
    from lti_tool.lti.known_registrations import KnownRegistrations
    from lti_tool.lti.last_events import LastEvents

launch = Blueprint("launch", __name__, url_prefix="/lti")

PLATFORM_KEYS = "rugzak_platform_keys"
LAST_EVENTS = "rugzak_last_events"
REGISTRATIONS = "rugzak_registrations"


def _registrations() -> KnownRegistrations:
    found: KnownRegistrations = current_app.extensions[REGISTRATIONS]
    return found


def _ceiling(what: str) -> Limit:
    """Return how much one registration may ask in a minute: wide, for it is a whole school."""
    return Limit(what, most=instruments().settings.launches_per_minute, seconds=60)


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
        limits=tools.limits,
        ceiling=_ceiling("logins"),
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
    """Show the page in the frame that finds out what can prove the browser there: a cookie, or the platform's storage.

    Else it offers a new window. It has to be decided here: the platform's hints work once, so there is no second try
    after the next step.
    """
    here = url_for("launch.log_in", **(request.view_args or {}))
    page = render_template(
        "launch/check_cookies.html",
        authorization_url=login.authorization_url,
        new_window_url=f"{here}?{urlencode({**given.to_dict(), 'nw': '1'})}",
        target_link_uri=login.target_link_uri,
        storage=login.storage,
        secret=login.state.secret,
    )
    return make_response(page)


@launch.post("/launch")
@public("a launch brings its own proof", from_other_sites=True)
def launch_tool() -> ResponseReturnValue:
    """Let somebody in whom a platform sent, once."""
    tools = instruments()
    form = read_launch(_parameters(), key_ring=tools.key_ring, clock=tools.clock)
    if keeps_cookie(form, request.cookies):
        way = Way.WINDOW if request.headers.get("Sec-Fetch-Dest") == "document" else Way.FRAME
        return _let_in(_check(form), Binding.COOKIE, way)
    if request.headers.get("Sec-Fetch-Dest") == "document":
        # In a window of its own there is nobody to have kept the secret, and cookies are refused altogether.
        with refusals_about(form.state.registration_id):
            raise LaunchRefusedError(Reason.COOKIE_MISSING)
    checked = _check(form, counts=False)
    with refusals_about(form.state.registration_id):
        if is_login_used(database_connection(), form.state.text):
            raise LaunchRefusedError(Reason.REPLAYED)  # loaded again, or gone back to
    return _ask_storage(form, checked)


def _check(form: LaunchForm, *, counts: bool = True) -> CheckedLaunch:
    tools = instruments()
    return check_launch(
        _registrations(),
        form,
        keys=current_app.extensions[PLATFORM_KEYS],
        clock=tools.clock,
        limits=tools.limits,
        ceiling=_ceiling("launches") if counts else None,
    )


def _ask_storage(form: LaunchForm, checked: CheckedLaunch) -> ResponseReturnValue:
    """Show the page in the frame that asks the platform for the secret it kept at the login."""
    tools = instruments()
    return render_template(
        "launch/ask_storage.html",
        storage=storage_of(checked.registration, form.state, form.storage_target),
        ticket=issue_ticket(form, key_ring=tools.key_ring, clock=tools.clock),
        verify_url=url_for("launch.verify_storage"),
    )


@launch.post("/launch/verify")
@public("a sealed launch comes back with the secret that its platform kept", says_origin=True)
def verify_storage() -> ResponseReturnValue:
    """Let somebody in whose browser keeps no cookie, and whose platform kept the secret of the login."""
    tools = instruments()
    form = open_ticket(_parameters(), key_ring=tools.key_ring, clock=tools.clock)
    keeps_cookie(form, request.cookies)  # refuses a wrong one, whatever the platform says
    return _let_in(_check(form), Binding.AGENT, Way.STORAGE)


def _let_in(checked: CheckedLaunch, binding: Binding, way: Way) -> ResponseReturnValue:
    """Open the session of a checked launch.

    :param way: how the browser proved itself, for the administrator's page.
    """
    tools, connection, claims = instruments(), database_connection(), checked.claims
    with refusals_about(checked.registration.id):
        arrival = record_arrival(tools.database, connection, claims, registration_id=checked.registration.id)
        if arrival.new_standing is not None:
            follow_standing(connection, arrival.new_standing)
        opened = open_session(
            connection,
            arrival,
            login_state=checked.state.text,
            locale=arrival.chosen_locale or LANGUAGE.read() or language_from(claims.locale) or current_language(),
            frame_origins=_frame_origins(checked),
            presentation=claims.presentation,
            binding=binding,
            agent=request.user_agent.string,
            now=tools.clock.now(),
        )
    events: LastEvents = current_app.extensions[LAST_EVENTS]
    events.note_launch(connection, checked.registration.id, way)
    response = redirect(url_for("progress.show_home", token=opened.token), 303)
    if binding is Binding.COOKIE:
        keep_session(response, opened, checked.state, request.cookies)
    return response


def _frame_origins(checked: CheckedLaunch) -> tuple[str, ...]:
    """Return who may frame this visit: the platform, and the address its course was opened at."""
    course = checked.claims.presentation.origin
    origins = checked.registration.origins
    if course is None or course in origins or (instruments().settings.uses_https and not is_secure(course)):
        return origins
    return (*origins, course)


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
    _tell_administrator(error)
    response = make_response(refuse(words_for(error.reason), error.status, again=error.again))
    if error.reason is Reason.TOO_MANY:
        response.headers["Retry-After"] = "60"
    return response


def _tell_administrator(error: LaunchRefusedError) -> None:
    """Keep for the administrator's page what went wrong on which connection, and which deployment asks to come in."""
    if error.registration_id is None:
        return
    forget_changes()  # and with them the write lock that the refused request may hold
    events: LastEvents = current_app.extensions[LAST_EVENTS]
    events.note_refusal(error.registration_id, error.reason.value, error.claim)
    if error.deployment_id is not None:
        tools = instruments()
        note_waiting_deployment(tools.database, error.registration_id, error.deployment_id, now=tools.clock.now())
