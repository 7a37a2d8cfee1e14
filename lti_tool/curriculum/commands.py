"""``content check`` and ``content load``: for writers, and for whoever installs the tool."""

from __future__ import annotations

import json

import click
from flask.cli import AppGroup

from lti_tool.curriculum.loader import read_content
from lti_tool.curriculum.service import publish_line
from lti_tool.web.edge import instruments

content = AppGroup("content", help="The course content in modules/.")


@content.command("check")
def check() -> None:
    """Check every content file, and name file, line and reason for all that is wrong."""
    line, contacts = read_content(instruments().settings.content_dir)
    steps = [step for module in line["modules"] for unit in module["units"] for step in unit["steps"]]
    marks = sum(len(item["to_check"]) for item in (*steps, *contacts))
    click.echo(f"The content is in order: {len(steps)} steps, {len(contacts)} contacts, {marks} marks to be checked.")


@content.command("load")
def load() -> None:
    """Check the content, store it as an edition and release it. Prints JSON."""
    tools = instruments()
    line, _ = read_content(tools.settings.content_dir)
    with tools.database.session(writes=True) as session, session.begin():
        done = publish_line(session, line, clock=tools.clock)
    click.echo(json.dumps({"edition": done.edition_id, "new": done.is_new, "released": done.is_released}))
