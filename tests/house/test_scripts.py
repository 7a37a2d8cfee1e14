"""The scripts of the pages: what they never do, whatever they are for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lti_tool.web.templates import STATIC

PACKAGE = Path(STATIC).parents[1]
SCRIPTS = sorted((STATIC / "js").glob("*.js"))
LOADERS = (
    *PACKAGE.glob("*/templates/**/*.html"),
    *PACKAGE.glob("curriculum/kinds/*.py"),
    PACKAGE / "groups" / "views" / "product.py",
    PACKAGE / "notes" / "views" / "writing.py",
)
TEMPLATES = "\n".join(path.read_text() for path in LOADERS)
"""A kind of step names its script itself."""


def code_of(path: Path) -> str:
    """Return a script without its comments."""
    return re.sub(r"/\*.*?\*/|//[^\n]*", "", path.read_text(), flags=re.DOTALL)


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_ext_8_no_script_keeps_anything_in_the_browser(path: Path) -> None:
    assert re.search(r"localStorage|sessionStorage|indexedDB|\bcaches\b|serviceWorker", code_of(path)) is None


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_ext_13_no_script_asks_whether_somebody_is_sure(path: Path) -> None:
    asks = r"beforeunload|onunload|\"unload\"|setUnloadMessage|\bconfirm\(|\balert\(|\bprompt\("

    assert re.search(asks, code_of(path)) is None


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_log_2_no_script_speaks_to_another_site(path: Path) -> None:
    """Where they lead to comes from the page: the exit page, and the LMS at a login."""
    assert re.search(r"https?://|sendBeacon|WebSocket|EventSource|XMLHttpRequest", code_of(path)) is None


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_every_script_is_used(path: Path) -> None:
    modules = "\n".join(other.read_text() for other in SCRIPTS)

    assert f"js/{path.name}" in TEMPLATES or f'"./{path.name}"' in modules


def test_ext_1_every_page_can_be_left_at_once() -> None:
    """The page that all others extend loads the script, and nothing else decides whether."""
    skeleton = (PACKAGE / "web" / "templates" / "skeleton.html").read_text()
    before = skeleton.partition("js/leave.js")[0]

    assert before != skeleton
    assert before.count("{% if") == before.count("{% endif")
