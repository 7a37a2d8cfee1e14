"""What the forms of the administrator's pages must hold."""

from __future__ import annotations

from marshmallow import EXCLUDE, Schema

from lti_tool.lti.schemas import PlainText


class DeploymentSchema(Schema):
    """The press that lets a deployment in."""

    class Meta:
        """Ours alone; but an old page may be open in somebody's browser."""

        unknown = EXCLUDE

    deployment_id = PlainText(required=True, blank=False)
