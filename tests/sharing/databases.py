"""Two databases for a test of its own: the main one and the key store, with their tables, and gone afterwards."""

from __future__ import annotations

import base64
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import create_engine, event
from sqlalchemy.engine import make_url

from lti_tool.kernel.database import Base, Database
from lti_tool.kernel.key_ring import KeyRing
from lti_tool.kernel.key_store import KeyStore

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pytest

NAMES = ("sharing", "sharing_keys")
"""On the PostgreSQL server of the tests; the tool of the other tests has its tables elsewhere on it."""
_MAKE = (
    "DROP DATABASE IF EXISTS {}",
    "CREATE DATABASE {}",
    # A statement on tables as small as these takes PostgreSQL longer to plan than to do.
    "ALTER DATABASE {} SET plan_cache_mode = force_generic_plan",
)
_MASTER_KEY = base64.b64decode("dGhpcy1pcy10aGUta2V5LW9mLXRoZS10ZXN0cy0wMDE=")


@dataclass(frozen=True)
class Addresses:
    """Where the two databases are: enough for another process to open them."""

    main: str
    keys: str

    def open(self) -> Two:
        """Open both, as every process of the tool does for itself."""
        key_ring = KeyRing([("test", _MASTER_KEY)])
        keys = Database(self.keys, overwrites=True)
        main = Database(self.main)
        for database in (main, keys):
            if database.engine.dialect.name == "postgresql":
                event.listen(database.engine, "connect", _plan_once)
        return Two(main, KeyStore(keys, key_ring), key_ring, self)


@dataclass(frozen=True)
class Two:
    """The main database and the key store, opened."""

    main: Database
    key_store: KeyStore
    key_ring: KeyRing
    addresses: Addresses

    def close(self) -> None:
        """Let go of every connection."""
        self.main.engine.dispose()
        self.key_store.database.engine.dispose()


@contextmanager
def two_databases(kind: str, request: pytest.FixtureRequest, folder: Path) -> Iterator[Two]:
    """Make both on one kind of database, empty and with their tables.

    :param folder: where SQLite keeps its files.
    """
    if kind == "sqlite":
        main, keys = (f"sqlite:///{folder}/{name}.sqlite3" for name in NAMES)
    else:
        server = make_url(request.getfixturevalue("postgres_url"))
        _on(server.render_as_string(hide_password=False), *_MAKE)
        main, keys = (server.set(database=name).render_as_string(hide_password=False) for name in NAMES)
    two = Addresses(main, keys).open()
    Base.metadata.create_all(two.main.engine)
    two.key_store.prepare()
    try:
        yield two
    finally:
        two.close()
        if kind != "sqlite":
            _on(request.getfixturevalue("postgres_url"), "DROP DATABASE IF EXISTS {} WITH (FORCE)")


def _plan_once(connection: Any, _record: object) -> None:
    connection.prepare_threshold, connection.prepared_max = 0, 1000


def _on(server_url: str, *statements: str) -> None:
    engine = create_engine(server_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as server:
        for statement in statements:
            for name in NAMES:
                server.exec_driver_sql(statement.format(name))
    engine.dispose()
