"""The step kind of a group: who does what, in which rounds, and what the group makes or agrees on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from lti_tool.curriculum.schemas import StepSchema, both, name_rule, no_id_twice, whole

if TYPE_CHECKING:
    from lti_tool.curriculum.line import Step
    from lti_tool.curriculum.words import Words

MOST_FIELDS = 8
MOST_CHARACTERS = 2000
"""Of a field; a group writes lines here, no essay."""
MOST_ROLES = 5
_USUAL_CHARACTERS = 1000
_USUAL_LINES = 4


class RoleSchema(Schema):
    """What one member of the group does."""

    name = both()
    what = both()


class RoundSchema(Schema):
    """A part of the assignment that has its time."""

    minutes = whole(1, 60)
    what = both()


class FieldSchema(Schema):
    """A field that the group fills in together."""

    id = fields.String(required=True, validate=validate.And(name_rule, validate.Length(max=20)))
    label = both()
    hint = both(required=False)
    lines = fields.Integer(load_default=_USUAL_LINES, strict=True, validate=validate.Range(1, 12))
    most = fields.Integer(
        load_default=_USUAL_CHARACTERS,
        strict=True,
        validate=validate.Range(50, MOST_CHARACTERS, error=f"must be 50 to {MOST_CHARACTERS}"),
    )


class ProductSchema(Schema):
    """What the group hands in. It is about the task, and never about a member (product outline 3.2)."""

    # The schema itself has an attribute of the name that a writer uses.
    fields_ = fields.List(
        fields.Nested(FieldSchema),
        data_key="fields",
        attribute="fields",
        required=True,
        validate=[validate.Length(min=1, max=MOST_FIELDS, error=f"must hold one to {MOST_FIELDS}"), no_id_twice],
    )


class AgreementCardSchema(Schema):
    """An agreement that a group can choose."""

    id = fields.String(required=True, validate=validate.And(name_rule, validate.Length(max=20)))
    text = both()


class AgreementsSchema(Schema):
    """What a group can agree on; it can add lines of its own."""

    cards = fields.List(
        fields.Nested(AgreementCardSchema), required=True, validate=[validate.Length(min=1, max=20), no_id_twice]
    )


class GroupSchema(StepSchema):
    """A text, and what a group does with it."""

    roles = fields.List(fields.Nested(RoleSchema), load_default=list, validate=validate.Length(max=MOST_ROLES))
    rotates = fields.Boolean(load_default=False, truthy={True}, falsy={False})
    """Whether everybody has another role in each round."""
    rounds = fields.List(fields.Nested(RoundSchema), load_default=list, validate=validate.Length(max=12))
    product = fields.Nested(ProductSchema, load_default=None)
    agreements = fields.Nested(AgreementsSchema, load_default=None)

    @validates_schema(skip_on_field_errors=True)
    def check_rounds(self, step: dict[str, Any], **_kwargs: Any) -> None:
        """Ask that the rounds fit in the step, and that roles that rotate have rounds to do so in."""
        total = sum(one["minutes"] for one in step["rounds"])
        if total > step["minutes"]:
            message = f"take {total} minutes together, and the step {step['minutes']}"
            raise ValidationError(message, "rounds")
        if step["rotates"] and not (step["roles"] and step["rounds"]):
            message = "needs roles and rounds"
            raise ValidationError(message, "rotates")
        if step["product"] and step["agreements"]:
            message = "cannot stand beside a product: a group agrees, or makes something"
            raise ValidationError(message, "agreements")


@dataclass(frozen=True)
class GroupRole:
    """What one member of the group does, in one language."""

    name: str
    what: str


@dataclass(frozen=True)
class Round:
    """A part of the assignment that has its time, in one language."""

    minutes: int
    what: str


@dataclass(frozen=True)
class ProductField:
    """A field that the group fills in together, in one language."""

    id: str
    label: str
    hint: str | None
    lines: int
    most: int


@dataclass(frozen=True)
class AgreementCard:
    """An agreement that a group can choose, in one language."""

    id: str
    text: str


@dataclass(frozen=True)
class Assignment:
    """What is the group's own in a step."""

    roles: tuple[GroupRole, ...]
    rotates: bool
    rounds: tuple[Round, ...]
    fields: tuple[ProductField, ...]
    """Of what the group hands in; none where it hands in nothing."""
    cards: tuple[AgreementCard, ...]
    """Of the agreements; none where the group does not agree on anything."""


def build_assignment(step: dict[str, Any], words: Words) -> Assignment:
    """Make what is the group's own in a step, in one language, from a step as its schema loaded it."""
    say = words.say
    made, agreed = step["product"] or {"fields": []}, step["agreements"] or {"cards": []}
    return Assignment(
        roles=tuple(GroupRole(say(role["name"]), say(role["what"])) for role in step["roles"]),
        rotates=step["rotates"],
        rounds=tuple(Round(one["minutes"], say(one["what"])) for one in step["rounds"]),
        fields=tuple(
            ProductField(
                one["id"],
                say(one["label"]),
                say(one["hint"]) if "hint" in one else None,
                one["lines"],
                one["most"],
            )
            for one in made["fields"]
        ),
        cards=tuple(AgreementCard(card["id"], say(card["text"])) for card in agreed["cards"]),
    )


def assignment_of(step: Step) -> Assignment | None:
    """Return what is the group's own in a step; None for a step of another kind."""
    return step.own if isinstance(step.own, Assignment) else None
