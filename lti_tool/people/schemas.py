"""What the forms of this floor must hold."""

from __future__ import annotations

from marshmallow import EXCLUDE, Schema, fields, validate

from lti_tool.web.access import OWN_PATH
from lti_tool.web.languages import LANGUAGES


class LanguageSchema(Schema):
    """The form in the foot of every page."""

    class Meta:
        """The form token is checked at the gate."""

        unknown = EXCLUDE

    language = fields.String(required=True, validate=validate.OneOf(LANGUAGES))
    back = fields.String(load_default="/", validate=validate.Regexp(OWN_PATH))
