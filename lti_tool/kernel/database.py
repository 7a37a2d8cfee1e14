"""The database: SQLite to begin with, PostgreSQL in production, and the same rules on both."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import DateTime, MetaData, String, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

from lti_tool.kernel.errors import RugzakError
from lti_tool.kernel.ids import ID_LENGTH

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sqlalchemy import Connection, Dialect, Engine
    from sqlalchemy.engine.interfaces import DBAPIConnection

_WRITES = "rugzak_writes"

SCHEMA_REVISION = "0005"
"""The newest migration: what the tables of this version are called."""


class DatabaseError(RugzakError):
    """The database cannot be where the settings say."""


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC. Stored without a zone; always read with one."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a moment without a zone: it could mean two things."""
        del dialect
        if value is None:
            return None
        if value.tzinfo is None:
            message = "a stored moment needs a time zone"
            raise ValueError(message)
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the zone back."""
        del dialect
        return None if value is None else value.replace(tzinfo=UTC)


class Base(DeclarativeBase):
    """The root of every table; constraints are named, so that a migration can find them on both databases."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        },
    )
    type_annotation_map = {datetime: UtcDateTime}  # noqa: RUF012 (SQLAlchemy's own interface)


Id = String(ID_LENGTH)


class Database:
    """One database, with sessions that read and sessions that write."""

    def __init__(self, url: str, *, setting: str = "RUGZAK_DATABASE_URL", overwrites: bool = False) -> None:
        """Open no connection yet.

        :param setting: which setting says where it is, for who has to mend it.
        :param overwrites: SQLite then writes zeros over what is erased; elsewhere it would lie in the file for a while.
        """
        self.engine = _create_engine(url, setting=setting, overwrites=overwrites)
        self._writer = self.engine.execution_options(**{_WRITES: True})

    def session(self, *, writes: bool) -> Session:
        """Open a session.

        :param writes: SQLite then takes its one write lock at once. A transaction that begins by reading and asks for
            the lock later fails when another wrote in between.
        """
        return Session(self._writer if writes else self.engine, expire_on_commit=False)

    def connection(self, *, writes: bool) -> Connection:
        """Open a connection: what a session stands on, and enough for who speaks SQL.

        :param writes: as for :meth:`session`.
        """
        return (self._writer if writes else self.engine).connect()

    def is_writing(self, connection: Connection) -> bool:
        """Whether a connection belongs to a session that writes."""
        return bool(connection.get_execution_options().get(_WRITES, False))

    def forget_overwritten(self) -> None:
        """Let SQLite take what was just overwritten out of its log as well. PostgreSQL does so in its own time."""
        if self.engine.dialect.name == "sqlite":
            with self.engine.connect() as connection:
                driver: Any = connection.connection.driver_connection
                # Where somebody reads at this moment, the next one does it.
                driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def upsert(self, model: type[Base], key: Sequence[str], values: Sequence[str], sums: Sequence[str] = ()) -> Any:
        """Build an insert that updates ``values`` when a row with this ``key`` is there already.

        :param sums: columns to which the new value is added, instead of taking the old one's place.
        """
        table = model.__table__
        insert = _dialect(self.engine).insert(model)
        columns = [table.c[name] for name in key]
        changes = {name: insert.excluded[name] for name in values}
        changes |= {name: table.c[name] + insert.excluded[name] for name in sums}
        return insert.on_conflict_do_update(index_elements=columns, set_=changes)


AT_ONCE = 500
"""How many rows one statement names: SQLite takes no more than some thousands of values."""


def in_batches(ids: Iterable[str]) -> Iterator[list[str]]:
    """Yield ids in pieces that one statement can name."""
    rest = iter(ids)
    while some := list(islice(rest, AT_ONCE)):
        yield some


def insert_once(session: Session, model: type[DeclarativeBase], row: dict[str, Any]) -> None:
    """Insert a row, or change nothing when one with its key is there, even if it came at the same moment."""
    insert = _dialect(session.get_bind()).insert(model)
    session.execute(insert.values(row).on_conflict_do_nothing())


def note_mass_change(session: Session, *models: type[Base]) -> None:
    """Tell PostgreSQL that tables have just changed a great deal.

    It plans by what it knew before until it looks by itself, a minute or more later; a page that reads thousands of new
    rows by a plan for none can take longer than it may. SQLite plans without such counts.
    """
    if session.get_bind().dialect.name == "postgresql":
        for model in models:
            session.execute(text(f"ANALYZE {model.__tablename__}"))


def _dialect(bind: Engine | Connection) -> Any:
    # The one in use is loaded already; importing both by name would cost every worker two MiB for nothing.
    return import_module(f"sqlalchemy.dialects.{bind.dialect.name}")


_PATIENCE = {"connect_timeout": 4, "options": "-c statement_timeout=20s -c lock_timeout=5s"}
"""How long PostgreSQL is waited for: a worker that waits serves nobody, not even the page with the places to go."""


def _create_engine(url: str, *, setting: str, overwrites: bool) -> Engine:
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        # Checking a connection before use costs one round trip, and survives a fail-over.
        return create_engine(
            parsed, pool_pre_ping=True, pool_size=5, max_overflow=5, hide_parameters=True, connect_args=_PATIENCE
        )
    if parsed.database and parsed.database != ":memory:":
        try:
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            message = f"the folder of the database in {setting} cannot be made: {error.strerror}."
            raise DatabaseError(message) from None
    engine = create_engine(parsed, hide_parameters=True)
    event.listen(engine, "connect", _prepare_sqlite)
    if overwrites:
        event.listen(engine, "connect", _overwrite_erased)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: DBAPIConnection, _record: object) -> None:
    # The driver would begin transactions by itself, late and without the write lock; we begin them below.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "busy_timeout = 10000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _overwrite_erased(connection: DBAPIConnection, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA secure_delete = ON")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    statement = "BEGIN IMMEDIATE" if connection.get_execution_options().get(_WRITES, False) else "BEGIN"
    driver: Any = connection.connection.driver_connection
    try:
        # Past SQLAlchemy, whose ceremony around a statement costs more than all else that this one does.
        driver.execute(statement)
    except sqlite3.Error as error:
        raise OperationalError(statement, None, error) from error
