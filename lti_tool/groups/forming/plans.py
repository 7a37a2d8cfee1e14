"""In which order blocks are seated: afresh, as latecomers, or starting from the groups there are. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lti_tool.groups.forming.repair import fill_small_groups, part_foes
from lti_tool.groups.forming.seating import NOWHERE, Seating
from lti_tool.groups.forming.sizes import Bounds, about, count_groups, even_bounds, least, most, right_counts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lti_tool.groups.forming.blocks import Blocks


def seat_afresh(blocks: Blocks, top: int, size: int) -> Seating:
    """Seat everybody in new groups; ``top`` is the highest number ever used."""
    people = blocks.people(range(len(blocks.members)))
    seating = Seating(blocks)
    if people:
        _seat_in_new_groups(seating, range(len(blocks.members)), count_groups(people, size), top, size)
        wide = Bounds(least(size), most(size))
        fill_small_groups(seating, wide)
        part_foes(seating, even_bounds(people, len(seating.load)), wide)
    return seating


def _seat_in_new_groups(seating: Seating, some: Iterable[int], count: int, top: int, size: int) -> None:
    """Begin groups and spread blocks over them. Who sits with a foe for lack of another place is parted afterwards."""
    blocks = list(some)
    even = even_bounds(seating.blocks.people(blocks), count)
    for group in range(top + 1, top + count + 1):
        seating.open(group)
    for block in seating.blocks.hardest_first(blocks):
        group = seating.find_mildest(block, even.high) or seating.find_mildest(block, most(size))
        if group == NOWHERE:
            group = max(seating.load) + 1
            seating.open(group)
        seating.put(block, group)


def seat_latecomers(blocks: Blocks, top: int, size: int) -> Seating:
    """Seat the blocks that are not fixed beside those that are; ``top`` is the highest number ever used."""
    seating = _seat_at_home(blocks, blocks.fixed)
    late = [block for block in blocks.hardest_first(range(len(blocks.members))) if block not in blocks.fixed]
    late.sort(key=lambda block: not blocks.ties[block])
    rest = [block for block in late if not _join(seating, block, size)]
    people = blocks.people(rest)
    if people >= least(size) or (people and not seating.load):
        _seat_in_new_groups(seating, rest, count_groups(people, size), top, size)
    else:
        for block in rest:
            seating.put(block, seating.find_mildest(block))
    part_foes(seating, Bounds(least(size), size), Bounds(1, most(size)))
    return seating


def seat_again(blocks: Blocks, top: int, size: int) -> Seating:
    """Seat everybody where they were, and move who has to; ``top`` is the highest number ever used."""
    everybody = range(len(blocks.members))
    people = blocks.people(everybody)
    if not people:
        return Seating(blocks)
    seating = _seat_at_home(blocks, [block for block in everybody if blocks.ties[block]])
    _correct_count(seating, people, top, size)
    _thin_large_groups(seating, about(people, len(seating.load), size))
    pool = [block for block in everybody if seating.group_of[block] == NOWHERE]
    _seat_pool(seating, pool, people, top, size)
    right = about(people, len(seating.load), size)
    fill_small_groups(seating, right)
    part_foes(seating, right, Bounds(least(size), most(size)))
    return seating


def _seat_at_home(blocks: Blocks, some: Iterable[int]) -> Seating:
    """Seat each block in the group that most of it is drawn to."""
    home = {
        block: min((-strength, group) for group, strength in blocks.ties[block].items())[1] for block in sorted(some)
    }
    seating = Seating(blocks, sorted(set(home.values())))
    for block, group in home.items():
        seating.put(block, group)
    return seating


def _join(seating: Seating, block: int, size: int) -> bool:
    """Seat a latecomer with the people they asked for, else in a group with room; say whether there was one."""
    blocks = seating.blocks
    hostile = seating.foes_at(block)
    friends = sorted((-strength, seating.load[group], group) for group, strength in blocks.ties[block].items())
    for _, load, group in friends:
        if group not in hostile and load + blocks.size(block) <= most(size):
            seating.put(block, group)
            return True
    # Two who belong together are too few for a group of their own, so they may fill one up beyond its size.
    is_pair = 1 < blocks.size(block) < least(size)
    group = seating.find(block, size) or (seating.find(block, most(size)) if is_pair else NOWHERE)
    if group != NOWHERE:
        seating.put(block, group)
    return group != NOWHERE


def _correct_count(seating: Seating, people: int, top: int, size: int) -> None:
    """End the smallest groups, or begin new ones, until their number is right."""
    right = right_counts(people, size)
    count = len(seating.load)
    goal = count if right.low <= count <= right.high else count_groups(people, size)
    low = about(people, goal, size).low
    for load, group in sorted((load, -group) for group, load in seating.load.items()):
        is_remnant = load < low - load and len(seating.load) > right.low
        if len(seating.load) <= goal and not is_remnant:
            break
        for block in seating.seated(-group):
            seating.take(block)
        seating.close(-group)
    for number in range(1, goal - count + 1):
        seating.open(top + number)


def _thin_large_groups(seating: Seating, right: Bounds) -> None:
    """Let blocks of too large groups stand up: first those with a foe there, then those that are least at home."""
    blocks = seating.blocks
    for group in list(seating.largest_groups(right.high)):
        leaving = [
            (not seating.foes_at(block)[group], blocks.ties[block].get(group, 0), block)
            for block in seating.seated(group)
        ]
        for _, _, block in sorted(leaving):
            if seating.load[group] > right.high and seating.load[group] - blocks.size(block) >= right.low:
                seating.take(block)


def _seat_pool(seating: Seating, pool: list[int], people: int, top: int, size: int) -> None:
    """Seat who has no place: in groups below the size, else in new groups if so many are right, else elsewhere."""
    blocks = seating.blocks
    rest = []
    for block in blocks.hardest_first(pool):
        group = seating.find(block, size)
        if group == NOWHERE:
            rest.append(block)
        else:
            seating.put(block, group)
    left = blocks.people(rest)
    more = count_groups(left, size)
    if left >= least(size) and len(seating.load) + more <= right_counts(people, size).high:
        _seat_in_new_groups(seating, rest, more, max(top, *seating.load), size)
        return
    high = about(people, len(seating.load), size).high
    for block in rest:
        group = seating.find_mildest(block, high) or seating.find_mildest(block, most(size))
        seating.put(block, group or seating.find_mildest(block))
