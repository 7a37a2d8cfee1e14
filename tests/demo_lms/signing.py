"""The keys of the demo LMS, and a signer that will sign anything, also what no honest platform would.

A signer of our own, because a good JWT library rightly refuses to make half of the tokens that a tool must
learn to refuse. See RFC 7515 (signing), RFC 7517 (key sets) and RFC 7638 (thumbprints).
"""

from __future__ import annotations

import base64
import functools
import hashlib
import hmac
import json
import os
from typing import TYPE_CHECKING, Any

import jwt
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

# A header or a claim may hold any JSON value, and the spoiled ones hold what they should not: hence Any.
Claims = dict[str, Any]

SigningKey = rsa.RSAPrivateKey | bytes | None
"""What signs: an RSA key (RS256), a shared secret (HS256) or nothing at all (none)."""

ORDINARY_BITS = 2048
WEAK_BITS = 1024


def encode(data: bytes) -> str:
    """Write bytes as base64url without padding, as every part of a token is written."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def create_key(bits: int = ORDINARY_BITS) -> rsa.RSAPrivateKey:
    """Make an RSA key that nobody has seen before."""
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


@functools.cache
def named_key(name: str, *, bits: int = ORDINARY_BITS, folder: Path | None = None) -> rsa.RSAPrivateKey:
    """Give the RSA key of this name: always the same one in a process, and from run to run with a folder.

    The folder is for people who restart the demo: a tool that remembers the key set keeps accepting it.
    """
    if folder is None:
        return create_key(bits)
    path = folder / f"{name}.pem"
    if path.exists():
        kept = serialization.load_pem_private_key(path.read_bytes(), password=None)
        if isinstance(kept, rsa.RSAPrivateKey):
            return kept
    made = create_key(bits)
    _keep(made, path)
    return made


def _keep(key: rsa.RSAPrivateKey, path: Path) -> None:
    """Write a key for its owner alone, and whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    draft = path.with_suffix(f".{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_bytes(text)
    draft.replace(path)


def public_jwk(key: rsa.RSAPrivateKey) -> dict[str, str]:
    """Give the public half of a key as it stands in a key set, its thumbprint as `kid`."""
    numbers = key.public_key().public_numbers()
    core = {"e": _encode_number(numbers.e), "kty": "RSA", "n": _encode_number(numbers.n)}
    thumbprint = hashlib.sha256(json.dumps(core, separators=(",", ":"), sort_keys=True).encode()).digest()
    return {**core, "alg": "RS256", "use": "sig", "kid": encode(thumbprint)}


def key_id(key: rsa.RSAPrivateKey) -> str:
    """Give the `kid` under which a key is published."""
    return public_jwk(key)["kid"]


def public_pem(key: rsa.RSAPrivateKey) -> bytes:
    """Give the public half of a key as PEM: what a careless tool would take for a shared secret."""
    return key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def sign_token(payload: str, header: Claims, key: SigningKey) -> str:
    """Sign a JSON text as a compact token; the kind of key decides how, the header says what it says."""
    signed = f"{encode(json.dumps(header).encode())}.{encode(payload.encode())}"
    if key is None:
        signature = b""
    elif isinstance(key, bytes):
        signature = hmac.digest(key, signed.encode(), "sha256")
    else:
        signature = key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
    return f"{signed}.{encode(signature)}"


def read_token(token: str, keys: Iterable[rsa.RSAPrivateKey]) -> Claims | None:
    """Give the claims of a token that one of these keys signed under its own `kid`; None for any other text."""
    return verify_token(token, {"keys": [public_jwk(key) for key in keys]})


def verify_token(token: str, key_set: Mapping[str, Any]) -> Claims | None:
    """Give the claims of an RS256 token whose `kid` is in the key set and whose signature is right, or None.

    Of what the claims say nothing is checked, the times included: the clock of the LMS is not the computer's.
    """
    options: Any = {f"verify_{name}": False for name in ("exp", "iat", "nbf", "aud", "iss", "sub", "jti")}
    try:
        kid = jwt.get_unverified_header(token)["kid"]
        (found,) = [key for key in key_set["keys"] if key.get("kid") == kid]
        claims: Claims = jwt.decode(token, jwt.PyJWK(found, "RS256"), algorithms=["RS256"], options=options)
    except (jwt.PyJWTError, LookupError, TypeError, ValueError, AttributeError):
        return None
    return claims


def peek(token: str) -> Claims | None:
    """Give what a token says before anybody knows whether it is true, or None for a text that is no token."""
    try:
        claims: Claims = jwt.decode(token, options={"verify_signature": False})
    except jwt.PyJWTError:
        return None
    return claims


def _encode_number(number: int) -> str:
    return encode(number.to_bytes((number.bit_length() + 7) // 8, "big"))
