"""``lti register`` and ``lti invite``: connecting a platform by hand, or letting its administrator do it."""

from __future__ import annotations

import json
from datetime import timedelta

import click
from flask.cli import AppGroup

from lti_tool.lti.invites import CONNECTION_LIFETIME, InviteRefusedError, Purpose, create_invite, revoke_invites
from lti_tool.lti.registrations import RegistrationError, approve_deployment, list_registrations, register_platform
from lti_tool.lti.tool_keys import ensure_tool_key
from lti_tool.web.edge import instruments

lti = AppGroup("lti", help="Connections with learning environments.")


@lti.command("register")
@click.option("--name", required=True, help="What the institution is called.")
@click.option("--issuer", required=True, help="The platform's id, such as https://moodle.example.org.")
@click.option("--client-id", required=True, help="The id that the platform gave this tool.")
@click.option("--authorization-endpoint", required=True, help="Where a login is sent (authentication request URL).")
@click.option("--token-endpoint", required=True, help="Where access tokens are had.")
@click.option("--jwks-uri", required=True, help="The platform's public keys (public keyset URL).")
@click.option("--token-audience", help="Whom requests for access tokens are addressed to, if not the token endpoint.")
@click.option("--deployment-id", "deployment_ids", required=True, multiple=True, help="May be given more than once.")
def register(**given: str | tuple[str, ...] | None) -> None:
    """Register a platform. Prints JSON with registration_id and login_url."""
    tools = instruments()
    with tools.database.session(writes=True) as session, session.begin():
        registration_id, is_new = register_platform(
            session, given, clock=tools.clock, allow_loopback=tools.settings.allow_loopback_platforms
        )
        ensure_tool_key(session, tools.key_ring, tools.clock)
    base = tools.settings.base_url
    answer = {
        "registration_id": registration_id,
        "new": is_new,
        "login_url": f"{base}/lti/login/{registration_id}",
        "launch_url": f"{base}/lti/launch",
        "jwks_url": f"{base}/lti/jwks.json",
    }
    click.echo(json.dumps(answer))


@lti.command("approve-deployment")
@click.option("--registration", "registration_id", required=True, help="Our id of the registration.")
@click.option("--deployment-id", required=True, help="The LMS's id of the deployment.")
def approve(registration_id: str, deployment_id: str) -> None:
    """Let the launches of a deployment in. Prints JSON."""
    tools = instruments()
    with tools.database.session(writes=True) as session, session.begin():
        is_new = approve_deployment(session, registration_id, deployment_id, clock=tools.clock)
    click.echo(json.dumps({"registration_id": registration_id, "deployment_id": deployment_id, "new": is_new}))


@lti.command("show")
def show() -> None:
    """Show the registrations and their deployments, waiting ones too. Prints JSON."""
    with instruments().database.session(writes=False) as session:
        click.echo(json.dumps(list_registrations(session), indent=1))


@lti.command("invite")
@click.option("--registration", "registration_id", help="Our id of a registration that is to be brought up to date.")
@click.option("--days", type=click.IntRange(1, 90), default=7, show_default=True, help="How long it can be used.")
def invite(registration_id: str | None, days: int) -> None:
    """Make an address with which an administrator connects a platform, once. Prints JSON with url and expires_at."""
    _print_address("register", Purpose.REGISTER, timedelta(days=days), registration_id)


@lti.command("connection")
@click.option("--registration", "registration_id", required=True, help="Our id of the registration.")
@click.option("--days", type=click.IntRange(1, 365), default=CONNECTION_LIFETIME.days, show_default=True)
def connection(registration_id: str, days: int) -> None:
    """Make an address where an administrator looks after a connection. Prints JSON with url and expires_at."""
    _print_address("connection", Purpose.CONNECTION, timedelta(days=days), registration_id)


def _print_address(path: str, purpose: Purpose, lifetime: timedelta, registration_id: str | None) -> None:
    tools = instruments()
    with tools.database.session(writes=True) as session, session.begin():
        try:
            secret = create_invite(session, purpose, tools.clock, lifetime=lifetime, registration_id=registration_id)
        except InviteRefusedError:
            message = f"there is no registration {registration_id!r}; see: flask --app wsgi lti show"
            raise RegistrationError(message) from None
    expires_at = (tools.clock.now() + lifetime).isoformat(timespec="seconds")
    click.echo(json.dumps({"url": f"{tools.settings.base_url}/lti/{path}/{secret}", "expires_at": expires_at}))


@lti.command("revoke-addresses")
@click.option("--registration", "registration_id", required=True, help="Our id of the registration.")
def revoke(registration_id: str) -> None:
    """Close every secret address that was given to the administrator of a registration. Prints JSON."""
    with instruments().database.session(writes=True) as session, session.begin():
        count = revoke_invites(session, registration_id)
    click.echo(json.dumps({"registration_id": registration_id, "revoked": count}))
