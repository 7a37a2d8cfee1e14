"""What the forms of this room must hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from marshmallow import EXCLUDE, Schema, fields, validate

from lti_tool.kernel.ids import ID_LENGTH
from lti_tool.notes.step import LONGEST_NOTE
from lti_tool.web.forms import TypedText

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lti_tool.curriculum.line import AidPart
    from lti_tool.notes.step import Prompt

LONGEST_ANSWER = 1000
_ID = validate.Regexp(rf"[a-z2-7]{{{ID_LENGTH}}}\Z")
_PROMPT = validate.Regexp(r"[a-z0-9-]{1,20}\Z")


class _Form(Schema):
    class Meta:
        """The form token is checked at the gate."""

        unknown = EXCLUDE


class ThenSchema(_Form):
    """What a press in a private step is for, beside keeping what was typed."""

    withdraw = fields.String(load_default="", validate=_ID)
    """The note whose share is taken back."""
    share = fields.String(load_default="", validate=_PROMPT)
    """The question whose note may be shared: the next page asks with whom."""
    erase = fields.String(load_default="", validate=_PROMPT)
    """The question whose note is to be erased: the next page asks once."""
    by_script = fields.Boolean(load_default=False)


class ChoiceSchema(_Form):
    """Who may read a note."""

    audience = fields.String(load_default="")
    seen = fields.String(load_default="")
    """The mark of the people who were shown."""
    knows = fields.Boolean(load_default=False, truthy={"yes"}, falsy={""})
    """Whether they said that they read what a teacher can keep to themselves (SHR-11)."""


def writing_form(asked: Iterable[Prompt]) -> Schema:
    """Return the schema of the fields of a private step; each may be left empty."""
    return _Form.from_dict(
        {field_name(one.id): TypedText(label=one.ask, most=min(one.most, LONGEST_NOTE), lines=True) for one in asked}
    )()


def aid_form(parts: Iterable[AidPart]) -> Schema:
    """Return the schema of the fields of the decision aid; each may be left empty."""
    return _Form.from_dict(
        {field_name(part.id): TypedText(label=part.title, most=LONGEST_ANSWER, lines=True) for part in parts}
    )()


def field_name(prompt_id: str) -> str:
    """Return what the field of a question is called in its form."""
    return f"text-{prompt_id}"


def seen_name(prompt_id: str) -> str:
    """Return what the mark of a field, as the page showed it, is called in the form."""
    return f"seen-{prompt_id}"
