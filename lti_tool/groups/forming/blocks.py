"""Who is placed as one: a member, or several who belong together. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from lti_tool.groups.forming.outcome import Pair


class Pairs(NamedTuple):
    """The wishes of those who are members."""

    apart: Sequence[Pair]
    together: Sequence[Pair]


@dataclass(frozen=True)
class Blocks:
    """Everybody, in blocks that are numbered from 0 in the order of chance."""

    members: Sequence[tuple[str, ...]]
    foes: Sequence[Sequence[int]]
    """For each block the others that it must not sit with."""
    ties: Sequence[Mapping[int, int]]
    """For each block the groups that it is drawn to, with how many of its people or friends are there."""
    fixed: frozenset[int]
    """Blocks that have a group and stay in it."""

    def size(self, block: int) -> int:
        """Return how many people are in a block."""
        return len(self.members[block])

    def people(self, some: Iterable[int]) -> int:
        """Return how many people are in some blocks."""
        return sum(len(self.members[block]) for block in some)

    def hardest_first(self, some: Iterable[int]) -> list[int]:
        """Return some blocks, those that fit in the fewest places first; chance decides between equals."""
        return sorted(some, key=lambda block: (-self.size(block), -len(self.foes[block]), block))


def draw(seed: int | str, name: str) -> bytes:
    """Return what orders names by chance: the same for the same seed, and not to be guessed without it."""
    return sha256(f"{seed}|{name}".encode()).digest()


def make_blocks(
    order: Sequence[str],
    pairs: Pairs,
    current: Mapping[str, int],
    *,
    limit: int,
    stay: bool,
) -> Blocks:
    """Put members together in blocks of at most ``limit``, never with somebody they are to be apart from.

    With ``stay``, who has a group is a block alone that does not move, and who wants to be with them is drawn there.
    """
    settled = current if stay else {}
    free = [pair for pair in pairs.together if settled.keys().isdisjoint(pair)]
    block_of = _unite(order, Pairs(pairs.apart, free), limit)
    members = list(dict.fromkeys(tuple(block_of[one]) for one in order))
    number = {one: block for block, several in enumerate(members) for one in several}
    ties: list[Counter[int]] = [Counter() for _ in members]
    for one, group in current.items():
        ties[number[one]][group] += 1
    for one, other in pairs.together:
        for new, known in ((one, other), (other, one)):
            if known in settled and new not in settled:
                ties[number[new]][settled[known]] += 1
    foes: list[dict[int, None]] = [{} for _ in members]
    for one, other in pairs.apart:
        foes[number[one]][number[other]] = foes[number[other]][number[one]] = None
    fixed = frozenset(number[one] for one in settled)
    return Blocks(members, [tuple(some) for some in foes], ties, fixed)


def _unite(order: Sequence[str], pairs: Pairs, limit: int) -> dict[str, list[str]]:
    """Return for each member their block; a pair that would make one too large or contradictory is passed by."""
    foes = defaultdict(list)
    for one, other in pairs.apart:
        foes[one].append(other)
        foes[other].append(one)
    block_of = {one: [one] for one in order}
    for pair in pairs.together:
        small, large = sorted((block_of[one] for one in pair), key=len)
        contradicts = any(block_of[foe] is large for one in small for foe in foes[one])
        if small is large or contradicts or len(small) + len(large) > limit:
            continue
        large += small
        block_of.update(dict.fromkeys(small, large))
    return block_of
