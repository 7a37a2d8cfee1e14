"""The migrations, on both databases: one head, equal to the models, up and down again, with data in the tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect, text

from lti_tool.kernel.database import SCHEMA_REVISION, Base, Database
from lti_tool.kernel.ids import new_id
from tests.conftest import DATABASES, ROOT
from tests.house.migration_testers import TESTERS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sqlalchemy import Connection


def alembic_config() -> Config:
    return Config(toml_file=str(ROOT / "pyproject.toml"))


SCRIPTS = ScriptDirectory.from_config(alembic_config())
REVISIONS = [script.revision for script in SCRIPTS.walk_revisions()]


@pytest.fixture(params=DATABASES)
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database without a single table, on each of the two."""
    if request.param == "sqlite":
        database = Database(f"sqlite:///{tmp_path}/empty.sqlite3")
        yield database
        database.engine.dispose()
        return
    server = create_engine(request.getfixturevalue("postgres_url"), isolation_level="AUTOCOMMIT")
    name = f"empty_{new_id()}"
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    database = Database(server.url.set(database=name).render_as_string(hide_password=False))
    yield database
    database.engine.dispose()
    with server.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name}"))
    server.dispose()


def within(database: Database, work: Callable[[Connection], Any]) -> Any:
    """Do something in a transaction of its own."""
    with database.session(writes=True) as session, session.begin():
        return work(session.connection())


def go(database: Database, target: str) -> None:
    """Migrate to a revision, up or down."""

    def migrate(connection: Connection) -> None:
        config = alembic_config()
        config.attributes["connection"] = connection
        here = MigrationContext.configure(connection).get_current_revision()
        passed = {script.revision for script in SCRIPTS.iterate_revisions(here, "base")} if here else set()
        down = target == "base" or target in passed
        (command.downgrade if down else command.upgrade)(config, target)

    within(database, migrate)


def describe(connection: Connection) -> dict[str, Any]:
    """Everything that the database itself says of its tables, in an order of ours."""
    found = inspect(connection)
    return {
        name: {
            "columns": {
                one["name"]: (str(one["type"]), one["nullable"], one["default"]) for one in found.get_columns(name)
            },
            "key": found.get_pk_constraint(name)["constrained_columns"],
            "foreign": sorted(
                (str(one["name"]), one["constrained_columns"], one["referred_table"], str(one["options"]))
                for one in found.get_foreign_keys(name)
            ),
            "unique": sorted((str(one["name"]), one["column_names"]) for one in found.get_unique_constraints(name)),
            "checks": sorted((str(one["name"]), one["sqltext"]) for one in found.get_check_constraints(name)),
            "indexes": sorted((str(one["name"]), one["column_names"]) for one in found.get_indexes(name)),
        }
        for name in found.get_table_names()
        if name != "alembic_version"
    }


def before(revision: str) -> str:
    down = SCRIPTS.get_revision(revision).down_revision
    assert down is None or isinstance(down, str), "a history with branches needs another test"
    return down or "base"


def test_history_has_one_head() -> None:
    assert len(SCRIPTS.get_heads()) == 1


def test_code_knows_the_head() -> None:
    """Readiness compares the database with it, without loading Alembic into every worker."""
    assert SCRIPTS.get_heads() == [SCHEMA_REVISION]


def test_every_revision_has_a_tester_and_every_tester_a_revision() -> None:
    assert set(TESTERS) == set(REVISIONS)


def test_every_revision_says_what_it_changes() -> None:
    silent = [script.revision for script in SCRIPTS.walk_revisions() if not (script.doc or "").strip()]

    assert silent == []


def test_head_equals_the_models(empty: Database) -> None:
    go(empty, "head")

    def compare(connection: Connection) -> Any:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        return compare_metadata(context, Base.metadata)

    assert within(empty, compare) == []


def test_head_is_what_the_models_would_make(empty: Database) -> None:
    """Also what Alembic does not compare: names of constraints, checks, and what goes along with a deleted row."""
    go(empty, "head")
    migrated = within(empty, describe)
    go(empty, "base")

    within(empty, Base.metadata.create_all)

    assert within(empty, describe) == migrated


def test_down_leaves_nothing_and_up_again_leads_to_the_same(empty: Database) -> None:
    go(empty, "head")
    first = within(empty, describe)

    go(empty, "base")
    assert within(empty, describe) == {}

    go(empty, "head")
    assert within(empty, describe) == first


@pytest.mark.parametrize("revision", REVISIONS)
def test_revision_keeps_its_promises_with_data(empty: Database, revision: str) -> None:
    tester = TESTERS[revision]
    if before(revision) != "base":
        go(empty, before(revision))

    within(empty, tester.load)
    go(empty, revision)
    within(empty, tester.check)
    go(empty, before(revision))
    within(empty, tester.check_undone)
    go(empty, revision)


def test_migrating_twice_changes_nothing(empty: Database) -> None:
    go(empty, "head")
    first = within(empty, describe)

    go(empty, "head")

    assert within(empty, describe) == first
