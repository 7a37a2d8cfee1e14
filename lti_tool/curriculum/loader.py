"""Reading the whole learning line from its files, and saying in one go as much as can be said of what is wrong.

What hangs on a field, such as a rule over several of them, is checked when the fields of that file are right.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from marshmallow import INCLUDE

from config import ROOT
from lti_tool.curriculum.building import FORMAT
from lti_tool.curriculum.files import Problem, SourceFile, read_yaml
from lti_tool.curriculum.folders import lying_folders, named_folders
from lti_tool.curriculum.frame_schemas import (
    GUIDANCE_PAGES,
    PAGES,
    ChecklistSchema,
    ContactsSchema,
    DecisionAidSchema,
    FrameSchema,
    GlossarySchema,
    GuidancePageSchema,
    PageSchema,
    PlannerSchema,
    TopicsSchema,
)
from lti_tool.curriculum.kinds import find_kind, kind_names
from lti_tool.curriculum.schemas import (
    MOST_INTENSITY,
    LineSchema,
    ModuleSchema,
    StepSchema,
    UnitSchema,
)
from lti_tool.curriculum.step_files import StepFiles
from lti_tool.curriculum.texts import check_texts
from lti_tool.kernel.errors import RugzakError
from lti_tool.web.languages import LANGUAGES

if TYPE_CHECKING:
    from pathlib import Path

    from marshmallow import Schema

    from lti_tool.curriculum.step_files import MediumFile

SHARED = ROOT / "modules"
"""Where a line finds what it does not bring itself: topics, words, sentences, contacts, pages."""


class ContentError(RugzakError):
    """The content files cannot be used."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = sorted(set(problems))
        super().__init__("\n".join(map(str, self.problems)))


@dataclass(frozen=True)
class Content:
    """Everything that the files hold, checked."""

    line: dict[str, Any]
    """The learning line and what its steps share, with its texts as Markdown."""
    media: dict[str, MediumFile]
    """The sounds of the line and their captions, by the hash of their content."""
    contacts: list[dict[str, Any]]
    pages: dict[str, dict[str, Any]]
    """What works without a session, by name."""


