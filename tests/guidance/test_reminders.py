"""Reminders to come back to something (GRP-8): a day and a word, seen by nobody else, and gone after sixty days."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select, update

from lti_tool.guidance.models import Reminder
from lti_tool.guidance.reminders import (
    TooManyRemindersError,
    erase_old_reminders,
    read_reminders,
    reseal_reminders,
    set_reminder,
)
from lti_tool.kernel.key_ring import KeyRing
from lti_tool.kernel.resealing import register_resealer
from lti_tool.people.models import Membership
from tests.clock import START
from tests.front_door.witness import dump
from tests.guidance.teaching import (
    REMINDERS,
    elements,
    erase_paths,
    main_of,
    place_of,
    post,
    remind,
    reminder_words,
    value_of,
    wrong_fields,
)
from tests.progress.board import parse, words

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from flask import Flask
    from sqlalchemy.orm import Session

    from lti_tool.kernel.database import Database
    from lti_tool.web.edge import Instruments
    from tests.door import Door, Visit

TODAY, TOMORROW = "2026-11-23", "2026-11-24"
FURTHEST, TOO_FAR = "2027-01-22", "2027-01-23"
WORD = "paarse zeppelin"


def count(database: Database) -> int:
    with database.session(writes=False) as session:
        return session.execute(select(func.count()).select_from(Reminder)).scalar_one()


def handles(database: Database) -> list[bytes]:
    with database.session(writes=False) as session:
        return list(session.execute(select(Reminder.handle).order_by(Reminder.id)).scalars())


def membership_of_teacher(session: Session) -> str:
    return session.execute(select(Membership.id).where(Membership.role == "instructor")).scalar_one()


def day(text: str) -> date:
    return START.date().fromisoformat(text)


def test_teacher_sets_a_reminder_and_finds_it_again(teacher: Visit) -> None:
    assert place_of(remind(teacher, WORD, TOMORROW)) == "kept"

    page = teacher.get(REMINDERS).text
    assert reminder_words(page) == [WORD]
    assert "dinsdag 24 november 2026" in main_of(page)
    assert [item.get("data-status") for item in elements(page, "li", data_reminder="")] == ["later"]


def test_grp_8_reminder_keeps_a_date_and_a_word_and_nothing_else(teacher: Visit, database: Database) -> None:
    columns = {column.name: str(column.type) for column in Reminder.__table__.columns}
    assert set(columns) == {"id", "membership_id", "due_on", "erase_on", "handle"}
    assert (columns["due_on"], columns["erase_on"]) == ("DATE", "DATE")  # a day, and never a moment

    before = dump(database)
    remind(teacher, WORD, TOMORROW)

    after = dump(database)
    assert {name for name in after if after[name] != before[name]} == {"guidance_reminder"}
    (row,) = after["guidance_reminder"]
    assert "'2026-11-24'" in row
    assert "'2027-01-22'" in row


def test_grp_8_word_stands_nowhere_in_clear(
    teacher: Visit, database: Database, capfd: pytest.CaptureFixture[str]
) -> None:
    remind(teacher, WORD, TOMORROW)
    remind(teacher, WORD * 9, TOMORROW)  # refused, and not logged either

    stored = "\n".join(row for rows in dump(database).values() for row in rows)
    assert "paarse" not in stored
    assert "zeppelin" not in stored
    assert b"paarse" not in handles(database)[0]
    printed = capfd.readouterr()
    assert "paarse" not in printed.out + printed.err


def test_grp_8_stored_words_are_all_of_one_length(teacher: Visit, database: Database) -> None:
    for word in ("a", WORD, "e" * 40, "é" * 40, "👩‍👩‍👧" * 8):
        assert remind(teacher, word, TODAY).status_code == 303

    assert len({len(handle) for handle in handles(database)}) == 1
    assert set(reminder_words(teacher.get(REMINDERS).text)) == {"a", WORD, "e" * 40, "é" * 40, "👩‍👩‍👧" * 8}


def test_grp_8_nobody_else_sees_a_reminder_or_can_erase_it(
    teacher: Visit, door: Door, database: Database, only_coordinator: Callable[[], Visit]
) -> None:
    remind(teacher, WORD, TODAY)
    (path,) = erase_paths(teacher.get(REMINDERS).text)

    others = {
        "colleague": door.enter("teaching_assistant"),
        "administrator": door.enter("administrator"),
        "student": door.enter("amina"),
        "elsewhere": door.enter("teacher", "sw1b"),
        "coordinator": only_coordinator(),
    }

    for name, visit in others.items():
        for page in ("/", "/guidance", REMINDERS, "/guidance/class"):
            assert WORD not in visit.get(page).text, (name, page)
            assert "data-due" not in visit.get(page).text, (name, page)
        assert post(visit, path).status_code == 404
    assert count(database) == 1


def test_reminder_is_erased_at_once_by_a_press(teacher: Visit, database: Database) -> None:
    for word in ("een", "twee"):
        remind(teacher, word, TODAY)
    page = teacher.get(REMINDERS).text
    gone = reminder_words(page)[0]

    assert place_of(post(teacher, erase_paths(page)[0])) == "erased"

    assert count(database) == 1
    assert gone not in reminder_words(teacher.get(REMINDERS).text)
    assert post(teacher, erase_paths(page)[0]).status_code == 404


@pytest.mark.parametrize(("days", "there"), [(0, 1), (59, 1), (60, 1), (61, 0)])
def test_grp_8_reminder_is_erased_on_day_61(
    app: Flask, teacher: Visit, door: Door, database: Database, days: int, there: int
) -> None:
    remind(teacher, WORD, FURTHEST)
    door.clock.move(days=days)

    assert reminder_words(door.enter("teacher").get(REMINDERS).text) == [WORD] * there  # also where no worker runs
    result = app.test_cli_runner().invoke(args=["worker", "--once"])

    assert result.exit_code == 0, result.stderr
    assert json.loads(result.stdout)["did"]["privacy_sweep"].get("guidance_reminder", 0) == 1 - there
    assert count(database) == there


def test_reminder_for_the_last_day_is_due_on_it(teacher: Visit, door: Door) -> None:
    remind(teacher, WORD, FURTHEST)
    door.clock.move(days=60)

    assert reminder_words(door.enter("teacher").get("/guidance").text) == [WORD]


def test_due_reminder_stands_on_the_home_for_teachers_and_a_later_one_does_not(teacher: Visit, door: Door) -> None:
    remind(teacher, WORD, TODAY)
    remind(teacher, "later", TOMORROW)

    assert reminder_words(teacher.get("/guidance").text) == [WORD]
    door.clock.move(days=1)
    assert reminder_words(door.enter("teacher").get("/guidance").text) == [WORD, "later"]


def test_course_home_says_that_something_stands_ready_and_not_what(teacher: Visit) -> None:
    remind(teacher, WORD, TOMORROW)
    assert "data-due" not in teacher.get().text

    remind(teacher, WORD, TODAY)

    page = teacher.get().text
    assert len(elements(page, "li", data_due="")) == 1
    assert WORD not in page


@pytest.mark.parametrize(
    ("word", "when", "wrong", "said"),
    [
        ("", TODAY, ["word"], "Hier staat nog niets."),
        (" \n ", TODAY, ["word"], "Hier staat nog niets."),
        ("e" * 41, TODAY, ["word"], "Gebruik niet meer dan 40 tekens."),
        (WORD, "", ["day"], "Hier staat nog niets."),
        (WORD, "gauw", ["day"], "Dit is geen dag."),
        (WORD, "2026-11-22", ["day"], "Kies maandag 23 november 2026 of later."),
        (WORD, TOO_FAR, ["day"], "Kies vrijdag 22 januari 2027 of eerder."),
        ("", "", ["word", "day"], "Hier staat nog niets."),
    ],
)
def test_reminder_that_cannot_be_is_refused_and_stays_as_typed(
    teacher: Visit, database: Database, word: str, when: str, wrong: list[str], said: str
) -> None:
    answer = remind(teacher, word, when)

    assert answer.status_code == 422
    assert wrong_fields(answer.text) == wrong
    assert said in main_of(answer.text)
    assert value_of(answer.text, "day") == when
    assert " ".join(str(value_of(answer.text, "word")).split()) == word.strip()
    assert count(database) == 0


def test_word_is_shown_as_text_whatever_is_in_it(teacher: Visit) -> None:
    word = '<b>"x" & {{ 7*7 }} \' %(x)s'

    remind(teacher, word, TODAY)

    assert reminder_words(teacher.get(REMINDERS).text) == [word]
    assert reminder_words(teacher.get("/guidance").text) == [word]


def test_teacher_has_fifty_reminders_at_most(teacher: Visit, door: Door, database: Database) -> None:
    for number in range(50):
        assert remind(teacher, f"woord {number}", TODAY).status_code == 303
        door.clock.move(seconds=1)  # nobody presses more than twice a second for a minute
    answer = remind(teacher, "eenenvijftig", TODAY)

    assert answer.status_code == 422
    assert wrong_fields(answer.text) == ["word"]
    assert value_of(answer.text, "word") == "eenenvijftig"
    assert count(database) == 50
    assert remind(door.enter("teaching_assistant"), "van een collega", TODAY).status_code == 303

    post(teacher, erase_paths(teacher.get(REMINDERS).text)[0])
    assert remind(teacher, "eenenvijftig", TODAY).status_code == 303


def test_page_says_no_name_and_that_only_you_see_it(teacher: Visit) -> None:
    remind(teacher, WORD, TODAY)
    page = teacher.get(REMINDERS).text

    assert "Geen naam, geen verhaal." in main_of(page)
    pockets = [one for one in parse(page).iter("div") if "pocket" in str(one.get("class")).split()]
    assert [words(pocket).count("Alleen jij ziet dit.") for pocket in pockets] == [1, 1]
    (field,) = elements(page, "input", id="word")
    assert (field.get("autocomplete"), field.get("spellcheck"), field.get("maxlength")) == ("off", "false", "40")


# The service.


OLD, NEW = ("old", b"o" * 32), ("new", b"n" * 32)


@pytest.fixture
def kept(teacher: Visit, session: Session) -> str:
    """The membership of a teacher with one reminder, sealed with an old master key."""
    del teacher
    membership_id = membership_of_teacher(session)
    set_reminder(session, KeyRing([OLD]), membership_id=membership_id, word=WORD, due_on=day(TODAY), today=day(TODAY))
    return membership_id


def words_with(session: Session, membership_id: str, *keys: tuple[str, bytes]) -> list[str | None]:
    found = read_reminders(session, KeyRing(keys), membership_id=membership_id, today=day(TODAY))
    return [one.word for one in found]


def test_reminder_that_was_sealed_with_an_older_key_can_be_read(kept: str, session: Session) -> None:
    assert words_with(session, kept, NEW, OLD) == [WORD]


def test_reminder_that_no_key_opens_is_still_listed_so_that_it_can_be_erased(kept: str, session: Session) -> None:
    assert words_with(session, kept, NEW) == [None]


def test_page_says_of_such_a_word_that_it_cannot_be_read(teacher: Visit, database: Database) -> None:
    remind(teacher, WORD, TODAY)
    with database.session(writes=True) as session, session.begin():
        session.execute(update(Reminder).values(handle=b"lost:x"))

    for path in ("/guidance", REMINDERS):
        assert reminder_words(teacher.get(path).text) == ["Dit woord is niet meer te lezen."]
    assert len(erase_paths(teacher.get(REMINDERS).text)) == 1


def test_sto_1_word_that_was_moved_to_somebody_else_or_to_another_row_does_not_open(
    kept: str, door: Door, session: Session
) -> None:
    session.flush()
    sealed = session.execute(select(Reminder.handle)).scalar_one()
    set_reminder(session, KeyRing([OLD]), membership_id=kept, word="ander", due_on=day(TODAY), today=day(TODAY))
    session.execute(update(Reminder).values(handle=sealed))
    del door

    assert sorted(words_with(session, kept, OLD), key=str) == [None, WORD]


def test_another_master_key_reseals_every_word_and_the_old_one_can_go(kept: str, session: Session) -> None:
    assert reseal_reminders(session, KeyRing([NEW, OLD])) == 1

    assert words_with(session, kept, NEW) == [WORD]
    assert words_with(session, kept, OLD) == [None]


def test_reseal_leaves_alone_what_no_key_opens(kept: str, session: Session) -> None:
    assert reseal_reminders(session, KeyRing([NEW])) == 0

    assert words_with(session, kept, OLD) == [WORD]


def test_keys_reseal_counts_reminders_too(app: Flask, teacher: Visit) -> None:
    remind(teacher, WORD, TODAY)

    result = app.test_cli_runner().invoke(args=["keys", "reseal"])

    assert result.exit_code == 0, result.stderr
    assert json.loads(result.stdout) == {"resealed": 1}


def test_nobody_reseals_a_table_twice() -> None:
    with pytest.raises(ValueError, match="somebody reseals guidance_reminder already"):
        register_resealer("guidance_reminder", lambda _session, _key_ring: 0)


def test_service_refuses_the_fifty_first(kept: str, session: Session, tools: Instruments) -> None:
    def set_one() -> None:
        set_reminder(session, tools.key_ring, membership_id=kept, word="w", due_on=day(TODAY), today=day(TODAY))

    for _ in range(49):
        set_one()

    with pytest.raises(TooManyRemindersError):
        set_one()


def test_erasing_is_by_the_day_and_looks_at_no_clock_of_its_own(kept: str, session: Session) -> None:
    del kept

    assert erase_old_reminders(session, START + timedelta(days=60, hours=14)) == 0
    assert erase_old_reminders(session, START + timedelta(days=61)) == 1
