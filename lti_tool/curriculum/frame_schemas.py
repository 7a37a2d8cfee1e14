"""What the files must hold that all steps share: topics, words, sentences, pages, contacts, and the teachers' texts."""

from __future__ import annotations

from datetime import date
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from lti_tool.curriculum.schemas import (
    MOST_INTENSITY,
    BothSchema,
    ContentId,
    Text,
    both,
    name_rule,
    no_id_twice,
    short_name_rule,
    whole,
)

WAYS = ("whole", "summary", "written", "fictional", "observer", "talk", "together", "later")
"""The choices before a step, in the order in which they are offered."""
GUIDANCE_PAGES = ("before-the-first-class", "when-a-student-tells", "always", "your-own-experience")
PAGES = ("safety", "accessibility", "who-sees-what", "teacher-duties", "concern")
"""The pages that work without a session and without a database."""


class Day(fields.Field[date]):
    """A day, as YAML reads one that is written 2026-11-20 without quotation marks."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> date:
        del attr, data, kwargs
        if type(value) is not date:
            message = "must be a day such as 2026-11-20, without quotation marks"
            raise ValidationError(message)
        return value


class TopicSchema(Schema):
    """One topic of content notices."""

    id = fields.String(required=True, validate=name_rule)
    name = both()
    most_in_year_1 = fields.Integer(
        load_default=MOST_INTENSITY,
        strict=True,
        validate=validate.Range(0, MOST_INTENSITY, error=f"must be 0 to {MOST_INTENSITY}"),
    )
    """How near a step of year 1 may come to it (NOT-2, product outline section 3)."""


class TopicsSchema(Schema):
    """``topics.yaml``: the fixed list."""

    topics = fields.List(fields.Nested(TopicSchema), required=True, validate=no_id_twice)


class TermSchema(Schema):
    """A word of the glossary."""

    id = fields.String(required=True, validate=name_rule)
    name = both()
    meaning = both()


class GlossarySchema(Schema):
    """``glossary.yaml``: the words that are explained beside a text."""

    terms = fields.List(fields.Nested(TermSchema), required=True, validate=no_id_twice)


class ChoiceSchema(Schema):
    """One of the ways on from a notice, as it is offered."""

    title = both()
    line = both()


class WaysSchema(Schema):
    """Every way there can be."""

    whole = fields.Nested(ChoiceSchema, required=True)
    summary = fields.Nested(ChoiceSchema, required=True)
    written = fields.Nested(ChoiceSchema, required=True)
    fictional = fields.Nested(ChoiceSchema, required=True)
    observer = fields.Nested(ChoiceSchema, required=True)
    talk = fields.Nested(ChoiceSchema, required=True)
    together = fields.Nested(ChoiceSchema, required=True)
    later = fields.Nested(ChoiceSchema, required=True)


class ClosingPartSchema(Schema):
    """A short part of a closing step (product outline 3.6)."""

    id = fields.String(required=True, validate=name_rule)
    title = both()
    minutes = whole(1, 15)
    text = both()


class ClosingSchema(Schema):
    """What closing steps choose from, and how each of them ends."""

    end = both()
    parts = fields.List(fields.Nested(ClosingPartSchema), required=True, validate=[validate.Length(min=1), no_id_twice])


class FrameSchema(Schema):
    """``frame.yaml``: the sentences that come back in every unit."""

    opening = both()
    intensity = fields.List(
        fields.Nested(BothSchema),
        required=True,
        validate=validate.Length(equal=4, error="must hold four sentences, for intensity 0 to 3"),
    )
    people = both()
    ways = fields.Nested(WaysSchema, required=True)
    talk = both()
    together = both()
    closing = fields.Nested(ClosingSchema, required=True)


class GuidancePageSchema(Schema):
    """``guidance/<page>/page.yaml``: a page for teachers."""

    id = ContentId()
    title = both()
    lead = both()
    sources = fields.List(Text(), required=True)
    to_check = fields.List(fields.Nested(BothSchema), load_default=list)


class ChecklistItemSchema(Schema):
    """Something a teacher does before a class opens."""

    id = ContentId()
    title = both()
    text = both()


class ChecklistSchema(Schema):
    """``guidance/checklist.yaml``."""

    items = fields.List(fields.Nested(ChecklistItemSchema), required=True, validate=validate.Length(min=1))


class PlannerQuestionSchema(Schema):
    """A question to a teacher who thinks of telling something of their own."""

    id = fields.String(required=True, validate=name_rule)
    title = both()
    hint = both()


class PlannerSchema(Schema):
    """``guidance/planner.yaml``."""

    lead = both()
    questions = fields.List(
        fields.Nested(PlannerQuestionSchema), required=True, validate=[validate.Length(min=1), no_id_twice]
    )


_AT_MOST_EIGHT = validate.Length(max=8, error="must hold at most eight")


class AidPartSchema(Schema):
    """A part of the decision aid: questions, points to hold it against, and where they lead."""

    id = fields.String(required=True, validate=short_name_rule)
    title = both()
    condition = both(required=False)
    """The condition behind it, where it is one of the five."""
    questions = fields.List(fields.Nested(BothSchema), load_default=list, validate=_AT_MOST_EIGHT)
    points = fields.List(fields.Nested(BothSchema), load_default=list, validate=_AT_MOST_EIGHT)
    ordered = fields.Boolean(load_default=False, truthy={True}, falsy={False})
    """Whether the points are rungs, from 0 on."""
    then = both(required=False)


class DecisionAidSchema(Schema):
    """``decision-aid.yaml``: whether, what, when, how, to whom (product outline 3.4)."""

    lead = both()
    """That not telling is a full choice: it comes first."""
    parts = fields.List(
        fields.Nested(AidPartSchema),
        required=True,
        validate=[validate.Length(1, 12, error="must hold one to twelve"), no_id_twice],
    )
    sources = fields.List(Text(), required=True)
    to_check = fields.List(fields.Nested(BothSchema), load_default=list)


class PageSchema(Schema):
    """``pages/<page>/page.yaml``: a page that works without a session."""

    title = both()
    lead = both()
    to_check = fields.List(fields.Nested(BothSchema), load_default=list)


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
    checked_on = Day(required=True)
    """When somebody last read this in the source."""
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

    @validates_schema(skip_on_field_errors=True)
    def check_places(self, found: dict[str, Any], **_kwargs: Any) -> None:
        """Ask for a card at the foot of every page, and for one beside every field where somebody writes."""
        if not any(contact["every_page"] for contact in found["contacts"]):
            message = "needs a card with every_page: true, for the foot of every page"
            raise ValidationError(message, "contacts")
        if not any("brief" in contact for contact in found["contacts"]):
            message = "needs a card with brief, to stand beside every field where somebody writes"
            raise ValidationError(message, "contacts")
