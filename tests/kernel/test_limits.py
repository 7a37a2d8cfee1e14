"""Limits: what one process counts by itself, what it tells the others, and what is left behind."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select
from sqlalchemy.exc import OperationalError

from lti_tool.kernel import limits as module
from lti_tool.kernel.ids import digest
from lti_tool.kernel.key_ring import KeyRing
from lti_tool.kernel.limits import Limit, Limits, erase_old_counts
from lti_tool.kernel.models import LimitCount

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from lti_tool.kernel.database import Database
    from tests.clock import FrozenClock
    from tests.police import StatementRecorder

RING = KeyRing([("test", b"k" * 32)])
FORTY = Limit("thing", most=40, seconds=60)  # its step is four
NINE = Limit("thing", most=9, seconds=60)  # too few to keep from the others


@pytest.fixture
def process(database: Database, clock: FrozenClock) -> Callable[[], Limits]:
    """Start another process at the same database."""
    return lambda: Limits(database, clock, RING)


def ask(limits: Limits, limit: Limit, times: int, *who: str) -> int:
    """Ask so often, and return how often it was allowed."""
    return sum(limits.allow(limit, *(who or ("somebody",))) for _ in range(times))


def rows(database: Database) -> list[LimitCount]:
    with database.session(writes=False) as session:
        return list(session.execute(select(LimitCount).order_by(LimitCount.period, LimitCount.key)).scalars())


@pytest.mark.parametrize(("most", "step"), [(1, 1), (9, 1), (19, 1), (20, 2), (40, 4), (60, 6), (6000, 600)])
def test_step_is_a_tenth_and_at_least_one(most: int, step: int) -> None:
    assert Limit("thing", most, 60).step == step


@pytest.mark.parametrize("most", [1, 2, 9, 10, 11, 19, 25, 40, 61])
def test_one_process_allows_exactly_the_limit(process: Callable[[], Limits], most: int) -> None:
    assert ask(process(), Limit("thing", most, 60), most + 30) == most


def test_nothing_is_written_below_a_step(
    process: Callable[[], Limits], recorder: StatementRecorder, database: Database
) -> None:
    recorder.clear()
    limits = process()

    for number in range(20):
        ask(limits, FORTY, FORTY.step - 1, f"person {number}")

    assert recorder.statements == []
    assert rows(database) == []


def test_every_step_is_one_statement_and_one_commit(process: Callable[[], Limits], recorder: StatementRecorder) -> None:
    limits = process()
    recorder.clear()

    ask(limits, FORTY, 3 * FORTY.step)

    assert (len(recorder.statements), recorder.commits) == (3, 3)


def test_what_is_refused_writes_nothing_more(
    process: Callable[[], Limits], recorder: StatementRecorder, database: Database
) -> None:
    limits = process()
    ask(limits, FORTY, 40)
    recorder.clear()

    assert ask(limits, FORTY, 1000) == 0

    assert recorder.statements == []
    assert [row.count for row in rows(database)] == [40]


def test_processes_share_what_they_counted(process: Callable[[], Limits]) -> None:
    first, second = process(), process()

    assert ask(first, FORTY, 40) == 40

    # The second learns it with its first step, and allows no more than what came before.
    assert ask(second, FORTY, 100) == FORTY.step - 1


@settings(max_examples=40, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.lists(st.integers(0, 2), max_size=120), most=st.integers(1, 45))
def test_processes_together_allow_at_most_the_limit_and_a_step_each(
    process: Callable[[], Limits], session: Session, order: list[int], most: int
) -> None:
    session.execute(delete(LimitCount))
    session.commit()
    limit = Limit("thing", most, 60)
    processes = [process() for _ in range(3)]

    allowed = sum(processes[number].allow(limit, "somebody") for number in order)

    assert allowed <= most + 3 * (limit.step - 1)
    assert allowed >= min(len(order), most), "nobody is stopped before the limit"


def test_few_things_are_shared_at_once(process: Callable[[], Limits]) -> None:
    first, second = process(), process()

    allowed = sum(one.allow(NINE, "somebody") for _ in range(10) for one in (first, second))

    assert allowed == 9


def test_next_stretch_of_time_begins_anew(process: Callable[[], Limits], clock: FrozenClock) -> None:
    first, second = process(), process()
    ask(first, FORTY, 100)
    ask(second, FORTY, 100)

    clock.move(seconds=60)

    assert ask(first, FORTY, 100) == 40
    assert ask(second, FORTY, 100) == FORTY.step - 1


def test_stretch_of_time_is_counted_from_the_clock_and_not_from_the_first(
    process: Callable[[], Limits], clock: FrozenClock
) -> None:
    limits = process()
    clock.move(seconds=59)
    ask(limits, FORTY, 100)
    assert ask(limits, FORTY, 1) == 0

    clock.move(seconds=1)

    assert ask(limits, FORTY, 1) == 1


def test_everybody_is_counted_apart(process: Callable[[], Limits]) -> None:
    limits = process()
    ask(limits, NINE, 100, "registration", "one")

    assert ask(limits, NINE, 100, "registration", "two") == 9
    assert ask(limits, NINE, 100, "registration") == 9
    assert ask(limits, Limit("other", 9, 60), 100, "registration", "one") == 9


def test_row_is_to_be_erased_a_stretch_after_its_own(
    process: Callable[[], Limits], clock: FrozenClock, database: Database
) -> None:
    ask(process(), Limit("thing", 10, 300), 1)

    (row,) = rows(database)

    begins = datetime.fromtimestamp(row.period * 300, UTC)
    assert begins <= clock.now() < begins + timedelta(seconds=300)
    assert row.erase_at == begins + timedelta(seconds=600)


def test_old_counts_are_erased_and_those_that_count_stay(
    process: Callable[[], Limits], clock: FrozenClock, database: Database, session: Session
) -> None:
    limits = process()
    ask(limits, NINE, 3, "early")
    clock.move(seconds=60)
    ask(limits, NINE, 4, "late")
    early, late = rows(database)

    for at, left in (
        (early.erase_at - timedelta(seconds=1), [3, 4]),
        (early.erase_at, [4]),
        (late.erase_at, []),
    ):
        erase_old_counts(session, now=at)
        session.commit()
        assert [row.count for row in rows(database)] == left


def test_row_tells_nobody_who_and_cannot_be_tried(process: Callable[[], Limits], database: Database) -> None:
    ask(process(), NINE, 1, "registration", "person-105")

    (row,) = rows(database)

    assert len(row.key) == 64
    assert set(row.key) <= set("0123456789abcdef")
    tries = ("thing|registration|person-105", "registration|person-105", "person-105")
    assert row.key not in [digest(text) for text in tries]


def test_row_is_the_same_in_every_process(process: Callable[[], Limits], database: Database) -> None:
    ask(process(), NINE, 1)
    ask(process(), NINE, 1)

    assert [row.count for row in rows(database)] == [2]


@pytest.fixture
def _away(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the database away."""

    def refuse(*_args: object, **_kwargs: object) -> None:
        statement = "x"
        raise OperationalError(statement, None, OSError())

    monkeypatch.setattr(database, "session", refuse)


