"""Dynamic registration (LTI Dynamic Registration 1.0): what a platform says of itself, and what it made of us.

Both come from an address that somebody gave us, so nothing in them is believed before it is checked: a platform may
only speak for its own issuer, and every address of it is held to the rules of :mod:`lti_tool.lti.outbound`.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from marshmallow import ValidationError

from lti_tool.kernel.errors import RugzakError
from lti_tool.lti.addresses import origin_of
from lti_tool.lti.outbound import OutboundError, OutboundReason
from lti_tool.lti.registration_schemas import AnswerSchema, PlatformConfigurationSchema
from lti_tool.lti.tool_configuration import SCOPES, TOOL_CONFIGURATION, PlatformConfiguration

if TYPE_CHECKING:
    from lti_tool.lti.outbound import Answer, PlatformHttp

_ENDPOINTS = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri", "registration_endpoint")
_TOKEN = re.compile(r"[A-Za-z0-9._~+/=-]{0,8000}")
_CODE = re.compile(r"[A-Za-z0-9 _.:-]{1,100}")
"""What a platform's word for a fault may look like on our page."""
_MOST_URL = 6000
"""Canvas puts the registration token into the address of its configuration as well."""
_FAMILY = re.compile(r"[a-z0-9._-]{1,40}")

_MAY_HAVE_BEEN_TAKEN = frozenset({OutboundReason.UNREACHABLE, OutboundReason.TOO_SLOW, OutboundReason.TOO_LARGE})
"""After these nobody can say whether the platform registered the tool."""

CANVAS_CLOUD = {
    f"https://canvas.{environment}instructure.com": frozenset(
        {f"https://canvas.{environment}instructure.com", f"https://sso.{environment}canvaslms.com"}
    )
    for environment in ("", "beta.", "test.")
}
"""The issuers that all institutions on Canvas's own servers share, and the sites that may speak for them."""


class RegistrationReason(StrEnum):
    """Why a registration did not come about; those of :class:`OutboundReason` beside them."""

    REQUEST_MALFORMED = "request_malformed"
    CONFIGURATION_REFUSED = "configuration_refused"
    CONFIGURATION_INCOMPLETE = "configuration_incomplete"
    ISSUER_DIFFERENT = "issuer_different"
    ENDPOINT_NOT_ALLOWED = "endpoint_not_allowed"
    NOT_SUPPORTED = "not_supported"
    TOKEN_REFUSED = "token_refused"  # noqa: S105 (no password)
    PLATFORM_REFUSED = "platform_refused"
    PLATFORM_BROKEN = "platform_broken"
    ANSWER_INCOMPLETE = "answer_incomplete"
    ANSWER_LOST = "answer_lost"
    INVITE_BUSY = "invite_busy"
    OTHER_PLATFORM = "other_platform"
    OTHER_CLIENT = "other_client"
    KNOWN_ALREADY = "known_already"


class RegistrationRefusedError(RugzakError):
    """A registration did not come about."""

    def __init__(self, reason: RegistrationReason | OutboundReason, said: str | None = None) -> None:
        """Say why.

        :param said: the platform's own word for it, when it is no more than a code.
        """
        super().__init__(f"the registration did not come about: {reason.value}.")
        self.reason = reason
        self.said = said


@dataclass(frozen=True)
class RegistrationAnswer:
    """What a platform made of our request (LTI Dynamic Registration 1.0, 3.6)."""

    client_id: str
    deployment_id: str | None
    scopes: tuple[str, ...]
    """Those of ours that it granted."""
    messages: tuple[str, ...]


def check_request(http: PlatformHttp, url: str, token: str) -> None:
    """Check the form of what a platform gave the administrator's browser, before anything is done with it.

    :raises RegistrationRefusedError: when it is no address of a platform, or no token.
    """
    if not url or len(url) > _MOST_URL or not _TOKEN.fullmatch(token):
        raise RegistrationRefusedError(RegistrationReason.REQUEST_MALFORMED)
    try:
        http.check_address(url)
    except OutboundError as error:
        raise RegistrationRefusedError(error.reason) from None


def read_configuration(http: PlatformHttp, url: str, token: str) -> PlatformConfiguration:
    """Read what a platform says of itself (LTI Dynamic Registration 1.0, 3.3).

    :param token: the registration token. Canvas wants it for reading already.
    :raises RegistrationRefusedError: when it cannot be read, or is not allowed to be true.
    """
    check_request(http, url, token)
    try:
        answer = http.get(url, _authorization(token))
        if answer.status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
            raise RegistrationRefusedError(RegistrationReason.TOKEN_REFUSED, _word(answer))
        if answer.status != HTTPStatus.OK:
            raise RegistrationRefusedError(RegistrationReason.CONFIGURATION_REFUSED)
        values: dict[str, Any] = PlatformConfigurationSchema().load(answer.json())
    except OutboundError as error:
        raise RegistrationRefusedError(error.reason) from None
    except ValidationError:
        raise RegistrationRefusedError(RegistrationReason.CONFIGURATION_INCOMPLETE) from None
    _check_methods(values)
    for name in _ENDPOINTS:
        try:
            http.check_address(values[name])
        except OutboundError:
            raise RegistrationRefusedError(RegistrationReason.ENDPOINT_NOT_ALLOWED) from None
    if not _may_speak_for(url, values["issuer"]):
        raise RegistrationRefusedError(RegistrationReason.ISSUER_DIFFERENT)
    return _configuration(values)


