"""``people …``: who is a coordinator."""

from __future__ import annotations

import json

import click
from flask.cli import AppGroup

from lti_tool.people.grants import Holder, grant_coordinator, list_coordinators, revoke_coordinator
from lti_tool.web.edge import instruments

people_commands = AppGroup("people", help="Coordinators.")

_REGISTRATION = click.option("--registration", "registration_id", required=True, help="Our id of the registration.")
_SUB = click.option("--sub", help="The LMS's id for one person.")
_ROLE = click.option(
    "--role",
    help="A role of the LMS, for everybody who has it. Administrator means the role in a course; others in full.",
)


@people_commands.command("grant-coordinator")
@_REGISTRATION
@_SUB
@_ROLE
def grant(registration_id: str, sub: str | None, role: str | None) -> None:
    """Make a person, or everybody with a role, a coordinator from their next launch on. Prints JSON."""
    tools = instruments()
    with tools.database.session(writes=True) as session, session.begin():
        is_new = grant_coordinator(session, registration_id, Holder(sub, role), clock=tools.clock)
    click.echo(json.dumps({"registration_id": registration_id, "holder": Holder(sub, role).text, "new": is_new}))


@people_commands.command("revoke-coordinator")
@_REGISTRATION
@_SUB
@_ROLE
def revoke(registration_id: str, sub: str | None, role: str | None) -> None:
    """Take it back, from their next launch on. Prints JSON."""
    with instruments().database.session(writes=True) as session, session.begin():
        found = revoke_coordinator(session, registration_id, Holder(sub, role))
    click.echo(json.dumps({"registration_id": registration_id, "holder": Holder(sub, role).text, "revoked": found}))


@people_commands.command("coordinators")
@_REGISTRATION
def show(registration_id: str) -> None:
    """Show who is a coordinator. Prints JSON."""
    with instruments().database.session(writes=False) as session:
        holders = list_coordinators(session, registration_id)
    click.echo(json.dumps({"registration_id": registration_id, "coordinators": list(holders)}))
