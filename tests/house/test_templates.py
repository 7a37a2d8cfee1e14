"""The templates and their sentences: every one compiles, is used, and exists in Dutch and English."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask_babel import gettext, ngettext
from jinja2 import nodes

from lti_tool.curriculum.kinds import find_kind, kind_names
from lti_tool.curriculum.wording import find_words
from lti_tool.launch.words import words_for
from lti_tool.lti.refusals import Reason

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from babel.messages.catalog import Catalog
    from flask import Flask

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "lti_tool"
DUTCH = PACKAGE / "web" / "translations" / "nl" / "LC_MESSAGES" / "messages.po"
PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[a-zA-Z%]")
NAMES = sorted(
    f"{folder.parent.name}/{path.relative_to(folder).as_posix()}"
    for folder in PACKAGE.glob("*/templates")
    for path in folder.rglob("*.html")
)
Sentence = str | tuple[str, ...]
BY_KIND = {"template", "written_template"}
"""What a step of any kind includes: a kind names the templates that are its own, in Python."""


@pytest.fixture(scope="module")
def tool(tool_apps: Callable[[str, str], Flask]) -> Flask:
    return tool_apps("sqlite", "")


@pytest.fixture(scope="module")
def trees(tool: Flask) -> dict[str, nodes.Template]:
    environment, loader = tool.jinja_env, tool.jinja_env.loader
    assert loader is not None
    return {name: environment.parse(loader.get_source(environment, name)[0]) for name in NAMES}


@pytest.fixture(scope="module")
def sentences() -> frozenset[Sentence]:
    """Every sentence in the code and the templates, as `make messages` gathers them."""
    methods = [("lti_tool/**.py", "python"), ("lti_tool/**/templates/**.html", "jinja2")]
    options = {"lti_tool/**/templates/**.html": {"silent": "false"}}
    found = extract_from_dir(ROOT, methods, options)
    # A generator of five values: file, line, message, comments, context.
    return frozenset(tuple(message) if isinstance(message, (list, tuple)) else message for _, _, message, _, _ in found)


@pytest.fixture(scope="module")
def dutch() -> Catalog:
    with DUTCH.open("rb") as file:
        return read_po(file, locale="nl")


def key_of(message_id: object) -> Sentence:
    return tuple(message_id) if isinstance(message_id, (list, tuple)) else str(message_id)


def texts_of(value: object) -> tuple[str, ...]:
    return tuple(value) if isinstance(value, (list, tuple)) else (str(value),)


def referred(tree: nodes.Template) -> Iterator[str]:
    """Yield the templates that a template extends, includes or imports."""
    for node in tree.find_all((nodes.Extends, nodes.Include, nodes.Import, nodes.FromImport)):
        if isinstance(node, (nodes.Extends, nodes.Include, nodes.Import, nodes.FromImport)):
            if isinstance(node, nodes.Include) and is_of_a_kind(node.template):
                continue
            assert isinstance(node.template, nodes.Const), "a template names what it builds on"
            yield str(node.template.value)


def is_of_a_kind(name: nodes.Expr) -> bool:
    """Whether a template's name is asked of the kind of the step: ``step.kind.template``."""
    of_step = nodes.Getattr(nodes.Name("step", "load"), "kind", "load")
    return isinstance(name, nodes.Getattr) and name.attr in BY_KIND and name.node == of_step


def used_names(name: str, trees: dict[str, nodes.Template]) -> set[str]:
    """The names that a template uses, itself or in what it includes, which sees the same names."""
    found = loaded_names(trees[name])
    for node in trees[name].find_all(nodes.Include):
        if isinstance(node.template, nodes.Const):
            found |= used_names(str(node.template.value), trees)
    return found


def loaded_names(tree: nodes.Template) -> set[str]:
    return {name.name for name in tree.find_all(nodes.Name) if name.ctx == "load"}


@pytest.mark.parametrize("name", NAMES)
def test_template_compiles(tool: Flask, name: str) -> None:
    assert callable(tool.jinja_env.get_template(name).root_render_func)


def test_every_template_is_used(trees: dict[str, nodes.Template]) -> None:
    built_on = {other for tree in trees.values() for other in referred(tree)}
    code = "\n".join(path.read_text() for path in PACKAGE.rglob("*.py"))

    unused = [name for name in NAMES if name not in built_on and f'"{name}"' not in code]
    missing = [name for name in built_on if name not in NAMES]
    assert unused == []
    assert missing == []


def test_only_the_page_of_a_step_includes_what_a_kind_names(trees: dict[str, nodes.Template]) -> None:
    asked = [(name, node.template) for name, tree in trees.items() for node in tree.find_all(nodes.Include)]

    by_kind = {(name, one.attr) for name, one in asked if isinstance(one, nodes.Getattr)}
    assert by_kind == {("curriculum/step_body.html", "template"), ("curriculum/step_body.html", "written_template")}


