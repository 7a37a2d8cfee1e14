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

from lti_tool.curriculum import loader
from lti_tool.curriculum.loader import ContentError, read_content, read_standing_content
from lti_tool.curriculum.step_files import MOST_MEDIA_BYTES
from tests.content import SAMPLE_UNIT, copy_modules
from tests.curriculum.faults import (
    CAPTIONS,
    CHECKLIST,
    CONTACTS,
    DUTCH,
    ENGLISH,
    FRAME,
    GLOSSARY,
    GUIDANCE_PAGE,
    GUIDANCE_TEXT,
    LANGUAGES,
    LINE,
    LISTENING,
    MARKUP,
    MODULE,
    NO_TERMS,
    PAGE,
    PAGE_TEXT,
    PLANNER,
    SHAPE,
    SIGNPOST,
    SORTING,
    STEP,
    STEPS,
    TOPICS,
    TRANSCRIPT,
    UNIT,
    WORDS,
    Fault,
)
from tests.curriculum.shared_faults import PLACES_TO_GO, SHARED
from tests.curriculum.step_faults import KINDS, WAYS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.curriculum.conftest import ContentTree

YAML = (LINE, TOPICS, GLOSSARY, FRAME, CONTACTS, CHECKLIST, PLANNER, GUIDANCE_PAGE, PAGE, MODULE, UNIT, STEP, SORTING)
TEXTS = (DUTCH, ENGLISH, TRANSCRIPT, GUIDANCE_TEXT, PAGE_TEXT)
SOUND = f"{SAMPLE_UNIT}/listening/halte-nl.wav"
EVERY_FILE = (*YAML, *TEXTS, CAPTIONS)


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


@pytest.mark.parametrize("fault", WAYS, ids=lambda fault: fault.name)
def test_not_2_and_not_8_way_through_a_step_that_is_not_whole_is_refused(tree: ContentTree, fault: Fault) -> None:
    assert_named(tree, fault)


@pytest.mark.parametrize("fault", KINDS, ids=lambda fault: fault.name)
def test_step_without_what_its_kind_needs_is_refused(tree: ContentTree, fault: Fault) -> None:
    assert_named(tree, fault)


@pytest.mark.parametrize("fault", SHARED, ids=lambda fault: fault.name)
def test_what_all_steps_share_is_refused_when_it_is_not_whole(tree: ContentTree, fault: Fault) -> None:
    assert_named(tree, fault)


@pytest.mark.parametrize("fault", LANGUAGES, ids=lambda fault: fault.name)
def test_ops_4_text_in_one_language_is_refused(tree: ContentTree, fault: Fault) -> None:
    assert_named(tree, fault)


@pytest.mark.parametrize("fault", MARKUP, ids=lambda fault: fault.name)
def test_ops_8_markup_that_leads_elsewhere_is_refused(tree: ContentTree, fault: Fault) -> None:
    assert_named(tree, fault)


@pytest.mark.parametrize("fault", NO_TERMS, ids=lambda fault: fault.name)
def test_term_is_linked_only_where_it_is_explained(tree: ContentTree, fault: Fault) -> None:
    assert_named(tree, fault)


@pytest.mark.parametrize("fault", WORDS, ids=lambda fault: fault.name)
def test_not_6_listed_word_is_refused(tree: ContentTree, fault: Fault) -> None:
    assert_named(tree, fault)


@pytest.mark.parametrize("fault", PLACES_TO_GO, ids=lambda fault: fault.name)
def test_contact_that_leads_nowhere_is_refused(tree: ContentTree, fault: Fault) -> None:
    assert_named(tree, fault)


@pytest.mark.parametrize("left", [" []", "\n  - kind: later"], ids=["none", "later"])
@pytest.mark.parametrize("intensity", [2, 3])
def test_not_2_hard_step_without_an_alternative_is_refused(tree: ContentTree, intensity: int, left: str) -> None:
    tree.edit(SORTING, "intensity: 3", f"intensity: {intensity}")
    text = (tree.root / SORTING).read_text()
    (tree.root / SORTING).write_text(re.sub(r"(?<=\nalternatives:)\n.*?(?=\nsources:)", left, text, flags=re.DOTALL))

    line = tree.line_of(SORTING, "alternatives:")
    assert tree.problems() == [f"{SORTING}:{line}: alternatives needs an alternative at intensity 2 or 3, beside later"]


