"""What people type into forms: made into text that can be kept and shown, or sent back with what to do about it.

Nothing that was typed is lost: a form that is not right yet comes back as it was, with a sentence at each field.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any

from marshmallow import ValidationError, fields
from werkzeug.exceptions import BadRequest

from lti_tool.kernel.characters import is_no_text
from lti_tool.web.languages import lazy_gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from flask_babel import LazyString
    from marshmallow import Schema

_UNSHOWABLE = "\N{REPLACEMENT CHARACTER}"
_BLANK = frozenset("\t \N{NO-BREAK SPACE}")
_LINE_ENDS = frozenset("\n\x0b\x0c\x85\N{LINE SEPARATOR}\N{PARAGRAPH SEPARATOR}")

_TOO_LONG = _("“%(label)s” holds at most %(most)s characters. There are %(count)s now.")
_CANNOT_BE_SHOWN = _(
    "“%(label)s” holds a character that cannot be shown. It stands there as �: take it out, or type it again."
)


class TypedText(fields.String):
    """Text from a form, without what nobody sees in it. What was left empty is an empty text."""

    def __init__(
        self, *, label: LazyString | str, most: int, empty: LazyString | None = None, lines: bool = False
    ) -> None:
        """Say what may be typed.

        :param label: what the form calls it.
        :param most: how many characters it may have.
        :param empty: what to say when nothing was typed; None when it may be left out.
        :param lines: whether it may have more than one line.
        """
        super().__init__(load_default="")
        self._label = label
        self._most = most
        self._empty = empty
        self._lines = lines

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = without_unseen(super()._deserialize(value, attr, data, **kwargs))
        if _UNSHOWABLE in text:
            raise ValidationError(str(_CANNOT_BE_SHOWN) % {"label": self._label})
        parts = [" ".join(line.split()) for line in text.split("\n")]
        text = "\n".join(parts).strip() if self._lines else " ".join(parts).strip()
        if not text and self._empty is not None:
            raise ValidationError(str(self._empty))
        if len(text) > self._most:
            raise ValidationError(str(_TOO_LONG) % {"label": self._label, "most": self._most, "count": len(text)})
        return text


def without_unseen(text: str) -> str:
    """Return a text with one kind of line end and of blank, and without what has no width, such as a soft hyphen.

    Such characters come along when somebody pastes from elsewhere, and some of them turn the order of what is read.
    What no page may hold becomes a �, so that its place is seen.
    """
    return "".join(map(_seen, text.replace("\r\n", "\n").replace("\r", "\n")))


def _seen(char: str) -> str:
    if char.isprintable():
        return char
    if char in _LINE_ENDS:
        return "\n"
    category = unicodedata.category(char)
    if char in _BLANK or category == "Zs":
        return " "
    if category == "Cf":
        return ""
    return _UNSHOWABLE if is_no_text(char) else char


def typed_values(form: Mapping[str, str], names: Iterable[str]) -> dict[str, str]:
    """Return what was typed into these fields, to be read and to be shown again; empty where nothing came."""
    return {name: without_unseen(form.get(name, "")) for name in names}


def first_errors(error: ValidationError, order: Iterable[str]) -> dict[str, str]:
    """Return one sentence for each field that is not right yet, in the order in which the form asks for them."""
    found: dict[str, list[str]] = error.messages_dict
    return {name: str(found[name][0]) for name in order if name in found}


def load_or_400(schema: Schema, form: Mapping[str, str]) -> dict[str, Any]:
    """Return what a form of ours holds beside what people type; 400 for what no page of ours sends."""
    try:
        loaded: dict[str, Any] = schema.load(form)
    except ValidationError:
        raise BadRequest from None
    return loaded


def errors_of(error: ValidationError) -> dict[str, str]:
    """Return one sentence for each field that is not right yet, in no order."""
    found: Mapping[str, Any] = error.messages_dict
    return {name: str(said[0] if isinstance(said, list) else said) for name, said in found.items()}
