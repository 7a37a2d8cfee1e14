"""The three ways to come to groups: afresh, with latecomers, and again. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from lti_tool.groups.forming.blocks import Pairs, draw, make_blocks
from lti_tool.groups.forming.outcome import NO_WISHES, Formation, Wishes, WishKind, describe, known_pairs
from lti_tool.groups.forming.plans import seat_afresh, seat_again, seat_latecomers
from lti_tool.groups.forming.sizes import count_groups, largest_block

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from lti_tool.groups.forming.blocks import Blocks
    from lti_tool.groups.forming.outcome import Pair
    from lti_tool.groups.forming.seating import Seating


class Way(StrEnum):
    """What a teacher can choose."""

    NEW = "new"
    """All anew, by chance."""
    AGAIN = "again"
    """Again, with as few moves as can be."""
    LATECOMERS = "latecomers"
    """Only for who has no group."""
    LMS = "lms"
    """As the LMS has them."""


def form_groups(
    members: Iterable[str], *, size: int = 4, wishes: Wishes = NO_WISHES, seed: int | str, highest: int = 0
) -> Formation:
    """Form groups by chance, as many as count_groups says.

    Without wishes the sizes differ by one at most. Where wishes need it, groups hold from three to five (or to one more
    than ``size``); a block of three or more that fits nowhere is a group of its own. Every number after ``highest`` is
    used, which is the highest number of a group that there is, with anybody in it or not.

    Raises ValueError for a size that is not in SIZES.
    """
    return _form(members, {}, wishes, seed, _Manner(size, seat_afresh, highest))


def place_latecomers(  # noqa: PLR0913 (each says something of the groups there are, or of what is asked)
    members: Iterable[str],
    current: Mapping[str, int],
    *,
    size: int = 4,
    wishes: Wishes = NO_WISHES,
    seed: int | str,
    highest: int = 0,
) -> Formation:
    """Place who has no group yet; nobody who has one moves, whatever the wishes are.

    Who asks to be with somebody joins them, while the group then holds five at most (or one more than ``size``). The
    others join the smallest group below ``size``. If three or more are left (two, where pairs are asked for), they
    begin new groups among themselves; if one or two are left, they join the smallest groups, which then hold one more
    than ``size``, or more if all of them are full. So nobody begins a group alone, but when there is no group at all.

    In ``current``, who is no member any more takes no place. New groups are numbered on from the highest number there,
    also if that group has gone, or from ``highest`` where that is more.

    Raises ValueError for a size that is not in SIZES, or a number below 1.
    """
    return _form(members, current, wishes, seed, _Manner(size, seat_latecomers, highest, stay=True))


def form_again(  # noqa: PLR0913 (each says something of the groups there are, or of what is asked)
    members: Iterable[str],
    current: Mapping[str, int],
    *,
    size: int = 4,
    wishes: Wishes = NO_WISHES,
    seed: int | str,
    highest: int = 0,
) -> Formation:
    """Form groups again out of those there are, and let as many stay together as is reasonable.

    A group keeps its number and everybody in it, unless

    * its size is not right: it is right at one more or less than ``size`` and at three or more, and with the sizes of
      an even spread; too large a group lets people go, too small a group gets some from the largest;
    * there are too many or too few groups: their number is right while the average is at most half a person above
      ``size`` and less than one below, or when it is what count_groups says, and that is what it becomes if not. The
      smallest groups end first; so does one that would need more people than it still holds;
    * a wish asks for it. Of those who belong together, the fewest move.

    Groups that are right and break no wish stay exactly as they are. Without wishes every size comes right. Who moves
    is chosen step by step: there can be a way with fewer moves. New groups are numbered on from the highest number, or
    from ``highest`` where that is more, so numbers can have gaps.

    Raises ValueError for a size that is not in SIZES, or a number below 1.
    """
    return _form(members, current, wishes, seed, _Manner(size, seat_again, highest))


@dataclass(frozen=True)
class _Manner:
    size: int
    seat: Callable[[Blocks, int, int], Seating]
    highest: int
    stay: bool = False
    """Whether who has a group keeps it."""


def _form(
    members: Iterable[str], current: Mapping[str, int], wishes: Wishes, seed: int | str, how: _Manner
) -> Formation:
    """Form groups in one of the ways; then without what keeps together those who should sit apart, if that helps."""
    top = max(how.highest, *current.values(), 0)
    if min(current.values(), default=1) < 1:
        message = "groups are counted from 1"
        raise ValueError(message)
    order = sorted(set(members), key=lambda one: draw(seed, one))
    known = set(order)
    here = {one: group for one, group in sorted(current.items()) if one in known}
    apart, together = known_pairs(wishes.apart, known), known_pairs(wishes.together, known)

    def attempt(pairs: list[Pair]) -> Formation:
        blocks = make_blocks(order, Pairs(apart, pairs), here, limit=largest_block(how.size), stay=how.stay)
        return describe(_number(how.seat(blocks, top, how.size), top, seed), wishes, here)

    count_groups(len(order), how.size)  # refuses a size that cannot be
    best = attempt(together)
    for look in (_troubled, _troubled_or_near):
        troubled = look(best, apart)
        rest = [pair for pair in together if troubled.isdisjoint(pair)]
        if len(rest) < len(together):
            best = min(best, attempt(rest), key=_faults)
    return best


def _troubled(formation: Formation, _apart: Iterable[Pair]) -> set[str]:
    """Return who sits with somebody to be apart from."""
    return {one for wish in formation.broken if wish.kind is WishKind.APART for one in wish.pair}


def _troubled_or_near(formation: Formation, apart: Iterable[Pair]) -> set[str]:
    """Return the same, with everybody who is to be apart from one of them."""
    troubled = _troubled(formation, apart)
    return troubled.union(*(pair for pair in apart if not troubled.isdisjoint(pair)))


def _faults(formation: Formation) -> tuple[int, int, int]:
    apart = sum(wish.kind is WishKind.APART for wish in formation.broken)
    return apart, len(formation.broken), len(formation.moved)


def _number(seating: Seating, top: int, seed: int | str) -> dict[str, int]:
    """Return the group of everybody; new groups are numbered by chance, not in the order in which they were filled."""
    new = sorted((group for group in seating.load if group > top), key=lambda group: draw(seed, f"group {group}"))
    number_of = {group: number for number, group in enumerate(new, top + 1)}
    return {one: number_of.get(group, group) for one, group in seating.placement().items()}
