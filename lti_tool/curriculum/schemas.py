"""What the files of a line must hold. ``modules/README.md`` tells the same to writers, field by field."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from lti_tool.curriculum.folders import FOLDER

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

CLOTHS = ("weld", "woad", "madder", "green", "heather", "apricot", "walnut", "gall", "linen")
GESTURES = (
    "three-sources", "our-group", "my-backpack", "listening", "signals", "near-far", "limits", "team", "back-and-on",
)  # fmt: skip
ALTERNATIVES = ("summary", "written", "fictional", "observer", "talk", "later")
"""Other ways through a step, in the order in which they are offered."""
MOST_INTENSITY = 3
NEEDS_NOTICE = 2
"""From here on a notice stands before the step, and there is another way through it (NOT-2, product outline 2.5)."""

FILE = re.compile(r"[a-z0-9]+([-.][a-z0-9]+)*\Z")
name_rule = validate.Regexp(FOLDER, error="must be small letters, digits and hyphens")
short_name_rule = validate.And(name_rule, validate.Length(max=20, error="must be at most 20 characters"))


def one_of(choices: Sequence[str]) -> validate.OneOf:
    """Return a rule that names what there is to choose from."""
    return validate.OneOf(choices, error="must be one of: " + ", ".join(choices))


def no_id_twice(found: list[dict[str, Any]]) -> None:
    """Ask that what has an id of its own has another than its neighbours."""
    ids = [one["id"] for one in found if "id" in one]
    if twice := [name for index, name in enumerate(ids) if name in ids[:index]]:
        message = f"holds the id “{twice[0]}” twice"
        raise ValidationError(message)


def whole(least: int, most: int) -> fields.Integer:
    """Return a field that holds a whole number in these bounds."""
    rule = validate.Range(least, most, error=f"must be {least} to {most}")
    return fields.Integer(required=True, strict=True, validate=rule)


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


class FilesSchema(Schema):
    """The name of a file in the step's folder, for each language."""

    nl = fields.String(required=True, validate=validate.Regexp(FILE, error="must be a plain file name in this folder"))
    en = fields.String(required=True, validate=validate.Regexp(FILE, error="must be a plain file name in this folder"))


class LineSchema(Schema):
    """``learning-line.yaml``."""

    id = ContentId()
    title = both()
    modules = fields.List(
        fields.String(validate=name_rule),
        required=True,
        validate=validate.Length(equal=1, error="must name one year; the tool shows no more than one yet"),
    )


class ModuleSchema(Schema):
    """``module.yaml``: one year."""

    id = ContentId()
    number = whole(1, 4)
    title = both()
    lead = both()
    units = fields.List(fields.String(validate=name_rule), required=True, validate=validate.Length(min=1))


class UnitSchema(Schema):
    """``unit.yaml``: one part of a year."""

    id = ContentId()
    number = whole(1, 20)
    title = both()
    lead = both()
    cloth = fields.String(required=True, validate=one_of(CLOTHS))
    gesture = fields.String(required=True, validate=one_of(GESTURES))
    steps = fields.List(fields.String(validate=name_rule), required=True, validate=validate.Length(min=1))


class NoticeSchema(Schema):
    """What a step is about, for who wants to know before (NOT-1, NOT-2)."""

    topics = fields.List(fields.String(), required=True)
    intensity = whole(0, MOST_INTENSITY)
    before = fields.Boolean(load_default=False, truthy={True}, falsy={False})
    """Whether the notice stands on a page of its own also where the intensity does not ask for it."""


def stands_before(notice: Mapping[str, Any]) -> bool:
    """Whether a notice stands on a page of its own, before anything of its step (NOT-3)."""
    return bool(notice["before"]) or notice["intensity"] >= NEEDS_NOTICE


class AlternativeSchema(Schema):
    """Another way through a step, worth the same."""

    kind = fields.String(required=True, validate=one_of(ALTERNATIVES))
    minutes = fields.Integer(load_default=None, strict=True, validate=validate.Range(1, 120, error="must be 1 to 120"))
    line = both(required=False)
    """One line of consequence below the choice, where the usual one does not do."""
    text = both(required=False)


