"""What the forms and addresses of this room must hold."""

from __future__ import annotations

from marshmallow import EXCLUDE, Schema, fields, validate


class DoneSchema(Schema):
    """The press at the end of a step."""

    class Meta:
        """The form token is checked at the gate."""

        unknown = EXCLUDE

    done = fields.String(required=True, validate=validate.OneOf(["yes", "no"]))


class BoardSchema(Schema):
    """Which board: of which part, whose groups, as what, and which page of it."""

    class Meta:
        """Other parameters mean nothing here."""

        unknown = EXCLUDE

    part = fields.Integer(load_default=None, validate=validate.Range(1, 1000))
    mine = fields.String(load_default=None, validate=validate.Equal("1"))
    # "as" is a word of Python's own.
    as_ = fields.String(load_default=None, data_key="as", attribute="as", validate=validate.Equal("table"))
    page = fields.Integer(load_default=1, validate=validate.Range(1, 100_000))
