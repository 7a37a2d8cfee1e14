"""Gets the two programs that Python packages do not bring: a PostgreSQL server and Chromium.

``make test`` runs it first. What is installed already is used; otherwise it installs what it may, and else says in one
sentence what is missing. Needs only the standard library.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_chromium() -> str | None:
    """Return the path of an installed Chromium, or of the one that RUGZAK_TEST_CHROMIUM names."""
    named = os.environ.get("RUGZAK_TEST_CHROMIUM")
    if named:
        return named if Path(named).exists() else None
    return next((path for name in CHROMIUM_NAMES if (path := shutil.which(name))), None)


def _run(*command: str) -> bool:
    print("  " + " ".join(command), flush=True)
    return subprocess.run(command, check=False, stdout=subprocess.DEVNULL).returncode == 0


def _has_postgres() -> bool:
    return subprocess.run([sys.executable, "-m", "tests.postgres", "--check"], check=False, cwd=ROOT).returncode == 0


def _install_chromium() -> bool:
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return False
    return _run("apt-get", "update", "-qq") and _run("apt-get", "install", "-y", "-qq", "chromium")


def main() -> int:
    """Prepare, or say what is missing."""
    if not _has_postgres():
        print("No PostgreSQL server found; installing one into .venv for the tests.")
        lock = str(ROOT / "requirements-postgresql.lock")
        _run(sys.executable, "-m", "pip", "install", "--quiet", "--require-hashes", "-r", lock)
        if not _has_postgres():
            print("The tests need a PostgreSQL server: install the package postgresql, and run this again.")
            return 1
    if find_chromium() is None:
        print("No Chromium found; installing it with apt.")
        if not _install_chromium() or find_chromium() is None:
            print("The tests need Chromium: install the package chromium, or name one in RUGZAK_TEST_CHROMIUM.")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
