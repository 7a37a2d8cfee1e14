"""A login and a launch, from the words of the platform to an open session."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from marshmallow import ValidationError

from lti_tool.lti.claims import verify_launch
from lti_tool.lti.refusals import LaunchRefusedError, Reason
from lti_tool.lti.schemas import LaunchFormSchema, LoginSchema
from lti_tool.lti.signed_token import SignedToken
from lti_tool.lti.state import LoginState, issue_state, read_state

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lti_tool.kernel.clock import Clock
    from lti_tool.kernel.key_ring import KeyRing
    from lti_tool.lti.claims import LaunchClaims
    from lti_tool.lti.known_registrations import KnownRegistrations
    from lti_tool.lti.platform_keys import PlatformKeyStore
    from lti_tool.lti.registrations import KnownRegistration

LAUNCH_PATH = "/lti/launch"
_TARGET_PATHS = frozenset({"", "/", LAUNCH_PATH})
_LOGIN, _FORM = LoginSchema(), LaunchFormSchema()


@dataclass(frozen=True)
class Login:
    """A login under way: where the browser goes now, and what it must keep."""

    state: LoginState
    authorization_url: str
    is_new_window: bool


def begin_login(  # noqa: PLR0913 (each is something the answer needs)
    registrations: KnownRegistrations,
    given: Mapping[str, str],
    *,
    registration_id: str | None,
    base_url: str,
    key_ring: KeyRing,
    clock: Clock,
) -> Login:
    """Answer a platform that begins a login (IMS Security Framework 5.1.1). Writes nothing.

    :param given: the parameters of the request.
    :param registration_id: from our login address, when the platform uses one of its own.
    :raises LaunchRefusedError: when something is missing or wrong, or the registration is not known.
    """
    try:
        asked: dict[str, Any] = _LOGIN.load(given)
    except ValidationError as error:
        missing = [name for name, field in _LOGIN.fields.items() if field.required and name not in given]
        reason = Reason.LOGIN_INCOMPLETE if missing else Reason.LOGIN_MALFORMED
        raise LaunchRefusedError(reason, claim=min(missing or error.messages_dict)) from None
    registration = registrations.find_for_login(
        registration_id=registration_id, issuer=asked["iss"], client_id=asked["client_id"]
    )
    _check_target(asked["target_link_uri"], base_url)
    state = issue_state(
        key_ring,
        now=clock.timestamp(),
        registration_id=registration.id,
        target_link_uri=asked["target_link_uri"],
        # Canvas documents the second name; the standard's is the first.
        deployment_id=asked["lti_deployment_id"] or asked["deployment_id"],
    )
    url = _authorization_url(registration, asked, state, base_url)
    return Login(state, url, asked["nw"] == "1")


def _check_target(target: str, base_url: str) -> None:
    """Refuse a target that is not ours: else the tool could be made to send people elsewhere."""
    try:
        parts = urlsplit(target)
    except ValueError:
        parts = urlsplit("")
    if f"{parts.scheme}://{parts.netloc}" != base_url or parts.path not in _TARGET_PATHS:
        raise LaunchRefusedError(Reason.FOREIGN_TARGET)


def _authorization_url(
    registration: KnownRegistration, asked: Mapping[str, Any], state: LoginState, base_url: str
) -> str:
    """Build the authentication request (OpenID Connect Core 3.1.2.1; IMS Security Framework 5.1.1.2)."""
    query = {
        "scope": "openid",
        "response_type": "id_token",
        "response_mode": "form_post",
        "prompt": "none",
        "client_id": registration.client_id,
        "redirect_uri": base_url + LAUNCH_PATH,
        "state": state.text,
        "nonce": state.nonce,
        "login_hint": asked["login_hint"],
    }
    if asked["lti_message_hint"] is not None:
        query["lti_message_hint"] = asked["lti_message_hint"]
    # Some platforms' address has a query of its own.
    joint = "&" if urlsplit(registration.authorization_endpoint).query else "?"
    return registration.authorization_endpoint + joint + urlencode(query)


@dataclass(frozen=True)
class CheckedLaunch:
    """A launch that proved everything but that it is the first of its login; storing it proves that."""

    claims: LaunchClaims
    registration: KnownRegistration
    state: LoginState


def check_launch(  # noqa: PLR0913 (each is something the check needs)
    registrations: KnownRegistrations,
    given: Mapping[str, str],
    cookies: Mapping[str, str],
    *,
    key_ring: KeyRing,
    keys: PlatformKeyStore,
    clock: Clock,
) -> CheckedLaunch:
    """Check a launch completely (LTI Core 1.3, 5.1; IMS Security Framework 5.1.3). Writes nothing of it.

    :param given: the form that the platform posted.
    :raises LaunchRefusedError: with the first thing that is wrong.
    """
    try:
        form: dict[str, Any] = _FORM.load(given)
    except ValidationError:
        raise LaunchRefusedError(Reason.TOKEN_MALFORMED) from None
    if form["error"] is not None and form["id_token"] is None:
        raise LaunchRefusedError(Reason.PLATFORM_ERROR)
    if not form["id_token"] or not form["state"]:
        raise LaunchRefusedError(Reason.NOT_A_LAUNCH)
    now = clock.timestamp()
    state = read_state(key_ring, form["state"], now=now)
    _check_browser(state, cookies)
    token = SignedToken.read(form["id_token"])
    # No connection is held here: what follows may have to wait for a platform's keys.
    registration = registrations.find(state.registration_id)
    key = keys.find(registration, token.key_id)
    claims = verify_launch(token, key, registration=registration, state=state, now=now)
    return CheckedLaunch(claims, registration, state)


def _check_browser(state: LoginState, cookies: Mapping[str, str]) -> None:
    """Hold the launch to the browser that began the login: otherwise somebody could be logged in as somebody else."""
    kept = cookies.get(state.cookie_name)
    if kept is None:
        raise LaunchRefusedError(Reason.COOKIE_MISSING)
    if not hmac.compare_digest(kept.encode(), state.secret.encode()):
        raise LaunchRefusedError(Reason.COOKIE_DIFFERENT)
