"""The tool under its production server, with a database of its own, for as long as a benchmark runs."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.lms import CLIENT_ID, DEPLOYMENT_ID

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.lms import Lms

ROOT = Path(__file__).resolve().parents[1]
START_SECONDS = 60.0
STOP_SECONDS = 10.0


class ToolError(Exception):
    """The tool cannot be started; the message says why."""


@dataclass(frozen=True)
class Tool:
    """A running tool."""

    name: str
    port: int
    pid: int
    environment: dict[str, str]
    database_pid: int | None
    """The database server, where there is one."""

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def target(self) -> str:
        return f"{self.address}/lti/launch"


@contextmanager
def run_tool(
    name: str, database_url: str, lms: Lms, folder: Path, *, workers: int, database_pid: int | None = None
) -> Iterator[Tool]:
    """Migrate, load the content, register the benchmark's LMS and serve; end the server afterwards.

    :raises ToolError: when one of these fails.
    """
    port = free_port()
    environment = {
        **_own_environment(),
        "RUGZAK_ENVIRONMENT": "demo",
        "RUGZAK_BASE_URL": f"http://127.0.0.1:{port}",
        "RUGZAK_DATABASE_URL": database_url,
        # A file of its own, as it is by default.
        "RUGZAK_KEYS_DATABASE_URL": f"sqlite:///{folder}/{name}-keys.sqlite3",
    }
    _prepare(environment, lms, name)
    with _serve(["wsgi:app"], name, port, environment, folder, workers) as pid:
        yield Tool(name, port, pid, environment, database_pid)


@contextmanager
def run_mark(
    name: str, database_url: str, lms: Lms, folder: Path, *, workers: int, database_pid: int | None = None
) -> Iterator[Tool]:
    """Serve the mark in the same way.

    :raises ToolError: when it does not start.
    """
    environment = {
        **_own_environment(),
        "MARK_DATABASE_URL": database_url,
        "MARK_ISSUER": lms.address,
        "MARK_CLIENT_ID": CLIENT_ID,
        "MARK_DEPLOYMENT_ID": DEPLOYMENT_ID,
        "MARK_AUTHORIZATION_ENDPOINT": f"{lms.address}/authorize",
        "MARK_JWKS_URI": lms.keys_address(name),
    }
    # Once here, so that the workers find their tables.
    _run(("python", "-c", "from benchmarks.mark import create_mark; create_mark()"), environment)
    port = free_port()
    with _serve(["--factory", "benchmarks.mark:create_mark"], name, port, environment, folder, workers) as pid:
        yield Tool(name, port, pid, environment, database_pid)


def _own_environment() -> dict[str, str]:
    return {key: value for key, value in os.environ.items() if not key.startswith(("RUGZAK_", "MARK_"))}


@contextmanager
def _serve(
    what: list[str], name: str, port: int, environment: dict[str, str], folder: Path, workers: int
) -> Iterator[int]:
    """Serve an application as in production, and yield the server's process id."""
    server = ["granian", "--interface", "wsgi", "--no-ws", "--workers", str(workers), "--blocking-threads", "1"]
    place = ["--host", "127.0.0.1", "--port", str(port), "--log-level", "warning", *what]
    log_path = folder / f"{name}.log"
    with log_path.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", *server, *place],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _wait_until_up(process, port, log_path)
        yield process.pid
    finally:
        _end(process)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _prepare(environment: dict[str, str], lms: Lms, name: str) -> None:
    registration = {
        "--name": "Benchmark",
        "--issuer": lms.address,
        "--client-id": CLIENT_ID,
        "--authorization-endpoint": f"{lms.address}/authorize",
        "--token-endpoint": f"{lms.address}/token",
        "--jwks-uri": lms.keys_address(name),
        "--deployment-id": DEPLOYMENT_ID,
    }
    flask = ("flask", "--app", "wsgi")
    for command in (
        ("alembic", "upgrade", "head"),
        (*flask, "content", "load"),
        (*flask, "lti", "register", *(word for pair in registration.items() for word in pair)),
    ):
        _run(("python", "-m", *command), environment)


def _run(command: tuple[str, ...], environment: dict[str, str]) -> None:
    words = [sys.executable, *command[1:]]
    done = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ToolError(f"{command[-1]} failed:\n{done.stderr[-2000:]}")


def _wait_until_up(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    limit = time.monotonic() + START_SECONDS
    while time.monotonic() < limit and process.poll() is None:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.5):
            return
        time.sleep(0.1)
    raise ToolError(f"the tool did not start:\n{log.read_text(errors='replace')[-2000:]}")


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ask the server to end, and end its own group if it does not."""
    if process.poll() is None:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(STOP_SECONDS)
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
