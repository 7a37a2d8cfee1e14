"""What people may ask of what is kept of them, for every table: see it, take it along, have it gone (STO-7, STO-8)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import Column, ForeignKey, String, Table, delete, func, insert, select

from lti_tool.curriculum.kinds import find_kind, kind_names, registry
from lti_tool.kernel import sealed_tables as sealing
from lti_tool.kernel.database import Base
from lti_tool.kernel.erasing import erasers
from lti_tool.kernel.sealed_tables import sealed_tables
from lti_tool.people import kept as keeping
from lti_tool.people.kept import everything_kept, kept_back, look_at, register_kept
from lti_tool.privacy.service import erase_person, erase_writing, tell_all
from tests.clock import START
from tests.house.test_data_documented import WITHOUT_KEY, about_people

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from sqlalchemy.orm import Session

    from lti_tool.people.kept import Looking
    from lti_tool.web.edge import Instruments

TODAY = START.date()
SOON = TODAY + timedelta(days=10)
SOMEBODY, OTHER, NEWCOMER = "somebody", "other", "newcomer"


# What the tables and the rooms say of themselves.


def told() -> set[str]:
    """The tables whose rows somebody finds on My data, and takes along."""
    return {table for kept in everything_kept() for table in kept.tables}


def untold() -> set[str]:
    """Tables about people that nobody tells them of, and for which there is no reason why not."""
    return (about_people() | set(WITHOUT_KEY)) - told() - set(kept_back())


def left_behind() -> set[str]:
    """Columns about people that would stay, or stand in the way, when who they are about goes."""
    tables, about = Base.metadata.tables, about_people()
    return {
        f"{name}.{key.parent.name}"
        for name in about
        for key in tables[name].foreign_keys
        if key.column.table.name in about and key.ondelete != "CASCADE"
    }


def untold_of_kinds() -> set[str]:
    """Tables in which a kind of step keeps something, and that nobody tells of."""
    kinds = [kind for name in kind_names() if (kind := find_kind(name)) is not None]
    return {table for kind in kinds for table in kind.tables} - told()


def written_and_not_erased() -> set[str]:
    """Tables with what somebody wrote under a key of its own, and no press that erases it, its key first."""
    sealed = {table.name for table in sealed_tables()}
    return {
        table for kept in everything_kept() if kept.is_text and kept.erase is None for table in kept.tables
    } & sealed


def sealed_alone() -> set[str]:
    """Tables with keys that are neither erased by a press nor go with a row that is."""
    erased = {table for kept in everything_kept() if kept.erase is not None for table in kept.tables}
    return {
        table.name
        for table in sealed_tables()
        if table.name not in erased
        and not any(
            key.column.table.name in erased and key.ondelete == "CASCADE"
            for key in Base.metadata.tables[table.name].foreign_keys
        )
    }


def test_sto_8_every_table_about_people_is_told_or_has_a_reason_why_not() -> None:
    assert untold() == set()
    assert told() <= about_people() | set(WITHOUT_KEY)


def test_sto_8_what_is_not_handed_out_is_about_people_and_says_why() -> None:
    assert set(kept_back()) <= about_people()
    assert [table for table, why in kept_back().items() if len(why.split()) < 8] == []
    # Of who reads, the author is told; who reads finds it on a page of its own.
    assert set(kept_back()) & told() == {"sharing_reader"}


def test_sto_7_every_table_about_people_goes_with_its_person() -> None:
    assert left_behind() == set()


def test_sto_7_and_sto_8_what_a_kind_of_step_keeps_is_told_and_erased() -> None:
    assert untold_of_kinds() == set()
    assert written_and_not_erased() == set()
    assert sealed_alone() == set()


def test_sto_5_every_eraser_erases_a_table_that_there_is() -> None:
    assert set(erasers()) <= set(Base.metadata.tables)
    assert {table.name for table in sealed_tables()} <= set(Base.metadata.tables)


def test_what_is_kept_is_told_once_under_a_name() -> None:
    first = everything_kept()[0]

    with pytest.raises(ValueError, match="is told already"):
        register_kept(first)


def test_everything_kept_says_what_why_and_until_when() -> None:
    short = [kept.name for kept in everything_kept() if not all(map(str, (kept.title, kept.why, kept.until)))]

    assert short == []
    assert [kept.name for kept in everything_kept() if not kept.labels] == []


# The same, with somebody of whom there is one of everything.


def rows(person: str, other: str) -> list[tuple[str, dict[str, Any]]]:
    """One row about somebody in every table about people, in an order in which they can be stored."""
    membership, theirs, group = f"m-{person}", f"m-{other}", {"group_id": f"group-{person}"}
    note, share, me = f"note-{person}", f"share-{person}", {"membership_id": f"m-{person}"}
    session = {"role": "learner", "locale": "nl", "frame_origins": "https://lms.example"}
    return [
        ("launch_session", {"id": f"s-{person}", "person_id": person, **me, **session, "touched_at": START}
            | {"login_state": f"l-{person}", "token": f"t-{person}", "browser": "b", "ends_at": START}),
        ("coordinator_grant", {"id": f"c-{person}", "registration_id": "registration", "created_at": START}
            | {"holder": f"person:{person}"}),
        ("guidance_ready", {**me, "item_id": "qq35xt7l"}),
        ("guidance_reminder", {"id": f"r-{person}", **me, "due_on": TODAY, "erase_on": SOON, "handle": b"\x00"}),
        ("progress_done", {**me, "step_id": "u56fbuib"}),
        ("groups_group", {"id": f"group-{person}", "set_id": "set", "number": 1 if person == SOMEBODY else 2}),
        ("groups_member", {**group, **me, "set_id": "set", "is_aside": False}),
        ("groups_acceptance", {**group, **me}),
        ("groups_change_request", me),
        ("groups_teacher", {**group, **me}),
        ("groups_visit", {**group, **me, "ends_at": START}),
        ("groups_planned_place", {"set_id": "set", **me, "number": 1}),
        ("groups_wish", {"context_id": "course", "first_id": membership, "second_id": theirs, "kind": "apart"}),
        ("sharing_consent", {"person_id": person, "version": 1, "given_on": TODAY}),
        ("notes_note", {"id": note, **me, "step_id": "aid", "prompt_id": "one", "text": b"\x00", "keep_until": SOON}),
        ("sharing_share", {"id": share, "note_id": note, **me, "step_id": "aid", "audience": "members", **group}
            | {"pause": None, "ends_on": SOON, "given": b"\x00"}),
        ("sharing_reader", {"share_id": share, "membership_id": theirs}),
    ]  # fmt: skip


@pytest.fixture
def course(tools: Instruments, session: Session) -> Session:
    """A course with somebody and another of whom there is one of everything, and one who has only just come in."""
    tables, day = Base.metadata.tables, {"created_at": START}
    registration = {"id": "registration", "name": "Hogeschool Voorbeeld", "issuer": "https://lms.example"}
    registration |= {name: f"https://lms.example/{name}" for name in ("authorization_endpoint", "token_endpoint")}
    deployment = {"id": "deployment", "registration_id": "registration", "deployment_id": "1", **day}
    context = {"id": "course", "deployment_id": "deployment", "lms_context_id": "17", "title": "Sociaal werk"}
    first: list[tuple[str, dict[str, Any]]] = [
        ("lti_registration", {**registration, "client_id": "tool-1", "jwks_uri": "https://lms.example/jwks", **day}),
        ("lti_deployment", deployment),
        ("course_context", context),
        ("groups_set", {"id": "set", "context_id": "course", "title": "Eerste", "size": 4, "is_in_use": True}
            | {"sign_up_open": False}),
    ]  # fmt: skip
    for person in (SOMEBODY, OTHER, NEWCOMER):
        first.append(("person", {"id": person, "registration_id": "registration", "subject": person}))
        member = {"id": f"m-{person}", "context_id": "course", "person_id": person, "role": "learner"}
        first.append(("membership", {**member, "is_test_user": False}))
    opened = {"event": "sharing:share:opened", "purpose": "members", "mac": b"\x00" * 32, "at": START}
    last: list[tuple[str, dict[str, Any]]] = [
        ("audit_event", {**opened, "sequence": 1, "share_id": "share-other"} | between(OTHER, SOMEBODY)),
        ("audit_event", {**opened, "sequence": 2, "share_id": "share-somebody"} | between(SOMEBODY, OTHER)),
    ]
    about = [*rows(SOMEBODY, OTHER), *rows(OTHER, SOMEBODY)]
    for name, row in [*first, *about, *last]:
        session.execute(insert(tables[name]).values(**row))
    for person in (SOMEBODY, OTHER):
        for record in ("note", "share"):
            tools.key_store.key_for(f"{record}-{person}", f"m-{person}")
    session.commit()
    return session


def between(author: str, reader: str) -> dict[str, str]:
    return {"author_id": f"m-{author}", "reader_id": f"m-{reader}"}


def looking(tools: Instruments, session: Session, person: str, today: date = TODAY) -> Looking:
    return look_at(
        session,
        person,
        key_ring=tools.key_ring,
        key_store=tools.key_store,
        locale="nl",
        today=today,
        zone=tools.settings.time_zone,
    )


def count_about(session: Session) -> dict[str, int]:
    return {
        name: session.execute(select(func.count()).select_from(Base.metadata.tables[name])).scalar_one()
        for name in about_people() | set(WITHOUT_KEY)
    }


def test_course_of_these_tests_has_a_row_in_every_table_about_people(course: Session) -> None:
    assert {name for name, count in count_about(course).items() if count == 0} == set()


def test_sto_8_everything_kept_is_read_and_every_value_has_its_name(tools: Instruments, course: Session) -> None:
    found = {one.kept.name: one for one in tell_all(looking(tools, course, SOMEBODY))}

    assert set(found) == {kept.name for kept in everything_kept()}
    assert {name for name, one in found.items() if any(set(row) != set(one.kept.labels) for row in one.rows)} == set()
    assert {type(value) for one in found.values() for row in one.rows for value in row.values()} == {str}


def test_sto_8_nobody_is_told_of_anybody_else(tools: Instruments, course: Session) -> None:
    mine = {one.kept.name: one.rows for one in tell_all(looking(tools, course, SOMEBODY))}
    newcomers = {one.kept.name: one.rows for one in tell_all(looking(tools, course, NEWCOMER))}

    assert {name for name, rows in mine.items() if len(rows) != 1} == set()
    assert set(newcomers) == {"person", "courses"}
    assert newcomers["person"] == [{"lms_id": NEWCOMER, "name": "", "language": ""}]


def test_sto_7_person_who_goes_takes_along_every_row_and_leaves_the_others_theirs(
    tools: Instruments, course: Session
) -> None:
    before = count_about(course)

    erase_person(course, tools.key_store, SOMEBODY)

    after = count_about(course)
    # The course stays, what two people are in goes with either, and the list of openings breaks for nobody.
    stays = {"course_context", "audit_event"}
    of_two = {"groups_wish", "sharing_reader"}
    assert {name for name, count in after.items() if count != before[name] - 1} == stays | of_two
    assert all(after[name] == before[name] for name in stays)
    assert all(after[name] == before[name] - 2 for name in of_two)
    assert tools.key_store.which_have_keys(["note-somebody", "share-somebody", "note-other"]) == {"note-other"}
    assert course.execute(select(Base.metadata.tables["progress_done"].c.membership_id)).scalars().all() == ["m-other"]


def test_sto_7_row_of_a_person_that_is_deleted_in_sql_leaves_nothing_about_them(course: Session) -> None:
    people = Base.metadata.tables["person"]
    course.execute(delete(people).where(people.c.id.in_([SOMEBODY, OTHER, NEWCOMER])))

    left = {name for name, count in count_about(course).items() if count}
    assert left == {"course_context", *WITHOUT_KEY}


def test_sto_7_all_that_somebody_wrote_goes_with_its_keys_and_nothing_else(tools: Instruments, course: Session) -> None:
    before = count_about(course)

    assert erase_writing(course, tools.key_store, SOMEBODY) == 1

    after = count_about(course)
    assert {name for name in before if after[name] != before[name]} == {"notes_note", "sharing_share", "sharing_reader"}
    assert tools.key_store.which_have_keys(["note-somebody", "share-somebody", "note-other", "share-other"]) == {
        "note-other",
        "share-other",
    }


# That these tests bite: a table that somebody forgot.


@pytest.fixture
def diary() -> Iterator[Table]:
    """A table that a room might add: what somebody wrote in a step, hanging on their membership."""
    table = Table(
        "diary_page",
        Base.metadata,
        Column("id", String(26), primary_key=True),
        Column("membership_id", ForeignKey("membership.id")),
    )
    yield table
    Base.metadata.remove(table)


@pytest.fixture
def forgetful(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Registries that forget after the test what it adds."""
    monkeypatch.setattr(registry, "_kinds", dict(registry._kinds))
    monkeypatch.setattr(keeping, "_kept", dict(keeping._kept))
    monkeypatch.setattr(sealing, "_sealed_tables", dict(sealing._sealed_tables))
    return monkeypatch


@pytest.mark.usefixtures("diary")
def test_table_that_a_room_forgot_to_tell_is_found() -> None:
    assert untold() == {"diary_page"}


@pytest.mark.usefixtures("diary")
def test_table_that_would_outlive_its_person_is_found() -> None:
    assert left_behind() == {"diary_page.membership_id"}


def test_table_of_a_kind_of_step_that_a_room_forgot_to_tell_is_found(forgetful: pytest.MonkeyPatch) -> None:
    del forgetful
    private = find_kind("private")
    assert private is not None

    registry.register_kind(replace(private, name="diary", tables=("diary_page",)))

    assert untold_of_kinds() == {"diary_page"}


def test_writing_with_keys_that_no_press_erases_is_found(diary: Table, forgetful: pytest.MonkeyPatch) -> None:
    del forgetful
    notes = next(kept for kept in everything_kept() if kept.name == "notes")
    sealing.register_sealed_table(type("DiaryPage", (), {"__tablename__": diary.name}))

    register_kept(replace(notes, name="diary", tables=(diary.name,), erase=None))

    assert untold() == set()
    assert written_and_not_erased() == sealed_alone() == {"diary_page"}
