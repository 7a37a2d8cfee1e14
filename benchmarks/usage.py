"""CPU time and memory of a server and the processes it started, as Linux counts them."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
_TICKS = os.sysconf("SC_CLK_TCK")
_GONE = (FileNotFoundError, ProcessLookupError)


@dataclass(frozen=True)
class Memory:
    """Memory of a tree of processes, in MiB."""

    peak_worker: float
    """The most that one of its processes ever held (VmHWM)."""
    shared_out: float
    """PSS: what all of them hold together, shared pages counted once."""


def is_supported() -> bool:
    return (PROC / "self" / "smaps_rollup").exists()


def tree(pid: int) -> list[int]:
    """Give a process and everything below it."""
    found = [pid]
    for thread in (PROC / str(pid) / "task").glob("*"):
        with suppress(*_GONE):
            for child in (thread / "children").read_text().split():
                found += tree(int(child))
    return found


def cpu_seconds(pid: int) -> float:
    """Give the CPU time, user and system, that a tree has used so far."""
    ticks = 0
    for one in tree(pid):
        with suppress(*_GONE):
            # The name of the program stands between brackets and may hold anything; numbers follow it.
            fields = (PROC / str(one) / "stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
    return ticks / _TICKS


def memory(pid: int) -> Memory:
    peak = shared_out = 0
    for one in tree(pid):
        with suppress(*_GONE):
            peak = max(peak, _kibibytes(one, "status", "VmHWM:"))
            shared_out += _kibibytes(one, "smaps_rollup", "Pss:")
    return Memory(peak / 1024, shared_out / 1024)


def _kibibytes(pid: int, file: str, name: str) -> int:
    for line in (PROC / str(pid) / file).read_text().splitlines():
        if line.startswith(name):
            return int(line.split()[1])
    return 0
