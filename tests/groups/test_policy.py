"""What holds in a small group, for any group: roles, texts that two people write at once, numbers that are kept."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from lti_tool.groups.policy import AgreementLine, Companion, OwnGroup, assign_roles, shares_page
from lti_tool.groups.renumbering import keep_numbers

PEOPLE, ROLES, ROUNDS = st.integers(1, 7), st.integers(1, 5), st.integers(1, 8)
FIELDS = st.sampled_from(["one", "two", "three"])


@given(PEOPLE, ROLES, ROUNDS, st.booleans())
def test_everybody_has_a_role_and_every_role_somebody(people: int, roles: int, rounds: int, rotates: bool) -> None:  # noqa: FBT001
    table = assign_roles(people, roles, rounds, rotates=rotates)

    assert len(table) == (rounds if rotates else 1)
    for row in table:
        assert len(row) == roles
        assert all(row)
        assert {one for cell in row for one in cell} == set(range(people))


@given(st.integers(2, 5))
def test_cmp_9_whoever_rotates_has_each_role_once(size: int) -> None:
    table = assign_roles(size, size, size, rotates=True)

    for person in range(size):
        held = [role for row in table for role, cell in enumerate(row) if person in cell]
        assert sorted(held) == list(range(size))


@given(st.integers(4, 7), st.integers(2, 3), ROUNDS)
def test_with_more_people_than_roles_the_last_role_is_shared(people: int, roles: int, rounds: int) -> None:
    for row in assign_roles(people, roles, rounds, rotates=True):
        assert [len(cell) for cell in row[:-1]] == [1] * (roles - 1)
        assert len(row[-1]) == people - roles + 1


def test_without_people_or_roles_there_is_nothing_to_assign() -> None:
    assert assign_roles(0, 4, 3, rotates=True) == ()
    assert assign_roles(4, 0, 3, rotates=True) == ()


COMPANIONS = st.lists(st.tuples(st.booleans(), st.booleans()), max_size=6)


@given(COMPANIONS, st.booleans())
def test_shr_9_a_group_has_agreed_when_everybody_active_has(
    states: list[tuple[bool, bool]],
    has_text: bool,  # noqa: FBT001
) -> None:
    people = tuple(Companion(str(n), str(n), None, aside, accepted) for n, (aside, accepted) in enumerate(states))
    group = OwnGroup("g", "s", 1, None, people, 1 if has_text else None)

    waiting = [one for one in people if not one.is_aside and not one.has_accepted]
    assert group.has_agreed == (has_text and bool(group.active) and not waiting)
    for one in people:
        assert shares_page(group, one.membership_id) != one.is_aside
    assert not shares_page(group, "stranger")


MEMBERS = st.sampled_from("abcdefghij")


@given(st.dictionaries(MEMBERS, st.integers(1, 4)), st.dictionaries(MEMBERS, st.integers(1, 5)))
def test_kept_numbers_are_one_for_each_group_and_nobody_moves_for_nothing(
    proposed: dict[str, int], places: dict[str, int]
) -> None:
    kept = keep_numbers(proposed, places, {})

    assert set(kept) == set(proposed.values())
    assert len(set(kept.values())) == len(kept)
    if {one: proposed.get(one) for one in places} == places:
        assert all(kept[number] == number for number in places.values())


def test_group_that_has_the_name_already_keeps_its_number_whoever_is_in_it() -> None:
    proposed, places = {"a": 1, "b": 1, "c": 2}, {"a": 7, "b": 7, "c": 8}

    assert keep_numbers(proposed, places, {1: 8}) == {1: 8, 2: 9}


def test_groups_that_share_most_people_keep_their_number() -> None:
    proposed = dict.fromkeys("abc", 1) | dict.fromkeys("def", 2)
    places = dict.fromkeys("abd", 5) | dict.fromkeys("cef", 3)

    assert keep_numbers(proposed, places, {}) == {1: 5, 2: 3}
    assert Counter(proposed.values()) == {1: 3, 2: 3}


def test_lines_of_an_agreement_differ_by_card_and_words() -> None:
    assert AgreementLine("We zijn op tijd.", "time") != AgreementLine("We zijn op tijd.")
