"""The plan that waits: who moves, what to know before, changing it by hand, and the press that moves everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from flask import make_response, redirect, render_template, request, url_for
from marshmallow import ValidationError
from werkzeug.exceptions import NotFound

from lti_tool.curriculum.visiting import context_of, id_or_404
from lti_tool.groups.counting import has_number, highest_number
from lti_tool.groups.forming import Way
from lti_tool.groups.listing import GROUPS_A_PAGE, find_student
from lti_tool.groups.planning import (
    NoPlanError,
    OtherPlanError,
    confirm_shown_plan,
    count_lms_groups,
    describe_plan,
    mark_of,
    put_in_plan,
)
from lti_tool.groups.schemas import PlaceSchema, load_plan
from lti_tool.groups.sets import forget_plan, read_names, read_places, read_plan
from lti_tool.groups.views.blueprint import CHANGED, NOT_RIGHT_YET, back_to, group_title, groups
from lti_tool.groups.views.overview import ask_whole_course, current_set, no_group, page_asked, page_links
from lti_tool.people.names import shown_name
from lti_tool.people.permissions import Permission
from lti_tool.people.roster import read_students
from lti_tool.web.access import requires, visit_address
from lti_tool.web.edge import database_connection, database_session
from lti_tool.web.forms import errors_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from flask.typing import ResponseReturnValue
    from werkzeug.datastructures import MultiDict

    from lti_tool.groups.planning import ListOutcome
    from lti_tool.groups.sets import Plan, ShownSet
    from lti_tool.people.member import Member
    from lti_tool.people.roster import RosterEntry

MOST_NAMED = 100
"""How many people or groups a list names before it says how many more there are."""
MOST_PROBLEMS = 10
"""How many lines of a list that cannot be read are named: they often have one cause."""


@groups.get("/groups/plan")
@requires(Permission.FORM_GROUPS)
def show_plan(member: Member) -> ResponseReturnValue:
    """Show the plan that waits: who moves, and what a teacher would want to know before."""
    ask_whole_course(member)
    return render_plan(member, current_set(member))


@groups.post("/groups/plan/place")
@requires(Permission.FORM_GROUPS)
def place_by_hand(member: Member) -> ResponseReturnValue:
    """Put one student elsewhere in the plan, or into it."""
    ask_whole_course(member)
    used, membership_id = current_set(member), id_or_404(request.form.get("student"))
    student = find_student(database_connection(), context_of(member), membership_id, None)
    if student is None:
        raise NotFound
    session, carried = database_session(), _carried(request.form)
    try:
        number: int = PlaceSchema().load(request.form)["number"]
        _ask_number(used, number)
        put_in_plan(session, used.id, membership_id, number)
    except ValidationError as error:
        errors = {membership_id: errors_of(error)["number"]}
        return make_response(render_plan(member, used, errors=errors, typed=request.form), NOT_RIGHT_YET)
    except NoPlanError:
        return back_to("groups.show_groups", "no-plan")
    # So that who moves somebody stays on the page where they looked.
    query = urlencode({**carried, "page": page_asked()})
    return redirect(f"{visit_address('groups.show_plan')}?{query}#placed", 303)


@groups.post("/groups/plan/confirm")
@requires(Permission.FORM_GROUPS)
def confirm(member: Member) -> ResponseReturnValue:
    """Move everybody to where the plan puts them, if it is still the plan that was shown."""
    ask_whole_course(member)
    used = current_set(member)
    carried = load_or_404(request.form)
    try:
        confirm_shown_plan(database_session(), used.id, seen=carried["seen"], size=carried.get("size"))
    except NoPlanError:
        return back_to("groups.show_groups", "no-plan")
    except OtherPlanError:
        return make_response(render_plan(member, used, has_changed=True), CHANGED)
    return back_to("groups.show_groups", "formed")


@groups.post("/groups/plan/forget")
@requires(Permission.FORM_GROUPS)
def discard(member: Member) -> ResponseReturnValue:
    """Forget the plan. Everybody stays where they are."""
    ask_whole_course(member)
    forget_plan(database_session(), current_set(member).id)
    return back_to("groups.show_groups", "plan-forgotten")


def load_or_404(form: MultiDict[str, str]) -> Mapping[str, Any]:
    """Return what the page of a plan carries along; 404 for what no page of ours sends."""
    try:
        return load_plan(form)
    except ValidationError:
        raise NotFound from None


def _carried(form: MultiDict[str, str]) -> dict[str, str]:
    """Return what the address of a plan carries along."""
    return {name: str(value) for name, value in load_or_404(form).items() if name in ("size", "way")}


def _ask_number(used: ShownSet, number: int) -> None:
    """Refuse the number of a group that there is not, neither in the plan; but for the next new one.

    :raises ValidationError: with a sentence.
    """
    database = database_connection()
    plan = read_plan(database, used.id)
    planned = set(plan.numbers.values()) if plan else set()
    next_new = max(highest_number(database, used.id), *planned, 0) + 1
    if number != next_new and number not in planned and not has_number(database, used.id, number, None):
        raise ValidationError({"number": [no_group(number, next_new)]})


def render_plan(  # noqa: PLR0913 (each is something that this answer alone says)
    member: Member,
    used: ShownSet,
    *,
    outcome: ListOutcome | None = None,
    errors: Mapping[str, str] | None = None,
    typed: Mapping[str, str] | None = None,
    has_changed: bool = False,
) -> ResponseReturnValue:
    """Show a plan; what a list did not give is shown with it, once.

    :param has_changed: whether it is another one than was confirmed.
    """
    number, carried = page_asked(), load_or_404(request.values)
    database, context_id = database_connection(), context_of(member)
    plan = read_plan(database, used.id)
    if plan is None:
        return redirect(visit_address("groups.show_forming"), 303)
    students = read_students(database, context_id)
    people = {one.membership_id: one for one in students}
    places, names = read_places(database, used.id), read_names(database, used.id)
    told = _Told(member, people, names, plan.labels, errors=errors or {}, typed=typed or {})
    facts = describe_plan(database, context_id, used.id, plan, places)
    formed = facts.formation
    numbers = sorted(set(plan.numbers.values()))
    if errors and (wrong := plan.numbers.get(next(iter(errors)))) is not None:
        number = numbers.index(wrong) // GROUPS_A_PAGE + 1  # where the sentence is
    shown = numbers[(number - 1) * GROUPS_A_PAGE : number * GROUPS_A_PAGE]
    if not shown:
        # Whoever was in the last group of a page may just have been put elsewhere.
        return redirect(visit_address("groups.show_plan"), 303)
    loose = [one for one in people if one not in plan.numbers and one not in places]
    moved = sorted((one for one in formed.moved if one in people), key=told.name)
    size: int | None = carried.get("size")
    return render_template(
        "groups/plan.html",
        has_changed=has_changed,
        groups=told.seated(plan, shown),
        pages=page_links("groups.show_plan", number, -(-len(numbers) // GROUPS_A_PAGE), **_carried(request.values)),
        total=len(plan.numbers),
        count=len(numbers),
        moves=[
            {"name": told.name(one), "before": told.group_now(places[one]), "after": told.group(plan.numbers[one])}
            for one in moved[:MOST_NAMED]
        ],
        moves_total=len(moved),
        new_total=sum(one not in places for one in plan.numbers),
        staying_total=sum(one in places for one in people if one not in plan.numbers),
        small=told.groups(formed.small),
        large=told.groups(formed.large),
        left=[told.group_now(one) for one in facts.left[:MOST_NAMED]],
        handed_on=[told.group(one) for one in facts.handed_on[:MOST_NAMED]],
        renamed=told.renamed()[:MOST_NAMED],
        broken=[{"kind": str(wish.kind), "names": [told.name(one) for one in wish.pair]} for wish in formed.broken],
        loose=[told.person(one) for one in loose[:MOST_NAMED]],
        loose_total=len(loose),
        errors=errors or {},
        outcome=None if outcome is None else told.outcome(outcome),
        lms=count_lms_groups(students, size) if size is not None and carried.get("way") is Way.LMS else None,
        next_new=max(highest_number(database, used.id), *numbers) + 1,
        size=size,
        seen=mark_of(plan),
        urls={name: visit_address(f"groups.{name}") for name in ("confirm", "discard", "show_forming", "show_groups")}
        | {"place_by_hand": url_for("groups.place_by_hand", page=number)},
    )


class _Told:
    """What a plan says, in the words of its page."""

    def __init__(  # noqa: PLR0913 (all that a page is told from)
        self,
        member: Member,
        people: Mapping[str, RosterEntry],
        names: Mapping[int, str],
        labels: Mapping[int, str],
        *,
        errors: Mapping[str, str],
        typed: Mapping[str, str],
    ) -> None:
        self._member, self._people, self._names, self._labels = member, people, names, labels
        self._errors, self._typed = errors, typed

    def name(self, membership_id: str) -> str:
        """Return what a student is called."""
        return shown_name(self._people[membership_id], self._member)

    def group(self, number: int) -> str:
        """Return what a group would be called."""
        return group_title(number, self._labels.get(number, self._names.get(number)))

    def group_now(self, number: int) -> str:
        """Return what a group is called now."""
        return group_title(number, self._names.get(number))

    def groups(self, numbers: Sequence[int]) -> dict[str, Any]:
        """Return what some groups would be called, and how many are not named."""
        return {"titles": [self.group(one) for one in numbers[:MOST_NAMED]], "more": len(numbers[MOST_NAMED:])}

    def renamed(self) -> list[dict[str, str]]:
        """Return the groups that have a name, and would get that of a list."""
        return [
            {"before": self._names[number], "after": label}
            for number, label in sorted(self._labels.items())
            if self._names.get(number, label) != label
        ]

    def person(self, membership_id: str, number: int | None = None) -> dict[str, Any]:
        """Return a student with what the small form beside the name holds."""
        is_typed = membership_id in self._errors
        return {
            "id": membership_id,
            "name": self.name(membership_id),
            "number": self._typed.get("number", "") if is_typed else str(number or ""),
            "error": self._errors.get(membership_id),
        }

    def seated(self, plan: Plan, numbers: Collection[int]) -> list[dict[str, Any]]:
        """Return some groups with who would be in them, by name."""
        here = [(one, number) for one, number in plan.numbers.items() if number in numbers and one in self._people]
        seats: dict[int, list[dict[str, Any]]] = {number: [] for number in numbers}
        for one, number in sorted(here, key=lambda place: self.name(place[0])):
            seats[number].append(self.person(one, number))
        return [
            {
                "title": self.group(number),
                "number": number if number in self._labels or number in self._names else None,
                "people": people,
            }
            for number, people in seats.items()
        ]

    def outcome(self, outcome: ListOutcome) -> dict[str, Any]:
        """Return what of a list was not found, line by line."""
        matched = outcome.matched
        unsure = [(one.row.line, one.row.name) for one in matched.ambiguous]
        unsure += [(row.line, row.name) for rows in matched.contradicting.values() for row in rows]
        unknown = [(row.line, row.name) for row in matched.unmatched]
        return {
            "placed": len(matched.placement),
            "unknown": sorted(unknown)[:MOST_NAMED],
            "unknown_total": len(unknown),
            "unsure": sorted(unsure)[:MOST_NAMED],
            **told_problems(outcome),
        }


def told_problems(outcome: ListOutcome | None) -> dict[str, Any]:
    """Return the first lines of a list that could not be read, each with why, and how many more there are."""
    problems = outcome.problems if outcome else ()
    return {
        "problems": [(problem.line, str(problem.reason)) for problem in problems[:MOST_PROBLEMS]],
        "more_problems": len(problems[MOST_PROBLEMS:]),
    }
