"""The key that signs what we send to a platform: read from the database, and kept for a minute."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

import jwt
from cryptography.hazmat.primitives.serialization import load_der_private_key

from lti_tool.kernel.errors import RugzakError
from lti_tool.lti.tool_keys import open_current_key

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from sqlalchemy.orm import Session

    from lti_tool.kernel.clock import Clock
    from lti_tool.kernel.database import Database
    from lti_tool.kernel.key_ring import KeyRing

_KEPT_FOR = timedelta(minutes=1)
"""How long a process signs on with a key that was replaced meanwhile. That one stays published for far longer."""


class SigningKeyError(RugzakError):
    """There is no key to sign with."""


@dataclass(frozen=True)
class SigningKey:
    """The key that signs."""

    kid: str
    """Its key id, under which it is published."""
    private_key: RSAPrivateKey = field(repr=False)

    def sign(self, claims: Mapping[str, Any]) -> str:
        """Return a signed JSON Web Token, RS256, that names this key (IMS Security Framework 1.0, 4.1 and 5.2)."""
        return jwt.encode(dict(claims), self.private_key, algorithm="RS256", headers={"kid": self.kid})


def load_signing_key(session: Session, key_ring: KeyRing) -> SigningKey:
    """Return the current key, opened. That takes tens of milliseconds, so :class:`SigningKeys` keeps it for a while.

    :raises SigningKeyError: when there is none yet.
    :raises KeyRingError: when the master keys that are set do not fit this database.
    """
    found = open_current_key(session, key_ring)
    if found is None:
        message = "there is no key to sign with yet; make one with: flask --app wsgi keys rotate"
        raise SigningKeyError(message)
    key_id, plain = found
    return SigningKey(key_id, cast("RSAPrivateKey", load_der_private_key(plain, password=None)))


class SigningKeys:
    """The signing key of one process, read anew each minute."""

    def __init__(self, database: Database, key_ring: KeyRing, clock: Clock) -> None:
        self._database = database
        self._key_ring = key_ring
        self._clock = clock
        self._kept: tuple[datetime, SigningKey] | None = None

    def current(self) -> SigningKey:
        """Return the key to sign with.

        :raises SigningKeyError: as :func:`load_signing_key` does.
        :raises KeyRingError: as :func:`load_signing_key` does.
        """
        now, kept = self._clock.now(), self._kept
        if kept is not None and timedelta(0) <= now - kept[0] < _KEPT_FOR:
            return kept[1]
        with self._database.session(writes=False) as session:
            key = load_signing_key(session, self._key_ring)
        self._kept = (now, key)
        return key
