"""What the form of a card accepts, and what it says to what it does not, in both languages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from flask import g
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import ValidationError

from lti_tool.coordination.cards import Card, dialled
from lti_tool.coordination.models import KINDS
from lti_tool.coordination.schemas import CardSchema, is_email, is_website
from tests.coordination.cards import ADVISER, card

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

BARE = dict.fromkeys(("phone", "email", "web", "place"), "")


@pytest.fixture(scope="module")
def tool(tool_apps: Callable[[str, str], Flask]) -> Flask:
    return tool_apps("sqlite", "")


def errors_of(typed: dict[str, str]) -> dict[str, Any]:
    with pytest.raises(ValidationError) as caught:
        CardSchema().load(typed)
    return caught.value.messages_dict


def test_card_that_is_right_is_kept_as_typed() -> None:
    assert CardSchema().load(ADVISER) == {**ADVISER, "every_page": True}


def test_way_that_was_left_out_is_none() -> None:
    loaded = CardSchema().load(card(**BARE, every_page="") | {"place": "Kamer 2"})

    assert [loaded[name] for name in BARE] == [None, None, None, "Kamer 2"]
    assert loaded["every_page"] is False


def test_schema_asks_for_what_a_card_holds() -> None:
    assert set(CardSchema().fields) == set(Card.__dataclass_fields__) - {"id", "checked_on"}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_can_be_chosen(kind: str) -> None:
    assert CardSchema().load(card(kind=kind))["kind"] == kind


@pytest.mark.parametrize(
    "address",
    ["m.vos@voorbeeld.example", "a@b.example", "o'brien+hulp@sub.voor-beeld.example", "decaan_1@voorbeeld.example"],
)
def test_ordinary_mail_addresses_fit(address: str) -> None:
    assert CardSchema().load(card(email=f" {address} "))["email"] == address


@pytest.mark.parametrize(
    "address",
    [
        "marloes", "marloes@", "@voorbeeld.example", "marloes@voorbeeld", "m@v@x.example", "m vos@voorbeeld.example",
        "m@voorbeeld.example?subject=x", "m%0abcc:x@voorbeeld.example", "m@voorbeeld..example", "m&x@voorbeeld.example",
        "<m@voorbeeld.example>", "m@-voorbeeld.example", ".m@voorbeeld.example", "m.@voorbeeld.example",
        "mailto:m@voorbeeld.example", "m@voorbeeld.example,x@voorbeeld.example", f"{'m' * 65}@voorbeeld.example",
        "m@voorbeeld.1", "é@voorbeeld.example",
    ],
)  # fmt: skip
def test_what_is_no_mail_address_is_refused(address: str) -> None:
    assert set(errors_of(card(email=address))) == {"email"}


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("https://voorbeeld.example", "https://voorbeeld.example"),
        ("https://www.voorbeeld.example:8443/a/b?c=d&e=f#g", "https://www.voorbeeld.example:8443/a/b?c=d&e=f#g"),
        ("www.voorbeeld.example/decaan", "https://www.voorbeeld.example/decaan"),
        (" voorbeeld.example ", "https://voorbeeld.example"),
        ("https://voorbeeld.example/één", "https://voorbeeld.example/één"),
    ],
)
def test_ordinary_websites_fit(typed: str, kept: str) -> None:
    assert CardSchema().load(card(web=typed))["web"] == kept


@pytest.mark.parametrize(
    "address",
    [
        "http://voorbeeld.example", "javascript:alert(1)", "javascript://voorbeeld.example/%0aalert(1)",
        "data:text/html,x", "https://", "https://intranet", "https://user:pass@voorbeeld.example",
        "https://voorbeeld.example@elders.example", "ftp://voorbeeld.example", "//voorbeeld.example",
        "mailto:m@v.example",
        "https://voorbeeld.example/a b", 'https://voorbeeld.example/"x', "https://voorbeeld.example:x",
        "https://[::1]", "https://127.0.0.1", "https:\\\\voorbeeld.example", "https://voorbeeld.example\\@x.example",
        "https://voorbeeld..example", "https://münchen.example",
    ],
)  # fmt: skip
def test_what_is_no_safe_website_is_refused(address: str) -> None:
    assert set(errors_of(card(web=address))) == {"web"}


@pytest.mark.parametrize("number", ["twaalf", "070 000 00 00 of 112", "12", "0700000000000000", "tel:112", "070,1"])
def test_what_cannot_be_dialled_is_refused(number: str) -> None:
    assert set(errors_of(card(phone=number))) == {"phone"}


def test_nothing_at_all_is_told_field_by_field() -> None:
    typed = dict.fromkeys(ADVISER, "")

    assert set(errors_of(typed)) == {"kind", "name", "reach", "scope_nl", "scope_en", "answers_nl", "answers_en"}


def test_without_a_way_to_reach_them_one_is_asked_for() -> None:
    assert set(errors_of(card(**BARE) | {"phone": "  "})) == {"reach"}


def test_way_that_is_not_right_is_told_there_and_not_asked_for_as_well() -> None:
    assert set(errors_of(card(**BARE) | {"email": "x"})) == {"email"}


@pytest.mark.parametrize(
    ("field", "most"),
    [("name", 100), ("place", 100), ("scope_nl", 600), ("scope_en", 600), ("answers_nl", 200), ("answers_en", 200)],
)
def test_every_text_has_a_length(field: str, most: int) -> None:
    assert CardSchema().load(card(**{field: "a" * most}))[field] == "a" * most
    assert set(errors_of(card(**{field: "a" * (most + 1)}))) == {field}


def test_long_ways_are_refused() -> None:
    assert set(errors_of(card(phone="0" * 31, email=f"m@{'a.' * 130}nl", web=f"https://v.example/{'a' * 500}"))) == {
        "phone",
        "email",
        "web",
    }


WRONG = [
    card(**BARE, kind="x", name="", scope_nl="", scope_en="", answers_nl="", answers_en=""),
    card(phone="x", email="x", web="http://x", name="\0", place="a" * 101),
]


@pytest.mark.parametrize("typed", WRONG)
def test_ops_4_every_sentence_exists_in_both_languages(tool: Flask, typed: dict[str, str]) -> None:
    said = {}
    for language in ("nl", "en"):
        with tool.test_request_context():
            g.language = language
            said[language] = errors_of(typed)

    assert said["nl"].keys() == said["en"].keys()
    for field, (dutch, *_) in said["nl"].items():
        assert dutch != said["en"][field][0]
        assert dutch.endswith(".")
        assert "%(" not in dutch


@given(st.text())
def test_whatever_passes_for_an_address_is_safe_in_a_link(text: str) -> None:
    if is_email(text):
        assert not set(text) & set('?&%:/<>" \n,;\\')
    if is_website(text):
        assert text.lower().startswith("https://")


@given(
    st.dictionaries(
        st.sampled_from([*ADVISER, "id", "registration_id", "checked_on"]),
        st.text() | st.sampled_from(["yes", "teacher", "https://v.example", "m@v.example", "070 00 00"]),
    )
)
def test_any_form_is_a_card_or_errors_at_known_fields(typed: dict[str, str]) -> None:
    errors = CardSchema().validate(typed)

    assert set(errors) <= {*ADVISER, "reach"}
    if not errors:
        loaded = CardSchema().load(typed)
        assert set(loaded) == set(ADVISER)
        assert loaded["phone"] is None or dialled(loaded["phone"])
