"""The floors of the house: imports go down only, and two libraries each have one door."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "lti_tool"
FILES = sorted(PACKAGE.rglob("*.py"))
READ_BY_PEOPLE = (".py", ".html", ".css", ".js")
ONE_DOOR = {"pylti1p3": "lti/library.py", "bleach": "web/sanitise.py", "html5lib": None, "pytest": None}
"""A library, and the one file that may touch it."""
ASKED_ELSEWHERE = {
    ("datetime", "now"): "kernel/clock.py",
    ("datetime", "utcnow"): None,
    ("datetime", "today"): None,
    ("date", "today"): None,
    ("time", "time"): None,
    ("uuid", "uuid4"): None,
    ("secrets", "token_bytes"): "kernel/ids.py",
    ("secrets", "token_urlsafe"): "kernel/ids.py",
    ("secrets", "token_hex"): None,
}
"""What everybody asks of the clock and of the ids, and the one file that asks it of Python."""


def name_of(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def imported(path: Path) -> set[str]:
    """Every module that a file imports, wherever in it the import stands."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add("." * node.level + (node.module or ""))
    return found


def touches(path: Path, library: str) -> bool:
    return any(module == library or module.startswith(f"{library}.") for module in imported(path))


@pytest.fixture(scope="module")
def contracts() -> list[dict[str, Any]]:
    with (ROOT / "pyproject.toml").open("rb") as file:
        found: list[dict[str, Any]] = tomllib.load(file)["tool"]["importlinter"]["contracts"]
    return found


def test_import_contracts_hold() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr


def test_every_room_has_a_floor(contracts: list[dict[str, Any]]) -> None:
    floors = " | ".join(contracts[0]["layers"]).split(" | ")

    rooms = {f"lti_tool.{path.stem}" for path in PACKAGE.iterdir() if (path / "__init__.py").exists()}
    doors = {f"lti_tool.{path.stem}" for path in PACKAGE.glob("*.py") if path.stem != "__init__"}
    assert rooms | doors == set(floors)


@pytest.mark.parametrize("library", sorted(ONE_DOOR))
def test_library_has_one_door(library: str) -> None:
    touching = {name_of(path) for path in FILES if touches(path, library)}

    assert touching == ({ONE_DOOR[library]} if ONE_DOOR[library] else set())


def test_contracts_of_one_door_name_every_other_module(contracts: list[dict[str, Any]]) -> None:
    """Import-linter needs the list of who may not; a new module that is not on it would be free."""
    for contract in contracts:
        door = ONE_DOOR.get(next(iter(contract.get("forbidden_modules", [""]))))
        if door is None:
            continue
        listed = set(contract["source_modules"])
        for path in FILES:
            module = ".".join(("lti_tool", *path.relative_to(PACKAGE).with_suffix("").parts))
            is_listed = any(module == one or module.startswith(f"{one}.") for one in listed)
            assert is_listed or path.name == "__init__.py" or name_of(path) == door, f"{contract['name']}: {module}"


def test_production_code_imports_no_tests() -> None:
    production = [*FILES, ROOT / "config.py", ROOT / "wsgi.py", *(ROOT / "migrations").rglob("*.py")]

    assert [path.name for path in production if touches(path, "tests") or touches(path, "benchmarks")] == []


def test_imports_say_where_they_come_from() -> None:
    relative = {name_of(path) for path in FILES if any(module.startswith(".") for module in imported(path))}

    assert relative == set()


def test_time_ids_and_chance_are_asked_in_one_place() -> None:
    found = set()
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                asked = (node.value.id, node.attr)
                if asked in ASKED_ELSEWHERE and ASKED_ELSEWHERE[asked] != name_of(path):
                    found.add((name_of(path), *asked))

    assert found == set()


def test_chance_that_can_be_guessed_is_used_nowhere() -> None:
    assert {name_of(path) for path in FILES if touches(path, "random")} == set()


def test_no_file_is_longer_than_a_person_reads() -> None:
    files = [path for path in PACKAGE.rglob("*") if path.suffix in READ_BY_PEOPLE]

    long = {name_of(path): lines for path in files if (lines := len(path.read_text().splitlines())) > 300}
    assert files
    assert long == {}, "a file over 300 lines becomes a folder of the same name"


@pytest.mark.parametrize("path", [path for path in FILES if path.name == "__init__.py"], ids=name_of)
def test_room_opens_with_a_paragraph(path: Path) -> None:
    paragraph = ast.get_docstring(ast.parse(path.read_text())) or ""

    assert len(paragraph) >= 80
    assert paragraph.endswith(".")
