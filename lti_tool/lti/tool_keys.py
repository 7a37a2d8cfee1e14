"""The tool's own keys: made once, encrypted at rest, published as a JSON Web Key Set."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from jwt.algorithms import RSAAlgorithm
from sqlalchemy import select

from lti_tool.kernel.ids import digest
from lti_tool.lti.models import ToolKey

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from lti_tool.kernel.clock import Clock
    from lti_tool.kernel.key_ring import KeyRing

_PURPOSE = "tool keys"


def ensure_tool_key(session: Session, key_ring: KeyRing, clock: Clock) -> str:
    """Make the first key pair, unless there is one.

    :returns: the id of the newest key.
    """
    newest = session.execute(select(ToolKey.id).order_by(ToolKey.created_at.desc(), ToolKey.id).limit(1)).scalar()
    if newest is not None:
        return newest
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    jwk = RSAAlgorithm.to_jwk(private.public_key(), as_dict=True)
    key_id = _thumbprint(jwk)
    plain = private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    session.add(
        ToolKey(
            id=key_id,
            public_jwk=json.dumps({"kty": "RSA", "n": jwk["n"], "e": jwk["e"]}),
            private_key=key_ring.encrypt(_PURPOSE, plain, bound_to=_place(key_id)),
            created_at=clock.now(),
        )
    )
    session.flush()
    return key_id


def check_tool_key(session: Session, key_ring: KeyRing) -> None:
    """Check that the newest private key can be opened, if there is one.

    :raises KeyRingError: when the master keys that are set do not fit this database.
    """
    newest = session.execute(
        select(ToolKey.id, ToolKey.private_key).order_by(ToolKey.created_at.desc(), ToolKey.id).limit(1)
    ).one_or_none()
    if newest is not None:
        key_ring.decrypt(_PURPOSE, newest.private_key, bound_to=_place(newest.id))


def _place(key_id: str) -> str:
    return f"lti_tool_key.private_key:{key_id}"


def read_public_keys(session: Session) -> list[dict[str, Any]]:
    """Return our public keys as JSON Web Keys, newest first."""
    rows = session.execute(
        select(ToolKey.id, ToolKey.public_jwk).order_by(ToolKey.created_at.desc(), ToolKey.id).limit(20)
    )
    return [{**json.loads(row.public_jwk), "kid": row.id, "alg": "RS256", "use": "sig"} for row in rows]


def _thumbprint(jwk: dict[str, Any]) -> str:
    """Return the RFC 7638 thumbprint of an RSA key."""
    canonical = json.dumps({"e": jwk["e"], "kty": "RSA", "n": jwk["n"]}, separators=(",", ":"), sort_keys=True)
    return base64.urlsafe_b64encode(bytes.fromhex(digest(canonical))).decode().rstrip("=")
