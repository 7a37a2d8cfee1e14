"""Reading a signed token: three strict pieces, one algorithm, one signature (RFC 7515, RFC 8725).

A general library has to weigh algorithms, options and encodings. A launch allows exactly one of each, so this reads
that one and refuses the rest. The signature itself is checked by ``cryptography``.
"""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

from lti_tool.lti.refusals import LaunchRefusedError, Reason

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

_PIECES = re.compile(rb"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]*)")
_PADDING, _HASH = PKCS1v15(), SHA256()


@dataclass(frozen=True)
class SignedToken:
    """A token that is well formed. Nothing in it is to be believed before :meth:`open`."""

    key_id: str
    """Which of the platform's keys is said to have signed it."""
    _signed: bytes
    _payload: bytes
    _signature: bytes

    @classmethod
    def read(cls, text: str) -> SignedToken:
        """Take a token apart.

        :raises LaunchRefusedError: when it is no token, names no key, or asks for another algorithm than RS256.
        """
        pieces = _PIECES.fullmatch(text.encode("utf-8", "replace"))
        if pieces is None:
            raise LaunchRefusedError(Reason.TOKEN_MALFORMED)
        header = _read_json(_decode(pieces[1]))
        if header.get("alg") != "RS256":
            raise LaunchRefusedError(Reason.ALGORITHM_REFUSED)
        if "crit" in header:
            # "crit" names extensions that must be understood (RFC 7515, 4.1.11), and we understand none.
            raise LaunchRefusedError(Reason.TOKEN_MALFORMED)
        key_id = header.get("kid")
        if not isinstance(key_id, str) or not key_id:
            raise LaunchRefusedError(Reason.KEY_ID_MISSING)
        return cls(key_id, pieces[1] + b"." + pieces[2], pieces[2], _decode(pieces[3]))

    def open(self, key: RSAPublicKey) -> dict[str, Any]:
        """Check the signature, and return what was signed.

        :raises LaunchRefusedError: when this key did not sign it, or what it signed is no JSON object.
        """
        try:
            key.verify(self._signature, self._signed, _PADDING, _HASH)
        except InvalidSignature:
            raise LaunchRefusedError(Reason.SIGNATURE_WRONG) from None
        return _read_json(_decode(self._payload))


def _decode(piece: bytes) -> bytes:
    """Decode base64url without padding (RFC 7515, section 2). Bytes can be written in several ways; one is right."""
    decoded = base64.urlsafe_b64decode(piece + b"=" * (-len(piece) % 4)) if len(piece) % 4 != 1 else b""
    if base64.urlsafe_b64encode(decoded).rstrip(b"=") != piece:
        raise LaunchRefusedError(Reason.TOKEN_MALFORMED)
    return decoded


def _read_json(raw: bytes) -> dict[str, Any]:
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError):
        # Also JSON that Python will not read: nested too deep, or a number of five thousand digits.
        raise LaunchRefusedError(Reason.TOKEN_MALFORMED) from None
    if not isinstance(found, dict):
        raise LaunchRefusedError(Reason.TOKEN_MALFORMED)
    return found
