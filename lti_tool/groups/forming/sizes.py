"""How many groups there are, and how large a group may be. Pure."""

from __future__ import annotations

from dataclasses import dataclass

SMALLEST = 3
"""In a group of two, nobody is left when one stays away."""
LARGEST = 5
"""With more than five, some only listen."""
SIZES = range(2, 9)
"""The sizes that can be asked for."""


@dataclass(frozen=True)
class Bounds:
    """The fewest and the most people that a group may hold."""

    low: int
    high: int


def count_groups(members: int, size: int) -> int:
    """Return how many groups there are when so many members are spread evenly over groups of about this size.

    As many as it takes for none to be larger than ``size``, but never so many that one would be smaller than three
    (two, where pairs are asked for): then there are fewer, and some hold one more. With 26 members and size 4 there are
    seven (4, 4, 4, 4, 4, 3, 3), with five there is one. No group is larger than ``size + 1``, but for five members and
    size 3: they stay together. Fewer members than three are one group, and none are none.

    Raises ValueError for a size that is not in SIZES, or fewer than no members.
    """
    if size not in SIZES or members < 0:
        message = f"cannot spread {members} members over groups of {size}"
        raise ValueError(message)
    if not members:
        return 0
    return max(1, min(-(-members // size), members // least(size)))


def least(size: int) -> int:
    """Return the fewest that a group of this size is meant to hold."""
    return min(SMALLEST, size)


def most(size: int) -> int:
    """Return the most that a group of this size may hold for the sake of a wish or a latecomer."""
    return max(LARGEST, size + 1)


def largest_block(size: int) -> int:
    """Return how many at most can ask to be together."""
    return max(LARGEST, size)


def even_bounds(members: int, groups: int) -> Bounds:
    """Return the sizes of an even spread: they differ by one at most."""
    return Bounds(members // groups, -(-members // groups))


def about(members: int, groups: int, size: int) -> Bounds:
    """Return which sizes are right when groups are formed again: one more or less than asked, but never under three."""
    even = even_bounds(members, groups)
    return Bounds(min(max(least(size), size - 1), even.low), max(size + 1, even.high))


def right_counts(members: int, size: int) -> Bounds:
    """Return which numbers of groups are right when groups are formed again.

    The average is at most half a person above the size and less than one below it, so that one who leaves does not end
    a group that is still large enough; and what count_groups says is always right.
    """
    count = count_groups(members, size)
    fewest = -(-2 * members // (2 * size + 1))
    greatest = min((members - 1) // (size - 1), members // least(size))
    return Bounds(min(fewest, count), max(greatest, count))
