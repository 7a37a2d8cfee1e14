"""The demo LMS as a library: what tests import of it brings no website along."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("module", ["platform", "knobs", "people", "registration", "tokens", "choice"])
def test_library_knows_no_web_framework(module: str) -> None:
    code = f"import json, sys, tests.demo_lms.{module}; print(json.dumps(sorted(sys.modules)))"

    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)

    loaded = json.loads(done.stdout)
    assert f"tests.demo_lms.{module}" in loaded
    assert {"flask", "werkzeug", "requests"} & set(loaded) == set()
