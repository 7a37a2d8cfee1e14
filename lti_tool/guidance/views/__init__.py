"""What teachers open and press: what there is to read, their class, and reminders of their own.

Only who teaches a course can change anything of it; a coordinator reads along. What a teacher keeps is theirs alone.
"""

from __future__ import annotations

from lti_tool.guidance import kept as _kept
from lti_tool.guidance.views import class_page as _class_page
from lti_tool.guidance.views import reading as _reading
from lti_tool.guidance.views import reminder_page as _reminder_page
from lti_tool.guidance.views.blueprint import guidance

__all__ = ["guidance"]

# They add their pages to the blueprint, and say what is kept, when they are imported.
_ = _kept, _class_page, _reading, _reminder_page
