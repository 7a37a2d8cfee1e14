"""Building the line that people read from an edition: one language of it, its texts made into HTML once."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from lti_tool.curriculum.kinds import find_kind
from lti_tool.curriculum.line import (
    AidPart,
    ChecklistItem,
    DecisionAid,
    Guidance,
    GuidancePage,
    Line,
    Module,
    Notice,
    Planner,
    PlannerQuestion,
    Step,
    StepGuidance,
    Term,
    TextPart,
    Unit,
    Way,
)
from lti_tool.curriculum.schemas import ALTERNATIVES, stands_before
from lti_tool.curriculum.words import Words
from lti_tool.web.sanitise import Block, render_blocks

if TYPE_CHECKING:
    from collections.abc import Iterator

_TERM_LINK = re.compile(r'href="#term-(?P<name>[^"]*)"')
FORMAT = 3
"""How editions are laid out. An edition that an older version of the tool published has another number, or none."""


def build_line(content: dict[str, Any], language: str) -> Line:
    """Build an edition in one language.

    :param content: a line as :func:`lti_tool.curriculum.loader.read_content` returns it.
    """
    words = Words(language, content["frame"])
    terms = _terms(content["glossary"], words)
    builder = _Builder(words, terms, {topic["id"]: words.say(topic["name"]) for topic in content["topics"]})
    return Line(
        modules=tuple(builder.build_module(module) for module in content["modules"]),
        glossary=tuple(
            Term(str(number), term.name, term.meaning)
            for number, term in enumerate(sorted(terms.values(), key=lambda term: term.name.casefold()), start=1)
        ),
        guidance=_build_guidance(content["guidance"], words),
        decision_aid=_build_aid(content["decision_aid"], words),
    )


def _terms(glossary: list[dict[str, Any]], words: Words) -> dict[str, Term]:
    return {term["id"]: Term("", words.say(term["name"]), words.say(term["meaning"])) for term in glossary}


def _marks(found: dict[str, Any], words: Words) -> tuple[str, ...]:
    return tuple(words.say(mark) for mark in found["to_check"])


def _build_guidance(guidance: dict[str, Any], words: Words) -> Guidance:
    pages = tuple(
        GuidancePage(
            page["id"],
            page["name"],
            words.say(page["title"]),
            words.say(page["lead"]),
            words.render(page["text"]),
            _marks(page, words),
        )
        for page in guidance["pages"]
    )
    checklist = tuple(
        ChecklistItem(item["id"], words.say(item["title"]), words.say(item["text"])) for item in guidance["checklist"]
    )
    questions = tuple(
        PlannerQuestion(question["id"], words.say(question["title"]), words.say(question["hint"]))
        for question in guidance["planner"]["questions"]
    )
    return Guidance(pages, checklist, Planner(words.say(guidance["planner"]["lead"]), questions))


def _build_aid(aid: dict[str, Any], words: Words) -> DecisionAid:
    say = words.say
    parts = tuple(
        AidPart(
            part["id"],
            say(part["title"]),
            say(part["condition"]) if "condition" in part else None,
            tuple(say(one) for one in part["questions"]),
            tuple(say(one) for one in part["points"]),
            part["ordered"],
            say(part["then"]) if "then" in part else None,
        )
        for part in aid["parts"]
    )
    return DecisionAid(say(aid["lead"]), parts, _marks(aid, words))


class _Builder:
    """Builds the years of one edition in one language."""

    def __init__(self, words: Words, terms: dict[str, Term], topics: dict[str, str]) -> None:
        self._words = words
        self._terms = terms
        self._topics = topics

    def build_module(self, module: dict[str, Any]) -> Module:
        ids = {step["folder"]: step["id"] for unit in module["units"] for step in unit["steps"]}
        say = self._words.say
        return Module(
            id=module["id"],
            number=module["number"],
            title=say(module["title"]),
            lead=say(module["lead"]),
            opening=say(self._words.frame["opening"]),
            units=tuple(self._build_unit(unit, ids) for unit in module["units"]),
        )

    def _build_unit(self, unit: dict[str, Any], ids: dict[str, str]) -> Unit:
        return Unit(
            id=unit["id"],
            number=unit["number"],
            title=self._words.say(unit["title"]),
            lead=self._words.say(unit["lead"]),
            cloth=unit["cloth"],
            gesture=unit["gesture"],
            steps=tuple(self._build_step(step, unit["number"], ids) for step in unit["steps"]),
        )

    def _build_step(self, step: dict[str, Any], unit_number: int, ids: dict[str, str]) -> Step:
        kind = find_kind(step["kind"])
        if kind is None:
            message = f"no such step kind: {step['kind']}"
            raise LookupError(message)
        words, notice = self._words, self._build_notice(step)
        return Step(
            id=step["id"],
            number=f"{unit_number}.{step['number']}",
            title=words.say(step["title"]),
            kind=kind,
            minutes=step["minutes"],
            aim=words.say(step["aim"]),
            parts=tuple(_build_parts(words.say(step["text"]), self._terms)),
            own=kind.build(step, words) if kind.build else None,
            notice=notice,
            ways=tuple(self._build_ways(step, asks_first=notice.asks_first)),
            after=tuple(ids[name] for name in step["prerequisites"]),
            guidance=StepGuidance(
                words.render(step["guidance"]["prepare"]),
                words.render(step["guidance"]["facilitate"]),
                words.render(step["guidance"]["touched"]),
            ),
            to_check=_marks(step, words),
        )

    def _build_notice(self, step: dict[str, Any]) -> Notice:
        notice, words = step["notice"], self._words
        return Notice(
            topics=tuple(self._topics[topic] for topic in notice["topics"]),
            how=words.say(words.frame["intensity"][notice["intensity"]]),
            where=words.say(step["place"]),
            people=words.say(step.get("people") or words.frame["people"]),
            asks_first=stands_before(notice),
        )

    def _build_ways(self, step: dict[str, Any], *, asks_first: bool) -> Iterator[Way]:
        """Yield the ways in the order in which they are offered.

        Where a notice comes first, doing it with somebody and doing it later are always among them.
        """
        given = {alternative["kind"]: alternative for alternative in step["alternatives"]}
        if asks_first:
            given = {"together": {}, "later": {}} | given
        order = [name for name in (*ALTERNATIVES[:-1], "together", "later") if name in given]
        yield self._build_way(1, "whole", {"minutes": step["minutes"]}, None)
        for number, name in enumerate(order, start=2):
            yield self._build_way(number, name, given[name], self._way_html(name, given[name]))

    def _build_way(self, number: int, name: str, given: dict[str, Any], html: str | None) -> Way:
        choice = self._words.frame["ways"][name]
        line = self._words.say(given.get("line") or choice["line"])
        return Way(number, name, self._words.say(choice["title"]), line, given.get("minutes"), html)

    def _way_html(self, name: str, given: dict[str, Any]) -> str | None:
        if "text" in given:
            return self._words.render(given["text"])
        if name in ("talk", "together"):
            return self._words.render(self._words.frame[name])
        return None


def _build_parts(text: str, terms: dict[str, Term]) -> Iterator[TextPart]:
    """Put blocks together until one uses a term for the first time: that one stands beside its meaning.

    A heading stays with the block that it is the heading of.
    """
    numbers: dict[str, str] = {}
    gathered: list[Block] = []
    for block in render_blocks(text):
        new = [term for term in dict.fromkeys(block.terms) if term not in numbers]
        numbers.update((term, str(number)) for number, term in enumerate(new, start=len(numbers) + 1))
        if not new:
            gathered.append(block)
            continue
        heading = [gathered.pop()] if gathered and gathered[-1].is_heading else []
        if gathered:
            yield _part(gathered, [], terms, numbers)
        yield _part([*heading, block], new, terms, numbers)
        gathered = []
    if gathered:
        yield _part(gathered, [], terms, numbers)


def _part(blocks: list[Block], new: list[str], terms: dict[str, Term], numbers: dict[str, str]) -> TextPart:
    # A place on the page shows in the address, and an address says nothing (EXT-6). All in one pass: a number that was
    # put in may be the name of another term.
    html = _TERM_LINK.sub(lambda link: f'href="#term-{numbers[link["name"]]}"', "".join(block.html for block in blocks))
    return TextPart(html, tuple(Term(numbers[name], terms[name].name, terms[name].meaning) for name in new))
