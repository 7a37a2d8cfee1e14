"""Why a login or a launch is refused: one code each, for the page, the log and the telephone."""

from __future__ import annotations

from contextlib import contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class Reason(StrEnum):
    """What was wrong. The code says nothing about who somebody is, or what they wanted to open."""

    LOGIN_INCOMPLETE = "login_incomplete"
    LOGIN_MALFORMED = "login_malformed"
    UNKNOWN_REGISTRATION = "unknown_registration"
    AMBIGUOUS_REGISTRATION = "ambiguous_registration"
    FOREIGN_TARGET = "foreign_target"

    NOT_A_LAUNCH = "not_a_launch"
    PLATFORM_ERROR = "platform_error"
    STATE_INVALID = "state_invalid"
    STATE_EXPIRED = "state_expired"
    COOKIE_MISSING = "cookie_missing"
    COOKIE_DIFFERENT = "cookie_different"
    STORAGE_DIFFERENT = "storage_different"
    REPLAYED = "replayed"

    TOKEN_MALFORMED = "token_malformed"  # noqa: S105 (a code, not a secret)
    KEY_ID_MISSING = "key_id_missing"
    KEY_UNKNOWN = "key_unknown"
    KEYS_UNAVAILABLE = "keys_unavailable"
    ALGORITHM_REFUSED = "algorithm_refused"
    SIGNATURE_WRONG = "signature_wrong"

    CLAIM_MISSING = "claim_missing"
    CLAIM_MALFORMED = "claim_malformed"
    ISSUER_DIFFERENT = "issuer_different"
    AUDIENCE_DIFFERENT = "audience_different"
    NONCE_DIFFERENT = "nonce_different"
    TOKEN_EXPIRED = "token_expired"  # noqa: S105 (a code, not a secret)
    TOKEN_TOO_OLD = "token_too_old"  # noqa: S105 (a code, not a secret)
    TOKEN_FROM_FUTURE = "token_from_future"  # noqa: S105 (a code, not a secret)
    TOKEN_LIVES_TOO_LONG = "token_lives_too_long"  # noqa: S105 (a code, not a secret)
    VERSION_REFUSED = "version_refused"
    MESSAGE_TYPE_REFUSED = "message_type_refused"
    DEPLOYMENT_WAITING = "deployment_waiting"
    DEPLOYMENT_DIFFERENT = "deployment_different"
    TARGET_DIFFERENT = "target_different"

    TOO_MANY = "too_many"


_STATUS = {
    Reason.UNKNOWN_REGISTRATION: 404,
    Reason.STATE_EXPIRED: 401,
    Reason.TOKEN_EXPIRED: 401,
    Reason.TOKEN_TOO_OLD: 401,
    Reason.TOKEN_FROM_FUTURE: 401,
    Reason.KEYS_UNAVAILABLE: 503,
    Reason.TOO_MANY: 429,
} | dict.fromkeys(
    (
        Reason.STATE_INVALID,
        Reason.COOKIE_MISSING,
        Reason.COOKIE_DIFFERENT,
        Reason.STORAGE_DIFFERENT,
        Reason.REPLAYED,
        Reason.KEY_UNKNOWN,
        Reason.ALGORITHM_REFUSED,
        Reason.SIGNATURE_WRONG,
        Reason.ISSUER_DIFFERENT,
        Reason.AUDIENCE_DIFFERENT,
        Reason.NONCE_DIFFERENT,
        Reason.DEPLOYMENT_WAITING,
        Reason.DEPLOYMENT_DIFFERENT,
        Reason.TARGET_DIFFERENT,
    ),
    403,
)


class LaunchRefusedError(Exception):
    """A login or a launch did not prove what it must. Nothing of it is stored."""

    def __init__(self, reason: Reason, *, claim: str | None = None) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.claim = claim
        """Which claim or parameter it was about, for the log."""
        self.registration_id: str | None = None
        """Whose connection it was about, once that is known: its administrator can see the reason."""
        self.deployment_id: str | None = None
        """Of a deployment that waits: the LMS's id, which a signed launch named."""
        self.again: Mapping[str, str] | None = None
        """The fields with which the person may ask once more by a press, where that helps."""

    @property
    def status(self) -> int:
        """The HTTP status of the answer: 400 for what is malformed, 403 for what is not allowed, and so on."""
        return _STATUS.get(self.reason, 400)


@contextmanager
def refusals_about(registration_id: str) -> Iterator[None]:
    """Let a refusal in this block say which connection it was about."""
    try:
        yield
    except LaunchRefusedError as error:
        error.registration_id = registration_id
        raise
