"""A meeting of the whole class: what happens in it, and how long each part takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from lti_tool.curriculum.kinds.registry import StepKind
from lti_tool.curriculum.schemas import StepSchema, both, whole
from lti_tool.web.languages import lazy_gettext as _

if TYPE_CHECKING:
    from lti_tool.curriculum.words import Words


class MeetingPartSchema(Schema):
    """A part of a meeting."""

    minutes = whole(1, 120)
    what = both()


class PlenarySchema(StepSchema):
    """A text, and the programme of the meeting."""

    programme = fields.List(fields.Nested(MeetingPartSchema), required=True, validate=validate.Length(min=1))

    @validates_schema(skip_on_field_errors=True)
    def check_minutes(self, step: dict[str, Any], **_kwargs: Any) -> None:
        """Ask that the parts fit in the step."""
        total = sum(part["minutes"] for part in step["programme"])
        if total > step["minutes"]:
            message = f"takes {total} minutes together, and the step {step['minutes']}"
            raise ValidationError(message, "programme")


@dataclass(frozen=True)
class MeetingPart:
    """A part of a meeting, in one language."""

    minutes: int
    what: str


def _build(step: dict[str, Any], words: Words) -> tuple[MeetingPart, ...]:
    return tuple(MeetingPart(part["minutes"], words.say(part["what"])) for part in step["programme"])


KIND = StepKind("plenary", _("Meeting"), PlenarySchema, build=_build, template="curriculum/kinds/plenary.html")
