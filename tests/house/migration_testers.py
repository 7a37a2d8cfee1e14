"""A tester for every migration: it fills the database before the step, and looks at it afterwards.

A tester knows the tables as they were at its revision and reads them from the database itself, so that it stays true
when the models have moved on.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

import pytest
from sqlalchemy import MetaData, func, inspect, select
from sqlalchemy.exc import IntegrityError

if TYPE_CHECKING:
    from sqlalchemy import Connection, Table

MOMENT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC).replace(tzinfo=None)
"""As stored: UTC, without its zone."""


class Tester(Protocol):
    """Proves one migration with data in the database."""

    def load(self, connection: Connection) -> None:
        """Fill the database as it is before the step up."""

    def check(self, connection: Connection) -> None:
        """Look at it after the step up; what it leaves behind is there at the step down."""

    def check_undone(self, connection: Connection) -> None:
        """Look at it after the step down."""


def tables_of(connection: Connection) -> dict[str, Table]:
    metadata = MetaData()
    metadata.reflect(connection)
    return {name: table for name, table in metadata.tables.items() if name != "alembic_version"}


def fill_first_tables(connection: Connection) -> None:
    """One of everything in the first tables: a person with a role in a course, a session, and a step that is done."""
    tables = {
        name: table for name, table in tables_of(connection).items() if name not in LATER | LINE | GROUPS | WRITING
    }
    rows: dict[str, dict[str, Any]] = {
        "curriculum_edition": {"id": "e" * 64, "content": '{"title": "één"}', "loaded_at": MOMENT},
        "curriculum_release": {"line_id": "ykdstykn", "edition_id": "e" * 64},
        "lti_registration": {
            "id": "registration",
            "name": "Hogeschool Voorbeeld",
            "issuer": "https://lms.example",
            "client_id": "tool-1",
            "authorization_endpoint": "https://lms.example/authorize",
            "token_endpoint": "https://lms.example/token",
            "jwks_uri": "https://lms.example/jwks.json",
            "created_at": MOMENT,
        },
        "lti_tool_key": {"id": "key", "public_jwk": "{}", "private_key": b"\x00\xff", "created_at": MOMENT},
        "lti_deployment": {
            "id": "deployment",
            "registration_id": "registration",
            "deployment_id": "1",
            "created_at": MOMENT,
        },
        "lti_platform_keys": {"registration_id": "registration", "keys": '{"keys": []}', "tried_at": MOMENT},
        "person": {"id": "person", "registration_id": "registration", "subject": "105", "display_name": "Esra Çelik"},
        "course_context": {"id": "course", "deployment_id": "deployment", "lms_context_id": "17", "title": None},
        "membership": {
            "id": "membership",
            "context_id": "course",
            "person_id": "person",
            "role": "learner",
            "is_test_user": False,
        },
        "launch_session": {
            "id": "session",
            "login_state": "a" * 64,
            "token": "b" * 64,
            "browser": "c" * 64,
            "person_id": "person",
            "membership_id": "membership",
            "role": "learner",
            "locale": "nl",
            "frame_origins": "https://lms.example",
            "touched_at": MOMENT,
            "ends_at": MOMENT,
        },
        "progress_done": {"membership_id": "membership", "step_id": "u56fbuib"},
    }
    assert set(rows) == set(tables), "the tester fills every table of its revision"
    for name, row in rows.items():
        connection.execute(tables[name].insert(), row)


LATER = frozenset({"lti_last_event", "lti_connection_check", "lti_invite", "coordinator_grant", "limit_count", "job"})
"""Tables that came after the first ones."""


class FirstTables:
    """0001: from nothing to the first tables."""

    def load(self, connection: Connection) -> None:
        assert tables_of(connection) == {}

    def check(self, connection: Connection) -> None:
        fill_first_tables(connection)
        tables = tables_of(connection)
        person = {"id": "other", "registration_id": "registration", "subject": "106"}
        connection.execute(tables["person"].insert(), person)
        member = {"id": "other", "context_id": "course", "person_id": "other", "is_test_user": False}
        done = {"membership_id": "membership", "step_id": "u56fbuib"}
        # The databases name the fault in words of their own.
        for table, row, because in (
            ("membership", {**member, "role": "coordinator"}, "ck_membership_role"),
            ("membership", {**member, "role": "learner", "person_id": "person"}, "uq_membership|membership.context_id"),
            ("person", {**person, "id": "third"}, "uq_person|person.registration_id"),
            ("progress_done", done, "pk_progress_done|progress_done.membership_id"),
            ("progress_done", {**done, "membership_id": "nobody"}, "fk_progress_done|FOREIGN KEY"),
        ):
            with pytest.raises(IntegrityError, match=because), connection.begin_nested():
                connection.execute(tables[table].insert(), row)

        # Whoever goes takes along what was theirs; the course and the content stay.
        undo = connection.begin_nested()
        connection.execute(tables["person"].delete())
        left = {name for name, table in tables.items() if connection.scalar(select(func.count()).select_from(table))}
        assert left.isdisjoint({"person", "membership", "launch_session", "progress_done"})
        assert {"course_context", "lti_registration", "curriculum_edition"} <= left
        undo.rollback()

    def check_undone(self, connection: Connection) -> None:
        assert set(inspect(connection).get_table_names()) <= {"alembic_version"}


class FrontDoor:
    """0002: what was registered by hand goes on, the one key becomes the current one, visits keep their cookie."""

    def load(self, connection: Connection) -> None:
        fill_first_tables(connection)
        older = MOMENT - timedelta(days=30)
        keys = tables_of(connection)["lti_tool_key"]
        connection.execute(keys.insert(), {"id": "older", "public_jwk": "{}", "private_key": b"", "created_at": older})

    def check(self, connection: Connection) -> None:
        tables = tables_of(connection)
        keys = {row.id: (row.status, row.since) for row in connection.execute(select(tables["lti_tool_key"]))}
        assert keys == {"key": ("current", MOMENT), "older": ("retiring", MOMENT - timedelta(days=30))}
        assert connection.execute(select(tables["lti_deployment"].c.is_approved)).scalar_one()
        visit = connection.execute(select(tables["launch_session"])).one()
        assert (visit.binding, visit.lms_role, bool(visit.is_coordinator)) == ("cookie", "unknown", False)
        assert (visit.course_url, bool(visit.wants_contrast), visit.brand) == (None, False, None)
        registration = {"registration_id": "registration"}
        for name, row in (
            ("lti_last_event", {**registration, "kind": "launched:frame", "happened_at": MOMENT}),
            ("lti_connection_check", {**registration, "started_at": MOMENT}),
            (
                "lti_invite",
                {**registration, "id": "i", "secret": "s" * 64, "purpose": "register"}
                | {"created_at": MOMENT, "expires_at": MOMENT},
            ),
            ("coordinator_grant", {**registration, "id": "g", "holder": "person:105", "created_at": MOMENT}),
            ("limit_count", {"key": "k" * 64, "period": 1, "count": 1, "erase_at": MOMENT}),
            ("job", {"name": "sweep", "due_at": MOMENT}),
        ):
            connection.execute(tables[name].insert(), row)
        again = {**registration, "id": "h", "holder": "person:105", "created_at": MOMENT}
        with pytest.raises(IntegrityError), connection.begin_nested():
            connection.execute(tables["coordinator_grant"].insert(), again)

        undo = connection.begin_nested()
        connection.execute(tables["lti_registration"].delete())
        for name in ("lti_last_event", "lti_connection_check", "lti_invite", "coordinator_grant", "launch_session"):
            assert connection.scalar(select(func.count()).select_from(tables[name])) == 0
        undo.rollback()

    def check_undone(self, connection: Connection) -> None:
        tables = tables_of(connection)
        assert LATER.isdisjoint(tables)
        assert "binding" not in tables["launch_session"].columns
        # What was there before is there still.
        for name in ("person", "membership", "launch_session", "progress_done", "lti_deployment"):
            assert connection.scalar(select(func.count()).select_from(tables[name])) == 1


class LearningLine:
    """0003: a class, a teacher's own marks and an institution's cards go with whom they belong to."""

    def load(self, connection: Connection) -> None:
        fill_first_tables(connection)

    def check(self, connection: Connection) -> None:
        tables = tables_of(connection)
        assert connection.execute(select(tables["person"].c.chosen_locale)).scalar_one() is None
        day = MOMENT.date()
        card = {
            "id": "card",
            "registration_id": "registration",
            "kind": "dean",
            "name": "Studentendecanaat",
            "scope_nl": "Regels.",
            "scope_en": "Rules.",
            "answers_nl": "Binnen een werkdag.",
            "answers_en": "Within one working day.",
            "every_page": False,
            "checked_on": day,
        }
        for name, row in (
            ("curriculum_medium", {"id": "m" * 64, "media_type": "audio/wav", "content": b"\x00\xff"}),
            ("curriculum_class", {"context_id": "course", "is_open": True, "ends_on": day}),
            ("curriculum_held_unit", {"context_id": "course", "unit_id": "wrwfzuq7", "opens_on": day}),
            ("guidance_ready", {"membership_id": "membership", "item_id": "abcdefgh"}),
            (
                "guidance_reminder",
                {"id": "r", "membership_id": "membership", "due_on": day, "erase_on": day, "handle": b"\x00"},
            ),
            ("coordination_contact", card),
        ):
            connection.execute(tables[name].insert(), row)
        with pytest.raises(IntegrityError, match="ck_coordination_contact_kind"), connection.begin_nested():
            connection.execute(tables["coordination_contact"].insert(), {**card, "id": "other", "kind": "friend"})

        undo = connection.begin_nested()
        connection.execute(tables["lti_registration"].delete())
        left = {name for name in LINE if connection.scalar(select(func.count()).select_from(tables[name]))}
        assert left == {"curriculum_medium"}
        undo.rollback()

    def check_undone(self, connection: Connection) -> None:
        tables = tables_of(connection)
        assert LINE.isdisjoint(tables)
        assert "chosen_locale" not in tables["person"].columns
        for name in ("person", "membership", "launch_session", "progress_done"):
            assert connection.scalar(select(func.count()).select_from(tables[name])) == 1


LINE = frozenset(
    {
        "curriculum_medium",
        "curriculum_class",
        "curriculum_held_unit",
        "guidance_ready",
        "guidance_reminder",
        "coordination_contact",
    }
)
"""Tables that came with the learning line."""


class Groups:
    """0004: what a group agrees on and makes goes with the group; a student's place goes with the student."""

    def load(self, connection: Connection) -> None:
        fill_first_tables(connection)

    def check(self, connection: Connection) -> None:
        tables = tables_of(connection)
        member = connection.execute(select(tables["membership"])).one()
        assert (member.lms_groups, member.sections, bool(member.sees_own_sections_only)) == (None, None, False)
        group, both = {"group_id": "group"}, {"group_id": "group", "membership_id": "membership"}
        group_set = {"id": "set", "context_id": "course", "title": "Eerste", "size": 4}
        other = {"id": "other", "registration_id": "registration", "subject": "106"}
        connection.execute(tables["person"].insert(), other)
        second = {
            "id": "second",
            "context_id": "course",
            "person_id": "other",
            "role": "learner",
            "is_test_user": False,
        }
        connection.execute(tables["membership"].insert(), second)
        wish = {"context_id": "course", "first_id": "membership", "second_id": "second", "kind": "apart"}
        for name, row in (
            ("groups_set", {**group_set, "is_in_use": True, "sign_up_open": False}),
            ("groups_group", {"id": "group", "set_id": "set", "number": 1, "name": None}),
            ("groups_member", {**both, "set_id": "set", "is_aside": False}),
            ("groups_teacher", both),
            ("groups_wish", wish),
            ("groups_planned_place", {"set_id": "set", "membership_id": "membership", "number": 2, "label": "B"}),
            ("groups_change_request", {"membership_id": "membership"}),
            ("groups_agreement", {**group, "version": 1, "saved_on": MOMENT.date(), "text": b"\x00"}),
            ("groups_acceptance", both),
            ("groups_product", {**group, "step_id": "u56fbuib", "text": b"\x00", "is_handed_in": False}),
            ("groups_visit", {**both, "ends_at": MOMENT}),
        ):
            connection.execute(tables[name].insert(), row)
        for table, row, because in (
            (
                "groups_wish",
                {**wish, "first_id": "second", "second_id": "membership", "kind": "liked"},
                "ck_groups_wish",
            ),
            ("groups_group", {"id": "twin", "set_id": "set", "number": 1}, "uq_groups_group|groups_group.set_id"),
            ("groups_member", {**both, "set_id": "set", "is_aside": True}, "pk_groups_member|groups_member.set_id"),
        ):
            with pytest.raises(IntegrityError, match=because), connection.begin_nested():
                connection.execute(tables[table].insert(), row)

        undo = connection.begin_nested()
        connection.execute(tables["person"].delete())
        left = {name for name in GROUPS if connection.scalar(select(func.count()).select_from(tables[name]))}
        assert left == {"groups_set", "groups_group", "groups_agreement", "groups_product"}
        connection.execute(tables["course_context"].delete())
        assert not any(connection.scalar(select(func.count()).select_from(tables[name])) for name in GROUPS)
        undo.rollback()

    def check_undone(self, connection: Connection) -> None:
        tables = tables_of(connection)
        assert GROUPS.isdisjoint(tables)
        assert {"lms_groups", "sections", "sees_own_sections_only"}.isdisjoint(tables["membership"].columns.keys())
        for name in ("membership", "launch_session", "progress_done"):
            assert connection.scalar(select(func.count()).select_from(tables[name]))


