"""What follows from a card: its order, its age, whom students cannot find, and what a telephone dials."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.coordination.cards import REQUIRED, Card, dialled, in_order, missing_kinds
from lti_tool.coordination.models import KINDS
from lti_tool.coordination.places import show_card
from lti_tool.coordination.words import KIND_NAMES, LABELS

DAY = date(2026, 11, 23)


def make(kind: str = "adviser", name: str = "Naam", card_id: str = "a", **changes: object) -> Card:
    usual: dict[str, object] = {
        **dict.fromkeys(("phone", "email", "web", "place")),
        **dict.fromkeys(("scope_nl", "scope_en", "answers_nl", "answers_en"), "Tekst."),
        "every_page": False,
        "checked_on": DAY,
    }
    return Card(id=card_id, kind=kind, name=name, **{**usual, **changes})  # type: ignore[arg-type]


def test_cards_stand_in_the_order_of_their_kinds_and_then_of_their_names() -> None:
    cards = [make("other", "a"), make("teacher", "b", "y"), make("teacher", "B", "x"), make("teacher", "A"), make()]

    found = [(card.kind, card.name) for card in in_order(cards)]

    assert found == [("teacher", "A"), ("teacher", "B"), ("teacher", "b"), ("adviser", "Naam"), ("other", "a")]


def test_every_kind_has_a_name_and_every_required_one_is_a_kind() -> None:
    assert set(KIND_NAMES) == set(KINDS)
    assert set(REQUIRED) <= set(KINDS)


def test_every_field_of_a_card_has_a_label() -> None:
    assert set(LABELS) == set(Card.__dataclass_fields__) - {"id", "checked_on"}


def test_missing_is_whoever_is_required_and_has_no_card() -> None:
    assert missing_kinds([]) == REQUIRED == ("teacher", "adviser", "dean", "psychologist")
    assert missing_kinds([make("dean"), make("security"), make("teacher")]) == ("adviser", "psychologist")
    assert missing_kinds([make(kind) for kind in KINDS]) == ()


@pytest.mark.parametrize(("days", "is_old"), [(0, False), (180, False), (181, True), (400, True), (-1, False)])
def test_grp_4_card_is_old_when_it_was_checked_more_than_180_days_ago(days: int, is_old: bool) -> None:  # noqa: FBT001
    assert make(checked_on=DAY - timedelta(days=days)).is_old(DAY) is is_old


@pytest.mark.parametrize(
    ("phone", "expected"),
    [
        ("070 000 00 00", "0700000000"),
        ("(070) 000-00.00", "0700000000"),
        ("+31 70 000 00 00", "+31700000000"),
        ("+31 (0)70 000 00 00", "+31700000000"),
        ("0031 (0)70 000 00 00", "0031700000000"),
        ("(0)70 000 00 00", "0700000000"),
        ("112", "112"),
        ("070/0000000", "0700000000"),
        ("070 000 00 00 toestel 12", None),
        ("12", None),
        ("", None),
        ("+", None),
        ("0" * 16, None),
        ("070+000", None),
        ("++31700000000", None),
        ("070,000;phone-context=x", None),
        ("070\n0000000", None),
        ("\N{ARABIC-INDIC DIGIT ZERO}" * 10, None),  # digits, and none that a telephone dials
    ],
)
def test_number_is_dialled_as_it_is_meant_or_not_at_all(phone: str, expected: str | None) -> None:
    assert dialled(phone) == expected


@given(st.text())
def test_whatever_is_dialled_is_digits(text: str) -> None:
    found = dialled(text)

    assert found is None or (found.removeprefix("+").isascii() and found.removeprefix("+").isdigit())


@pytest.mark.parametrize(
    "stored",
    [
        {"phone": "javascript:alert(1)", "email": "x?bcc=a@b.example", "web": "javascript:alert(1)"},
        {"phone": "070 ring twice", "email": "no address", "web": "http://voorbeeld.example"},
        {"phone": "", "email": "", "web": ""},
    ],
)
def test_link_is_made_of_what_was_checked_whatever_the_database_holds(stored: dict[str, str]) -> None:
    shown = show_card(make(**stored), "nl")

    assert (shown.tel, shown.email, shown.web) == (None, None, None)
    assert shown.number == stored["phone"]
