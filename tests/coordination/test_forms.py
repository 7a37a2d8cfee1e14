"""What is typed into a form: cleaned of what nobody sees, and refused in words when it cannot be kept."""

from __future__ import annotations

import html5lib
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markupsafe import escape
from marshmallow import ValidationError

from lti_tool.web.forms import TypedText, first_errors, typed_values, without_unseen
from lti_tool.web.languages import lazy_gettext as _

NAME = _("Name")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Marloes", "Marloes"),
        ("  Marloes \t de   Wit ", "Marloes de Wit"),
        ("Marloes\N{NO-BREAK SPACE}de\N{THIN SPACE}Wit", "Marloes de Wit"),
        ("Vertrouwens\N{SOFT HYPHEN}persoon", "Vertrouwenspersoon"),
        ("\N{ZERO WIDTH NO-BREAK SPACE}Marloes\N{ZERO WIDTH SPACE}", "Marloes"),
        ("evil\N{RIGHT-TO-LEFT OVERRIDE}eman", "evileman"),
        ("Çelik, Łukasz, 王, ناديا", "Çelik, Łukasz, 王, ناديا"),
        ("one\r\ntwo\rthree\nfour", "one two three four"),
        ("<b>&amp;", "<b>&amp;"),
        ("", ""),
        (" \n ", ""),
    ],
)
def test_one_line_is_kept_as_it_is_read(typed: str, kept: str) -> None:
    assert TypedText(label=NAME, most=50).deserialize(typed) == kept


def test_more_lines_stay_lines() -> None:
    field = TypedText(label=NAME, most=50, lines=True)

    assert field.deserialize(" one \r\n\r\n two  three\r\n") == "one\n\ntwo three"


@pytest.mark.parametrize("char", ["\0", "\x08", "\x1b", "\x7f", "\x9f", "\ud800", "\ufffe", "\ufdd0", "\U0001ffff"])
def test_character_that_no_page_can_hold_is_told_where_it_stands(char: str) -> None:
    with pytest.raises(ValidationError, match="“Name” holds a character that cannot be shown"):
        TypedText(label=NAME, most=50).deserialize(f"Mar{char}loes")

    assert typed_values({"name": f"Mar{char}loes"}, ["name"]) == {"name": "Mar�loes"}


def test_too_long_says_how_much_there_is_and_fits() -> None:
    field = TypedText(label=NAME, most=5)

    assert field.deserialize(" 12345 ") == "12345"
    with pytest.raises(ValidationError, match=r"“Name” holds at most 5 characters\. There are 6 now\."):
        field.deserialize("123456")


def test_empty_is_refused_only_where_something_must_be() -> None:
    field = TypedText(label=NAME, most=5, empty=_("Fill in the name of the person or the desk."))

    with pytest.raises(ValidationError, match="Fill in the name"):
        field.deserialize(" \N{ZERO WIDTH SPACE}")
    assert TypedText(label=NAME, most=5).deserialize("") == ""


def test_errors_come_in_the_order_of_the_form_one_to_a_field() -> None:
    error = ValidationError({"b": ["second", "more"], "a": ["first"], "elsewhere": ["x"]})

    assert list(first_errors(error, ["a", "b", "c"]).items()) == [("a", "first"), ("b", "second")]


@given(st.text(st.characters(exclude_categories=[])))
@example("\r\n\n")
def test_whatever_was_typed_can_stand_in_a_page_again(text: str) -> None:
    shown = without_unseen(text)

    page = f"<!doctype html><title>x</title><textarea>\n{escape(shown)}</textarea>"
    parsed = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(page)

    assert "".join(next(parsed.iter("textarea")).itertext()) == shown
    assert without_unseen(shown) == shown
