"""`content check` and `content load`: what they print, what they store, and how they fail."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from lti_tool.app import STANDING, create_app
from lti_tool.curriculum import loader
from lti_tool.curriculum.loader import ContentError, read_content
from lti_tool.curriculum.models import Edition, Medium, Release
from tests.clock import FrozenClock
from tests.conftest import make_settings
from tests.content import MODULES, REAL_STEPS, real_content
from tests.curriculum.faults import CONTACTS, DUTCH, PAGE_TEXT, STEP

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result
    from flask import Flask

    from lti_tool.curriculum.loader import Content
    from lti_tool.kernel.database import Database
    from lti_tool.web.edge import Instruments
    from tests.curriculum.conftest import ContentTree


def run(app: Flask, *arguments: str) -> Result:
    result: Result = app.test_cli_runner().invoke(args=list(arguments))
    return result


def stored(database: Database) -> tuple[int, ...]:
    with database.session(writes=False) as session:
        return tuple(
            session.execute(select(func.count()).select_from(model)).scalar_one()
            for model in (Edition, Release, Medium)
        )


def shared_by_all(content: Content) -> list[dict[str, Any]]:
    """What a line has once, beside its steps."""
    return [*content.line["guidance"]["pages"], content.line["decision_aid"]]


@pytest.fixture
def writer(app: Flask, tools: Instruments, tree: ContentTree, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """The tool with a content folder of this test's own."""
    settings = replace(tools.settings, content_dir=tree.root)
    monkeypatch.setitem(app.extensions, "rugzak", replace(tools, settings=settings))
    return app


def test_check_says_what_there_is_and_stores_nothing(writer: Flask, database: Database) -> None:
    result = run(writer, "content", "check")

    assert result.exit_code == 0
    marks = re.fullmatch(
        f"The content is in order: 12 steps, {len(real_content().contacts)} contacts, ([0-9]+) marks to be checked.\n",
        result.stdout,
    )
    assert marks is not None, result.stdout
    assert result.stderr == ""
    assert stored(database) == (0, 0, 0)


def test_check_counts_the_marks_of_steps_contacts_pages_and_the_decision_aid(app: Flask) -> None:
    content = real_content()
    marked = [*REAL_STEPS, *content.contacts, *shared_by_all(content), *content.pages.values()]

    result = run(app, "content", "check")

    marks = sum(len(one["to_check"]) for one in marked)
    assert result.stdout == (
        f"The content is in order: {len(REAL_STEPS)} steps, {len(content.contacts)} contacts,"
        f" {marks} marks to be checked.\n"
    )


def test_load_prints_json_and_stores_one_edition(writer: Flask, database: Database) -> None:
    result = run(writer, "content", "load")

    assert result.exit_code == 0
    printed = json.loads(result.stdout)
    assert (printed["new"], printed["released"]) == (True, True)
    assert len(printed["edition"]) == 64
    assert stored(database) == (1, 1, 8)


def test_loading_again_changes_nothing(writer: Flask, database: Database) -> None:
    first = json.loads(run(writer, "content", "load").stdout)

    again = json.loads(run(writer, "content", "load").stdout)

    assert again == {"edition": first["edition"], "new": False, "released": False}
    assert stored(database) == (1, 1, 8)


@pytest.mark.parametrize("command", ["check", "load"])
def test_bad_content_is_named_on_standard_error_and_nothing_is_stored(
    writer: Flask, tree: ContentTree, database: Database, command: str
) -> None:
    tree.edit(STEP, "minutes: 10", "minutes: long")
    tree.edit(DUTCH, "Noor staat", "<b>Noor</b> staat")
    tree.edit(CONTACTS, 'tel: "113"', 'tel: "one"')

    result = run(writer, "content", command)

    assert result.exit_code == 1
    assert result.stdout == ""
    assert f"{STEP}:{tree.line_of(STEP, 'minutes:')}: minutes must be a whole number" in result.stderr
    assert f"{DUTCH}:{tree.line_of(DUTCH, '<b>')}: holds HTML; write Markdown" in result.stderr
    assert "contacts.2.tel must be digits only" in result.stderr
    assert len(result.stderr.splitlines()) == 3
    assert stored(database) == (0, 0, 0)


