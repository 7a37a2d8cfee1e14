"""Whatever is wrong in a content file is named: file, line and what (NOT-1, NOT-2, NOT-6, OPS-4, OPS-8)."""

from __future__ import annotations

import json
import os
import re
import shutil
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lti_tool.curriculum.loader import ContentError, read_contacts, read_content
from tests.conftest import ROOT
from tests.curriculum.faults import (
    CONTACTS,
    DUTCH,
    ENGLISH,
    LANGUAGES,
    LINE,
    MARKUP,
    MODULE,
    PLACES_TO_GO,
    SHAPE,
    SIGNPOST,
    STEP,
    STEPS,
    TOPICS,
    UNIT,
    WORDS,
    Fault,
)

if TYPE_CHECKING:
    from pathlib import Path

    from tests.curriculum.conftest import ContentTree

EVERY_FILE = (LINE, TOPICS, CONTACTS, MODULE, UNIT, STEP, DUTCH, ENGLISH)


def assert_named(tree: ContentTree, fault: Fault) -> None:
    tree.edit(fault.file, fault.old, fault.new)

    problems = tree.problems()

    where = f"{fault.file}:{tree.line_of(fault.file, fault.at)}: "
    assert any(line.startswith(where) and fault.says in line for line in problems), problems


@pytest.mark.parametrize("fault", SHAPE, ids=lambda fault: fault.name)
def test_file_of_another_shape_is_refused(tree: ContentTree, fault: Fault) -> None:
    assert_named(tree, fault)


@pytest.mark.parametrize("fault", STEPS, ids=lambda fault: fault.name)
def test_not_1_and_not_2_step_without_what_it_needs_is_refused(tree: ContentTree, fault: Fault) -> None:
    assert_named(tree, fault)


@pytest.mark.parametrize("fault", LANGUAGES, ids=lambda fault: fault.name)
def test_ops_4_text_in_one_language_is_refused(tree: ContentTree, fault: Fault) -> None:
    assert_named(tree, fault)


@pytest.mark.parametrize("fault", MARKUP, ids=lambda fault: fault.name)
def test_ops_8_markup_that_leads_elsewhere_is_refused(tree: ContentTree, fault: Fault) -> None:
    assert_named(tree, fault)


@pytest.mark.parametrize("fault", WORDS, ids=lambda fault: fault.name)
def test_not_6_listed_word_is_refused(tree: ContentTree, fault: Fault) -> None:
    assert_named(tree, fault)


@pytest.mark.parametrize("fault", PLACES_TO_GO, ids=lambda fault: fault.name)
def test_contact_that_leads_nowhere_is_refused(tree: ContentTree, fault: Fault) -> None:
    assert_named(tree, fault)


@pytest.mark.parametrize("intensity", [2, 3])
def test_not_2_hard_step_without_an_alternative_is_refused(tree: ContentTree, intensity: int) -> None:
    text = (tree.root / STEP).read_text().replace("intensity: 1", f"intensity: {intensity}")
    (tree.root / STEP).write_text(re.sub(r"alternatives:\n.*?(?=\nterms:)", "alternatives: []", text, flags=re.DOTALL))

    line = tree.line_of(STEP, "alternatives:")
    assert tree.problems() == [f"{STEP}:{line}: alternatives needs an alternative at intensity 2 or 3"]


@pytest.mark.parametrize("intensity", [2, 3])
def test_not_2_hard_step_with_an_alternative_is_accepted(tree: ContentTree, intensity: int) -> None:
    tree.edit(STEP, "intensity: 1", f"intensity: {intensity}")

    assert read_content(tree.root)


def test_alternative_with_a_text_that_is_no_summary_is_refused(tree: ContentTree) -> None:
    tree.edit(STEP, "- kind: summary", "- kind: later")

    assert any("has a text when it is a summary, and only then" in line for line in tree.problems())


@pytest.mark.parametrize("name", EVERY_FILE)
def test_file_that_is_missing_is_named(tree: ContentTree, name: str) -> None:
    (tree.root / name).unlink()

    assert f"{name}:1: is missing or cannot be read" in tree.problems()


@pytest.mark.parametrize("name", EVERY_FILE)
def test_folder_in_the_place_of_a_file_is_named(tree: ContentTree, name: str) -> None:
    (tree.root / name).unlink()
    (tree.root / name).mkdir()

    assert f"{name}:1: is missing or cannot be read" in tree.problems()


@pytest.mark.parametrize("name", EVERY_FILE)
def test_file_that_is_not_utf_8_is_named_with_its_line(tree: ContentTree, name: str) -> None:
    path = tree.root / name
    path.write_bytes(b"# one\n# two\n# caf\xe9\n" + path.read_bytes())

    assert f"{name}:3: is not UTF-8 text" in tree.problems()


@pytest.mark.parametrize("name", EVERY_FILE)
def test_file_that_is_far_too_large_is_named(tree: ContentTree, name: str) -> None:
    with (tree.root / name).open("a") as file:
        file.write("# x\n" * 60_000)

    assert f"{name}:1: is larger than 200000 bytes" in tree.problems()


