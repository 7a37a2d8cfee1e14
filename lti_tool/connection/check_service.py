"""Looking whether a connection works, apart from the request that asks for it.

A platform that is asked for an access token asks back for our public keys, and waits for them. A request that waited
for the token would keep its worker from answering, and with one worker neither would ever come. So the look goes on
beside the requests, and leaves what it found in the database, where every worker can show it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from threading import Thread
from typing import TYPE_CHECKING, Any

from sqlalchemy import or_, select, update
from sqlalchemy.exc import SQLAlchemyError

from lti_tool.kernel.database import insert_once
from lti_tool.kernel.log import describe_error, log
from lti_tool.lti.access_tokens import TokenReason
from lti_tool.lti.connections import read_connection
from lti_tool.lti.models import ConnectionCheck
from lti_tool.lti.outbound import OutboundReason
from lti_tool.lti.self_check import Detail, Finding, Verdict, What, check_platform
from lti_tool.lti.signing_keys import SigningKeyError, load_signing_key

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlalchemy.orm import Session

    from lti_tool.lti.access_tokens import PlatformCaller
    from lti_tool.web.edge import Instruments

BACKGROUND = "rugzak_background"
"""Runs something beside the requests."""
LONGEST = timedelta(seconds=60)
"""A look that is not done by then came to nothing: its process ended."""


@dataclass(frozen=True)
class LastCheck:
    """The last look at a connection."""

    is_under_way: bool
    finished_at: datetime | None
    findings: tuple[Finding, ...]


def run_beside(work: Callable[[], None]) -> None:
    """Run something in a thread of its own. It ends with the process, so it must be something that can be lost."""
    Thread(target=work, name="beside", daemon=True).start()


def read_check(session: Session, registration_id: str, *, now: datetime) -> LastCheck | None:
    """Return the last look at a connection; None when there was none, or it came to nothing."""
    row = session.execute(select(ConnectionCheck).filter_by(registration_id=registration_id)).scalar_one_or_none()
    if row is None:
        return None
    is_under_way = row.finished_at is None and now < row.started_at + LONGEST
    findings = tuple(found for one in json.loads(row.findings or "[]") if (found := _read_finding(one)) is not None)
    return LastCheck(is_under_way, row.finished_at, findings) if is_under_way or row.finished_at else None


def start_check(session: Session, registration_id: str, *, now: datetime) -> bool:
    """Take it on to look at a connection, unless somebody does so already.

    :returns: whether it is ours to do.
    """
    insert_once(session, ConnectionCheck, {"registration_id": registration_id, "started_at": now - LONGEST})
    free = (
        ConnectionCheck.registration_id == registration_id,
        or_(ConnectionCheck.finished_at.is_not(None), ConnectionCheck.started_at <= now - LONGEST),
    )
    values = {"started_at": now, "finished_at": None, "findings": None}
    taken: Any = session.execute(update(ConnectionCheck).where(*free).values(values))
    return bool(taken.rowcount == 1)


def run_check(tools: Instruments, http: PlatformCaller, registration_id: str) -> None:
    """Look at a connection, and leave what was found in the database. It holds no transaction while it asks."""
    try:
        findings = _look(tools, http, registration_id)
    except Exception as error:  # noqa: BLE001 (nobody above would hear of it)
        log.error("connection:check:failed", registration_id=registration_id, **describe_error(error))
        findings = [Finding(What.KEYS, Verdict.UNKNOWN, Detail.LOOK_FAILED)]
    values = {"finished_at": tools.clock.now(), "findings": json.dumps([_write(one) for one in findings])}
    change = update(ConnectionCheck).filter_by(registration_id=registration_id)
    try:
        with tools.database.session(writes=True) as session, session.begin():
            session.execute(change.values(values))
    except SQLAlchemyError as error:
        log.error("connection:check:lost", registration_id=registration_id, **describe_error(error))


def _look(tools: Instruments, http: PlatformCaller, registration_id: str) -> list[Finding]:
    with tools.database.session(writes=False) as session:
        found = read_connection(session, registration_id)
        try:
            signing_key = load_signing_key(session, tools.key_ring)
        except SigningKeyError:
            signing_key = None
    if found is None:
        return []
    return check_platform(
        found.registration, scopes=found.scopes, http=http, signing_key=signing_key, clock=tools.clock
    )


def _write(finding: Finding) -> dict[str, Any]:
    return {
        "what": finding.what,
        "verdict": finding.verdict,
        "detail": finding.detail,
        "kind": type(finding.detail).__name__,
        "values": dict(finding.values),
    }


_KINDS = {kind.__name__: kind for kind in (Detail, OutboundReason, TokenReason)}


def _read_finding(stored: dict[str, Any]) -> Finding | None:
    """Read a finding; None for one that another version left, which this one has no words for."""
    try:
        detail = _KINDS[stored["kind"]](stored["detail"])
        return Finding(What(stored["what"]), Verdict(stored["verdict"]), detail, stored["values"])
    except (KeyError, ValueError):
        return None