def test_bad_content_leaves_the_released_edition_in_place(writer: Flask, tree: ContentTree, database: Database) -> None:
    run(writer, "content", "load")
    tree.edit(STEP, "minutes: 10", "minutes: long")

    assert run(writer, "content", "load").exit_code == 1

    assert stored(database) == (1, 1, 8)


def test_load_into_a_database_that_is_not_migrated_says_so_in_one_line(tmp_path: Path) -> None:
    app = create_app(make_settings(f"sqlite:///{tmp_path}/new.sqlite3"), clock=FrozenClock())

    result = run(app, "content", "load")

    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1
    assert "alembic upgrade head" in result.stderr


def test_check_needs_no_database(tmp_path: Path) -> None:
    app = create_app(make_settings(f"sqlite:///{tmp_path}/new.sqlite3"), clock=FrozenClock())

    assert run(app, "content", "check").exit_code == 0


@pytest.mark.parametrize("name", [CONTACTS, PAGE_TEXT])
def test_server_does_not_start_without_what_is_always_there(tmp_path: Path, tree: ContentTree, name: str) -> None:
    (tree.root / name).unlink()
    settings = make_settings(f"sqlite:///{tmp_path}/new.sqlite3", CONTENT_DIR=str(tree.root))

    with pytest.raises(ContentError, match=rf"^{name}:1: is missing"):
        create_app(settings, clock=FrozenClock()).extensions[STANDING]()


# A folder of one's own.


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """The example, copied as modules/README.md says."""
    shutil.copytree(MODULES / "_example", tmp_path / "my-line")
    return tmp_path / "my-line"


def test_example_to_copy_is_in_order(app: Flask, own: Path) -> None:
    content = read_content(own)
    marked = [*content.contacts, *shared_by_all(content), *content.pages.values()]

    result = run(app, "content", "check", str(own))

    assert result.exit_code == 0
    marks = sum(len(one["to_check"]) for one in marked)
    contacts = len(content.contacts)
    assert result.stdout == f"The content is in order: 3 steps, {contacts} contacts, {marks} marks to be checked.\n"
    readme = (MODULES / "README.md").read_text()
    assert f"    {result.stdout}" in readme


def test_line_of_ones_own_takes_from_modules_what_it_does_not_bring(own: Path) -> None:
    content, ours = read_content(own), real_content()

    for name in ("topics", "glossary", "frame", "guidance"):
        assert content.line[name] == ours.line[name]
    assert (content.contacts, content.pages) == (ours.contacts, ours.pages)
    assert content.line["id"] != ours.line["id"]


def test_line_of_ones_own_may_bring_contacts_and_pages_of_its_own(own: Path) -> None:
    (own / "contacts.yaml").write_text((MODULES / "contacts.yaml").read_text().replace("nl: Alarmnummer", "nl: Alarm"))
    shutil.copytree(MODULES / "pages" / "safety", own / "pages" / "safety")
    (own / "pages" / "safety" / "nl.md").write_text("Weggaan kan altijd.\n")

    content, ours = read_content(own), real_content()

    assert content.contacts[0]["name"]["nl"] == "Alarm"
    assert content.pages["safety"]["text"]["nl"] == "Weggaan kan altijd.\n"
    assert content.pages["accessibility"] == ours.pages["accessibility"]


TOPIC_OF_ONES_OWN = "topics:\n  - id: moving-house\n    name: {nl: verhuizen, en: moving house}\n"


