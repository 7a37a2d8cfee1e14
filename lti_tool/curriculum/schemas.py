"""What content files must hold. ``modules/README.md`` tells the same to writers, field by field."""

from __future__ import annotations

import re
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

CLOTHS = ("weld", "woad", "madder", "green", "heather", "apricot", "walnut", "gall", "linen")
GESTURES = (
    "three-sources", "our-group", "my-backpack", "listening", "signals", "near-far", "limits", "team", "back-and-on",
)  # fmt: skip
ALTERNATIVES = ("later", "summary", "written", "observer", "fictional", "talk")
MOST_INTENSITY = 3
NEEDS_ALTERNATIVE = 2
FIRST_YEAR_LIMITS = {"sexual-violence": 1, "suicide-mentioned": 1}
"""How near a step of year 1 may come to these topics (NOT-2, product outline section 3)."""

FOLDER = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\Z")
_Folder = validate.Regexp(FOLDER, error="must be small letters, digits and hyphens")


def _one_of(choices: tuple[str, ...]) -> validate.OneOf:
    return validate.OneOf(choices, error="must be one of: " + ", ".join(choices))


class ContentId(fields.String):
    """Eight random characters: it stands in addresses, and must say nothing."""

    def __init__(self, **kwargs: Any) -> None:
        rule = validate.Regexp(r"[a-z2-7]{8}\Z", error="must be eight characters from a-z and 2-7")
        super().__init__(required=True, validate=rule, **kwargs)


class Text(fields.String):
    """Text that is there."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs).strip()
        if not text:
            message = "is empty"
            raise ValidationError(message)
        return text


class BothSchema(Schema):
    """A text in both languages (OPS-4)."""

    nl = Text(required=True)
    en = Text(required=True)


def both(*, required: bool = True) -> fields.Nested:
    """Return a field that holds a text in both languages."""
    return fields.Nested(BothSchema, required=required)


class LineSchema(Schema):
    """``learning-line.yaml``."""

    id = ContentId()
    title = both()
    modules = fields.List(
        fields.String(validate=_Folder),
        required=True,
        validate=validate.Length(equal=1, error="must name one year; the tool shows no more than one yet"),
    )


class ModuleSchema(Schema):
    """``module.yaml``: one year."""

    id = ContentId()
    number = fields.Integer(required=True, strict=True, validate=validate.Range(1, 4, error="must be 1 to 4"))
    title = both()
    lead = both()
    units = fields.List(fields.String(validate=_Folder), required=True, validate=validate.Length(min=1))


class UnitSchema(Schema):
    """``unit.yaml``: one part of a year."""

    id = ContentId()
    number = fields.Integer(required=True, strict=True, validate=validate.Range(1, 20, error="must be 1 to 20"))
    title = both()
    lead = both()
    cloth = fields.String(required=True, validate=_one_of(CLOTHS))
    gesture = fields.String(required=True, validate=_one_of(GESTURES))
    steps = fields.List(fields.String(validate=_Folder), required=True, validate=validate.Length(min=1))


class NoticeSchema(Schema):
    """What a step is about, for who wants to know before (NOT-1, NOT-2)."""

    topics = fields.List(fields.String(), required=True)
    intensity = fields.Integer(
        required=True, strict=True, validate=validate.Range(0, MOST_INTENSITY, error="must be 0 to 3")
    )


class AlternativeSchema(Schema):
    """Another way through a step, worth the same."""

    kind = fields.String(required=True, validate=_one_of(ALTERNATIVES))
    text = both(required=False)


class TermSchema(Schema):
    """A word of the glossary."""

    id = fields.String(required=True, validate=_Folder)
    name = both()
    meaning = both()


class StepSchema(Schema):
    """``step.yaml``, as far as it is the same for every kind of step. A kind adds fields of its own."""

    id = ContentId()
    number = fields.Integer(required=True, strict=True, validate=validate.Range(1, 30, error="must be 1 to 30"))
    kind = fields.String(required=True)
    minutes = fields.Integer(required=True, strict=True, validate=validate.Range(1, 120, error="must be 1 to 120"))
    title = both()
    aim = both()
    place = both()
    notice = fields.Nested(NoticeSchema, required=True)
    alternatives = fields.List(fields.Nested(AlternativeSchema), required=True)
    terms = fields.List(fields.Nested(TermSchema), load_default=list)
    sources = fields.List(Text(), required=True)
    to_check = fields.List(fields.Nested(BothSchema), load_default=list)

    @validates_schema(skip_on_field_errors=True)
    def check_alternatives(self, step: dict[str, Any], **_kwargs: Any) -> None:
        """Ask for another way where something hard is described (NOT-2), and for the text of a summary."""
        if step["notice"]["intensity"] >= NEEDS_ALTERNATIVE and not step["alternatives"]:
            message = "needs an alternative at intensity 2 or 3"
            raise ValidationError(message, "alternatives")
        if step["notice"]["intensity"] > 0 and not step["notice"]["topics"]:
            message = "must be named when the intensity is above 0"
            raise ValidationError({"notice": {"topics": [message]}})
        for index, alternative in enumerate(step["alternatives"]):
            if (alternative["kind"] == "summary") != ("text" in alternative):
                message = "has a text when it is a summary, and only then"
                raise ValidationError({"alternatives": {index: [message]}})


class ReadSchema(StepSchema):
    """A text to read."""


class InfoSchema(StepSchema):
    """A text, and the places to go."""

    contacts = fields.String(required=True, validate=_one_of(("all",)))


class TopicSchema(Schema):
    """One topic of content notices."""

    id = fields.String(required=True, validate=_Folder)
    name = both()


class TopicsSchema(Schema):
    """``topics.yaml``: the fixed list."""

    topics = fields.List(fields.Nested(TopicSchema), required=True)


class ContactSchema(Schema):
    """A place to go."""

    id = ContentId()
    name = both()
    number = Text(load_default=None)
    tel = fields.String(load_default=None, validate=validate.Regexp(r"\+?\d{3,15}\Z", error="must be digits only"))
    web = fields.String(load_default=None, validate=validate.Regexp(r"https://[^\s]+\Z", error="must be https://…"))
    purpose = both()
    brief = both(required=False)
    expect = both()
    anonymous = both(required=False)
    languages = both(required=False)
    hours = both(required=False)
    every_page = fields.Boolean(required=True, truthy={True}, falsy={False})
    source = Text(required=True)
    to_check = fields.List(fields.Nested(BothSchema), load_default=list)

    @validates_schema(skip_on_field_errors=True)
    def check_route(self, contact: dict[str, Any], **_kwargs: Any) -> None:
        """Ask for a way to reach the contact."""
        if contact["number"] is None and contact["web"] is None:
            message = "needs a number or a web address"
            raise ValidationError(message, "number")
        if (contact["number"] is None) != (contact["tel"] is None):
            message = "goes with number: give both or neither"
            raise ValidationError(message, "tel")


class ContactsSchema(Schema):
    """``contacts.yaml``."""

    contacts = fields.List(fields.Nested(ContactSchema), required=True, validate=validate.Length(min=1))
