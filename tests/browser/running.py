"""A running demo for the browser tests: the real tool under its production server, and the LMS on another site."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
# One process for the two sites of a window. The tool's frame goes to and fro between them within moments; with a
# process for each, Chromium now and then hands it over so that a test loses sight of it, and waits for ever for a page
# that is there.
ONE_PROCESS = "--disable-site-isolation-trials"
CHROMIUM_ARGS = [
    ONE_PROCESS,
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    *(["--no-sandbox"] if os.geteuid() == 0 else []),
]


@dataclass(frozen=True)
class RunningDemo:
    """Where the two sites are."""

    tool_url: str
    lms_url: str
    database_url: str

    def command(self, *words: str) -> dict[str, Any]:
        """Run one of the tool's commands as its operator does, and return the JSON it prints."""
        environ = os.environ | {
            "RUGZAK_ENVIRONMENT": "demo",
            "RUGZAK_BASE_URL": self.tool_url,
            "RUGZAK_DATABASE_URL": self.database_url,
        }
        command = [sys.executable, "-m", "flask", "--app", "wsgi", *words]
        done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        printed: dict[str, Any] = json.loads(done.stdout)
        return printed


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextlib.contextmanager
def running_demo(folder: Path) -> Iterator[RunningDemo]:
    """Start the demo as ``make demo`` does, with a database of its own, and end it."""
    port, lms_port = _free_port(), _free_port()
    environ = {name: value for name, value in os.environ.items() if not name.startswith("RUGZAK_")}
    environ |= {
        "PORT": str(port),
        "DEMO_LMS_PORT": str(lms_port),
        "RUGZAK_DATABASE_URL": f"sqlite:///{folder}/browser.sqlite3",
        "PYTHONUNBUFFERED": "1",
    }
    command = [sys.executable, "-m", "tests.demo_lms.run"]
    process = subprocess.Popen(
        command, cwd=ROOT, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    giving_up = threading.Timer(90, process.kill)
    giving_up.start()
    said: list[str] = []
    try:
        assert process.stdout is not None
        for line in process.stdout:
            said.append(line)
            if line.startswith("Open http"):
                break
        else:
            raise AssertionError("the demo did not start: " + "".join(said))
        giving_up.cancel()
        yield RunningDemo(f"http://localhost:{port}", f"http://127.0.0.1:{lms_port}", environ["RUGZAK_DATABASE_URL"])
    finally:
        giving_up.cancel()
        process.terminate()
        process.wait(20)
        process.stdout.close() if process.stdout else None
