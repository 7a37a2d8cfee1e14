"""``keys show``, ``keys rotate`` and ``keys reseal``: the tool's own keys, and the master key that seals them."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import click
from flask.cli import AppGroup

from lti_tool.kernel.resealing import resealers
from lti_tool.lti.tool_keys import PUBLISH_BEFORE, KeyStatus, list_keys, replace_keys, rotate_keys
from lti_tool.web.edge import instruments

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

keys = AppGroup("keys", help="The keys that sign what this tool sends.")

_LAST = "audit_event"
"""What refuses when somebody changed it; all else is resealed before."""
_EARLY = (
    "The key that signs now was published only a short while ago. A platform that keeps our keys may refuse what we"
    " send until it asks for them again."
)


@keys.command("show")
def show() -> None:
    """Print JSON with each key's id, what it is, and since when."""
    with instruments().database.session(writes=False) as session:
        click.echo(json.dumps({"keys": _describe(session)}))


@keys.command("rotate")
@click.option(
    "--leaked", is_flag=True, help="Somebody else may have the private keys: erase all, and begin with new ones."
)
def rotate(*, leaked: bool) -> None:
    """Let the next key sign from now on. Prints JSON with what each key is now.

    The worker does so by itself every three months. After a leak, use --leaked: a key that retires is still believed.
    """
    tools = instruments()
    answer: dict[str, Any]
    with tools.database.session(writes=False) as session:
        seen = _current(session)
    with tools.database.session(writes=True) as session, session.begin():
        if leaked:
            replace_keys(session, tools.key_ring, tools.clock)
            published: timedelta | None = timedelta(0)
        else:
            published = rotate_keys(session, tools.key_ring, tools.clock, instead_of=seen)
        answer = {"rotated": published is not None}
        if published is not None:
            answer["next_published_hours"] = round(published / timedelta(hours=1), 1)
            if published < PUBLISH_BEFORE:
                answer["note"] = _EARLY
        answer["keys"] = _describe(session)
    click.echo(json.dumps(answer))


@keys.command("reseal")
def reseal() -> None:
    """Encrypt again, with the newest master key, what a master key seals. Prints JSON with how many things there are.

    They are the tool's private keys, the keys of personal texts, what groups write, the words of teachers' reminders,
    and the chain of the audit.
    """
    tools = instruments()
    count = tools.key_store.reseal()
    for _, again in sorted(resealers().items(), key=lambda one: one[0] == _LAST):
        with tools.database.session(writes=True) as session, session.begin():
            count += again(session, tools.key_ring)
    click.echo(json.dumps({"resealed": count}))


def _current(session: Session) -> str | None:
    return next((key.id for key in list_keys(session) if key.status is KeyStatus.CURRENT), None)


def _describe(session: Session) -> list[dict[str, str]]:
    return [
        {"id": key.id, "status": key.status.value, "since": key.since.isoformat(timespec="seconds")}
        for key in list_keys(session)
    ]
