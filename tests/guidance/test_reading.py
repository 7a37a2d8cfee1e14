"""What teachers read: for whom it is, that it is whole, in both languages, and what it costs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lti_tool.curriculum.service import read_line
from lti_tool.guidance.views import blueprint
from tests.guidance.teaching import (
    CLASS,
    REMINDERS,
    elements,
    items_of,
    line_of,
    main_of,
    post,
    remind,
    tick,
    units_of,
)
from tests.progress.board import body_of, language_of, parse, words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Connection

    from lti_tool.curriculum.line import Line
    from lti_tool.kernel.database import Database
    from tests.door import Door, Visit
    from tests.police import StatementRecorder

BESIDE_A_FIELD = {
    "nl": "Niemand leest live mee. Nu gevaar: 112. Advies van Veilig Thuis, dag en nacht: 0800-2000."
    " Gedachten aan zelfdoding: 113.",
    "en": "Nobody is reading along. Danger now: 112. Advice from Veilig Thuis, day and night: 0800-2000."
    " Thoughts of suicide: 113.",
}
TO_READ = ("/guidance", CLASS, "/guidance/planner")


def every_path(database: Database) -> Iterator[tuple[str, str]]:
    yield "/guidance", "guidance"
    yield CLASS, "guidance-class"
    yield REMINDERS, "guidance-reminders"
    yield "/guidance/planner", "guidance-planner"
    for page in line_of(database).guidance.pages:
        yield f"/guidance/page/{page.id}", "guidance-page"
    for unit_id in units_of(database):
        yield f"/guidance/unit/{unit_id}", "guidance-unit"


@pytest.mark.parametrize("language", ["nl", "en"])
def test_ops_4_every_page_speaks_both_languages(teacher: Visit, database: Database, language: str) -> None:
    teacher.post("/language", {"language": language, "back": "/guidance"})

    for path, name in every_path(database):
        answer = teacher.get(path)
        assert answer.status_code == 200, path
        assert language_of(answer.text) == language
        assert body_of(answer.text).get("data-page") == name


@pytest.mark.parametrize("person", ["amina", "mentor", "no_role", "test_student", "designer", "site_administrator"])
@pytest.mark.one_database
def test_who_does_not_teach_finds_nothing(door: Door, database: Database, person: str) -> None:
    visit = door.enter(person)

    assert {path for path, _ in every_path(database) if visit.get(path).status_code != 404} == set()
    assert [link for link in parse(visit.get().text).iter("a") if "/guidance" in str(link.get("href"))] == []


@pytest.mark.parametrize("person", ["teacher", "teaching_assistant", "coordinator"])
def test_who_teaches_finds_everything_from_the_course_home(door: Door, database: Database, person: str) -> None:
    visit = door.enter(person)
    met, waiting = set(), ["/"]
    while waiting:
        path = waiting.pop()
        met.add(path)
        links = [str(link.get("href")) for link in parse(visit.get(path).text).iter("a")]
        own = {link.partition("#")[0].removeprefix(visit.home.removeprefix("https://tool.example")) for link in links}
        waiting += [link for link in own if link.startswith("/guidance") and link not in met and link not in waiting]

    assert {path for path, _ in every_path(database)} <= met


def test_ops_6_teacher_of_one_course_finds_nothing_outside_a_course(door: Door) -> None:
    visit = door.enter("teacher", knob="no_context")

    assert [visit.get(path).status_code for path in (*TO_READ, REMINDERS)] == [404] * 4


def test_coordinator_who_does_not_teach_reads_and_changes_nothing(
    only_coordinator: Callable[[], Visit], database: Database
) -> None:
    visit = only_coordinator()
    unit_id = units_of(database)[0]

    assert {visit.get(path).status_code for path, _ in every_path(database) if path != REMINDERS} == {200}
    assert visit.get(REMINDERS).status_code == 404
    page = parse(visit.get(CLASS).text)
    assert [form.get("action") for form in page.iter("form") if "/guidance" in str(form.get("action"))] == []
    presses = (
        tick(visit, items_of(database)),
        post(visit, f"{CLASS}/preparing"),
        post(visit, f"{CLASS}/last-day", ends_on="2027-01-01"),
        post(visit, f"{CLASS}/units", **{f"opens-{unit_id}": "2027-01-01"}),
        remind(visit, "word", "2026-11-23"),
    )
    assert [press.status_code for press in presses] == [404] * 5


@pytest.mark.parametrize(
    "path", ["/guidance/page/aaaaaaaa", "/guidance/unit/aaaaaaaa", "/guidance/page/", "/guidance/x"]
)
def test_page_that_is_not_there_answers_404(teacher: Visit, path: str) -> None:
    assert teacher.get(f"/guidance{path}").status_code == 404


def test_home_leads_to_every_text_and_every_unit_and_to_the_course_as_a_student_sees_it(
    teacher: Visit, database: Database
) -> None:
    page = teacher.get("/guidance").text
    line = line_of(database)

    names = [link.get("data-name") for link in elements(page, "a", data_action="page")]
    assert names == [one.name for one in line.guidance.pages]
    assert names == ["before-the-first-class", "when-a-student-tells", "always", "your-own-experience"]
    assert len(elements(page, "a", data_action="unit")) == len(units_of(database))
    (as_student,) = elements(page, "a", data_action="as-student")
    assert str(as_student.get("href")).endswith(f"/step/{line.modules[0].units[0].steps[0].id}")


def test_text_leads_on_to_where_a_teacher_does_what_it_is_about(
    teacher: Visit, only_coordinator: Callable[[], Visit], database: Database
) -> None:
    def onward(visit: Visit) -> dict[str, str]:
        found = {}
        for page in line_of(database).guidance.pages:
            for link in elements(visit.get(f"/guidance/page/{page.id}").text, "a", data_action="onward"):
                found[page.name] = str(link.get("href")).rpartition("/")[2]
        return found

    everything = {
        "before-the-first-class": "class",
        "when-a-student-tells": "reminders",
        "your-own-experience": "planner",
    }
    assert onward(teacher) == everything
    # A coordinator who does not teach keeps no reminders here.
    assert onward(only_coordinator()) == {name: to for name, to in everything.items() if to != "reminders"}


def test_ra_17_unit_on_paper_holds_everything_a_teacher_needs_of_each_step(teacher: Visit, database: Database) -> None:
    for module in line_of(database).modules:
        for unit in module.units:
            page = teacher.get(f"/guidance/unit/{unit.id}").text
            said = main_of(page)
            for step in unit.steps:
                texts = (step.guidance.prepare_html, step.guidance.facilitate_html, step.guidance.touched_html)
                for text in (step.title, str(step.number), step.aim, *(words(parse(html)) for html in texts)):
                    assert " ".join(text.split()) in said
                assert len(elements(page, "section", data_step=step.number)) == 1
            (together,) = elements(page, "td", data_minutes="")
            assert words(together) == str(sum(step.minutes for step in unit.steps))


def test_ext_6_title_of_a_unit_on_paper_names_its_place_and_never_its_subject(
    teacher: Visit, database: Database
) -> None:
    titles = [
        words(elements(teacher.get(f"/guidance/unit/{unit_id}").text, "title")[0]) for unit_id in units_of(database)
    ]

    assert titles == [f"Leerlijn jaar 1, deel {number}" for number in range(1, len(titles) + 1)]


@pytest.fixture
def _marks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give every text for teachers a mark to check, whatever the content has."""
    read = read_line

    def with_marks(database: Connection, language: str) -> Line | None:
        line = read(database, language)
        assert line is not None
        pages = tuple(replace(page, to_check=("Nakijken",)) for page in line.guidance.pages)
        return replace(line, guidance=replace(line.guidance, pages=pages))

    monkeypatch.setattr(blueprint, "read_line", with_marks)


