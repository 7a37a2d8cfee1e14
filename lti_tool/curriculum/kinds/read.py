"""Reading: a text, and nothing else."""

from __future__ import annotations

from lti_tool.curriculum.kinds.registry import StepKind
from lti_tool.curriculum.schemas import StepSchema
from lti_tool.web.languages import lazy_gettext as _


class ReadSchema(StepSchema):
    """A text to read."""


KIND = StepKind("read", _("Reading"), ReadSchema)
