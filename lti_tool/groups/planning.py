"""Making a plan: bringing together who is in the course, how the groups stand, and the pure forming of groups."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lti_tool.groups.circle import lock_set
from lti_tool.groups.counting import highest_number, read_makers
from lti_tool.groups.forming import (
    Formation,
    Way,
    Wishes,
    choose_nearest,
    form_again,
    form_groups,
    from_proposal,
    place_latecomers,
)
from lti_tool.groups.forming.outcome import describe
from lti_tool.groups.models import LONGEST_NAME
from lti_tool.groups.renumbering import keep_numbers, shorten
from lti_tool.groups.sets import (
    APART,
    TOGETHER,
    change_set,
    confirm_plan,
    keep_plan,
    place_in_plan,
    read_names,
    read_places,
    read_plan,
    read_wishes,
)
from lti_tool.groups.timetable import Matched, Problem, match_names, read_list
from lti_tool.kernel.errors import RugzakError
from lti_tool.kernel.ids import new_secret
from lti_tool.kernel.merging import mark
from lti_tool.people.roster import read_students

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy import Connection
    from sqlalchemy.orm import Session

    from lti_tool.groups.sets import Plan
    from lti_tool.people.roster import RosterEntry

_NUMBERED = re.compile(r"(?:(?:groep|group) ?)?0*([1-9]\d{0,2})", re.IGNORECASE | re.ASCII)


class NoPlanError(RugzakError):
    """No plan waits."""


class OtherPlanError(RugzakError):
    """The plan that waits is not the one that was looked at."""


@dataclass(frozen=True)
class ListOutcome:
    """What came of a list that a teacher pasted. It is shown once, and kept nowhere."""

    matched: Matched
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class LmsCounts:
    """How students stand in the groups of the LMS."""

    several: int
    """How many are in more than one, so that one was chosen for them."""
    nowhere: int
    """How many are in none that could be a small group."""


@dataclass(frozen=True)
class PlanFacts:
    """What a teacher should know of a plan before confirming it."""

    formation: Formation
    """Everybody as they would be, also who the plan does not name."""
    left: tuple[int, ...]
    """Groups with agreements or work that nobody would be in any more."""
    handed_on: tuple[int, ...]
    """Groups with agreements or work in which everybody would be new."""


def wishes_of(database: Session | Connection, context_id: str) -> Wishes:
    """Return which students of a course are to be apart, and which together."""
    return Wishes(
        apart=frozenset(map(frozenset, read_wishes(database, context_id, APART))),
        together=frozenset(map(frozenset, read_wishes(database, context_id, TOGETHER))),
    )


def plan_groups(session: Session, context_id: str, set_id: str, *, way: Way, size: int) -> bool:
    """Form groups as a plan that a teacher confirms. The size is stored with that, not now.

    :returns: whether there was anybody to place; if not, the plan that waits stays.
    """
    students = read_students(session, context_id)
    members, places = [one.membership_id for one in students], read_places(session, set_id)
    wishes, seed, highest = wishes_of(session, context_id), new_secret(), highest_number(session, set_id)
    if way is Way.LMS:
        chosen = choose_nearest({one.membership_id: one.lms_groups for one in students}, size)
        # The ids of the LMS say nothing to anybody, so the groups have numbers alone.
        return _keep_proposal(session, set_id, from_proposal(members, chosen).placement, {})
    if way is Way.LATECOMERS:
        formed = place_latecomers(members, places, size=size, wishes=wishes, seed=seed, highest=highest)
    elif way is Way.AGAIN:
        formed = form_again(members, places, size=size, wishes=wishes, seed=seed, highest=highest)
    else:
        # New groups have new numbers: nobody reads what strangers wrote in a group that had the same one.
        formed = form_groups(members, size=size, wishes=wishes, seed=seed, highest=highest)
    if way is Way.LATECOMERS and formed.placement.keys() <= places.keys():
        return False
    return _keep(session, set_id, formed.placement, {})


def count_lms_groups(students: Iterable[RosterEntry], size: int) -> LmsCounts:
    """Say how many students are in several groups of the LMS, and how many in none that was looked at."""
    named = {one.membership_id: one.lms_groups for one in students}
    chosen = choose_nearest(named, size)
    return LmsCounts(sum(len(named[one]) > 1 for one in chosen), len(named) - len(chosen))


def plan_from_list(session: Session, set_id: str, text: str, called: Mapping[str, str]) -> ListOutcome:
    """Make a plan from a timetable. Only who was found is in it; the list itself is kept nowhere.

    Where nobody was found, the plan that waits stays.

    :param called: for each student, by membership, what the teacher sees them called.
    """
    found = read_list(text)
    matched = match_names(found.rows, called)
    proposal = from_proposal(matched.placement, matched.placement)
    _keep_proposal(session, set_id, proposal.placement, shorten(proposal.labels, LONGEST_NAME))
    return ListOutcome(matched, found.problems)


def _keep_proposal(session: Session, set_id: str, placement: Mapping[str, int], labels: Mapping[int, str]) -> bool:
    """Keep a plan of somebody else's making, with the numbers of the groups that are there where that can be."""
    places = read_places(session, set_id)
    # A group that everybody has left is nobody's to come into by its name alone: what it made is still in it.
    closed = read_makers(session, set_id) - set(places.values())
    names = {name: number for number, name in read_names(session, set_id).items() if number not in closed}
    named = {number: names[label] for number, label in labels.items() if label in names}
    # What is called "3" or "groep 3" is the third group, and that is no name.
    counted = {number: int(found[1]) for number, label in labels.items() if (found := _NUMBERED.fullmatch(label))}
    taken = closed | set(named.values())
    counted = {number: here for number, here in counted.items() if here not in taken}
    numbers = keep_numbers(placement, places, named | counted, highest_number(session, set_id))
    return _keep(
        session,
        set_id,
        {one: numbers[number] for one, number in placement.items()},
        {numbers[number]: label for number, label in labels.items() if number not in counted},
    )


