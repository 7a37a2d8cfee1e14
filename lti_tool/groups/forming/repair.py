"""Putting right what came out wrong: groups that are too small, and foes that sit together. Pure."""

from __future__ import annotations

from bisect import bisect
from itertools import islice
from typing import TYPE_CHECKING

from lti_tool.groups.forming.seating import NOWHERE

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Sequence

    from lti_tool.groups.forming.seating import Seating
    from lti_tool.groups.forming.sizes import Bounds

TRIES = 200
"""How many groups are looked at for one repair: all of them in a course of some 800 people."""
ROUNDS = 10
"""How often everything that is broken is looked at again, as one repair can make room for another."""


def fill_small_groups(seating: Seating, bounds: Bounds) -> None:
    """Bring people from the largest groups to those that are too small, else spread the people of those over others.

    A group stays too small where wishes allow neither. Everybody may move: no block is fixed here.
    """
    for group in [group for group, load in seating.load.items() if load < bounds.low]:
        while seating.load[group] < bounds.low and (block := _spare_block(seating, group, bounds)) is not None:
            seating.move(block, group)
        if seating.load[group] < bounds.low:
            _spread(seating, group, bounds.high)


def _spare_block(seating: Seating, group: int, bounds: Bounds) -> int | None:
    """Return a block that a larger group can spare and that fits here; of one group's, the least at home there."""
    blocks = seating.blocks
    for donor in islice(seating.largest_groups(bounds.low), TRIES):
        spare = min(seating.load[donor] - bounds.low, bounds.high - seating.load[group])
        fitting = [
            block
            for block in seating.seated(donor)
            if blocks.size(block) <= spare and group not in seating.foes_at(block)
        ]
        if fitting:
            return min((blocks.ties[block].get(donor, 0), block) for block in fitting)[1]
    return None


def _spread(seating: Seating, group: int, high: int) -> None:
    """End a group if every block of it finds a place elsewhere; else leave it as it was."""
    blocks = seating.seated(group)
    for block in blocks:
        seating.take(block)
    seating.close(group)
    found: list[int] = []
    for block in seating.blocks.hardest_first(blocks):
        target = seating.find(block, high)
        if target == NOWHERE:
            break
        seating.put(block, target)
        found.append(block)
    if len(found) == len(blocks):
        return
    for block in found:
        seating.take(block)
    seating.open(group)
    for block in blocks:
        seating.put(block, group)


def part_foes(seating: Seating, *levels: Bounds) -> None:
    """Move and exchange blocks until nobody sits with somebody to be apart from, or no single step helps any more.

    First within the narrower bounds, then within the wider: a group only becomes uneven when nothing else helps.
    """
    groups = sorted(seating.load)
    for bounds in levels:
        left = ROUNDS
        while left and _part_once(seating, bounds, groups):
            left -= 1


def _part_once(seating: Seating, bounds: Bounds, groups: Sequence[int]) -> bool:
    """Try a step for everybody who sits with a foe; say whether one helped."""
    troubled = _troubled(seating)
    helped = [_move_away(seating, one, bounds) or _exchange(seating, one, bounds, groups) for one in troubled]
    return any(helped)


def _troubled(seating: Seating) -> list[int]:
    """Return the blocks that sit with a foe and can move; those that are least at home first."""
    blocks = seating.blocks
    found = [
        block
        for block, group in enumerate(seating.group_of)
        if blocks.foes[block] and block not in blocks.fixed and seating.foes_at(block)[group]
    ]
    return sorted(found, key=lambda block: (blocks.ties[block].get(seating.group_of[block], 0), blocks.size(block)))


def _move_away(seating: Seating, block: int, bounds: Bounds) -> bool:
    """Move a block to a group where it has no foes; say whether it went."""
    here = seating.group_of[block]
    if not seating.foes_at(block)[here] or seating.load[here] - seating.blocks.size(block) < bounds.low:
        return False
    target = seating.find(block, bounds.high)
    if target != NOWHERE:
        seating.move(block, target)
    return target != NOWHERE


def _exchange(seating: Seating, block: int, bounds: Bounds, groups: Sequence[int]) -> bool:
    """Let a block and another change places if fewer then sit with a foe; say whether they did."""
    here = seating.group_of[block]
    ours = seating.foes_at(block)
    if not ours[here]:
        return False
    start = bisect(groups, here)
    around = (*groups[start : start + TRIES], *groups[: min(start, max(0, TRIES - len(groups) + start))])
    for there in around:
        if there == here or there not in seating.load:
            continue
        for other in seating.seated(there):
            if _fits(seating, block, other, bounds) and _gain(seating, block, other, ours) > 0:
                seating.take(block)
                seating.move(other, here)
                seating.put(block, there)
                return True
    return False


def _fits(seating: Seating, block: int, other: int, bounds: Bounds) -> bool:
    """Whether two blocks may change places: their groups stay as large as they were, or within bounds."""
    if other in seating.blocks.fixed:
        return False
    more = seating.blocks.size(other) - seating.blocks.size(block)
    here, there = seating.load[seating.group_of[block]] + more, seating.load[seating.group_of[other]] - more
    return not more or (bounds.low <= min(here, there) and max(here, there) <= bounds.high)


def _gain(seating: Seating, block: int, other: int, ours: Counter[int]) -> int:
    """Return how many fewer pairs of foes there are when two blocks have changed places."""
    here, there = seating.group_of[block], seating.group_of[other]
    theirs = seating.foes_at(other)
    # Foes of each other are apart before, and are apart after.
    mutual = 2 * (block in seating.blocks.foes[other])
    return ours[here] - ours[there] + theirs[there] - theirs[here] + mutual
