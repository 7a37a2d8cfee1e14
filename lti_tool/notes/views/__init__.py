"""What a student opens and presses to write, to share and to take back, and what others see of it."""

from __future__ import annotations

from lti_tool.notes import kept as _kept
from lti_tool.notes.views import aid_page as _aid_page
from lti_tool.notes.views import own_notes as _own_notes
from lti_tool.notes.views import shared_page as _shared_page
from lti_tool.notes.views import sharing_page as _sharing_page
from lti_tool.notes.views import writing as _writing
from lti_tool.notes.views.blueprint import notes

__all__ = ["notes"]

# They add their pages to the blueprint, and say what is kept, when they are imported.
_ = _kept, _aid_page, _own_notes, _shared_page, _sharing_page, _writing
