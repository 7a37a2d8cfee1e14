"""The state of a login: a signed, expiring token, so that a login writes nothing.

LTI 1.3 lets a third party begin a login, so a state must be tied to the browser it was given to (OpenID Connect Core
3.1.2.1; IMS Security Framework 5.1.1). Ours carries what the launch must match and is signed; the nonce and the
browser's secret are HMACs of it under keys of their own. A flood of logins therefore costs no database, and whoever
sees the state (it travels through addresses and through the LMS) learns neither the nonce's nor the secret's key.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import os
import struct
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from lti_tool.kernel.ids import decode_id, encode_id
from lti_tool.lti.refusals import LaunchRefusedError, Reason

if TYPE_CHECKING:
    from lti_tool.kernel.key_ring import KeyRing

COOKIE_PREFIX = "__Host-lti-"
STORAGE_PREFIX = "lti_login_"
LIFETIME = 600
"""Seconds between a login and its launch."""

_LAYOUT = struct.Struct(">16sI16s8s8s")  # random, issued at, registration, target, deployment
_MAC_BYTES = 16
_LENGTH = 4 * -(-(_LAYOUT.size + _MAC_BYTES) // 3)
_NO_DEPLOYMENT = bytes(8)


@dataclass(frozen=True)
class LoginState:
    """One login, as the launch will find it again."""

    text: str
    """What travels: the value of ``state``."""
    issued_at: int
    registration_id: str
    target: bytes
    deployment: bytes
    nonce: str
    secret: str
    """What the browser keeps in its cookie. Of the platform, only its storage in the browser ever holds it."""

    @property
    def cookie_name(self) -> str:
        """The name of this login's cookie: one for each login, so that two frames do not overwrite each other."""
        return COOKIE_PREFIX + self.text[:10]

    @property
    def storage_key(self) -> str:
        """The name of this login's secret in the platform's storage."""
        return STORAGE_PREFIX + self.text[:10]

    def fits_target(self, target_link_uri: str) -> bool:
        """Whether this is the target that was named at the login."""
        return hmac.compare_digest(self.target, _short(target_link_uri))

    def fits_deployment(self, deployment_id: str) -> bool:
        """Whether this is the deployment that was named at the login, if one was."""
        return self.deployment in (_NO_DEPLOYMENT, _short(deployment_id))


def issue_state(
    key_ring: KeyRing, *, now: int, registration_id: str, target_link_uri: str, deployment_id: str | None
) -> LoginState:
    """Make the state of a new login.

    :param now: seconds since 1970.
    :param deployment_id: what the platform said at the login; not every platform says it.
    """
    deployment = _NO_DEPLOYMENT if deployment_id is None else _short(deployment_id)
    body = _LAYOUT.pack(os.urandom(16), now, decode_id(registration_id), _short(target_link_uri), deployment)
    return _complete(body, key_ring.mac("login state", body)[:_MAC_BYTES], key_ring.mac("login secret", body))


def read_state(key_ring: KeyRing, text: str, *, now: int) -> LoginState:
    """Open the state that came back with a launch.

    :raises LaunchRefusedError: when we did not sign it, or it is older than ten minutes.
    """
    body, mac = _split(text)
    candidates = zip(key_ring.macs("login state", body), key_ring.macs("login secret", body), strict=True)
    for expected, secret in candidates:
        if hmac.compare_digest(mac, expected[:_MAC_BYTES]):
            state = _complete(body, mac, secret)
            if not state.issued_at - 60 <= now <= state.issued_at + LIFETIME:
                raise LaunchRefusedError(Reason.STATE_EXPIRED)
            return state
    raise LaunchRefusedError(Reason.STATE_INVALID)


def _split(text: str) -> tuple[bytes, bytes]:
    if len(text) != _LENGTH:
        raise LaunchRefusedError(Reason.STATE_INVALID)
    try:
        raw = base64.b64decode(text, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise LaunchRefusedError(Reason.STATE_INVALID) from None
    return raw[: _LAYOUT.size], raw[_LAYOUT.size :]


def _complete(body: bytes, mac: bytes, secret: bytes) -> LoginState:
    _, issued_at, registration, target, deployment = _LAYOUT.unpack(body)
    # The nonce hangs on the secret's key, not on the state: who sees the state cannot tell the nonce of its login.
    return LoginState(
        text=base64.urlsafe_b64encode(body + mac).decode("ascii"),
        issued_at=issued_at,
        registration_id=encode_id(registration),
        target=target,
        deployment=deployment,
        nonce=_text(hmac.digest(secret, b"nonce", "sha256")),
        secret=_text(hmac.digest(secret, b"browser", "sha256")),
    )


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode("ascii").rstrip("=")


def _short(text: str) -> bytes:
    return sha256(text.encode("utf-8", "surrogatepass")).digest()[:8]