def _authorization(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"} if token else {}


def _check_methods(values: dict[str, Any]) -> None:
    """Refuse a platform that says that it cannot do what the standard requires."""
    needed = (("token_endpoint_auth_methods_supported", "private_key_jwt"),
              ("id_token_signing_alg_values_supported", "RS256"),
              ("response_types_supported", "id_token"))  # fmt: skip
    if any(values[name] is not None and what not in values[name] for name, what in needed):
        raise RegistrationRefusedError(RegistrationReason.NOT_SUPPORTED)


def _may_speak_for(url: str, issuer: str) -> bool:
    """Whether a configuration at this address may name this issuer: the same host and port, and below its path.

    Else a platform could register itself as another, and let people in under that one's name. The path counts where one
    host holds several platforms.
    """
    origin = origin_of(url)
    if origin in CANVAS_CLOUD.get(issuer, ()):
        return True
    below, path = urlsplit(issuer).path.rstrip("/") + "/", urlsplit(url).path
    if "%" in path or "\\" in path or {".", ".."} & set(path.split("/")):
        return False  # a server may read another path in it than we do
    return origin is not None and origin == origin_of(issuer) and path.startswith(below)


def _configuration(values: dict[str, Any]) -> PlatformConfiguration:
    platform = values["platform"]
    family = (platform["product_family_code"] or "").lower()
    audience = values["authorization_server"]
    return PlatformConfiguration(
        **{name: values[name] for name in _ENDPOINTS},
        family=family if _FAMILY.fullmatch(family) else None,
        # Canvas names a bare host here, and wants the address of its token endpoint all the same.
        token_audience=audience if audience and origin_of(audience) and audience != values["token_endpoint"] else None,
        name=platform["account_name"] or None,
        scopes=None if values["scopes_supported"] is None else frozenset(values["scopes_supported"]),
        variables=frozenset(name.removeprefix("$") for name in platform["variables"] or ()),
        placements=frozenset(
            placement
            for message in platform["messages_supported"] or ()
            if message.get("type") == "LtiResourceLinkRequest"
            for placement in message["placements"]
        ),
    )


def send_request(
    http: PlatformHttp, configuration: PlatformConfiguration, token: str, request: dict[str, Any]
) -> RegistrationAnswer:
    """Ask a platform to register this tool (LTI Dynamic Registration 1.0, 3.5 and 3.6).

    :raises RegistrationRefusedError: when it does not, or its answer cannot be used.
    """
    headers = {"Content-Type": "application/json", **_authorization(token)}
    try:
        answer = http.post(configuration.registration_endpoint, json.dumps(request).encode(), headers)
    except OutboundError as error:
        is_lost = error.reason in _MAY_HAVE_BEEN_TAKEN
        raise RegistrationRefusedError(RegistrationReason.ANSWER_LOST if is_lost else error.reason) from None
    _check_status(answer)
    try:
        return _read_answer(answer, request)
    except (OutboundError, ValidationError):
        raise RegistrationRefusedError(RegistrationReason.ANSWER_INCOMPLETE) from None


def _check_status(answer: Answer) -> None:
    status = answer.status
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        raise RegistrationRefusedError(RegistrationReason.TOKEN_REFUSED, _word(answer))
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise RegistrationRefusedError(RegistrationReason.PLATFORM_BROKEN)
    if status >= HTTPStatus.BAD_REQUEST:
        raise RegistrationRefusedError(RegistrationReason.PLATFORM_REFUSED, _word(answer))


def _read_answer(answer: Answer, request: dict[str, Any]) -> RegistrationAnswer:
    values: dict[str, Any] = AnswerSchema().load(answer.json())
    tool, asked = values["tool"] or {}, request[TOOL_CONFIGURATION]
    # A platform that says nothing of scopes or messages granted what was asked (RFC 7591, 3.2.1).
    scopes = request["scope"] if values["scope"] is None else values["scope"]
    messages = tool.get("messages") or asked["messages"]
    types = (message.get("type") for message in messages)
    return RegistrationAnswer(
        client_id=values["client_id"],
        # Canvas names it beside the client id, the standard inside the tool's configuration.
        deployment_id=tool.get("deployment_id") or values["deployment_id"],
        scopes=tuple(scope for scope in SCOPES if scope in scopes.split()),
        messages=tuple(sorted({kind for kind in types if kind})),
    )


def _word(answer: Answer) -> str | None:
    """Return the platform's own word for what is wrong: Moodle sends it bare, others in ``error`` (RFC 7591, 3.2.2)."""
    try:
        given = answer.json()
        said = given.get("error") if isinstance(given, dict) else given
    except OutboundError:
        said = answer.body.decode(errors="replace").strip()
    return said if isinstance(said, str) and _CODE.fullmatch(said) else None
