"""Measures launches and pages of the tool, on SQLite and on PostgreSQL, and forming groups.

It is run with ``python -m benchmarks.run [--quick]``.

The tool runs as in production: its server with two workers, a database on disk. Both databases are measured in turn,
round by round, so that whatever else the machine does meets both alike. Everything stays on 127.0.0.1.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import parse_qs, urlsplit

from sqlalchemy import update

from benchmarks import drive, groups, report, usage, writing
from benchmarks.lms import COURSE, Lms, make_student, make_teacher, serve_lms
from benchmarks.statements import count_statements, first_step
from benchmarks.tool import ROOT, Tool, ToolError, run_mark, run_tool
from lti_tool.curriculum.service import read_line
from lti_tool.groups.models import GroupSet
from lti_tool.kernel.database import Database
from tests.postgres import PostgresError, TemporaryPostgres
from tests.progress.group_work import Course

if TYPE_CHECKING:
    from tests.demo_lms.platform import Person

STUDENTS = 100
"""As many as a page of the board shows."""
LARGE_GROUPS, LARGE_SIZE = 1250, 4
"""Of the course whose board is measured last."""


@dataclass(frozen=True)
class Plan:
    """How much is measured."""

    rounds: int
    launches: int
    pages: int
    workers: int = 2


FULL, QUICK = Plan(rounds=7, launches=400, pages=400), Plan(rounds=2, launches=80, pages=60)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.run", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="under 40 seconds: to see that it works, not to compare")
    quick: bool = parser.parse_args().quick
    if not usage.is_supported():
        sys.stderr.write("The benchmark reads CPU time and memory from /proc, which only Linux has.\n")
        return 1
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        measure_all(QUICK if quick else FULL, quick=quick)
    except KeyboardInterrupt:
        sys.stderr.write("Stopped; nothing was written.\n")
        return 130
    except ToolError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def measure_all(plan: Plan, *, quick: bool) -> None:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="rugzak-bench-")))
        lms = stack.enter_context(serve_lms())
        pairs = _start_tools(stack, lms, folder, plan)
        tools = [tool for tool, _ in pairs]
        figures: dict[str, Any] = {tool.name: {"rounds": []} for tool in tools}
        for tool, mark in pairs:
            _say(f"{tool.name}: letting {STUDENTS} students and a teacher in")
            asyncio.run(_warm_up(tool, lms))
            asyncio.run(_warm_up(mark, lms))
        places = {tool.name: writing.prepare(tool) for tool in tools}
        for number in range(1, plan.rounds + 1):
            for tool, mark in pairs:
                measured = asyncio.run(_measure_round(tool, lms, plan))
                measured |= asyncio.run(_measure_writing(tool, lms, plan, places[tool.name]))
                measured |= asyncio.run(_compare(measured, mark, lms, plan))
                figures[tool.name]["rounds"].append(measured)
                _say(f"round {number} of {plan.rounds}, {tool.name}: {measured['launch_cpu_ms']:.2f} ms CPU a launch")
        for tool in tools:
            _say(f"{tool.name}: letting {LARGE_GROUPS * LARGE_SIZE} more students take part, in {LARGE_GROUPS} groups")
            fill_course(tool)
            figures[tool.name]["large"] = asyncio.run(_measure_large(tool, lms, plan))
        for tool in tools:
            figures[tool.name]["statements"] = count_statements(tool, lms)
            figures[tool.name]["key_fetches"] = lms.fetches[tool.name]
    options = {"quick": quick, **plan.__dict__}
    # When the servers have stopped, so that nothing of ours runs beside it.
    forming = groups.measure(1 if quick else groups.ROUNDS)
    run = report.describe_run(options, figures) | {"groups_seconds": forming}
    path = report.write_json(run, ROOT / "var" / "bench")
    tables = f"{report.format_table(figures)}\n\n{groups.format_table(forming)}"
    sys.stdout.write(f"\n{tables}\n\nWritten to {path.relative_to(ROOT)}.\n")


def _start_tools(stack: ExitStack, lms: Lms, folder: Path, plan: Plan) -> list[tuple[Tool, Tool]]:
    """Start the tool on each database, and the mark beside it."""

    def start(name: str, url: str, mark_url: str, pid: int | None) -> tuple[Tool, Tool]:
        tool = run_tool(name, url, lms, folder, workers=plan.workers, database_pid=pid)
        mark = run_mark(f"mark-{name}", mark_url, lms, folder, workers=plan.workers, database_pid=pid)
        return stack.enter_context(tool), stack.enter_context(mark)

    pairs = [start("sqlite", f"sqlite:///{folder}/tool.sqlite3", f"sqlite:///{folder}/mark.sqlite3", None)]
    try:
        url = stack.enter_context(TemporaryPostgres(durable=True)).url
    except PostgresError as error:
        _say(f"Only SQLite is measured. {str(error).splitlines()[0]}")
        return pairs
    return [*pairs, start("postgresql", url, url, _postgres_pid(url))]


def _postgres_pid(url: str) -> int:
    folder = Path(parse_qs(urlsplit(url).query)["host"][0])
    return int((folder / "data" / "postmaster.pid").read_text().splitlines()[0])


def _students(count: int) -> list[Person]:
    return [make_student(number % STUDENTS) for number in range(count)]


async def _warm_up(tool: Tool, lms: Lms) -> None:
    """Let everybody in three times: so both workers have read keys, content and templates."""
    for _ in range(3):
        outcome = await drive.launch_people(tool, lms, [*_students(STUDENTS), make_teacher()])
        drive.close(outcome.visits)
        if outcome.errors:
            raise ToolError(f"{tool.name}: a launch failed: {outcome.errors[0]}")


async def _measure_round(tool: Tool, lms: Lms, plan: Plan) -> report.Round:
    with _Meter(tool) as meter:
        outcome = await drive.launch_people(tool, lms, _students(plan.launches))
    done = len(outcome.visits)
    figures = {"launches_per_second": done / outcome.clock_seconds, "errors": float(len(outcome.errors))}
    figures |= meter.figures("launch", done, outcome.latencies["together"])
    visits = outcome.visits[-drive.AT_ONCE :]
    drive.close(outcome.visits[: -drive.AT_ONCE])
    teachers = (await drive.launch_people(tool, lms, [make_teacher()] * drive.AT_ONCE)).visits
    step = first_step(visits[0].page)
    last = make_student(STUDENTS - 1)
    for name, who, path, expected in (
        ("home", visits, "/", "Benchmark of a launch"),
        ("step", visits, step, "Benchmark of a launch"),
        ("board", teachers, "/", str(last.name)),
    ):
        with _Meter(tool) as meter:
            outcome = await drive.get_pages(who, path, plan.pages, expected)
        figures |= meter.figures(name, len(outcome.latencies["page"]), outcome.latencies["page"])
        figures["errors"] += len(outcome.errors)
    drive.close([*visits, *teachers])
    held = usage.memory(tool.pid)
    return figures | {"worker_peak_mib": held.peak_worker, "tree_pss_mib": held.shared_out}


async def _measure_writing(tool: Tool, lms: Lms, plan: Plan, place: writing.Place) -> report.Round:
    """Measure saving a note, and opening what somebody shares."""
    students = (await drive.launch_people(tool, lms, _students(drive.AT_ONCE - 1))).visits
    teachers = (await drive.launch_people(tool, lms, [make_teacher()] * drive.AT_ONCE)).visits
    figures: report.Round = {}
    for name in ("save", "open"):
        with _Meter(tool) as meter:
            if name == "save":
                outcome = await writing.save(students, place.step, place.prompt, plan.pages)
            else:
                outcome = await writing.open_share(teachers, place.share, plan.pages)
        if outcome.errors:
            raise ToolError(f"{tool.name}: {name} failed: {outcome.errors[0]}")
        figures |= meter.figures(name, len(outcome.latencies["page"]), outcome.latencies["page"])
    drive.close([*students, *teachers])
    return figures


def fill_course(tool: Tool) -> None:
    """Put thousands of students in the groups of the benchmark's course, each of them under way."""
    database = Database(tool.environment["RUGZAK_DATABASE_URL"])
    with database.session(writes=True) as session:
        # The group in which was written is not in use any more: a course has one set that is.
        session.execute(update(GroupSet).values(is_in_use=False))
        course = Course(session, COURSE.title)
        line = read_line(session, "en")
        assert line is not None
        steps = [step.id for _, step in line.modules[0].steps()]
        course.fill(LARGE_GROUPS, LARGE_SIZE, 0, steps[: len(steps) // 2])
        for group in course.groups[::2]:
            course.make(group, is_handed_in=True)
        session.commit()
    database.engine.dispose()


async def _measure_large(tool: Tool, lms: Lms, plan: Plan) -> report.Round:
    """Measure the board of a course with thousands of students: a page, the same in words, and all of it as a file."""
    teachers = (await drive.launch_people(tool, lms, [make_teacher()] * drive.AT_ONCE)).visits
    figures: report.Round = {}
    for name, path, count, expected in (
        ("large_board", "/", plan.pages, "Student 00099"),
        ("large_table", "/?as=table", plan.pages, "Student 00099"),
        ("large_file", "/board.csv", max(8, plan.pages // 10), f"Student {LARGE_GROUPS * LARGE_SIZE - 1:05}"),
    ):
        await drive.get_pages(teachers, path, drive.AT_ONCE, expected)
        with _Meter(tool) as meter:
            outcome = await drive.get_pages(teachers, path, count, expected)
        if outcome.errors:
            raise ToolError(f"{tool.name}: the large board failed: {outcome.errors[0]}")
        figures |= meter.figures(name, len(outcome.latencies["page"]), outcome.latencies["page"])
    drive.close(teachers)
    return figures


async def _compare(measured: report.Round, mark: Tool, lms: Lms, plan: Plan) -> report.Round:
    """Let the same people in at the mark, and say how many times as much CPU ours took."""
    with _Meter(mark) as meter:
        outcome = await drive.launch_people(mark, lms, _students(plan.launches))
    drive.close(outcome.visits)
    if outcome.errors:
        raise ToolError(f"{mark.name}: a launch failed: {outcome.errors[0]}")
    figures = meter.figures("launch", len(outcome.visits), outcome.latencies["together"])
    theirs = figures["launch_cpu_with_database_ms"]
    return {"mark_cpu_with_database_ms": theirs, "times_mark": measured["launch_cpu_with_database_ms"] / theirs}


class _Meter:
    """Reads the CPU clocks of a tool and its database before and after."""

    def __init__(self, tool: Tool) -> None:
        self._tool = tool
        self._tool_seconds = self._database_seconds = 0.0

    def __enter__(self) -> Self:
        self._tool_seconds, self._database_seconds = self._read()
        return self

    def __exit__(self, *_: object) -> None:
        tool, database = self._read()
        self._tool_seconds, self._database_seconds = tool - self._tool_seconds, database - self._database_seconds

    def _read(self) -> tuple[float, float]:
        database = self._tool.database_pid
        return usage.cpu_seconds(self._tool.pid), usage.cpu_seconds(database) if database else 0.0

    def figures(self, name: str, count: int, latencies: list[float]) -> report.Round:
        count = max(1, count)
        return {
            f"{name}_cpu_ms": 1000 * self._tool_seconds / count,
            f"{name}_cpu_with_database_ms": 1000 * (self._tool_seconds + self._database_seconds) / count,
            f"{name}_p50_ms": 1000 * report.percentile(latencies, 0.5),
            f"{name}_p95_ms": 1000 * report.percentile(latencies, 0.95),
        }


def _say(sentence: str) -> None:
    sys.stdout.write(f"{sentence}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