@pytest.mark.parametrize("intensity", [2, 3])
def test_not_2_hard_step_with_an_alternative_is_accepted(tree: ContentTree, intensity: int) -> None:
    tree.edit(SORTING, "intensity: 3", f"intensity: {intensity}")

    assert read_content(tree.root)


@pytest.mark.parametrize("kind", ["summary", "written", "talk"])
def test_not_2_any_way_through_a_hard_step_is_an_alternative(tree: ContentTree, kind: str) -> None:
    text = (tree.root / SORTING).read_text()
    way = f"\n  - kind: {kind}" + ("\n    text: {nl: Kort., en: Short.}" if kind == "summary" else "")
    (tree.root / SORTING).write_text(re.sub(r"(?<=\nalternatives:)\n.*?(?=\nsources:)", way, text, flags=re.DOTALL))

    assert read_content(tree.root)


@pytest.mark.parametrize("notice", ["intensity: 1\n  before: true", "intensity: 2"])
def test_grp_5_nothing_stands_between_somebody_and_the_places_to_go(tree: ContentTree, notice: str) -> None:
    tree.edit(SIGNPOST, "intensity: 1\n  before: true", notice)
    tree.edit(SIGNPOST, "contacts: none", "contacts: all")

    line = tree.line_of(SIGNPOST, "contacts:")
    assert tree.problems() == [
        f"{SIGNPOST}:{line}: contacts cannot be all behind a notice: nothing stands before the places to go"
    ]


# Sounds.


@pytest.mark.parametrize("name", [SOUND, CAPTIONS, TRANSCRIPT])
def test_not_7_sound_without_a_file_is_named(tree: ContentTree, name: str) -> None:
    (tree.root / name).unlink()

    assert tree.problems() == [f"{name}:1: is missing or cannot be read"]


@pytest.mark.parametrize("name", [SOUND, CAPTIONS, TRANSCRIPT])
def test_not_7_sound_with_an_empty_file_is_named(tree: ContentTree, name: str) -> None:
    (tree.root / name).write_bytes(b"")

    assert f"{name}:1: is empty" in tree.problems()


@pytest.mark.parametrize("raw", [b"MZ\x90", b"<html>", b"ID3\x04", b"OggS", b" RIFF"])
def test_ops_8_file_that_is_no_sound_is_named_whatever_it_is_called(tree: ContentTree, raw: bytes) -> None:
    (tree.root / SOUND).write_bytes(raw)

    where = f"{LISTENING}:{tree.line_of(LISTENING, 'sound:')}: "
    assert tree.problems() == [f"{where}“halte-nl.wav” is no .wav file, whatever it is called"]


@pytest.mark.parametrize(
    ("ending", "raw", "media_type"),
    [
        (".mp3", b"ID3\x04", "audio/mpeg"),
        (".mp3", b"\xff\xfb\x90", "audio/mpeg"),
        (".m4a", b"\0\0\0\x20ftypM4A ", "audio/mp4"),
        (".ogg", b"OggS\0", "audio/ogg"),
        (".wav", b"RIFF\0", "audio/wav"),
    ],
)
def test_sound_that_browsers_play_is_taken_into_the_edition(
    tree: ContentTree, ending: str, raw: bytes, media_type: str
) -> None:
    (tree.root / SOUND).with_suffix(ending).write_bytes(raw)
    tree.edit(LISTENING, "halte-nl.wav", f"halte-nl{ending}")

    media = read_content(tree.root).media

    assert [file.media_type for file in media.values() if file.content == raw] == [media_type]


def test_ops_8_sound_that_is_far_too_large_is_named(tree: ContentTree) -> None:
    with (tree.root / SOUND).open("r+b") as file:
        file.truncate(MOST_MEDIA_BYTES + 1)

    assert f"{SOUND}:1: is larger than 20000000 bytes" in tree.problems()


