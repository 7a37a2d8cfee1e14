"""Preparing a class: ticks of one's own, opening by the server's rule, the last day, and units that open later."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from lti_tool.curriculum.models import CourseClass, HeldUnit
from lti_tool.guidance.models import Ready
from lti_tool.guidance.service import ClassToday, NotReadyError, open_class
from lti_tool.guidance.views import blueprint
from tests.guidance.teaching import (
    CLASS,
    elements,
    items_of,
    line_of,
    main_of,
    place_of,
    post,
    status_of,
    tick,
    ticked,
    units_of,
    value_of,
    wrong_fields,
)
from tests.progress.board import FIRST, body_of, press, words

if TYPE_CHECKING:
    from collections.abc import Callable

    from lti_tool.kernel.database import Database
    from tests.door import Door, Visit


def stored_ticks(database: Database) -> set[tuple[str, str]]:
    with database.session(writes=False) as session:
        return {(row.membership_id, row.item_id) for row in session.execute(select(Ready)).scalars()}


def stored_class(database: Database) -> CourseClass:
    with database.session(writes=False) as session:
        return session.execute(select(CourseClass)).scalar_one()


def held(database: Database) -> dict[str, str]:
    with database.session(writes=False) as session:
        return {row.unit_id: row.opens_on.isoformat() for row in session.execute(select(HeldUnit)).scalars()}


def sees_line(visit: Visit) -> bool:
    return body_of(visit.get().text).get("data-page") == "home"


# The checklist, and opening.


def test_teacher_ticks_in_pieces_and_opens_the_class_for_its_students(
    preparing: Visit, door: Door, database: Database
) -> None:
    items = items_of(database)
    assert not sees_line(door.enter("amina"))

    assert place_of(tick(preparing, items[:2])) == "kept"
    assert ticked(preparing) == items[:2]
    assert place_of(tick(preparing, items)) == "kept"
    assert status_of(preparing) == "preparing"  # ticking alone opens nothing
    assert place_of(tick(preparing, items, open="yes")) == "opened"

    assert status_of(preparing) == "open"
    assert sees_line(door.enter("amina"))


def test_press_that_opens_keeps_the_ticks_that_were_made_with_it(preparing: Visit, database: Database) -> None:
    assert place_of(tick(preparing, items_of(database), open="yes")) == "opened"

    assert ticked(preparing) == items_of(database)


def test_class_stays_shut_while_something_is_left_and_the_page_says_what(
    preparing: Visit, door: Door, database: Database
) -> None:
    items = items_of(database)
    titles = {item.id: item.title for item in line_of(database).guidance.checklist}

    for left in items:
        others = [item for item in items if item != left]
        assert place_of(tick(preparing, others, open="yes")) == "not-yet"
        assert ticked(preparing) == others  # nothing that was ticked is lost
        page = preparing.get(CLASS).text
        (listed,) = elements(page, "ul", data_left="")
        assert [words(one) for one in listed] == [titles[left]]
        assert len(elements(page, "p", id="not-yet")) == 1

    assert status_of(preparing) == "preparing"
    assert not sees_line(door.enter("amina"))


def test_page_that_is_made_up_opens_nothing(preparing: Visit, database: Database) -> None:
    """The rule is the server's: neither names that are not on the list nor one name many times will do."""
    items = items_of(database)

    for given in (
        [],
        ["aaaaaaaa"] * 20,
        [*items[1:], "aaaaaaaa"],
        [items[0]] * len(items),
        [item.upper() for item in items],
    ):
        assert place_of(tick(preparing, given, open="yes")) == "not-yet"
    assert status_of(preparing) == "preparing"


def test_service_itself_holds_the_rule(preparing: Visit, database: Database, door: Door) -> None:
    del preparing
    context_id = stored_class(database).context_id
    here = ClassToday(context_id, begins_open=False, today=door.clock.now().date())

    with database.session(writes=True) as session, pytest.raises(NotReadyError):
        open_class(session, here, membership_id="nobody", items=items_of(database))


