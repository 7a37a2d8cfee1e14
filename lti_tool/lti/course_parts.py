"""What a launch says of where in a course somebody is: small groups and sections, by the LMS's ids alone.

They come as custom parameters. Canvas fills ``Canvas.group.contextIds``, ``Canvas.course.sectionIds`` (``42, 43``) and
``Canvas.course.sectionRestricted`` (a boolean, also in JSON); Moodle fills ``Moodle.Person.userGroupIds``. A variable
that a platform does not know, or not for this person, arrives as its own name. Nothing here refuses a launch.
"""

from __future__ import annotations

import json
import re
from typing import Any

_MOST_CHARACTERS = 10_000
_MOST_IDS = 100
_ID = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:%~-]{0,99}")
"""What can be an id: a word without spaces, so that no name of a group, and no e-mail address, is taken for one."""
_YES = frozenset({"true", "1"})
_NO = frozenset({"false", "0"})


def read_ids(text: str | None) -> tuple[str, ...]:
    """Read a list of ids, with commas or as JSON, each once and sorted; what is no id counts as absent."""
    text = (text or "").strip()
    if not text or len(text) > _MOST_CHARACTERS:
        return ()
    parts = _from_json(text) if text.startswith("[") else [part.strip() for part in text.split(",")]
    return tuple(sorted({part for part in parts if _ID.fullmatch(part)}))[:_MOST_IDS]


def _from_json(text: str) -> list[str]:
    try:
        found: Any = json.loads(text)
    except (ValueError, RecursionError):
        return []
    # True is a number to Python, and no id to anybody.
    return [str(one) for one in found if isinstance(one, str) or type(one) is int]


def read_restriction(text: str | None) -> bool | None:
    """Read whether somebody may see only people of their own sections; None where the platform does not say."""
    word = (text or "").strip().lower()
    return True if word in _YES else False if word in _NO else None
