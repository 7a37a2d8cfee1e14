"""The plan that waits: who moves, what to know before, changing it by hand, and the press that moves everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import make_response, redirect, render_template, request, url_for
from marshmallow import ValidationError
from werkzeug.exceptions import NotFound

from lti_tool.groups.listing import find_student
from lti_tool.groups.planning import describe_plan
from lti_tool.groups.schemas import PageSchema, PlaceSchema, errors_of
from lti_tool.groups.sets import confirm_plan, forget_plan, place_in_plan, read_names, read_places, read_plan
from lti_tool.groups.views.blueprint import NOT_RIGHT_YET, back_to, context_of, group_title, groups, id_or_404
from lti_tool.groups.views.overview import ask_whole_course, current_set
from lti_tool.people.names import shown_name
from lti_tool.people.permissions import Permission
from lti_tool.people.roster import read_students
from lti_tool.web.access import requires, visit_address
from lti_tool.web.edge import database_connection, database_session

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from flask.typing import ResponseReturnValue

    from lti_tool.groups.planning import ListOutcome
    from lti_tool.groups.sets import Plan, ShownSet
    from lti_tool.people.member import Member
    from lti_tool.people.roster import RosterEntry

GROUPS_A_PAGE = 25
MOST_NAMED = 100
"""How many people a list names before it says how many more there are."""


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
    try:
        number: int = PlaceSchema().load(request.form)["number"]
    except ValidationError as error:
        errors = {membership_id: errors_of(error)["number"]}
        return make_response(render_plan(member, used, errors=errors, typed=request.form), NOT_RIGHT_YET)
    session = database_session()
    place_in_plan(session, used.id, membership_id, number)
    return redirect(url_for("groups.show_plan", page=_page_number(), _anchor="placed"), 303)


@groups.post("/groups/plan/confirm")
@requires(Permission.FORM_GROUPS)
def confirm(member: Member) -> ResponseReturnValue:
    """Move everybody to where the plan puts them."""
    ask_whole_course(member)
    confirm_plan(database_session(), current_set(member).id)
    return back_to("groups.show_groups", "formed")


@groups.post("/groups/plan/forget")
@requires(Permission.FORM_GROUPS)
def discard(member: Member) -> ResponseReturnValue:
    """Forget the plan. Everybody stays where they are."""
    ask_whole_course(member)
    forget_plan(database_session(), current_set(member).id)
    return back_to("groups.show_groups", "plan-forgotten")


def render_plan(
    member: Member,
    used: ShownSet,
    *,
    outcome: ListOutcome | None = None,
    errors: Mapping[str, str] | None = None,
    typed: Mapping[str, str] | None = None,
) -> ResponseReturnValue:
    """Show a plan; what a list did not give is shown with it, once."""
    number = _page_number()
    database, context_id = database_connection(), context_of(member)
    plan = read_plan(database, used.id)
    if plan is None:
        return redirect(visit_address("groups.show_forming"), 303)
    people = {one.membership_id: one for one in read_students(database, context_id)}
    places, names = read_places(database, used.id), read_names(database, used.id) | plan.labels
    told = _Told(member, people, names, errors or {}, typed or {})
    formed = describe_plan(database, context_id, plan, places)
    numbers = sorted(set(plan.numbers.values()))
    shown = numbers[(number - 1) * GROUPS_A_PAGE : number * GROUPS_A_PAGE]
    if not shown:
        # Whoever was in the last group of a page may just have been put elsewhere.
        return redirect(visit_address("groups.show_plan"), 303)
    loose = [one for one in people if one not in plan.numbers and one not in places]
    moved = sorted((one for one in formed.moved if one in people), key=told.name)
    return render_template(
        "groups/plan.html",
        groups=[{"title": told.group(one), "people": seated} for one, seated in told.seated(plan, shown).items()],
        pages=_pages(number, len(numbers)),
        total=len(plan.numbers),
        count=len(numbers),
        moves=[
            {"name": told.name(one), "before": told.group(places[one]), "after": told.group(plan.numbers[one])}
            for one in moved[:MOST_NAMED]
        ],
        moves_total=len(moved),
        new_total=sum(one not in places for one in plan.numbers),
        staying_total=sum(one in places for one in people if one not in plan.numbers),
        small=[told.group(one) for one in formed.small],
        large=[told.group(one) for one in formed.large],
        broken=[{"kind": str(wish.kind), "names": [told.name(one) for one in wish.pair]} for wish in formed.broken],
        loose=[told.person(one) for one in loose[:MOST_NAMED]],
        loose_total=len(loose),
        errors=errors or {},
        outcome=None if outcome is None else told.outcome(outcome),
        highest=max(numbers),
        urls={name: visit_address(f"groups.{name}") for name in ("confirm", "discard", "show_forming", "show_groups")}
        # So that who moves somebody stays on the page where they looked.
        | {"place_by_hand": url_for("groups.place_by_hand", page=number)},
    )


class _Told:
    """What a plan says, in the words of its page."""

    def __init__(
        self,
        member: Member,
        people: Mapping[str, RosterEntry],
        names: Mapping[int, str],
        errors: Mapping[str, str],
        typed: Mapping[str, str],
    ) -> None:
        self._member, self._people, self._names = member, people, names
        self._errors, self._typed = errors, typed

    def name(self, membership_id: str) -> str:
        """Return what a student is called."""
        return shown_name(self._people[membership_id], self._member)

    def group(self, number: int) -> str:
        """Return what a group is called."""
        return group_title(number, self._names.get(number))

    def person(self, membership_id: str, number: int | None = None) -> dict[str, Any]:
        """Return a student with what the small form beside the name holds."""
        is_typed = membership_id in self._errors
        return {
            "id": membership_id,
            "name": self.name(membership_id),
            "number": self._typed.get("number", "") if is_typed else str(number or ""),
            "error": self._errors.get(membership_id),
        }

    def seated(self, plan: Plan, numbers: Collection[int]) -> dict[int, list[dict[str, Any]]]:
        """Return who would be in some groups, by name."""
        here = [(one, number) for one, number in plan.numbers.items() if number in numbers and one in self._people]
        seats: dict[int, list[dict[str, Any]]] = {number: [] for number in numbers}
        for one, number in sorted(here, key=lambda place: self.name(place[0])):
            seats[number].append(self.person(one, number))
        return seats

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
            "problems": [(problem.line, str(problem.reason)) for problem in outcome.problems[:MOST_NAMED]],
        }


def _page_number() -> int:
    try:
        number: int = PageSchema().load(request.args)["page"]
    except ValidationError:
        raise NotFound from None
    return number


def _pages(number: int, groups_total: int) -> dict[str, Any]:
    count = max(1, -(-groups_total // GROUPS_A_PAGE))

    def url(other: int) -> str | None:
        return url_for("groups.show_plan", page=other) if 1 <= other <= count else None

    return {"number": number, "count": count, "previous_url": url(number - 1), "next_url": url(number + 1)}
