"""Practice: cards to sort or lines to judge. What somebody chooses stays on the page: it is not sent, nor kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from lti_tool.curriculum.kinds.registry import StepKind
from lti_tool.curriculum.schemas import StepSchema, both, name_rule, no_id_twice
from lti_tool.web.languages import lazy_gettext as _

if TYPE_CHECKING:
    from lti_tool.curriculum.words import Words


class OptionSchema(Schema):
    """Where a card can go."""

    id = fields.String(required=True, validate=name_rule)
    name = both()


class SortingCardSchema(Schema):
    """A card, where we would put it, and why."""

    text = both()
    fits = fields.List(fields.String(), required=True, validate=validate.Length(min=1))
    reason = both()


class SortingSchema(Schema):
    """Cards to sort."""

    question = both()
    options = fields.List(
        fields.Nested(OptionSchema),
        required=True,
        validate=[validate.Length(min=2, max=4, error="must hold two to four"), no_id_twice],
    )
    cards = fields.List(fields.Nested(SortingCardSchema), required=True, validate=validate.Length(min=1))

    @validates_schema(skip_on_field_errors=True)
    def check_fits(self, sorting: dict[str, Any], **_kwargs: Any) -> None:
        """Ask that every card goes where it can go."""
        known = {option["id"] for option in sorting["options"]}
        for index, card in enumerate(sorting["cards"]):
            if unknown := [name for name in card["fits"] if name not in known]:
                message = f"names “{unknown[0]}”, which is none of the options"
                raise ValidationError({"cards": {index: {"fits": [message]}}})


class PracticeSchema(StepSchema):
    """A text, and cards to sort."""

    needs_text = StepSchema.needs_text - {"written"}
    may_have_text = StepSchema.may_have_text - {"written"}
    sorting = fields.Nested(SortingSchema, required=True)


@dataclass(frozen=True)
class SortingCard:
    """A card, in one language."""

    text: str
    fits: tuple[str, ...]
    """The names of the options that we thought of."""
    reason: str


@dataclass(frozen=True)
class Sorting:
    """Cards to sort, in one language."""

    question: str
    options: tuple[str, ...]
    cards: tuple[SortingCard, ...]


def _build(step: dict[str, Any], words: Words) -> Sorting:
    sorting = step["sorting"]
    names = {option["id"]: words.say(option["name"]) for option in sorting["options"]}
    cards = tuple(
        SortingCard(words.say(card["text"]), tuple(names[name] for name in card["fits"]), words.say(card["reason"]))
        for card in sorting["cards"]
    )
    return Sorting(words.say(sorting["question"]), tuple(names.values()), cards)


KIND = StepKind(
    "practice",
    _("Practice"),
    PracticeSchema,
    build=_build,
    template="curriculum/kinds/practice.html",
    written_template="curriculum/kinds/practice_written.html",
)
