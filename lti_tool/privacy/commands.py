"""``privacy sweep`` and ``privacy adopt-key-store``: what the worker does by itself, and what follows on a loss."""

from __future__ import annotations

import json
from collections import Counter

import click
from flask.cli import AppGroup

from lti_tool.privacy.service import sweep, tend_keys
from lti_tool.web.edge import instruments, sweeping

privacy = AppGroup("privacy", help="What is kept, and for how long.")


@privacy.command("sweep")
def sweep_command() -> None:
    """Erase what has passed its date, and texts and keys without each other. Prints JSON with what was erased."""
    tools = instruments()
    erased: Counter[str] = Counter()
    while True:
        # In rounds, so that a launch never waits long for the database.
        with tools.database.session(writes=True) as session, session.begin():
            found = sweep(session, sweeping(tools))
        erased.update(found)
        if not any(found.values()):
            break
    with tools.database.session(writes=True) as session, session.begin():
        erased.update(tend_keys(session, sweeping(tools)))
    click.echo(json.dumps({"erased": erased}))


@privacy.command("adopt-key-store")
@click.option("--all-keys-are-lost", is_flag=True, required=True, help="Says that you know what this means.")
def adopt(*, all_keys_are_lost: bool) -> None:
    """Go on with another key store than before. Every text whose key was in the old one is erased by the next sweep."""
    del all_keys_are_lost
    tools = instruments()
    with tools.database.session(writes=True) as session, session.begin():
        tools.key_store.adopt(session)
    click.echo(json.dumps({"adopted": True}))
