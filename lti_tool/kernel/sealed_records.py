"""Sealing texts of records: each with the key of its own record, bound to what it is and to whose it is (STO-1).

Whoever controls both the server and its keys could technically read a text; ``docs/encryption.md`` says so.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from lti_tool.kernel.key_store import KeyStoreError
from lti_tool.kernel.log import describe_error, log

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.orm import Session

    from lti_tool.kernel.key_store import KeyStore

BLOCK = 2048
"""Bytes. A text is filled up to whole blocks, so that what is stored tells hardly anything of its length."""
_FORM = b"\x01"
_NONCE_BYTES = 12
_LENGTH_BYTES = 4

SealedRecord = tuple[str, str, bytes]
"""The id of a record, whose it is, and what is stored."""


class SealedRecords:
    """Seals and opens the texts of one kind of record."""

    def __init__(self, store: KeyStore, purpose: str) -> None:
        """Open nothing yet.

        :param purpose: what kind of record it is: a text of one kind opens as no other.
        """
        self.store = store
        self._purpose = purpose

    def seal(self, session: Session, record_id: str, owner_id: str, text: str) -> bytes:
        """Encrypt a text with AES-256-GCM under the key of its record, which is made and stored first.

        :param session: of the main database, where what is returned will be stored.
        :raises KeyStoreError: when the key store is not the main database's.
        :raises KeyRingError: when the record has a key that the master keys do not open.
        """
        self.store.claim(session)
        key = self.store.key_for(record_id, owner_id)
        plain = text.encode()
        plain = len(plain).to_bytes(_LENGTH_BYTES, "big") + plain
        plain += bytes(-len(plain) % BLOCK)
        nonce = os.urandom(_NONCE_BYTES)
        return _FORM + nonce + AESGCM(key).encrypt(nonce, plain, self._bound_to(record_id, owner_id))

    def open(self, records: Iterable[SealedRecord]) -> dict[str, str]:
        """Return the texts of records by id; one whose key is erased, or that was changed or moved, is missing.

        All of them are missing while the key store does not answer: a page that shows other things too is there.
        """
        found = list(records)
        try:
            keys = self.store.find_keys({record_id: owner_id for record_id, owner_id, _ in found}) if found else {}
        except KeyStoreError as error:
            log.error("kernel:keys:away", **describe_error(error))
            return {}
        texts = {}
        for record_id, owner_id, sealed in found:
            text = self._open(keys.get(record_id), record_id, owner_id, sealed)
            if text is not None:
                texts[record_id] = text
        return texts

    def _open(self, key: bytes | None, record_id: str, owner_id: str, sealed: bytes) -> str | None:
        if key is None or sealed[:1] != _FORM:
            return None
        body = sealed[1:]
        try:
            plain = AESGCM(key).decrypt(body[:_NONCE_BYTES], body[_NONCE_BYTES:], self._bound_to(record_id, owner_id))
        except (InvalidTag, ValueError):
            return None
        length = int.from_bytes(plain[:_LENGTH_BYTES], "big")
        return plain[_LENGTH_BYTES : _LENGTH_BYTES + length].decode()

    def _bound_to(self, record_id: str, owner_id: str) -> bytes:
        return f"{self._purpose}:{record_id}:{owner_id}".encode()
