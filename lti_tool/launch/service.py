"""A login and a launch: what the words of the platform must prove, and what the browser must."""

from __future__ import annotations

import base64
import hmac
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from marshmallow import ValidationError

from lti_tool.kernel.key_ring import KeyRingError
from lti_tool.kernel.limits import Limit
from lti_tool.lti.addresses import origin_of
from lti_tool.lti.claims import verify_launch
from lti_tool.lti.refusals import LaunchRefusedError, Reason, refusals_about
from lti_tool.lti.schemas import LaunchFormSchema, LoginSchema, StorageFormSchema
from lti_tool.lti.signed_token import SignedToken
from lti_tool.lti.state import LoginState, issue_state, read_state

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lti_tool.kernel.clock import Clock
    from lti_tool.kernel.key_ring import KeyRing
    from lti_tool.kernel.limits import Limits
    from lti_tool.lti.claims import LaunchClaims
    from lti_tool.lti.known_registrations import KnownRegistrations
    from lti_tool.lti.platform_keys import PlatformKeyStore
    from lti_tool.lti.registrations import KnownRegistration

LAUNCH_PATH = "/lti/launch"
_TARGET_PATHS = frozenset({"", "/", LAUNCH_PATH})
_LOGIN, _FORM, _STORAGE_FORM = LoginSchema(), LaunchFormSchema(), StorageFormSchema()

LOGINS_OF_ONE = Limit("login", most=60, seconds=60)
"""By the platform's hint of who it is: a page with ten frames in it is ten logins at once."""
LAUNCHES_OF_ONE = Limit("launch", most=60, seconds=60)
_TICKET = "launch ticket"
TICKET_LIFETIME = 60
"""Seconds that our own page in the frame has to ask the platform for the secret of the login."""


@dataclass(frozen=True)
class Storage:
    """Where a login's secret is kept when the browser keeps no cookie: platform storage, by LTI's postMessages."""

    target: str | None
    """The frame in the LMS that keeps it, as the platform named it; the page may learn better by asking."""
    origin: str
    """The one site that may be told the secret, and believed: that of the platform's authorization endpoint."""
    key: str


@dataclass(frozen=True)
class Login:
    """A login under way: where the browser goes now, and what it must keep."""

    state: LoginState
    authorization_url: str
    is_new_window: bool
    storage: Storage
    target_link_uri: str
    """What an LMS that can do so is asked to open in its whole window."""


