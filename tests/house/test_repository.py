"""The repository itself: what lies in it, and what never may."""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path

import pytest

from tests.demo_lms.people import CAST

ROOT = Path(__file__).parents[2]
MADE_HERE = {"__pycache__", "var", "htmlcov", "test-results", "node_modules"}
"""Folders that work on this computer leaves behind; .gitignore names them too."""
KEPT_HIDDEN = {".ci", ".github"}
EXPECTED = {
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "LICENSE",
    "Makefile",
    "README.md",
    "SECURITY.md",
    "config.py",
    "pyproject.toml",
    "requirements.lock",
    "wsgi.py",
}
PRIVATE_PATH = re.compile(r"(?<![\w.:/-])/(?:work|root|home|Users)/\w")
EMAIL = re.compile(r"[\w.%+-]+@((?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,})")
RESERVED = (".example", ".invalid", ".test", "example.org", "example.com")
"""Names that nobody can have (RFC 2606)."""
LOCKS = sorted(ROOT.glob("requirements*.lock"))


def files() -> list[Path]:
    found = []
    for folder, below, names in os.walk(ROOT):
        below[:] = [name for name in below if name not in MADE_HERE and (name[0] != "." or name in KEPT_HIDDEN)]
        # Beside a repository, a second copy of its files has a file .git that says where the first one is.
        found += [Path(folder, name) for name in names if name != ".git"]
    return found


def text_files() -> dict[str, str]:
    texts = {}
    for path in files():
        raw = path.read_bytes()
        if b"\0" not in raw:
            texts[path.relative_to(ROOT).as_posix()] = raw.decode("utf-8")
    return texts


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    """Every text file of the repository; that they are all UTF-8 is tested by reading them."""
    return text_files()


def test_everything_that_people_look_for_is_there() -> None:
    assert {name for name in EXPECTED if not (ROOT / name).is_file()} == set()


def test_no_file_knows_whose_computer_it_was_made_on(texts: dict[str, str]) -> None:
    found = {name: hit.group() for name, text in texts.items() if (hit := PRIVATE_PATH.search(text))}

    assert found == {}


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_lock_file_names_no_registry(lock: Path) -> None:
    text = lock.read_text()

    assert "://" not in text
    assert "index-url" not in text
    assert "find-links" not in text


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_lock_file_pins_every_package_with_its_hash(lock: Path) -> None:
    entries = re.split(r"\n(?=[a-zA-Z])", lock.read_text().strip())

    loose = [entry.partition(" ")[0] for entry in entries if "==" not in entry or "--hash=sha256:" not in entry]
    assert loose == []


def test_ops_10_people_in_the_repository_have_addresses_that_cannot_exist(texts: dict[str, str]) -> None:
    found = {
        name: hit.group()
        for name, text in texts.items()
        for hit in EMAIL.finditer(text)
        if not hit.group(1).endswith(RESERVED)
    }

    assert found == {}


def test_ops_10_people_of_the_demo_are_plainly_made_up() -> None:
    addresses = [part.person.email for part in CAST.values() if part.person.email]

    assert addresses
    assert [address for address in addresses if not address.endswith("voorbeeld.example")] == []


def test_ops_8_course_content_is_text_and_never_code() -> None:
    content = [path for path in files() if path.is_relative_to(ROOT / "modules")]

    assert content
    assert {path.suffix for path in content} == {".yaml", ".md", ""}
    assert [path.name for path in content if path.suffix == ""] == ["LICENSE"]
    assert [path for path in content if os.access(path, os.X_OK)] == []


def test_changelog_tells_of_this_version(texts: dict[str, str]) -> None:
    version = tomllib.loads(texts["pyproject.toml"])["project"]["version"]

    headings = re.findall(r"^## \[(.+?)\]", texts["CHANGELOG.md"], re.MULTILINE)
    assert {"Unreleased", version} & set(headings)


def test_links_between_our_own_pages_lead_somewhere(texts: dict[str, str]) -> None:
    broken = []
    for name, text in texts.items():
        if not name.endswith(".md") or name.startswith("modules/year"):
            continue
        for target in re.findall(r"\]\(([^)\s#]+)[^)]*\)", text):
            is_ours = "://" not in target and not target.startswith(("mailto:", "term:"))
            if is_ours and not (ROOT / name).parent.joinpath(target).exists():
                broken.append((name, target))

    assert broken == []


def test_every_decision_is_in_the_list_of_decisions(texts: dict[str, str]) -> None:
    decisions = [path.name for path in (ROOT / "docs" / "decisions").glob("0*.md")]

    assert decisions
    assert [name for name in decisions if name not in texts["docs/decisions/README.md"]] == []
