"""Two people at the same moment, on both databases: each change is whole, and none undoes another."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from lti_tool.groups.agreements import (
    AgreementChangedError,
    accept_agreement,
    propose_agreement,
    read_agreement,
)
from lti_tool.groups.circle import place_member, read_group, take_out_member
from lti_tool.groups.models import GroupMember, GroupSet
from lti_tool.groups.policy import AgreementLine
from lti_tool.groups.products import HandedInError, read_product, save_product
from lti_tool.groups.sealed_texts import SealedTexts
from lti_tool.groups.sets import confirm_plan, keep_plan, open_group
from lti_tool.groups.signing_up import NoPlaceError, open_sign_up, sign_up
from lti_tool.kernel.merging import mark

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy.orm import Session

    from lti_tool.web.edge import Instruments
    from tests.groups.conftest import Circle

TODAY = date(2026, 11, 26)
STEP = "abcdefgh"


def at_once(circle: Circle, works: Sequence[Callable[[Session], object]]) -> list[object]:
    """Do several things at the same moment, each in a transaction of its own; return what came of each."""
    barrier = Barrier(len(works))

    def run(work: Callable[[Session], object]) -> object:
        barrier.wait(20)
        try:
            with circle.database.session(writes=True) as session, session.begin():
                return work(session)
        except (AgreementChangedError, HandedInError, NoPlaceError) as error:
            return type(error)

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def test_of_two_new_versions_at_one_moment_one_is_saved_and_the_other_told(circle: Circle, tools: Instruments) -> None:
    texts = SealedTexts(tools.key_ring)

    def propose(text: str) -> Callable[[Session], object]:
        return lambda session: propose_agreement(
            session, texts, group_id=circle.group_id, lines=[AgreementLine(text)], seen=0, today=TODAY
        )

    came = at_once(circle, [propose("Van Amina."), propose("Van Bram.")])

    assert came.count(AgreementChangedError) == 1
    with circle.database.session(writes=False) as session:
        now = read_agreement(session, texts, circle.group_id)
    assert now is not None
    assert now.version == 1


def test_everybody_accepts_at_one_moment_and_the_group_has_agreed(circle: Circle, tools: Instruments) -> None:
    texts = SealedTexts(tools.key_ring)
    with circle.database.session(writes=True) as session, session.begin():
        propose_agreement(session, texts, group_id=circle.group_id, lines=[AgreementLine("Eén.")], seen=0, today=TODAY)

    def accept(membership_id: str) -> Callable[[Session], object]:
        return lambda session: accept_agreement(session, group_id=circle.group_id, membership_id=membership_id, seen=1)

    at_once(circle, [accept(one) for one in circle.members.values()])

    with circle.database.session(writes=False) as session:
        group = read_group(session, circle.group_id)
    assert group is not None
    assert group.has_agreed


def test_accepting_never_outlives_a_newer_version(circle: Circle, tools: Instruments) -> None:
    texts, (one, other, *_) = SealedTexts(tools.key_ring), list(circle.members.values())
    with circle.database.session(writes=True) as session, session.begin():
        propose_agreement(session, texts, group_id=circle.group_id, lines=[AgreementLine("Eén.")], seen=0, today=TODAY)

    at_once(
        circle,
        [
            lambda session: accept_agreement(session, group_id=circle.group_id, membership_id=one, seen=1),
            lambda session: accept_agreement(session, group_id=circle.group_id, membership_id=other, seen=1),
            lambda session: propose_agreement(
                session, texts, group_id=circle.group_id, lines=[AgreementLine("Twee.")], seen=1, today=TODAY
            ),
        ],
    )

    with circle.database.session(writes=False) as session:
        group = read_group(session, circle.group_id)
    assert group is not None
    assert group.agreement_version == 2
    assert not any(person.has_accepted for person in group.people)


def test_four_who_write_in_fields_of_their_own_lose_nothing(circle: Circle, tools: Instruments) -> None:
    texts = SealedTexts(tools.key_ring)
    names = ["one", "two", "three", "four"]

    def write(name: str) -> Callable[[Session], object]:
        return lambda session: save_product(
            session,
            texts,
            group_id=circle.group_id,
            step_id=STEP,
            typed={name: f"van {name}"},
            seen={name: mark("")},
        )

    at_once(circle, [write(name) for name in names])

    with circle.database.session(writes=False) as session:
        product = read_product(session, texts, group_id=circle.group_id, step_id=STEP)
    assert product.texts == {name: f"van {name}" for name in names}


def test_nothing_is_written_after_somebody_handed_in(circle: Circle, tools: Instruments) -> None:
    texts = SealedTexts(tools.key_ring)

    def write(text: str, *, hands_in: bool) -> Callable[[Session], object]:
        return lambda session: save_product(
            session,
            texts,
            group_id=circle.group_id,
            step_id=STEP,
            typed={"one": text},
            seen={"one": mark("")},
            hands_in=hands_in,
        )

    came = at_once(circle, [write("klaar", hands_in=True), write("nog iets", hands_in=False)])

    with circle.database.session(writes=False) as session:
        product = read_product(session, texts, group_id=circle.group_id, step_id=STEP)
    # Whoever came first is kept; who came second is told, either by both texts or because it is handed in.
    assert product.texts["one"] == ("klaar" if product.is_handed_in else "nog iets")
    assert (came[1] is HandedInError) == product.is_handed_in


def test_of_two_who_choose_the_last_place_one_gets_it(circle: Circle) -> None:
    one, other = list(circle.members.values())[:2]
    with circle.database.session(writes=True) as session, session.begin():
        context_id = session.execute(select(GroupSet.context_id)).scalar_one()
        for membership_id in (one, other):
            take_out_member(session, set_id=circle.set_id, membership_id=membership_id)
        open_sign_up(session, circle.set_id, size=3, groups=1)

    def choose(who: str) -> Callable[[Session], object]:
        return lambda session: sign_up(session, context_id=context_id, group_id=circle.group_id, membership_id=who)

    came = at_once(circle, [choose(one), choose(other)])

    assert came.count(NoPlaceError) == 1
    with circle.database.session(writes=False) as session:
        assert session.execute(select(func.count()).select_from(GroupMember)).scalar_one() == 3


def test_confirming_twice_and_moving_at_one_moment_leaves_everybody_in_one_group(circle: Circle) -> None:
    members = list(circle.members.values())
    with circle.database.session(writes=True) as session, session.begin():
        keep_plan(session, circle.set_id, dict(zip(members, (1, 2, 2, 3), strict=True)), {})

    def move(session: Session) -> None:
        group_id = open_group(session, circle.set_id, 5)
        place_member(session, set_id=circle.set_id, group_id=group_id, membership_id=members[0])

    at_once(
        circle,
        [
            lambda session: confirm_plan(session, circle.set_id),
            lambda session: confirm_plan(session, circle.set_id),
            move,
        ],
    )

    with circle.database.session(writes=False) as session:
        found = session.execute(select(GroupMember.membership_id)).scalars().all()
    assert sorted(found) == sorted(members)