def test_not_2_line_of_ones_own_adds_topics_and_keeps_those_of_all_lines_with_their_limits(own: Path) -> None:
    (own / "topics.yaml").write_text(f"{TOPIC_OF_ONES_OWN}    most_in_year_1: 1\n")

    topics = read_content(own).line["topics"]

    assert topics[:-1] == real_content().line["topics"]
    assert (topics[-1]["id"], topics[-1]["most_in_year_1"]) == ("moving-house", 1)
    step = own / "year-1" / "unit-1" / "a-note-on-the-fridge" / "step.yaml"
    before = step.read_text()
    for topic in ("moving-house", "sexual-violence"):
        step.write_text(before.replace("- tension-at-home", f"- {topic}"))
        with pytest.raises(ContentError, match=f"“{topic}” comes too near for year 1"):
            read_content(own)


def test_not_2_line_of_ones_own_loosens_no_topic_of_all_lines(own: Path) -> None:
    copied = (MODULES / "topics.yaml").read_text().replace("    most_in_year_1: 1\n", "")
    (own / "topics.yaml").write_text(copied)
    assert read_content(own).line["topics"] == real_content().line["topics"]

    (own / "topics.yaml").write_text(TOPIC_OF_ONES_OWN.replace("moving-house", "sexual-violence"))
    with pytest.raises(ContentError, match=r"topics\.yaml:2: “sexual-violence” is a topic of all lines with another n"):
        read_content(own)


def test_page_of_ones_own_comes_whole_or_not_at_all(own: Path) -> None:
    """Half a page in another's words would be nobody's."""
    (own / "pages" / "safety").mkdir(parents=True)
    shutil.copy(MODULES / "pages" / "safety" / "page.yaml", own / "pages" / "safety")

    with pytest.raises(ContentError) as caught:
        read_content(own)

    assert str(caught.value).splitlines() == [
        f"pages/safety/{language}.md:1: is missing or cannot be read" for language in ("en", "nl")
    ]


def test_page_of_ones_own_without_its_facts_is_named_and_not_passed_over(own: Path) -> None:
    (own / "pages" / "safety").mkdir(parents=True)
    for language in ("nl", "en"):
        shutil.copy(MODULES / "pages" / "safety" / f"{language}.md", own / "pages" / "safety")

    with pytest.raises(ContentError, match=r"^pages/safety/page\.yaml:1: is missing or cannot be read$"):
        read_content(own)


def test_folder_to_check_is_read_and_not_the_one_of_the_settings(writer: Flask, tree: ContentTree, own: Path) -> None:
    tree.edit(STEP, "minutes: 10", "minutes: long")

    assert run(writer, "content", "check").exit_code == 1
    assert run(writer, "content", "check", str(own)).exit_code == 0


def test_readme_tells_truly_what_a_mistake_looks_like(app: Flask, own: Path) -> None:
    """It lets a writer make two mistakes on purpose, and shows what they read then."""
    step = own / "year-1" / "unit-1" / "a-note-on-the-fridge"
    text = (step / "step.yaml").read_text()
    (step / "step.yaml").write_text(re.sub(r"(title:.*\n  nl: .*\n)  en: .*\n", r"\1", text, count=1))
    paragraphs = (step / "nl.md").read_text().split("\n\n")
    paragraphs[1] += "!"
    (step / "nl.md").write_text("\n\n".join(paragraphs))

    result = run(app, "content", "check", str(own))

    assert result.exit_code == 1
    told = result.stderr.splitlines()
    assert len(told) == 2
    readme = (MODULES / "README.md").read_text()
    assert [line for line in told if f"    {line}\n" not in readme] == []


@pytest.mark.parametrize("folder", ["nowhere", "nowhere/at/all", "README.md"])
def test_folder_that_is_not_there_is_said_in_one_line(app: Flask, tmp_path: Path, folder: str) -> None:
    (tmp_path / "README.md").touch()
    place = tmp_path / folder

    result = run(app, "content", "check", str(place))

    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    assert f"there is no folder {place}" in result.stderr


def test_folder_without_a_line_is_named_in_one_line(app: Flask, tmp_path: Path) -> None:
    result = run(app, "content", "check", str(tmp_path))

    assert result.exit_code == 1
    assert "learning-line.yaml:1: is missing or cannot be read" in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_shared_files_are_ours() -> None:
    assert loader.SHARED == MODULES
