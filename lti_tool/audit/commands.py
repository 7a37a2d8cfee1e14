"""``audit verify``: whether anybody touched the list of who opened whose share.

It prints the list's head, to be written down somewhere that this server cannot reach: whoever has the master keys could
write the whole list anew, and an older copy of the database that was put back looks whole. ``--noted`` asks whether the
list still holds a head that was written down before.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click
from flask.cli import AppGroup

from lti_tool.audit.chain import AuditError, has_head, verify_chain
from lti_tool.audit.links import Why
from lti_tool.web.edge import instruments

if TYPE_CHECKING:
    from datetime import datetime

    from lti_tool.audit.links import Verdict

audit = AppGroup("audit", help="The list of who opened what somebody shared. It holds no names and no text.")

_SENTENCES = {
    Why.CHANGED: "event {at} is not as it was written, or a master key of its time is not in RUGZAK_MASTER_KEYS.",
    Why.MISSING: "event {at} is gone.",
    Why.CUT_OFF: "the list is cut off: event {at} is gone.",
    Why.ADDED: "event {at} was added by something other than Rugzak.",
    Why.HEAD: "the row in audit_chain is gone or changed, or the newest key of its time is not in RUGZAK_MASTER_KEYS.",
    Why.NO_KEY: "nothing in it was made with a key in RUGZAK_MASTER_KEYS: add the one that was used before again.",
}


@audit.command("verify")
@click.option("--noted", metavar="HEAD", help="A head that was written down before: is it still in the list?")
def verify(*, noted: str | None) -> None:
    """Look at the whole list. Prints JSON with how many events it holds, from when to when, and its head.

    Write the head down somewhere else, and ask for it later with --noted. Without that you cannot see that somebody who
    has the master keys wrote the list anew, or that an older database was put back. A head is known for twelve months,
    and no longer than until “keys reseal”.
    """
    tools = instruments()
    with tools.database.session(writes=False) as session:
        verdict = verify_chain(session, tools.key_ring)
        is_known = noted is None or has_head(session, noted)
    if verdict.why is not None:
        message = f"the audit does not hold: {_SENTENCES[verdict.why].format(at=verdict.broken_at)}"
        raise AuditError(message)
    if not is_known:
        message = "the audit does not hold the head that was noted: it was written anew, or is an older copy."
        raise AuditError(message)
    click.echo(json.dumps(_describe(verdict)))


def _describe(verdict: Verdict) -> dict[str, object]:
    return {
        "whole": verdict.is_whole,
        "events": verdict.events,
        "first": _write(verdict.first_at),
        "last": _write(verdict.last_at),
        "head": verdict.head,
    }


def _write(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat(timespec="seconds")
