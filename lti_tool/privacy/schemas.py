"""What the forms of this room must hold."""

from __future__ import annotations

from marshmallow import EXCLUDE, Schema, fields, validate

from lti_tool.web.access import OWN_PATH


class ConsentSchema(Schema):
    """Whether somebody says yes to storing what they write; the box is never ticked beforehand (STO-11)."""

    class Meta:
        """The form token is checked at the gate."""

        unknown = EXCLUDE

    agrees = fields.Boolean(load_default=False, truthy={"yes"}, falsy={""})
    back = fields.String(load_default="/", validate=validate.Regexp(OWN_PATH))
    """The page from which they came."""


class TakeAlongSchema(Schema):
    """In which form somebody takes along what is kept of them."""

    class Meta:
        """The form token is checked at the gate."""

        unknown = EXCLUDE

    form = fields.String(required=True, validate=validate.OneOf(["readable", "machine"]))
