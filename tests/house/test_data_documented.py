"""What is stored of people is exactly what docs/data.md tells them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import LargeBinary, select

from lti_tool.kernel.database import Base
from lti_tool.kernel.key_models import KeysBase
from tests.conftest import ROOT

if TYPE_CHECKING:
    from sqlalchemy import Table

    from lti_tool.kernel.database import Database
    from tests.demo_lms.knobs import Launch
    from tests.door import Door

PAGE = (ROOT / "docs" / "data.md").read_text()

COLUMNS = {
    "person.id": "our own random id",
    "person.registration_id": "the registration",
    "person.subject": "(`sub`)",
    "person.display_name": "display name",
    "person.chosen_locale": "the language chosen here",
    "course_context.id": "our own id",
    "course_context.deployment_id": "the deployment",
    "course_context.lms_context_id": "the LMS's id for the course",
    "course_context.title": "its title",
    "membership.id": "person; course; role",
    "membership.context_id": "course",
    "membership.person_id": "person",
    "membership.role": "role at the last launch",
    "membership.is_test_user": "looking as a student",
    "membership.lms_groups": "the LMS's ids of the small groups",
    "membership.sections": "and of the sections",
    "membership.sees_own_sections_only": "may see only people of their own sections",
    "launch_session.id": "our own id",
    "launch_session.login_state": "the used login",
    "launch_session.token": "the token in the address",
    "launch_session.binding": "which of the two it is tied to",
    "launch_session.browser": "the session's cookie",
    "launch_session.person_id": "person",
    "launch_session.membership_id": "membership",
    "launch_session.role": "role",
    "launch_session.lms_role": "what the LMS calls that role",
    "launch_session.is_coordinator": "whether somebody is a coordinator",
    "launch_session.locale": "language",
    "launch_session.frame_origins": "which site may frame",
    "launch_session.course_url": "the address of the course without anything secret",
    "launch_session.wants_contrast": "whether the LMS asks for high contrast",
    "launch_session.brand": "the institution's colour",
    "launch_session.touched_at": "last use to within ten minutes",
    "launch_session.ends_at": "latest end",
    "guidance_ready.membership_id": "the membership of a teacher",
    "guidance_ready.item_id": "an item of the checklist",
    "guidance_reminder.id": "our own id",
    "guidance_reminder.membership_id": "the membership of a teacher",
    "guidance_reminder.due_on": "the day to come back to something",
    "guidance_reminder.erase_on": "the day it is erased",
    "guidance_reminder.handle": "one word of the teacher's own, encrypted",
    "progress_done.membership_id": "person, course",
    "progress_done.step_id": "step",
    "notes_note.id": "our own id",
    "notes_note.membership_id": "the membership of a student",
    "notes_note.step_id": "the step",
    "notes_note.prompt_id": "the question",
    "notes_note.text": "what the student wrote, encrypted",
    "notes_note.keep_until": "the day until which it is kept",
    "sharing_consent.person_id": "the person",
    "sharing_consent.version": "the version of the words",
    "sharing_consent.given_on": "and the day",
    "sharing_share.id": "our own id",
    "sharing_share.note_id": "the note",
    "sharing_share.membership_id": "the membership of its author",
    "sharing_share.step_id": "the step",
    "sharing_share.audience": "for whom it is (`group`, `members` or `teacher`)",
    "sharing_share.group_id": "the group",
    "sharing_share.pause": "why it pauses",
    "sharing_share.ends_on": "its last day",
    "sharing_share.given": "once more which note, a mark of its text and for whom, encrypted",
    "sharing_reader.share_id": "a share",
    "sharing_reader.membership_id": "the membership of somebody on its frozen list",
    "groups_member.set_id": "the set",
    "groups_member.membership_id": "the membership of a student",
    "groups_member.group_id": "the group",
    "groups_member.is_aside": "set them aside",
    "groups_teacher.group_id": "a group",
    "groups_teacher.membership_id": "the membership of a teacher",
    "groups_wish.context_id": "the course",
    "groups_wish.first_id": "two students",
    "groups_wish.second_id": "two students",
    "groups_wish.kind": "apart or together",
    "groups_planned_place.set_id": "a set",
    "groups_planned_place.membership_id": "the membership of a student",
    "groups_planned_place.number": "the number of a group",
    "groups_planned_place.label": "what a list calls it",
    "groups_change_request.membership_id": "the membership of a student",
    "groups_acceptance.group_id": "a group",
    "groups_acceptance.membership_id": "the membership of a student",
    "groups_visit.group_id": "a group",
    "groups_visit.membership_id": "the membership of a teacher",
    "groups_visit.ends_at": "until when",
    "coordinator_grant.id": "our own id",
    "coordinator_grant.registration_id": "the registration",
    "coordinator_grant.holder": "the LMS's id of a person, or the name of a role",
    "coordinator_grant.created_at": "when it was granted",
    "audit_event.sequence": "a number",
    "audit_event.at": "the moment",
    "audit_event.event": "that a share was opened",
    "audit_event.share_id": "its id",
    "audit_event.reader_id": "our ids of the memberships of who opened it",
    "audit_event.author_id": "and of whose it is",
    "audit_event.purpose": "as which audience",
    "audit_event.mac": "a seal over that",
}
"""The words with which docs/data.md tells of each column about a person, in the row of its table."""

KEY_COLUMNS = {
    "record_key.record_id": "the id of a note or of a share",
    "record_key.owner_id": "whose it is (our id of a membership)",
    "record_key.wrapped": "its key, encrypted with the master key",
    "record_key.unused_since": "the day on which the sweep found no note for it",
    "erasure.person_id": "our random id of a person",
    "erasure.what": "who erased everything, or took the consent back",
    "erasure.erased_on": "the day",
    "key_store.id": "which key store this is",
}
"""The same for each column of the key store, which is all about keys."""

WITHOUT_KEY = {"coordinator_grant": "About people", "audit_event": "About what was opened"}
"""Tables about people that hang on nobody by a key, and the section that tells of them: a grant is made before somebody
comes in, and the list of what was opened must not break when somebody goes."""

NEVER = re.compile(
    r"(?:^|_)(?:e?mail|phone|photo|picture|avatar|birth|gender|student_number|user_?name|given|family|address|"
    r"topic|prefer|interest|profile|notice|alternative|summary|"
    r"opened|viewed|seen|visits|attempt|duration|minutes|count|length|score|note|text|done|created|updated)"
)
"""What nothing about a person is called: STO-3, CMP-2, NOT-5."""

ON_PURPOSE = {
    "notes_note.text": "what a student writes for themselves, encrypted, and only after their consent",
    "sharing_share.note_id": "which note it is that others may read",
    "sharing_share.given": "to whom the author gave it, encrypted; no given name",
    "coordinator_grant.created_at": "when the operator said who looks after the curriculum",
    "sharing_consent.given_on": "the day of the yes to storing text; no given name",
}
"""The few columns that are called so all the same, and why that is right. To add one is a decision."""


def tables() -> dict[str, Table]:
    return dict(Base.metadata.tables)


def about_people() -> set[str]:
    """The tables that hang on a person, however far away; and the course, whose title tells where somebody studies."""
    found = {"person", "course_context"}
    while True:
        more = {
            name
            for name, table in tables().items()
            if {key.column.table.name for key in table.foreign_keys} & (found - {"course_context"})
        }
        if more <= found:
            return found
        found |= more


def columns_about_people() -> set[str]:
    return {f"{name}.{column.name}" for name in about_people() | set(WITHOUT_KEY) for column in tables()[name].columns}


def row_of(table: str) -> str:
    rows = [line for line in PAGE.splitlines() if line.startswith(f"| `{table}` ")]
    assert len(rows) == 1, f"docs/data.md has no row for the table {table}"
    return rows[0]


def cells_of(row: str) -> list[str]:
    return [cell.strip() for cell in row.strip("|").split("|")]


def section(title: str) -> str:
    return PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def test_data_page_names_every_table_and_no_other() -> None:
    assert set(re.findall(r"^\| `(\w+)` ", PAGE, re.MULTILINE)) == set(tables())


def test_data_page_tells_for_each_table_what_why_how_long_and_who() -> None:
    short = [name for name in tables() if not all(cells_of(row_of(name)))]
    widths = {len(cells_of(row_of(name))) for name in tables()}

    assert short == []
    assert widths == {5}


@pytest.mark.parametrize("table", sorted(about_people()))
def test_table_about_people_stands_under_people(table: str) -> None:
    assert f"| `{table}` " in section("About people")


@pytest.mark.parametrize(("table", "title"), sorted(WITHOUT_KEY.items()))
def test_table_about_people_that_hangs_on_nobody_stands_where_it_is_told(table: str, title: str) -> None:
    assert table not in about_people()
    assert f"| `{table}` " in section(title)


def test_every_column_about_a_person_is_told() -> None:
    assert columns_about_people() == set(COLUMNS), "a new column about a person: tell it in docs/data.md, then here"


@pytest.mark.parametrize(("column", "words"), sorted(COLUMNS.items()))
def test_data_page_tells_of_the_column(column: str, words: str) -> None:
    assert words in row_of(column.partition(".")[0])


def key_rows() -> dict[str, str]:
    """The rows of the section on the key store, by the name of their table."""
    rows = [line for line in section("In the key store").splitlines() if line.startswith("| ")]
    return {cells_of(row)[0]: row for row in rows[1:]}


def test_sto_1_data_page_tells_every_table_of_the_key_store_in_its_own_section() -> None:
    assert set(key_rows()) == set(KeysBase.metadata.tables)
    assert all(len(cells_of(row)) == 5 and all(cells_of(row)) for row in key_rows().values())


def test_sto_1_every_column_of_the_key_store_is_told() -> None:
    stored = {f"{name}.{column.name}" for name, table in KeysBase.metadata.tables.items() for column in table.columns}

    assert stored == set(KEY_COLUMNS), "a new column of the key store: tell it in docs/data.md, then here"


@pytest.mark.parametrize(("column", "words"), sorted(KEY_COLUMNS.items()))
def test_data_page_tells_of_the_column_of_the_key_store(column: str, words: str) -> None:
    assert words in key_rows()[column.partition(".")[0]]


def test_sto_3_and_not_5_no_column_is_for_what_we_never_store() -> None:
    stored = {column for column in columns_about_people() if NEVER.search(column.partition(".")[2])}

    assert stored == set(ON_PURPOSE)


@pytest.mark.parametrize(("table", "column"), [("notes_note", "text"), ("sharing_share", "given")])
def test_sto_1_what_somebody_writes_and_for_whom_is_stored_as_bytes(table: str, column: str) -> None:
    assert isinstance(tables()[table].columns[column].type, LargeBinary)


def test_cmp_2_done_is_a_membership_and_a_step_and_nothing_else() -> None:
    assert set(tables()["progress_done"].columns.keys()) == {"membership_id", "step_id"}


def test_sto_3_launch_that_tells_everything_leaves_only_id_name_and_role(door: Door, database: Database) -> None:
    told = {
        "email": "told-email@voorbeeld.example",
        "picture": "https://lms.example/told-photo.jpg",
        "birthdate": "1999-12-31",
        "phone_number": "+31600000001",
        "address": {"formatted": "told-street 1"},
        "gender": "told-gender",
        "nickname": "told-nickname",
        "preferred_username": "told-username",
        "given_name": "told-given",
        "family_name": "told-family",
        "zoneinfo": "told-zone",
    }

    def tell(launch: Launch) -> None:
        launch.claims.update(told)
        claim = "https://purl.imsglobal.org/spec/lti/claim/"
        launch.claims[f"{claim}lis"] = {"person_sourcedid": "told-student-number"}
        launch.claims[f"{claim}custom"] = {"student_number": "told-student-number"}
        launch.claims[f"{claim}ext"] = {"user_username": "told-username"}

    visit = door.enter(spoil=tell)
    visit.get("/step/u56fbuib")
    visit.post("/step/u56fbuib/done", {"done": "yes"})

    stored = everything(database)
    assert "Amina Haddou" in stored
    assert "told-" not in stored
    assert "1999-12-31" not in stored
    assert "31600000001" not in stored


def test_press_leaves_no_time_behind(door: Door, database: Database) -> None:
    visit = door.enter()
    before = everything(database)

    visit.post("/step/u56fbuib/done", {"done": "yes"})
    visit.post("/step/u56fbuib/done", {"done": "no"})

    assert everything(database) == before


def everything(database: Database) -> str:
    """All rows of all tables but those of the content, as text."""
    with database.session(writes=False) as session:
        return "\n".join(
            f"{table.name}: {tuple(row)}"
            for table in Base.metadata.sorted_tables
            if not table.name.startswith("curriculum_")
            for row in session.execute(select(table).order_by(*table.primary_key.columns))
        )
