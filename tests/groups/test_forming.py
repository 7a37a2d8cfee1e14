"""Forming groups: everybody has one, sizes come right, and what was wished holds or is said not to."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import fields
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lti_tool.groups.forming import (
    LARGEST,
    SIZES,
    SMALLEST,
    BrokenWish,
    Formation,
    Wishes,
    WishKind,
    count_groups,
    form_again,
    form_groups,
    from_proposal,
    place_latecomers,
)

if TYPE_CHECKING:
    import random
    from collections.abc import Iterable, Mapping

ASKED = st.sampled_from(SIZES)
SEEDS = st.integers(0, 2**32)


def members(count: int) -> list[str]:
    return [f"m{number:03}" for number in range(count)]


def wishes(apart: Iterable[str] = (), together: Iterable[str] = ()) -> Wishes:
    """Wishes out of words: "a b" is a pair."""
    return Wishes(
        frozenset(frozenset(pair.split()) for pair in apart), frozenset(frozenset(p.split()) for p in together)
    )


def pairs_of(people: list[str], most: int = 12) -> st.SearchStrategy[frozenset[frozenset[str]]]:
    """Pairs of members, and now and then somebody who is none."""
    one = st.sampled_from([*people, "somebody-else"])
    return st.frozensets(st.frozensets(one, min_size=2, max_size=2), max_size=most)


@st.composite
def classes(draw: st.DrawFn, most: int = 40) -> tuple[list[str], Wishes]:
    people = members(draw(st.integers(0, most)))
    if not people:
        return people, Wishes()
    return people, Wishes(draw(pairs_of(people)), draw(pairs_of(people)))


@st.composite
def placed(draw: st.DrawFn, people: list[str]) -> dict[str, int]:
    """Groups as teachers leave them: uneven, with gaps, and with people who have left."""
    number = st.integers(1, max(1, len(people) // 3))
    some = draw(st.sets(st.sampled_from([*people, "left-1", "left-2"])))
    return {one: draw(number) for one in sorted(some)}


@st.composite
def running_classes(draw: st.DrawFn) -> tuple[list[str], Wishes, dict[str, int]]:
    people, wished = draw(classes())
    return people, wished, draw(placed(people))


def broken_in(placement: Mapping[str, int], wished: Wishes) -> set[BrokenWish]:
    """Work out anew, in the plainest way, which wishes are broken."""
    found = set()
    for kind, pairs in ((WishKind.APART, wished.apart), (WishKind.TOGETHER, wished.together)):
        for one, other in map(sorted, pairs):
            if one in placement and other in placement:
                share = placement[one] == placement[other]
                if share == (kind is WishKind.APART):
                    found.add(BrokenWish(kind, (one, other)))
    return found


def check(formed: Formation, people: Iterable[str], wished: Wishes, before: Mapping[str, int]) -> None:
    """Hold what a formation says of itself against its placement."""
    assert list(formed.placement) == sorted(people)
    assert min(formed.placement.values(), default=1) >= 1
    assert set(formed.broken) == broken_in(formed.placement, wished)
    assert len(set(formed.broken)) == len(formed.broken)
    assert formed.sizes == Counter(formed.placement.values())
    assert list(formed.sizes) == sorted(formed.sizes)
    assert formed.moved == {one for one in people if one in before and before[one] != formed.placement[one]}
    assert set(formed.small) == {number for number, size in formed.sizes.items() if size < SMALLEST}
    assert set(formed.large) == {number for number, size in formed.sizes.items() if size > LARGEST}


# How many groups


@pytest.mark.parametrize(
    ("count", "size", "groups"),
    [
        (0, 4, 0),
        (1, 4, 1),
        (2, 4, 1),
        (5, 4, 1),
        (6, 4, 2),
        (7, 4, 2),
        (9, 4, 3),
        (26, 4, 7),
        (4, 3, 1),
        (5, 3, 1),
        (8, 3, 2),
        (3, 2, 1),
        (5, 2, 2),
        (6, 5, 2),
        (9, 8, 2),
    ],
)
def test_number_of_groups_is_what_a_teacher_would_make(count: int, size: int, groups: int) -> None:
    assert count_groups(count, size) == groups


@given(st.integers(1, 30_000), ASKED)
def test_even_groups_are_never_too_small_and_at_most_one_too_large(count: int, size: int) -> None:
    groups = count_groups(count, size)

    smallest, largest = count // groups, -(-count // groups)
    assert smallest >= min(SMALLEST, size, count)
    assert largest <= size + 1 or (count, size) == (5, 3)


@given(st.integers(1, 2_000), ASKED)
def test_groups_are_as_many_as_it_takes_unless_one_would_be_too_small(count: int, size: int) -> None:
    groups, needed = count_groups(count, size), -(-count // size)

    assert groups == needed or (groups < needed and count // (groups + 1) < min(SMALLEST, size))


@pytest.mark.parametrize(("count", "size"), [(10, 1), (10, 9), (10, 0), (-1, 4)])
def test_impossible_question_is_refused(count: int, size: int) -> None:
    with pytest.raises(ValueError, match="cannot spread"):
        count_groups(count, size)


# Afresh


@given(st.integers(0, 120), ASKED, SEEDS)
def test_without_wishes_sizes_differ_by_one_at_most(count: int, size: int, seed: int) -> None:
    formed = form_groups(members(count), size=size, seed=seed)

    check(formed, members(count), Wishes(), {})
    assert list(formed.sizes) == list(range(1, count_groups(count, size) + 1))
    assert max(formed.sizes.values(), default=0) - min(formed.sizes.values(), default=0) <= 1


@given(classes(), ASKED, SEEDS)
def test_everybody_is_placed_once_and_broken_tells_the_truth(
    course: tuple[list[str], Wishes], size: int, seed: int
) -> None:
    people, wished = course

    formed = form_groups(people, size=size, wishes=wished, seed=seed)

    check(formed, people, wished, {})
    assert not formed.moved
    assert list(formed.sizes) == list(range(1, len(formed.sizes) + 1))


@given(classes(), ASKED, SEEDS)
def test_no_wish_makes_a_group_larger_than_may_be(course: tuple[list[str], Wishes], size: int, seed: int) -> None:
    people, wished = course

    formed = form_groups(people, size=size, wishes=wished, seed=seed)

    assert max(formed.sizes.values(), default=0) <= max(LARGEST, size + 1)


@given(st.integers(6, 40), st.data(), SEEDS)
def test_pairs_that_share_nobody_are_kept_apart(count: int, data: st.DataObject, seed: int) -> None:
    shuffled = data.draw(st.permutations(members(count)))
    wished = Wishes(apart=frozenset(frozenset(pair) for pair in zip(shuffled[::2], shuffled[1::2], strict=False)))

    formed = form_groups(members(count), wishes=wished, seed=seed)

    assert formed.broken == ()
    assert not formed.small


@given(st.integers(6, 60), st.data(), SEEDS)
def test_a_few_pairs_stay_together(count: int, data: st.DataObject, seed: int) -> None:
    shuffled = data.draw(st.permutations(members(count)))
    some = data.draw(st.integers(0, count // 4))
    wished = Wishes(together=frozenset(frozenset(shuffled[at : at + 2]) for at in range(0, 2 * some, 2)))

    formed = form_groups(members(count), wishes=wished, seed=seed)

    assert formed.broken == ()
    assert max(formed.sizes.values()) - min(formed.sizes.values()) <= 1


@given(st.integers(3, 14), SEEDS)
def test_somebody_apart_from_all_but_two_sits_with_those_two(count: int, seed: int) -> None:
    people = members(3 * count)
    loner, friends = people[0], people[1:3]
    wished = Wishes(apart=frozenset(frozenset((loner, other)) for other in people[3:]))

    formed = form_groups(people, size=3, wishes=wished, seed=seed)

    beside = {one for one in people[1:] if formed.placement[one] == formed.placement[loner]}
    assert beside == set(friends)


def test_together_is_passed_on() -> None:
    formed = form_groups(members(12), wishes=wishes(together=["m000 m001", "m001 m002", "m002 m003"]), seed=3)

    assert len({formed.placement[one] for one in members(4)}) == 1
    assert formed.broken == ()


def test_block_of_more_than_five_is_cut_and_said_so() -> None:
    chain = [f"m{number:03} m{number + 1:03}" for number in range(6)]

    formed = form_groups(members(16), wishes=wishes(together=chain), seed=3)

    assert [wish.kind for wish in formed.broken] == [WishKind.TOGETHER]
    assert max(formed.sizes.values()) <= LARGEST


def test_apart_goes_before_together() -> None:
    wished = wishes(apart=["m000 m002"], together=["m000 m001", "m001 m002"])

    formed = form_groups(members(16), wishes=wished, seed=3)

    assert formed.placement["m000"] != formed.placement["m002"]
    assert [wish.kind for wish in formed.broken] == [WishKind.TOGETHER]


def test_the_same_pair_apart_and_together_is_kept_apart() -> None:
    formed = form_groups(["a", "b", *members(8)], wishes=wishes(["a b"], ["a b"]), seed=3)

    assert formed.broken == (BrokenWish(WishKind.TOGETHER, ("a", "b")),)


def test_pair_is_given_up_where_it_stands_in_the_way_of_keeping_apart() -> None:
    """In two groups, c and d must be parted, a sits with d and b with c: a and b cannot be together."""
    wished = wishes(["a c", "b d", "c d"], ["a b"])

    formed = form_groups(["a", "b", "c", "d", *members(4)], wishes=wished, seed=3)

    assert formed.broken == (BrokenWish(WishKind.TOGETHER, ("a", "b")),)


def test_more_enemies_than_groups_are_spread_as_thinly_as_can_be() -> None:
    clique = [" ".join(pair) for pair in itertools.combinations(members(6), 2)]

    formed = form_groups(members(12), wishes=wishes(apart=clique), seed=3)

    assert len(formed.broken) == 3
    assert set(formed.sizes.values()) == {4}


def test_blocks_of_three_are_groups_of_their_own_rather_than_broken() -> None:
    blocks = [f"m{3 * block:03} m{3 * block + more:03}" for block in range(4) for more in (1, 2)]

    formed = form_groups(members(12), wishes=wishes(together=blocks), seed=3)

    assert formed.broken == ()
    assert list(formed.sizes.values()) == [3, 3, 3, 3]


def test_nobody_is_left_alone_by_two_blocks_of_four() -> None:
    blocks = [f"m{4 * block:03} m{4 * block + more:03}" for block in range(2) for more in (1, 2, 3)]

    formed = form_groups(members(9), wishes=wishes(together=blocks), seed=3)

    assert formed.broken == ()
    assert sorted(formed.sizes.values()) == [4, 5]


def test_only_two_groups_of_pairs_meet_where_all_come_in_pairs() -> None:
    """Size 3 and nobody alone: groups of two pairs, and not of one."""
    pairs = [f"m{at:03} m{at + 1:03}" for at in range(0, 24, 2)]

    formed = form_groups(members(24), size=3, wishes=wishes(together=pairs), seed=3)

    assert formed.broken == ()
    assert set(formed.sizes.values()) == {4}


def test_pair_joins_a_full_group_rather_than_be_parted() -> None:
    fours = [f"m{4 * block:03} m{4 * block + more:03}" for block in range(2) for more in (1, 2, 3)]

    formed = form_groups(members(10), size=5, wishes=wishes(together=[*fours, "m008 m009"]), seed=3)

    assert formed.broken == ()
    assert sorted(formed.sizes.values()) == [4, 6]
    assert [formed.sizes[number] for number in formed.large] == [6]


# Chance


@given(running_classes(), ASKED, SEEDS, st.randoms())
def test_same_seed_gives_the_same_groups_in_whatever_order_people_come(
    course: tuple[list[str], Wishes, dict[str, int]], size: int, seed: int, shuffler: random.Random
) -> None:
    people, wished, current = course
    mixed = [*people, *people[:3]]
    shuffler.shuffle(mixed)
    turned = dict(reversed(current.items()))

    assert form_groups(people, size=size, wishes=wished, seed=seed) == form_groups(
        mixed, size=size, wishes=wished, seed=seed
    )
    for way in (place_latecomers, form_again):
        assert way(people, current, size=size, wishes=wished, seed=seed) == way(
            mixed, turned, size=size, wishes=wished, seed=seed
        )


def test_another_seed_gives_other_groups() -> None:
    seen = {tuple(form_groups(members(24), seed=seed).placement.values()) for seed in range(20)}

    assert len(seen) == 20


def test_everybody_can_meet_everybody() -> None:
    meetings = Counter(
        pair
        for seed in range(300)
        for pair in itertools.combinations(members(8), 2)
        if (formed := form_groups(members(8), seed=seed).placement)[pair[0]] == formed[pair[1]]
    )

    # Three of seven others are in one's own group: 129 of 300, give or take five times what chance allows.
    assert len(meetings) == 28
    assert all(86 <= times <= 172 for times in meetings.values())


def test_number_of_a_group_does_not_tell_who_had_a_wish() -> None:
    wished = wishes(together=["m000 m001"])

    numbers = {form_groups(members(40), wishes=wished, seed=seed).placement["m000"] for seed in range(200)}

    assert numbers == set(range(1, 11))


def test_wishes_have_no_place_for_a_reason() -> None:
    assert {field.name for field in fields(Wishes)} == {"apart", "together"}
    assert {field.name for field in fields(BrokenWish)} == {"kind", "pair"}


@pytest.mark.parametrize("pair", [frozenset[str](), frozenset("a"), frozenset("abc")])
def test_wish_that_is_not_about_two_people_is_refused(pair: frozenset[str]) -> None:
    with pytest.raises(ValueError, match="two different members"):
        Wishes(apart=frozenset((pair,)))


# Latecomers


@given(running_classes(), ASKED, SEEDS)
def test_nobody_who_has_a_group_moves_for_a_latecomer(
    course: tuple[list[str], Wishes, dict[str, int]], size: int, seed: int
) -> None:
    people, wished, current = course

    formed = place_latecomers(people, current, size=size, wishes=wished, seed=seed)

    check(formed, people, wished, current)
    assert not formed.moved


@given(st.integers(0, 60), st.integers(0, 30), ASKED, SEEDS)
def test_latecomers_never_begin_a_group_of_fewer_than_three(count: int, late: int, size: int, seed: int) -> None:
    people = members(count + late)
    current = form_groups(people[:count], size=size, seed=seed).placement

    formed = place_latecomers(people, current, size=size, seed=seed)

    new = set(formed.sizes) - set(current.values())
    assert all(formed.sizes[number] >= min(SMALLEST, size) for number in new) or not current
    assert sorted(new) == list(range(max(current.values(), default=0) + 1, len(formed.sizes) + 1))
    before = Counter(current.values()).values()
    if len(before) > 1 and max(before) <= size:
        assert max(formed.sizes.values()) <= size + 1


@pytest.mark.parametrize(
    ("sizes", "late", "expected"),
    [
        ([4, 4, 3], 1, [4, 4, 4]),
        ([4, 4, 2], 1, [4, 4, 3]),
        ([4, 4, 3, 3], 2, [4, 4, 4, 4]),
        ([4, 4], 1, [4, 5]),
        ([4, 4], 2, [5, 5]),
        ([4, 4], 3, [4, 4, 3]),
        ([4, 4], 5, [4, 4, 5]),
        ([4, 4], 6, [4, 4, 3, 3]),
        ([4, 3], 3, [5, 5]),
        ([4, 3], 4, [4, 4, 3]),
        ([5, 5], 1, [5, 6]),
        ([], 1, [1]),
        ([], 5, [5]),
        ([3], 0, [3]),
    ],
)
def test_latecomers_fill_up_before_they_begin_a_group(sizes: list[int], late: int, expected: list[int]) -> None:
    current = {f"{number}-{at}": number for number, size in enumerate(sizes, 1) for at in range(size)}

    formed = place_latecomers([*current, *members(late)], current, seed=5)

    assert sorted(formed.sizes.values()) == sorted(expected)
    assert list(formed.sizes) == list(range(1, len(expected) + 1))


def test_latecomer_joins_whom_they_asked_for_before_a_smaller_group() -> None:
    current = {"a": 1, "b": 1, "c": 1, "d": 1, "e": 2, "f": 2, "g": 2}

    formed = place_latecomers([*current, "z"], current, wishes=wishes(together=["a z"]), seed=5)

    assert formed.placement["z"] == 1
    assert formed.broken == ()


def test_latecomers_who_belong_together_join_one_group() -> None:
    current = {"a": 1, "b": 1, "c": 1, "d": 2, "e": 2, "f": 2}

    formed = place_latecomers([*current, "y", "z"], current, wishes=wishes(together=["y z"]), seed=5)

    assert formed.placement["y"] == formed.placement["z"]
    assert sorted(formed.sizes.values()) == [3, 5]


def test_latecomer_goes_to_a_fuller_group_to_be_apart() -> None:
    current = {"a": 1, "b": 1, "c": 1, "d": 2, "e": 2, "f": 2, "g": 2}

    formed = place_latecomers([*current, "z"], current, wishes=wishes(apart=["a z"]), seed=5)

    assert formed.placement["z"] == 2
    assert formed.broken == ()


def test_latecomer_who_is_wanted_in_two_groups_joins_one_and_the_other_is_told() -> None:
    current = {"a": 1, "b": 1, "c": 1, "d": 2, "e": 2, "f": 2}

    formed = place_latecomers([*current, "z"], current, wishes=wishes(together=["a z", "d z"]), seed=5)

    assert len(formed.broken) == 1


def test_wish_between_two_who_have_a_group_is_told_and_moves_nobody() -> None:
    current = {"a": 1, "b": 1, "c": 1, "d": 2, "e": 2, "f": 2}

    formed = place_latecomers([*current, "z"], current, wishes=wishes(["a b"], ["c d"]), seed=5)

    assert formed.broken == (
        BrokenWish(WishKind.APART, ("a", "b")),
        BrokenWish(WishKind.TOGETHER, ("c", "d")),
    )


def test_latecomers_with_nowhere_to_go_are_placed_all_the_same() -> None:
    current = {"a": 1, "b": 1, "c": 1, "d": 1}
    wished = wishes(apart=["a z", "b y"])

    formed = place_latecomers([*current, "y", "z"], current, wishes=wished, seed=5)

    assert len(formed.broken) == 2


def test_number_of_a_group_that_has_gone_is_not_used_again() -> None:
    current = {"a": 1, "b": 1, "c": 1, "d": 1, "gone": 7}

    formed = place_latecomers(["a", "b", "c", "d", *members(3)], current, seed=5)

    assert list(formed.sizes) == [1, 8]


@pytest.mark.parametrize("way", [place_latecomers, form_again])
def test_group_zero_is_refused(way: type[object]) -> None:
    with pytest.raises(ValueError, match="counted from 1"):
        way(["a"], {"a": 0}, seed=5)  # type: ignore[call-arg]


# Again


@given(running_classes(), ASKED, SEEDS)
@example((members(5), Wishes(), {}), 3, 0)
def test_forming_again_tells_truly_who_moved_and_what_is_broken(
    course: tuple[list[str], Wishes, dict[str, int]], size: int, seed: int
) -> None:
    people, wished, current = course

    formed = form_again(people, current, size=size, wishes=wished, seed=seed)

    check(formed, people, wished, current)


@given(st.integers(1, 60).map(members).flatmap(lambda people: st.tuples(st.just(people), placed(people))), ASKED, SEEDS)
def test_sizes_come_right_when_groups_are_formed_again(
    course: tuple[list[str], dict[str, int]], size: int, seed: int
) -> None:
    people, current = course

    formed = form_again(people, current, size=size, seed=seed)

    groups = len(formed.sizes)
    assert min(formed.sizes.values()) >= min(max(size - 1, SMALLEST if size > 2 else 2), len(people) // groups)
    assert max(formed.sizes.values()) <= max(size + 1, -(-len(people) // groups))
    assert groups == count_groups(len(people), size) or size - 1 < len(people) / groups <= size + 0.5


@given(classes(), ASKED, SEEDS, SEEDS)
def test_groups_that_are_right_stay_exactly_as_they_are(
    course: tuple[list[str], Wishes], size: int, seed: int, other: int
) -> None:
    people, wished = course
    formed = form_groups(people, size=size, wishes=wished, seed=seed)
    even = len(formed.sizes) == count_groups(len(people), size)
    right = all(max(size - 1, min(SMALLEST, size)) <= held <= size + 1 for held in formed.sizes.values())
    if formed.broken or not even or not right:
        return

    again = form_again(people, formed.placement, size=size, wishes=wished, seed=other)

    assert again.placement == formed.placement
    assert not again.moved


@given(st.integers(6, 60), SEEDS, st.data())
def test_one_who_leaves_moves_one_or_a_group_too_many(count: int, seed: int, data: st.DataObject) -> None:
    people = members(count)
    current = form_groups(people, seed=seed).placement
    gone = data.draw(st.sampled_from(people))

    formed = form_again([one for one in people if one != gone], current, seed=seed)

    assert gone not in formed.placement
    stayed = set(formed.sizes) == set(current.values())
    assert len(formed.moved) <= (1 if stayed else SMALLEST)


def test_too_large_group_lets_one_go_and_keeps_the_rest() -> None:
    current = {one: 1 if at < 6 else 2 + (at - 6) // 3 for at, one in enumerate(members(12))}

    formed = form_again(members(12), current, seed=5)

    assert sorted(formed.sizes.values()) == [3, 4, 5]
    assert len(formed.moved) == 1


def test_remnant_of_a_group_joins_others_and_its_number_ends() -> None:
    current = {one: 1 + at // 4 for at, one in enumerate(members(13))}

    formed = form_again(members(13), current, seed=5)

    assert list(formed.sizes) == [1, 2, 3]
    assert formed.moved == {"m012"}


def test_group_of_two_gets_one_from_a_larger_group() -> None:
    current = {one: 1 + at // 4 for at, one in enumerate(members(14))}

    formed = form_again(members(14), current, seed=5)

    assert sorted(formed.sizes.values()) == [3, 3, 4, 4]
    assert len(formed.moved) == 1


def test_smaller_groups_are_made_out_of_large_ones() -> None:
    current = {one: 1 + at // 4 for at, one in enumerate(members(24))}

    formed = form_again(members(24), current, size=3, seed=5)

    assert list(formed.sizes.values()) == [3] * 8
    assert len(formed.moved) == 6


def test_larger_groups_are_made_by_ending_some() -> None:
    current = {one: 1 + at // 3 for at, one in enumerate(members(24))}

    formed = form_again(members(24), current, size=4, seed=5)

    assert list(formed.sizes) == [1, 2, 3, 4, 5, 6]
    assert set(formed.sizes.values()) == {4}
    assert len(formed.moved) == 6


def test_newcomers_begin_a_group_when_so_many_groups_are_right() -> None:
    current = {one: 1 + at // 4 for at, one in enumerate(members(24))}

    formed = form_again(members(27), current, seed=5)

    assert list(formed.sizes.values()) == [4, 4, 4, 4, 4, 4, 3]
    assert not formed.moved


def test_new_wish_to_be_apart_moves_no_more_than_two() -> None:
    current = {one: 1 + at // 4 for at, one in enumerate(members(24))}

    formed = form_again(members(24), current, wishes=wishes(apart=["m000 m001"]), seed=5)

    assert formed.broken == ()
    assert 1 <= len(formed.moved) <= 2


def test_of_those_who_belong_together_the_fewest_move() -> None:
    current = {one: 1 + at // 4 for at, one in enumerate(members(12))}

    formed = form_again(members(12), current, wishes=wishes(together=["m000 m001", "m001 m004"]), seed=5)

    assert formed.broken == ()
    assert formed.placement["m000"] == formed.placement["m004"] == 1
    assert formed.moved == {"m004"}


def test_wishes_go_before_staying_in_a_too_large_group() -> None:
    current = dict.fromkeys(members(12), 1)

    formed = form_again(members(12), current, wishes=wishes(apart=["m000 m001", "m002 m003"]), seed=5)

    assert formed.broken == ()
    assert sorted(formed.sizes.values()) == [3, 4, 5]


# From an LMS or a timetable


def test_labels_are_numbered_in_natural_order() -> None:
    proposal = from_proposal(["a", "b", "c"], {"a": "SW1A-10", "b": "SW1A-2", "c": "SW1A-1"})

    assert proposal.labels == {1: "SW1A-1", 2: "SW1A-2", 3: "SW1A-10"}
    assert proposal.placement == {"a": 3, "b": 2, "c": 1}


def test_same_label_spelled_otherwise_is_the_same_group() -> None:
    proposal = from_proposal(["a", "b", "c"], {"a": "Groep 1", "b": " groep  1", "c": ["GROEP 1", "groep 1"]})

    assert proposal.placement == {"a": 1, "b": 1, "c": 1}
    assert proposal.labels == {1: "GROEP 1"}


def test_who_is_in_no_group_or_in_several_is_told_and_not_placed() -> None:
    proposal = from_proposal(["a", "b", "c", "d"], {"a": ["x", "y"], "b": "", "c": ["x"], "gone": "z"})

    assert proposal.placement == {"c": 1}
    assert proposal.labels == {1: "x"}
    assert proposal.several == ("a",)
    assert proposal.unnamed == ("b", "d")


@given(st.dictionaries(st.text(max_size=5), st.text(max_size=30) | st.lists(st.text(max_size=3), max_size=3)))
def test_proposal_places_everybody_or_says_why_not(proposed: dict[str, str | list[str]]) -> None:
    proposal = from_proposal(proposed, proposed)

    assert sorted([*proposal.placement, *proposal.unnamed, *proposal.several]) == sorted(proposed)
    assert set(proposal.placement.values()) == set(proposal.labels) == set(range(1, len(proposal.labels) + 1))
