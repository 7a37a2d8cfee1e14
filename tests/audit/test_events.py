"""What can be written in the audit: ids and codes, under declared keys, and never a text."""

from __future__ import annotations

import re
from dataclasses import FrozenInstanceError, fields
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import String

from lti_tool.audit.events import KEYS, Event, Purpose, ShareOpened
from lti_tool.audit.models import AuditEvent
from lti_tool.kernel.ids import new_id
from tests.audit.conftest import opening
from tests.conftest import ROOT

NAME = re.compile(r"[a-z]+:[a-z_]+:[a-z]+ed")
OTHER_COLUMNS = {"sequence", "at", "event", "mac"}
EVENTS = Event.__subclasses__()


def given_values(**changes: Any) -> dict[str, Any]:
    return {"share_id": new_id(), "reader_id": new_id(), "author_id": new_id(), "purpose": Purpose.GROUP, **changes}


def test_log_5_every_event_declares_its_name_and_its_keys() -> None:
    assert [event.name for event in EVENTS] == ["sharing:share:opened"]
    assert all(NAME.fullmatch(event.name) for event in EVENTS)
    assert {field.name for event in EVENTS for field in fields(event)} == set(KEYS)


def test_log_5_an_opening_holds_who_which_whose_and_as_what_and_nothing_else() -> None:
    values = given_values(purpose=Purpose.TEACHER)

    assert ShareOpened(**values).values() == {**values, "purpose": "teacher"}


def test_log_5_no_column_has_room_for_a_text_or_points_at_a_person() -> None:
    columns = AuditEvent.__table__.columns
    texts = {column.name: column.type.length for column in columns if isinstance(column.type, String)}

    assert set(columns.keys()) == OTHER_COLUMNS | set(KEYS)
    assert max(length or 1000 for length in texts.values()) <= 40
    assert not any(column.foreign_keys for column in columns)
    assert all(len(purpose) <= (texts["purpose"] or 0) for purpose in Purpose)


@pytest.mark.parametrize("key", ["share_id", "reader_id", "author_id"])
@given(text=st.text(max_size=40).filter(lambda text: not re.fullmatch("[a-z2-7]{26}", text)))
def test_log_5_no_text_gets_in_instead_of_an_id(key: str, text: str) -> None:
    with pytest.raises(ValueError, match=f"{key} of an event is not what it must be") as caught:
        ShareOpened(**given_values(**{key: text}))

    assert str(caught.value) == f"{key} of an event is not what it must be"


@pytest.mark.parametrize(
    "wrong", ["", "a" * 25, "a" * 27, "A" * 26, "a" * 25 + "1", "a" * 26 + "\n", None, 7, b"a" * 26]
)
def test_log_5_what_almost_looks_like_an_id_is_refused(wrong: object) -> None:
    with pytest.raises(ValueError, match="reader_id"):
        ShareOpened(**given_values(reader_id=wrong))


@pytest.mark.parametrize("wrong", ["", "Group", "group\n", "groups", "because I was worried", None, 1])
def test_log_5_no_purpose_but_the_three_is_accepted(wrong: object) -> None:
    with pytest.raises(ValueError, match="purpose of an event"):
        ShareOpened(**given_values(purpose=wrong))


@pytest.mark.parametrize("purpose", ["group", "members", "teacher"])
def test_log_5_a_purpose_may_come_as_its_code(purpose: str) -> None:
    assert ShareOpened(**given_values(purpose=purpose)).values()["purpose"] == purpose


def test_log_6_an_event_cannot_be_changed_once_it_is_made() -> None:
    event = opening()

    with pytest.raises(FrozenInstanceError):
        event.share_id = new_id()  # type: ignore[misc]


def test_log_6_nothing_but_the_chain_touches_events_and_it_changes_and_erases_in_one_place_each() -> None:
    package = ROOT / "lti_tool"
    texts = {path.relative_to(package).as_posix(): path.read_text() for path in package.rglob("*.py")}
    named = {name for name, text in texts.items() if re.search(r"\bAudit(?:Event|Chain)\b", text)}

    assert named == {"audit/models.py", "audit/chain.py"}
    assert [texts["audit/chain.py"].count(f"{verb}(AuditEvent)") for verb in ("insert", "update", "delete")] == [
        1,
        1,
        1,
    ]
    assert "delete(AuditChain)" not in texts["audit/chain.py"]
