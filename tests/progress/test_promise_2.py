"""Completion ignores content: whatever a student did on the way to done, the teacher gets the same bytes (CMP-1..3)."""

from __future__ import annotations

import dataclasses
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from flask import template_rendered

from lti_tool.progress.board import BoardGroup, BoardRow, Standing
from lti_tool.progress.models import Done
from tests.content import NOTICED, STEP_IDS
from tests.progress.board import (
    FIRST,
    SECOND,
    THIRD,
    board_of,
    board_rows,
    body_of,
    normalise,
    parse,
    press,
    text_of,
    words,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from jinja2 import Template

    from tests.door import Door, Visit
    from tests.police import StatementRecorder

SW1, SW1B = "Sociaal werk, jaar 1", "Sociaal werk, jaar 1, deeltijd"


def press_at_once(visit: Visit) -> None:
    press(visit, THIRD)


def wander_and_press(visit: Visit) -> None:
    """Read everything in every way, come back, press, take it back, read on, press twice."""
    for step in (*STEP_IDS, FIRST):
        visit.get(f"/step/{step}")
    for step in NOTICED:
        for way in range(1, 9):
            visit.get(f"/step/{step}/{way}")
    press(visit, THIRD)
    visit.get(f"/step/{THIRD}")
    press(visit, THIRD, "no")
    press(visit, SECOND)
    press(visit, SECOND, "no")
    visit.get()
    press(visit, THIRD)
    press(visit, THIRD)
    for page in ("/support", "/safety", "/words"):
        visit.get(page)


def take_the_short_way_and_press(visit: Visit) -> None:
    """Read the notice and the summary, and nothing else."""
    visit.get(f"/step/{THIRD}")
    visit.get(f"/step/{THIRD}/2")
    press(visit, THIRD)


def skip_and_press(visit: Visit) -> None:
    """Read the notice, choose to do something else, and press later."""
    visit.get(f"/step/{THIRD}")
    visit.get()
    press(visit, THIRD)


def read_and_press_nothing(visit: Visit) -> None:
    for step in STEP_IDS:
        visit.get(f"/step/{step}")
        visit.get(text_of(step))


def do_nothing(_visit: Visit) -> None:
    pass


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (press_at_once, wander_and_press),
        (press_at_once, take_the_short_way_and_press),
        (press_at_once, skip_and_press),
        (do_nothing, read_and_press_nothing),
    ],
    ids=["wander", "short", "skip", "not_yet"],
)
def test_cmp_1_and_cmp_3_teacher_gets_the_same_bytes_and_the_database_the_same_questions(
    door: Door, recorder: StatementRecorder, one: Callable[[Visit], None], other: Callable[[Visit], None]
) -> None:
    pages, questions = [], []
    for student, name, course, title, way in (
        ("amina", "Amina Haddou", "sw1", SW1, one),
        ("kwame", "Kwame Osei-Bonsu", "sw1b", SW1B, other),
    ):
        way(door.enter(student, course))
        teacher = door.enter("teacher", course)
        teacher.get()
        # The second time nothing is read for the first time any more.
        pages.append(normalise(teacher.get().text, name, title))
        questions.append(list(recorder.statements))

    assert pages[0] == pages[1]
    assert questions[0] == questions[1]


@pytest.mark.parametrize("way", [press_at_once, wander_and_press, take_the_short_way_and_press, skip_and_press])
def test_cmp_1_rows_on_one_board_differ_in_nothing_but_the_name(door: Door, way: Callable[[Visit], None]) -> None:
    press_at_once(door.enter("amina"))
    way(door.enter("bram"))

    rows = board_rows(door.enter("teacher").get().text)

    assert [row.name for row in rows] == ["Amina Haddou", "Bram de Wit"]
    assert rows[0].statuses == rows[1].statuses


def test_cmp_1_page_of_the_student_is_the_same_after_a_detour(door: Door) -> None:
    visit = door.enter()
    press(visit)
    at_once = visit.get(f"/step/{FIRST}").data, visit.get().data

    press(visit, done="no")
    press(visit)

    assert (visit.get(f"/step/{FIRST}").data, visit.get().data) == at_once


def test_cmp_1_press_is_the_same_form_for_every_kind_of_step(door: Door) -> None:
    visit = door.enter()

    endings = set()
    for path in [path for step in STEP_IDS for path in (f"/step/{step}", text_of(step))]:
        page = parse(visit.get(path).text)
        form = next(one for one in page.iter("form") if (one.get("action") or "").endswith("/done"))
        fields = [(field.get("name"), field.get("type")) for field in form.iter("input")]
        button = next(iter(form.iter("button")))
        endings.add((str(fields), button.get("data-action"), words(button)))

    assert len(endings) == 1


def test_cmp_2_board_shows_a_name_and_done_or_not_started_and_nothing_else(door: Door, content: dict[str, Any]) -> None:
    wander_and_press(door.enter("amina"))
    door.enter("bram")

    page = parse(door.enter("teacher").get().text)

    tables = list(page.iter("table"))
    assert len(tables) == 1
    marks = {(str(one.tag), name) for body in page.iter("tbody") for one in body.iter() for name in one.attrib}
    joints = {("td", "data-status"), ("td", "data-first"), ("td", "data-last")}
    assert marks == {("th", "scope"), ("span", "class")} | joints
    assert {(cell.get("data-status"), words(cell)) for cell in page.iter("td")} == {
        ("done", "klaar"),
        ("not-started", "nog niet"),
    }
    heads = [words(head) for head in next(iter(tables[0].iter("thead"))).iter("th")]
    assert len(heads) == 1 + len(content["modules"][0]["units"][0]["steps"])
    assert heads[0] == "Student"
    assert all(head.startswith("Stap 1.") for head in heads[1:])


