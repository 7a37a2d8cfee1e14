"""``privacy sweep``: what the worker does every hour."""

from __future__ import annotations

import json
from collections import Counter

import click
from flask.cli import AppGroup

from lti_tool.privacy.service import sweep
from lti_tool.web.edge import instruments

privacy = AppGroup("privacy", help="What is kept, and for how long.")


@privacy.command("sweep")
def sweep_command() -> None:
    """Erase what has passed its date. Prints JSON with what was erased."""
    tools = instruments()
    erased: Counter[str] = Counter()
    while True:
        # In rounds, so that a launch never waits long for the database.
        with tools.database.session(writes=True) as session, session.begin():
            found = sweep(session, tools.clock)
        erased.update(found)
        if not any(found.values()):
            break
    click.echo(json.dumps({"erased": erased}))