@pytest.mark.parametrize("name", kind_names())
def test_templates_of_a_kind_are_there(name: str) -> None:
    kind = find_kind(name)
    assert kind is not None

    named = {template for template in (kind.template, kind.written_template) if template is not None}
    assert named <= set(NAMES)
    # What is built is shown, and what is shown was built, or is read for who looks.
    assert bool(kind.template) == bool(kind.build or kind.read_live)


def test_every_import_of_a_template_is_used(trees: dict[str, nodes.Template]) -> None:
    unused = []
    for name, tree in trees.items():
        for node in tree.find_all(nodes.FromImport):
            imported = {one if isinstance(one, str) else one[1] for one in node.names}
            unused += [(name, one) for one in imported - used_names(name, trees)]

    assert unused == []


def test_every_macro_is_used(trees: dict[str, nodes.Template]) -> None:
    asked: dict[str, set[str]] = {}
    for tree in trees.values():
        for node in tree.find_all(nodes.FromImport):
            assert isinstance(node.template, nodes.Const)
            names = {one if isinstance(one, str) else one[0] for one in node.names}
            asked.setdefault(str(node.template.value), set()).update(names)

    unused = [
        (name, macro.name)
        for name, tree in trees.items()
        for macro in tree.find_all(nodes.Macro)
        if macro.name not in asked.get(name, set()) | loaded_names(tree)
    ]
    assert unused == []


def test_templates_pass_the_linter() -> None:
    command = [sys.executable, "-m", "djlint", "lti_tool", "--lint", "--quiet"]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr


def test_only_cleaned_content_is_put_in_a_page_as_it_is(trees: dict[str, nodes.Template]) -> None:
    """What passed `sanitise` may be marked safe, and it has a name that says so; nothing else may."""
    marked = {
        (name, node.node.attr if isinstance(node.node, nodes.Getattr) else "?")
        for name, tree in trees.items()
        for node in tree.find_all(nodes.Filter)
        if node.name == "safe"
    }

    assert marked == {
        ("web/components/thread.html", "html"),
        ("web/components/opens.html", "?"),
        ("web/components/guide.html", "prepare_html"),
        ("web/components/guide.html", "facilitate_html"),
        ("web/components/guide.html", "touched_html"),
        ("guidance/page.html", "html"),
        ("guidance/unit.html", "prepare_html"),
        ("guidance/unit.html", "facilitate_html"),
        ("guidance/unit.html", "touched_html"),
        ("curriculum/standing.html", "html"),
        ("notes/confirm.html", "html"),
        ("curriculum/step_body.html", "html"),
        ("curriculum/kinds/listen.html", "html"),
        ("curriculum/kinds/listen_written.html", "html"),
    }


def test_what_opens_is_handed_cleaned_content(trees: dict[str, nodes.Template]) -> None:
    """The part that opens is handed its text by itself, so whoever uses it hands on what has that name."""
    handed = {
        (name, call.args[1].attr if isinstance(call.args[1], nodes.Getattr) else "?")
        for name, tree in trees.items()
        for call in tree.find_all(nodes.Call)
        if isinstance(call.node, nodes.Name) and call.node.name == "opens"
    }

    assert handed == {("curriculum/kinds/closing.html", "html"), ("curriculum/kinds/info.html", "html")}


@pytest.mark.parametrize("name", NAMES)
def test_ext_8_no_field_for_a_text_is_sent_to_a_spelling_service(name: str) -> None:
    """Some browsers send what is typed to their maker to look at the spelling, where somebody switched that on."""
    source = (PACKAGE / name.partition("/")[0] / "templates" / name.partition("/")[2]).read_text()

    fields = re.findall(r"<textarea[^>]*>", re.sub(r"{%.*?%}|{{.*?}}", "", source, flags=re.DOTALL))

    assert all('spellcheck="false"' in field for field in fields)


def test_not_7_no_template_plays_anything_by_itself(trees: dict[str, nodes.Template]) -> None:
    written = {
        name: "".join(one.data if isinstance(one, nodes.TemplateData) else "x" for one in tree.find_all(nodes.Expr))
        for name, tree in trees.items()
    }

    playing = {name for name, text in written.items() if re.search(r"<(?:audio|video|iframe|embed|object)\b", text)}
    assert playing == {"curriculum/kinds/listen.html"}
    assert {name for name, text in written.items() if re.search(r"\s(?:autoplay|loop)(?=[\s=>])", text)} == set()
    (player,) = re.findall(r"<audio\b[^>]*>", written["curriculum/kinds/listen.html"])
    assert 'preload="none"' in player
    assert "controls" in player
    assert "data-quiet" in player, "its script lets it begin softly"


