"""Fixtures for every test: one tool on each of the two databases, a clock that stands still, and a platform."""

from __future__ import annotations

import socket
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest
import structlog
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, delete, event
from sqlalchemy.engine import make_url

from config import Settings, load_settings
from lti_tool.app import create_app
from lti_tool.curriculum.service import publish_line
from lti_tool.kernel.database import Base, Database
from lti_tool.kernel.key_models import Erasure, RecordKey
from lti_tool.kernel.log import log
from lti_tool.launch.views import LAST_EVENTS, PLATFORM_KEYS, REGISTRATIONS
from lti_tool.lti.registrations import register_platform
from tests.clock import FrozenClock
from tests.content import real_content, sampled_content
from tests.demo_lms.platform import Platform
from tests.demo_lms.signing import named_key
from tests.door import Door
from tests.police import BASE_URL, PolicingClient, StatementRecorder
from tests.postgres import TemporaryPostgres

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import timedelta

    from flask import Flask
    from sqlalchemy.engine.interfaces import DBAPIConnection
    from sqlalchemy.orm import Session

    from lti_tool.curriculum.loader import Content
    from lti_tool.kernel.key_store import KeyStore
    from lti_tool.web.edge import Instruments

ROOT = Path(__file__).parents[1]
DATABASES = ("sqlite", "postgresql")
# A busy machine is slow now and then, and that says nothing about the code.
hypothesis.settings.register_profile("suite", deadline=None)
hypothesis.settings.load_profile("suite")
MASTER_KEY = "test:dGhpcy1pcy10aGUta2V5LW9mLXRoZS10ZXN0cy0wMDE="


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what would look at the same page once more on the other database."""
    again = [
        item
        for item in items
        if item.get_closest_marker("one_database")
        and getattr(item, "callspec", None) is not None
        and item.callspec.params.get("app") == DATABASES[1]  # type: ignore[attr-defined]
    ]
    config.hook.pytest_deselected(items=again)
    items[:] = [item for item in items if item not in set(again)]


@pytest.fixture(autouse=True)
def _push_request_context() -> None:
    """Switch off pytest-flask's habit of pushing a request: it would share ``g`` between the requests of a test."""


@pytest.fixture(autouse=True)
def _no_network(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no test speak to another machine."""
    if request.node.get_closest_marker("browser"):
        return
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in ("127.0.0.1", "::1", "localhost"):
            pytest.fail(f"a test tried to reach {address[0]}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    with TemporaryPostgres() as server:
        yield server.url


def make_settings(database_url: str, **changes: str) -> Settings:
    """Return settings of production; the key store is beside the database, or where ``KEYS_DATABASE_URL`` says."""
    environ = {
        "RUGZAK_BASE_URL": BASE_URL,
        "RUGZAK_MASTER_KEYS": MASTER_KEY,
        "RUGZAK_DATABASE_URL": database_url,
        **{f"RUGZAK_{name}": value for name, value in changes.items()},
    }
    return load_settings(environ)


def migrate(database: Database, revision: str = "head") -> None:
    config = Config(toml_file=str(ROOT / "pyproject.toml"))
    with database.session(writes=True) as session, session.begin():
        config.attributes["connection"] = session.connection()
        (command.downgrade if revision == "base" else command.upgrade)(config, revision)


class PlatformKeyServer:
    """Stands for the platforms' key endpoints: answers with what a test put there, and counts."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self.answers: dict[str, Callable[[], tuple[list[dict[str, Any]], timedelta | None]]] = {}
        self.fetched: list[str] = []

    def serve(self, platform: Platform) -> None:
        self.answers[f"{platform.issuer}/jwks.json"] = lambda: (list(platform.jwks()["keys"]), None)

    def __call__(self, url: str) -> tuple[list[dict[str, Any]], timedelta | None]:
        self.fetched.append(url)
        return self.answers[url]()


@pytest.fixture(scope="session")
def tool_apps(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str, str], Flask]]:
    """Build the tool once for each database: compiling its templates takes longer than most tests."""
    built: dict[str, Flask] = {}

    def build(kind: str, url: str) -> Flask:
        if kind not in built:
            if kind == "sqlite":
                url = f"sqlite:///{tmp_path_factory.mktemp('database')}/tool.sqlite3"
            # A class begins open here, as in the demo; what a preparing class shows has tests of its own.
            settings = replace(make_settings(url, KEYS_DATABASE_URL=keys_url_beside(url)), classes_begin="open")
            app = create_app(settings, clock=FrozenClock(), fetch_keys=PlatformKeyServer())
            app.test_client_class = PolicingClient
            app.testing = False
            tools: Instruments = app.extensions["rugzak"]
            if kind == "sqlite":
                for one in (tools.database, tools.key_store.database):
                    event.listen(one.engine, "connect", _write_without_waiting)
            migrate(tools.database)
            tools.key_store.prepare()
            app.extensions["statement_recorder"] = StatementRecorder(tools.database.engine)
            app.extensions["keys_recorder"] = StatementRecorder(tools.key_store.database.engine)
            built[kind] = app
        return built[kind]

    yield build
    for app in built.values():
        app.extensions["rugzak"].database.engine.dispose()
        app.extensions["rugzak"].key_store.database.engine.dispose()


