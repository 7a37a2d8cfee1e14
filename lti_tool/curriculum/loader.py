"""Reading the whole learning line from its files, and saying everything that is wrong with it at once."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from lti_tool.curriculum.files import Problem, SourceFile, read_text, read_yaml
from lti_tool.curriculum.kinds import find_kind, kind_names
from lti_tool.curriculum.schemas import (
    FIRST_YEAR_LIMITS,
    FOLDER,
    MOST_INTENSITY,
    ContactsSchema,
    LineSchema,
    ModuleSchema,
    StepSchema,
    TopicsSchema,
    UnitSchema,
)
from lti_tool.curriculum.wording import find_words
from lti_tool.kernel.errors import RugzakError
from lti_tool.web.languages import LANGUAGES
from lti_tool.web.sanitise import find_links

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


_HTML = re.compile(r"<[/!a-zA-Z]")


class ContentError(RugzakError):
    """The content files cannot be used."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = sorted(set(problems))
        super().__init__("\n".join(map(str, self.problems)))


class _Reader:
    """Reads the files of one line; collects problems instead of stopping at the first."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.problems: list[Problem] = []
        self._ids: dict[str, str] = {}
        self._topics: frozenset[str] = frozenset()

    def read_line(self) -> dict[str, Any]:
        topics = self._yaml("topics.yaml", TopicsSchema())
        self._topics = frozenset(topic["id"] for topic in topics.get("topics", []))
        line = self._yaml("learning-line.yaml", LineSchema(), below="modules")
        line["modules"] = [self._read_module(name) for name in line["modules"]]
        return {**line, **topics}

    def read_contacts(self) -> list[dict[str, Any]]:
        source = read_yaml(self.root, "contacts.yaml")
        contacts: list[dict[str, Any]] = source.check(ContactsSchema()).get("contacts", [])
        for index, contact in enumerate(contacts):
            self._claim_id(contact["id"], source, ("contacts", index, "id"))
        self.problems += source.problems
        return contacts

    def _read_module(self, folder: str) -> dict[str, Any]:
        module = self._yaml(f"{folder}/module.yaml", ModuleSchema(), below="units")
        module["units"] = [self._read_unit(f"{folder}/{name}", module.get("number")) for name in module["units"]]
        return module

    def _read_unit(self, folder: str, year: int | None) -> dict[str, Any]:
        unit = self._yaml(f"{folder}/unit.yaml", UnitSchema(), below="steps")
        unit["steps"] = [self._read_step(f"{folder}/{name}", year) for name in unit["steps"]]
        numbers = [step["number"] for step in unit["steps"] if "number" in step]
        if numbers != sorted(set(numbers)):
            self.problems.append(Problem(f"{folder}/unit.yaml", 1, "steps must stand in the order of their numbers"))
        return unit

    def _read_step(self, folder: str, year: int | None) -> dict[str, Any]:
        source = read_yaml(self.root, f"{folder}/step.yaml")
        name = source.data.get("kind") if isinstance(source.data, dict) else None
        kind = find_kind(name)
        if kind is None and name is not None:
            source.complain(("kind",), "kind must be one of: " + ", ".join(kind_names()))
        step = source.check((kind.schema if kind else StepSchema)())
        if step:
            self._claim_id(step["id"], source, ("id",))
            for index, topic in enumerate(step["notice"]["topics"]):
                if topic not in self._topics:
                    source.complain(("notice", "topics", index), f"“{topic}” is not in topics.yaml")
                if year == 1 and step["notice"]["intensity"] > FIRST_YEAR_LIMITS.get(topic, MOST_INTENSITY):
                    source.complain(("notice", "topics", index), f"“{topic}” comes too near for year 1; see the limits")
            _check_wording(step, source)
        # Of a step that is wrong itself we do not know the terms, so we say nothing of links to them.
        terms = {term["id"] for term in step["terms"]} if step else None
        _check_summary(step, source, terms)
        self.problems += source.problems
        step["text"] = {
            language: self._read_prose(f"{folder}/{language}.md", language, terms) for language in LANGUAGES
        }
        return step

    def _read_prose(self, name: str, language: str, terms: set[str] | None) -> str:
        text = read_text(self.root, name, self.problems)
        if text is None:
            return ""
        if not text.strip():
            self.problems.append(Problem(name, 1, "is empty"))
        self.problems += [Problem(name, number + 1, what) for number, what in _check_markdown(text, terms)]
        for number, word in find_words(text, language):
            self.problems.append(Problem(name, number + 1, f"says “{word}”; choose another word"))
        return text.strip() + "\n"

    def _yaml(self, name: str, schema: Any, *, below: str | None = None) -> dict[str, Any]:
        source = read_yaml(self.root, name)
        found = source.check(schema)
        if "id" in found:
            self._claim_id(found["id"], source, ("id",))
        _check_wording(found, source)
        self.problems += source.problems
        if below is not None:
            found[below] = _named_folders(source, below)
        return found

    def _claim_id(self, content_id: str, source: SourceFile, path: tuple[str | int, ...]) -> None:
        if content_id in self._ids:
            source.complain(path, f"id {content_id} is also in {self._ids[content_id]}; ids are unique")
        self._ids.setdefault(content_id, source.name)


def _named_folders(source: SourceFile, name: str) -> list[str]:
    """Return the folders that a file lists. What lies in them is checked also when the file itself is wrong."""
    listed = source.data.get(name) if isinstance(source.data, dict) else None
    listed = listed if isinstance(listed, list) else []
    return [folder for folder in listed if isinstance(folder, str) and FOLDER.match(folder)]


def _check_summary(step: dict[str, Any], source: SourceFile, terms: set[str] | None) -> None:
    for index, alternative in enumerate(step.get("alternatives", [])):
        for language, text in alternative.get("text", {}).items():
            for _, what in _check_markdown(text, terms):
                source.complain(("alternatives", index, "text", language), what)


def _check_markdown(text: str, terms: set[str] | None) -> Iterator[tuple[int, str]]:
    """Yield what is wrong with the markup of a text, with its line, counted from 0.

    :param terms: the terms that a link may lead to; None when they are not known.
    """
    for number, line in enumerate(text.splitlines()):
        if _HTML.search(line):
            yield number, "holds HTML; write Markdown"
    for number, target in find_links(text):
        term = target.removeprefix("term:")
        if term == target:
            yield number, f"links to {target}; only term: links are allowed"
        elif terms is not None and term not in terms:
            yield number, f"links to the term “{term}”, which step.yaml lacks"


def _check_wording(found: Any, source: SourceFile) -> None:
    for path, language, text in _texts(found, ()):
        for _, word in find_words(text, language):
            source.complain(path, f"says “{word}”; choose another word")


def _texts(tree: Any, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
    items = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, below in items:
        # Notes for people who check are not read by students.
        if key == "to_check":
            continue
        if key in LANGUAGES and isinstance(below, str):
            yield (*path, key), key, below
        else:
            yield from _texts(below, (*path, key))


def read_content(root: Path) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Read and check the learning line and the contacts.

    :returns: the line, with its texts as Markdown; and the contacts.
    :raises ContentError: with every problem found, each with its file and line.
    """
    reader = _Reader(root)
    line, contacts = reader.read_line(), reader.read_contacts()
    if reader.problems:
        raise ContentError(reader.problems)
    return line, contacts


def read_contacts(root: Path) -> list[dict[str, Any]]:
    """Read and check the contacts alone.

    :raises ContentError: with every problem found.
    """
    reader = _Reader(root)
    contacts = reader.read_contacts()
    if reader.problems:
        raise ContentError(reader.problems)
    return contacts