class _Reader:
    """Reads the files of one line; gathers problems instead of stopping at the first."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._sources: list[SourceFile] = []
        self._problems: list[Problem] = []
        self.media: dict[str, MediumFile] = {}
        self._ids: dict[str, str] = {}
        self._topics: dict[str, int] = {}
        """Each topic, and how near a step of year 1 may come to it."""
        self._terms: frozenset[str] | None = None
        self._frame: dict[str, Any] = {}

    @property
    def problems(self) -> list[Problem]:
        """Everything that is wrong, file by file."""
        return [*self._problems, *(problem for source in self._sources for problem in source.problems)]

    def read_line(self) -> dict[str, Any]:
        topics = self._read_topics()
        self._topics = {topic["id"]: topic["most_in_year_1"] for topic in topics}
        glossary = self._shared("glossary.yaml", GlossarySchema())
        self._terms = frozenset(term["id"] for term in glossary["terms"]) if glossary else None
        self._frame = self._shared("frame.yaml", FrameSchema())
        guidance = self._read_guidance()
        line, _ = self._own("learning-line.yaml", LineSchema(), below="modules")
        line["modules"] = [self._read_module(name) for name in line["modules"]]
        return {
            "format": FORMAT,
            **line,
            "topics": topics,
            "glossary": glossary.get("terms", []),
            "frame": self._frame,
            "guidance": guidance,
            "decision_aid": self._shared("decision-aid.yaml", DecisionAidSchema()),
        }

    def read_contacts(self) -> list[dict[str, Any]]:
        source = self._open(self._root_of("contacts.yaml"), "contacts.yaml")
        contacts: list[dict[str, Any]] = source.check(ContactsSchema()).get("contacts", [])
        for index, contact in enumerate(contacts):
            self._claim_id(contact["id"], source, ("contacts", index, "id"))
        # What an organisation calls itself is its own affair; how we speak of it is ours.
        check_texts(source, besides=frozenset({"name"}))
        return contacts

    def read_pages(self) -> dict[str, dict[str, Any]]:
        return {name: self._read_page(f"pages/{name}", PageSchema()) for name in PAGES}

    def _read_topics(self) -> list[dict[str, Any]]:
        """Return the topics that all lines share, with their limits, and after them those that this line adds."""
        shared: list[dict[str, Any]] = self._yaml(SHARED, "topics.yaml", TopicsSchema())[0].get("topics", [])
        if self.root.resolve() == SHARED.resolve() or not (self.root / "topics.yaml").exists():
            return shared
        found, source = self._yaml(self.root, "topics.yaml", TopicsSchema())
        own: list[dict[str, Any]] = found.get("topics", [])
        names = {topic["id"]: topic["name"] for topic in shared}
        for index, topic in enumerate(own):
            if names.get(topic["id"], topic["name"]) != topic["name"]:
                what = f"“{topic['id']}” is a topic of all lines with another name; leave it out here"
                source.complain(("topics", index, "id"), what)
        # A copy of a topic counts as the one that it was copied from: its limit cannot get lost.
        return [*shared, *(topic for topic in own if topic["id"] not in names)]

    def _read_guidance(self) -> dict[str, Any]:
        pages = [{"name": name, **self._read_page(f"guidance/{name}", GuidancePageSchema())} for name in GUIDANCE_PAGES]
        source = self._open(self._root_of("guidance/checklist.yaml"), "guidance/checklist.yaml")
        items = source.check(ChecklistSchema()).get("items", [])
        for index, item in enumerate(items):
            self._claim_id(item["id"], source, ("items", index, "id"))
        check_texts(source)
        return {
            "pages": pages,
            "checklist": items,
            "planner": self._shared("guidance/planner.yaml", PlannerSchema()),
        }

    def _read_page(self, folder: str, schema: Schema) -> dict[str, Any]:
        # A page comes whole: who brings its folder brings all of it.
        root = self._root_of(folder)
        page, _ = self._yaml(root, f"{folder}/page.yaml", schema)
        files = self._files(folder, SourceFile(folder), root, frozenset())
        page["text"] = {language: files.read_prose(f"{language}.md", language) for language in LANGUAGES}
        return page

    def _read_module(self, folder: str) -> dict[str, Any]:
        module, source = self._own(f"{folder}/module.yaml", ModuleSchema(), below="units")
        self._check_folders(folder, source, "units")
        before: list[str] = []
        units = [self._read_unit(folder, name, module.get("number"), before) for name in module["units"]]
        _check_order(units, source, "units")
        module["units"] = units
        return module

    def _read_unit(self, module_folder: str, name: str, year: int | None, before: list[str]) -> dict[str, Any]:
        unit, source = self._own(f"{module_folder}/{name}/unit.yaml", UnitSchema(), below="steps")
        self._check_folders(f"{module_folder}/{name}", source, "steps")
        steps = []
        for step_name in unit["steps"]:
            steps.append(self._read_step(f"{module_folder}/{name}/{step_name}", year, before))
            before.append(f"{name}/{step_name}")
        _check_order(steps, source, "steps")
        unit["steps"] = steps
        return unit

    def _read_step(self, folder: str, year: int | None, before: list[str]) -> dict[str, Any]:
        source = self._open(self.root, f"{folder}/step.yaml")
        name = source.data.get("kind") if isinstance(source.data, dict) else None
        kind = find_kind(name)
        # Of a kind that nobody knows, nobody knows the fields either.
        step = source.check(kind.schema() if kind else StepSchema(unknown=INCLUDE))
        if kind is None and name is not None:
            source.complain(("kind",), "kind must be one of: " + ", ".join(kind_names()))
        check_texts(source)
        files = self._files(folder, source, self.root, self._terms)
        if step:
            self._claim_id(step["id"], source, ("id",))
            self._check_topics(step, source, year)
            _check_prerequisites(step, source, before)
            if kind is not None and kind.check is not None:
                kind.check(step, files)
        step["folder"] = "/".join(folder.split("/")[-2:])
        step["text"] = {language: files.read_prose(f"{language}.md", language) for language in LANGUAGES}
        return step

    def check_page_folders(self) -> None:
        """Name the folders of pages that nothing shows."""
        for parent, names in (("pages", PAGES), ("guidance", GUIDANCE_PAGES)):
            for name in sorted(lying_folders(self.root / parent) - set(names)):
                what = f"belongs to no page that the tool shows: {', '.join(names)}"
                self._problems.append(Problem(f"{parent}/{name}/page.yaml", 1, what))

    def _check_folders(self, folder: str, source: SourceFile, name: str) -> None:
        """Complain about folders that lie there and that no list names: nobody would ever read them."""
        named = named_folders(source.data, name)
        if named is None:
            return
        for unnamed in sorted(lying_folders(self.root / folder) - set(named)):
            what = (
                f"{name} does not name the folder “{unnamed}”; add it, or let its name begin with _ until it is ready"
            )
            source.complain((name,), what)

    def _check_topics(self, step: dict[str, Any], source: SourceFile, year: int | None) -> None:
        for index, topic in enumerate(step["notice"]["topics"]):
            if topic not in self._topics:
                source.complain(("notice", "topics", index), f"“{topic}” is not in topics.yaml")
            if year == 1 and step["notice"]["intensity"] > self._topics.get(topic, MOST_INTENSITY):
                source.complain(("notice", "topics", index), f"“{topic}” comes too near for year 1; see the limits")

    def _files(self, folder: str, source: SourceFile, root: Path, terms: frozenset[str] | None) -> StepFiles:
        return StepFiles(root, folder, source, self._frame, terms, self.media, self._problems)

    def _root_of(self, name: str) -> Path:
        """Return the folder in which a shared file is: the line's own, when it brings one."""
        return self.root if (self.root / name).exists() else SHARED

    def _shared(self, name: str, schema: Schema) -> dict[str, Any]:
        return self._yaml(self._root_of(name), name, schema)[0]

    def _own(self, name: str, schema: Schema, *, below: str) -> tuple[dict[str, Any], SourceFile]:
        found, source = self._yaml(self.root, name, schema)
        found[below] = named_folders(source.data, below) or []
        return found, source

    def _yaml(self, root: Path, name: str, schema: Schema) -> tuple[dict[str, Any], SourceFile]:
        source = self._open(root, name)
        found = source.check(schema)
        if "id" in found:
            self._claim_id(found["id"], source, ("id",))
        check_texts(source)
        return found, source

    def _open(self, root: Path, name: str) -> SourceFile:
        source = read_yaml(root, name)
        self._sources.append(source)
        return source

    def _claim_id(self, content_id: str, source: SourceFile, path: tuple[str | int, ...]) -> None:
        if content_id in self._ids:
            source.complain(path, f"id {content_id} is also in {self._ids[content_id]}; ids are unique")
        self._ids.setdefault(content_id, source.name)


