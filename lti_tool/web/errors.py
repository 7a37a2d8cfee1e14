"""Error pages for people: what happened, that nothing is lost, what to do; never a traceback, never a name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import g, render_template, request
from sqlalchemy.exc import InterfaceError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from werkzeug.exceptions import HTTPException

from lti_tool.kernel.ids import new_reference
from lti_tool.kernel.log import describe_error, log
from lti_tool.web.languages import lazy_gettext as _

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from flask import Flask
    from flask.typing import ResponseReturnValue
    from flask_babel import LazyString

_SERVER_ERROR = 500
_UNAVAILABLE = 503
_AWAY_ERRORS = (OperationalError, InterfaceError, InternalError, PoolTimeoutError)
"""The database is gone, too busy, or has become a copy that only reads."""


@dataclass(frozen=True)
class Refusal:
    """The words of a page that refuses something."""

    code: str
    title: LazyString
    paragraphs: Sequence[LazyString]


NOTHING_LOST = _("You did nothing wrong, and nothing is lost.")
OPEN_AGAIN = _("Go back to your course and open the activity again.")

_NOT_HERE = Refusal(
    "not_here", _("There is nothing here"), [_("This page does not exist, or it is not yours to see."), OPEN_AGAIN]
)
_FORM = Refusal(
    "form_refused",
    _("That press did not arrive"),
    [_("The page was too old, or the press came from another website. Nothing was changed."), OPEN_AGAIN],
)
_TOO_LARGE = Refusal(
    "too_large", _("That was too much at once"), [_("What was sent is larger than the tool accepts."), OPEN_AGAIN]
)
_WRONG_WAY = Refusal(
    "not_a_page",
    _("This address is not a page"),
    [_("It is used by your learning environment to open the tool."), OPEN_AGAIN],
)
_BROKEN = Refusal(
    "tool_error",
    _("Something went wrong on our side"),
    [NOTHING_LOST, _("Wait a moment and try again. We have been told, without your name.")],
)
_AWAY = Refusal(
    "tool_away",
    _("Rugzak is away for a moment"),
    [NOTHING_LOST, _("Wait a minute, and open the activity again from your course.")],
)
_TOO_OFTEN = Refusal(
    "too_often",
    _("That was very often in a short time"),
    [_("Nothing was changed by the last press."), _("Wait a minute, and go on.")],
)
_BAD_REQUEST = Refusal(
    "not_understood", _("We could not read that"), [_("What was sent is incomplete or damaged."), OPEN_AGAIN]
)

SESSION_ENDED = Refusal(
    "session_ended",
    _("This visit has ended"),
    [
        _("That happens after two hours without a page, after leaving, or in another browser."),
        NOTHING_LOST,
        OPEN_AGAIN,
    ],
)

_BY_STATUS = {403: _FORM, 404: _NOT_HERE, 405: _WRONG_WAY, 413: _TOO_LARGE, 429: _TOO_OFTEN, 503: _AWAY}


def refuse(refusal: Refusal, status: int, *, again: Mapping[str, str] | None = None) -> ResponseReturnValue:
    """Answer with a page that refuses.

    :param again: fields with which the person may ask for the same once more, by a press.

    The page's reference is in the request's log line, so that somebody who reads it out can be helped.
    """
    g.refusal_code, g.refusal_reference = refusal.code, new_reference()
    page = render_template(
        "web/refused.html", refusal=refusal, reference=g.refusal_reference, status=status, again=again
    )
    return page, status


def install_errors(app: Flask) -> None:
    """Give every error a page."""

    @app.errorhandler(HTTPException)
    def show_http_error(error: HTTPException) -> ResponseReturnValue:
        cause = getattr(error, "original_exception", None)
        if cause is not None:
            # What fails after the view, such as the commit, comes wrapped.
            return show_away(cause) if isinstance(cause, _AWAY_ERRORS) else show_own_error(cause)
        status = error.code or _SERVER_ERROR
        if status < 400:  # noqa: PLR2004 (a redirect of the router, such as a missing slash)
            return error.get_response()
        refusal = _BY_STATUS.get(status, _BAD_REQUEST if status < _SERVER_ERROR else _BROKEN)
        return refuse(refusal, status)

    def show_away(error: Exception) -> ResponseReturnValue:
        # The database does not answer, or is busy for too long. That passes, and is not the visitor's doing.
        log.error("web:database:away", request_id=g.get("request_id"), route=_route(), **describe_error(error))
        return refuse(_AWAY, _UNAVAILABLE)

    @app.errorhandler(Exception)
    def show_own_error(error: Exception) -> ResponseReturnValue:
        if isinstance(error, _AWAY_ERRORS):
            return show_away(error)
        log.error("web:request:failed", request_id=g.get("request_id"), route=_route(), **describe_error(error))
        return refuse(_BROKEN, _SERVER_ERROR)


def _route() -> str:
    return request.url_rule.rule if request.url_rule else "none"
