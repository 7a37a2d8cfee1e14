"""What an administrator presses next in their own learning environment, once the tool is registered there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lti_tool.web.languages import lazy_gettext as _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask_babel import LazyString

_PRODUCTS = {
    "moodle": "Moodle",
    "totara": "Totara",
    "canvas": "Canvas",
    "desire2learn": "Brightspace",
    "d2l": "Brightspace",
    "brightspace": "Brightspace",
    "blackboardlearn": "Blackboard",
    "blackboard": "Blackboard",
    "sakai": "Sakai",
    "ilias": "ILIAS",
    "openolat": "OpenOlat",
}


def platform_name(family: str | None) -> str | None:
    """Return what people call a platform; its own word for one that we do not know."""
    return _PRODUCTS.get(family or "", family)


_CLOSE = _("Close this window, with the button below.")
_MOODLE = (
    _CLOSE,
    _("You are back at “Manage tools”. On the new card, press “Activate”. Until then the tool waits."),
    _(
        "Teachers do not find it in the activity chooser yet. Press the gear on the card, and under “Tool configuration"
        " usage” choose “Show in activity chooser and as a preconfigured tool”."
    ),
    _("Or leave that to teachers: in their course, under “More”, “LTI External tools”, each can switch it on."),
    _(
        "Under the same gear, at “Privacy”, choose whether the tool gets names. It never needs e-mail addresses, and"
        " works without names too."
    ),
)
_MOODLE_UPDATE = (
    _CLOSE,
    _(
        "Moodle has overwritten its own settings of the tool. Press the gear on the card, and look again at “Tool"
        " configuration usage” and “Privacy”."
    ),
)
_CANVAS = (
    _CLOSE,
    _("Canvas shows what the tool asks for. Leave “Privacy” at name only, or choose anonymous, and confirm."),
    _("Look under “Admin”, “Developer Keys”: the state of the new key must be “On”."),
    _(
        "If the app is not installed yet: “Admin”, “Settings”, “Apps”, “View App Configurations”, “+ App”,"
        " configuration type “By Client ID”, with the number that stands below."
    ),
    _("In a course: “Settings”, “Navigation”, move the learning line to the visible items, and save."),
)
_BRIGHTSPACE = (
    _CLOSE,
    _("Under “Admin Tools”, “Manage Extensibility”, “LTI Advantage”, open the new registration and enable it."),
    _(
        "There, make a deployment: choose the courses it is for, and tick that the tool gets the course, the role and,"
        " if you want, the name. Leave the e-mail address out."
    ),
    _("In the deployment, make a link of the kind “Basic launch”. Teachers add that link to their course."),
)
_OTHERS = (
    _CLOSE,
    _("Look in the list of tools of your learning environment: most want you to switch a new tool on."),
    _("Then add it to a course, as an activity or in the menu."),
)
_STEPS: dict[str, Sequence[LazyString]] = {
    "moodle": _MOODLE,
    "canvas": _CANVAS,
    "desire2learn": _BRIGHTSPACE,
    "d2l": _BRIGHTSPACE,
    "brightspace": _BRIGHTSPACE,
}


def next_steps(family: str | None, *, is_new: bool) -> Sequence[LazyString]:
    """Return what an administrator presses next in their own learning environment."""
    if family == "moodle" and not is_new:
        return _MOODLE_UPDATE
    return _STEPS.get(family or "", _OTHERS)
