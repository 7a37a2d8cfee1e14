"""Which way somebody takes through a step is kept nowhere: all of them leave the same bytes behind (NOT-4)."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import delete

from lti_tool.curriculum.building import build_line
from lti_tool.kernel.merging import mark
from lti_tool.kernel.models import LimitCount
from tests.conftest import load_content
from tests.content import asks_first, example_content, sampled_content, steps_of
from tests.front_door.witness import dump
from tests.police import BASE_URL
from tests.progress.board import FIRST, THIRD, board_of, normalise, parse, press

if TYPE_CHECKING:
    from collections.abc import Callable

    from lti_tool.curriculum.line import Step
    from lti_tool.kernel.database import Database
    from lti_tool.web.edge import Instruments
    from tests.clock import FrozenClock
    from tests.door import Door, Visit
    from tests.police import StatementRecorder

# What a page shows is the same on every database.
pytestmark = pytest.mark.one_database

WRITING = next(step["id"] for step in steps_of(sampled_content().line) if step["folder"] == "unit-20/writing")
LINES = {"sampled": sampled_content, "example": example_content}
STEPS = {
    f"{name}/{step['folder']}": (name, step["id"], asks_first(step))
    for name, read in LINES.items()
    for step in steps_of(read().line)
}
NOTICED = sorted(folder for folder, (_, _, first) in STEPS.items() if first)
PLAIN = sorted(folder for folder, (_, _, first) in STEPS.items() if not first)


@dataclass(frozen=True)
class Walk:
    """A tool that holds one of the lines, a student in it, and a teacher."""

    step: Step
    student: Visit
    teacher: Visit


@pytest.fixture
def walk(
    request: pytest.FixtureRequest, create_door: Callable[..., Door], database: Database, clock: FrozenClock
) -> Walk:
    name, step_id, _ = STEPS[request.param]
    load_content(database, LINES[name](), clock)
    door = create_door()
    found = build_line(LINES[name]().line, "nl").modules[0].find_step(step_id)
    assert found is not None
    walk = Walk(found[1], door.enter("amina"), door.enter("teacher"))
    walk.student.get()  # so that the edition is in this worker's memory
    walk.teacher.get()
    return walk


@dataclass
class Trace:
    """Everything that is left of opening one address and pressing done on it."""

    pressed: tuple[Any, ...]
    answered: tuple[Any, ...]
    statements: list[str]
    stored: dict[str, list[str]]
    logged: list[dict[str, Any]]
    board: bytes


class Tracer:
    """Opens ways and presses done, always beginning at the same state."""

    def __init__(self, walk: Walk, tools: Instruments, recorder: StatementRecorder, lines: list[str]) -> None:
        self._walk = walk
        self._tools = tools
        self._recorder = recorder
        self._lines = lines

    def trace(self, path: str) -> Trace:
        self._begin_again()
        opened = self._walk.student.get(path)
        assert opened.status_code == 200
        statements = list(self._recorder.statements)
        address, fields = done_form(opened.text, self._walk.step.id)
        answer = self._walk.student.client.post(address, data=fields, headers={"Sec-Fetch-Site": "same-origin"})
        statements += self._recorder.statements
        logged = [json.loads(line) for line in self._lines]
        stored = dump(self._tools.database)
        return Trace(
            pressed=("POST", address, fields),
            answered=(answer.status_code, sorted(answer.headers.items()), answer.data),
            statements=statements,
            stored=stored,
            logged=[{name: line[name] for name in line if name not in ("request_id", "timestamp")} for line in logged],
            board=self._walk.teacher.get().data,
        )

    def _begin_again(self) -> None:
        press(self._walk.student, self._walk.step.id, "no")
        # How often this session pressed at all is counted against floods; that count begins anew too.
        with self._tools.database.session(writes=True) as session, session.begin():
            session.execute(delete(LimitCount))
        self._tools.limits.forget()
        self._lines.clear()


def done_form(html: str, step_id: str) -> tuple[str, dict[str, str]]:
    """What a browser would send when somebody presses done on a page."""
    (form,) = (one for one in parse(html).iter("form") if (one.get("action") or "").endswith("/done"))
    address = form.get("action") or ""
    assert address.endswith(f"/step/{step_id}/done")
    assert form.get("method") == "post"
    return address, {str(field.get("name")): str(field.get("value")) for field in form.iter("input")}


@pytest.fixture
def tracer(walk: Walk, tools: Instruments, recorder: StatementRecorder, log_lines: list[str]) -> Tracer:
    return Tracer(walk, tools, recorder, log_lines)


@pytest.mark.parametrize("walk", NOTICED, indirect=True)
def test_not_4_every_way_leaves_the_same_rows_log_lines_statements_and_bytes(walk: Walk, tracer: Tracer) -> None:
    ways = [way for way in walk.step.ways if way.kind != "later"]
    assert len(ways) >= 2

    traces = {way.kind: tracer.trace(f"/step/{walk.step.id}/{way.number}") for way in ways}

    whole = traces["whole"]
    assert set(whole.pressed[2]) == {"form_token", "done"}
    assert [line["route"] for line in whole.logged] == [
        "/s/<token>/step/<step_id>/<int:way_number>",
        "/s/<token>/step/<step_id>/done",
    ]
    assert {kind for kind, trace in traces.items() if trace != whole} == set()


@pytest.mark.parametrize("walk", NOTICED, indirect=True)
def test_not_4_done_without_a_choice_or_much_later_is_stored_and_shown_as_any_other(walk: Walk, tracer: Tracer) -> None:
    whole = tracer.trace(f"/step/{walk.step.id}/1")
    # From the notice itself; the one who does something else first comes back to the same page.
    skipped = tracer.trace(f"/step/{walk.step.id}")

    assert (skipped.pressed, skipped.answered) == (whole.pressed, whole.answered)
    assert skipped.statements == whole.statements
    assert (skipped.stored, skipped.board) == (whole.stored, whole.board)


@pytest.mark.parametrize("walk", NOTICED, indirect=True)
def test_not_4_opening_every_way_changes_nothing(walk: Walk, database: Database, recorder: StatementRecorder) -> None:
    before, board = dump(database), walk.teacher.get().data

    for way in walk.step.ways:
        walk.student.get("/" if way.kind == "later" else f"/step/{walk.step.id}/{way.number}")
        assert recorder.writes() == []

    assert dump(database) == before
    assert walk.teacher.get().data == board


@pytest.mark.parametrize("walk", NOTICED, indirect=True)
def test_not_4_answer_sets_nothing_in_the_browser(walk: Walk) -> None:
    """Neither a cookie nor a script that keeps something: what is chosen is gone with the page."""
    answers = [walk.student.get(f"/step/{walk.step.id}/{way.number}") for way in walk.step.ways if way.kind != "later"]

    assert [answer.headers.getlist("Set-Cookie") for answer in answers] == [[]] * len(answers)
    assert {answer.headers["Cache-Control"] for answer in answers} == {"no-store"}


@pytest.mark.parametrize("walk", NOTICED, indirect=True)
def test_not_4_and_ext_6_choices_are_plain_links_whose_addresses_say_nothing(walk: Walk) -> None:
    page = parse(walk.student.get(f"/step/{walk.step.id}").text)

    links = {link.get("data-way"): link for link in page.iter("a") if link.get("data-action") == "way"}
    assert list(links) == [way.kind for way in walk.step.ways]
    home = walk.student.home.removeprefix(BASE_URL)
    for way in walk.step.ways:
        link = links[way.kind]
        leads = f"{home}/" if way.kind == "later" else f"{home}/step/{walk.step.id}/{way.number}"
        assert link.get("href") == leads
        # The same window, and nothing that tells on the way.
        assert {link.get(name) for name in ("target", "ping", "rel", "download")} == {None}


@pytest.mark.parametrize("walk", NOTICED, indirect=True)
def test_way_that_is_not_there_answers_404(walk: Walk) -> None:
    last = walk.step.ways[-1]
    assert last.kind == "later"

    for number in (0, last.number, last.number + 1, 999, -1):
        assert walk.student.get(f"/step/{walk.step.id}/{number}").status_code == 404
    for name in ("summary", "later", "1.0", "1a", "%00", "9" * 30, "9" * 5000):
        assert walk.student.get(f"/step/{walk.step.id}/{name}").status_code == 404


@pytest.mark.parametrize("walk", NOTICED, indirect=True)
def test_every_way_leads_back_to_the_choices(walk: Walk) -> None:
    home = walk.student.home.removeprefix(BASE_URL)

    for way in walk.step.ways:
        if way.kind != "later":
            page = parse(walk.student.get(f"/step/{walk.step.id}/{way.number}").text)
            back = [link.get("href") for link in page.iter("a") if link.get("data-action") == "choices"]
            assert back == [f"{home}/step/{walk.step.id}"], way.kind


@pytest.mark.parametrize("walk", NOTICED, indirect=True)
def test_way_with_somebody_leads_on_to_the_step(walk: Walk) -> None:
    (together,) = (way for way in walk.step.ways if way.kind == "together")
    page = parse(walk.student.get(f"/step/{walk.step.id}/{together.number}").text)

    (onward,) = (link.get("href") or "" for link in page.iter("a") if link.get("data-action") == "whole")
    assert onward.endswith(f"/step/{walk.step.id}/1")


@pytest.mark.parametrize("walk", PLAIN, indirect=True)
def test_not_4_ways_of_a_step_without_a_notice_are_in_its_page_and_ask_nothing(walk: Walk) -> None:
    page = parse(walk.student.get(f"/step/{walk.step.id}").text)

    ways = [one for one in page.iter("details") if one.get("data-way")]
    assert [one.get("data-way") for one in ways] == [way.kind for way in walk.step.others]
    for way in ways:
        assert [one.tag for one in way.iter() if one.tag in ("a", "form", "button", "input", "audio", "img")] == []
    for number in range(1, len(walk.step.ways) + 2):
        assert walk.student.get(f"/step/{walk.step.id}/{number}").status_code == 404


@pytest.mark.parametrize("walk", PLAIN, indirect=True)
def test_not_4_step_without_a_notice_is_pressed_as_any_other(walk: Walk, tracer: Tracer) -> None:
    trace = tracer.trace(f"/step/{walk.step.id}")

    assert set(trace.pressed[2]) == {"form_token", "done"}
    assert [line["route"] for line in trace.logged] == ["/s/<token>/step/<step_id>", "/s/<token>/step/<step_id>/done"]
    assert "done" in board_of(walk.teacher)["Amina Haddou"]


@pytest.mark.parametrize("person", ["teacher", "mentor"])
@pytest.mark.parametrize("walk", ["sampled/unit-20/reading"], indirect=True)
def test_teacher_and_who_reads_along_open_every_way_too(walk: Walk, sample_door: Door, person: str) -> None:
    visit = sample_door.enter(person)

    for way in walk.step.ways:
        if way.kind != "later":
            page = visit.get(f"/step/{walk.step.id}/{way.number}")
            assert page.status_code == 200
            assert "/done" not in page.text


def test_teachers_board_is_the_same_whoever_took_which_way(sample_door: Door) -> None:
    pages = []
    for person, course, paths in (
        ("amina", "sw1", [f"/step/{THIRD}", f"/step/{THIRD}/1"]),
        ("kwame", "sw1b", [f"/step/{THIRD}", f"/step/{THIRD}/2", f"/step/{THIRD}/3"]),
    ):
        student = sample_door.enter(person, course)
        for path in paths:
            student.get(path)
        press(student, THIRD)
        teacher = sample_door.enter("teacher", course)
        names = ("Amina Haddou", "Kwame Osei-Bonsu", "Sociaal werk, jaar 1, deeltijd", "Sociaal werk, jaar 1")
        pages.append(normalise(teacher.get().text, *names))

    assert pages[0] == pages[1]


# Every address of the tool, as it stands in a history or over somebody's shoulder (EXT-6).


def crawl(visit: Visit) -> set[str]:
    """Every address that the pages of a visit hold, from the overview on."""
    home = visit.home.removeprefix(BASE_URL)
    found, open_paths = set[str](), ["/"]
    while open_paths:
        path = open_paths.pop()
        response = visit.get(path)
        assert response.status_code in (200, 303)
        for element in parse(response.text).iter():
            for name in ("href", "src", "action"):
                address = element.get(name)
                if not address or address in found or address.startswith("http"):
                    continue
                found.add(address)
                inside = address.removeprefix(home).partition("#")[0]
                leads_on = element.tag == "a" and address.startswith(home) and not inside.endswith("/leave")
                if leads_on and "/guidance" not in inside:
                    open_paths.append(inside)
    return found


@pytest.mark.parametrize(("person", "writes"), [("amina", False), ("amina", True), ("teacher", False)])
def test_ext_6_no_address_says_what_a_step_or_a_way_is_about(sample_door: Door, person: str, *, writes: bool) -> None:
    line = sampled_content().line
    told = {step["folder"].rpartition("/")[2] for step in steps_of(line)} | {topic["id"] for topic in line["topics"]}
    told |= {term["id"] for term in line["glossary"]} | set(line["frame"]["ways"]) - {"whole"}
    told |= {"violence", "abuse", "unsafe", "suicide", "notice", "geweld", "onveilig"}

    visit = sample_door.enter(person)
    if writes:
        visit.post("/consent", {"agrees": "yes"})
        visit.post("/decision-aid", {"text-whether": "Sem weet iets over de bus."})
        visit.post(f"/notes/step/{WRITING}", {"text-waiting": "Noor telt de trams.", "seen-waiting": mark("")})
    addresses = crawl(visit)

    assert len([one for one in addresses if re.search(r"/step/[a-z2-7]{8}/\d+\Z", one)]) > 10
    # What comes after the random id of the visit; static files are the same for every page.
    said = {re.sub(r"\A/s/[\w-]{43}", "", one) for one in addresses if not one.startswith("/static/")}
    known = r"(/|/step/[a-z2-7]{8}(/\d|/done)?|/sound/[0-9a-f]{64}|/words|/support|/safety|/accessibility|/leave)\Z"
    known += (
        r"|/(language|device|who-sees-what)\Z|/guidance|#(term-\d+|unit-\d+|content|support|done)\Z|/brand/|tel:\d+\Z"
    )
    known += r"|/(teacher-duties|concern|decision-aid|shared|my-data(/take-along|/erase|/erase-notes)?)(#errors)?\Z"
    known += r"|/consent(/take-back|/[a-z2-7]{8})?(#errors)?\Z"
    known += r"|/notes(/step/[a-z2-7]{8}|/[a-z2-7]{26}/(share|withdraw|erase))?(#[a-z-]+)?\Z"
    known += r"|/groups?(/[a-z-]+|/[a-z2-7]{26})*(#[a-z-]+)?\Z|/(board\.csv)?\?part=\d+(&[a-z=0-9]+)*(#board)?\Z"
    assert {one for one in said if not re.match(known, one)} == set()
    assert {(one, word) for one in said for word in told if word in one} == set()


def test_ext_6_number_of_a_way_is_its_place_and_not_its_kind(sample_door: Door) -> None:
    """The second way is a summary in one step and something else in another, so an address tells neither."""
    module = build_line(sampled_content().line, "nl").modules[0]
    seconds = {step.ways[1].kind for _, step in module.steps() if step.notice.asks_first}

    assert len(seconds) > 2
    assert sample_door.enter().get(f"/step/{FIRST}/1").status_code == 404