@pytest.mark.parametrize("name", [DUTCH, ENGLISH])
def test_ops_4_text_without_words_is_named(tree: ContentTree, name: str) -> None:
    (tree.root / name).write_text(" \n\n")

    assert f"{name}:1: is empty" in tree.problems()


@pytest.mark.parametrize("name", [LINE, TOPICS, CONTACTS, MODULE, UNIT, STEP])
@pytest.mark.parametrize("text", ["", "# nothing\n", "text\n", "- a\n- b\n", "7\n", "null\n", "{}\n"])
def test_yaml_file_that_holds_something_else_is_named(tree: ContentTree, name: str, text: str) -> None:
    (tree.root / name).write_text(text)

    assert any(line.startswith(f"{name}:1: ") for line in tree.problems())


@pytest.mark.parametrize(
    "folder",
    ["..", "../secret", "/etc", "year-1/../year-1", "Year-1", "year_1", "-", "", "year-1\\n", ".", "~"],
)
@pytest.mark.parametrize(("file", "known"), [(LINE, "year-1"), (MODULE, "unit-1"), (UNIT, "where-can-i-go")])
def test_ops_8_folder_name_leads_nowhere_else(tree: ContentTree, file: str, known: str, folder: str) -> None:
    tree.edit(file, f"- {known}", f'- "{folder}" # here')

    where = f"{file}:{tree.line_of(file, '# here')}: "
    problems = tree.problems()
    assert any(line.startswith(where) and "small letters, digits and hyphens" in line for line in problems)
    assert all(line.startswith(file) for line in problems)


def test_folder_that_is_not_there_is_named_with_all_its_files(tree: ContentTree) -> None:
    tree.edit(UNIT, "- where-can-i-go", "- not-written-yet")

    missing = [f"year-1/unit-1/not-written-yet/{name}:1: is missing" for name in ("en.md", "nl.md", "step.yaml")]
    assert [line.removesuffix(" or cannot be read") for line in tree.problems()] == missing


@pytest.mark.parametrize("number", [1, 4, 5])
def test_steps_out_of_order_or_with_one_number_are_refused(tree: ContentTree, number: int) -> None:
    tree.edit(SIGNPOST, "number: 2", f"number: {number}")

    assert tree.problems() == [f"{UNIT}:1: steps must stand in the order of their numbers"]


def test_step_that_stands_twice_in_its_unit_is_refused(tree: ContentTree) -> None:
    tree.edit(UNIT, "- how-this-works", "- how-this-works\n  - how-this-works")

    assert any("ids are unique" in line for line in tree.problems())


def test_small_file_that_would_grow_without_end_is_refused_at_once(tree: ContentTree) -> None:
    rounds = "\n".join(f"x{n}: &x{n} [{', '.join([f'*x{n - 1}'] * 9)}]" for n in range(1, 30))
    (tree.root / STEP).write_text(f"x0: &x0 x\n{rounds}\n")

    assert f"{STEP}:2: uses an alias (*name); write the text out" in tree.problems()


@pytest.mark.parametrize("bracket", ["[", "{a: ", "- "])
def test_file_nested_without_end_is_refused(tree: ContentTree, bracket: str) -> None:
    (tree.root / STEP).write_text(bracket * 1500)

    assert any(line.startswith(STEP) for line in tree.problems())


@pytest.mark.parametrize(
    "value",
    [
        '!!int ""',
        '!!float ""',
        "!!bool perhaps",
        "!!timestamp perhaps",
        "!!binary é",
        "!!set x",
        "!!python/name:os.system x",
        "!!python/object/apply:os.system [x]",
        "!unknown x",
        "2026-99-99",
        "0b_",
        "=",
        f"{'9' * 5000}",
        r'"\ud800"',
        r'{"\ud800": 1}',
    ],
)
def test_value_that_cannot_be_read_is_named_with_its_line(tree: ContentTree, value: str) -> None:
    tree.edit(STEP, "minutes: 15", f"minutes: {value} # here")

    assert any(line.startswith(f"{STEP}:{tree.line_of(STEP, '# here')}: ") for line in tree.problems())


def test_everything_that_is_wrong_is_named_at_once(tree: ContentTree) -> None:
    tree.edit(STEP, "minutes: 15", "minutes: long")
    tree.edit(STEP, "kind: read\n", "kind: read\ncolour: red\n")
    tree.edit(UNIT, "cloth: weld", "cloth: silk")
    tree.edit(DUTCH, "Ilias verhuisde", "<b>Ilias</b> verhuisde")
    tree.edit(CONTACTS, 'tel: "113"', 'tel: "one"')
    (tree.root / "year-1/unit-1/how-this-works/en.md").unlink()

    problems = tree.problems()

    for file, says in (
        (STEP, "minutes must be"),
        (STEP, "colour is not"),
        (UNIT, "cloth must be"),
        (DUTCH, "holds HTML"),
        (CONTACTS, "must be digits"),
        ("year-1/unit-1/how-this-works/en.md", "is missing"),
    ):
        assert any(line.startswith(f"{file}:") and says in line for line in problems), (file, says)


