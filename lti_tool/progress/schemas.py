"""What the forms and addresses of this room must hold."""

from __future__ import annotations

from marshmallow import EXCLUDE, Schema, fields, validate


class DoneSchema(Schema):
    """The press at the end of a step."""

    class Meta:
        """The form token is checked at the gate."""

        unknown = EXCLUDE

    done = fields.String(required=True, validate=validate.OneOf(["yes", "no"]))


class PageSchema(Schema):
    """Which page of a list."""

    class Meta:
        """Other parameters mean nothing here."""

        unknown = EXCLUDE

    page = fields.Integer(load_default=1, validate=validate.Range(1, 100_000))
