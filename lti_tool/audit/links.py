"""How the list of what was opened hangs together: what seals an event and the ends, and going along it. Pure."""

from __future__ import annotations

import hmac
import json
from dataclasses import dataclass
from datetime import UTC
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from lti_tool.audit.events import KEYS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from lti_tool.kernel.key_ring import KeyRing

HEAD_LENGTH = 16
"""How many characters of the last HMAC are enough to tell one list from another."""
MAC_BYTES = 32
EVENT, SEAL = "audit", "audit seal"
"""What a key is for: an event is sealed with another one than the ends."""
_SIGNED = ("sequence", "at", "event", *KEYS)


class Why(StrEnum):
    """What is wrong with a list."""

    CHANGED = "changed"
    """An event is not as it was written, or a master key of its time is not set."""
    MISSING = "missing"
    """An event is gone from between others."""
    CUT_OFF = "cut_off"
    """Events are gone from one of the ends."""
    ADDED = "added"
    """An event stands before the first or after the last."""
    HEAD = "head"
    """The row of both ends is gone, or not as it was written."""
    NO_KEY = "no_key"
    """Nothing in it was made with a master key that is set."""


@dataclass(frozen=True)
class Verdict:
    """What a look at the whole list found."""

    events: int = 0
    """How many hold, from the first on."""
    first_at: datetime | None = None
    last_at: datetime | None = None
    head: str | None = None
    """The first 16 characters of the last HMAC, in hex: to be written down elsewhere."""
    why: Why | None = None
    broken_at: int | None = None
    """The first sequence that is missing or does not hold."""

    @property
    def is_whole(self) -> bool:
        """Whether nothing is wrong with it."""
        return self.why is None


@dataclass(frozen=True)
class Ends:
    """Both ends of the list, as they are sealed."""

    first_sequence: int = 1
    anchor: bytes = bytes(MAC_BYTES)
    last_sequence: int = 0
    last_mac: bytes = bytes(MAC_BYTES)

    @staticmethod
    def of(row: Mapping[Any, Any]) -> Ends:
        """Read them from their row."""
        return Ends(row["first_sequence"], row["anchor"], row["last_sequence"], row["last_mac"])

    def spell(self) -> bytes:
        """Write them in the one way that there is."""
        return _spell([self.first_sequence, self.anchor.hex(), self.last_sequence, self.last_mac.hex()])


class Walk:
    """Goes along the list, event by event, for as long as it holds."""

    def __init__(self, key_ring: KeyRing, ends: Ends) -> None:
        self._key_ring = key_ring
        self._ends = ends
        self.events = 0
        self._first_at: datetime | None = None
        self._last_at: datetime | None = None
        self.sequence = ends.first_sequence - 1
        self.mac = ends.anchor

    def follow(self, row: Mapping[Any, Any]) -> Verdict | None:
        """Go on to an event, or say why it does not follow from where we are."""
        sequence = row["sequence"]
        if sequence <= self.sequence or self.sequence == self._ends.last_sequence:
            return self._judge(Why.ADDED, sequence)
        if sequence > self.sequence + 1:
            return self._judge(Why.MISSING if self.events else Why.CUT_OFF, self.sequence + 1)
        if not is_signed(self._key_ring, EVENT, self.mac + spell_event(row), row["mac"]):
            return self._judge(Why.CHANGED, sequence)
        self.sequence, self.mac = sequence, row["mac"]
        self.events += 1
        self._first_at, self._last_at = self._first_at or row["at"], row["at"]
        return None

    def finish(self) -> Verdict:
        """Say whether this is the other end."""
        if self.sequence < self._ends.last_sequence:
            return self._judge(Why.CUT_OFF, self.sequence + 1)
        if self.mac != self._ends.last_mac:
            return self._judge(Why.CHANGED, self.sequence)
        return self._judge()

    def _judge(self, why: Why | None = None, broken_at: int | None = None) -> Verdict:
        head = self._ends.last_mac.hex()[:HEAD_LENGTH]
        return Verdict(self.events, self._first_at, self._last_at, head, why, broken_at)


def is_signed(key_ring: KeyRing, purpose: str, message: bytes, mac: bytes) -> bool:
    """Whether a key that is set made this seal of a message."""
    return any(hmac.compare_digest(mac, one) for one in key_ring.macs(purpose, message))


def spell_event(row: Mapping[Any, Any]) -> bytes:
    """Write an event in the one way that there is."""
    at = row["at"].astimezone(UTC).isoformat(timespec="microseconds")
    return _spell({**{name: row[name] for name in _SIGNED}, "at": at})


def _spell(told: object) -> bytes:
    """Write it as JSON in the one way that there is."""
    return json.dumps(told, sort_keys=True, separators=(",", ":")).encode()
