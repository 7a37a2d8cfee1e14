"""The administrator's page of one connection: whom it lets in, when it last worked, what went wrong, and a check.

It is opened with a secret address, and not from the LMS: it is needed most when nobody can come in from there.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from flask import Blueprint, abort, current_app, g, redirect, render_template, request, url_for
from marshmallow import ValidationError

from lti_tool.connection.advice import advice_for
from lti_tool.connection.check_service import BACKGROUND, read_check, run_check, start_check
from lti_tool.connection.check_words import words_for_finding
from lti_tool.connection.next_steps import platform_name
from lti_tool.connection.registration_views import show_refusal
from lti_tool.connection.registration_words import services_granted
from lti_tool.connection.schemas import DeploymentSchema
from lti_tool.kernel.limits import Limit
from lti_tool.lti.connections import read_connection
from lti_tool.lti.invites import InviteRefusedError, Purpose, find_invite
from lti_tool.lti.outbound import PLATFORM_HTTP
from lti_tool.lti.refusals import Reason
from lti_tool.lti.registrations import approve_deployment, dismiss_deployment
from lti_tool.lti.self_check import check_ways
from lti_tool.web.access import public
from lti_tool.web.edge import commit_now, database_session, forget_changes, instruments

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from lti_tool.lti.connections import Connection

connection = Blueprint("connection", __name__, url_prefix="/lti/connection/<secret>")

_LOOKS = Limit("connection check", most=20, seconds=60)
"""Each one calls the platform some times."""


@connection.get("")
@public("an administrator's secret address is its own proof", writes=False)
def show_connection(secret: str) -> ResponseReturnValue:
    """Show a connection, and what the last look at it found. It asks nobody anything."""
    found = _find(secret)
    base = instruments().settings.base_url
    check = read_check(database_session(), found.registration.id, now=instruments().clock.now())
    findings = (*(check.findings if check else ()), *check_ways(found.events))
    return render_template(
        "connection/connection.html",
        connection=found,
        product=platform_name(found.registration.family),
        services=None if found.granted is None else services_granted(found.scopes, found.granted),
        refusals=[
            (code, advice_for(Reason(code)), claim, at) for code, claim, at in found.refusals if code in set(Reason)
        ],
        check=check,
        findings=[(finding, words_for_finding(finding)) for finding in findings],
        check_url=url_for("connection.look", secret=secret),
        here_url=url_for("connection.show_connection", secret=secret),
        approve_url=url_for("connection.approve", secret=secret),
        addresses=(
            f"{base}/lti/login/{found.registration.id}",
            f"{base}/lti/launch",
            f"{base}/lti/jwks.json",
        ),
    )


@connection.post("/check")
@public("an administrator's secret address is its own proof, and our own page sends it")
def look(secret: str) -> ResponseReturnValue:
    """Look whether the connection works. The page shows what comes of it some seconds later."""
    tools = instruments()
    registration_id = _find(secret).registration.id
    forget_changes()  # counting has a transaction of its own, and would wait for SQLite's one write lock
    if not tools.limits.allow(_LOOKS, registration_id):
        abort(429)
    if start_check(database_session(), registration_id, now=tools.clock.now()):
        commit_now()  # so that the page shows it under way, and what comes of it has a row to go to
        http = current_app.extensions[PLATFORM_HTTP]
        current_app.extensions[BACKGROUND](partial(run_check, tools, http, registration_id))
    return redirect(url_for("connection.show_connection", secret=secret) + "#check", 303)


@connection.post("/deployment")
@public("an administrator's secret address is its own proof, and our own page sends it")
def approve(secret: str) -> ResponseReturnValue:
    """Let a waiting deployment in, or take it off the list."""
    found = _find(secret)
    try:
        form = DeploymentSchema().load(request.form)
    except ValidationError:
        abort(400)
    registration_id, deployment_id = found.registration.id, form["deployment_id"]
    if form["answer"] == "no":
        dismiss_deployment(database_session(), registration_id, deployment_id)
    elif deployment_id in (*found.waiting, *found.approved):
        # A second press finds it let in already, and that is as good.
        approve_deployment(database_session(), registration_id, deployment_id, clock=instruments().clock)
    else:
        abort(404)
    return redirect(url_for("connection.show_connection", secret=secret) + "#deployments", 303)


def _find(secret: str) -> Connection:
    g.frame_ancestors = ()  # what it shows is not for a page of somebody else's
    invite = find_invite(database_session(), secret, Purpose.CONNECTION, instruments().clock)
    found = read_connection(database_session(), str(invite.registration_id))
    if found is None:
        abort(404)
    return found


connection.register_error_handler(InviteRefusedError, show_refusal)
