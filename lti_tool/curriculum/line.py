"""The learning line as people read it: one edition in one language, its texts made into HTML once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lti_tool.curriculum.kinds import StepKind, find_kind
from lti_tool.web.sanitise import Block, render_blocks

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class Term:
    """A word of the glossary, and what it means."""

    id: str
    """Its number in the step."""
    name: str
    meaning: str


@dataclass(frozen=True)
class Part:
    """A stretch of text, and the terms that are explained beside it."""

    html: str
    terms: tuple[Term, ...]


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
    parts: tuple[Part, ...]
    summary_html: str | None
    to_check: tuple[str, ...]
    """What a human must still check before release; a coordinator sees it."""


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
    units: tuple[Unit, ...]

    def steps(self) -> Iterator[tuple[Unit, Step]]:
        """Yield every step with its unit, in order."""
        for unit in self.units:
            for step in unit.steps:
                yield unit, step

    def find_step(self, step_id: str) -> tuple[Unit, Step] | None:
        """Find a step by its id."""
        return next(((unit, step) for unit, step in self.steps() if step.id == step_id), None)


def build_modules(content: dict[str, Any], language: str) -> tuple[Module, ...]:
    """Build the years of an edition in one language.

    :param content: a line as :func:`lti_tool.curriculum.loader.read_content` returns it.
    """
    return tuple(_build_module(module, language) for module in content["modules"])


def _build_module(module: dict[str, Any], language: str) -> Module:
    return Module(
        id=module["id"],
        number=module["number"],
        title=module["title"][language],
        lead=module["lead"][language],
        units=tuple(_build_unit(unit, language) for unit in module["units"]),
    )


def _build_unit(unit: dict[str, Any], language: str) -> Unit:
    return Unit(
        id=unit["id"],
        number=unit["number"],
        title=unit["title"][language],
        lead=unit["lead"][language],
        cloth=unit["cloth"],
        gesture=unit["gesture"],
        steps=tuple(_build_step(step, unit["number"], language) for step in unit["steps"]),
    )


def _build_step(step: dict[str, Any], unit_number: int, language: str) -> Step:
    kind = find_kind(step["kind"])
    if kind is None:
        message = f"no such step kind: {step['kind']}"
        raise LookupError(message)
    terms = {
        term["id"]: Term(str(number), term["name"][language], term["meaning"][language])
        for number, term in enumerate(step["terms"], start=1)
    }
    summary = next((one["text"][language] for one in step["alternatives"] if one["kind"] == "summary"), None)
    return Step(
        id=step["id"],
        number=f"{unit_number}.{step['number']}",
        title=step["title"][language],
        kind=kind,
        minutes=step["minutes"],
        aim=step["aim"][language],
        parts=tuple(_build_parts(step["text"][language], terms)),
        summary_html=None if summary is None else "".join(block.html for block in render_blocks(summary)),
        to_check=tuple(mark[language] for mark in step["to_check"]),
    )


def _build_parts(text: str, terms: dict[str, Term]) -> Iterator[Part]:
    """Put blocks together until one uses a term for the first time: that one stands beside its meaning.

    A heading stays with the block that it is the heading of.
    """
    explained: set[str] = set()
    gathered: list[Block] = []
    for block in render_blocks(text):
        new = [term for term in dict.fromkeys(block.terms) if term not in explained]
        explained.update(new)
        if not new:
            gathered.append(block)
            continue
        heading = [gathered.pop()] if gathered and gathered[-1].is_heading else []
        if gathered:
            yield _part(gathered, [], terms)
        yield _part([*heading, block], new, terms)
        gathered = []
    if gathered:
        yield _part(gathered, [], terms)


def _part(blocks: list[Block], new: list[str], terms: dict[str, Term]) -> Part:
    html = "".join(block.html for block in blocks)
    for name, term in terms.items():
        # A place on the page shows in the address, and an address says nothing (EXT-6).
        html = html.replace(f'href="#term-{name}"', f'href="#term-{term.id}"')
    return Part(html, tuple(terms[name] for name in new))
