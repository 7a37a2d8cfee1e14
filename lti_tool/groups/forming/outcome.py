"""What is wished, and what came of it. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from lti_tool.groups.forming.sizes import LARGEST, SMALLEST

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

Pair = tuple[str, str]
"""Two different ids, the smaller one first."""
_TWO = 2


class WishKind(StrEnum):
    """What a pair of members asks for."""

    APART = "apart"
    TOGETHER = "together"


@dataclass(frozen=True)
class Wishes:
    """Pairs of member ids to keep apart, and pairs to keep together. There is no place for a reason.

    A pair with somebody who is no member counts for nothing. Raises ValueError for what is not two different ids.
    """

    apart: frozenset[frozenset[str]] = frozenset()
    together: frozenset[frozenset[str]] = frozenset()

    def __post_init__(self) -> None:
        """Refuse a wish that is not about two people."""
        if any(len(pair) != _TWO for pair in self.apart | self.together):
            message = "a wish is about two different members"
            raise ValueError(message)


NO_WISHES = Wishes()


@dataclass(frozen=True, order=True)
class BrokenWish:
    """A wish that could not be honoured."""

    kind: WishKind
    pair: Pair


@dataclass(frozen=True)
class Formation:
    """Who is in which group, and what a teacher should know before confirming it."""

    placement: Mapping[str, int]
    """For each member the number of their group, counted from 1. After forming again, numbers may have gaps."""
    broken: tuple[BrokenWish, ...] = ()
    moved: frozenset[str] = frozenset()
    """Members who had a group before, and now have another."""
    sizes: Mapping[int, int] = field(default_factory=dict)
    """For each group how many it holds, in the order of their numbers."""

    @property
    def small(self) -> tuple[int, ...]:
        """The numbers of the groups of fewer than three."""
        return tuple(number for number, size in self.sizes.items() if size < SMALLEST)

    @property
    def large(self) -> tuple[int, ...]:
        """The numbers of the groups of more than five."""
        return tuple(number for number, size in self.sizes.items() if size > LARGEST)


def known_pairs(pairs: Iterable[frozenset[str]], members: Collection[str]) -> list[Pair]:
    """Return the pairs of which both are members, in an order that is always the same."""
    found = (sorted(pair) for pair in pairs if all(one in members for one in pair))
    return sorted((first, second) for first, second in found)


def describe(placement: Mapping[str, int], wishes: Wishes, before: Mapping[str, int]) -> Formation:
    """Return a formation that says truly which wishes are broken, who moved and how large the groups are."""
    apart = (pair for pair in known_pairs(wishes.apart, placement) if placement[pair[0]] == placement[pair[1]])
    together = (pair for pair in known_pairs(wishes.together, placement) if placement[pair[0]] != placement[pair[1]])
    return Formation(
        placement=dict(sorted(placement.items())),
        broken=(
            *(BrokenWish(WishKind.APART, pair) for pair in apart),
            *(BrokenWish(WishKind.TOGETHER, pair) for pair in together),
        ),
        moved=frozenset(one for one, number in placement.items() if before.get(one, number) != number),
        sizes=dict(sorted(Counter(placement.values()).items())),
    )
