"""``content check`` and ``content load``: for writers, and for whoever installs the tool."""

from __future__ import annotations

import json
from pathlib import Path

import click
from flask.cli import AppGroup

from lti_tool.curriculum.loader import read_content
from lti_tool.curriculum.service import publish_line
from lti_tool.kernel.errors import RugzakError
from lti_tool.web.edge import instruments

content = AppGroup("content", help="The course content in modules/.")


@content.command("check")
@click.argument("folder", required=False, type=click.Path(path_type=Path))
def check(folder: Path | None) -> None:
    """Check every content file, and name file, line and reason for all that is wrong.

    FOLDER is a learning line of your own; without it the one of the settings is checked. What FOLDER does not bring
    itself, such as topics and contacts, is taken from modules/.
    """
    if folder is not None and not folder.is_dir():
        message = f"there is no folder {folder}; name the folder that holds your learning-line.yaml."
        raise RugzakError(message)
    found = read_content(folder or instruments().settings.content_dir)
    steps = [step for module in found.line["modules"] for unit in module["units"] for step in unit["steps"]]
    shared = (*found.line["guidance"]["pages"], found.line["decision_aid"])
    marked = (*steps, *found.contacts, *shared, *found.pages.values())
    marks = sum(len(item["to_check"]) for item in marked)
    click.echo(
        f"The content is in order: {len(steps)} steps, {len(found.contacts)} contacts, {marks} marks to be checked."
    )


@content.command("load")
def load() -> None:
    """Check the content, store it as an edition and release it. Prints JSON."""
    tools = instruments()
    found = read_content(tools.settings.content_dir)
    with tools.database.session(writes=True) as session, session.begin():
        done = publish_line(session, found, clock=tools.clock)
    click.echo(json.dumps({"edition": done.edition_id, "new": done.is_new, "released": done.is_released}))