def test_extraction_is_set_up_in_pyproject(tmp_path: Path, sentences: frozenset[Sentence]) -> None:
    template = tmp_path / "messages.pot"
    command = [sys.executable, "-m", "babel.messages.frontend", "-q", "extract", "-F", "pyproject.toml"]

    subprocess.run([*command, "-k", "lazy_gettext", "-o", str(template), "."], cwd=ROOT, check=True)

    with template.open("rb") as file:
        assert {key_of(message.id) for message in read_po(file) if message.id} == sentences


def test_ops_4_every_sentence_has_its_dutch(sentences: frozenset[Sentence], dutch: Catalog) -> None:
    translated = {key_of(message.id) for message in dutch if message.id and all(texts_of(message.string))}

    assert sorted(map(str, sentences - translated)) == []


def test_catalogue_holds_no_sentence_that_nobody_says(sentences: frozenset[Sentence], dutch: Catalog) -> None:
    known = {key_of(message.id) for message in dutch if message.id}

    assert sorted(map(str, known - sentences)) == []
    assert dutch.obsolete == {}


def test_no_translation_is_fuzzy(dutch: Catalog) -> None:
    assert [message.id for message in dutch if message.id and message.fuzzy] == []


def test_translation_has_the_same_placeholders(dutch: Catalog) -> None:
    different = [
        message.id
        for message in dutch
        if message.id
        for text in texts_of(message.string)
        if set(PLACEHOLDER.findall(text)) != set(PLACEHOLDER.findall(texts_of(message.id)[-1]))
    ]

    assert different == []


def test_placeholders_are_named(sentences: frozenset[Sentence]) -> None:
    bare = [
        sentence
        for sentence in sentences
        for text in texts_of(sentence)
        for found in PLACEHOLDER.findall(text)
        if found != "%%" and not found.startswith("%(")
    ]

    assert bare == []


def test_both_languages_keep_the_tone(dutch: Catalog) -> None:
    """No listed word, no exclamation mark (NOT-6), and quotation marks as they are printed."""
    said = [(language, text) for message in dutch if message.id for language, text in _both(message.id, message.string)]

    unkind = [(text, word) for language, text in said for _, word in find_words(text, language)]
    typed = [text for _, text in said if re.search(r"['\"`]|\.\.\.", text)]
    assert unkind == []
    assert typed == []


def _both(message_id: object, message_string: object) -> Iterator[tuple[str, str]]:
    for text in texts_of(message_id):
        yield "en", text
    for text in texts_of(message_string):
        yield "nl", text


def test_dutch_says_je_and_never_u(dutch: Catalog) -> None:
    formal = [
        text
        for message in dutch
        if message.id
        for text in texts_of(message.string)
        if re.search(r"\b(?:u|uw)\b", text, re.IGNORECASE)
    ]

    assert formal == []


def test_compiled_catalogue_is_made_from_the_written_one(dutch: Catalog) -> None:
    compiled = io.BytesIO()
    write_mo(compiled, dutch)

    assert DUTCH.with_suffix(".mo").read_bytes() == compiled.getvalue(), "run: make messages"


def test_english_needs_no_catalogue(tool: Flask, sentences: frozenset[Sentence]) -> None:
    assert [path.name for path in DUTCH.parents[2].iterdir() if path.is_dir()] == ["nl"]
    with tool.test_request_context("/?lang=en"):
        for sentence in sentences:
            if isinstance(sentence, str):
                assert gettext(sentence) == sentence
            else:
                words = {name: "x" for name in re.findall(r"%\((\w+)\)", sentence[1]) if name != "num"}
                assert ngettext(*sentence[:2], 7, **words) == sentence[1] % {**words, "num": 7}


def test_plural_follows_the_number_in_both_languages(tool: Flask) -> None:
    one, many = "%(num)s minute", "%(num)s minutes"

    with tool.test_request_context("/?lang=nl"):
        assert [ngettext(one, many, number) for number in (0, 1, 2)] == ["0 minuten", "1 minuut", "2 minuten"]
    with tool.test_request_context("/?lang=en"):
        assert [ngettext(one, many, number) for number in (0, 1, 2)] == ["0 minutes", "1 minute", "2 minutes"]


@pytest.mark.parametrize("reason", list(Reason))
def test_every_refusal_speaks_both_languages(tool: Flask, reason: Reason) -> None:
    refusal = words_for(reason)
    said = {}
    for language in ("nl", "en"):
        with tool.test_request_context(f"/?lang={language}"):
            said[language] = [str(refusal.title), *map(str, refusal.paragraphs)]

    assert len(said["nl"]) == len(said["en"]) >= 2
    assert all(dutch != english for dutch, english in zip(said["nl"], said["en"], strict=True))


@pytest.mark.parametrize("name", kind_names())
def test_every_step_kind_has_a_name_in_both_languages(tool: Flask, name: str) -> None:
    kind = find_kind(name)
    assert kind is not None
    said = set()
    for language in ("nl", "en"):
        with tool.test_request_context(f"/?lang={language}"):
            said.add(str(kind.title))

    assert len(said) == 2
