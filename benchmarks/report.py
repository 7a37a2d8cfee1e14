"""The figures of a run: as a table for people, and as JSON to compare with later."""

from __future__ import annotations

import json
import math
import os
import platform
import statistics
from datetime import UTC, datetime
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

Round = dict[str, float]

LINES = (
    ("launches_per_second", "launches a second", 0),
    ("launch_cpu_ms", "CPU of a launch, ms", 2),
    ("launch_cpu_with_database_ms", "the same with the database", 2),
    ("mark_cpu_with_database_ms", "the mark with the database", 2),
    ("times_mark", "ours, times the mark", 2),
    ("launch_p50_ms", "launch, p50 ms", 1),
    ("launch_p95_ms", "launch, p95 ms", 1),
    *(
        line
        for page in ("home", "step", "board")
        for line in (
            (f"{page}_cpu_ms", f"CPU of a {page} page, ms", 2),
            (f"{page}_cpu_with_database_ms", "the same with the database", 2),
            (f"{page}_p50_ms", f"{page} page, p50 ms", 1),
            (f"{page}_p95_ms", f"{page} page, p95 ms", 1),
        )
    ),
    *(
        line
        for name, label in (("save", "saving a note"), ("open", "opening a share"))
        for line in (
            (f"{name}_cpu_ms", f"CPU of {label}, ms", 2),
            (f"{name}_cpu_with_database_ms", "the same with the database", 2),
            (f"{name}_p50_ms", f"{label}, p50 ms", 1),
            (f"{name}_p95_ms", f"{label}, p95 ms", 1),
        )
    ),
    ("worker_peak_mib", "peak memory of a worker, MiB", 0),
    ("tree_pss_mib", "memory of all (PSS), MiB", 0),
    ("errors", "errors", 0),
)

LARGE_LINES = tuple(
    line
    for name, label in (("large_board", "board"), ("large_table", "table"), ("large_file", "file"))
    for line in (
        (f"{name}_cpu_with_database_ms", f"CPU of a {label} of 5,000 with the database, ms"),
        (f"{name}_p50_ms", f"{label} of 5,000, p50 ms"),
        (f"{name}_p95_ms", f"{label} of 5,000, p95 ms"),
    )
)
"""Of a course with thousands of students, measured once, at the end."""

GOALS = (
    ("CPU of a launch, times the mark", lambda tool: _middle(tool, "times_mark"), 1.35),
    ("statements of a launch", lambda tool: tool["statements"]["launch"]["statements"], 3),
    ("commits of a launch", lambda tool: tool["statements"]["launch"]["commits"], 1),
    (
        "statements of somebody new",
        lambda tool: tool["statements"]["launch of somebody new"]["statements"],
        6,
    ),
    (
        "statements of a page",
        lambda tool: max(tool["statements"][page]["statements"] for page in ("home", "step", "board")),
        4,
    ),
    ("statements of a login that write", lambda tool: tool["statements"]["login"]["commits"], 0),
    ("fetches of the LMS's keys, by all workers", lambda tool: tool["key_fetches"], 2),
    ("peak memory of a worker, MiB", lambda tool: _highest(tool, "worker_peak_mib"), 95),
    ("memory of the server and two workers (PSS), MiB", lambda tool: _highest(tool, "tree_pss_mib"), 150),
)
"""What hardly depends on the machine, and so has a limit."""


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")


def describe_run(options: dict[str, Any], tools: dict[str, Any]) -> dict[str, Any]:
    packages = ("flask", "granian", "sqlalchemy", "psycopg", "cryptography", "pyjwt")
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "packages": {name: version(name) for name in packages},
        "processors": os.cpu_count(),
        "options": options,
        "tools": tools,
    }


def format_table(tools: dict[str, Any]) -> str:
    names = list(tools)
    rows = [["median [lowest-highest round]", *names]]
    for key, label, digits in LINES:
        rows.append([label, *(_spread(tools[name]["rounds"], key, digits) for name in names)])
    for key, label in LARGE_LINES:
        rows.append([label, *(f"{tools[name]['large'][key]:.1f}" for name in names)])
    rows.append(["", *("" for _ in names)])
    rows.append(["statements + commits", *names])
    for kind in next(iter(tools.values()))["statements"]:
        counts = [tools[name]["statements"][kind] for name in names]
        rows.append([kind, *(f"{count['statements']} + {count['commits']}" for count in counts)])
    rows.append(["", *("" for _ in names)])
    rows.append(["limits", *names])
    for label, value_of, limit in GOALS:
        values = [float(value_of(tools[name])) for name in names]
        verdicts = [f"{_write(value, limit)} {'kept' if value <= limit else 'NOT KEPT'}" for value in values]
        rows.append([f"{label}: {limit}", *verdicts])
    widths = [max(len(row[column]) for row in rows) for column in range(len(names) + 1)]
    return "\n".join(
        row[0].ljust(widths[0])
        + "".join(cell.rjust(width + 3) for cell, width in zip(row[1:], widths[1:], strict=True))
        for row in rows
    ).rstrip()


def write_json(run: dict[str, Any], folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}.json"
    path.write_text(json.dumps(run, indent=1) + "\n")
    return path


def _spread(rounds: list[Round], key: str, digits: int) -> str:
    values = [one[key] for one in rounds]
    return f"{statistics.median(values):.{digits}f} [{min(values):.{digits}f}-{max(values):.{digits}f}]"


def _write(value: float, limit: float) -> str:
    return str(math.ceil(value)) if isinstance(limit, int) else f"{value:.2f}"


def _middle(tool: dict[str, Any], key: str) -> float:
    return statistics.median(float(one[key]) for one in tool["rounds"])


def _highest(tool: dict[str, Any], key: str) -> float:
    return max(float(one[key]) for one in tool["rounds"])