@pytest.mark.usefixtures("_away")
@pytest.mark.parametrize("limit", [FORTY, NINE])
def test_each_process_limits_by_itself_while_the_database_is_away(process: Callable[[], Limits], limit: Limit) -> None:
    first, second = process(), process()

    assert ask(first, limit, 100) == limit.most
    assert ask(second, limit, 100) == limit.most


def test_processes_share_again_once_the_database_is_back(
    process: Callable[[], Limits], database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits = process()
    with monkeypatch.context() as away:
        away.setattr(database, "session", lambda **_: (_ for _ in ()).throw(OperationalError("x", None, OSError())))
        ask(limits, FORTY, 8)
    assert rows(database) == []

    ask(limits, FORTY, 4)

    assert [row.count for row in rows(database)] == [4]


def test_made_up_names_do_not_fill_the_memory(
    process: Callable[[], Limits], monkeypatch: pytest.MonkeyPatch, recorder: StatementRecorder
) -> None:
    monkeypatch.setattr(module, "_MOST_KEYS", 50)
    limits = process()
    recorder.clear()

    for number in range(500):
        assert limits.allow(FORTY, f"made up {number}")

    assert len(limits._counts) == 50
    assert recorder.statements == []


def test_memory_forgets_the_oldest_and_never_who_is_here_now(
    process: Callable[[], Limits], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_MOST_KEYS", 2)
    limits = process()

    allowed = 0
    for number in range(100):
        limits.allow(FORTY, f"made up {number}")
        allowed += limits.allow(FORTY, "the whole school")

    assert allowed == 40, "a flood under made-up names does not wash its own count away"


def test_memory_is_bounded_by_thousands() -> None:
    assert module._MOST_KEYS == 20_000


def test_forgotten_count_is_learnt_again_from_the_others(process: Callable[[], Limits]) -> None:
    limits = process()
    ask(limits, FORTY, 40)

    limits.forget()

    assert ask(limits, FORTY, 100) == FORTY.step - 1
