"""Bringing together what two windows typed into one form, so that nothing is written over unseen. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lti_tool.kernel.ids import digest

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Merged:
    """What becomes of a form that several people fill in at once."""

    texts: dict[str, str]
    """What is kept."""
    met: frozenset[str]
    """The fields that somebody else changed too: theirs is kept, and both are shown to who came second."""
    has_unseen: bool
    """Whether anything stands there that who saved has not seen: it is read before it is handed in."""


def merge_texts(stored: Mapping[str, str], typed: Mapping[str, str], seen: Mapping[str, str]) -> Merged:
    """Bring together what is stored and what somebody typed, who saw the fields as they were before.

    A field that only one of them changed takes that change. One that both changed keeps what is stored, so that nothing
    is written over unseen; the other text goes back to the page where it was typed.

    :param seen: for each field, the :func:`mark` of what stood there when the page was opened.
    """
    texts, met = dict(stored), set[str]()
    for name, text in typed.items():
        now = stored.get(name, "")
        if text == now or mark(text) == seen.get(name):
            continue
        if mark(now) == seen.get(name):
            texts[name] = text
        else:
            met.add(name)
    has_unseen = any(mark(stored.get(name, "")) != seen.get(name) for name in typed)
    return Merged(texts, frozenset(met), has_unseen)


def mark(text: str) -> str:
    """Return what tells one text from another, to know later whether it changed."""
    return digest(text)[:16]
