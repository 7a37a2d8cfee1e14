"""The worker: a process beside the web servers that does what nobody waits for. Any number may run, on any machine."""

from __future__ import annotations

import json
import signal
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import click
from flask.cli import with_appcontext
from sqlalchemy.exc import SQLAlchemyError

from lti_tool.kernel.errors import RugzakError
from lti_tool.kernel.jobs import RegularJob, run_due
from lti_tool.kernel.limits import erase_old_counts
from lti_tool.kernel.log import describe_error, log
from lti_tool.lti.invites import erase_expired_invites
from lti_tool.lti.tool_keys import rotate_when_due
from lti_tool.privacy.service import sweep, tend_keys
from lti_tool.web.edge import instruments, sweeping

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import FrameType

    from sqlalchemy.orm import Session

    from lti_tool.kernel.jobs import Done
    from lti_tool.web.edge import Instruments

STEP_SECONDS = 0.5
"""How often a worker that waits looks whether it must end."""
LOOK_EVERY_SECONDS = 10
"""How often it asks the database whether something is due: one short read."""


class JobFailedError(RugzakError):
    """Some of the work could not be done."""


def _rotate_keys(session: Session, tools: Instruments) -> dict[str, Any]:
    return rotate_when_due(session, tools.key_ring, tools.clock)


def _sweep(session: Session, tools: Instruments) -> dict[str, int]:
    return sweep(session, sweeping(tools))


def _tend_keys(session: Session, tools: Instruments) -> dict[str, int]:
    return tend_keys(session, sweeping(tools))


def _erase_limit_counts(session: Session, tools: Instruments) -> dict[str, int]:
    erase_old_counts(session, now=tools.clock.now())
    return {}


def _erase_expired_invites(session: Session, tools: Instruments) -> dict[str, int]:
    return {"lti_invite": erase_expired_invites(session, tools.clock)}


_HOURLY, _DAILY = timedelta(hours=1), timedelta(days=1)

JOBS: tuple[RegularJob[Instruments], ...] = (
    RegularJob("rotate_keys", _DAILY, _rotate_keys),
    RegularJob("privacy_sweep", _HOURLY, _sweep, in_rounds=True),
    RegularJob("tend_keys", _DAILY, _tend_keys),
    RegularJob("erase_limit_counts", _HOURLY, _erase_limit_counts),
    RegularJob("erase_expired_invites", _DAILY, _erase_expired_invites),
)
"""All regular work. A name stays: the database remembers by it when the work is due."""


class Stop:
    """Whether the process was asked to end."""

    def __init__(self) -> None:
        self._asked = False

    def is_asked(self) -> bool:
        """Say whether it was."""
        return self._asked

    def listen(self) -> None:
        """Let SIGTERM and SIGINT ask for it, instead of breaking the work under way off."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._ask)

    def _ask(self, _number: int, _frame: FrameType | None) -> None:
        self._asked = True


def run_until_stopped(work: Callable[[], object], stop: Stop, wait: Callable[[float], object] = time.sleep) -> None:
    """Do the work now and every few seconds, until asked to stop. A database that is away is waited for.

    :param wait: waits so many seconds.
    """
    while not stop.is_asked():
        try:
            work()
        except SQLAlchemyError as error:
            log.error("worker:database:away", **describe_error(error))
        for _ in range(int(LOOK_EVERY_SECONDS / STEP_SECONDS)):
            if stop.is_asked():
                return
            wait(STEP_SECONDS)


@click.command("worker")
@click.option("--once", is_flag=True, help="Do what is due, once, and print JSON of what was done.")
@with_appcontext
def worker(*, once: bool) -> None:
    """Do the regular work: rotate keys, erase what has passed its date. Runs until it is asked to end."""
    tools = instruments()
    if once:
        _report(do_due(tools))
        return
    stop = Stop()
    stop.listen()
    run_until_stopped(lambda: do_due(tools, is_stopped=stop.is_asked), stop)


def do_due(
    tools: Instruments,
    jobs: Sequence[RegularJob[Instruments]] = JOBS,
    is_stopped: Callable[[], bool] = lambda: False,
) -> Done:
    """Do what is due now."""
    return run_due(jobs, tools, database=tools.database, clock=tools.clock, is_stopped=is_stopped)


def _report(done: Done) -> None:
    click.echo(json.dumps({"did": done.did, "failed": done.failed}))
    if done.failed:
        message = (
            f"could not be done, and is tried again later: {', '.join(done.failed)}. The log says where it failed."
        )
        raise JobFailedError(message)
