"""The database: the same rules on SQLite and PostgreSQL."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert, select, update
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import IntegrityError, OperationalError

from lti_tool.curriculum.models import Edition
from lti_tool.kernel.database import Database, DatabaseError, UtcDateTime, insert_once
from lti_tool.lti.models import Deployment, Registration

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.orm import Session

MOMENT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def edition(name: str, content: str = "{}") -> dict[str, Any]:
    return {"id": name, "content": content, "loaded_at": MOMENT}


def registration(**changes: str) -> dict[str, Any]:
    address = dict.fromkeys(("authorization_endpoint", "token_endpoint", "jwks_uri"), "https://lms.example")
    given_names = {"id": "a", "name": "Hogeschool Voorbeeld", "issuer": "https://lms.example", "client_id": "tool-1"}
    return {**address, **given_names, "created_at": MOMENT, **changes}


@given(st.datetimes(timezones=st.none()))
def test_moment_without_a_zone_is_refused(moment: datetime) -> None:
    with pytest.raises(ValueError, match="time zone"):
        UtcDateTime().process_bind_param(moment, sqlite.dialect())


@given(
    moment=st.datetimes(datetime(1970, 1, 2), datetime(2999, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    hours=st.integers(-12, 14),
)
def test_moment_of_any_zone_is_the_same_moment_when_read(moment: datetime, hours: int) -> None:
    column, dialect = UtcDateTime(), sqlite.dialect()

    stored = column.process_bind_param(moment.astimezone(timezone(timedelta(hours=hours))), dialect)

    read = column.process_result_value(stored, dialect)
    assert read == moment
    assert read is not None
    assert read.tzinfo is UTC


def test_stored_moment_comes_back_in_utc(session: Session) -> None:
    elsewhere = MOMENT.astimezone(timezone(timedelta(hours=9)))

    session.execute(insert(Edition), {**edition("e"), "loaded_at": elsewhere})

    assert session.execute(select(Edition.loaded_at)).scalar_one().isoformat() == "2026-11-23T09:00:00+00:00"


def test_rows_that_hang_on_nothing_are_refused(session: Session) -> None:
    loose = {"id": "d", "registration_id": "nobody", "deployment_id": "1", "created_at": MOMENT}

    with pytest.raises(IntegrityError):
        session.execute(insert(Deployment), loose)


def test_upsert_inserts_then_changes_only_what_it_names(database: Database, session: Session) -> None:
    statement = database.upsert(Registration, ("issuer", "client_id"), ("name",)).returning(Registration.id)

    first = session.execute(statement, registration(id="a")).scalar_one()
    second = session.execute(statement, registration(id="b", name="Andere naam", jwks_uri="https://x")).scalar_one()

    assert (first, second) == ("a", "a")
    row = session.execute(select(Registration.name, Registration.jwks_uri)).one()
    assert tuple(row) == ("Andere naam", "https://lms.example")


def test_insert_once_leaves_what_is_there(session: Session) -> None:
    insert_once(session, Edition, edition("e", "first"))

    insert_once(session, Edition, edition("e", "second"))

    assert session.execute(select(Edition.content)).scalars().all() == ["first"]


def test_what_is_not_committed_is_undone(database: Database) -> None:
    with database.session(writes=True) as session:
        session.execute(insert(Edition), edition("e"))

    with database.session(writes=False) as session:
        assert session.execute(select(Edition.id)).all() == []


@pytest.fixture
def embedded(tmp_path: Path) -> Database:
    """SQLite alone, with one counter in it."""
    database = Database(f"sqlite:///{tmp_path}/folder/tool.sqlite3")
    Edition.metadata.create_all(database.engine, tables=[Edition.metadata.tables["curriculum_edition"]])
    with database.session(writes=True) as session, session.begin():
        session.execute(insert(Edition), edition("counter", "0"))
    return database


def file_of(database: Database) -> str:
    assert database.engine.url.database is not None
    return database.engine.url.database


def test_sqlite_writer_takes_the_write_lock_before_it_reads(embedded: Database) -> None:
    with (
        embedded.session(writes=True) as session,
        closing(sqlite3.connect(file_of(embedded), timeout=0, isolation_level=None)) as other,
    ):
        session.execute(select(Edition.content))

        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")


def test_sqlite_reader_takes_no_lock_and_sees_what_was_committed(embedded: Database) -> None:
    with embedded.session(writes=False) as reader, embedded.session(writes=True) as writer:
        assert reader.execute(select(Edition.content)).scalar_one() == "0"
        writer.execute(update(Edition).values(content="1"))
        writer.commit()

        assert reader.execute(select(Edition.content)).scalar_one() == "0"

    with embedded.session(writes=False) as reader:
        assert reader.execute(select(Edition.content)).scalar_one() == "1"


def test_sqlite_writers_wait_for_each_other_and_lose_nothing(embedded: Database) -> None:
    def count_one_further(_number: int) -> None:
        with embedded.session(writes=True) as session, session.begin():
            counted = int(session.execute(select(Edition.content)).scalar_one())
            session.execute(update(Edition).values(content=str(counted + 1)))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(count_one_further, range(40)))

    with embedded.session(writes=False) as session:
        assert session.execute(select(Edition.content)).scalar_one() == "40"


def test_sqlite_lock_that_does_not_come_is_an_error_of_the_database(embedded: Database) -> None:
    with (
        closing(sqlite3.connect(file_of(embedded), isolation_level=None)) as other,
        embedded.engine.connect() as patient,
    ):
        patient.exec_driver_sql("PRAGMA busy_timeout = 0")
        patient.rollback()
        other.execute("BEGIN IMMEDIATE")
        impatient = patient.execution_options(rugzak_writes=True)

        with pytest.raises(OperationalError, match="locked"):
            impatient.begin()


def test_sqlite_makes_the_folder_of_its_file(embedded: Database, tmp_path: Path) -> None:
    assert (tmp_path / "folder" / "tool.sqlite3").exists()
    assert embedded.engine.dialect.name == "sqlite"


def test_folder_that_cannot_be_made_is_told_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(DatabaseError, match=r"^the folder .+ RUGZAK_DATABASE_URL cannot be made: .+\.$"):
        Database(f"sqlite:///{tmp_path}/file/tool.sqlite3")


@pytest.mark.parametrize(("writes", "expected"), [(True, True), (False, False)])
def test_database_knows_who_writes(database: Database, *, writes: bool, expected: bool) -> None:
    with database.session(writes=writes) as session:
        assert database.is_writing(session.connection()) is expected
