"""The worker: what it does when, how it says so, and how it ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.exc import OperationalError

from lti_tool.app import create_app
from lti_tool.kernel.jobs import Done, RegularJob
from lti_tool.kernel.models import LimitCount
from lti_tool.lti.models import Invite, ToolKey
from lti_tool.people.models import LaunchSession
from lti_tool.worker import JOBS, LOOK_EVERY_SECONDS, STEP_SECONDS, Stop, do_due, run_until_stopped
from tests.clock import START, FrozenClock
from tests.conftest import ROOT, make_settings, migrate
from tests.people.test_privacy_sweep import sessions, tended

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result
    from flask import Flask
    from sqlalchemy.orm import Session

    from lti_tool.kernel.database import Database
    from lti_tool.web.edge import Instruments
    from tests.door import Door

HOURLY = {"privacy_sweep", "erase_limit_counts"}
DAILY = {"rotate_keys", "erase_expired_invites", "tend_keys"}


def run_once(app: Flask) -> dict[str, Any]:
    result = app.test_cli_runner().invoke(args=["worker", "--once"])
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def count(database: Database, model: type[Any]) -> int:
    with database.session(writes=False) as session:
        return int(session.execute(select(func.count()).select_from(model)).scalar_one())


def test_once_does_all_that_is_due_and_prints_what_it_did(app: Flask) -> None:
    answer = run_once(app)

    assert set(answer["did"]) == HOURLY | DAILY
    assert answer["did"]["rotate_keys"] == {"rotated": False, "made": 0, "erased": 0}
    assert answer["did"]["privacy_sweep"] == sessions(0)
    assert answer["did"]["tend_keys"] == tended()
    assert answer["failed"] == []


def test_once_a_second_time_does_nothing(app: Flask) -> None:
    run_once(app)

    assert run_once(app) == {"did": {}, "failed": []}


def test_work_comes_again_after_an_hour_or_a_day(app: Flask, clock: FrozenClock) -> None:
    run_once(app)
    clock.move(hours=1)
    assert set(run_once(app)["did"]) == HOURLY

    clock.move(hours=23)

    assert set(run_once(app)["did"]) == HOURLY | DAILY


def test_every_job_has_a_name_of_its_own_that_the_log_prints() -> None:
    names = [job.name for job in JOBS]

    assert len(set(names)) == len(names)
    assert all(name.replace("_", "").isalpha() and name.islower() and len(name) <= 40 for name in names)


def test_ended_sessions_are_erased(app: Flask, door: Door, database: Database) -> None:
    door.enter()
    run_once(app)
    door.clock.move(hours=24)

    assert run_once(app)["did"]["privacy_sweep"] == sessions(1)

    assert count(database, LaunchSession) == 0


def test_counts_of_times_gone_by_are_erased(app: Flask, database: Database) -> None:
    with database.session(writes=True) as session, session.begin():
        for number, erase_at in enumerate((START, START + timedelta(seconds=1))):
            row = {"key": "k", "period": number, "count": 1, "erase_at": erase_at}
            session.execute(insert(LimitCount), row)

    run_once(app)

    assert count(database, LimitCount) == 1


def test_invites_of_long_ago_are_erased(app: Flask, database: Database) -> None:
    with database.session(writes=True) as session, session.begin():
        for number, days in enumerate((-400, 7)):
            row = {"id": str(number), "secret": str(number), "purpose": "register", "created_at": START}
            session.execute(insert(Invite), {**row, "expires_at": START + timedelta(days=days)})

    assert run_once(app)["did"]["erase_expired_invites"] == {"lti_invite": 1}

    assert count(database, Invite) == 1


def test_keys_are_made_for_who_is_registered_and_rotated_after_three_months(
    app: Flask, door: Door, database: Database
) -> None:
    assert run_once(app)["did"]["rotate_keys"] == {"rotated": False, "made": 2, "erased": 0}
    door.clock.move(days=90)

    assert run_once(app)["did"]["rotate_keys"] == {"rotated": True, "made": 1, "erased": 0}

    assert count(database, ToolKey) == 3
    assert door.enter().get().status_code == 200


def spoil(_session: Session, _tools: Instruments) -> dict[str, Any]:
    raise RuntimeError("Amina Haddou")


def test_failed_work_is_told_and_the_command_fails(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    spoiled = RegularJob("spoiled", timedelta(hours=1), spoil)
    monkeypatch.setattr("lti_tool.worker.do_due", lambda tools: do_due(tools, (spoiled, *JOBS)))

    result: Result = app.test_cli_runner().invoke(args=["worker", "--once"])

    answer = json.loads(result.stdout)
    assert answer["failed"] == ["spoiled"]
    assert set(answer["did"]) == HOURLY | DAILY
    assert result.exit_code == 1
    assert [line for line in result.stderr.splitlines() if line.startswith("Error: ") and "spoiled" in line]
    assert "Amina" not in result.output


def test_once_with_a_database_that_is_not_migrated_says_so_in_one_line(tmp_path: Path) -> None:
    app = create_app(make_settings(f"sqlite:///{tmp_path}/new.sqlite3"), clock=FrozenClock())

    result = app.test_cli_runner().invoke(args=["worker", "--once"])

    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1
    assert "alembic upgrade head" in result.stderr


# Running until it is asked to end.


class AskedAfter(Stop):
    """Is asked to end after so many waits."""

    def __init__(self, waits: int) -> None:
        super().__init__()
        self.left = waits
        self.waited = 0.0

    def wait(self, seconds: float) -> None:
        self.waited += seconds
        self.left -= 1
        if self.left == 0:
            self._ask(signal.SIGTERM, None)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signal_asks_and_breaks_nothing_off(number: signal.Signals) -> None:
    before = {one: signal.getsignal(one) for one in (signal.SIGTERM, signal.SIGINT)}
    stop = Stop()
    try:
        stop.listen()
        assert not stop.is_asked()

        signal.raise_signal(number)

        assert stop.is_asked()
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


def test_worker_looks_again_every_few_seconds() -> None:
    looked: list[float] = []
    stop = AskedAfter(waits=int(LOOK_EVERY_SECONDS / STEP_SECONDS) * 2 + 1)

    run_until_stopped(lambda: looked.append(stop.waited), stop, stop.wait)

    assert looked == [0, LOOK_EVERY_SECONDS, 2 * LOOK_EVERY_SECONDS]


def test_worker_that_is_asked_while_it_waits_ends_within_a_second() -> None:
    stop = AskedAfter(waits=1)

    run_until_stopped(lambda: None, stop, stop.wait)

    assert stop.waited < 1


def test_worker_waits_for_a_database_that_is_away() -> None:
    tries: list[None] = []

    def work() -> Done:
        tries.append(None)
        if len(tries) == 1:
            raise OperationalError("SELECT", None, Exception())
        stop._ask(signal.SIGTERM, None)
        return Done()

    stop = AskedAfter(waits=1000)

    run_until_stopped(work, stop, stop.wait)

    assert len(tries) == 2


def test_worker_that_is_asked_at_work_finishes_what_it_is_at(tools: Instruments) -> None:
    stop, did = Stop(), []

    def work(name: str) -> RegularJob[Instruments]:
        def do(_session: Session, _tools: Instruments) -> dict[str, Any]:
            stop._ask(signal.SIGTERM, None)
            did.append(name)
            return {}

        return RegularJob(name, timedelta(hours=1), do)

    run_until_stopped(lambda: do_due(tools, (work("first"), work("second")), stop.is_asked), stop)

    assert did == ["first"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_process_does_what_is_due_and_ends_at_a_signal(tmp_path: Path, number: signal.Signals) -> None:
    url = f"sqlite:///{tmp_path}/tool.sqlite3"
    app = create_app(make_settings(url))
    tools: Instruments = app.extensions["rugzak"]
    migrate(tools.database)
    tools.key_store.prepare()
    environ = {**os.environ, "RUGZAK_ENVIRONMENT": "demo", "RUGZAK_DATABASE_URL": url}
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "worker"]

    with subprocess.Popen(command, cwd=ROOT, env=environ, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None
            lines = [json.loads(process.stderr.readline()) for _ in JOBS]
            process.send_signal(number)
            code = process.wait(10)
        finally:
            process.kill()

    assert {line["job"] for line in lines if line["event"] == "kernel:jobs:done"} == {job.name for job in JOBS}
    assert code == 0
