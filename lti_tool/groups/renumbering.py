"""Giving the groups of a proposal the numbers of those that there are, so that few people move. Pure."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def keep_numbers(proposed: Mapping[str, int], places: Mapping[str, int], named: Mapping[int, int]) -> dict[int, int]:
    """Return for each proposed number the number it takes.

    A group that has the name of one that is there is that one. Of the others, those that share most people come first;
    what shares nobody with a group that is still free gets a new number.

    :param proposed: for each member the number in the proposal.
    :param places: for each member the number of the group they are in now.
    :param named: for each proposed number the group that has its name already.
    """
    taken, used = dict(named), set(named.values())
    shared = Counter((number, places[one]) for one, number in proposed.items() if one in places)
    for (number, here), _count in sorted(shared.items(), key=lambda item: (-item[1], item[0])):
        if number not in taken and here not in used:
            taken[number] = here
            used.add(here)
    free = max([*places.values(), *taken.values()], default=0) + 1
    for number in sorted(set(proposed.values()) - set(taken)):
        taken[number], free = free, free + 1
    return taken
