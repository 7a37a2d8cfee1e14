"""What the forms of this room must hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate

from lti_tool.groups.forming import Way
from lti_tool.groups.models import LONGEST_NAME, LONGEST_TITLE
from lti_tool.groups.policy import (
    LARGEST_SIZE,
    LONGEST_LINE,
    MOST_LINES,
    MOST_OWN_LINES,
    SMALLEST_SIZE,
    AgreementLine,
)
from lti_tool.web.forms import TypedText
from lti_tool.web.languages import lazy_gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from werkzeug.datastructures import MultiDict

    from lti_tool.groups.step import AgreementCard, ProductField

LONGEST_FEEDBACK = 2000
LONGEST_LIST = 240_000
"""Bytes of a timetable as it is sent, in UTF-8: 5,000 lines of forty letters and more. The rest of what one request may
hold is for what goes round it; an address-like encoding would make it half as much, so the form sends it in parts."""
MOST_GROUPS = 5000

_NO_AGREEMENTS = _("Choose a card, or write a line of your own. An agreement needs at least one.")
_TOO_MANY_LINES = _("Choose at most %(most)s agreements. There are %(count)s now.")
_LIST_TOO_LONG = _(
    "This list is too long for one time. Paste its first half, make those groups, and then paste the second half. "
    "Cut it between two groups."
)
_NO_WAY = _("Choose one of the ways to form groups.")
_NO_NUMBER = _("“%(label)s” must be a whole number from %(least)s to %(most)s.")


class _Form(Schema):
    class Meta:
        """The form token is checked at the gate."""

        unknown = EXCLUDE


def name_form() -> Schema:
    """Return the schema of what a group is called."""
    return _Form.from_dict({"name": TypedText(label=_("Name of the group"), most=LONGEST_NAME)})()


def title_form() -> Schema:
    """Return the schema of what a set of groups is called."""
    empty = _("Say what these groups are called, such as: second half of the year.")
    return _Form.from_dict({"title": TypedText(label=_("Name of these groups"), most=LONGEST_TITLE, empty=empty)})()


def feedback_form() -> Schema:
    """Return the schema of what a teacher says of a product."""
    label = _("What you say of the task")
    return _Form.from_dict({"feedback": TypedText(label=label, most=LONGEST_FEEDBACK, lines=True)})()


def product_form(asked: Sequence[ProductField]) -> Schema:
    """Return the schema of the fields that a group fills in; each may be left empty."""
    return _Form.from_dict(
        {field_name(one.id): TypedText(label=one.label, most=one.most, lines=True) for one in asked}
    )()


def field_name(field_id: str) -> str:
    """Return what a field of a product is called in its form."""
    return f"text-{field_id}"


def seen_name(field_id: str) -> str:
    """Return what the mark of a field, as the page showed it, is called in the form."""
    return f"seen-{field_id}"


def load_lines(
    form: MultiDict[str, str], cards: Iterable[AgreementCard], now: Sequence[AgreementLine]
) -> tuple[AgreementLine, ...]:
    """Return the agreements that were chosen and written, in the order of the page.

    :param now: how they stand; a card chosen before keeps the words in which it was chosen.
    :raises ValidationError: when there is none, there are too many, or one is too long; by the name of its field.
    """
    chosen, stood = set(form.getlist("card")), {line.card: line for line in now if line.card is not None}
    lines = [stood.get(card.id, AgreementLine(card.text, card.id)) for card in cards if card.id in chosen]
    names = own_line_names(now)
    own = own_line_form(names).load(form)
    lines += [AgreementLine(own[name]) for name in names if own[name]]
    lines = list(dict.fromkeys(lines))
    if not lines:
        raise ValidationError({"cards": [str(_NO_AGREEMENTS)]})
    if len(lines) > MOST_LINES:
        raise ValidationError({"cards": [str(_TOO_MANY_LINES) % {"most": MOST_LINES, "count": len(lines)}]})
    return tuple(lines)


def own_lines(lines: Iterable[AgreementLine], cards: Iterable[AgreementCard]) -> list[str]:
    """Return the lines that stand on no card: a group's own, and those of cards that are no more."""
    known = {card.id for card in cards}
    return [line.text for line in lines if line.card not in known]


def own_line_names(now: Sequence[AgreementLine]) -> tuple[str, ...]:
    """Return what the fields for a group's own lines are called: as many as there are, and some more."""
    return tuple(f"own-{number}" for number in range(1, max(MOST_OWN_LINES, len(now) + 1) + 1))


def own_line_form(names: Iterable[str]) -> Schema:
    """Return the schema of a group's own lines."""
    return _Form.from_dict({name: TypedText(label=_("A line of your own"), most=LONGEST_LINE) for name in names})()


class WholeNumber(fields.Field[int]):
    """A whole number in bounds, as somebody typed it."""

    def __init__(self, *, label: Any, least: int, most: int) -> None:
        """Say what may be typed.

        :param label: what the form calls it.
        """
        super().__init__(required=True, error_messages={"required": "?"})
        self._label, self._least, self._most = label, least, most

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        del attr, data, kwargs
        text = str(value).strip()
        number = int(text) if text.isascii() and text.isdecimal() and len(text) <= len(str(self._most)) else None
        if number is None or not self._least <= number <= self._most:
            said = str(_NO_NUMBER) % {"label": self._label, "least": self._least, "most": self._most}
            raise ValidationError(said)
        return number


def size_field() -> WholeNumber:
    """Return the field that holds how many students a group is meant to have."""
    return WholeNumber(label=_("Students in a group"), least=SMALLEST_SIZE, most=LARGEST_SIZE)


class FormingSchema(_Form):
    """How groups are formed."""

    way = fields.Enum(Way, by_value=True, required=True, error_messages={"required": _NO_WAY, "unknown": _NO_WAY})
    size = size_field()


class ListText(TypedText):
    """A list, which is measured as it is sent."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if len(str(value).encode()) > LONGEST_LIST:
            raise ValidationError(str(_LIST_TOO_LONG))
        return super()._deserialize(value, attr, data, **kwargs)


class ListSchema(_Form):
    """A timetable, as it was pasted."""

    list = ListText(label=_("The list"), most=LONGEST_LIST, lines=True, empty=_("Paste the list here first."))


class SignUpSchema(_Form):
    """How students choose a group themselves."""

    size = size_field()
    groups = WholeNumber(label=_("How many groups"), least=1, most=MOST_GROUPS)


class PlaceSchema(_Form):
    """In which group somebody is put."""

    number = WholeNumber(label=_("Number of the group"), least=1, most=MOST_GROUPS)


class PlanSchema(_Form):
    """What the page of a plan carries along."""

    size = size_field()
    """What was asked when the plan was made; it is stored when the plan is confirmed."""
    way = fields.Enum(Way, by_value=True)
    seen = fields.String(load_default="")
    """The mark of the plan that the page showed."""


def load_plan(form: MultiDict[str, str]) -> Mapping[str, Any]:
    """Return what the page of a plan carries along; what it does not is not there.

    :raises ValidationError: when no page of ours sends it.
    """
    found: Mapping[str, Any] = PlanSchema(partial=("size",)).load(form)
    return found


class PageSchema(_Form):
    """Which page of a list."""

    page = fields.Integer(load_default=1, validate=validate.Range(1, 100_000))
