"""Identifiers and secrets: random, so that nothing can be read from them or guessed."""

from __future__ import annotations

import base64
import hashlib
import secrets
from functools import lru_cache

ID_LENGTH = 26
_LETTERS = b"abcdefghijklmnopqrstuvwxyz234567"
# What each of 256 values of a random byte becomes: one of 32 letters, and at the end, where 128 bits leave three of
# five, one of 8.
_ANY, _LAST = _LETTERS * 8, _LETTERS[::4] * 32


def new_id() -> str:
    """Return 128 random bits as 26 characters a-z and 2-7: safe in addresses and on a command line."""
    drawn = secrets.token_bytes(ID_LENGTH)
    return (drawn[:-1].translate(_ANY) + drawn[-1:].translate(_LAST)).decode("ascii")


@lru_cache(maxsize=256)
def encode_id(raw: bytes) -> str:
    """Write 16 bytes as an id."""
    return base64.b32encode(raw).decode("ascii").rstrip("=").lower()


@lru_cache(maxsize=256)
def decode_id(text: str) -> bytes:
    """Read the 16 bytes of an id.

    :raises ValueError: when the text is not an id.
    """
    if len(text) != ID_LENGTH:
        message = "an id has 26 characters"
        raise ValueError(message)
    return base64.b32decode(text.upper() + "======")


def new_secret() -> str:
    """Return 256 random bits as 43 characters that are safe in an address."""
    return secrets.token_urlsafe(32)


def new_reference() -> str:
    """Return four characters to tell one error page from another on the telephone; it identifies nobody."""
    return "".join(secrets.choice("23456789ABCDEFGHJKLMNPQRSTUVWXYZ") for _ in range(4))


def digest(text: str) -> str:
    """Return the SHA-256 of a text, in hex: what is stored instead of a secret, and what names a content."""
    return hashlib.sha256(text.encode()).hexdigest()
