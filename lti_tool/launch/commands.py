"""``lti register``: connecting a platform by hand."""

from __future__ import annotations

import json

import click
from flask.cli import AppGroup

from lti_tool.lti.registrations import register_platform
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
@click.option("--deployment-id", "deployment_ids", required=True, multiple=True, help="May be given more than once.")
def register(**given: str | tuple[str, ...]) -> None:
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
