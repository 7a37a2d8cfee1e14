"""The master keys and what is derived from them: one key for each purpose, so that none does two jobs."""

from __future__ import annotations

import hmac
import os
import re
from functools import lru_cache
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from lti_tool.kernel.errors import RugzakError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_NONCE_BYTES = 12
_KEY_NAME = re.compile(r"[A-Za-z0-9_-]{1,20}")


class KeyRingError(RugzakError):
    """What was stored cannot be opened with the master keys that are set."""


class KeyRing:
    """Keys by name, newest first. The first encrypts and signs; every one of them opens and checks."""

    def __init__(self, master_keys: Sequence[tuple[str, bytes]]) -> None:
        if not master_keys:
            message = "a key ring needs at least one master key"
            raise ValueError(message)
        self._names = tuple(name for name, _ in master_keys)
        self._masters = dict(master_keys)
        self._derived = lru_cache(maxsize=256)(self._derive)

    def _derive(self, name: str, purpose: str) -> bytes:
        return HKDF(SHA256(), length=32, salt=None, info=f"rugzak {purpose}".encode()).derive(self._masters[name])

    def mac(self, purpose: str, message: bytes) -> bytes:
        """Return the HMAC-SHA256 of a message under the newest key for this purpose."""
        return hmac.digest(self._derived(self._names[0], purpose), message, "sha256")

    def macs(self, purpose: str, message: bytes) -> Iterator[bytes]:
        """Yield the HMAC under each key, newest first: for checking what an older key may have signed."""
        for name in self._names:
            yield hmac.digest(self._derived(name, purpose), message, "sha256")

    def encrypt(self, purpose: str, plain: bytes, bound_to: str) -> bytes:
        """Encrypt with AES-256-GCM.

        :param bound_to: what the ciphertext belongs to (table, column and row); decrypting elsewhere fails.
        """
        name = self._names[0]
        nonce = os.urandom(_NONCE_BYTES)
        sealed = AESGCM(self._derived(name, purpose)).encrypt(nonce, plain, bound_to.encode())
        return name.encode() + b":" + nonce + sealed

    def decrypt(self, purpose: str, sealed: bytes, bound_to: str) -> bytes:
        """Open what :meth:`encrypt` made.

        :raises KeyRingError: when the key is not set here, or the bytes were changed or moved.
        """
        name, _, body = sealed.partition(b":")
        key_name = name.decode("ascii", "replace")
        if _KEY_NAME.fullmatch(key_name) and key_name not in self._masters:
            message = f"a master key that was used before is not in RUGZAK_MASTER_KEYS: {key_name}; add it again."
            raise KeyRingError(message)
        try:
            cipher = AESGCM(self._derived(key_name, purpose))
            return cipher.decrypt(body[:_NONCE_BYTES], body[_NONCE_BYTES:], bound_to.encode())
        except (InvalidTag, KeyError, ValueError):
            message = "something encrypted could not be opened: it was changed, or the master key is another one."
            raise KeyRingError(message) from None