def marks_shown(visit: Visit, database: Database) -> set[int]:
    pages = line_of(database).guidance.pages
    return {visit.get(f"/guidance/page/{page.id}").text.count("<li>Nakijken</li>") for page in pages}


@pytest.mark.usefixtures("_marks")
def test_only_a_coordinator_sees_what_is_still_to_be_checked(
    teacher: Visit, only_coordinator: Callable[[], Visit], database: Database
) -> None:
    assert marks_shown(teacher, database) == {0}
    assert marks_shown(only_coordinator(), database) == {1}


def test_ra_18_planner_has_nothing_that_could_be_sent(teacher: Visit, database: Database) -> None:
    page = teacher.get("/guidance/planner").text
    fields = elements(page, "textarea")

    assert len(fields) == len(line_of(database).guidance.planner.questions)
    assert [field for field in fields if field.get("name") or field.get("form")] == []
    assert {(field.get("autocomplete"), field.get("spellcheck")) for field in fields} == {("off", "false")}
    assert [form for form in parse(page).iter("form") if list(form.iter("textarea"))] == []
    assert "wordt niet verstuurd en niet bewaard" in main_of(page)
    labels = {label.get("for") for label in parse(page).iter("label")}
    assert {field.get("id") for field in fields} <= labels


@pytest.mark.parametrize("path", ["/guidance/planner", REMINDERS])
@pytest.mark.parametrize("language", ["nl", "en"])
def test_grp_6_line_beside_a_field_says_who_sees_it_and_where_to_go(teacher: Visit, path: str, language: str) -> None:
    teacher.post("/language", {"language": language, "back": path})
    page = teacher.get(path).text

    (beside,) = elements(page, "p", data_now="")
    assert words(beside) == BESIDE_A_FIELD[language]
    assert [link.get("href") for link in beside.iter("a")] == ["tel:112", "tel:08002000", "tel:113"]
    assert ("Alleen jij ziet dit." if language == "nl" else "Only you see this.") in main_of(page)


