"""`privacy sweep`: what has passed its date is erased, and nothing else."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from lti_tool.app import create_app
from lti_tool.kernel.database import Base
from lti_tool.kernel.erasing import erasers
from lti_tool.kernel.sealed_tables import sealed_tables
from lti_tool.people.models import LaunchSession
from lti_tool.people.visits import erase_ended_sessions
from lti_tool.privacy.service import sweep
from lti_tool.web.edge import sweeping
from tests.clock import START, FrozenClock
from tests.conftest import make_settings
from tests.progress.board import press

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask
    from sqlalchemy.orm import Session

    from lti_tool.kernel.database import Database
    from lti_tool.web.edge import Instruments
    from tests.door import Door


def run_sweep(app: Flask) -> dict[str, int]:
    result = app.test_cli_runner().invoke(args=["privacy", "sweep"])
    assert result.exit_code == 0, result.output
    erased: dict[str, int] = json.loads(result.stdout)["erased"]
    return erased


def sessions(count: int) -> dict[str, int]:
    """What a sweep says that erased so many sessions, and nothing of what else passes."""
    return {table: count if table == "launch_session" else 0 for table in sorted(erasers())}


def tended() -> dict[str, int]:
    """What is said when no text and no key is without the other, and nobody came back with a backup."""
    return dict.fromkeys(("person", *(table.name for table in sealed_tables()), "record_key"), 0)


def swept(count: int) -> dict[str, int]:
    """What the command says that erased so many sessions: it looks after the keys as well."""
    return tended() | sessions(count)


def counts(database: Database) -> dict[str, int]:
    with database.session(writes=False) as session:
        return {
            table.name: session.execute(select(func.count()).select_from(table)).scalar_one()
            for table in Base.metadata.sorted_tables
        }


def test_nothing_to_erase_is_said_as_json(app: Flask) -> None:
    assert run_sweep(app) == swept(0)


@pytest.mark.parametrize(
    ("idle", "erased"),
    [
        (timedelta(0), 0),
        (timedelta(hours=2), 0),
        (timedelta(hours=2, minutes=59), 0),
        (timedelta(hours=3), 1),
        (timedelta(days=31), 1),
    ],
)
def test_session_without_a_page_for_two_hours_is_erased_an_hour_later(
    app: Flask, door: Door, database: Database, idle: timedelta, erased: int
) -> None:
    door.enter()

    door.clock.move(seconds=idle.total_seconds())

    assert run_sweep(app) == swept(erased)
    assert counts(database)["launch_session"] == 1 - erased


def test_session_that_was_left_is_kept_for_an_hour_and_then_erased(app: Flask, door: Door) -> None:
    """Its row is what keeps its login from being used again."""
    door.enter().get("/leave")

    door.clock.move(minutes=59)
    assert run_sweep(app) == swept(0)

    door.clock.move(minutes=1)
    assert run_sweep(app) == swept(1)


def test_session_in_use_is_kept_until_its_latest_end(app: Flask, door: Door) -> None:
    visit = door.enter()

    for _ in range(12):
        door.clock.move(minutes=59)
        assert visit.get().status_code == 200
        assert run_sweep(app) == swept(0)
    door.clock.move(minutes=12)
    assert visit.get().status_code == 401
    assert run_sweep(app) == swept(0)

    door.clock.move(hours=1)
    assert run_sweep(app) == swept(1)


def test_sweep_erases_sessions_alone(app: Flask, door: Door, database: Database) -> None:
    press(door.enter("amina"))
    door.enter("teacher")
    before = counts(database)
    door.clock.move(hours=24)

    assert run_sweep(app) == swept(2)

    assert counts(database) == {**before, "launch_session": 0}


def test_sweep_keeps_who_is_here_and_erases_who_left(app: Flask, door: Door) -> None:
    door.enter("amina")
    door.clock.move(hours=3)
    staying = door.enter("bram")

    assert run_sweep(app) == swept(1)

    assert staying.get().status_code == 200


def test_sweeping_twice_erases_once(app: Flask, door: Door) -> None:
    door.enter()
    door.clock.move(hours=24)

    assert [run_sweep(app), run_sweep(app)] == [swept(1), swept(0)]


def test_sweep_tells_no_ids(app: Flask, door: Door) -> None:
    door.enter()
    door.clock.move(hours=24)

    result = app.test_cli_runner().invoke(args=["privacy", "sweep"])

    assert result.stdout == json.dumps({"erased": sessions(1) | tended()}) + "\n"


def test_service_sweeps_with_a_session_and_a_clock(tools: Instruments, session: Session, door: Door) -> None:
    door.enter()
    door.clock.move(hours=24)

    assert sweep(session, sweeping(tools)) == sessions(1)
    assert session.execute(select(LaunchSession.id)).all() == []


def test_sto_5_every_table_with_a_date_after_which_it_goes_is_swept() -> None:
    assert set(erasers()) == {
        "audit_event",
        "groups_visit",
        "guidance_reminder",
        "launch_session",
        "membership",
        "notes_note",
        "sharing_share",
    }


def test_erasing_looks_at_no_clock_of_its_own(session: Session, door: Door) -> None:
    door.enter()

    assert erase_ended_sessions(session, now=START) == 0
    assert erase_ended_sessions(session, now=START + timedelta(hours=13)) == 1


def test_sweep_of_a_database_that_is_not_migrated_says_so_in_one_line(tmp_path: Path) -> None:
    app = create_app(make_settings(f"sqlite:///{tmp_path}/new.sqlite3"), clock=FrozenClock())

    result = app.test_cli_runner().invoke(args=["privacy", "sweep"])

    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1
    assert "alembic upgrade head" in result.stderr
