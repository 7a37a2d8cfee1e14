"""Makes the browser's pictures small: a palette in place of three bytes a dot, with nothing to install.

Our pages are a few plain colours and the greys at the edges of letters, so a palette loses nothing that an eye sees.
"""

from __future__ import annotations

import struct
import zlib
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_DEPTH, _RGB, _RGBA, _PALETTE = 8, 2, 6, 3
_LEFT, _UP, _MEAN, _PAETH = 1, 2, 3, 4
MOST_COLOURS = 64

_Colour = tuple[int, int, int]


def shrink(path: Path) -> None:
    """Write a picture of the browser again, in at most 64 colours."""
    width, rows = _read(path.read_bytes())
    counted = Counter(colour for row in rows for colour in row)
    palette = [colour for colour, _ in counted.most_common(MOST_COLOURS)]
    place = {colour: _nearest(colour, palette) for colour in counted}
    raw = b"".join(b"\0" + bytes(map(place.__getitem__, row)) for row in rows)
    header = struct.pack(">IIBBBBB", width, len(rows), _DEPTH, _PALETTE, 0, 0, 0)
    parts = (
        (b"IHDR", header),
        (b"PLTE", b"".join(map(bytes, palette))),
        (b"IDAT", zlib.compress(raw, 9)),
        (b"IEND", b""),
    )
    path.write_bytes(_SIGNATURE + b"".join(_chunk(name, data) for name, data in parts))


def _nearest(colour: _Colour, palette: list[_Colour]) -> int:
    distances = [sum((one - other) ** 2 for one, other in zip(colour, known, strict=True)) for known in palette]
    return distances.index(min(distances))


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _read(png: bytes) -> tuple[int, list[list[_Colour]]]:
    """Return the width of a PNG, and its rows of colours (PNG, third edition, section 9)."""
    chunks: dict[bytes, bytes] = {}
    for name, data in _chunks(png):
        chunks[name] = chunks.get(name, b"") + data
    width, _, depth, kind, *_, interlaced = struct.unpack(">IIBBBBB", chunks[b"IHDR"])
    assert (depth, interlaced) == (_DEPTH, 0)
    size = {_RGB: 3, _RGBA: 4}[kind]
    raw, length = zlib.decompress(chunks[b"IDAT"]), width * size
    rows, before = [], bytes(length)
    for start in range(0, len(raw), length + 1):
        before = _unfilter(raw[start], raw[start + 1 : start + 1 + length], before, size)
        rows.append([(before[at], before[at + 1], before[at + 2]) for at in range(0, length, size)])
    return width, rows


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(_SIGNATURE)
    while at < len(png):
        (length,) = struct.unpack_from(">I", png, at)
        yield png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        at += length + 12


def _unfilter(kind: int, row: bytes, above: bytes, size: int) -> bytes:
    """Undo what makes a row easy to pack."""
    found = bytearray(row)
    if kind == _UP:
        return bytes((one + other) & 255 for one, other in zip(row, above, strict=True))
    for at in range(len(found) if kind else 0):
        left, corner = (found[at - size], above[at - size]) if at >= size else (0, 0)
        guess = {_LEFT: left, _MEAN: (left + above[at]) // 2, _PAETH: 0}[kind]
        if kind == _PAETH:
            guess = _paeth(left, above[at], corner)
        found[at] = (found[at] + guess) & 255
    return bytes(found)


def _paeth(left: int, above: int, corner: int) -> int:
    straight = left + above - corner
    return min((left, above, corner), key=lambda near: abs(straight - near))