def test_no_number_of_a_contact_stands_in_a_template() -> None:
    room = Path(blueprint.__file__).parents[1]
    beside = room.parent / "web" / "templates" / "components" / "audience.html"
    texts = [path.read_text() for path in (*room.glob("templates/*.html"), beside)]

    assert [text for text in texts if "0800" in text or "112" in text or "113" in text] == []


@pytest.fixture
def empty_door(create_door: Callable[..., Door]) -> Door:
    """A tool in which nothing is loaded yet."""
    return create_door()


@pytest.mark.parametrize(("language", "calm"), [("nl", "er is nog geen tekst"), ("en", "there is no text yet")])
def test_home_before_any_content_is_loaded_is_calm(empty_door: Door, language: str, calm: str) -> None:
    visit = empty_door.enter("teacher")
    visit.post("/language", {"language": language, "back": "/guidance"})

    assert calm in visit.get("/guidance").text
    assert [visit.get(path).status_code for path in (CLASS, "/guidance/planner")] == [404, 404]
    assert tick(visit, []).status_code == 404


def test_every_page_costs_a_fixed_number_of_statements(
    door: Door, database: Database, recorder: StatementRecorder
) -> None:
    teacher = door.enter("teacher")
    first, *others = units_of(database)

    def costs() -> dict[str, int]:
        found = {}
        for path, _ in every_path(database):
            teacher.get(path)
            teacher.get(path)
            found[path] = len(recorder.statements)
        return found

    before = costs()
    tick(teacher, items_of(database), open="yes")
    post(teacher, f"{CLASS}/units", **{f"opens-{unit_id}": "2027-01-01" for unit_id in (first, *others)})
    for number in range(20):
        remind(teacher, f"woord {number}", "2026-11-23")

    assert costs() == before
    assert before["/guidance"] == 5  # who is here, which edition, the class, the ticks, the reminders
    assert before[CLASS] == 4
    assert before[REMINDERS] == 2
    assert {count for path, count in before.items() if path not in ("/guidance", CLASS)} == {2}


@pytest.mark.parametrize("path", TO_READ)
def test_reading_leaves_nothing_behind(teacher: Visit, recorder: StatementRecorder, path: str) -> None:
    teacher.get(path)

    assert recorder.writes() == []
