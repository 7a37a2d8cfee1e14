"""Which block sits in which group while groups are being formed, found by size without looking at every group. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lti_tool.groups.forming.blocks import Blocks

NOWHERE = 0
"""Groups are counted from 1."""


class Seating:
    """Groups and the blocks in them. Looking for a place costs as much as a block has foes, not as there are groups."""

    def __init__(self, blocks: Blocks, groups: Iterable[int] = ()) -> None:
        self.blocks = blocks
        self.group_of = [NOWHERE] * len(blocks.members)
        self.load: dict[int, int] = {}
        """For each group how many people it holds."""
        self._seated: dict[int, dict[int, None]] = {}
        self._by_load: defaultdict[int, dict[int, None]] = defaultdict(dict)
        for group in groups:
            self.open(group)

    def open(self, group: int) -> None:
        """Begin a group that nobody is in yet."""
        self._seated[group] = {}
        self.load[group] = 0
        self._by_load[0][group] = None

    def close(self, group: int) -> None:
        """End a group that nobody is in any more."""
        del self._seated[group], self.load[group], self._by_load[0][group]

    def put(self, block: int, group: int) -> None:
        """Seat a block that sits nowhere."""
        self.group_of[block] = group
        self._seated[group][block] = None
        self._change_load(group, self.blocks.size(block))

    def take(self, block: int) -> int:
        """Let a block stand up, and return the group in which it sat."""
        group = self.group_of[block]
        self.group_of[block] = NOWHERE
        del self._seated[group][block]
        self._change_load(group, -self.blocks.size(block))
        return group

    def move(self, block: int, group: int) -> None:
        """Let a block stand up and sit elsewhere."""
        self.take(block)
        self.put(block, group)

    def seated(self, group: int) -> list[int]:
        """Return the blocks of a group."""
        return list(self._seated[group])

    def foes_at(self, block: int) -> Counter[int]:
        """Return in which groups a block has foes, and how many."""
        found = Counter(self.group_of[foe] for foe in self.blocks.foes[block])
        del found[NOWHERE]
        return found

    def find(self, block: int, high: int | None = None) -> int:
        """Return the smallest group without a foe in which a block fits; NOWHERE if there is none. None is no limit."""
        hostile = self.foes_at(block)
        for load in self._loads(block, high):
            for group in self._by_load[load]:
                if group not in hostile:
                    return group
        return NOWHERE

    def find_mildest(self, block: int, high: int | None = None) -> int:
        """Return the group with the fewest foes in which a block fits; NOWHERE if there is none."""
        group = self.find(block, high)
        if group:
            return group
        room = max(self.load.values(), default=0) if high is None else high - self.blocks.size(block)
        fitting = [(foes, self.load[at], at) for at, foes in self.foes_at(block).items() if self.load[at] <= room]
        return min(fitting, default=(0, 0, NOWHERE))[2]

    def largest_groups(self, low: int) -> Iterator[int]:
        """Yield the groups of more than ``low`` people, the largest first."""
        for load in sorted((load for load in self._by_load if load > low), reverse=True):
            yield from self._by_load[load]

    def placement(self) -> dict[str, int]:
        """Return the group of every member."""
        return {
            one: group for several, group in zip(self.blocks.members, self.group_of, strict=True) for one in several
        }

    def _loads(self, block: int, high: int | None) -> Iterable[int]:
        known = sorted(load for load, groups in self._by_load.items() if groups)
        return known if high is None else [load for load in known if load + self.blocks.size(block) <= high]

    def _change_load(self, group: int, people: int) -> None:
        load = self.load[group]
        del self._by_load[load][group]
        self._by_load[load + people][group] = None
        self.load[group] = load + people
