"""Giving the groups of a proposal the numbers of those that there are, so that few people move. Pure."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def keep_numbers(
    proposed: Mapping[str, int], places: Mapping[str, int], named: Mapping[int, int], highest: int = 0
) -> dict[int, int]:
    """Return for each proposed number the number it takes; no two take the same one.

    A group that has the name of one that is there is that one; where two have that name, the first is. Of the others,
    those that share most people come first; what shares nobody with a group that is still free gets a new number.

    :param proposed: for each member the number in the proposal.
    :param places: for each member the number of the group they are in now.
    :param named: for each proposed number the group that has its name already.
    :param highest: the highest number of a group that there is, with anybody in it or not.
    """
    taken, used = dict[int, int](), set[int]()

    def take(number: int, here: int) -> None:
        if number not in taken and here not in used:
            taken[number] = here
            used.add(here)

    for number, here in sorted(named.items()):
        take(number, here)
    shared = Counter((number, places[one]) for one, number in proposed.items() if one in places)
    for (number, here), _count in sorted(shared.items(), key=lambda item: (-item[1], item[0])):
        take(number, here)
    free = max(highest, *places.values(), *used, 0) + 1
    for number in sorted(set(proposed.values()) - set(taken)):
        taken[number], free = free, free + 1
    return taken


def shorten(labels: Mapping[int, str], most: int) -> dict[int, str]:
    """Return labels that are short enough and still tell the groups apart.

    Timetables often begin every label with the same words, so labels that begin alike are cut at their beginning. One
    that cannot be told from another even so is left out, and its group has a number alone.
    """
    begins = Counter(label[:most] for label in labels.values())
    short = {
        number: label[:most] if begins[label[:most]] == 1 or len(label) <= most else f"…{label[1 - most :].lstrip()}"
        for number, label in labels.items()
    }
    alike = Counter(short.values())
    return {number: label for number, label in short.items() if alike[label] == 1}