def _check_order(found: list[dict[str, Any]], source: SourceFile, what: str) -> None:
    numbers = [one["number"] for one in found if "number" in one]
    if numbers != sorted(set(numbers)):
        source.complain((what,), f"{what} must stand in the order of their numbers")


def _check_prerequisites(step: dict[str, Any], source: SourceFile, before: list[str]) -> None:
    for index, name in enumerate(step["prerequisites"]):
        if name not in before:
            what = f"“{name}” is no step before this one; write its folder, such as unit-1/how-this-works"
            source.complain(("prerequisites", index), what)


def read_content(root: Path) -> Content:
    """Read and check the learning line, its contacts and its pages.

    :raises ContentError: with the problems found, each with its file and line.
    """
    reader = _Reader(root)
    content = Content(reader.read_line(), reader.media, reader.read_contacts(), reader.read_pages())
    reader.check_page_folders()
    if reader.problems:
        raise ContentError(reader.problems)
    return content


def read_standing_content(root: Path) -> tuple[list[dict[str, Any]], dict[str, dict[str, Any]]]:
    """Read and check what works without a database: the contacts, and the pages.

    :raises ContentError: with the problems found.
    """
    reader = _Reader(root)
    found = reader.read_contacts(), reader.read_pages()
    if reader.problems:
        raise ContentError(reader.problems)
    return found
