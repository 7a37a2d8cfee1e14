"""Starts the demo: the tool with a database of its own, and the demo LMS to open it from.

`make demo` calls `python -m tests.demo_lms.run` after installing. Two sites, as in real life: the tool at
`http://localhost:<PORT>` and the LMS at `http://127.0.0.1:<DEMO_LMS_PORT>`. To a browser these are as foreign
to each other as a school and a supplier, so whatever goes wrong with frames and cookies shows here too.
"""

from __future__ import annotations

import contextlib
import http.client
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tests.demo_lms.app import create_demo_lms
from tests.demo_lms.platform import Platform
from tests.demo_lms.serving import make_lms_server
from tests.demo_lms.settings import HOST, DemoError, Settings
from tests.demo_lms.whole_class import let_class_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import FrameType

__all__ = ["HOST", "DemoError", "Settings", "main", "prepare", "run", "say"]

ROOT = Path(__file__).resolve().parents[2]
KEPT = ROOT / "var" / "demo"
"""What stays between two demos: the database, the key of the LMS, the log of the tool."""

CLIENT_ID = "rugzak-demo"
DEPLOYMENT_ID = "1"
START_SECONDS = 60.0
STOP_SECONDS = 10.0
TAIL_LINES = 15


class Stopped(BaseException):
    """Somebody pressed Ctrl-C or asked the process to end. Not an error: what catches errors lets it pass."""


def main(environ: Mapping[str, str] | None = None) -> int:
    """Run the demo until it is stopped; gives the exit code."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)
    try:
        run(Settings.read(os.environ if environ is None else environ))
    except DemoError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except Stopped:
        say("The demo has stopped.")
    return 0


def run(settings: Settings) -> None:
    """Prepare and serve both sites, for as long as the tool runs; raises DemoError when something fails."""
    KEPT.mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(contextlib.closing(_claim(settings.lms_port, "DEMO_LMS_PORT")))
        _claim(settings.port, "PORT").close()
        say("Preparing the demo.")
        login_url = prepare(settings)
        platform = Platform(settings.lms_url, CLIENT_ID, DEPLOYMENT_ID, key_folder=KEPT)
        stack.enter_context(_serve_lms(platform, settings, listener, login_url))
        tool = stack.enter_context(_serve_tool(settings))
        _wait_until_up(tool, settings.port)
        let_class_in(platform, settings, login_url)
        say(f"Open {settings.lms_url} in your browser to try Rugzak. Ctrl-C stops the demo.")
        code = tool.wait()
        raise DemoError(_with_tail(f"The tool stopped by itself, with exit code {code}.", _log_tail()))


def prepare(settings: Settings) -> str:
    """Migrate the database, load the content and register the LMS; gives the tool's login address."""
    _call(settings, "The database could not be prepared", "alembic", "upgrade", "head")
    preparing = ("tests.demo_lms.preparing", settings.lms_url, CLIENT_ID, DEPLOYMENT_ID)
    return _call(settings, "The tool could not be prepared for the demo", *preparing).strip()


def say(sentence: str) -> None:
    """Tell the person at the terminal something."""
    sys.stdout.write(f"{sentence}\n")
    sys.stdout.flush()


def _stop(_number: int, _frame: FrameType | None) -> None:
    # A second Ctrl-C while everything is being closed would leave the tool running: once is enough.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    raise Stopped


def _claim(port: int, name: str) -> socket.socket:
    """Listen at a port of this machine; raises DemoError when somebody else does.

    A server on every address, or on the other loopback address, does not always stand in the way of ours,
    but browsers may go to it in our place. So first see whether anybody answers.
    """
    taken = f"Port {port} is in use. Stop what uses it, or choose another port: make demo {name}=<number>."
    for family, address in ((socket.AF_INET, HOST), (socket.AF_INET6, "::1")):
        with contextlib.suppress(OSError), socket.socket(family) as probe:
            probe.settimeout(1)
            if probe.connect_ex((address, port)) == 0:
                raise DemoError(taken)
    listener = socket.socket(socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
        listener.listen(128)
    except PermissionError as error:
        listener.close()
        raise DemoError(f"Port {port} is not open to you. Choose one above 1023: make demo {name}=<number>.") from error
    except OSError as error:
        listener.close()
        raise DemoError(taken) from error
    return listener


def _call(settings: Settings, failure: str, *command: str) -> str:
    """Run one of the tool's commands and give what it printed; raises DemoError when it fails."""
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=ROOT,
        env=settings.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise DemoError(_with_tail(f"{failure}.", done.stderr or done.stdout))
    return done.stdout


@contextlib.contextmanager
def _serve_lms(platform: Platform, settings: Settings, listener: socket.socket, login_url: str) -> Iterator[None]:
    """Serve the demo LMS in this process, at a port that is already ours."""
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    app = create_demo_lms(platform, settings.tool_url, login_url=login_url, clock=settings.clock)
    server = make_lms_server(app, HOST, settings.lms_port, listener.fileno())
    thread = threading.Thread(target=server.serve_forever, name="demo-lms", daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join(STOP_SECONDS)
        server.server_close()


@contextlib.contextmanager
def _serve_tool(settings: Settings) -> Iterator[subprocess.Popen[bytes]]:
    """Run the tool as in production, and end it with this process.

    It gets a group of its own, so that Ctrl-C at the terminal reaches it through us, once and in order.
    """
    # Two workers: while one waits for the LMS to give a token, the LMS asks the other for our keys.
    server = ["granian", "--interface", "wsgi", "--workers", "2", "--blocking-threads", "1", "--no-ws"]
    place = ["--log-level", "warning", "--host", HOST, "--port", str(settings.port), "wsgi:app"]
    with (KEPT / "tool.log").open("wb") as log:
        tool = subprocess.Popen(
            [sys.executable, "-m", *server, *place],
            cwd=ROOT,
            env=settings.environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield tool
    finally:
        _end(tool)


def _end(tool: subprocess.Popen[bytes]) -> None:
    """Ask the tool to end, and end it with its workers if it does not."""
    if tool.poll() is None:
        tool.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            tool.wait(STOP_SECONDS)
    # Only its own group, which we made: the workers of a server that died before them.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(tool.pid, signal.SIGKILL)
    tool.wait()


def _wait_until_up(tool: subprocess.Popen[bytes], port: int) -> None:
    """Wait for the tool to answer; raises DemoError when it ends or takes too long."""
    limit = time.monotonic() + START_SECONDS
    while time.monotonic() < limit:
        code = tool.poll()
        if code is not None:
            raise DemoError(_with_tail(f"The tool did not start: exit code {code}.", _log_tail()))
        if _is_up(port):
            return
        time.sleep(0.1)
    raise DemoError(_with_tail(f"The tool did not answer within {START_SECONDS:.0f} seconds.", _log_tail()))


def _is_up(port: int) -> bool:
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", "/health", headers={"Host": f"localhost:{port}"})
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _log_tail() -> str:
    return (KEPT / "tool.log").read_text(errors="replace")


def _with_tail(sentence: str, text: str) -> str:
    """Put the last lines of a log under a sentence."""
    return "\n".join([sentence, *text.strip().splitlines()[-TAIL_LINES:]])


if __name__ == "__main__":
    sys.exit(main())
