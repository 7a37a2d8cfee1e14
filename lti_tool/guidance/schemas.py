"""What the forms of this room must hold."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields

from lti_tool.guidance.policy import LONGEST_WORD

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

_AS_SENT = re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})")
"""A day as browsers send it."""
_AS_WRITTEN = re.compile(r"(?P<day>\d{1,2})[-\u2011/. ](?P<month>\d{1,2})[-\u2011/. ](?P<year>\d{4})")
"""A day as people in the Netherlands write it; also with the hyphens of our own example."""


class Fault(StrEnum):
    """What is wrong with a field; the page finds the words."""

    MISSING = "missing"
    NOT_A_DAY = "not_a_day"
    PASSED = "passed"
    TOO_FAR = "too_far"
    TOO_LONG = "too_long"
    TOO_MANY = "too_many"


def read_day(text: str) -> date | None:
    """Read a day as somebody typed it; None for what is none."""
    found = _AS_SENT.fullmatch(text.strip()) or _AS_WRITTEN.fullmatch(text.strip())
    if found is None:
        return None
    try:
        return date(*(int(found[part]) for part in ("year", "month", "day")))
    except ValueError:
        return None


class Day(fields.Field[date]):
    """A day between two days, both of them allowed."""

    def __init__(self, first: date, last: date, **kwargs: Any) -> None:
        super().__init__(error_messages={"required": Fault.MISSING.value}, **kwargs)
        self._first, self._last = first, last

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> date:
        del attr, data, kwargs
        text = str(value).strip()
        day = read_day(text)
        if not text:
            raise ValidationError(Fault.MISSING.value)
        if day is None:
            raise ValidationError(Fault.NOT_A_DAY.value)
        if day < self._first:
            raise ValidationError(Fault.PASSED.value)
        if day > self._last:
            raise ValidationError(Fault.TOO_FAR.value)
        return day


class Word(fields.String):
    """One short word or two, on one line."""

    def __init__(self) -> None:
        super().__init__(required=True, error_messages={"required": Fault.MISSING.value})

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        plain = "".join(" " if unicodedata.category(char) == "Cc" else char for char in text)
        word = " ".join(plain.split())
        if not word:
            raise ValidationError(Fault.MISSING.value)
        if len(word) > LONGEST_WORD:
            raise ValidationError(Fault.TOO_LONG.value)
        return word


class _Form(Schema):
    class Meta:
        """The form token is checked at the gate."""

        unknown = EXCLUDE


def days_schema(names: list[str], first: date, last: date) -> Schema:
    """Return a schema for fields that each hold a day between two days."""
    return _Form.from_dict({name: Day(first, last, required=True) for name in names})()


def reminder_schema(first: date, last: date) -> Schema:
    """Return the schema of a reminder: a word, and a day between two days."""
    return _Form.from_dict({"word": Word(), "day": Day(first, last, required=True)})()


def day_field(unit_id: str) -> str:
    """Return the name of the field with the day on which a unit opens."""
    return f"opens-{unit_id}"


def shown_field(unit_id: str) -> str:
    """Return the name of the hidden field that tells what the page showed for a unit."""
    return f"shown-{unit_id}"


def load_unit_days(
    form: Mapping[str, str], unit_ids: Collection[str], first: date, last: date
) -> dict[str, date | None]:
    """Return for each unit whose day was changed its new one; None for a unit that opens at once.

    Only what somebody changed is changed: a colleague may have chosen days since the page was opened.

    :raises ValidationError: when a day is none, or out of bounds.
    """
    shown = {unit_id: form.get(shown_field(unit_id), "") for unit_id in unit_ids}
    typed = {unit_id: form.get(day_field(unit_id), shown[unit_id]).strip() for unit_id in unit_ids}
    changed = {unit_id: text for unit_id, text in typed.items() if text != shown[unit_id]}
    days = {day_field(unit_id): text for unit_id, text in changed.items() if text}
    found = days_schema(list(days), first, last).load(days)
    changes = {unit_id: found.get(day_field(unit_id)) for unit_id in changed}
    if form.get("now") in shown:
        changes[form["now"]] = None
    return changes


def faults_of(error: ValidationError) -> dict[str, str]:
    """Return for each field that is wrong what is wrong with it."""
    return {name: str(messages[0]) for name, messages in error.messages_dict.items()}
