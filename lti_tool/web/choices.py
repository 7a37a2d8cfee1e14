"""What a browser keeps of somebody's choices: the language, three times Shift, light or dark. The cookies name nobody.

They are read here, on the server, so that they hold without script. No table knows them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import redirect, render_template, request
from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate
from werkzeug.exceptions import BadRequest

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from werkzeug import Response

_A_YEAR = 365 * 24 * 3600


@dataclass(frozen=True)
class Choice:
    """Something to choose, and the cookie that keeps it."""

    cookie: str
    values: tuple[str, ...]

    def read(self) -> str | None:
        """Return what was chosen in this browser before, if anything."""
        found = request.cookies.get(self.cookie)
        return found if found in self.values else None

    def keep(self, response: Response, value: str) -> None:
        """Keep a choice in this browser: in a frame, for the site around it alone."""
        response.set_cookie(
            self.cookie, value, max_age=_A_YEAR, secure=True, httponly=True, samesite="None", partitioned=True
        )


LANGUAGE = Choice("__Host-lang", ("nl", "en"))
SHORTCUT = Choice("__Host-shortcut", ("on", "off"))
"""Whether three times Shift leaves the page (EXT-5)."""
THEME = Choice("__Host-theme", ("device", "light", "dark"))


class DeviceSchema(Schema):
    """The form of the page with choices."""

    class Meta:
        """The form token is checked at the gate."""

        unknown = EXCLUDE

    shortcut = fields.String(required=True, validate=validate.OneOf(SHORTCUT.values))
    theme = fields.String(required=True, validate=validate.OneOf(THEME.values))


def show_choices(*, keeps_cookies: bool = True) -> ResponseReturnValue:
    """Show the page with choices, which says so when this browser cannot keep any.

    :param keeps_cookies: whether this browser is known to keep cookies here; after a press the page knows by itself.
    """
    was_pressed = "chosen" in request.args
    is_kept = SHORTCUT.read() is not None and THEME.read() is not None
    return render_template(
        "web/device.html",
        can_keep=is_kept or (keeps_cookies and not was_pressed),
        is_kept=is_kept and was_pressed,
        shortcut=SHORTCUT.read() or "on",
    )


def keep_choices() -> ResponseReturnValue:
    """Keep what the form of the page says, and show the page again."""
    try:
        form: dict[str, Any] = DeviceSchema().load(request.form)
    except ValidationError:
        raise BadRequest from None
    # With a mark, by which the page sees whether the cookies came back.
    response: Response = redirect(f"{request.path}?chosen=yes", 303)
    SHORTCUT.keep(response, form["shortcut"])
    THEME.keep(response, form["theme"])
    return response