@pytest.fixture(params=DATABASES)
def app(request: pytest.FixtureRequest, tool_apps: Callable[[str, str], Flask]) -> Flask:
    """The tool with an empty database, on each of the two."""
    url = request.getfixturevalue("postgres_url") if request.param == "postgresql" else ""
    app = tool_apps(request.param, url)
    tools: Instruments = app.extensions["rugzak"]
    with tools.database.session(writes=True) as session, session.begin():
        _empty_tables(session)
    empty_key_store(tools.key_store)
    store = app.extensions[PLATFORM_KEYS]
    store._parsed.clear()
    store._failed_at.clear()
    app.extensions[REGISTRATIONS].forget()
    store._fetch.reset()
    app.extensions[LAST_EVENTS].forget()
    tools.limits.forget()
    assert isinstance(tools.clock, FrozenClock)
    tools.clock.reset()
    return app


def _write_without_waiting(connection: DBAPIConnection, _record: object) -> None:
    """Let SQLite not wait for the disk: no test looks at what a power cut leaves."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA synchronous = OFF")
    cursor.close()


def keys_url_beside(url: str) -> str:
    """Return where the key store of a test is: of the same kind as its database, and another one."""
    if url.startswith("sqlite"):
        return url.replace(".sqlite3", "-keys.sqlite3")
    keys = make_url(url).set(database="keys")
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as server:
        server.exec_driver_sql("DROP DATABASE IF EXISTS keys")
        server.exec_driver_sql("CREATE DATABASE keys")
    engine.dispose()
    return keys.render_as_string(hide_password=False)


def empty_key_store(store: KeyStore) -> None:
    """Forget every key; the store stays the same one, and knows of no database."""
    with store.database.session(writes=True) as keys, keys.begin():
        for table in (RecordKey, Erasure):
            keys.execute(delete(table))
    store._is_ours = False


def _empty_tables(session: Session) -> None:
    """Empty every table; on PostgreSQL in one go, for each statement is a journey."""
    emptying = [f"DELETE FROM {table.name}" for table in reversed(Base.metadata.sorted_tables)]  # noqa: S608 (ours)
    if session.get_bind().dialect.name == "postgresql":
        emptying = ["; ".join(emptying)]
    for statement in emptying:
        session.connection().exec_driver_sql(statement)


@pytest.fixture
def tools(app: Flask) -> Instruments:
    found: Instruments = app.extensions["rugzak"]
    return found


@pytest.fixture
def clock(tools: Instruments) -> FrozenClock:
    assert isinstance(tools.clock, FrozenClock)
    return tools.clock


@pytest.fixture
def database(tools: Instruments) -> Database:
    return tools.database


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """A database session that writes; what a test does not commit is undone."""
    with database.session(writes=True) as session:
        yield session


@pytest.fixture
def recorder(app: Flask) -> StatementRecorder:
    found: StatementRecorder = app.extensions["statement_recorder"]
    return found


@pytest.fixture
def keys_recorder(app: Flask) -> StatementRecorder:
    """What the key store is asked. No request begins it anew: a test clears it."""
    found: StatementRecorder = app.extensions["keys_recorder"]
    return found


@pytest.fixture
def log_lines(app: Flask) -> Iterator[list[str]]:
    """Every log line of this test, exactly as it is written to standard error."""
    del app
    lines: list[str] = []

    def note(_logger: object, _method: str, line: Any) -> Any:
        lines.append(line)
        return line

    # A logger keeps the list of processors that it was first used with; new ones take the newest.
    chains = [log.bind()._processors]
    newest = structlog.get_config()["processors"]
    if newest is not chains[0]:
        chains.append(newest)
    for chain in chains:
        chain.append(note)
    yield lines
    for chain in chains:
        chain.remove(note)


@pytest.fixture
def key_server(app: Flask) -> PlatformKeyServer:
    found: PlatformKeyServer = app.extensions[PLATFORM_KEYS]._fetch
    return found


@pytest.fixture(scope="session")
def all_content() -> Content:
    """The real content, read once."""
    return real_content()


@pytest.fixture
def content(database: Database, all_content: Content, clock: FrozenClock) -> dict[str, Any]:
    """The real content, loaded."""
    return load_content(database, all_content, clock)


@pytest.fixture
def sampled(database: Database, clock: FrozenClock) -> dict[str, Any]:
    """The real content with a unit that has every kind of step and every way through one, loaded."""
    return load_content(database, sampled_content(), clock)


def load_content(database: Database, found: Content, clock: FrozenClock) -> dict[str, Any]:
    with database.session(writes=True) as session, session.begin():
        publish_line(session, found, clock=clock)
    return found.line


@pytest.fixture
def create_door(
    app: Flask, tools: Instruments, clock: FrozenClock, key_server: PlatformKeyServer
) -> Callable[..., Door]:
    """Register a platform and stand before the tool with a new browser."""

    def create(
        issuer: str = "https://lms.example", client_id: str = "tool-1", deployment_id: str = "1", key: str = "platform"
    ) -> Door:
        platform = Platform(issuer, client_id, deployment_id, key=named_key(key))
        key_server.serve(platform)
        given = {
            "name": "Hogeschool Voorbeeld",
            "issuer": issuer,
            "client_id": client_id,
            "authorization_endpoint": f"{issuer}/authorize",
            "token_endpoint": f"{issuer}/token",
            "jwks_uri": f"{issuer}/jwks.json",
            "deployment_ids": [deployment_id],
        }
        with tools.database.session(writes=True) as session, session.begin():
            registration_id, _ = register_platform(session, given, clock=clock, allow_loopback=False)
        client = app.test_client()
        assert isinstance(client, PolicingClient)
        return Door(client, platform, clock, registration_id)

    return create


@pytest.fixture
def door(create_door: Callable[..., Door], content: dict[str, Any]) -> Door:
    """One platform, one browser, the real content."""
    del content
    return create_door()


@pytest.fixture
def sample_door(create_door: Callable[..., Door], sampled: dict[str, Any]) -> Door:
    """The same, with the sample as the last unit of the content."""
    del sampled
    return create_door()