class GuidanceSchema(Schema):
    """What a teacher reads beside a step (product outline 3.7)."""

    prepare = both()
    facilitate = both()
    touched = both()


class StepSchema(Schema):
    """``step.yaml``, as far as it is the same for every kind of step. A kind adds fields of its own."""

    id = ContentId()
    number = whole(1, 30)
    kind = fields.String(required=True)
    minutes = whole(1, 120)
    title = both()
    aim = both()
    place = both()
    people = both(required=False)
    """Who it is about, where the sentence of the frame does not do."""
    notice = fields.Nested(NoticeSchema, required=True)
    about_oneself = fields.Boolean(load_default=False, truthy={True}, falsy={False})
    """Whether it invites to think of an experience of one's own: then it has a fictional twin (NOT-8)."""
    alternatives = fields.List(fields.Nested(AlternativeSchema), required=True)
    prerequisites = fields.List(fields.String(), load_default=list)
    sources = fields.List(Text(), required=True)
    to_check = fields.List(fields.Nested(BothSchema), load_default=list)
    guidance = fields.Nested(GuidanceSchema, required=True)

    needs_text = frozenset({"summary", "written", "fictional", "observer"})
    """The alternatives that a writer writes; a kind that makes one of them by itself leaves it out."""
    may_have_text = needs_text | {"talk"}

    @validates_schema(skip_on_field_errors=True)
    def check_notice(self, step: dict[str, Any], **_kwargs: Any) -> None:
        """Ask for another way where something hard is described, for topics where some come up, and for a twin."""
        intensity, kinds = step["notice"]["intensity"], {one["kind"] for one in step["alternatives"]}
        # Doing it later is no way through it, and where a notice comes first it is always offered.
        if intensity >= NEEDS_NOTICE and not kinds - {"later"}:
            message = "needs an alternative at intensity 2 or 3, beside later"
            raise ValidationError(message, "alternatives")
        if intensity > 0 and not step["notice"]["topics"]:
            message = "must be named when the intensity is above 0"
            raise ValidationError({"notice": {"topics": [message]}})
        if intensity == 0 and step["notice"]["topics"]:
            message = "must be [] at intensity 0, or the intensity 1"
            raise ValidationError({"notice": {"topics": [message]}})
        if intensity == 0 and step["notice"]["before"]:
            message = "has nothing to say at intensity 0; leave it out"
            raise ValidationError({"notice": {"before": [message]}})
        if step["about_oneself"] and "fictional" not in kinds:
            message = "needs a fictional alternative, because the step is about oneself"
            raise ValidationError(message, "alternatives")

    @validates_schema(skip_on_field_errors=True)
    def check_people(self, step: dict[str, Any], **_kwargs: Any) -> None:
        """Ask who a step is about where its notice would say, untruly, that it is not about oneself."""
        if step["about_oneself"] and stands_before(step["notice"]) and "people" not in step:
            message = "is missing: say who the step is about, because it is about oneself and a notice comes first"
            raise ValidationError(message, "people")

    @validates_schema(skip_on_field_errors=True)
    def check_alternatives(self, step: dict[str, Any], **_kwargs: Any) -> None:
        """Ask for the text of each alternative that has one, and for each at most once."""
        met: set[str] = set()
        for index, alternative in enumerate(step["alternatives"]):
            kind = alternative["kind"]
            if kind in met:
                message = f"“{kind}” is there twice"
                raise ValidationError({"alternatives": {index: {"kind": [message]}}})
            met.add(kind)
            if kind in self.needs_text and "text" not in alternative:
                message = f"needs a text, because it is “{kind}”"
                raise ValidationError({"alternatives": {index: [message]}})
            if kind not in self.may_have_text and "text" in alternative:
                message = f"has no text, because “{kind}” makes its own"
                raise ValidationError({"alternatives": {index: [message]}})
