"""The commands: each answers, or says in one line what is wrong and exits with 1."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click
from sqlalchemy.exc import OperationalError, ProgrammingError

from lti_tool.audit.commands import audit
from lti_tool.connection.commands import lti
from lti_tool.connection.key_commands import keys
from lti_tool.curriculum.commands import content
from lti_tool.kernel.errors import RugzakError
from lti_tool.people.commands import people_commands
from lti_tool.people.roster_commands import roster_commands
from lti_tool.privacy.commands import privacy
from lti_tool.worker import worker

if TYPE_CHECKING:
    from flask import Flask


def install_commands(app: Flask) -> None:
    """Give an application its commands."""
    for group in (lti, keys, people_commands, roster_commands, content, privacy, audit):
        for command in group.commands.values():
            _speak_plainly(command)
        app.cli.add_command(group)
    _speak_plainly(worker)
    app.cli.add_command(worker)


def _speak_plainly(command: click.Command) -> None:
    run = command.callback
    if run is None or getattr(run, "speaks_plainly", False):
        return

    def answer(*args: Any, **kwargs: Any) -> Any:
        try:
            return run(*args, **kwargs)
        except RugzakError as error:
            raise click.ClickException(str(error)) from None
        except UnicodeEncodeError:
            message = "one of the values holds characters that are not text."
            raise click.ClickException(message) from None
        except (OperationalError, ProgrammingError):
            message = "the database does not answer, or is not migrated: run “alembic upgrade head” first."
            raise click.ClickException(message) from None

    answer.speaks_plainly = True  # type: ignore[attr-defined]
    command.callback = answer
