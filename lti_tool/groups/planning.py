"""Making a plan: bringing together who is in the course, how the groups stand, and the pure forming of groups."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lti_tool.groups.forming import Formation, Wishes, form_again, form_groups, from_proposal, place_latecomers
from lti_tool.groups.forming.outcome import describe
from lti_tool.groups.models import LONGEST_NAME
from lti_tool.groups.renumbering import keep_numbers
from lti_tool.groups.sets import (
    APART,
    TOGETHER,
    change_set,
    keep_plan,
    read_names,
    read_places,
    read_wishes,
)
from lti_tool.groups.timetable import Matched, Problem, match_names, read_list
from lti_tool.kernel.ids import new_secret
from lti_tool.people.roster import read_students

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection
    from sqlalchemy.orm import Session

    from lti_tool.groups.sets import Plan, ShownSet

NEW, AGAIN, LATECOMERS, LMS = "new", "again", "latecomers", "lms"
_NUMBERED = re.compile(r"(?:(?:groep|group) ?)?0*([1-9]\d{0,2})", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True)
class ListOutcome:
    """What came of a list that a teacher pasted. It is shown once, and kept nowhere."""

    matched: Matched
    problems: tuple[Problem, ...]


def wishes_of(database: Session | Connection, context_id: str) -> Wishes:
    """Return which students of a course are to be apart, and which together."""
    return Wishes(
        apart=frozenset(map(frozenset, read_wishes(database, context_id, APART))),
        together=frozenset(map(frozenset, read_wishes(database, context_id, TOGETHER))),
    )


def plan_groups(session: Session, context_id: str, chosen: ShownSet, *, way: str, size: int) -> bool:
    """Form groups as a plan that a teacher confirms.

    :param way: anew by chance, again with as few moves as can be, only for who has no group, or as the LMS has them.
    :returns: whether there was anybody to place.
    """
    change_set(session, chosen.id, size=size)
    students = read_students(session, context_id)
    members, places = [one.membership_id for one in students], read_places(session, chosen.id)
    wishes, seed = wishes_of(session, context_id), new_secret()
    if way == LMS:
        proposal = from_proposal(members, {one.membership_id: sorted(one.lms_groups) for one in students})
        # The ids of the LMS say nothing to anybody, so the groups have numbers alone.
        _keep_proposal(session, chosen.id, proposal.placement, {})
        return bool(proposal.placement)
    if way == LATECOMERS:
        formed = place_latecomers(members, places, size=size, wishes=wishes, seed=seed)
    elif way == AGAIN:
        formed = form_again(members, places, size=size, wishes=wishes, seed=seed)
    else:
        formed = form_groups(members, size=size, wishes=wishes, seed=seed)
    keep_plan(session, chosen.id, formed.placement, {})
    return bool(formed.placement)


def plan_from_list(session: Session, set_id: str, text: str, called: Mapping[str, str]) -> ListOutcome:
    """Make a plan from a timetable. Only who was found is in it; the list itself is kept nowhere.

    :param called: for each student, by membership, what the teacher sees them called.
    """
    found = read_list(text)
    matched = match_names(found.rows, called)
    proposal = from_proposal(matched.placement, matched.placement)
    labels = {number: label[:LONGEST_NAME] for number, label in proposal.labels.items()}
    _keep_proposal(session, set_id, proposal.placement, labels)
    return ListOutcome(matched, found.problems)


def _keep_proposal(session: Session, set_id: str, placement: Mapping[str, int], labels: Mapping[int, str]) -> None:
    """Keep a plan of somebody else's making, with the numbers of the groups that are there where that can be."""
    names = {name: number for number, name in read_names(session, set_id).items()}
    named = {number: names[label] for number, label in labels.items() if label in names}
    # What is called "3" or "groep 3" is the third group, and that is no name.
    counted = {number: int(found[1]) for number, label in labels.items() if (found := _NUMBERED.fullmatch(label))}
    counted = {number: here for number, here in counted.items() if here not in named.values()}
    named |= counted
    numbers = keep_numbers(placement, read_places(session, set_id), named)
    keep_plan(
        session,
        set_id,
        {one: numbers[number] for one, number in placement.items()},
        {numbers[number]: label for number, label in labels.items() if number not in counted},
    )


def describe_plan(database: Session | Connection, context_id: str, plan: Plan, places: Mapping[str, int]) -> Formation:
    """Say of a plan, as it stands now, who moves, which wishes it breaks, and which groups are small or large."""
    return describe(plan.numbers, wishes_of(database, context_id), places)
