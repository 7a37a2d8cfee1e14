"""The access rule that every route carries, and the gate that holds it.

A view says either which permission it asks for, and is then handed the member behind the session, or why it is public.
A view that says neither is never run. Whatever somebody may not see answers 404, as if it were not there.
"""

from __future__ import annotations

import hmac
import re
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from functools import lru_cache, wraps
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast
from urllib.parse import quote

from flask import abort, g, request, url_for

from lti_tool.kernel.ids import digest
from lti_tool.kernel.limits import Limit
from lti_tool.web.edge import SAFE_METHODS, instruments

if TYPE_CHECKING:
    from collections.abc import Callable
    from enum import StrEnum

    from flask import Flask
    from flask.typing import ResponseReturnValue

TOKEN_LENGTH = 43
_NO_TOKEN = "-" * TOKEN_LENGTH
VISITS = "/s/"
_VISIT_PATH = re.compile(rf"{VISITS}([A-Za-z0-9_-]{{{TOKEN_LENGTH}}})(?:/|\Z)")
OWN_PATH = re.compile(r"/[a-z0-9/-]{0,200}\Z")
"""How the paths of a person's pages look; anything else, which an address can hold, is repeated on no page."""
PRESSES = Limit("press", most=120, seconds=60)
"""Of one session: nobody presses twice a second for a minute."""
View = TypeVar("View", bound="Callable[..., ResponseReturnValue]")


@dataclass(frozen=True)
class AccessRule:
    """Who may run a view."""

    permission: StrEnum | None = None
    public_because: str | None = None
    from_other_sites: bool = False
    """Whether other sites may post here, as a platform does with its launch."""
    says_origin: bool = False
    """Whether a press must say that it began here: its own proof is worth as much in anybody's browser."""
    writes: bool | None = None
    """Whether the request may commit; by its method when not said. Leaving writes although it is a GET, because it
    must work from a plain link; a login by POST writes nothing."""
    is_logged: bool = True
    """Whether the request gets a line in the log."""


class Visitor(Protocol):
    """What the gate needs to know of who is behind a session."""

    @property
    def session_id(self) -> str:
        """Our id of the session."""

    @property
    def locale(self) -> str:
        """``nl`` or ``en``."""

    @property
    def frame_origins(self) -> tuple[str, ...]:
        """Who may frame this visitor's pages."""


def requires(
    permission: StrEnum, *, is_logged: bool = True
) -> Callable[[Callable[..., ResponseReturnValue]], Callable[..., ResponseReturnValue]]:
    """Let a view run for a member who has this permission, and hand it that member first."""

    def decorate(view: Callable[..., ResponseReturnValue]) -> Callable[..., ResponseReturnValue]:
        @wraps(view)
        def guarded(**arguments: Any) -> ResponseReturnValue:
            return view(g.member, **arguments)

        cast("Any", guarded).access_rule = AccessRule(permission=permission, is_logged=is_logged)
        return guarded

    return decorate


def public(
    because: str,
    *,
    from_other_sites: bool = False,
    says_origin: bool = False,
    writes: bool | None = None,
    is_logged: bool = True,
) -> Callable[[View], View]:
    """Let anybody run a view, and say why that is right."""

    def decorate(view: View) -> View:
        rule = AccessRule(
            public_because=because,
            from_other_sites=from_other_sites,
            says_origin=says_origin,
            writes=writes,
            is_logged=is_logged,
        )
        cast("Any", view).access_rule = rule
        return view

    return decorate


def install_gate(
    app: Flask,
    *,
    find_visitor: Callable[[str], Visitor],
    is_allowed: Callable[[Any, Any], bool],
) -> None:
    """Put the gate before every view.

    :param find_visitor: finds who is behind a session's token; raises when there is nobody.
    :param is_allowed: answers whether that visitor has a permission.
    """
    _keep_token_out_of_views(app)

    @app.before_request
    def hold_rule() -> None:
        if request.endpoint is None:
            return  # No such page: the error handler answers.
        rule: AccessRule | None = getattr(app.view_functions[request.endpoint], "access_rule", None)
        if rule is None:
            abort(404)
        g.access_rule = rule
        if request.method not in SAFE_METHODS and not rule.from_other_sites:
            _refuse_other_sites(says_origin=rule.says_origin)
        if rule.permission is not None:
            if len(g.token) != TOKEN_LENGTH:
                abort(404)
            # Before anything is read or locked: a flood of presses is stopped at its own session (OPS-8).
            # Only a form of ours counts: made-up addresses of visits would fill the table of counts.
            is_press = request.method not in SAFE_METHODS and _is_own_form()
            if is_press and not instruments().limits.allow(PRESSES, digest(g.token)):
                abort(429)
            g.member = find_visitor(g.token)
            if not is_allowed(g.member, rule.permission):
                abort(404)
            if request.method not in SAFE_METHODS and not is_press:
                abort(403)


def _keep_token_out_of_views(app: Flask) -> None:
    @app.url_value_preprocessor
    def take_token(_endpoint: str | None, values: dict[str, Any] | None) -> None:
        # Views never see the token; addresses get it back below. A mistyped address below a visit belongs to it too:
        # leaving from the page that says so must end the visit.
        if values is not None and "token" in values:
            g.token = values.pop("token")
        elif found := _VISIT_PATH.match(request.path):
            g.token = found[1]
        else:
            return
        # What stands where a token should can be anything.
        g.token_in_addresses = quote(g.token, safe="")

    @app.url_defaults
    def give_token(endpoint: str, values: dict[str, Any]) -> None:
        if "token" in g and app.url_map.is_endpoint_expecting(endpoint, "token"):
            values.setdefault("token", g.token)


def visit_address(endpoint: str, **values: Any) -> str:
    """Return the address of a page of this visit, as ``url_for`` does.

    A page holds a dozen of them, and they differ in nothing but the token; so each is made once.

    :param values: what else is in the address; only what exists, such as the id of a step: it is remembered.
    """
    before, after = _around_token(endpoint, **values)
    return f"{before}{g.token_in_addresses}{after}"


@lru_cache(maxsize=1024)
def _around_token(endpoint: str, **values: Any) -> tuple[str, str]:
    before, _, after = url_for(endpoint, token=_NO_TOKEN, **values).partition(_NO_TOKEN)
    return before, after


def _refuse_other_sites(*, says_origin: bool) -> None:
    """Refuse a press that began on another site."""
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site is not None:
        if site != "same-origin":
            abort(403)
    # Our own no-referrer policy makes browsers send the origin of our own forms as "null".
    elif origin != instruments().settings.base_url and (says_origin or origin not in (None, "null")):
        abort(403)


def _is_own_form() -> bool:
    given = request.form.get("form_token", "").encode()
    macs = instruments().key_ring.macs("form token", g.token.encode())
    # A page that was opened before the keys were rotated is as good as one opened after.
    return any(hmac.compare_digest(given, _form_token(mac).encode()) for mac in macs)


def form_token() -> str:
    """Return the hidden token of this session's forms. It hangs on the session and our key, and is stored nowhere."""
    return _form_token(instruments().key_ring.mac("form token", g.token.encode()))


def _form_token(mac: bytes) -> str:
    return urlsafe_b64encode(mac[:24]).decode("ascii")


def own_path() -> str:
    """Return the path of this page below its session, for a form that comes back to it; home for one that is none."""
    home = f"{VISITS}{g.token}" if "token" in g else ""
    path = request.path.removeprefix(home) or "/"
    return path if OWN_PATH.match(path) else "/"
