"""The step kind of private writing: questions, and for each of them the same one about somebody who is made up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from lti_tool.curriculum.schemas import StepSchema, both, no_id_twice, short_name_rule

if TYPE_CHECKING:
    from lti_tool.curriculum.line import Step
    from lti_tool.curriculum.words import Words

MOST_PROMPTS = 6
LONGEST_NOTE = 8000
LONGEST_TOGETHER = 20_000
"""Characters, of all fields of a step: in any script they must fit in one request (see ``MOST_BYTES`` of the app)."""
_USUAL_LINES = 6
_USUAL_CHARACTERS = 4000


class PromptSchema(Schema):
    """A question to think about, or to write about for oneself."""

    id = fields.String(required=True, validate=short_name_rule)
    ask = both()
    twin = both()
    """The same question about the made-up person, to be answered in the same field: nobody can tell which (NOT-8)."""
    hint = both(required=False)
    lines = fields.Integer(
        load_default=_USUAL_LINES, strict=True, validate=validate.Range(2, 20, error="must be 2 to 20")
    )
    most = fields.Integer(
        load_default=_USUAL_CHARACTERS,
        strict=True,
        validate=validate.Range(200, LONGEST_NOTE, error=f"must be 200 to {LONGEST_NOTE}"),
    )


class PrivateSchema(StepSchema):
    """A text, and questions that a student may answer for nobody."""

    needs_text = StepSchema.needs_text - {"fictional"}
    may_have_text = StepSchema.may_have_text - {"fictional"}
    person = both()
    """Who the made-up person is."""
    prompts = fields.List(
        fields.Nested(PromptSchema),
        required=True,
        validate=[validate.Length(min=1, max=MOST_PROMPTS, error=f"must hold one to {MOST_PROMPTS}"), no_id_twice],
    )

    @validates_schema(skip_on_field_errors=True)
    def check_twin(self, step: dict[str, Any], **_kwargs: Any) -> None:
        """Ask that the way for somebody made up is offered: it stands beside every question."""
        if all(one["kind"] != "fictional" for one in step["alternatives"]):
            message = "must hold fictional: the questions about the made-up person are that way"
            raise ValidationError(message, "alternatives")

    @validates_schema(skip_on_field_errors=True)
    def check_together(self, step: dict[str, Any], **_kwargs: Any) -> None:
        """Ask that all fields, filled to the brim, can be sent at once: nothing typed may be lost."""
        if sum(one["most"] for one in step["prompts"]) > LONGEST_TOGETHER:
            message = f"may hold at most {LONGEST_TOGETHER} characters together: give some of them a lower most"
            raise ValidationError(message, "prompts")


@dataclass(frozen=True)
class Prompt:
    """A question, in one language."""

    id: str
    ask: str
    twin: str
    hint: str | None
    lines: int
    most: int


@dataclass(frozen=True)
class Writing:
    """What there is to write about in a step."""

    person: str
    prompts: tuple[Prompt, ...]

    def find(self, prompt_id: str) -> Prompt | None:
        """Find a question by its id."""
        return next((one for one in self.prompts if one.id == prompt_id), None)


def build_writing(step: dict[str, Any], words: Words) -> Writing:
    """Make what is a private step's own, in one language, from a step as its schema loaded it."""
    say = words.say
    return Writing(
        say(step["person"]),
        tuple(
            Prompt(
                one["id"],
                say(one["ask"]),
                say(one["twin"]),
                say(one["hint"]) if "hint" in one else None,
                one["lines"],
                one["most"],
            )
            for one in step["prompts"]
        ),
    )


def writing_of(step: Step) -> Writing | None:
    """Return what there is to write about in a step; None for a step of another kind."""
    return step.own if isinstance(step.own, Writing) else None