def begin_login(  # noqa: PLR0913 (each is something the answer needs)
    registrations: KnownRegistrations,
    given: Mapping[str, str],
    *,
    registration_id: str | None,
    base_url: str,
    key_ring: KeyRing,
    clock: Clock,
    limits: Limits,
    ceiling: Limit,
) -> Login:
    """Answer a platform that begins a login (IMS Security Framework 5.1.1). Writes nothing.

    :param given: the parameters of the request.
    :param registration_id: from our login address, when the platform uses one of its own.
    :param ceiling: how many logins one registration may begin.
    :raises LaunchRefusedError: when something is missing or wrong, the registration is not known, or it is too much.
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
    with refusals_about(registration.id):
        if not (
            limits.allow(LOGINS_OF_ONE, registration.id, asked["login_hint"]) and limits.allow(ceiling, registration.id)
        ):
            _ask_for_permit(key_ring, given, asked, registration.id, minute=clock.timestamp() // 60)
        _check_target(asked["target_link_uri"], base_url)
    state = issue_state(
        key_ring,
        now=clock.timestamp(),
        registration_id=registration.id,
        target_link_uri=asked["target_link_uri"],
        # Canvas documents the second name; the standard's is the first.
        deployment_id=asked["lti_deployment_id"] or asked["deployment_id"],
    )
    return Login(
        state,
        _authorization_url(registration, asked, state, base_url),
        is_new_window=asked["nw"] == "1",
        storage=storage_of(registration, state, asked["lti_storage_target"]),
        target_link_uri=asked["target_link_uri"],
    )


def _ask_for_permit(
    key_ring: KeyRing, given: Mapping[str, str], asked: Mapping[str, Any], registration_id: str, *, minute: int
) -> None:
    """Let a login beyond the limit through when somebody pressed for it.

    Anybody can begin a login in anybody's name, so too many keep nobody out: the page that refuses this one holds all
    that the platform sent, and a permit for it.
    """
    permits = [_permit(key_ring, registration_id, asked["login_hint"], one) for one in (minute, minute - 1)]
    if not any(hmac.compare_digest((asked["permit"] or "").encode(), permit.encode()) for permit in permits):
        refused = LaunchRefusedError(Reason.TOO_MANY)
        refused.again = {**dict(given.items()), "permit": permits[0]}
        raise refused


def _permit(key_ring: KeyRing, registration_id: str, hint: str, minute: int) -> str:
    message = f"{registration_id}|{minute}|{hint}".encode("utf-8", "surrogatepass")
    return base64.urlsafe_b64encode(key_ring.mac("login permit", message)[:24]).decode("ascii")


def storage_of(registration: KnownRegistration, state: LoginState, target: str | None) -> Storage:
    """Say where the secret of a login is, or would be.

    :param target: the frame that the platform named.
    """
    # An authorization endpoint without an origin is not registered; "null" is an origin that nothing has.
    return Storage(target, origin_of(registration.authorization_endpoint) or "null", state.storage_key)


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
class LaunchForm:
    """What a platform posted, before any of it is believed but the state, which is ours."""

    id_token: str
    state: LoginState
    storage_target: str | None


@dataclass(frozen=True)
class CheckedLaunch:
    """A launch that proved everything but that it is the first of its login; storing it proves that."""

    claims: LaunchClaims
    registration: KnownRegistration
    state: LoginState


def read_launch(given: Mapping[str, str], *, key_ring: KeyRing, clock: Clock) -> LaunchForm:
    """Read what a platform posted (OpenID Connect Core 3.1.2.5 and 3.1.2.6).

    :raises LaunchRefusedError: when it is no launch, or does not belong to a login of the last ten minutes.
    """
    try:
        form: dict[str, Any] = _FORM.load(given)
    except ValidationError:
        raise LaunchRefusedError(Reason.TOKEN_MALFORMED) from None
    if form["error"] is not None and form["id_token"] is None:
        raise LaunchRefusedError(Reason.PLATFORM_ERROR)
    if not form["id_token"] or not form["state"]:
        raise LaunchRefusedError(Reason.NOT_A_LAUNCH)
    state = read_state(key_ring, form["state"], now=clock.timestamp())
    return LaunchForm(form["id_token"], state, form["lti_storage_target"])


def keeps_cookie(form: LaunchForm, cookies: Mapping[str, str]) -> bool:
    """Hold a launch to the browser that began its login: else somebody could be logged in as somebody else.

    :returns: whether the browser proved itself; False when it keeps no cookie for us.
    :raises LaunchRefusedError: when it has another secret than it was given.
    """
    kept = cookies.get(form.state.cookie_name)
    if kept is None:
        return False
    with refusals_about(form.state.registration_id):
        if not hmac.compare_digest(kept.encode(), form.state.secret.encode()):
            raise LaunchRefusedError(Reason.COOKIE_DIFFERENT)
    return True


def check_launch(  # noqa: PLR0913 (each is something the check needs)
    registrations: KnownRegistrations,
    form: LaunchForm,
    *,
    keys: PlatformKeyStore,
    clock: Clock,
    limits: Limits,
    ceiling: Limit | None,
) -> CheckedLaunch:
    """Check a launch completely (LTI Core 1.3, 5.1; IMS Security Framework 5.1.3). Writes nothing of it.

    :param ceiling: how many launches one registration may post; None for one that comes back, and is counted then.
    :raises LaunchRefusedError: with the first thing that is wrong.
    """
    state = form.state
    with refusals_about(state.registration_id):
        token = SignedToken.read(form.id_token)
        # No connection is held here: what follows may have to wait for a platform's keys.
        registration = registrations.find(state.registration_id)
        key = keys.find(registration, token.key_id)
        claims = verify_launch(token, key, registration=registration, state=state, now=clock.timestamp())
        # Only what its platform signed counts: else a stranger could use up what a school has.
        if ceiling is not None and not (
            limits.allow(LAUNCHES_OF_ONE, registration.id, claims.subject) and limits.allow(ceiling, registration.id)
        ):
            raise LaunchRefusedError(Reason.TOO_MANY)
    return CheckedLaunch(claims, registration, state)


def issue_ticket(form: LaunchForm, *, key_ring: KeyRing, clock: Clock) -> str:
    """Seal a launch into a ticket that our own page in the frame brings back with the secret.

    The page asks the platform for the secret meanwhile. The ticket is encrypted, so the page holds nothing personal
    that can be read, and it is stored nowhere: the launch is checked again when it comes back, and works once.
    """
    sealed = key_ring.encrypt(
        _TICKET,
        json.dumps({"at": clock.timestamp(), "state": form.state.text, "id_token": form.id_token}).encode(),
        bound_to=_TICKET,
    )
    return base64.urlsafe_b64encode(sealed).decode("ascii")


def open_ticket(given: Mapping[str, str], *, key_ring: KeyRing, clock: Clock) -> LaunchForm:
    """Read what our own page brought back, and hold it to the secret that the platform kept for the browser.

    :raises LaunchRefusedError: when the ticket is not ours or too old, or the secret is not the login's.
    """
    try:
        posted: dict[str, Any] = _STORAGE_FORM.load(given)
        sealed = base64.b64decode(posted["ticket"], altchars=b"-_", validate=True)
        found: dict[str, Any] = json.loads(key_ring.decrypt(_TICKET, sealed, bound_to=_TICKET))
    except (ValidationError, KeyRingError, ValueError):
        raise LaunchRefusedError(Reason.STATE_INVALID) from None
    if clock.timestamp() > found["at"] + TICKET_LIFETIME:
        raise LaunchRefusedError(Reason.STATE_EXPIRED)
    form = read_launch(found, key_ring=key_ring, clock=clock)
    with refusals_about(form.state.registration_id):
        if not hmac.compare_digest(posted["value"].encode(), form.state.secret.encode()):
            raise LaunchRefusedError(Reason.STORAGE_DIFFERENT)
    return form
