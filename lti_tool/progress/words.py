"""What the board says of a group and of a student: on its pages and in its file the same words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lti_tool.web.languages import lazy_gettext as _

if TYPE_CHECKING:
    from lti_tool.progress.board import BoardGroup

DONE, NOT_YET = _("done"), _("not yet")
AGREED, NOT_AGREED = _("complete"), _("not yet complete")
HANDED_IN = _("handed in")
GROUP, STUDENT, AGREEMENTS = _("Group"), _("Student"), _("Agreements")
_STEP = _("Step %(number)s")
_PRODUCT = _("Step %(number)s, together")
_NUMBERED, _NAMED = _("Group %(number)s"), _("Group %(number)s, %(name)s")
_NO_GROUP = _("No group yet")


def name_group(group: BoardGroup) -> str:
    """Say which group it is."""
    if group.number is None:
        return str(_NO_GROUP)
    if group.name is None:
        return str(_NUMBERED) % {"number": group.number}
    return str(_NAMED) % {"number": group.number, "name": group.name}


def name_step(number: str) -> str:
    """Say of which step a column is."""
    return str(_STEP) % {"number": number}


def name_product(number: str) -> str:
    """Say of which step a column is, when it is about what a group makes there."""
    return str(_PRODUCT) % {"number": number}
