"""Which piece of a sound somebody asked for (https://www.rfc-editor.org/rfc/rfc9110#name-range-requests). Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

LONGEST = 512 * 1024
"""A piece has at most this many bytes: a player asks for the next one when it needs it."""
_ASKED = re.compile(r"bytes=(?:(?P<first>[0-9]{1,15})-(?P<last>[0-9]{0,15})|-(?P<tail>[0-9]{1,15}))\Z")


@dataclass(frozen=True)
class Piece:
    """A stretch of bytes, counted from 0."""

    start: int
    length: int


class NoSuchPieceError(ValueError):
    """What was asked for lies outside the sound."""


def find_piece(asked: str, size: int) -> Piece | None:
    """Return the piece that a Range header asks for; None where the whole is the answer.

    A header that nobody understands, or that asks for more than one piece, may be answered with the whole.

    :raises NoSuchPieceError: when none of it is there.
    """
    found = _ASKED.match(asked)
    if found is None:
        return None
    if found["tail"]:
        start, stop = max(size - int(found["tail"]), 0), size
    else:
        start, stop = int(found["first"]), int(found["last"] or size) + bool(found["last"])
        if stop <= start < size:
            return None  # it ends before it begins
    if start >= min(stop, size):
        message = f"there are {size} bytes"
        raise NoSuchPieceError(message)
    return Piece(start, min(stop - start, size - start, LONGEST))
