"""The cookies of the front door: partitioned, so that they work in a frame and follow nobody anywhere else.

``Partitioned`` keeps a cookie apart for each site that frames us; ``__Host-`` binds it to this one host. Each login and
each session has a cookie of its own, so frames that load side by side never overwrite each other's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lti_tool.lti.state import LIFETIME
from lti_tool.people.arrivals import LONGEST
from lti_tool.people.visits import cookie_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from werkzeug import Response

    from lti_tool.lti.state import LoginState
    from lti_tool.people.arrivals import OpenedSession

_MOST_SESSIONS = 20
_SESSION_PREFIX = cookie_name("")


def keep_login(response: Response, state: LoginState) -> None:
    """Give the browser the secret of its login."""
    _set(response, state.cookie_name, state.secret, LIFETIME)


def keep_session(response: Response, opened: OpenedSession, state: LoginState, cookies: Mapping[str, str]) -> None:
    """Give the browser the cookie of its session, and take the login's back."""
    _set(response, state.cookie_name, "", 0)
    # Browsers send the oldest cookie first.
    kept = [name for name in cookies if name.startswith(_SESSION_PREFIX)]
    for name in kept[: max(0, len(kept) + 1 - _MOST_SESSIONS)]:
        _set(response, name, "", 0)
    _set(response, cookie_name(opened.id), opened.cookie, int(LONGEST.total_seconds()))


def _set(response: Response, name: str, value: str, seconds: int) -> None:
    response.set_cookie(
        name, value, max_age=seconds, secure=True, httponly=True, samesite="None", path="/", partitioned=True
    )