GROUPS = frozenset(
    {
        "groups_set",
        "groups_group",
        "groups_member",
        "groups_teacher",
        "groups_wish",
        "groups_planned_place",
        "groups_change_request",
        "groups_agreement",
        "groups_acceptance",
        "groups_product",
        "groups_visit",
    }
)
"""Tables that came with the small groups."""


class PrivateWriting:
    """0005: what somebody wrote and shares goes with them, and a share is for a group, some of it, or one teacher."""

    def load(self, connection: Connection) -> None:
        fill_first_tables(connection)
        tables = tables_of(connection)
        other = {"id": "other", "registration_id": "registration", "subject": "106"}
        connection.execute(tables["person"].insert(), other)
        second = {"id": "second", "context_id": "course", "person_id": "other", "role": "learner"}
        connection.execute(tables["membership"].insert(), {**second, "is_test_user": False})
        group_set = {"id": "set", "context_id": "course", "title": "Eerste", "size": 4}
        connection.execute(tables["groups_set"].insert(), {**group_set, "is_in_use": True, "sign_up_open": False})
        connection.execute(tables["groups_group"].insert(), {"id": "group", "set_id": "set", "number": 1})

    def check(self, connection: Connection) -> None:
        tables = tables_of(connection)
        day = MOMENT.date()
        note: dict[str, Any] = {"id": "note", "membership_id": "membership", "step_id": "bei6z6uv"}
        note |= {"prompt_id": "from-living", "text": b"\x00\xff", "keep_until": day}
        share: dict[str, Any] = {"id": "share", "note_id": "note", "membership_id": "membership", "step_id": "bei6z6uv"}
        share |= {"audience": "group", "group_id": "group", "pause": None, "ends_on": day, "given": b"\x00"}
        seal = {"anchor": b"\x00" * 32, "last_mac": b"\x01" * 32, "seal": b"\x02" * 32}
        event: dict[str, Any] = {"sequence": 1, "at": MOMENT, "event": "sharing:share:opened", "share_id": "share"}
        event |= {"reader_id": "second", "author_id": "membership", "purpose": "group", "mac": b"\x01" * 32}
        rows: list[tuple[str, dict[str, Any]]] = [
            ("key_store_link", {"id": 1, "store_id": "store"}),
            ("notes_note", note),
            ("notes_note", {**note, "id": "later", "prompt_id": "second"}),
            ("notes_note", {**note, "id": "theirs", "membership_id": "second"}),
            ("sharing_consent", {"person_id": "person", "version": 1, "given_on": day}),
            ("sharing_share", share),
            ("sharing_reader", {"share_id": "share", "membership_id": "second"}),
            ("audit_event", event),
            ("audit_chain", {"id": 1, "first_sequence": 1, "last_sequence": 1, **seal}),
        ]
        for name, row in rows:
            connection.execute(tables[name].insert(), row)
        later = {**share, "id": "other", "note_id": "later"}
        for table, row, because in (
            ("notes_note", {**note, "id": "twin"}, "uq_notes_note|notes_note.membership_id"),
            ("sharing_share", {**share, "id": "twin"}, "uq_sharing_share|sharing_share.note_id"),
            ("sharing_share", {**later, "group_id": None}, "ck_sharing_share_group"),
            ("sharing_share", {**later, "audience": "members", "group_id": None}, "ck_sharing_share_group"),
            ("sharing_share", {**later, "audience": "teacher"}, "ck_sharing_share_group"),
            ("sharing_share", {**later, "audience": "class"}, "ck_sharing_share_audience"),
            ("sharing_share", {**later, "pause": "wish"}, "ck_sharing_share_pause"),
            ("sharing_share", {**later, "note_id": "none"}, "fk_sharing_share|FOREIGN KEY"),
            ("sharing_reader", {"share_id": "share", "membership_id": "second"}, "pk_sharing_reader|sharing_reader."),
            ("sharing_consent", {"person_id": "person", "version": 2, "given_on": day}, "pk_sharing_consent|sharing_c"),
        ):
            with pytest.raises(IntegrityError, match=because), connection.begin_nested():
                connection.execute(tables[table].insert(), row)
        connection.execute(tables["sharing_share"].insert(), {**later, "audience": "teacher", "group_id": None})

        self._check_who_goes(connection, tables)

    @staticmethod
    def _check_who_goes(connection: Connection, tables: dict[str, Table]) -> None:
        def left(*names: str) -> dict[str, int]:
            return {name: connection.scalar(select(func.count()).select_from(tables[name])) or 0 for name in names}

        # The group's end takes what was shared with it, and no note.
        undo = connection.begin_nested()
        connection.execute(tables["groups_group"].delete())
        assert left("notes_note", "sharing_share", "sharing_reader") == {
            "notes_note": 3,
            "sharing_share": 1,
            "sharing_reader": 0,
        }
        undo.rollback()

        # A reader who goes is off the list; the author who goes takes all along. What was opened stays as it was.
        undo = connection.begin_nested()
        connection.execute(tables["person"].delete().where(tables["person"].c.id == "other"))
        assert left("sharing_share", "sharing_reader") == {"sharing_share": 2, "sharing_reader": 0}
        undo.rollback()
        undo = connection.begin_nested()
        connection.execute(tables["person"].delete().where(tables["person"].c.id == "person"))
        assert connection.execute(select(tables["notes_note"].c.id)).scalars().all() == ["theirs"]
        assert not any(left("sharing_consent", "sharing_share", "sharing_reader").values())
        assert left("audit_event", "audit_chain", "key_store_link", "groups_group") == dict.fromkeys(
            ("audit_event", "audit_chain", "key_store_link", "groups_group"), 1
        )
        undo.rollback()

    def check_undone(self, connection: Connection) -> None:
        tables = tables_of(connection)
        assert WRITING.isdisjoint(tables)
        # What was there before is there still.
        for name, count in (("person", 2), ("membership", 2), ("progress_done", 1), ("groups_group", 1)):
            assert connection.scalar(select(func.count()).select_from(tables[name])) == count


WRITING = frozenset(
    {
        "audit_chain",
        "audit_event",
        "key_store_link",
        "notes_note",
        "sharing_consent",
        "sharing_reader",
        "sharing_share",
    }
)
"""Tables that came with private writing."""

TESTERS: dict[str, Tester] = {
    "0001": FirstTables(),
    "0002": FrontDoor(),
    "0003": LearningLine(),
    "0004": Groups(),
    "0005": PrivateWriting(),
}
"""One for each revision; without one the suite fails."""