def test_ops_8_link_from_a_sound_out_of_the_folder_is_no_content(tree: ContentTree, tmp_path: Path) -> None:
    secret = tmp_path / "secret.wav"
    secret.write_bytes(b"RIFF of the operator")
    (tree.root / SOUND).unlink()
    (tree.root / SOUND).symlink_to(secret)

    assert tree.problems() == [f"{SOUND}:1: is missing or cannot be read"]


@pytest.mark.parametrize("text", ["00:00.000 --> 00:02.000\nDo you hear?\n", "SRT\n", " WEBVTT\n"])
def test_not_7_captions_that_no_browser_reads_are_named(tree: ContentTree, text: str) -> None:
    (tree.root / CAPTIONS).write_text(text)

    where = f"{LISTENING}:{tree.line_of(LISTENING, 'captions:')}: "
    assert tree.problems() == [f"{where}“halte-en.vtt” is no WebVTT file: its first line must be WEBVTT"]


@pytest.mark.parametrize(
    "text",
    [
        "WEBVTT\n",
        "WEBVTT\n\nDo you hear?\n",
        "WEBVTT\n\n00:00,000 --> 00:02,000\nDo you hear?\n",
        "WEBVTT\n\n00:00.000 -> 00:02.000\nDo you hear?\n",
        "WEBVTT\n\n00:00 --> 00:02\nDo you hear?\n",
        "WEBVTT\n\n00:00.000 --> 00:02.000\n\n",
    ],
)
def test_not_7_captions_in_which_nothing_is_said_are_named(tree: ContentTree, text: str) -> None:
    (tree.root / CAPTIONS).write_text(text)

    where = f"{LISTENING}:{tree.line_of(LISTENING, 'captions:')}: "
    assert [one for one in tree.problems() if one.startswith(f"{where}“halte-en.vtt” holds no caption")]


@pytest.mark.parametrize(
    "text",
    [
        "\ufeffWEBVTT\n\n00:00.000 --> 00:02.000\nDo you hear?\n",
        "WEBVTT - of the stop\r\n\r\n1\r\n01:00:00.000 --> 01:00:02.000 align:start\r\nDo you hear?\r\n",
    ],
)
def test_not_7_captions_that_browsers_read_are_content(tree: ContentTree, text: str) -> None:
    (tree.root / CAPTIONS).write_bytes(text.encode())

    kept = [file.content.decode() for file in read_content(tree.root).media.values() if file.media_type == "text/vtt"]
    assert text.removeprefix("\ufeff") in kept


@pytest.mark.parametrize("name", EVERY_FILE)
def test_mark_that_an_editor_puts_before_a_text_is_no_part_of_it(tree: ContentTree, name: str) -> None:
    path = tree.root / name
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())

    assert "\ufeff" not in json.dumps(read_content(tree.root).line, ensure_ascii=False)


@pytest.mark.parametrize("kind", [".txt", ".webm", ".avi", ".html", ".svg", ""])
def test_not_7_only_sounds_are_played(tree: ContentTree, kind: str) -> None:
    tree.edit(LISTENING, "halte-nl.wav", f"halte-nl{kind}")

    assert any("must be a sound that browsers play: a file that ends in .mp3, .m4a" in one for one in tree.problems())


def test_complaint_of_a_sound_names_the_line_of_its_language(tree: ContentTree) -> None:
    tree.edit(LISTENING, "{nl: halte-nl.wav, en: halte-en.wav}", "\n  nl: halte-nl.wav\n  en: halte-en.avi")

    line = tree.line_of(LISTENING, "en: halte-en.avi")
    assert [one.partition(": ")[0] for one in tree.problems()] == [f"{LISTENING}:{line}"]


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


@pytest.mark.parametrize("name", TEXTS)
def test_ops_4_text_without_words_is_named(tree: ContentTree, name: str) -> None:
    (tree.root / name).write_text(" \n\n")

    assert f"{name}:1: is empty" in tree.problems()


@pytest.mark.parametrize("name", YAML)
@pytest.mark.parametrize("text", ["", "# nothing\n", "text\n", "- a\n- b\n", "7\n", "null\n", "{}\n"])
def test_yaml_file_that_holds_something_else_is_named(tree: ContentTree, name: str, text: str) -> None:
    (tree.root / name).write_text(text)

    assert any(line.startswith(f"{name}:1: ") for line in tree.problems())


