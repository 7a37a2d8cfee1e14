"""Finding the students of a course in a list of names, without guessing. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from lti_tool.groups.timetable.rows import Row

_TUSSENVOEGSELS = (
    "aan af al bij da de del dela della den der des di dos du el het in onder op over te ten ter thoe toe tot uijt uit "
    "van ver von voor vom zu zum zur"
)
"""The Dutch ones, and those of other languages that Dutch lists part from a name in the same way.

Not those that often are a whole surname, such as *Le* and *Do*; and no single letter, as that can be an initial.
"""
_PREFIXES = frozenset(_TUSSENVOEGSELS.split())
_SHORT = (
    (re.compile(r"(?<!\w)'t(?!\w)"), " het "),
    (re.compile(r"(?<!\w)'s(?!\w)"), " des "),
    (re.compile(r"(?<!\w)v[./ ]{0,2}d(?!\w)"), " van de "),
)
_APOSTROPHES = str.maketrans(dict.fromkeys("\u2019\u2018\u02bc\u0060\u00b4", "'"))
_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "\u0131": "i", "'": None}
)
"""What Unicode does not take apart by itself."""
_LEAST_PARTS = 2
_PARTED = re.compile(r"[\W_]+")

Key = tuple[str, ...]


@dataclass(frozen=True)
class Ambiguous:
    """A row that could be more than one student."""

    row: Row
    candidates: tuple[str, ...]


@dataclass(frozen=True)
class Matched:
    """What a list says about the students of a course. Every student is in one of the four that hold ids.

    ``candidates`` of ambiguous rows count only for who is not placed.
    """

    placement: Mapping[str, str]
    """For each student that was found, the label of their group."""
    unmatched: tuple[Row, ...]
    ambiguous: tuple[Ambiguous, ...]
    contradicting: Mapping[str, tuple[Row, ...]]
    """Students whom several rows put in different groups; they are not placed."""
    missing: tuple[str, ...]
    """Students whom the list does not name, and could not mean."""


def match_names(rows: Iterable[Row], people: Mapping[str, str]) -> Matched:
    """Find for each row the one student it can mean.

    Names are the same whatever their case, accents, apostrophes and hyphens, and in whatever order their parts stand:
    *Boer, Sem de* is *Sem de Boer*. If nobody has such a name, *tussenvoegsels* may differ or be missing, unless that
    student stands in the list by their full name. A row that fits two students is ambiguous, however alike the rest is.
    """
    named = {one: name_key(name) for one, name in sorted(people.items())}
    exact, loose = _group(named), _group({one: loose_key(key) for one, key in named.items()})
    found: defaultdict[str, list[Row]] = defaultdict(list)
    unmatched, ambiguous, later = [], [], []
    for row in rows:
        key = name_key(row.name)
        candidates = exact.get(key, ())
        if not candidates:
            later.append((row, loose.get(loose_key(key), ())))
        elif len(candidates) == 1:
            found[candidates[0]].append(row)
        else:
            ambiguous.append(Ambiguous(row, candidates))
    taken = frozenset(found)
    for row, candidates in later:
        if not candidates or (len(candidates) == 1 and candidates[0] in taken):
            unmatched.append(row)
        elif len(candidates) == 1:
            found[candidates[0]].append(row)
        else:
            ambiguous.append(Ambiguous(row, candidates))
    return _sum_up(named, found, unmatched, ambiguous)


def name_key(name: str) -> Key:
    """Return what is the same for two spellings of one name; empty for what holds no name."""
    bare = unicodedata.normalize("NFKD", name.translate(_APOSTROPHES)).casefold()
    plain = "".join(letter for letter in bare if not unicodedata.combining(letter))
    for short, whole in _SHORT:
        plain = short.sub(whole, plain)
    return tuple(sorted(_PARTED.sub(" ", plain.translate(_LETTERS)).split()))


def loose_key(key: Key) -> Key:
    """Return a key without its tussenvoegsels; a name of which less than two parts would be left stays as it is."""
    rest = tuple(part for part in key if part not in _PREFIXES)
    return rest if len(rest) >= _LEAST_PARTS else key


def _group(keys: Mapping[str, Key]) -> dict[Key, tuple[str, ...]]:
    """Return who has which key; nobody has an empty one."""
    having: defaultdict[Key, list[str]] = defaultdict(list)
    for one, key in keys.items():
        if key:
            having[key].append(one)
    return {key: tuple(several) for key, several in having.items()}


def _sum_up(
    people: Iterable[str],
    found: Mapping[str, list[Row]],
    unmatched: list[Row],
    ambiguous: list[Ambiguous],
) -> Matched:
    labels = {one: {row.label.casefold() for row in rows} for one, rows in found.items()}
    possible = {one for each in ambiguous for one in each.candidates}
    return Matched(
        placement={one: rows[0].label for one, rows in sorted(found.items()) if len(labels[one]) == 1},
        unmatched=tuple(sorted(unmatched, key=lambda row: row.line)),
        ambiguous=tuple(sorted(ambiguous, key=lambda each: each.row.line)),
        contradicting={one: tuple(rows) for one, rows in sorted(found.items()) if len(labels[one]) > 1},
        missing=tuple(one for one in people if one not in found and one not in possible),
    )
