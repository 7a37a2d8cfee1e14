"""The real content: complete in both languages, and what it promises holds in every step."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from lti_tool.curriculum.building import build_line
from lti_tool.curriculum.frame_schemas import GUIDANCE_PAGES, PAGES, ContactsSchema, FrameSchema
from lti_tool.curriculum.kinds import find_kind, kind_names
from lti_tool.curriculum.schemas import ALTERNATIVES, LineSchema, ModuleSchema, UnitSchema
from lti_tool.web.languages import LANGUAGES
from lti_tool.web.sanitise import clean_html, find_links, render_blocks
from tests.content import MODULES, REAL_STEPS, example_content, real_content, steps_of, with_change

if TYPE_CHECKING:
    from collections.abc import Iterator

    from marshmallow import Schema

    from lti_tool.curriculum.line import Line, Module

CONTACTS = real_content().contacts
LINE = real_content().line
# The example is copied by writers, so it keeps every promise too.
STEPS = {f"{step['folder']}": step for step in (*REAL_STEPS, *steps_of(example_content().line))}
NEVER_NEAR = {"sexual-violence", "suicide-mentioned"}
"""Year 1 only names these."""
EACH_STEP = pytest.mark.parametrize("title", sorted(STEPS))


@pytest.fixture(params=LANGUAGES)
def line(request: pytest.FixtureRequest) -> Line:
    return build_line(LINE, request.param)


@pytest.fixture
def module(line: Line) -> Module:
    return line.modules[0]


def test_every_folder_of_content_is_in_the_line() -> None:
    """A step that nobody lists is read by nobody: not by students, and not by the check."""
    step_folders = {path.parent for path in MODULES.rglob("step.yaml")}
    pages = {MODULES / "guidance" / name for name in GUIDANCE_PAGES} | {MODULES / "pages" / name for name in PAGES}

    assert len(step_folders) == len(STEPS)
    assert {path.parent for path in MODULES.rglob("page.yaml")} == pages
    assert {path.parent for path in MODULES.rglob("*.md")} - step_folders - pages == {MODULES}


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
    assert len(linked["nl"]) == len(set(linked["nl"])), "a term is linked once, where it first matters"


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


def test_every_contact_says_where_its_facts_were_read_and_when() -> None:
    assert [contact["id"] for contact in CONTACTS if len(contact["source"]) < 20] == []
    assert all(contact["checked_on"].year >= 2026 for contact in CONTACTS)


@EACH_STEP
def test_not_8_step_that_invites_to_think_of_oneself_has_a_fictional_twin(title: str) -> None:
    step = STEPS[title]
    twins = [one for one in step["alternatives"] if one["kind"] == "fictional"]

    assert bool(twins) == step["about_oneself"]
    assert [one for one in twins if one["minutes"] not in (None, step["minutes"])] == [], "of equal value"


@EACH_STEP
def test_not_2_step_keeps_the_limits_of_the_year(title: str) -> None:
    notice = STEPS[title]["notice"]

    assert notice["intensity"] <= min([3, *(1 for topic in notice["topics"] if topic in NEVER_NEAR)])


@EACH_STEP
def test_guidance_beside_a_step_is_a_list_of_one_to_five_lines(title: str) -> None:
    for name, text in STEPS[title]["guidance"].items():
        for language in LANGUAGES:
            tags = re.findall(r"<(ul|li|p|h2|h3|ol)>", "".join(block.html for block in render_blocks(text[language])))
            assert tags[:1] == ["ul"], (name, language)
            assert set(tags) == {"ul", "li"}, (name, language)
            assert 1 <= tags.count("li") <= 5, (name, language)


@pytest.mark.parametrize("part", ["guidance", "pages"])
def test_ops_4_both_languages_of_a_page_have_the_same_headings_and_lists(part: str) -> None:
    pages = {page["name"]: page for page in LINE["guidance"]["pages"]} if part == "guidance" else real_content().pages

    for name, page in pages.items():
        built = {
            language: re.findall(
                r"<(h2|ul|ol|li)>", "".join(block.html for block in render_blocks(page["text"][language]))
            )
            for language in LANGUAGES
        }
        assert built["nl"] == built["en"], name


def test_not_8_notice_says_who_its_step_is_about(line: Line) -> None:
    """The sentence of the frame says made-up people and questions about them; some steps are about more."""
    language = "nl" if line.modules[0].title == "Jaar 1" else "en"
    usual = LINE["frame"]["people"][language]

    for _, step in line.modules[0].steps():
        source = next(one for one in STEPS.values() if one["id"] == step.id)
        assert step.notice.people == source.get("people", {language: usual})[language]
    assert "people" in STEPS["unit-1/experience-and-knowledge"]


def test_signpost_to_the_places_to_go_has_no_page_before_it() -> None:
    """Nothing stands between somebody and a place to go."""
    signposts = [step for step in REAL_STEPS if step.get("contacts") == "all"]

    assert signposts
    assert [step["folder"] for step in signposts if step["notice"]["before"] or step["notice"]["intensity"] > 1] == []


def test_not_2_year_1_only_names_the_hardest_topics() -> None:
    assert {topic["id"] for topic in LINE["topics"] if topic["most_in_year_1"] < 3} == NEVER_NEAR
    assert {topic["most_in_year_1"] for topic in LINE["topics"] if topic["id"] in NEVER_NEAR} == {1}


def test_every_way_is_offered_in_words_of_the_frame() -> None:
    assert set(LINE["frame"]["ways"]) == {"whole", "together", *ALTERNATIVES}
    assert len(LINE["frame"]["intensity"]) == 4


def test_step_explains_each_term_once_beside_the_part_that_uses_it_first(line: Line) -> None:
    meanings = {term.name: term.meaning for term in line.glossary}

    for _, step in line.modules[0].steps():
        explained = [term for part in step.parts for term in part.terms]
        assert [term.id for term in explained] == [str(number) for number in range(1, len(explained) + 1)]
        assert all(meanings[term.name] == term.meaning for term in explained)
        for part in step.parts:
            assert all(f'href="#term-{term.id}"' in part.html for term in part.terms)


def test_terms_whose_names_are_numbers_keep_their_own_meaning() -> None:
    def change(line: dict[str, Any]) -> None:
        names = [{"id": name, "name": {"nl": name, "en": name}, "meaning": {"nl": name, "en": name}} for name in "21"]
        line["glossary"] += names
        line["modules"][0]["units"][0]["steps"][0]["text"]["nl"] = "[twee](term:2), [een](term:1) en [twee](term:2).\n"

    changed = with_change(real_content(), change)
    (part,) = build_line(changed.line, "nl").modules[0].units[0].steps[0].parts

    assert re.findall(r'#term-(\d)"[^>]*>(\w+)<', part.html) == [("1", "twee"), ("2", "een"), ("1", "twee")]
    assert [(term.id, term.name) for term in part.terms] == [("1", "2"), ("2", "1")]


def test_ext_6_glossary_is_numbered_so_that_an_address_says_nothing(line: Line) -> None:
    assert [term.id for term in line.glossary] == [str(number) for number in range(1, len(line.glossary) + 1)]


def test_parts_together_are_the_whole_text(module: Module) -> None:
    language = "nl" if module.title == "Jaar 1" else "en"

    for _, step in module.steps():
        source = next(one for one in STEPS.values() if one["id"] == step.id)
        whole = "".join(block.html for block in render_blocks(source["text"][language]))
        for number, (_, target) in enumerate(find_links(source["text"][language]), start=1):
            whole = whole.replace(f'"#{target.replace(":", "-")}"', f'"#term-{number}"')
        assert "".join(part.html for part in step.parts) == whole
        assert clean_html(whole) == whole


def test_step_is_numbered_as_people_say_it(module: Module) -> None:
    numbers = [step.number for _, step in module.steps()]

    assert numbers[0] == "1.1"
    assert numbers == sorted(numbers)


def test_unit_takes_as_long_as_its_steps(module: Module) -> None:
    for unit in module.units:
        assert unit.minutes == sum(step.minutes for step in unit.steps) > 0


def test_way_is_there_only_where_the_content_has_one(module: Module) -> None:
    for _, step in module.steps():
        source = next(one for one in STEPS.values() if one["id"] == step.id)
        written = {one["kind"] for one in source["alternatives"]}
        always = {"whole", *(("together", "later") if step.notice.asks_first else ())}
        assert {way.kind for way in step.ways} == written | always
        # In one order everywhere, and numbered in it.
        order = ["whole", *ALTERNATIVES[:-1], "together", "later"]
        assert [way.kind for way in step.ways] == sorted((way.kind for way in step.ways), key=order.index)
        assert [way.number for way in step.ways] == list(range(1, len(step.ways) + 1))


def test_step_follows_on_steps_that_come_before(module: Module) -> None:
    ids = [step.id for _, step in module.steps()]

    for place, (_, step) in enumerate(module.steps()):
        assert set(step.after) <= set(ids[:place])


def test_step_is_found_by_its_id_and_an_unknown_one_is_not(module: Module) -> None:
    unit, step = next(module.steps())

    assert module.find_step(step.id) == (unit, step)
    assert module.find_step("aaaaaaaa") is None
    assert module.find_step("") is None
    assert module.find_unit(unit.id) == unit
    assert module.find_unit("aaaaaaaa") is None


# What writers are told.

README = (MODULES / "README.md").read_text()


def fields_of(schema: Schema) -> Iterator[str]:
    """Every field of a file as a writer calls it, and of what is nested in it."""
    for name, field in schema.fields.items():
        yield field.data_key or name
        inner = getattr(field, "inner", field)
        if hasattr(inner, "schema"):
            yield from fields_of(inner.schema)


@pytest.mark.parametrize("name", kind_names())
def test_readme_tells_of_every_field_of_a_kind_of_step(name: str) -> None:
    kind = find_kind(name)
    assert kind is not None

    untold = [field for field in fields_of(kind.schema()) if not re.search(rf"[`.]{field}[`.]", README)]
    assert untold == []
    assert f"**`{name}`**" in README


@pytest.mark.parametrize("schema", [LineSchema, ModuleSchema, UnitSchema, FrameSchema, ContactsSchema])
def test_readme_tells_of_every_field_of_a_file(schema: type[Schema]) -> None:
    untold = [field for field in fields_of(schema()) if not re.search(rf"[`.]{field}[`.]", README)]

    assert [field for field in untold if field != "contacts"] == []


def test_readme_tells_of_no_field_that_is_gone() -> None:
    assert not re.search(r"^\| `terms` \|", README, re.MULTILINE)
    assert all(f"`{kind}`" in README for kind in ALTERNATIVES)
