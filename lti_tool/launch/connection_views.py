"""The administrator's page of one connection: whom it lets in, when it last worked, what went wrong, and a check.

It is opened with a secret address, and not from the LMS: it is needed most when nobody can come in from there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, abort, current_app, g, redirect, render_template, request, url_for
from marshmallow import ValidationError

from lti_tool.kernel.limits import Limit
from lti_tool.launch.check_words import words_for_finding
from lti_tool.launch.registration_views import show_refusal
from lti_tool.launch.registration_words import platform_name, services_granted
from lti_tool.launch.schemas import DeploymentSchema
from lti_tool.launch.words import words_for
from lti_tool.lti.connections import read_connection
from lti_tool.lti.invites import InviteRefusedError, Purpose, find_invite
from lti_tool.lti.outbound import PLATFORM_HTTP
from lti_tool.lti.refusals import Reason
from lti_tool.lti.registrations import approve_deployment
from lti_tool.lti.self_check import check_connection, check_ways
from lti_tool.lti.signing_keys import SigningKeyError, load_signing_key
from lti_tool.web.access import public
from lti_tool.web.edge import database_session, forget_changes, instruments

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flask.typing import ResponseReturnValue

    from lti_tool.lti.connections import Connection
    from lti_tool.lti.self_check import Finding

connection = Blueprint("connection", __name__, url_prefix="/lti/connection/<secret>")

_CHECKS = Limit("connection check", most=20, seconds=60)
"""Each one calls the platform some times."""


@connection.get("")
@public("an administrator's secret address is its own proof", writes=False)
def show_connection(secret: str) -> ResponseReturnValue:
    """Show a connection. It asks nobody anything."""
    found = _find(secret)
    return _page(secret, found, check_ways(found.events), is_checked=False)


@connection.post("/check")
@public("an administrator's secret address is its own proof, and our own page sends it", writes=False)
def check(secret: str) -> ResponseReturnValue:
    """Look whether the connection works: ask the platform for its keys and for an access token, and read its clock."""
    tools = instruments()
    found = _find(secret)
    if not tools.limits.allow(_CHECKS, found.registration.id):
        abort(429)
    try:
        signing_key = load_signing_key(database_session(), tools.key_ring)
    except SigningKeyError:
        signing_key = None
    database_session().expunge_all()
    forget_changes()  # a slow platform must hold no transaction
    findings = check_connection(
        found.registration,
        found.events,
        scopes=found.scopes,
        http=current_app.extensions[PLATFORM_HTTP],
        signing_key=signing_key,
        clock=tools.clock,
    )
    return _page(secret, found, findings, is_checked=True)


@connection.post("/deployment")
@public("an administrator's secret address is its own proof, and our own page sends it")
def approve(secret: str) -> ResponseReturnValue:
    """Let a waiting deployment in."""
    found = _find(secret)
    try:
        form = DeploymentSchema().load(request.form)
    except ValidationError:
        abort(400)
    # A second press finds it let in already, and that is as good.
    if form["deployment_id"] not in (*found.waiting, *found.approved):
        abort(404)
    approve_deployment(database_session(), found.registration.id, form["deployment_id"], clock=instruments().clock)
    return redirect(url_for("connection.show_connection", secret=secret) + "#deployments", 303)


def _find(secret: str) -> Connection:
    g.frame_ancestors = ()  # what it shows is not for a page of somebody else's
    invite = find_invite(database_session(), secret, Purpose.CONNECTION, instruments().clock)
    found = read_connection(database_session(), str(invite.registration_id))
    if found is None:
        abort(404)
    return found


def _page(secret: str, found: Connection, findings: Iterable[Finding], *, is_checked: bool) -> str:
    base = instruments().settings.base_url
    return render_template(
        "launch/connection.html",
        connection=found,
        product=platform_name(found.registration.family),
        services=None if found.granted is None else services_granted(found.scopes, found.granted),
        refusals=[(words_for(Reason(code)), claim, at) for code, claim, at in found.refusals if code in set(Reason)],
        findings=[(finding, words_for_finding(finding)) for finding in findings],
        is_checked=is_checked,
        check_url=url_for("connection.check", secret=secret),
        approve_url=url_for("connection.approve", secret=secret),
        addresses=(
            f"{base}/lti/login/{found.registration.id}",
            f"{base}/lti/launch",
            f"{base}/lti/jwks.json",
        ),
    )


connection.register_error_handler(InviteRefusedError, show_refusal)