def test_item_that_is_new_on_the_list_has_to_be_ticked_too(
    preparing: Visit, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    tick(preparing, items_of(database))
    line = line_of(database)
    new = replace(line.guidance.checklist[0], id="zzzzzzzz", title="Iets nieuws")
    longer = replace(line.guidance, checklist=(*line.guidance.checklist, new))
    monkeypatch.setattr(blueprint, "read_line", lambda *_: replace(line, guidance=longer))

    assert place_of(tick(preparing, items_of(database), open="yes")) == "not-yet"
    assert place_of(tick(preparing, [*items_of(database), "zzzzzzzz"], open="yes")) == "opened"


def test_tick_can_be_taken_back_and_leaves_nothing(preparing: Visit, database: Database) -> None:
    tick(preparing, items_of(database))
    tick(preparing, [])

    assert ticked(preparing) == []
    assert stored_ticks(database) == set()


def test_pressing_twice_changes_nothing(preparing: Visit, database: Database) -> None:
    for _ in range(2):
        assert place_of(tick(preparing, items_of(database), open="yes")) == "opened"
    assert len(stored_ticks(database)) == len(items_of(database))


def test_nobody_but_the_teacher_sees_their_ticks(
    preparing: Visit, door: Door, database: Database, only_coordinator: Callable[[], Visit]
) -> None:
    items = items_of(database)
    tick(preparing, items[:3])
    colleague = door.enter("teaching_assistant")

    assert ticked(colleague) == []
    assert len(elements(colleague.get(CLASS).text, "ul", data_left="")[0]) == len(items)
    coordinator = only_coordinator().get(CLASS).text
    assert elements(coordinator, "input", type="checkbox") == []
    assert elements(coordinator, "ul", data_left="") == []
    tick(colleague, items[3:])
    assert ticked(preparing) == items[:3]
    assert ticked(colleague) == items[3:]


def test_ticks_of_two_teachers_do_not_add_up(preparing: Visit, door: Door, database: Database) -> None:
    items = items_of(database)
    tick(preparing, items[:4])

    assert place_of(tick(door.enter("teaching_assistant"), items[4:], open="yes")) == "not-yet"


def test_colleague_sees_that_the_class_is_open(preparing: Visit, door: Door, database: Database) -> None:
    tick(preparing, items_of(database), open="yes")

    assert status_of(door.enter("teaching_assistant")) == "open"


def test_ticks_in_one_course_are_none_in_another(preparing: Visit, door: Door, database: Database) -> None:
    tick(preparing, items_of(database))

    elsewhere = door.enter("teacher", "sw1b")

    assert ticked(elsewhere) == []
    assert status_of(elsewhere) == "open"  # as a class begins in these tests


def test_class_goes_back_to_preparing_and_what_students_did_stays(
    preparing: Visit, door: Door, database: Database
) -> None:
    tick(preparing, items_of(database), open="yes")
    press(door.enter("amina"), FIRST)

    assert place_of(post(preparing, f"{CLASS}/preparing")) == "preparing"
    assert status_of(preparing) == "preparing"
    assert not sees_line(door.enter("amina"))
    tick(preparing, items_of(database), open="yes")

    assert 'data-status="done"' in door.enter("amina").get(f"/step/{FIRST}").text


def test_tick_is_a_membership_and_an_item_and_nothing_else() -> None:
    assert set(Ready.__table__.columns.keys()) == {"membership_id", "item_id"}


# The last day.


def test_last_day_is_the_next_31_august_until_somebody_chooses(teacher: Visit, database: Database) -> None:
    assert value_of(teacher.get(CLASS).text, "ends_on") == "2027-08-31"
    assert "De laatste dag is dinsdag 31 augustus 2027." in main_of(teacher.get(CLASS).text)

    assert place_of(post(teacher, f"{CLASS}/last-day", ends_on="2027-07-02")) == "last-day-kept"

    assert value_of(teacher.get(CLASS).text, "ends_on") == "2027-07-02"
    assert stored_class(database).is_open is True  # choosing a day opens and closes nothing


@pytest.mark.parametrize("text", ["2-7-2027", "02/07/2027", " 2.7.2027 "])
def test_last_day_may_be_written_as_people_write_it(teacher: Visit, text: str) -> None:
    post(teacher, f"{CLASS}/last-day", ends_on=text)

    assert value_of(teacher.get(CLASS).text, "ends_on") == "2027-07-02"


@pytest.mark.parametrize(
    ("text", "dutch", "english"),
    [
        ("", "Hier staat nog niets.", "Nothing stands here yet."),
        ("morgen", "Dit is geen dag.", "This is not a day."),
        ("31-02-2027", "Dit is geen dag.", "This is not a day."),
        ("2026-11-22", "Kies maandag 23 november 2026 of later.", "Choose Monday 23 November 2026 or later."),
        ("2028-11-24", "Kies donderdag 23 november 2028 of eerder.", "Choose Thursday 23 November 2028 or earlier."),
        ('"><b>x', "Dit is geen dag.", "This is not a day."),
    ],
)
@pytest.mark.one_database
def test_last_day_that_cannot_be_is_refused_in_the_readers_language_and_stays_as_typed(
    teacher: Visit, database: Database, text: str, dutch: str, english: str
) -> None:
    for language, said in (("nl", dutch), ("en", english)):
        teacher.post("/language", {"language": language, "back": "/"})
        answer = post(teacher, f"{CLASS}/last-day", ends_on=text)

        assert answer.status_code == 422
        assert wrong_fields(answer.text) == ["ends_on"]
        assert main_of(answer.text).count(said) == 2  # in the summary, and beside the field
        assert value_of(answer.text, "ends_on") == text
        (field,) = elements(answer.text, "input", id="ends_on")
        assert field.get("aria-invalid") == "true"
        assert field.get("aria-describedby") == "ends_on-why"
    with database.session(writes=False) as session:
        assert session.execute(select(CourseClass)).all() == []


def test_summary_of_what_is_wrong_takes_focus_by_its_place_in_the_address(teacher: Visit) -> None:
    page = teacher.get(CLASS).text
    answer = post(teacher, f"{CLASS}/last-day", ends_on="").text

    (form,) = [one for one in elements(page, "form") if "last-day" in str(one.get("action"))]
    assert str(form.get("action")).endswith("/guidance/class/last-day#wrong")
    assert form.get("novalidate") is not None  # else the browser answers, in its own language
    (summary,) = elements(answer, "div", id="wrong")
    assert summary.get("tabindex") == "-1"


def test_language_can_be_changed_on_a_page_that_says_what_is_wrong(teacher: Visit) -> None:
    answer = post(teacher, f"{CLASS}/last-day", ends_on="morgen").text

    (back,) = elements(answer, "input", name="back")
    assert back.get("value") == CLASS


@pytest.mark.parametrize("day", ["2026-11-23", "2028-11-23"])
def test_last_day_may_be_today_and_two_years_ahead(teacher: Visit, day: str) -> None:
    assert post(teacher, f"{CLASS}/last-day", ends_on=day).status_code == 303


def test_last_day_that_passed_is_told_and_a_class_that_opens_anew_gets_the_usual_one(
    preparing: Visit, door: Door, database: Database
) -> None:
    post(preparing, f"{CLASS}/last-day", ends_on="2026-11-30")
    door.clock.move(days=8)
    again = door.enter("teacher")

    assert "De laatste dag was maandag 30 november 2026." in main_of(again.get(CLASS).text)
    tick(again, items_of(database), open="yes")

    assert stored_class(database).ends_on.isoformat() == "2027-08-31"


def test_day_begins_at_midnight_of_the_institutions(teacher: Visit, door: Door) -> None:
    door.clock.move(hours=14, minutes=30)  # half past eleven in the evening in London, half past twelve in Amsterdam

    answer = post(door.enter("teacher"), f"{CLASS}/last-day", ends_on="2026-11-23")

    assert answer.status_code == 422
    del teacher


# Units that open later.


def test_unit_is_held_until_a_day_and_opens_on_it(teacher: Visit, door: Door, database: Database) -> None:
    first, second, *_ = units_of(database)
    step = line_of(database).modules[0].units[1].steps[0].id

    assert place_of(post(teacher, f"{CLASS}/units", **{f"opens-{second}": "2026-12-07"})) == "units-kept"

    assert held(database) == {second: "2026-12-07"}
    page = teacher.get(CLASS).text
    assert value_of(page, f"opens-{second}") == "2026-12-07"
    assert value_of(page, f"opens-{first}") == ""
    assert "Deel 2 gaat open op maandag 7 december 2026." in main_of(page)
    assert "Deel 2 gaat open op maandag 7 december 2026." in main_of(teacher.get("/guidance").text)
    assert body_of(door.enter("amina").get(f"/step/{step}").text).get("data-page") == "not-open"
    door.clock.move(days=14)
    assert body_of(door.enter("amina").get(f"/step/{step}").text).get("data-page") != "not-open"
    assert value_of(door.enter("teacher").get(CLASS).text, f"opens-{second}") == ""


def test_unit_is_released_by_taking_its_day_away_or_by_one_press(teacher: Visit, database: Database) -> None:
    first, second, *_ = units_of(database)
    both = {f"opens-{first}": "2026-12-01", f"opens-{second}": "2026-12-07"}
    shown = {f"shown-{first}": "2026-12-01", f"shown-{second}": "2026-12-07"}
    post(teacher, f"{CLASS}/units", **both)

    post(teacher, f"{CLASS}/units", **{**both, **shown, f"opens-{first}": ""})
    assert held(database) == {second: "2026-12-07"}

    post(teacher, f"{CLASS}/units", **{**both, **shown, f"opens-{first}": "", f"shown-{first}": "", "now": second})
    assert held(database) == {}


def test_day_that_a_colleague_chose_in_the_meantime_stays(teacher: Visit, door: Door, database: Database) -> None:
    first, second, *_ = units_of(database)
    colleague = door.enter("teaching_assistant")
    post(colleague, f"{CLASS}/units", **{f"opens-{second}": "2026-12-07", f"shown-{second}": ""})

    # The page of the teacher still shows no day for either.
    old_page = {f"shown-{first}": "", f"shown-{second}": "", f"opens-{second}": ""}
    post(teacher, f"{CLASS}/units", **{**old_page, f"opens-{first}": "2026-12-01"})

    assert held(database) == {first: "2026-12-01", second: "2026-12-07"}


def test_day_of_a_unit_that_cannot_be_is_refused_and_nothing_is_changed(teacher: Visit, database: Database) -> None:
    first, second, *_ = units_of(database)

    answer = post(teacher, f"{CLASS}/units", **{f"opens-{first}": "2026-12-01", f"opens-{second}": "ooit"})

    assert answer.status_code == 422
    assert wrong_fields(answer.text) == [f"opens-{second}"]
    assert value_of(answer.text, f"opens-{first}") == "2026-12-01"
    assert value_of(answer.text, f"opens-{second}") == "ooit"
    assert held(database) == {}


def test_unit_that_is_not_there_is_not_held(teacher: Visit, database: Database) -> None:
    post(teacher, f"{CLASS}/units", **{"opens-aaaaaaaa": "2026-12-01", "now": "bbbbbbbb"})

    assert held(database) == {}


def test_day_holds_in_this_course_alone(teacher: Visit, door: Door, database: Database) -> None:
    _, second, *_ = units_of(database)
    post(teacher, f"{CLASS}/units", **{f"opens-{second}": "2026-12-07"})

    assert value_of(door.enter("teacher", "sw1b").get(CLASS).text, f"opens-{second}") == ""


def test_last_day_promises_no_erasing_that_nothing_does(teacher: Visit) -> None:
    said = main_of(teacher.get(CLASS).text)

    assert "studenten kunnen daarna verder lezen, en er wordt niets gewist" in said
    assert "bewaard blijft" not in said


def test_page_says_who_sees_what(teacher: Visit) -> None:
    page = teacher.get(CLASS).text
    said = main_of(page)

    assert [words(one) for one in elements(page, "dt")] == [
        "Alleen jij",
        "Wie in deze cursus lesgeeft, en coördinatoren",
        "Studenten",
        "Niemand",
    ]
    assert "Geen collega, coördinator of student ziet wat je hebt aangevinkt." in said


def test_press_without_a_form_of_ours_changes_nothing(teacher: Visit, database: Database) -> None:
    forged = {"form_token": "x", "item": "x"}
    answers = [
        teacher.client.post(f"{teacher.home}{CLASS}{path}", data=forged, headers={"Sec-Fetch-Site": "same-origin"})
        for path in ("/checklist", "/preparing", "/last-day", "/units")
    ]

    assert [answer.status_code for answer in answers] == [403] * 4
    assert stored_ticks(database) == set()
