"""The pages on which an administrator connects a learning environment, and the configuration of a Canvas key."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import Blueprint, abort, current_app, g, make_response, render_template, request, url_for

from lti_tool.connection.next_steps import next_steps, platform_name
from lti_tool.connection.registration_service import Asked, check_invite, connect_platform, look_at_platform
from lti_tool.connection.registration_words import refusal_words, services_asked, services_granted
from lti_tool.kernel.ids import digest, new_reference
from lti_tool.kernel.limits import Limit
from lti_tool.kernel.log import log
from lti_tool.lti.addresses import origin_of
from lti_tool.lti.dynamic_registration import CANVAS_CLOUD, RegistrationReason, RegistrationRefusedError, check_request
from lti_tool.lti.invites import InviteReason, InviteRefusedError
from lti_tool.lti.outbound import PLATFORM_HTTP, OutboundReason
from lti_tool.lti.tool_configuration import TITLES, asked_scopes, canvas_key
from lti_tool.web.access import public
from lti_tool.web.edge import instruments
from lti_tool.web.languages import current_language

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask.typing import ResponseReturnValue

    from lti_tool.lti.outbound import PlatformHttp
    from lti_tool.lti.tool_configuration import PlatformConfiguration

_CALLS = Limit("registration", most=30, seconds=60)
"""Each one calls the platform, which takes seconds where it is slow."""

registration = Blueprint("registration", __name__, url_prefix="/lti")

_STATUS = {
    InviteReason.UNKNOWN: HTTPStatus.NOT_FOUND,
    **dict.fromkeys(
        (
            InviteReason.EXPIRED,
            InviteReason.USED,
            RegistrationReason.INVITE_BUSY,
            RegistrationReason.TOKEN_REFUSED,
            RegistrationReason.OTHER_PLATFORM,
            RegistrationReason.OTHER_CLIENT,
            RegistrationReason.KNOWN_ALREADY,
        ),
        HTTPStatus.FORBIDDEN,
    ),
    **dict.fromkeys(
        (
            OutboundReason.UNREACHABLE,
            OutboundReason.TOO_SLOW,
            OutboundReason.CERTIFICATE,
            RegistrationReason.PLATFORM_BROKEN,
            RegistrationReason.ANSWER_INCOMPLETE,
            RegistrationReason.ANSWER_LOST,
        ),
        HTTPStatus.SERVICE_UNAVAILABLE,
    ),
}
"""Whatever is not here is a fault in what was sent: 400."""


@registration.get("/register/<invite>")
@public("an invite brings its own proof", writes=False)
def show_registration(invite: str) -> ResponseReturnValue:
    """Show who asks to be connected, and what for. Mail scanners open every link, so this changes nothing."""
    g.frame_ancestors = ()
    tools = instruments()
    check_invite(tools, invite)
    if "openid_configuration" not in request.args:
        address = tools.settings.base_url + url_for("registration.show_registration", invite=invite)
        return render_template("connection/register_where.html", address=address)
    _check_often(invite)
    http = _http()
    asked = _asked(request.args, http)
    prospect = look_at_platform(tools, http, invite, asked)
    _allow_frame(asked, prospect.configuration)
    return render_template(
        "connection/register.html",
        asked=asked,
        platform=prospect.configuration,
        product=platform_name(prospect.configuration.family),
        updates=prospect.updates,
        services=services_asked(prospect.scopes),
    )


@registration.post("/register/<invite>")
@public("an invite brings its own proof, and our own page sends it")
def register_tool(invite: str) -> ResponseReturnValue:
    """Register this tool with the platform, and say what to press there next."""
    tools, http = instruments(), _http()
    check_invite(tools, invite)
    _check_often(invite)
    asked, base_url = _asked(request.form, http), tools.settings.base_url
    done = connect_platform(tools, http, invite, asked, language=current_language())
    _allow_frame(asked, done.configuration)
    log.info("connection:registration:done", request_id=g.get("request_id"), registration_id=done.stored.id)
    return render_template(
        "connection/registered.html",
        name=done.stored.name,
        is_new=done.stored.is_new,
        client_id=done.answer.client_id,
        deployment_id=done.answer.deployment_id,
        steps=next_steps(done.configuration.family, is_new=done.stored.is_new),
        product=platform_name(done.configuration.family),
        title_in_course=TITLES[current_language()],
        services=services_granted(asked_scopes(done.configuration), done.answer.scopes),
        connection_url=base_url + url_for("connection.show_connection", secret=done.connection_secret),
    )


def _check_often(invite: str) -> None:
    if not instruments().limits.allow(_CALLS, digest(invite)):
        abort(429)


def _http() -> PlatformHttp:
    found: PlatformHttp = current_app.extensions[PLATFORM_HTTP]
    return found


def _asked(given: Mapping[str, str], http: PlatformHttp) -> Asked:
    asked = Asked(given.get("openid_configuration", ""), given.get("registration_token", ""))
    check_request(http, asked.openid_configuration, asked.registration_token)
    return asked


def _allow_frame(asked: Asked, configuration: PlatformConfiguration) -> None:
    """Let the platform show this page in its frame: the site of its configuration, and those that it named there.

    Canvas's own cloud answers at one address for all institutions, and frames us in the institution's.
    """
    urls = (
        asked.openid_configuration, configuration.issuer, configuration.authorization_endpoint,
        configuration.registration_endpoint,
    )  # fmt: skip
    origins = [origin for url in urls if (origin := origin_of(url))]
    if configuration.issuer in CANVAS_CLOUD:
        origins.append("https://*." + (urlsplit(configuration.issuer).hostname or "").removeprefix("canvas."))
    g.frame_ancestors = tuple(dict.fromkeys(origins))


@registration.errorhandler(InviteRefusedError)
@registration.errorhandler(RegistrationRefusedError)
def show_refusal(error: InviteRefusedError | RegistrationRefusedError) -> ResponseReturnValue:
    """Say why nothing was connected, and what to do. The page holds no secret and no button: anybody may frame it."""
    g.pop("frame_ancestors", None)
    reference = new_reference()
    g.refusal_code, g.refusal_reference = error.reason.value, reference
    page = render_template(
        "connection/register_refused.html",
        refusal=refusal_words(error.reason),
        reference=reference,
        said=getattr(error, "said", None),
    )
    return page, _STATUS.get(error.reason, HTTPStatus.BAD_REQUEST)


@registration.get("/config/canvas.json")
@public("Canvas reads from it how a key for this tool is made", writes=False)
def show_canvas_key() -> ResponseReturnValue:
    """Show the configuration of a Canvas developer key."""
    return make_response(canvas_key(instruments().settings.base_url))