@pytest.mark.parametrize(
    "folder",
    ["..", "../secret", "/etc", "year-1/../year-1", "Year-1", "year_1", "-", "", "year-1\\n", ".", "~"],
)
@pytest.mark.parametrize(("file", "known"), [(LINE, "year-1"), (MODULE, "unit-20"), (UNIT, "signpost")])
def test_ops_8_folder_name_leads_nowhere_else(tree: ContentTree, file: str, known: str, folder: str) -> None:
    tree.edit(file, f"- {known}", f'- "{folder}" # here')

    where = f"{file}:{tree.line_of(file, '# here')}: "
    problems = tree.problems()
    assert any(line.startswith(where) and "small letters, digits and hyphens" in line for line in problems)
    assert all(line.startswith(file) for line in problems)


def test_folder_that_is_not_there_is_named_with_all_its_files(tree: ContentTree) -> None:
    tree.edit(UNIT, "- signpost", "- not-written-yet")
    shutil.rmtree(tree.root / SAMPLE_UNIT / "signpost")

    missing = [f"{SAMPLE_UNIT}/not-written-yet/{name}:1: is missing" for name in ("en.md", "nl.md", "step.yaml")]
    assert [line.removesuffix(" or cannot be read") for line in tree.problems()] == missing


@pytest.mark.parametrize("number", [1, 4, 12])
def test_steps_out_of_order_or_with_one_number_are_refused(tree: ContentTree, number: int) -> None:
    tree.edit(SIGNPOST, "number: 3", f"number: {number}")

    line = tree.line_of(UNIT, "steps:")
    assert tree.problems() == [f"{UNIT}:{line}: steps must stand in the order of their numbers"]


def test_step_that_stands_twice_in_its_unit_is_refused(tree: ContentTree) -> None:
    tree.edit(UNIT, "- signpost", "- signpost\n  - signpost")

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
    tree.edit(STEP, "minutes: 10", f"minutes: {value} # here")

    assert any(line.startswith(f"{STEP}:{tree.line_of(STEP, '# here')}: ") for line in tree.problems())


def test_what_is_wrong_in_one_file_or_field_hides_no_other(tree: ContentTree) -> None:
    tree.edit(STEP, "minutes: 10", "minutes: long")
    tree.edit(STEP, "kind: read\n", "kind: read\ncolour: red\n")
    tree.edit(UNIT, "cloth: heather", "cloth: silk")
    tree.edit(DUTCH, "Noor staat", "<b>Noor</b> staat")
    tree.edit(CONTACTS, 'tel: "113"', 'tel: "one"')
    (tree.root / "year-1/unit-20/meeting/en.md").unlink()

    problems = tree.problems()

    for file, says in (
        (STEP, "minutes must be"),
        (STEP, "colour is not"),
        (UNIT, "cloth must be"),
        (DUTCH, "holds HTML"),
        (CONTACTS, "must be digits"),
        ("year-1/unit-20/meeting/en.md", "is missing"),
    ):
        assert any(line.startswith(f"{file}:") and says in line for line in problems), (file, says)


def test_not_6_field_that_is_wrong_hides_no_word(tree: ContentTree) -> None:
    tree.edit(STEP, "minutes: 10", "minutes: long")
    tree.edit(STEP, "kind: read\n", "kind: quiz\n")
    tree.edit(STEP, "The short version", "The victim")
    tree.edit(CONTACTS, 'tel: "113"', 'tel: "one"')
    tree.edit(CONTACTS, "nl: Dag en nacht.", "nl: Moedig, dag en nacht.")
    tree.edit(CHECKLIST, "nl: Je hebt het gelezen", "nl: Dapper, je hebt het gelezen")
    tree.edit(CHECKLIST, "  - id: qq35xt7l\n    title:", "  - title:")
    tree.edit(FRAME, "opening:\n", "openings:\n")
    tree.edit(FRAME, "nl: Verzonnen mensen.", "nl: Verzonnen slachtoffers.")

    problems = "\n".join(tree.problems())

    for says in ("minutes must be", "kind must be", "“victim”", "“Moedig”", "“Dapper”", "“slachtoffers”"):
        assert says in problems, says


