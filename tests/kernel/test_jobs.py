"""Regular work: each piece once for each stretch of time, whatever fails and however many workers there are."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier, Lock
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import OperationalError

from lti_tool.curriculum.models import Edition
from lti_tool.kernel import jobs as module
from lti_tool.kernel.database import Database
from lti_tool.kernel.jobs import AGAIN_AFTER, LOAN, RegularJob, run_due
from lti_tool.kernel.models import Job
from tests.clock import START, FrozenClock

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy.orm import Session

    from lti_tool.kernel.jobs import Done

HOUR = timedelta(hours=1)


class Office:
    """Work whose doing is counted; what stands under `moods` happens when it is done."""

    def __init__(self, database: Database, clock: FrozenClock) -> None:
        self.database, self.clock = database, clock
        self.count: dict[str, int] = {}
        self.moods: dict[str, Callable[[], None]] = {}
        self._lock = Lock()

    def job(self, name: str, every: timedelta = HOUR) -> RegularJob[Office]:
        def do(session: Session, tools: Office) -> dict[str, Any]:
            assert tools is self
            assert session.in_transaction()
            with self._lock:
                self.count[name] = self.count.get(name, 0) + 1
            if name in self.moods:
                self.moods[name]()
            return {"times": self.count[name]}

        return RegularJob(name, every, do)

    def run(self, *jobs: RegularJob[Office], **options: Any) -> Done:
        return run_due(jobs, self, database=self.database, clock=self.clock, **options)

    def due_at(self) -> dict[str, datetime]:
        with self.database.session(writes=False) as session:
            return {row.name: row.due_at for row in session.execute(select(Job.name, Job.due_at))}


@pytest.fixture
def office(database: Database, clock: FrozenClock) -> Office:
    return Office(database, clock)


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, Any]]]:
    """What the work says in the log."""
    lines: list[tuple[str, dict[str, Any]]] = []

    class Recorder:
        def info(self, event: str, **values: Any) -> None:
            lines.append((event, values))

        error = info

    monkeypatch.setattr(module, "log", Recorder())
    return lines


def fail() -> None:
    raise RuntimeError("Amina Haddou")


def test_work_that_is_seen_for_the_first_time_is_due(office: Office) -> None:
    done = office.run(office.job("sweep"))

    assert (done.did, done.failed) == ({"sweep": {"times": 1}}, [])


def test_work_is_done_once_in_each_stretch_of_time(office: Office, clock: FrozenClock) -> None:
    job = office.job("sweep")
    office.run(job)
    clock.move(minutes=59, seconds=59)
    assert office.run(job).did == {}

    clock.move(seconds=1)

    assert office.run(job).did == {"sweep": {"times": 2}}


def test_each_piece_of_work_has_its_own_time(office: Office, clock: FrozenClock) -> None:
    hourly, daily = office.job("hourly"), office.job("daily", timedelta(days=1))
    office.run(hourly, daily)
    clock.move(hours=5)

    assert set(office.run(hourly, daily).did) == {"hourly"}


def test_work_that_was_not_done_for_long_is_done_once(office: Office, clock: FrozenClock) -> None:
    job = office.job("sweep")
    office.run(job)
    clock.move(days=30)

    office.run(job)

    assert office.count == {"sweep": 2}
    assert office.due_at() == {"sweep": clock.now() + HOUR}


def test_of_many_workers_at_the_same_moment_one_does_the_work(office: Office) -> None:
    jobs = [office.job(name) for name in ("first", "second", "third")]
    together = Barrier(4)

    def work(_number: int) -> list[str]:
        together.wait(20)
        return list(office.run(*jobs).did)

    with ThreadPoolExecutor(4) as pool:
        done = [name for names in pool.map(work, range(4)) for name in names]

    assert sorted(done) == ["first", "second", "third"]
    assert office.count == {"first": 1, "second": 1, "third": 1}


def test_worker_that_looked_before_another_claimed_leaves_the_work_alone(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = office.job("sweep")
    office.run(job)
    monkeypatch.setattr(module, "_find_due", lambda *_: [job])

    assert office.run(job).did == {}


def test_work_that_fails_does_not_stop_the_others(office: Office) -> None:
    office.moods["first"] = fail

    done = office.run(office.job("first"), office.job("second"))

    assert (set(done.did), done.failed) == ({"second"}, ["first"])


def test_log_4_work_that_fails_is_logged_without_its_message(
    office: Office, logged: list[tuple[str, dict[str, Any]]]
) -> None:
    office.moods["sweep"] = fail

    office.run(office.job("sweep"))

    ((event, values),) = logged
    assert event == "kernel:jobs:failed"
    assert (values["job"], values["error_type"]) == ("sweep", "RuntimeError")
    assert "Amina" not in str(values)


def test_work_that_fails_is_tried_again_after_a_short_time(office: Office, clock: FrozenClock) -> None:
    job = office.job("daily", timedelta(days=1))
    office.moods["daily"] = fail
    office.run(job)
    clock.move(seconds=AGAIN_AFTER.total_seconds() - 1)
    assert office.run(job).failed == []
    office.moods.clear()

    clock.move(seconds=1)

    assert office.run(job).did == {"daily": {"times": 2}}
    assert office.due_at() == {"daily": clock.now() + timedelta(days=1)}


def test_what_failed_work_wrote_is_undone(office: Office, database: Database) -> None:
    def write_and_fail(session: Session, _tools: Office) -> dict[str, Any]:
        session.execute(insert(Edition), {"id": "e", "content": "{}", "loaded_at": START})
        raise RuntimeError

    office.run(RegularJob("sweep", HOUR, write_and_fail))

    with database.session(writes=False) as session:
        assert session.execute(select(Edition.id)).all() == []


class Died(BaseException):
    """A worker that is gone in the middle of its work."""


def die() -> None:
    raise Died


def test_work_of_a_worker_that_died_is_done_by_another(office: Office, clock: FrozenClock) -> None:
    job = office.job("daily", timedelta(days=1))
    office.moods["daily"] = die
    with pytest.raises(Died):
        office.run(job)
    office.moods.clear()
    clock.move(seconds=LOAN.total_seconds() - 1)
    assert office.run(job).did == {}

    clock.move(seconds=1)

    assert office.run(job).did == {"daily": {"times": 2}}


def test_worker_whose_loan_ran_out_does_not_move_the_time_of_another(office: Office, clock: FrozenClock) -> None:
    job = office.job("daily", timedelta(days=1))

    def take_far_too_long() -> None:
        office.moods.clear()
        clock.move(minutes=11)
        office.run(job)  # another worker
        clock.move(minutes=1)

    office.moods["daily"] = take_far_too_long

    office.run(job)

    assert office.due_at() == {"daily": START + timedelta(days=1, minutes=11)}


def test_clock_that_was_moved_back_stops_no_work(office: Office, clock: FrozenClock) -> None:
    job = office.job("sweep")
    clock.move(days=31)
    office.run(job)
    clock.move(days=-31)

    assert set(office.run(job).did) == {"sweep"}
    assert office.due_at() == {"sweep": START + HOUR}


def test_clocks_of_two_machines_may_differ_a_little(office: Office, clock: FrozenClock) -> None:
    job = office.job("often", timedelta(seconds=30))
    office.run(job)

    clock.move(minutes=-1)

    assert office.run(job).did == {}


def test_worker_that_must_end_finishes_only_what_it_is_at(office: Office) -> None:
    done = office.run(*(office.job(name) for name in ("a", "b", "c")), is_stopped=lambda: bool(office.count))

    assert list(done.did) == ["a"]
    assert set(office.due_at()) == {"a"}


def test_work_in_rounds_is_done_until_nothing_is_left(office: Office) -> None:
    left = [3, 2, 0, 7]

    def erase(_session: Session, _tools: Office) -> dict[str, int]:
        return {"rows": left.pop(0), "others": 0}

    done = office.run(RegularJob("sweep", HOUR, erase, in_rounds=True))

    assert done.did == {"sweep": {"rows": 5, "others": 0}}
    assert left == [7]


def test_worker_with_nothing_to_do_writes_nothing(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    job = office.job("sweep")
    office.run(job)
    opened: list[bool] = []
    open_session = Database.session

    def note(self: Database, *, writes: bool) -> Session:
        opened.append(writes)
        return open_session(self, writes=writes)

    monkeypatch.setattr(Database, "session", note)

    office.run(job)

    assert opened == [False]


def test_database_that_is_away_is_said_to_whoever_asked(tmp_path: Path, clock: FrozenClock) -> None:
    office = Office(Database(f"sqlite:///{tmp_path}/empty.sqlite3"), clock)

    with pytest.raises(OperationalError):
        office.run(office.job("sweep"))
