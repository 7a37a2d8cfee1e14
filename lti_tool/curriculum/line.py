"""The learning line as people read it: one edition in one language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lti_tool.curriculum.kinds import StepKind


@dataclass(frozen=True)
class Term:
    """A word of the glossary, and what it means."""

    id: str
    """Its number in the step, or in the list of all words."""
    name: str
    meaning: str


@dataclass(frozen=True)
class TextPart:
    """A stretch of text, and the terms that are explained beside it."""

    html: str
    terms: tuple[Term, ...]


@dataclass(frozen=True)
class Notice:
    """What comes up in a step, where, and how near it comes: for who wants to know before."""

    topics: tuple[str, ...]
    how: str
    where: str
    people: str
    asks_first: bool
    """Whether it stands on a page of its own, before the text (NOT-3)."""


@dataclass(frozen=True)
class Way:
    """One way through a step. All are worth the same, and nobody learns which one somebody took (NOT-4)."""

    number: int
    """Its place in the addresses of the step, which say nothing about what it is."""
    kind: str
    title: str
    line: str
    """What it comes down to."""
    minutes: int | None
    html: str | None
    """Its text; None for the whole step, for what the kind of the step makes, and for what is only a word."""


@dataclass(frozen=True)
class StepGuidance:
    """What a teacher reads beside a step."""

    prepare_html: str
    facilitate_html: str
    touched_html: str


@dataclass(frozen=True)
class Step:
    """One step."""

    id: str
    number: str
    """As people say it: 1.4."""
    title: str
    kind: StepKind
    minutes: int
    aim: str
    parts: tuple[TextPart, ...]
    own: Any
    """What its kind built."""
    notice: Notice
    ways: tuple[Way, ...]
    """Every way through it, the whole step first."""
    after: tuple[str, ...]
    """The ids of the steps that it follows on; nothing is ever closed because of them."""
    guidance: StepGuidance
    to_check: tuple[str, ...]
    """What a human must still check before release; a coordinator sees it."""

    def find_way(self, number: int) -> Way | None:
        """Find a way that has a page of its own."""
        return next((way for way in self.ways if way.number == number and way.kind != "later"), None)

    @property
    def others(self) -> tuple[Way, ...]:
        """The ways beside the whole step."""
        return self.ways[1:]


@dataclass(frozen=True)
class Unit:
    """One part of a year."""

    id: str
    number: int
    title: str
    lead: str
    cloth: str
    gesture: str
    steps: tuple[Step, ...]

    @property
    def minutes(self) -> int:
        """How long its steps take together."""
        return sum(step.minutes for step in self.steps)


@dataclass(frozen=True)
class Module:
    """One year."""

    id: str
    number: int
    title: str
    lead: str
    opening: str
    """The promise at the beginning of every unit."""
    units: tuple[Unit, ...]

    def steps(self) -> Iterator[tuple[Unit, Step]]:
        """Yield every step with its unit, in order."""
        for unit in self.units:
            for step in unit.steps:
                yield unit, step

    def find_step(self, step_id: str) -> tuple[Unit, Step] | None:
        """Find a step by its id."""
        return next(((unit, step) for unit, step in self.steps() if step.id == step_id), None)

    def find_unit(self, unit_id: str) -> Unit | None:
        """Find a unit by its id."""
        return next((unit for unit in self.units if unit.id == unit_id), None)


@dataclass(frozen=True)
class GuidancePage:
    """A page for teachers."""

    id: str
    name: str
    """What it is called in the content."""
    title: str
    lead: str
    html: str
    to_check: tuple[str, ...]


@dataclass(frozen=True)
class ChecklistItem:
    """Something a teacher does before a class opens."""

    id: str
    title: str
    text: str


@dataclass(frozen=True)
class PlannerQuestion:
    """A question to a teacher who thinks of telling something of their own."""

    id: str
    title: str
    hint: str


@dataclass(frozen=True)
class Planner:
    """The story planner."""

    lead: str
    questions: tuple[PlannerQuestion, ...]


@dataclass(frozen=True)
class Guidance:
    """What is written for teachers."""

    pages: tuple[GuidancePage, ...]
    checklist: tuple[ChecklistItem, ...]
    planner: Planner


@dataclass(frozen=True)
class AidPart:
    """A part of the decision aid."""

    id: str
    title: str
    condition: str | None
    questions: tuple[str, ...]
    points: tuple[str, ...]
    is_ladder: bool
    """Whether the points are rungs, from 0 on."""
    then: str | None


@dataclass(frozen=True)
class DecisionAid:
    """Whether to tell something, what, when, how and to whom. It has no score."""

    lead: str
    parts: tuple[AidPart, ...]
    to_check: tuple[str, ...]


@dataclass(frozen=True)
class Line:
    """The whole line: its years, its words, what is written for teachers, and the decision aid."""

    modules: tuple[Module, ...]
    glossary: tuple[Term, ...]
    guidance: Guidance
    decision_aid: DecisionAid
