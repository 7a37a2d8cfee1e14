"""A notice stands before what it is about: what, how near, where, how long, who; and nothing of the step (NOT-3)."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Any

import pytest

from lti_tool.curriculum.building import build_line
from lti_tool.web.sanitise import render_blocks
from tests.content import asks_first, sampled_content, steps_of
from tests.progress.board import body_of, parse, words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.door import Door

# What a page shows is the same on every database.
pytestmark = pytest.mark.one_database

NOTICED = {step["folder"]: step for step in steps_of(sampled_content().line) if asks_first(step)}
PLAIN = {step["folder"]: step for step in steps_of(sampled_content().line) if not asks_first(step)}
EACH = pytest.mark.parametrize("folder", sorted(NOTICED))
EACH_PLAIN = pytest.mark.parametrize("folder", sorted(PLAIN))
LANGUAGE = pytest.mark.parametrize("language", ["nl", "en"])


def sentences(text: str) -> Iterator[str]:
    """Yield what somebody would read of a Markdown text, sentence by sentence."""
    plain = words(parse("".join(block.html for block in render_blocks(text))))
    yield from (one for one in re.split(r"(?<=[.?:])\s", plain) if len(one) > 12)


def texts_within(tree: Any, language: str) -> Iterator[str]:
    """Yield every text in one language that a part of a step holds, however deep."""
    if isinstance(tree, dict):
        for key, below in tree.items():
            if isinstance(below, str) and key in (language, "transcript"):
                yield below
            else:
                yield from texts_within(below, language)
    elif isinstance(tree, list):
        for below in tree:
            yield from texts_within(below, language)


def inside(step: dict[str, Any], language: str) -> list[str]:
    """What a step itself holds: its text, what is its kind's own, and the text of every other way through it."""
    own = ("sorting", "cards", "programme", "recordings", "person", "prompts")
    parts = [step["text"], *(step[name] for name in own if name in step)]
    parts += [one["text"] for one in step["alternatives"] if "text" in one]
    if step["kind"] == "closing":
        parts.append(sampled_content().line["frame"]["closing"])
    return [sentence for part in parts for text in texts_within(part, language) for sentence in sentences(text)]


def source_of(response: Any) -> str:
    """A page as its source holds it, with spaces and characters as people read them."""
    return " ".join(html.unescape(response.text).split())


@EACH
@LANGUAGE
@pytest.mark.parametrize("person", ["amina", "teacher", "mentor"])
def test_not_3_nothing_of_the_step_is_in_the_source_of_its_notice(
    sample_door: Door, folder: str, language: str, person: str
) -> None:
    step = NOTICED[folder]
    page = sample_door.enter(person, locale=language).get(f"/step/{step['id']}")

    assert body_of(page.text).get("data-page") == "notice"
    held = inside(step, language)
    assert len(held) > 2
    source = source_of(page)
    # What stands on the notice by right: the line under a choice, and the guidance of a teacher.
    told = [*texts_within(step["alternatives"], language), *texts_within(step["guidance"], language)]
    told = [
        text for text in told if text not in [one["text"][language] for one in step["alternatives"] if "text" in one]
    ]
    assert [one for one in held if one in source and not any(one in text for text in told)] == []
    for recording in step.get("recordings", {}).values():
        assert recording["sound"]["id"] not in page.text
        assert recording["captions"] not in page.text
    tree = parse(page.text)
    main = next(iter(tree.iter("main")))
    assert [one.tag for one in main.iter() if one.tag in ("audio", "details", "fieldset", "dl")] == []


@EACH
@LANGUAGE
def test_not_3_step_is_there_once_it_is_chosen(sample_door: Door, folder: str, language: str) -> None:
    step = NOTICED[folder]
    visit = sample_door.enter(locale=language)

    source = source_of(visit.get(f"/step/{step['id']}/1"))

    assert 'data-page="step"' in source
    shown = words(parse(source))
    assert all(one in shown for one in sentences(step["text"][language]))


@EACH
@LANGUAGE
def test_not_3_each_way_shows_its_own_text_and_that_of_no_other(sample_door: Door, folder: str, language: str) -> None:
    step = NOTICED[folder]
    visit = sample_door.enter(locale=language)
    built = build_line(sampled_content().line, language).modules[0].find_step(step["id"])
    assert built is not None
    given = {one["kind"]: one["text"][language] for one in step["alternatives"] if "text" in one}

    for way in built[1].ways:
        if way.kind in ("later", "whole"):
            continue
        source = words(parse(visit.get(f"/step/{step['id']}/{way.number}").text))
        for kind, text in given.items():
            assert all((one in source) == (kind == way.kind) for one in sentences(text)), (way.kind, kind)
        # Whoever takes another way does not meet the text itself, but where the kind makes that way of it.
        if way.kind != "written" and (way.kind != "fictional" or "fictional" in given):
            assert [one for one in sentences(step["text"][language]) if one in source] == []


