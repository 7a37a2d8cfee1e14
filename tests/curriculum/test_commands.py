"""`content check` and `content load`: what they print, what they store, and how they fail."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from lti_tool.app import CONTACTS as READ_CONTACTS
from lti_tool.app import create_app
from lti_tool.curriculum.models import Edition, Release
from tests.clock import FrozenClock
from tests.conftest import make_settings
from tests.curriculum.faults import CONTACTS, DUTCH, STEP

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result
    from flask import Flask

    from lti_tool.kernel.database import Database
    from lti_tool.web.edge import Instruments
    from tests.curriculum.conftest import ContentTree


def run(app: Flask, *arguments: str) -> Result:
    result: Result = app.test_cli_runner().invoke(args=list(arguments))
    return result


def stored(database: Database) -> tuple[int, ...]:
    with database.session(writes=False) as session:
        return tuple(
            session.execute(select(func.count()).select_from(model)).scalar_one() for model in (Edition, Release)
        )


@pytest.fixture
def writer(app: Flask, tools: Instruments, tree: ContentTree, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """The tool with a content folder of this test's own."""
    settings = replace(tools.settings, content_dir=tree.root)
    monkeypatch.setitem(app.extensions, "rugzak", replace(tools, settings=settings))
    return app


def test_check_says_what_there_is_and_stores_nothing(writer: Flask, database: Database) -> None:
    result = run(writer, "content", "check")

    assert result.exit_code == 0
    assert result.stdout.startswith("The content is in order: 3 steps, 9 contacts, ")
    assert result.stderr == ""
    assert stored(database) == (0, 0)


def test_load_prints_json_and_stores_one_edition(writer: Flask, database: Database) -> None:
    result = run(writer, "content", "load")

    assert result.exit_code == 0
    printed = json.loads(result.stdout)
    assert (printed["new"], printed["released"]) == (True, True)
    assert len(printed["edition"]) == 64
    assert stored(database) == (1, 1)


def test_loading_again_changes_nothing(writer: Flask, database: Database) -> None:
    first = json.loads(run(writer, "content", "load").stdout)

    again = json.loads(run(writer, "content", "load").stdout)

    assert again == {"edition": first["edition"], "new": False, "released": False}
    assert stored(database) == (1, 1)


@pytest.mark.parametrize("command", ["check", "load"])
def test_bad_content_is_named_on_standard_error_and_nothing_is_stored(
    writer: Flask, tree: ContentTree, database: Database, command: str
) -> None:
    tree.edit(STEP, "minutes: 15", "minutes: long")
    tree.edit(DUTCH, "Ilias verhuisde", "<b>Ilias</b> verhuisde")
    tree.edit(CONTACTS, 'tel: "113"', 'tel: "one"')

    result = run(writer, "content", command)

    assert result.exit_code == 1
    assert result.stdout == ""
    assert f"{STEP}:{tree.line_of(STEP, 'minutes:')}: minutes must be a whole number" in result.stderr
    assert f"{DUTCH}:{tree.line_of(DUTCH, '<b>')}: holds HTML; write Markdown" in result.stderr
    assert "contacts.2.tel must be digits only" in result.stderr
    assert len(result.stderr.splitlines()) == 3
    assert stored(database) == (0, 0)


def test_bad_content_leaves_the_released_edition_in_place(writer: Flask, tree: ContentTree, database: Database) -> None:
    run(writer, "content", "load")
    tree.edit(STEP, "minutes: 15", "minutes: long")

    assert run(writer, "content", "load").exit_code == 1

    assert stored(database) == (1, 1)


def test_load_into_a_database_that_is_not_migrated_says_so_in_one_line(tmp_path: Path) -> None:
    app = create_app(make_settings(f"sqlite:///{tmp_path}/new.sqlite3"), clock=FrozenClock())

    result = run(app, "content", "load")

    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1
    assert "alembic upgrade head" in result.stderr


def test_check_needs_no_database(tmp_path: Path) -> None:
    app = create_app(make_settings(f"sqlite:///{tmp_path}/new.sqlite3"), clock=FrozenClock())

    assert run(app, "content", "check").exit_code == 0


def test_server_does_not_start_without_its_contacts(tmp_path: Path, tree: ContentTree) -> None:
    (tree.root / CONTACTS).unlink()
    settings = make_settings(f"sqlite:///{tmp_path}/new.sqlite3", CONTENT_DIR=str(tree.root))

    with pytest.raises(Exception, match=r"^contacts\.yaml:1: is missing"):
        create_app(settings, clock=FrozenClock()).extensions[READ_CONTACTS]()
