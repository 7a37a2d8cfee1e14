"""The kinds of steps: what is registered, and what each shows, in both languages."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import pytest

from lti_tool.curriculum.building import build_line
from lti_tool.curriculum.kinds import find_kind, kind_names, register_kind, registry
from lti_tool.curriculum.kinds.registry import StepKind
from lti_tool.curriculum.schemas import StepSchema
from tests.content import asks_first, sampled_content, steps_of
from tests.progress.board import parse, words

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from tests.door import Door

# What a page shows is the same on every database.
pytestmark = pytest.mark.one_database

SAMPLE = {
    step["folder"].rpartition("/")[2]: step for step in steps_of(sampled_content().line) if "unit-20" in step["folder"]
}
LANGUAGE = pytest.mark.parametrize("language", ["nl", "en"])


def page_of(door: Door, name: str, language: str, way: str = "whole") -> Element:
    """The page of a step of the sample, or of one way through it."""
    step = SAMPLE[name]
    visit = door.enter(locale=language)
    path = f"/step/{step['id']}"
    if asks_first(step):
        ways = build_line(sampled_content().line, language).modules[0].find_step(step["id"])
        assert ways is not None
        path += f"/{next(one.number for one in ways[1].ways if one.kind == way)}"
    response = visit.get(path)
    assert response.status_code == 200, path
    page = parse(response.text)
    assert page.get("lang") == language
    return page


def says(page: Element, text: str) -> bool:
    """Whether a page says a sentence of the content, as it stands in the files."""
    return " ".join(text.replace("**", "").split()) in words(page)


def in_main(page: Element, tag: str) -> list[Element]:
    return list(next(iter(page.iter("main"))).iter(tag))


def fields_in(page: Element) -> list[Element]:
    """What somebody could type or choose in."""
    inputs = [field for field in in_main(page, "input") if field.get("type") != "hidden"]
    return [*inputs, *in_main(page, "textarea"), *in_main(page, "select")]


# The registry.


def test_kinds_of_steps() -> None:
    assert kind_names() == (
        "choice",
        "closing",
        "group",
        "info",
        "listen",
        "plenary",
        "practice",
        "private",
        "read",
    )


def test_only_the_kind_of_a_room_shows_something_of_people() -> None:
    kinds = {name: find_kind(name) for name in kind_names()}
    live = {name for name, kind in kinds.items() if kind is not None and kind.read_live is not None}

    assert live == {"choice", "group", "private"}
    # The same kinds say where that is stored, so that it is handed out and erased.
    assert {name for name, kind in kinds.items() if kind is not None and kind.tables} == {"choice", "private"}


def test_shr_10_only_a_closing_ends_what_is_shared_in_its_part() -> None:
    kinds = {name: find_kind(name) for name in kind_names()}

    assert [name for name, kind in kinds.items() if kind is not None and kind.is_closing] == ["closing"]


@pytest.mark.parametrize("name", kind_names())
def test_kind_is_found_by_its_name_and_brings_a_schema(name: str) -> None:
    kind = find_kind(name)

    assert kind is not None
    assert kind.name == name
    assert issubclass(kind.schema, StepSchema)


@pytest.mark.parametrize("name", ["quiz", "", None, 7, ["read"], {}])
def test_unknown_kind_is_not_found(name: Any) -> None:
    assert find_kind(name) is None


def test_kind_can_be_added_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_kinds", dict(registry._kinds))
    read = find_kind("read")
    assert read is not None
    story = StepKind("story", read.title, read.schema)

    register_kind(story)

    assert find_kind("story") is story
    assert "story" in kind_names()
    with pytest.raises(ValueError, match="the step kind story is registered already"):
        register_kind(story)


def test_cmp_1_kind_has_no_say_in_what_done_is() -> None:
    fields = {field.name for field in dataclasses.fields(StepKind)}

    shown = {"name", "title", "schema", "build", "template", "written_template", "script", "check", "read_live"}
    assert fields == shown | {"tables", "is_closing"}


@pytest.mark.parametrize("name", ["practice", "listen"])
def test_kind_that_makes_a_way_by_itself_asks_no_text_for_it(name: str) -> None:
    kind = find_kind(name)
    assert kind is not None
    assert kind.written_template is not None
    assert "written" not in kind.schema.needs_text | kind.schema.may_have_text


def test_not_8_private_writing_makes_the_way_of_the_made_up_person_by_itself() -> None:
    kind = find_kind("private")
    assert kind is not None
    assert kind.written_template is not None
    assert "fictional" not in kind.schema.needs_text | kind.schema.may_have_text


@pytest.mark.parametrize("name", ["choice", "closing", "info", "plenary", "read"])
def test_kind_that_makes_no_way_by_itself_asks_a_text_for_each(name: str) -> None:
    kind = find_kind(name)
    assert kind is not None
    assert kind.written_template is None
    assert "written" in kind.schema.needs_text


def test_sample_has_every_kind_with_a_notice_before_it_and_without() -> None:
    # The real content has what the sample lacks, such as a signpost without a page before it.
    held = {(step["kind"], asks_first(step)) for step in steps_of(sampled_content().line)}

    assert held == {(name, first) for name in kind_names() for first in (True, False)}


# What each kind shows.


@LANGUAGE
@pytest.mark.parametrize("name", sorted(SAMPLE))
def test_step_of_any_kind_shows_its_title_its_aim_and_the_press(sample_door: Door, name: str, language: str) -> None:
    page = page_of(sample_door, name, language)

    step = SAMPLE[name]
    assert [words(heading) for heading in page.iter("h1")] == [step["title"][language]]
    assert says(page, step["aim"][language])
    assert [button.get("data-action") for button in in_main(page, "button")] == ["done"]


@LANGUAGE
@pytest.mark.parametrize("name", ["reading", "reading-at-once"])
def test_reading_shows_its_text(sample_door: Door, name: str, language: str) -> None:
    page = page_of(sample_door, name, language)

    first = SAMPLE[name]["text"][language].partition("\n")[0]
    assert says(page, first)


@LANGUAGE
@pytest.mark.parametrize("name", ["sorting", "sorting-at-once"])
def test_practice_shows_the_question_and_every_card_with_its_reason(
    sample_door: Door, name: str, language: str
) -> None:
    page = page_of(sample_door, name, language)

    sorting = SAMPLE[name]["sorting"]
    assert says(page, sorting["question"][language])
    cards = in_main(page, "fieldset")
    assert len(cards) == len(sorting["cards"])
    for element, card in zip(cards, sorting["cards"], strict=True):
        assert f"“{card['text'][language]}”" in words(element)
        assert [words(label) for label in element.iter("label")] == [
            option["name"][language] for option in sorting["options"]
        ]
        (opens,) = element.iter("details")
        assert opens.get("open") is None, "the reason opens by a press"
        assert card["reason"][language] in words(opens)


@pytest.mark.parametrize("name", ["sorting", "sorting-at-once"])
def test_practice_sends_nothing(sample_door: Door, name: str) -> None:
    """What somebody chooses stands in no form, so no press and no script sends it; and nothing is chosen before."""
    page = page_of(sample_door, name, "nl")

    sorting = SAMPLE[name]["sorting"]
    choices = [field for field in in_main(page, "input") if field.get("type") == "radio"]
    assert len(choices) == len(sorting["cards"]) * len(sorting["options"])
    in_forms = {id(field) for form in page.iter("form") for field in form.iter()}
    assert [field for field in choices if id(field) in in_forms or field.get("form")] == []
    assert [field for field in choices if field.get("checked") is not None] == []
    assert {field.get("autocomplete") for field in choices} == {"off"}, "a browser restores none of them"
    # Names and values would say what a card is about; the browser needs names only to keep one choice for each card.
    assert {field.get("name") for field in choices} == {"card-1", "card-2"}
    assert {field.get("value") for field in choices} == {None}
    # Without script it works the same: it has none of its own.
    reading = page_of(sample_door, "reading", "nl")
    assert [script.get("src") for script in page.iter("script")] == [
        script.get("src") for script in reading.iter("script")
    ]


@pytest.mark.parametrize("name", ["sorting", "sorting-at-once"])
def test_practice_says_of_no_choice_that_it_is_right(sample_door: Door, name: str) -> None:
    page = page_of(sample_door, name, "nl")

    for element in in_main(page, "fieldset"):
        marks = {attribute for field in element.iter() for attribute in field.keys()}  # noqa: SIM118
        assert marks <= {"class", "type", "id", "name", "autocomplete", "for", "data-action", "data-options"}
    # Not even in the source: which options we thought of stands in the reason alone.
    assert len({field.get("class") for field in in_main(page, "input") if field.get("type") == "radio"}) == 1


@LANGUAGE
@pytest.mark.parametrize("name", ["sorting", "sorting-at-once"])
def test_practice_as_a_text_holds_every_card_and_asks_nothing(sample_door: Door, name: str, language: str) -> None:
    page = page_of(sample_door, name, language, "written")
    written = page
    if name == "sorting-at-once":
        (written,) = (one for one in in_main(page, "details") if one.get("data-way") == "written")

    for card in SAMPLE[name]["sorting"]["cards"]:
        assert f"“{card['text'][language]}”" in words(written)
        assert card["reason"][language] in words(written)
    assert [field for field in written.iter("input") if field.get("type") == "radio"] == []


@LANGUAGE
def test_signpost_shows_cards_to_open(sample_door: Door, language: str) -> None:
    page = page_of(sample_door, "signpost", language)

    cards = in_main(page, "details")
    given = SAMPLE["signpost"]["cards"]
    assert [words(next(iter(card.iter("summary")))) for card in cards] == [card["title"][language] for card in given]
    assert all(says(element, card["text"][language]) for element, card in zip(cards, given, strict=True))
    assert [card.get("open") for card in cards] == [None, None]


@LANGUAGE
def test_signpost_without_contacts_repeats_none(sample_door: Door, language: str) -> None:
    page = page_of(sample_door, "signpost", language)

    assert [element for element in page.iter() if element.get("id") == "contacts-heading"] == []


@LANGUAGE
def test_meeting_shows_its_programme_in_order(sample_door: Door, language: str) -> None:
    page = page_of(sample_door, "meeting", language)

    (programme,) = in_main(page, "ol")
    minutes = {"nl": "minuten", "en": "minutes"}[language]
    assert [words(part) for part in programme] == [
        f"{part['minutes']} {minutes}{part['what'][language]}" for part in SAMPLE["meeting"]["programme"]
    ]


@LANGUAGE
@pytest.mark.parametrize(
    ("name", "parts"), [("closing", ["here-and-now", "leave-here"]), ("closing-at-once", None)], ids=["some", "all"]
)
def test_closing_shows_the_parts_it_chose_and_ends_as_every_closing_does(
    sample_door: Door, name: str, parts: list[str] | None, language: str
) -> None:
    page = page_of(sample_door, name, language)

    closing = sampled_content().line["frame"]["closing"]
    # In the order of the frame, whatever the order in the step.
    chosen = [part for part in closing["parts"] if parts is None or part["id"] in parts]
    shown = in_main(page, "details")
    assert len(shown) == len(chosen) > 1
    for element, part in zip(shown, chosen, strict=True):
        assert words(next(iter(element.iter("summary")))).startswith(part["title"][language])
        assert says(element, part["text"][language])
        assert element.get("open") is None
    assert says(page, closing["end"][language])


def test_closing_asks_nothing(sample_door: Door) -> None:
    """No mood score, no word to hand in (product outline 3.6)."""
    for name in ("closing", "closing-at-once"):
        page = page_of(sample_door, name, "nl")

        assert fields_in(page) == []


@LANGUAGE
@pytest.mark.parametrize("name", ["listening", "listening-at-once"])
def test_not_7_listening_shows_a_player_that_waits_with_captions_and_a_transcript(
    sample_door: Door, name: str, language: str
) -> None:
    page = page_of(sample_door, name, language)

    own = SAMPLE[name]["recordings"][language]
    (player,) = page.iter("audio")
    assert player.get("preload") == "none"
    assert player.get("controls") is not None
    assert player.get("data-quiet") is not None, "its script lets it begin softly"
    assert player.get("autoplay") is None
    assert player.get("loop") is None
    (source,) = player.iter("source")
    assert (source.get("src") or "").rpartition("/")[2] == own["sound"]["id"]
    assert source.get("type") == "audio/wav"
    (track,) = player.iter("track")
    assert (track.get("src") or "").rpartition("/")[2] == own["captions"]
    assert (track.get("kind"), track.get("srclang")) == ("captions", language)
    assert track.get("label")
    assert track.get("default") is not None
    assert says(page, own["transcript"].partition("\n")[0])


@LANGUAGE
@pytest.mark.parametrize("way", ["whole", "fictional"])
def test_not_8_private_step_asks_each_question_twice_and_in_the_same_words_for_everybody(
    sample_door: Door, way: str, language: str
) -> None:
    page = page_of(sample_door, "writing", language, way)

    step = SAMPLE["writing"]
    assert says(page, step["person"][language])
    for prompt in step["prompts"]:
        assert says(page, prompt["ask"][language])
        assert says(page, prompt["twin"][language])
    assert says(page, step["prompts"][0]["hint"][language])
    # Before somebody said yes to keeping it there is no field (STO-11).
    assert fields_in(page) == []


@LANGUAGE
def test_step_that_practises_the_decision_aid_shows_all_of_it(sample_door: Door, language: str) -> None:
    page = page_of(sample_door, "choosing", language)

    aid = sampled_content().line["decision_aid"]
    assert says(page, aid["lead"][language])
    for part in aid["parts"]:
        assert all(says(page, text[language]) for text in (part["title"], *part["questions"], *part["points"]))
        assert all(says(page, part[name][language]) for name in ("condition", "then") if name in part)
    assert fields_in(page) == []


@LANGUAGE
def test_promise_of_a_unit_stands_on_its_first_page_also_where_that_is_a_notice(
    sample_door: Door, language: str
) -> None:
    promise = sampled_content().line["frame"]["opening"][language]
    first = SAMPLE["reading"]
    assert asks_first(first)

    visit = sample_door.enter(locale=language)
    notice, whole = (parse(visit.get(f"/step/{first['id']}{way}").text) for way in ("", "/1"))

    assert words(notice).index(" ".join(promise.split())) < words(notice).index(first["place"][language])
    assert not says(whole, promise)


@LANGUAGE
@pytest.mark.parametrize("name", ["listening", "listening-at-once"])
def test_not_7_listening_as_a_text_has_no_player(sample_door: Door, name: str, language: str) -> None:
    page = page_of(sample_door, name, language, "written")
    written = page
    if name == "listening-at-once":
        (written,) = (one for one in in_main(page, "details") if one.get("data-way") == "written")

    transcript = SAMPLE[name]["recordings"][language]["transcript"]
    assert all(says(written, line) for line in transcript.splitlines() if line)
    assert list(written.iter("audio")) == []


def test_script_of_the_player_is_there_only_where_something_plays(sample_door: Door) -> None:
    for name in SAMPLE:
        page = page_of(sample_door, name, "nl")
        scripts = [(script.get("src") or "").partition("?")[0] for script in page.iter("script")]
        assert ("/static/js/listen.js" in scripts) == name.startswith("listening")
    # Nothing plays on a notice, nor where the same is read as a text.
    listening = f"/step/{SAMPLE['listening']['id']}"
    visit = sample_door.enter()
    assert "listen.js" not in visit.get(listening).text
    assert "listen.js" in visit.get(f"{listening}/1").text
    assert "listen.js" not in visit.get(f"{listening}/2").text


@pytest.mark.parametrize("name", sorted(SAMPLE))
def test_teacher_reads_beside_a_step_what_to_prepare_and_students_do_not(sample_door: Door, name: str) -> None:
    step = SAMPLE[name]
    teacher, student = sample_door.enter("teacher"), sample_door.enter("amina")
    paths = [f"/step/{step['id']}", *([f"/step/{step['id']}/1"] if asks_first(step) else [])]

    for path in paths:
        page, seen = parse(teacher.get(path).text), parse(student.get(path).text)
        for part in step["guidance"].values():
            line = part["nl"].removeprefix("- ")
            assert says(page, line)
            assert not says(seen, line)