@EACH
@LANGUAGE
def test_not_1_and_not_3_notice_says_what_how_near_where_how_long_and_who(
    sample_door: Door, folder: str, language: str
) -> None:
    step, line = NOTICED[folder], sampled_content().line
    page = parse(sample_door.enter(locale=language).get(f"/step/{step['id']}").text)

    (facts,) = (one for one in page.iter("ul") if one.get("data-notice") is not None)
    told = [words(next(iter(fact.iter("span")))) for fact in facts]
    names = {topic["id"]: topic["name"][language] for topic in line["topics"]}
    minutes = {
        "nl": f"Ongeveer {step['minutes']} minuten voor de hele stap.",
        "en": f"About {step['minutes']} minutes for the whole step.",
    }
    assert told == [
        ", ".join(names[topic] for topic in step["notice"]["topics"]),
        line["frame"]["intensity"][step["notice"]["intensity"]][language],
        " ".join(step["place"][language].split()),
        minutes[language],
        step.get("people", line["frame"]["people"])[language],
    ]


@EACH
@LANGUAGE
def test_not_3_notice_offers_every_way_as_a_plain_link_and_none_before_another(
    sample_door: Door, folder: str, language: str
) -> None:
    step, line = NOTICED[folder], sampled_content().line
    page = parse(sample_door.enter(locale=language).get(f"/step/{step['id']}").text)

    (choices,) = (one for one in page.iter("ul") if "choices" in (one.get("class") or "").split())
    links = [next(iter(item.iter("a"))) for item in choices]
    offered = [link.get("data-way") or "" for link in links]
    assert offered[0] == "whole"
    assert set(offered) == {"whole", "together", "later"} | {one["kind"] for one in step["alternatives"]}
    # The same look and weight for each, whatever it is.
    assert len({link.get("class") for link in links}) == 1
    assert {name for link in links for name in link.keys()} == {"class", "href", "data-action", "data-way"}  # noqa: SIM118
    for link, kind in zip(links, offered, strict=True):
        given: dict[str, Any] = next((one for one in step["alternatives"] if one["kind"] == kind), {})
        said = line["frame"]["ways"][kind]
        assert words(link).startswith(said["title"][language])
        assert words(link).endswith(given.get("line", said["line"])[language])


@EACH
def test_not_3_no_tick_and_no_field_stands_before_a_step(sample_door: Door, folder: str) -> None:
    """Outline 2.5: no confirmation tick. The one form in the page is the press that calls a step done."""
    page = parse(sample_door.enter().get(f"/step/{NOTICED[folder]['id']}").text)

    (main,) = page.iter("main")
    assert [(field.get("type"), field.get("name")) for field in main.iter("input")] == [
        ("hidden", "form_token"),
        ("hidden", "done"),
    ]
    assert [words(button) for button in main.iter("button")] == ["Klaar met deze stap"]


@EACH_PLAIN
@LANGUAGE
def test_step_without_a_page_before_it_shows_its_text_at_once(sample_door: Door, folder: str, language: str) -> None:
    step = PLAIN[folder]
    page = sample_door.enter(locale=language).get(f"/step/{step['id']}")

    assert body_of(page.text).get("data-page") == "step"
    shown = words(parse(page.text))
    assert all(one in shown for one in sentences(step["text"][language]))
    notices = [one for one in parse(page.text).iter("p") if one.get("data-notice") is not None]
    assert len(notices) == bool(step["notice"]["topics"])


@EACH_PLAIN
@LANGUAGE
def test_step_without_a_page_before_it_has_its_other_ways_in_the_page_closed(
    sample_door: Door, folder: str, language: str
) -> None:
    step, frame = PLAIN[folder], sampled_content().line["frame"]
    page = parse(sample_door.enter(locale=language).get(f"/step/{step['id']}").text)

    ways = {one.get("data-way") or "": one for one in page.iter("details") if one.get("data-way")}
    assert set(ways) == {one["kind"] for one in step["alternatives"]}
    assert {one.get("open") for one in ways.values()} <= {None}
    for given in step["alternatives"]:
        shown = words(ways[given["kind"]])
        assert shown.startswith(frame["ways"][given["kind"]]["title"][language])
        text = given.get("text", {}).get(language) or (frame["talk"][language] if given["kind"] == "talk" else "")
        assert all(one in shown for one in sentences(text))


def test_notice_of_a_hard_step_is_never_left_out_by_its_writer() -> None:
    """From intensity 2 on it comes first, whatever is written there; at 0 never."""
    module = build_line(sampled_content().line, "nl").modules[0]
    for step in steps_of(sampled_content().line):
        built = module.find_step(step["id"])
        assert built is not None
        intensity = step["notice"]["intensity"]
        assert built[1].notice.asks_first == (intensity >= 2 or (intensity == 1 and step["notice"]["before"]))


def test_not_5_notice_is_the_same_for_everybody_whatever_they_chose_before(sample_door: Door) -> None:
    step = NOTICED["unit-20/reading"]["id"]
    first, second = sample_door.enter("amina"), sample_door.enter("bram")
    for number in (1, 2, 3):
        first.get(f"/step/{step}/{number}")

    def notice(page: Any) -> str:
        return re.search(r"<main.*?(?=<section class=\"ending)", re.sub(r"/s/[\w-]{43}", "", page.text), re.DOTALL)[0]  # type: ignore[index]

    assert notice(first.get(f"/step/{step}")) == notice(second.get(f"/step/{step}"))