def test_cmp_2_template_of_the_board_is_handed_nothing_else(app: Flask, door: Door) -> None:
    wander_and_press(door.enter("amina"))
    teacher = door.enter("teacher")
    handed: list[dict[str, Any]] = []

    def note(_sender: object, template: Template, context: dict[str, Any], **_rest: object) -> None:
        if template.name and template.name.endswith("home_instructor.html"):
            handed.append(context)

    with template_rendered.connected_to(note, app):
        teacher.get()

    (context,) = handed
    (group,) = context["groups"]
    assert set(group) == {"title", "is_group", "size", "has_agreed", "products", "counts", "people"}
    assert group["people"] == [{"name": "Amina Haddou", "done": frozenset({THIRD})}]
    assert (group["is_group"], group["has_agreed"], group["products"]) == (False, None, [])
    flask_own = {"request", "session", "g", "config"}
    page_own = {"visit", "contacts", "institution", "standing_pages", "locale", "exit_url", "form_token", "here"} | {
        "theme",
        "hears_shift",
        "leave_url",
        "home_url",
        "language_url",
        "support_url",
        "contacts_url",
        "device_url",
        "safety_url",
        "accessibility_url",
        "words_url",
        "who_sees_url",
        "guidance_url",
        "group_url",
        "groups_url",
        "shared_url",
        "aid_url",
        "my_data_url",
        # A function of a step's id, and one that asks about this teacher alone.
        "step_url",
        "has_due_reminder",
        # These tell a teacher nothing.
        "group_counts",
        "notes_erased_after",
        "notes_url",
    }
    choices = {"parts", "is_mine", "mine_url", "all_url", "table_url", "picture_url", "file_url", "pages"}
    facts = {"module", "class_state", "standing", "unit", "steps", "groups"}
    assert set(context) - flask_own - page_own == choices | facts | {"has_ended"}
    assert {field.name for field in dataclasses.fields(context["class_state"])} == {"is_open", "ends_on", "held"}
    assert context["notes_url"] is None
    with app.test_request_context():
        assert context["notes_erased_after"](date.min) is None


def test_cmp_2_board_is_made_of_these_fields_alone() -> None:
    assert {field.name for field in dataclasses.fields(BoardRow)} == {"person_id", "name", "done"}
    assert {field.name for field in dataclasses.fields(BoardGroup)} == {
        "number",
        "name",
        "has_agreed",
        "handed_in",
        "rows",
    }
    assert {field.name for field in dataclasses.fields(Standing)} == {
        "students",
        "grouped",
        "groups",
        "own_groups",
        "requests",
        "products",
        "invitations",
    }


def test_cmp_2_overview_of_the_teacher_shows_nobodys_progress(door: Door) -> None:
    press(door.enter("amina"))

    page = parse(door.enter("teacher").get().text)

    steps = [item for item in page.iter("li") if item.get("data-step")]
    assert [item.get("data-status") for item in steps] == [None] * len(STEP_IDS)


def test_cmp_2_step_page_of_the_teacher_tells_of_nobody(door: Door) -> None:
    teacher = door.enter("teacher")
    paths = [path for step in (FIRST, THIRD) for path in (f"/step/{step}", text_of(step))]
    before = [teacher.get(path).data for path in paths]

    for step in (FIRST, THIRD):
        press(door.enter("amina"), step)

    assert [teacher.get(path).data for path in paths] == before
    assert b"Amina" not in b"".join(before)


def test_cmp_4_opening_again_keeps_the_flag(door: Door, recorder: StatementRecorder) -> None:
    visit = door.enter()
    press(visit)

    for _ in range(3):
        assert 'data-status="done"' in visit.get(f"/step/{FIRST}").text
        assert recorder.writes() == []

    assert board_of(door.enter("teacher"))["Amina Haddou"][0] == "done"


def test_cmp_4_launching_again_keeps_the_flag(door: Door) -> None:
    press(door.enter())

    again = door.enter()

    assert 'data-status="done"' in again.get(f"/step/{FIRST}").text


@pytest.mark.parametrize("step", STEP_IDS)
@pytest.mark.one_database
def test_not_4_pages_send_nothing_but_the_press(door: Door, step: str) -> None:
    """Which way somebody opened stays in the browser: no form and no address tells it."""
    visit = door.enter()

    for path in {f"/step/{step}", text_of(step)}:
        page = parse(visit.get(path).text)
        actions = {(form.get("action") or "").rpartition("/")[2] for form in page.iter("form")}
        assert actions == {"done", "language"}
        links = {link.get("href") or "" for link in page.iter("a")}
        assert {link for link in links if "?" in link} == set()
        sent = [field for form in page.iter("form") for field in form.iter("input")]
        assert [field.get("name") for field in sent if field.get("type") != "hidden"] == []


def test_press_tells_the_log_no_step_and_no_person(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[dict[str, Any]] = []
    monkeypatch.setattr("lti_tool.web.access_log.log.info", lambda event, **rest: said.append({"event": event, **rest}))
    visit = door.enter()

    press(visit)

    told = str(said)
    assert "/s/<token>/step/<step_id>/done" in told
    assert FIRST not in told
    assert visit.home.rpartition("/")[2] not in told


def test_done_has_two_columns() -> None:
    assert set(Done.__table__.columns.keys()) == {"membership_id", "step_id"}


def test_page_says_who_it_is_for(door: Door) -> None:
    for person, role in (("amina", "learner"), ("teacher", "instructor"), ("mentor", "observer")):
        body = body_of(door.enter(person).get().text)
        assert (body.get("data-role"), body.get("data-page")) == (role, "home")
