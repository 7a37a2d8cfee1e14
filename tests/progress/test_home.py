"""The pages of the line as people meet them: which page, for whom, in which language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from lti_tool.curriculum.service import publish_line
from lti_tool.kernel.ids import new_id
from lti_tool.web.sanitise import find_links
from tests.content import NOTICED, REAL_STEPS, STEP_IDS, with_change
from tests.progress.board import (
    FIRST,
    SECOND,
    THIRD,
    body_of,
    language_of,
    parse,
    parts_of,
    press,
    step_statuses,
    text_of,
    words,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from lti_tool.curriculum.loader import Content
    from lti_tool.kernel.database import Database
    from tests.clock import FrozenClock
    from tests.door import Door, Visit

EVERYBODY = ("amina", "teacher", "mentor", "test_student", "nameless")


PAGES = {
    "/": "home",
    **{f"/{name}": name for name in ("words", "support", "safety", "accessibility", "who-sees-what")},
    **{f"/{name}": name for name in ("teacher-duties", "concern", "my-data")},
    "/decision-aid": "aid",
    **{f"/step/{step}": "notice" if step in NOTICED else "step" for step in STEP_IDS},
    **{f"/step/{step}/{way}": "step" for step in NOTICED for way in (1, 2)},
}


@pytest.mark.one_database
@pytest.mark.parametrize("person", EVERYBODY)
@pytest.mark.parametrize("language", ["nl", "en"])
def test_ops_4_every_page_speaks_both_languages(door: Door, person: str, language: str) -> None:
    visit = door.enter(person)
    visit.post("/language", {"language": language, "back": "/"})

    for path, page in PAGES.items():
        html = visit.get(path).text

        assert language_of(html) == language, path
        assert body_of(html).get("data-page") == page, path
        assert ("Verlaat deze pagina" in html) == (language == "nl"), path
        assert ("Leave this page" in html) == (language == "en"), path


@pytest.mark.parametrize(("person", "language"), [("amina", "nl"), ("kwame", "en"), ("nameless", "nl")])
def test_ops_4_language_follows_the_launch(door: Door, person: str, language: str) -> None:
    assert language_of(door.enter(person).get().text) == language


def test_ops_4_content_follows_the_language_of_the_page(door: Door) -> None:
    visit = door.enter()
    assert "Zo werkt het" in visit.get().text

    visit.post("/language", {"language": "en", "back": "/"})

    assert "How this works" in visit.get().text
    assert "Zo werkt het" not in visit.get().text


def test_language_is_chosen_on_the_page_where_one_is(door: Door) -> None:
    visit = door.enter()

    response = visit.post("/language", {"language": "en", "back": f"/step/{THIRD}"})

    assert response.headers["Location"].endswith(f"/step/{THIRD}")


def test_student_is_led_on_step_by_step(door: Door) -> None:
    visit = door.enter()

    def offered() -> str:
        page = parse(visit.get().text)
        return next((words(link) for link in page.iter("a") if link.get("data-action") == "continue"), "")

    numbers = list(step_statuses(visit.get().text))
    assert offered() == f"Begin met stap {numbers[0]}"
    press(visit, FIRST)
    assert offered() == f"Verder met stap {numbers[1]}"
    press(visit, THIRD)
    assert offered() == f"Verder met stap {numbers[1]}"
    press(visit, SECOND)
    assert offered() == f"Verder met stap {numbers[3]}"
    for step in STEP_IDS[3:]:
        press(visit, step)
    assert offered() == ""
    assert set(step_statuses(visit.get().text).values()) == {"done"}


@pytest.mark.parametrize(("step", "following"), list(zip(STEP_IDS, (*STEP_IDS[1:], None), strict=True)))
@pytest.mark.one_database
def test_step_leads_to_the_next_one_and_the_last_back_to_the_overview(
    door: Door, step: str, following: str | None
) -> None:
    visit = door.enter()
    page = parse(visit.get(f"/step/{step}").text)

    ways = [link for link in page.iter("a") if link.get("data-action") in ("next", "overview")]
    onward = ways[-1].get("href") or ""
    assert onward.endswith(f"/step/{following}" if following else visit.home.rpartition("/")[2] + "/")


def test_ext_6_title_of_a_step_names_its_place_and_never_its_subject(door: Door, content: dict[str, Any]) -> None:
    visit = door.enter()

    for unit in content["modules"][0]["units"]:
        for step in unit["steps"]:
            for path in (f"/step/{step['id']}", text_of(step["id"])):
                title = words(next(iter(parse(visit.get(path).text).iter("title"))))
                assert title == f"Leerlijn jaar 1, deel {unit['number']}"


def test_terms_of_a_text_lead_to_their_meaning_on_the_same_page(door: Door) -> None:
    page = parse(door.enter().get(text_of(THIRD)).text)

    targets = [(link.get("href") or "")[1:] for link in page.iter("a") if link.get("class") == "term"]
    ids = {element.get("id") for element in page.iter()}
    assert len(targets) == len(list(find_links(REAL_STEPS[2]["text"]["nl"]))) > 0
    assert set(targets) <= ids


@pytest.mark.parametrize("person", EVERYBODY)
def test_launch_outside_a_course_says_where_to_go(door: Door, person: str) -> None:
    visit = door.enter(person, knob="no_context")

    page = visit.get()

    assert page.status_code == 200
    assert body_of(page.text).get("data-page") == "outside-course"
    assert [visit.get(path).status_code for path in (f"/step/{FIRST}", "/step/aaaaaaaa")] == [404, 404]
    assert press(visit) == 404


@pytest.mark.parametrize("language", ["nl", "en"])
def test_page_outside_a_course_speaks_both_languages(door: Door, language: str) -> None:
    visit = door.enter(knob="no_context")

    visit.post("/language", {"language": language, "back": "/"})

    assert language_of(visit.get().text) == language


@pytest.fixture
def empty_door(create_door: Callable[..., Door]) -> Door:
    """A tool that is connected, and in which nothing is loaded yet."""
    return create_door()


@pytest.mark.parametrize("person", ["amina", "teacher", "mentor"])
@pytest.mark.parametrize(("language", "calm"), [("nl", "Je hebt niets fout gedaan"), ("en", "You did nothing wrong")])
def test_home_before_any_content_is_loaded_is_calm(empty_door: Door, person: str, language: str, calm: str) -> None:
    visit = empty_door.enter(person)
    visit.post("/language", {"language": language, "back": "/"})

    page = visit.get()

    assert page.status_code == 200
    assert body_of(page.text).get("data-page") == "no-content"
    assert calm in page.text
    assert visit.get(f"/step/{FIRST}").status_code == 404


def test_press_before_any_content_is_loaded_answers_404(empty_door: Door) -> None:
    assert press(empty_door.enter()) == 404


def of_two_units(line: dict[str, Any]) -> None:
    """Two steps in one unit, and one in the next."""
    first, second = line["modules"][0]["units"][:2]
    first["steps"], second["steps"] = first["steps"][:2], second["steps"][:1]
    line["modules"][0].update(units=[first, second], lead={"nl": new_id(), "en": new_id()})


def of_one_unit(line: dict[str, Any]) -> None:
    of_two_units(line)
    line["modules"][0]["units"].pop()


def test_line_of_two_units_is_shown_as_a_quilt_and_as_a_board_for_each(
    door: Door, database: Database, all_content: Content, clock: FrozenClock
) -> None:
    with database.session(writes=True) as session, session.begin():
        publish_line(session, with_change(all_content, of_two_units), clock=clock)
    student = door.enter()
    for step in (FIRST, SECOND):
        press(student, step)

    page = parse(student.get().text)
    cloths = [(item.get("data-cloth"), item.get("data-status")) for item in page.iter("li") if item.get("data-cloth")]
    assert cloths == [("weld", "done"), ("woad", "here")]
    board = door.enter("teacher").get().text
    assert len(parts_of(board)) == 2
    assert len(list(parse(board).iter("table"))) == 1


def test_line_of_one_unit_is_shown_without_a_quilt_and_as_one_board(
    door: Door, database: Database, all_content: Content, clock: FrozenClock
) -> None:
    with database.session(writes=True) as session, session.begin():
        publish_line(session, with_change(all_content, of_one_unit), clock=clock)

    page = parse(door.enter().get().text)

    assert [item for item in page.iter("ol") if item.get("class") == "quilt"] == []
    assert list(step_statuses(door.enter().get().text).values()) == ["open"] * 2
    board = door.enter("teacher").get().text
    assert parts_of(board) == []
    assert len(list(parse(board).iter("table"))) == 1


def test_step_page_of_each_person_asks_a_fixed_number_of_questions(door: Door) -> None:
    def questions(visit: Visit, path: str) -> int:
        visit.get(path)
        visit.get(path)
        return len(door.client.application.extensions["statement_recorder"].statements)

    student = door.enter()
    paths = ("/", f"/step/{FIRST}", f"/step/{THIRD}", f"/step/{THIRD}/1", f"/step/{THIRD}/2")
    before = [questions(student, path) for path in paths]
    for step in (FIRST, SECOND, THIRD):
        press(student, step)

    assert [questions(student, path) for path in paths] == before
    # Who it is, the edition, how the class stands, and what is done.
    assert max(before) <= 4