def _keep(session: Session, set_id: str, numbers: Mapping[str, int], labels: Mapping[int, str]) -> bool:
    if numbers:
        lock_set(session, set_id)
        keep_plan(session, set_id, numbers, labels)
    return bool(numbers)


def put_in_plan(session: Session, set_id: str, membership_id: str, number: int) -> None:
    """Put one student somewhere in the plan that waits.

    :raises NoPlanError: when none does.
    """
    lock_set(session, set_id)
    if read_plan(session, set_id) is None:
        message = "no plan waits"
        raise NoPlanError(message)
    place_in_plan(session, set_id, membership_id, number)


def confirm_shown_plan(session: Session, set_id: str, *, seen: str, size: int | None) -> None:
    """Move everybody to where the plan puts them, if it is the one that was looked at.

    :param seen: the :func:`mark_of` the plan that was looked at.
    :param size: how many students a group is meant to have from now on; None to leave that as it is.
    :raises NoPlanError: when no plan waits.
    :raises OtherPlanError: when somebody changed it meanwhile.
    """
    lock_set(session, set_id)
    plan = read_plan(session, set_id)
    if plan is None:
        message = "no plan waits"
        raise NoPlanError(message)
    if mark_of(plan) != seen:
        message = "the plan changed since it was looked at"
        raise OtherPlanError(message)
    confirm_plan(session, set_id)
    if size is not None:
        change_set(session, set_id, size=size)


def mark_of(plan: Plan) -> str:
    """Return what tells one plan from another."""
    return mark(repr((sorted(plan.numbers.items()), sorted(plan.labels.items()))))


def describe_plan(
    database: Session | Connection, context_id: str, set_id: str, plan: Plan, places: Mapping[str, int]
) -> PlanFacts:
    """Say how everybody would be once a plan is confirmed: who moves, which wishes are not kept, how large groups are.

    :param places: for each student the number of the group they are in now.
    """
    then = {**places, **plan.numbers}
    people_now, people_then = _people(places), _people(then)
    made = sorted(read_makers(database, set_id))
    return PlanFacts(
        describe(then, wishes_of(database, context_id), places),
        left=tuple(number for number in made if number in people_now and number not in people_then),
        handed_on=tuple(
            number
            for number in made
            if number in people_then and people_then[number].isdisjoint(people_now.get(number, ()))
        ),
    )


def _people(places: Mapping[str, int]) -> dict[int, set[str]]:
    people: dict[int, set[str]] = {}
    for one, number in places.items():
        people.setdefault(number, set()).add(one)
    return people
