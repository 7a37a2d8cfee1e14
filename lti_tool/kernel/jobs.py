"""Regular work that some worker does, once for each stretch of time, however many workers there are.

When a piece of work is next due stands in the database. A worker claims it by moving that moment on, which only one of
them can do. The claim is a loan: a worker that dies with the work unfinished leaves it to another some minutes later.
So a piece may be done twice when it takes longer than that, and each must be written such that this does no harm.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from sqlalchemy import or_, select, update

from lti_tool.kernel.database import insert_once
from lti_tool.kernel.log import describe_error, log
from lti_tool.kernel.models import Job

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from lti_tool.kernel.clock import Clock
    from lti_tool.kernel.database import Database

LOAN = timedelta(minutes=10)
"""How long a worker may be at one piece of work before another may begin: far longer than any takes."""
AGAIN_AFTER = timedelta(minutes=5)
"""When work that failed is tried again: by then a database that was being replaced is back."""

Tools = TypeVar("Tools")


@dataclass(frozen=True)
class RegularJob(Generic[Tools]):
    """Something to be done every so often."""

    name: str
    every: timedelta
    do: Callable[[Session, Tools], Mapping[str, Any]]
    """Does it in a transaction of its own, and says what it did, in numbers and codes: they are printed."""
    in_rounds: bool = False
    """Whether it is done again, each time in a transaction of its own, until there is nothing left to count."""


@dataclass
class Done:
    """What was done in one go, by name."""

    did: dict[str, dict[str, Any]] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)


def run_due(
    jobs: Sequence[RegularJob[Tools]],
    tools: Tools,
    *,
    database: Database,
    clock: Clock,
    is_stopped: Callable[[], bool] = lambda: False,
) -> Done:
    """Do whatever is due and nobody else is doing.

    One that fails is logged and tried again some minutes later; the others are done all the same.

    :param is_stopped: asked before each piece of work, so that a worker that must end finishes only what it is at.
    """
    done = Done()
    for job in _find_due(jobs, database, clock.now()):
        if is_stopped():
            break
        loan_ends = _claim(job, database, clock.now())
        if loan_ends is None:
            continue
        try:
            done.did[job.name] = _do(job, tools, database)
        except Exception as error:  # noqa: BLE001 (whatever it is, the other work is not to wait for it)
            log.error("kernel:jobs:failed", job=job.name, **describe_error(error))
            done.failed.append(job.name)
            _give_back(job, database, loan_ends, clock.now() + AGAIN_AFTER)
        else:
            log.info("kernel:jobs:done", job=job.name)
            _give_back(job, database, loan_ends, clock.now() + job.every)
    return done


def _find_due(jobs: Sequence[RegularJob[Tools]], database: Database, now: datetime) -> list[RegularJob[Tools]]:
    """Look without claiming, so that a worker with nothing to do writes nothing."""
    with database.session(writes=False) as session:
        rows = session.execute(select(Job.name, Job.due_at).order_by(Job.name).limit(1000)).all()
    due_at = {row.name: row.due_at for row in rows}
    return [job for job in jobs if job.name not in due_at or _is_due(job, due_at[job.name], now)]


def _is_due(job: RegularJob[Tools], due_at: datetime, now: datetime) -> bool:
    return due_at <= now or due_at > _latest(job, now)


def _latest(job: RegularJob[Tools], now: datetime) -> datetime:
    """Return a moment after which nothing is ever due, unless the clock was moved back meanwhile.

    The loan's length more than needed, because the clocks of two machines differ.
    """
    return now + job.every + LOAN


def _claim(job: RegularJob[Tools], database: Database, now: datetime) -> datetime | None:
    """Take a piece of work on; None when somebody else did. Returns when the loan ends."""
    loan_ends = now + LOAN
    is_due = or_(Job.due_at <= now, Job.due_at > _latest(job, now))
    with database.session(writes=True) as session, session.begin():
        insert_once(session, Job, {"name": job.name, "due_at": now})
        claimed: Any = session.execute(update(Job).where(Job.name == job.name, is_due).values(due_at=loan_ends))
        return loan_ends if claimed.rowcount == 1 else None


def _give_back(job: RegularJob[Tools], database: Database, loan_ends: datetime, due_at: datetime) -> None:
    """Say when it is due again, unless the loan ran out and somebody else is at it."""
    with database.session(writes=True) as session, session.begin():
        session.execute(update(Job).where(Job.name == job.name, Job.due_at == loan_ends).values(due_at=due_at))


def _do(job: RegularJob[Tools], tools: Tools, database: Database) -> dict[str, Any]:
    if not job.in_rounds:
        with database.session(writes=True) as session, session.begin():
            return dict(job.do(session, tools))
    total: Counter[str] = Counter()
    while True:
        # So that a launch never waits long for the database.
        with database.session(writes=True) as session, session.begin():
            found = job.do(session, tools)
        total.update(found)
        if not any(found.values()):
            return dict(total)
