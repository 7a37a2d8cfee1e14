"""The edge of a request: what a view may reach for, one database session, and the one commit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import current_app, g, request
from sqlalchemy.orm import Session

from lti_tool.kernel.erasing import Sweeping

if TYPE_CHECKING:
    from datetime import date

    from flask import Flask, Response
    from sqlalchemy import Connection

    from config import Settings
    from lti_tool.kernel.clock import Clock
    from lti_tool.kernel.database import Database
    from lti_tool.kernel.key_ring import KeyRing
    from lti_tool.kernel.key_store import KeyStore
    from lti_tool.kernel.limits import Limits

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_REFUSED = 400
_EXTENSION = "rugzak"


@dataclass(frozen=True)
class Instruments:
    """What a process has one of."""

    settings: Settings
    database: Database
    clock: Clock
    key_ring: KeyRing
    key_store: KeyStore
    limits: Limits


def instruments() -> Instruments:
    """Return the instruments of the running application."""
    found: Instruments = current_app.extensions[_EXTENSION]
    return found


def today() -> date:
    """Return the day it is at the institutions."""
    tools = instruments()
    return tools.clock.today(tools.settings.time_zone)


def sweeping(tools: Instruments) -> Sweeping:
    """Return what whoever erases works with."""
    settings, clock = tools.settings, tools.clock
    return Sweeping(
        now=clock.now(),
        today=clock.today(settings.time_zone),
        key_ring=tools.key_ring,
        key_store=tools.key_store,
        keep_progress=settings.keep_progress,
    )


def database_connection() -> Connection:
    """Return this request's database connection, opened at the first call.

    A request that only reads never commits. A request that writes commits once, after the view, when it succeeded.
    """
    connection: Connection | None = g.get("database_connection")
    if connection is None:
        connection = g.database_connection = instruments().database.connection(writes=_may_commit())
    return connection


def database_session() -> Session:
    """Return a session on this request's connection, for who works with objects; it shares the one transaction."""
    session: Session | None = g.get("database_session")
    if session is None:
        connection = database_connection()
        if not connection.in_transaction():
            connection.begin()  # so that the session joins a transaction, and has none of its own to commit
        session = g.database_session = Session(connection, expire_on_commit=False)
    return session


def _may_commit() -> bool:
    rule = g.get("access_rule")
    if rule is None or rule.writes is None:
        return request.method not in SAFE_METHODS
    return bool(rule.writes)


def install_edge(app: Flask, tools: Instruments) -> None:
    """Give an application its instruments and its commit at the edge."""
    app.extensions[_EXTENSION] = tools

    @app.after_request
    def commit_once(response: Response) -> Response:
        connection: Connection | None = g.get("database_connection")
        if connection is not None and _may_commit() and response.status_code < _REFUSED:
            session: Session | None = g.get("database_session")
            if session is not None:
                session.flush()
            connection.commit()
        return response

    @app.teardown_request
    def close_connection(_error: BaseException | None) -> None:
        forget_changes()


def commit_now() -> None:
    """Commit before the view is done: for the rare one that hands its work on, to be found in the database."""
    database_session().flush()
    database_connection().commit()


def forget_changes() -> None:
    """Give back this request's connection. What was not committed is undone."""
    session: Session | None = g.pop("database_session", None)
    if session is not None:
        session.close()
    connection: Connection | None = g.pop("database_connection", None)
    if connection is not None:
        connection.close()
