"""The real content: complete in both languages, and what it promises holds in every step."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from lti_tool.curriculum.line import Module, build_modules
from lti_tool.curriculum.loader import read_contacts, read_content
from lti_tool.web.languages import LANGUAGES
from lti_tool.web.sanitise import clean_html, find_links, render_blocks
from tests.conftest import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

MODULES = ROOT / "modules"
LINE, CONTACTS = read_content(MODULES)


def steps() -> Iterator[dict[str, Any]]:
    for module in LINE["modules"]:
        for unit in module["units"]:
            yield from unit["steps"]


STEPS = {step["title"]["en"]: step for step in steps()}
EACH_STEP = pytest.mark.parametrize("title", sorted(STEPS))


@pytest.fixture(params=LANGUAGES)
def module(request: pytest.FixtureRequest) -> Module:
    return build_modules(LINE, request.param)[0]


def test_every_folder_of_content_is_in_the_line() -> None:
    """A step that nobody lists is read by nobody: not by students, and not by the check."""
    step_folders = {path.parent for path in MODULES.rglob("step.yaml")}

    assert len(step_folders) == len(STEPS)
    assert {path.parent for path in MODULES.rglob("*.md")} - step_folders == {MODULES}


@EACH_STEP
def test_ops_4_both_languages_of_a_step_have_the_same_headings_and_lists(title: str) -> None:
    """A paragraph may be there in one language alone: in which language one can call, for instance."""
    built = {}
    for language in LANGUAGES:
        html = "".join(block.html for block in render_blocks(STEPS[title]["text"][language]))
        built[language] = re.findall(r"<(h2|ul|ol|li)>", html)

    assert built["nl"] == built["en"]


@EACH_STEP
def test_ops_4_both_languages_of_a_step_explain_the_same_terms(title: str) -> None:
    linked = {language: [target for _, target in find_links(STEPS[title]["text"][language])] for language in LANGUAGES}

    assert linked["nl"] == linked["en"]
    assert sorted(linked["nl"]) == sorted(f"term:{term['id']}" for term in STEPS[title]["terms"])


@EACH_STEP
def test_not_1_step_tells_where_its_topics_come_up(title: str) -> None:
    step = STEPS[title]

    assert bool(step["notice"]["topics"]) == (step["notice"]["intensity"] > 0)
    is_nowhere = step["place"]["en"].startswith("Nowhere"), step["place"]["nl"].startswith("Nergens")
    assert is_nowhere == (not step["notice"]["topics"],) * 2


@EACH_STEP
def test_text_of_a_step_uses_printed_quotes_and_no_web_address(title: str) -> None:
    for language in LANGUAGES:
        text = STEPS[title]["text"][language]
        assert re.findall(r"['\"`]|\.\.\.|https?:|www\.", text) == []


def test_ext_6_ids_in_addresses_say_nothing() -> None:
    ids = [step["id"] for step in STEPS.values()]

    assert all(re.fullmatch(r"[a-z2-7]{8}", one) for one in ids)
    words = " ".join(str(step["title"]) for step in STEPS.values()).lower()
    assert [one for one in ids if one in words] == []


def test_contact_dials_the_number_that_it_shows() -> None:
    different = [
        contact["id"] for contact in CONTACTS if re.sub(r"\D", "", contact["number"] or "") != (contact["tel"] or "")
    ]

    assert different == []


def test_grp_6_three_numbers_stand_on_every_page() -> None:
    shown = {contact["number"] for contact in CONTACTS if contact["every_page"]}

    assert shown == {"112", "0800-2000", "113"}


def test_every_contact_says_where_its_facts_were_read() -> None:
    assert [contact["id"] for contact in read_contacts(MODULES) if len(contact["source"]) < 20] == []


def test_step_explains_each_term_once_beside_the_part_that_uses_it_first(module: Module) -> None:
    for _, step in module.steps():
        explained = [term.id for part in step.parts for term in part.terms]
        assert len(explained) == len(set(explained))
        for part in step.parts:
            assert all(f'href="#term-{term.id}"' in part.html for term in part.terms)


def test_parts_together_are_the_whole_text(module: Module) -> None:
    language = "nl" if module.title == "Jaar 1" else "en"

    for _, step in module.steps():
        source = next(one for one in STEPS.values() if one["id"] == step.id)
        whole = "".join(block.html for block in render_blocks(source["text"][language]))
        for number, term in enumerate(source["terms"], start=1):
            whole = whole.replace(f'"#term-{term["id"]}"', f'"#term-{number}"')
        assert "".join(part.html for part in step.parts) == whole
        assert clean_html(whole) == whole


def test_step_is_numbered_as_people_say_it(module: Module) -> None:
    numbers = [step.number for _, step in module.steps()]

    assert numbers[0] == "1.1"
    assert numbers == sorted(numbers)


def test_unit_takes_as_long_as_its_steps(module: Module) -> None:
    for unit in module.units:
        assert unit.minutes == sum(step.minutes for step in unit.steps) > 0


def test_summary_is_there_only_where_the_content_has_one(module: Module) -> None:
    with_summary = {step.id for _, step in module.steps() if step.summary_html}

    expected = {one["id"] for one in STEPS.values() if any(a["kind"] == "summary" for a in one["alternatives"])}
    assert with_summary == expected
    assert expected


def test_step_is_found_by_its_id_and_an_unknown_one_is_not(module: Module) -> None:
    unit, step = next(module.steps())

    assert module.find_step(step.id) == (unit, step)
    assert module.find_step("aaaaaaaa") is None
    assert module.find_step("") is None