def test_problems_are_sorted_by_file_and_line_and_none_is_told_twice(tree: ContentTree) -> None:
    tree.edit(DUTCH, "Noor staat", "<b>Noor</b> <i>staat</i>")
    tree.edit(DUTCH, "De brief gaat", "<b>De</b> gaat")
    tree.edit(STEP, "minutes: 10", "minutes: long")

    with pytest.raises(ContentError) as caught:
        read_content(tree.root)

    places = [(problem.file, problem.line) for problem in caught.value.problems]
    assert places == sorted(places)
    assert len(set(caught.value.problems)) == len(caught.value.problems) == 3


@pytest.mark.parametrize(
    ("gone", "left", "says"),
    [
        ("every_page: true", "every_page: false", "contacts needs a card with every_page: true"),
        (r"    brief:\n(      .*\n)+", "", "contacts needs a card with brief"),
    ],
)
def test_grp_5_and_grp_6_some_card_stands_on_every_page_and_beside_every_field(
    tree: ContentTree, gone: str, left: str, says: str
) -> None:
    path = tree.root / CONTACTS
    path.write_text(re.sub(gone, left, path.read_text()))

    line = tree.line_of(CONTACTS, "contacts:")
    assert [one for one in tree.problems() if one.startswith(f"{CONTACTS}:{line}: {says}")]


def test_contacts_alone_can_be_wrong(tree: ContentTree) -> None:
    tree.edit(CONTACTS, 'tel: "113"', 'tel: "one"')

    with pytest.raises(ContentError, match="must be digits only"):
        read_standing_content(tree.root)


@pytest.fixture(scope="module")
def spoiled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """One copy for a whole property; each example puts back what it spoiled."""
    root = copy_modules(tmp_path_factory.mktemp("spoiled"), only_sample=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loader, "SHARED", root)
        yield root


def read_with(root: Path, name: str, raw: bytes) -> list[str]:
    """What the loader says when a file holds these bytes; an error of another kind fails the test."""
    path = root / name
    before = path.read_bytes()
    path.write_bytes(raw)
    try:
        json.dumps(read_content(root).line, ensure_ascii=False).encode()
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
    "id", "number", "kind", "minutes", "title", "notice", "alternatives", "prerequisites", "sources", "to_check",
    "guidance", "sorting", "programme", "parts", "sound", "captions", "transcript", "cards",
    "modules", "units", "steps", "topics", "contacts", "terms", "ways", "closing", "intensity", "items", "questions",
)  # fmt: skip


@settings(max_examples=60)
@given(
    name=st.sampled_from([*YAML, LISTENING]),
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
    tree.edit(STEP, "[unsafe-home]", f"[{topic}]")

    assert any(f"“{topic}” comes too near for year 1" in problem for problem in tree.problems())


@pytest.mark.parametrize(
    ("folder", "file", "name"), [("year-1/unit-20/unread", UNIT, "steps"), ("year-1/unit-7", MODULE, "units")]
)
def test_folder_that_no_list_names_is_named(tree: ContentTree, folder: str, file: str, name: str) -> None:
    (tree.root / folder).mkdir()
    unnamed = folder.rpartition("/")[2]

    where = f"{file}:{tree.line_of(file, f'{name}:')}: "
    assert tree.problems() == [
        f"{where}{name} does not name the folder “{unnamed}”; add it, or let its name begin with _ until it is ready"
    ]


def test_folder_that_is_set_aside_is_passed_over(tree: ContentTree) -> None:
    for folder in ("year-1/unit-20/_later", "year-1/_unit-7", "pages/_privacy"):
        (tree.root / folder).mkdir()

    assert read_content(tree.root)


@pytest.mark.parametrize("folder", ["pages/privacy", "guidance/sometimes"])
def test_page_that_nothing_shows_is_named(tree: ContentTree, folder: str) -> None:
    (tree.root / folder).mkdir()

    (problem,) = tree.problems()
    assert problem.startswith(f"{folder}/page.yaml:1: belongs to no page that the tool shows: ")


def test_second_year_is_refused_until_the_tool_shows_it(tree: ContentTree) -> None:
    tree.edit(LINE, "  - year-1", "  - year-1\n  - year-2")

    assert any("must name one year" in problem for problem in tree.problems())
