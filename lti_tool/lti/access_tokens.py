"""Access tokens for a platform's services: asked for with a signed assertion (IMS Security Framework 1.0, 4.1).

Nothing that the platform says goes any further than a code from a list: its words may hold anything.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlencode

from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate

from lti_tool.kernel.errors import RugzakError
from lti_tool.kernel.ids import new_id
from lti_tool.lti.outbound import OutboundError, OutboundReason

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from lti_tool.lti.models import Registration
    from lti_tool.lti.outbound import Answer
    from lti_tool.lti.signing_keys import SigningKey

_ASSERTION_LIVES = timedelta(minutes=5)
_ISSUED_BEFORE = timedelta(seconds=5)
"""An assertion says that it was made a moment ago: some platforms allow no difference between the clocks at all."""
_LONGEST = timedelta(days=1)
_UNSAID = timedelta(minutes=5)
"""How long a token is used whose platform does not say how long it is good (RFC 6749, 4.2.2, only recommends it)."""
_ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_HEADERS = {"Content-Type": "application/x-www-form-urlencoded"}


class PlatformCaller(Protocol):
    """What is needed of :class:`lti_tool.lti.outbound.PlatformHttp`."""

    def get(self, url: str, headers: Mapping[str, str] | None = None) -> Answer:
        """Ask for an address, or raise OutboundError."""

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Send something to an address, or raise OutboundError."""


class TokenReason(StrEnum):
    """Why a platform gave no token, beside the reasons for which it could not be asked."""

    CLIENT_REFUSED = "client_refused"
    """It does not know us, or does not believe our signature."""
    SCOPE_REFUSED = "scope_refused"
    """It grants none of what was asked for, or not all of it."""
    REQUEST_REFUSED = "request_refused"
    """It says no, and none of the above."""
    PLATFORM_FAILED = "platform_failed"
    """It says that something went wrong on its side, or that it is too busy."""
    ANSWER_MALFORMED = "answer_malformed"
    """It says yes, and what it sends is no token."""


class TokenError(RugzakError):
    """A token could not be had. The message and the reason hold no word of the platform's answer."""

    def __init__(self, reason: TokenReason | OutboundReason) -> None:
        super().__init__(f"the platform gave no access token: {reason.value}.")
        self.reason = reason


@dataclass(frozen=True)
class AccessToken:
    """What opens a platform's services for a while."""

    value: str = field(repr=False)
    scopes: frozenset[str]
    """What it opens: at most what was asked for. A platform may leave out what it does not grant."""
    expires_at: datetime


def request_token(
    registration: Registration, scopes: Collection[str], signing_key: SigningKey, http: PlatformCaller, now: datetime
) -> AccessToken:
    """Ask a platform for an access token.

    A token belongs to one registration: many institutions share an issuer, so it is never looked up by that.

    :param scopes: what it is to open, at least one.
    :raises TokenError: when the platform cannot be asked, says no, or answers nonsense.
    """
    asked = sorted(set(scopes))
    form = {
        "grant_type": "client_credentials",
        "client_assertion_type": _ASSERTION_TYPE,
        "client_assertion": signing_key.sign(_assertion(registration, now)),
        "scope": " ".join(asked),
    }
    try:
        answer = http.post(registration.token_endpoint, urlencode(form).encode(), _HEADERS)
        if answer.status != HTTPStatus.OK:
            raise TokenError(_why_refused(answer))
        found: dict[str, Any] = _TokenSchema().load(answer.json())
    except OutboundError as error:
        malformed = error.reason is OutboundReason.NOT_JSON
        raise TokenError(TokenReason.ANSWER_MALFORMED if malformed else error.reason) from None
    except ValidationError:
        raise TokenError(TokenReason.ANSWER_MALFORMED) from None
    granted = asked if found["scope"] is None else set(found["scope"].split()) & set(asked)
    if not granted:
        raise TokenError(TokenReason.SCOPE_REFUSED)
    return AccessToken(found["access_token"], frozenset(granted), now + found["expires_in"])


def _assertion(registration: Registration, now: datetime) -> dict[str, Any]:
    """Say who asks (IMS Security Framework 1.0, 4.1.1). It can be used once: the id is random."""
    return {
        "iss": registration.client_id,
        "sub": registration.client_id,
        "aud": registration.token_audience or registration.token_endpoint,
        "iat": int((now - _ISSUED_BEFORE).timestamp()),
        "exp": int((now + _ASSERTION_LIVES).timestamp()),
        "jti": new_id(),
    }


_REFUSALS = {
    "invalid_client": TokenReason.CLIENT_REFUSED,
    "unauthorized_client": TokenReason.CLIENT_REFUSED,
    # Some platforms say it of an assertion whose signature or times they do not accept.
    "invalid_grant": TokenReason.CLIENT_REFUSED,
    "invalid_scope": TokenReason.SCOPE_REFUSED,
}
"""The codes of RFC 6749, 5.2, that say something an administrator can act on."""


def _why_refused(answer: Answer) -> TokenReason:
    if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR or answer.status == HTTPStatus.TOO_MANY_REQUESTS:
        return TokenReason.PLATFORM_FAILED
    try:
        found = answer.json()
    except OutboundError:
        found = None
    code = found.get("error") if isinstance(found, dict) else None
    if isinstance(code, str) and code in _REFUSALS:
        return _REFUSALS[code]
    if answer.status == HTTPStatus.UNAUTHORIZED:
        return TokenReason.CLIENT_REFUSED
    return TokenReason.REQUEST_REFUSED


class _Lifetime(fields.Integer):
    """Seconds. Some platforms write them as text."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if isinstance(value, bool):
            message = "not a number"
            raise ValidationError(message)
        seconds = super()._deserialize(value, attr, data, **kwargs)
        if not isinstance(seconds, int) or seconds < 1:
            message = "not a length of time"
            raise ValidationError(message)
        return min(timedelta(seconds=min(seconds, 10**9)), _LONGEST)


class _TokenSchema(Schema):
    """The platform's answer (RFC 6749, 5.1)."""

    class Meta:
        """Platforms add things of their own."""

        unknown = EXCLUDE

    # It goes into a header, so it holds nothing but what RFC 6750, 2.1, allows there.
    access_token = fields.String(
        required=True, validate=[validate.Length(1, 16_384), validate.Regexp(r"[A-Za-z0-9._~+/-]+=*\Z")]
    )
    token_type = fields.String(required=True, validate=validate.Regexp(r"(?i)bearer\Z"))
    expires_in = _Lifetime(load_default=_UNSAID)
    scope = fields.String(load_default=None, allow_none=True)
