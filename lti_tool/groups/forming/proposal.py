"""Groups that an LMS or a timetable names, as a proposal that a teacher confirms. Pure."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lti_tool.groups.forming.sizes import SIZES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_DIGITS = re.compile(r"([0-9]{1,18})")


@dataclass(frozen=True)
class Proposal:
    """Numbered groups, and who is in none of them."""

    placement: Mapping[str, int]
    labels: Mapping[int, str]
    """What each group is called there, in natural order: 2 before 10."""
    unnamed: tuple[str, ...]
    """Members for whom no group is named."""
    several: tuple[str, ...]
    """Members for whom more than one group is named; which one is for the teacher to say."""


def from_proposal(members: Iterable[str], proposed: Mapping[str, str | Iterable[str]]) -> Proposal:
    """Turn the labels of groups into numbers from 1, in the natural order of the labels.

    ``proposed`` gives for a member id one label or several. Labels that differ in case and spaces alone are the same
    group, and empty ones are none. Who is no member is passed by; a group that then has nobody gets no number.
    """
    people = sorted(set(members))
    spelled: dict[str, str] = {}
    named = {one: _keys(proposed.get(one, ()), spelled) for one in people}
    used = {next(iter(keys)) for keys in named.values() if len(keys) == 1}
    number = {key: count for count, key in enumerate(sorted(used, key=natural_order), 1)}
    return Proposal(
        placement={one: number[next(iter(keys))] for one, keys in named.items() if len(keys) == 1},
        labels={count: spelled[key] for key, count in number.items()},
        unnamed=tuple(one for one in people if not named[one]),
        several=tuple(one for one in people if len(named[one]) > 1),
    )


def choose_nearest(named: Mapping[str, Iterable[str]], size: int) -> dict[str, str]:
    """Choose for each member one of the groups that an LMS has them in: the one whose size is nearest to ``size``.

    An LMS has groups for many purposes, such as a whole year. So where there are groups that can be small groups, by
    how many members are in them, only these count, and who is in none of them is in none. Of groups that are equally
    near the first in natural order is chosen, so that members who share two groups come together.
    """
    groups_of = {one: set(labels) for one, labels in named.items()}
    load = Counter(label for labels in groups_of.values() for label in labels)
    small = {label for label, count in load.items() if count in SIZES} or set(load)
    return {
        one: min(labels & small, key=lambda label: (abs(load[label] - size), natural_order(label)))
        for one, labels in groups_of.items()
        if labels & small
    }


def natural_order(label: str) -> tuple[list[tuple[int, str]], str]:
    """Return a key that sorts labels as people do: *SW1A-2* before *SW1A-10*."""
    parts = _DIGITS.split(label.casefold())
    numbered = [(int(part), "") if place % 2 else (-1, part) for place, part in enumerate(parts)]
    return numbered, label


def _keys(labels: str | Iterable[str], spelled: dict[str, str]) -> set[str]:
    """Return what tells the groups of one member apart, and note how each is spelled."""
    found = set()
    for label in (labels,) if isinstance(labels, str) else labels:
        clean = " ".join(label.split())
        if clean:
            key = clean.casefold()
            spelled[key] = min(clean, spelled.get(key, clean))
            found.add(key)
    return found
