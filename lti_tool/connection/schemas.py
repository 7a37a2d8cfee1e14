"""What the forms of the administrator's pages must hold."""

from __future__ import annotations

from marshmallow import EXCLUDE, Schema, fields, validate

from lti_tool.lti.schemas import PlainText


class DeploymentSchema(Schema):
    """The press that lets a waiting deployment in, or takes it off the list."""

    class Meta:
        """Ours alone; but an old page may be open in somebody's browser."""

        unknown = EXCLUDE

    deployment_id = PlainText(required=True, blank=False)
    answer = fields.String(load_default="yes", validate=validate.OneOf(["yes", "no"]))
