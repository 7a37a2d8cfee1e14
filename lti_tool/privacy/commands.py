"""``privacy sweep``: run it every hour."""

from __future__ import annotations

import json

import click
from flask.cli import AppGroup

from lti_tool.privacy.service import sweep
from lti_tool.web.edge import instruments

privacy = AppGroup("privacy", help="What is kept, and for how long.")


@privacy.command("sweep")
def sweep_command() -> None:
    """Erase what has passed its date. Prints JSON with what was erased."""
    tools = instruments()
    with tools.database.session(writes=True) as session, session.begin():
        erased = sweep(session, tools.clock)
    click.echo(json.dumps({"erased": erased}))
