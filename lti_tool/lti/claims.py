"""Checking an id_token: every rule of the standard, in a fixed order, each with its own reason.

The signature is checked first (:mod:`lti_tool.lti.signed_token`). The claims are checked here, against the tool's own
clock, and the LTI library's validators are asked for a second opinion. Rules: LTI Core 1.3 section 5.3, IMS Security
Framework 5.1.3, RFC 8725.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from marshmallow import ValidationError

from lti_tool.lti.course_parts import read_ids, read_restriction
from lti_tool.lti.library import second_opinion
from lti_tool.lti.presentation import Presentation, read_presentation
from lti_tool.lti.refusals import LaunchRefusedError, Reason
from lti_tool.lti.roles import ContextRoles, read_roles
from lti_tool.lti.schemas import CLAIM, IdTokenSchema

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

    from lti_tool.lti.registrations import KnownRegistration
    from lti_tool.lti.signed_token import SignedToken
    from lti_tool.lti.state import LoginState

LEEWAY = 60
"""Seconds that the two clocks may differ. Moodle's tokens live only sixty."""
MOST_AGE = 600
MOST_LIFETIME = 24 * 3600
RESOURCE_LINK = "LtiResourceLinkRequest"

_SCHEMA = IdTokenSchema()


@dataclass(frozen=True)
class LaunchClaims:
    """What a checked launch says."""

    subject: str
    deployment_id: str
    roles: ContextRoles
    name: str | None
    context_id: str | None
    context_title: str | None
    locale: str | None
    presentation: Presentation
    lms_groups: tuple[str, ...]
    """The LMS's ids of the small groups this person is in there."""
    sections: tuple[str, ...]
    """The LMS's ids of the sections this person is in."""
    sees_own_sections_only: bool | None
    """Whether this person may see only people of their own sections; None where the LMS does not say."""


def verify_launch(
    token: SignedToken, key: RSAPublicKey, *, registration: KnownRegistration, state: LoginState, now: int
) -> LaunchClaims:
    """Check a launch against the key of its platform, its registration and its login.

    :param now: seconds since 1970, on the tool's clock.
    :raises LaunchRefusedError: with the first rule that it breaks.
    """
    body = token.open(key)
    try:
        claims: dict[str, Any] = _SCHEMA.load(body)
    except ValidationError as error:
        raise _refusal(error, body) from None
    _check_parties(claims, registration)
    _check_times(claims, now)
    if not hmac.compare_digest(claims["nonce"].encode(), state.nonce.encode()):
        raise LaunchRefusedError(Reason.NONCE_DIFFERENT)
    _check_message(claims, state)
    second_opinion(body)
    return _read(claims)


def _refusal(error: ValidationError, body: dict[str, Any]) -> LaunchRefusedError:
    message_type = body.get(CLAIM + "message_type")
    if isinstance(message_type, str) and message_type != RESOURCE_LINK:
        # Another message has other claims: Moodle's deep linking has no resource link, and is not damaged.
        return LaunchRefusedError(Reason.MESSAGE_TYPE_REFUSED)
    missing = {
        name for name, field in _SCHEMA.fields.items() if field.required and (field.data_key or name) not in body
    }
    if missing:
        return LaunchRefusedError(Reason.CLAIM_MISSING, claim=min(missing))
    wrong = min(error.messages_dict).rpartition("/")[2]
    return LaunchRefusedError(Reason.CLAIM_MALFORMED, claim=wrong)


def _check_parties(claims: dict[str, Any], registration: KnownRegistration) -> None:
    if claims["iss"] != registration.issuer:
        raise LaunchRefusedError(Reason.ISSUER_DIFFERENT)
    audience, party = claims["aud"], claims["azp"]
    if registration.client_id not in audience or (len(audience) > 1 and party is None):
        raise LaunchRefusedError(Reason.AUDIENCE_DIFFERENT)
    if party is not None and party != registration.client_id:
        raise LaunchRefusedError(Reason.AUDIENCE_DIFFERENT, claim="azp")


def _check_times(claims: dict[str, Any], now: int) -> None:
    issued, expires = claims["iat"], claims["exp"]
    if expires + LEEWAY <= now:
        raise LaunchRefusedError(Reason.TOKEN_EXPIRED)
    if issued > now + LEEWAY or (claims["nbf"] or 0) > now + LEEWAY:
        raise LaunchRefusedError(Reason.TOKEN_FROM_FUTURE)
    if issued + MOST_AGE + LEEWAY < now:
        raise LaunchRefusedError(Reason.TOKEN_TOO_OLD)
    if expires - issued > MOST_LIFETIME:
        raise LaunchRefusedError(Reason.TOKEN_LIVES_TOO_LONG)


def _check_message(claims: dict[str, Any], state: LoginState) -> None:
    if claims["version"] != "1.3.0":
        raise LaunchRefusedError(Reason.VERSION_REFUSED)
    if claims["message_type"] != RESOURCE_LINK:
        raise LaunchRefusedError(Reason.MESSAGE_TYPE_REFUSED)
    if not state.fits_deployment(claims["deployment_id"]):
        raise LaunchRefusedError(Reason.DEPLOYMENT_DIFFERENT)
    if not state.fits_target(claims["target_link_uri"]):
        raise LaunchRefusedError(Reason.TARGET_DIFFERENT)


def _read(claims: dict[str, Any]) -> LaunchClaims:
    context = claims["context"] or {}
    custom = claims["custom"] or {}
    parts = (claims["given_name"] or "", claims["family_name"] or "")
    presentation = read_presentation(
        claims["presentation"] or {},
        custom,
        family=(claims["platform"] or {}).get("product_family_code"),
        context_id=context.get("id"),
    )
    return LaunchClaims(
        subject=claims["sub"],
        deployment_id=claims["deployment_id"],
        roles=read_roles(claims["roles"]),
        name=claims["name"] or " ".join(part for part in parts if part) or None,
        context_id=context.get("id"),
        context_title=context.get("title") or context.get("label") or None,
        locale=presentation.locale or claims["locale"],
        presentation=presentation,
        lms_groups=read_ids(custom.get("group_ids")),
        sections=read_ids(custom.get("section_ids")),
        sees_own_sections_only=read_restriction(custom.get("section_restricted")),
    )