def test_problems_are_sorted_by_file_and_line_and_none_is_told_twice(tree: ContentTree) -> None:
    tree.edit(DUTCH, "Ilias verhuisde", "<b>Ilias</b> <i>verhuisde</i>")
    tree.edit(DUTCH, "Lang dacht Ilias", "<b>Ilias</b> dacht")
    tree.edit(STEP, "minutes: 15", "minutes: long")

    with pytest.raises(ContentError) as caught:
        read_content(tree.root)

    places = [(problem.file, problem.line) for problem in caught.value.problems]
    assert places == sorted(places)
    assert len(set(caught.value.problems)) == len(caught.value.problems) == 3


def test_contacts_alone_can_be_wrong(tree: ContentTree) -> None:
    tree.edit(CONTACTS, 'tel: "113"', 'tel: "one"')

    with pytest.raises(ContentError, match="must be digits only"):
        read_contacts(tree.root)


@pytest.fixture(scope="module")
def spoiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One copy for a whole property; each example puts back what it spoiled."""
    root = tmp_path_factory.mktemp("spoiled") / "modules"
    shutil.copytree(ROOT / "modules", root)
    return root


def read_with(root: Path, name: str, raw: bytes) -> list[str]:
    """What the loader says when a file holds these bytes; an error of another kind fails the test."""
    path = root / name
    before = path.read_bytes()
    path.write_bytes(raw)
    try:
        line, _ = read_content(root)
        json.dumps(line, ensure_ascii=False).encode()
    except ContentError as error:
        return str(error).splitlines()
    finally:
        path.write_bytes(before)
    return []


def assert_well_said(problems: list[str]) -> None:
    for problem in problems:
        assert re.match(r"[a-z0-9./-]+:[1-9][0-9]*: \S", problem), problem
        problem.encode()


@settings(max_examples=40)
@given(name=st.sampled_from(EVERY_FILE), raw=st.binary(max_size=200))
def test_any_bytes_are_content_or_a_complaint(spoiled: Path, name: str, raw: bytes) -> None:
    assert_well_said(read_with(spoiled, name, raw))


@settings(max_examples=60)
@given(data=st.data(), name=st.sampled_from(EVERY_FILE))
def test_any_change_of_a_good_file_is_content_or_a_complaint(spoiled: Path, data: st.DataObject, name: str) -> None:
    good = (spoiled / name).read_bytes()
    start = data.draw(st.integers(0, len(good)))
    end = data.draw(st.integers(start, min(len(good), start + 40)))
    put = data.draw(st.binary(max_size=8) | st.sampled_from([b"*a", b"&a ", b"!!int ", b"<<: ", b"? ", b"\xc2\x85"]))

    assert_well_said(read_with(spoiled, name, good[:start] + put + good[end:]))


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda below: st.lists(below, max_size=4) | st.dictionaries(st.text(max_size=10), below, max_size=4),
    max_leaves=8,
)
FIELDS = (
    "id", "number", "kind", "minutes", "title", "notice", "alternatives", "terms", "sources", "to_check",
    "modules", "units", "steps", "topics", "contacts",
)  # fmt: skip


@settings(max_examples=60)
@given(
    name=st.sampled_from([LINE, TOPICS, CONTACTS, MODULE, UNIT, STEP]),
    value=ANYTHING | st.dictionaries(st.sampled_from(FIELDS), ANYTHING),
)
def test_any_values_are_content_or_a_complaint(spoiled: Path, name: str, value: Any) -> None:
    assert_well_said(read_with(spoiled, name, json.dumps(value).encode()))


# Content comes from many hands.


def test_ops_8_link_out_of_the_folder_is_no_content(tree: ContentTree, tmp_path: Path) -> None:
    secret = tmp_path / "secret.md"
    secret.write_text("The master key of the operator.\n")
    text = tree.root / ENGLISH
    text.unlink()
    text.symlink_to(secret)

    assert any(problem.startswith(f"{ENGLISH}:1: is missing") for problem in tree.problems())


def test_ops_8_file_without_an_end_is_no_content(tree: ContentTree) -> None:
    text = tree.root / ENGLISH
    text.unlink()
    os.mkfifo(text)

    assert any("en.md:1: is missing" in problem for problem in tree.problems())


@pytest.mark.parametrize("topic", ["sexual-violence", "suicide-mentioned"])
def test_not_2_year_1_comes_no_nearer_to_some_topics(tree: ContentTree, topic: str) -> None:
    tree.edit(STEP, "    - unsafe-home\n  intensity: 1", f"    - {topic}\n  intensity: 2")

    assert any(f"“{topic}” comes too near for year 1" in problem for problem in tree.problems())


def test_second_year_is_refused_until_the_tool_shows_it(tree: ContentTree) -> None:
    tree.edit(LINE, "  - year-1", "  - year-1\n  - year-2")

    assert any("must name one year" in problem for problem in tree.problems())
