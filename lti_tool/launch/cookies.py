"""The cookies of the front door: partitioned, so that they work in a frame and follow nobody anywhere else.

``Partitioned`` keeps a cookie apart for each site that frames us; ``__Host-`` binds it to this one host. Each login and
each session has a cookie of its own, so frames that load side by side never overwrite each other's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from werkzeug.http import dump_cookie

from lti_tool.lti.state import COOKIE_PREFIX as _LOGIN_PREFIX
from lti_tool.lti.state import LIFETIME
from lti_tool.people.member import LONGEST
from lti_tool.people.visits import cookie_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from werkzeug import Response

    from lti_tool.lti.state import LoginState
    from lti_tool.people.arrivals import OpenedSession

_MOST = 20
"""Of each of the two; browsers drop cookies of their own choice when a site has too many."""

_SESSION_PREFIX = cookie_name("")


def keep_login(response: Response, state: LoginState) -> None:
    """Give the browser the secret of its login."""
    _set(response, state.cookie_name, state.secret, LIFETIME)


def keep_session(response: Response, opened: OpenedSession, state: LoginState, cookies: Mapping[str, str]) -> None:
    """Give the browser the cookie of its session.

    The login's cookie stays for its ten minutes. It opens nothing any more, and whoever loads the launch again is then
    told that the link was used, and not that the browser lost something.
    """
    for prefix in (_SESSION_PREFIX, _LOGIN_PREFIX):
        # Browsers send the oldest cookie first.
        kept = [name for name in cookies if name.startswith(prefix) and name != state.cookie_name]
        for name in kept[: max(0, len(kept) + 1 - _MOST)]:
            _set(response, name, "", 0)
    _set(response, cookie_name(opened.id), opened.cookie, int(LONGEST.total_seconds()))


def _set(response: Response, name: str, value: str, seconds: int) -> None:
    # Every browser in use knows Max-Age; working out the same as a date costs more than the rest of the cookie.
    cookie = dump_cookie(
        name,
        value,
        max_age=seconds,
        secure=True,
        httponly=True,
        samesite="None",
        path="/",
        partitioned=True,
        sync_expires=False,
    )
    response.headers.add("Set-Cookie", cookie)
