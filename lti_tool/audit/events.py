"""What can be written in the audit: each event has a name and exactly its keys, and none of them can hold a text."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import ClassVar


class Purpose(StrEnum):
    """As what somebody read: the audience that the author chose."""

    GROUP = "group"
    MEMBERS = "members"
    TEACHER = "teacher"


_ID = r"[a-z2-7]{26}"
KEYS = {"share_id": _ID, "reader_id": _ID, "author_id": _ID, "purpose": "|".join(Purpose)}
"""Everything that an event may hold, and what it looks like: ids of :mod:`lti_tool.kernel.ids`, and a code."""

_fits = {key: re.compile(pattern).fullmatch for key, pattern in KEYS.items()}


@dataclass(frozen=True)
class Event:
    """Something that happened. It refuses whatever is no id or code as soon as it is made (LOG-5)."""

    name: ClassVar[str]
    """``room:thing:past_tense``"""

    def __post_init__(self) -> None:
        """Look at each value. The error does not repeat it: it may be what somebody typed."""
        for key, value in self.values().items():
            if not _fits[key](value):
                message = f"{key} of an event is not what it must be"
                raise ValueError(message)

    def values(self) -> dict[str, str]:
        """Return the keys of this event and what they hold."""
        return {field.name: str(getattr(self, field.name)) for field in fields(self)}


@dataclass(frozen=True)
class ShareOpened(Event):
    """Somebody opened what another person shares with them."""

    name = "sharing:share:opened"

    share_id: str
    reader_id: str
    """The membership of who opened it."""
    author_id: str
    """The membership of whose it is."""
    purpose: str
    """A :class:`Purpose`, or its code."""
