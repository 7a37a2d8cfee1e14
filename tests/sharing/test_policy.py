"""The policy of sharing: every question bites, nobody is let in by any other way, and a share lasts thirty days."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.sharing.policy import (
    LONGEST,
    QUESTIONS,
    Asking,
    Audience,
    Circle,
    Pause,
    SharedNote,
    last_day,
    may_read,
    may_share,
)

if TYPE_CHECKING:
    from collections.abc import Callable

TODAY = date(2026, 11, 26)
AUTHOR, READER, THIRD, NEWCOMER = "author", "reader", "third", "newcomer"
TEACHER = "teacher"
EVERYBODY = frozenset({AUTHOR, READER, THIRD})
WITH_A_GROUP = (Audience.GROUP, Audience.MEMBERS)

CIRCLE = Circle("ours", EVERYBODY, EVERYBODY)
ASKING = Asking(READER, is_student=True, is_teacher=False, circle=CIRCLE, today=TODAY, class_is_over=False)
FOR_GROUP = SharedNote(
    Audience.GROUP,
    AUTHOR,
    frozenset({READER, THIRD}),
    "ours",
    None,
    TODAY,
    author_is_student=True,
    author_consents=True,
)
ALLOWED: dict[Audience, tuple[SharedNote, Asking]] = {
    Audience.GROUP: (FOR_GROUP, ASKING),
    Audience.MEMBERS: (replace(FOR_GROUP, audience=Audience.MEMBERS, readers=frozenset({READER})), ASKING),
    Audience.TEACHER: (
        replace(FOR_GROUP, audience=Audience.TEACHER, readers=frozenset({TEACHER}), group_id=None),
        Asking(TEACHER, is_student=False, is_teacher=True, circle=None, today=TODAY, class_is_over=False),
    ),
}
"""For each audience, somebody who may read."""

people = st.sampled_from((AUTHOR, READER, THIRD, NEWCOMER, TEACHER))
lists = st.frozensets(people)
groups = st.sampled_from(("ours", "theirs"))
days = st.dates(TODAY - timedelta(days=40), TODAY + timedelta(days=40))


@st.composite
def circles(draw: st.DrawFn) -> Circle:
    members = draw(lists)
    return Circle(draw(groups), members, draw(st.frozensets(people)) & members)


shares = st.builds(
    SharedNote,
    st.sampled_from(Audience),
    people,
    lists,
    st.none() | groups,
    st.none() | st.sampled_from(Pause),
    days,
    author_is_student=st.booleans(),
    author_consents=st.booleans(),
)
askings = st.builds(
    Asking,
    people,
    is_student=st.booleans(),
    is_teacher=st.booleans(),
    circle=st.none() | circles(),
    today=days,
    class_is_over=st.booleans(),
)


@st.composite
def nearly_allowed(draw: st.DrawFn) -> tuple[SharedNote, Asking]:
    """Facts of somebody who may read, of which up to two are drawn anew: facts drawn blindly hardly ever let in."""
    share, asking = ALLOWED[draw(st.sampled_from(Audience))]
    other_share, other_asking = draw(shares), draw(askings)
    for name in draw(st.lists(st.sampled_from([one.name for one in fields(SharedNote)]), max_size=1)):
        share = replace(share, **{name: getattr(other_share, name)})
    for name in draw(st.lists(st.sampled_from([one.name for one in fields(Asking)]), max_size=1)):
        asking = replace(asking, **{name: getattr(other_asking, name)})
    return share, asking


any_facts = st.tuples(shares, askings) | nearly_allowed()


@pytest.mark.parametrize("audience", Audience)
def test_somebody_of_whom_every_question_is_answered_by_yes_may_read(audience: Audience) -> None:
    assert may_read(*ALLOWED[audience])


@given(any_facts)
def test_shr_2_to_10_who_may_read_is_named_in_time_and_with_consent(facts: tuple[SharedNote, Asking]) -> None:
    share, asking = facts

    if may_read(share, asking):
        assert asking.membership_id in share.readers
        assert share.pause is None
        assert asking.today <= share.ends_on
        assert not asking.class_is_over
        assert share.author_is_student
        assert share.author_consents


@given(any_facts)
def test_shr_3_4_9_who_may_read_in_a_group_is_in_it_with_the_author_and_has_agreed(
    facts: tuple[SharedNote, Asking],
) -> None:
    share, asking = facts

    if may_read(share, asking) and share.audience in WITH_A_GROUP:
        assert asking.is_student
        assert asking.circle is not None
        assert asking.circle.group_id == share.group_id
        assert {asking.membership_id, share.author_id} <= asking.circle.members
        assert asking.membership_id in asking.circle.accepted


@given(any_facts)
def test_shr_4_what_is_for_a_group_is_for_a_group_with_nobody_new_in_it(facts: tuple[SharedNote, Asking]) -> None:
    share, asking = facts

    if may_read(share, asking) and share.audience is Audience.GROUP:
        assert asking.circle is not None
        assert asking.circle.members <= share.readers | {share.author_id}


@given(any_facts)
def test_shr_3_only_a_teacher_who_was_named_reads_what_is_for_one(facts: tuple[SharedNote, Asking]) -> None:
    share, asking = facts

    if may_read(share, asking) and share.audience is Audience.TEACHER:
        assert asking.is_teacher
        assert asking.membership_id in share.readers


@given(any_facts)
def test_nobody_reads_by_being_a_teacher_or_by_anything_else_that_no_question_asks(
    facts: tuple[SharedNote, Asking],
) -> None:
    share, asking = facts

    if share.audience is Audience.TEACHER:
        other = replace(asking, is_student=not asking.is_student, circle=None)
    else:
        other = replace(asking, is_teacher=not asking.is_teacher)

    assert may_read(share, asking) == may_read(share, other)


@given(facts=any_facts, more=people)
def test_shr_2_who_is_taken_off_the_list_lets_nobody_in(facts: tuple[SharedNote, Asking], more: str) -> None:
    share, asking = facts

    shorter = replace(share, readers=share.readers - {more})

    assert may_read(share, asking) or not may_read(shorter, asking)


@given(facts=any_facts, more=people)
def test_shr_4_somebody_who_comes_to_the_group_lets_nobody_in(facts: tuple[SharedNote, Asking], more: str) -> None:
    """Of those who were in it already."""
    share, asking = facts
    if asking.circle is None or more in {asking.membership_id, share.author_id}:
        return

    fuller = replace(asking.circle, members=asking.circle.members | {more})

    assert may_read(share, asking) or not may_read(share, replace(asking, circle=fuller))


@given(shares, askings)
def test_the_author_is_no_reader_of_what_they_share(share: SharedNote, asking: Asking) -> None:
    """They have it as a note of their own; no list that the tool makes names them."""
    named = share.readers - {share.author_id}

    assert not may_read(replace(share, readers=named), replace(asking, membership_id=share.author_id))


Change = dict[str, Any]
BAD_FOR_ALL: dict[str, tuple[Change, Change]] = {
    "not named": ({"readers": frozenset({THIRD})}, {}),
    "named nobody": ({"readers": frozenset()}, {}),
    "it is the author who asks": ({}, {"membership_id": AUTHOR}),
    **{f"paused, {pause}": ({"pause": pause}, {}) for pause in Pause},
    "a day too late": ({}, {"today": TODAY + timedelta(days=1)}),
    "class is over": ({}, {"class_is_over": True}),
    "author is no student": ({"author_is_student": False}, {}),
    "author does not consent": ({"author_consents": False}, {}),
}
BAD_IN_A_GROUP: dict[str, tuple[Change, Change]] = {
    "in no group": ({}, {"circle": None}),
    "in another group": ({}, {"circle": replace(CIRCLE, group_id="theirs")}),
    "shared for another group": ({"group_id": "theirs"}, {}),
    "no student": ({}, {"is_student": False}),
    "no student but a teacher": ({}, {"is_student": False, "is_teacher": True}),
    "not in the group": ({}, {"circle": replace(CIRCLE, members=EVERYBODY - {READER})}),
    "author not in the group": ({}, {"circle": replace(CIRCLE, members=EVERYBODY - {AUTHOR})}),
    "has not agreed": ({}, {"circle": replace(CIRCLE, accepted=EVERYBODY - {READER})}),
    "nobody has agreed": ({}, {"circle": replace(CIRCLE, accepted=frozenset())}),
}
BAD: dict[Audience, dict[str, tuple[Change, Change]]] = {
    Audience.GROUP: {
        **BAD_FOR_ALL,
        **BAD_IN_A_GROUP,
        "somebody is new": ({}, {"circle": replace(CIRCLE, members=EVERYBODY | {NEWCOMER})}),
        "somebody was not named": ({"readers": frozenset({READER})}, {}),
    },
    Audience.MEMBERS: {**BAD_FOR_ALL, **BAD_IN_A_GROUP},
    Audience.TEACHER: {
        **BAD_FOR_ALL,
        "teaches no more": ({}, {"is_teacher": False}),
        "teaches no more but learns": ({}, {"is_teacher": False, "is_student": True, "circle": CIRCLE}),
    },
}


@pytest.mark.parametrize(("audience", "why"), [(audience, why) for audience, found in BAD.items() for why in found])
def test_one_fact_that_is_wrong_is_enough_to_read_nothing(audience: Audience, why: str) -> None:
    share, asking = ALLOWED[audience]
    of_share, of_asking = BAD[audience][why]

    assert not may_read(replace(share, **of_share), replace(asking, **of_asking))


@pytest.mark.parametrize(
    ("audience", "question"), [(audience, question) for audience, asked in QUESTIONS.items() for question in asked]
)
def test_every_question_bites_alone(audience: Audience, question: Callable[[SharedNote, Asking], bool]) -> None:
    """For each question there is something wrong that none of the others sees: no question is there for show."""
    share, asking = ALLOWED[audience]

    def says_no(changes: tuple[Change, Change]) -> set[str]:
        changed = replace(share, **changes[0]), replace(asking, **changes[1])
        return {one.__name__ for one in QUESTIONS[audience] if not one(*changed)}

    assert {question.__name__} in [says_no(changes) for changes in BAD[audience].values()]


@pytest.mark.parametrize(
    ("change", "asks"),
    [
        ({"circle": replace(CIRCLE, members=EVERYBODY | {NEWCOMER}, accepted=EVERYBODY)}, {}),
        ({"circle": replace(CIRCLE, members=frozenset({AUTHOR, READER}))}, {"readers": frozenset({READER})}),
        ({"circle": replace(CIRCLE, accepted=frozenset({READER}))}, {}),
    ],
)
def test_shr_4_9_what_is_for_chosen_members_goes_on_whoever_comes_or_has_yet_to_agree(
    change: Change, asks: Change
) -> None:
    share, asking = ALLOWED[Audience.MEMBERS]

    assert may_read(replace(share, **asks), replace(asking, **change))


def test_shr_4_6_somebody_who_leaves_changes_nothing_for_the_others() -> None:
    circle = Circle("ours", EVERYBODY - {THIRD}, EVERYBODY - {THIRD})

    assert may_read(replace(FOR_GROUP, readers=frozenset({READER})), replace(ASKING, circle=circle))


def test_shr_3_there_are_questions_for_each_audience_and_there_is_no_other_audience() -> None:
    assert set(QUESTIONS) == set(Audience) == {"group", "members", "teacher"}
    assert all(QUESTIONS.values())


@pytest.mark.parametrize("audience", ["course", "public", "link", "observer", "everybody"])
def test_shr_3_another_audience_cannot_even_be_asked_about(audience: str) -> None:
    share: Any = replace(FOR_GROUP, audience=audience)  # type: ignore[arg-type]

    with pytest.raises(KeyError):
        may_read(share, ASKING)


AGREED = Circle("ours", EVERYBODY, EVERYBODY)


@pytest.mark.parametrize(
    ("circle", "author", "audience", "readers", "may"),
    [
        (AGREED, AUTHOR, Audience.GROUP, {READER, THIRD}, True),
        (AGREED, AUTHOR, Audience.GROUP, {READER}, False),
        (AGREED, AUTHOR, Audience.GROUP, {READER, THIRD, NEWCOMER}, False),
        (AGREED, AUTHOR, Audience.GROUP, {READER, THIRD, AUTHOR}, False),
        (AGREED, AUTHOR, Audience.GROUP, set(), False),
        (AGREED, AUTHOR, Audience.MEMBERS, {READER}, True),
        (AGREED, AUTHOR, Audience.MEMBERS, {READER, THIRD}, True),
        (AGREED, AUTHOR, Audience.MEMBERS, {NEWCOMER}, False),
        (AGREED, AUTHOR, Audience.MEMBERS, {AUTHOR}, False),
        (AGREED, AUTHOR, Audience.MEMBERS, set(), False),
        (AGREED, AUTHOR, Audience.TEACHER, {TEACHER}, True),
        (AGREED, AUTHOR, Audience.TEACHER, {TEACHER, "another"}, False),
        (AGREED, AUTHOR, Audience.TEACHER, set(), False),
        (AGREED, NEWCOMER, Audience.GROUP, {READER, THIRD}, False),
        (AGREED, NEWCOMER, Audience.TEACHER, {TEACHER}, False),
        (None, AUTHOR, Audience.GROUP, {READER, THIRD}, False),
        (None, AUTHOR, Audience.TEACHER, {TEACHER}, False),
        (Circle("ours", EVERYBODY, EVERYBODY - {THIRD}), AUTHOR, Audience.GROUP, {READER, THIRD}, False),
        (Circle("ours", EVERYBODY, EVERYBODY - {THIRD}), AUTHOR, Audience.MEMBERS, {READER}, False),
        (Circle("ours", EVERYBODY, EVERYBODY - {AUTHOR}), AUTHOR, Audience.TEACHER, {TEACHER}, False),
        (Circle("ours", frozenset({AUTHOR}), frozenset({AUTHOR})), AUTHOR, Audience.GROUP, set(), False),
        (Circle("ours", frozenset({AUTHOR}), frozenset({AUTHOR})), AUTHOR, Audience.TEACHER, {TEACHER}, True),
    ],
)
def test_shr_9_one_shares_in_a_group_that_has_agreed_and_with_the_people_of_it(
    circle: Circle | None, author: str, audience: Audience, readers: set[str], *, may: bool
) -> None:
    assert may_share(circle, author, audience, frozenset(readers)) is may


@given(circle=circles(), author=people, audience=st.sampled_from(Audience), readers=lists)
def test_shr_9_what_may_be_shared_in_a_group_can_be_read_by_exactly_those_who_were_named(
    circle: Circle, author: str, audience: Audience, readers: frozenset[str]
) -> None:
    if not may_share(circle, author, audience, readers):
        return
    share = SharedNote(
        audience, author, readers, circle.group_id, None, TODAY, author_is_student=True, author_consents=True
    )

    def reads(who: str) -> bool:
        asking = Asking(
            who,
            is_student=audience is not Audience.TEACHER,
            is_teacher=audience is Audience.TEACHER,
            circle=circle,
            today=TODAY,
            class_is_over=False,
        )
        return may_read(share, asking)

    assert {who for who in (AUTHOR, READER, THIRD, NEWCOMER, TEACHER) if reads(who)} == readers
    assert author not in readers or audience is Audience.TEACHER


@given(today=days, class_ends_on=days)
def test_shr_10_a_share_lasts_thirty_days_at_most_and_not_longer_than_the_class(
    today: date, class_ends_on: date
) -> None:
    ends_on = last_day(today, class_ends_on)

    assert today <= ends_on <= today + timedelta(days=30)
    assert ends_on <= max(today, class_ends_on)
    # And no shorter than it need be.
    assert ends_on in {today, class_ends_on, today + timedelta(days=30)}
    assert ends_on == today + timedelta(days=30) or ends_on >= class_ends_on


def test_shr_10_the_longest_is_thirty_days() -> None:
    assert timedelta(days=30) == LONGEST
    assert last_day(TODAY, date(2027, 7, 9)) == date(2026, 12, 26)
