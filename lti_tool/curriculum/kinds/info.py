"""A signpost: cards to open one by one, and the places to go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from marshmallow import Schema, ValidationError, fields, validates_schema

from lti_tool.curriculum.kinds.registry import StepKind
from lti_tool.curriculum.schemas import StepSchema, both, one_of, stands_before
from lti_tool.web.languages import lazy_gettext as _

if TYPE_CHECKING:
    from lti_tool.curriculum.words import Words


class SignpostCardSchema(Schema):
    """A card to open."""

    title = both()
    text = both()


class InfoSchema(StepSchema):
    """A text, cards, and the places to go."""

    contacts = fields.String(required=True, validate=one_of(("all", "none")))
    cards = fields.List(fields.Nested(SignpostCardSchema), load_default=list)

    @validates_schema(skip_on_field_errors=True)
    def check_way_to_contacts(self, step: dict[str, Any], **_kwargs: Any) -> None:
        """Ask that no page stands between somebody and the places to go (GRP-5)."""
        if step["contacts"] == "all" and stands_before(step["notice"]):
            message = "cannot be all behind a notice: nothing stands before the places to go"
            raise ValidationError(message, "contacts")


@dataclass(frozen=True)
class SignpostCard:
    """A card, in one language."""

    title: str
    html: str


@dataclass(frozen=True)
class Signpost:
    """What is a signpost's own."""

    cards: tuple[SignpostCard, ...]
    shows_contacts: bool


def _build(step: dict[str, Any], words: Words) -> Signpost:
    cards = tuple(SignpostCard(words.say(card["title"]), words.render(card["text"])) for card in step["cards"])
    return Signpost(cards, step["contacts"] == "all")


KIND = StepKind("info", _("Signpost"), InfoSchema, build=_build, template="curriculum/kinds/info.html")
