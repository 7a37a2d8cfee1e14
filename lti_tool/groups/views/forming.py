"""Forming groups: choosing how, or pasting a list. Both make a plan; nobody moves before it is confirmed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import render_template, request
from marshmallow import ValidationError

from lti_tool.curriculum.visiting import context_of
from lti_tool.groups.counting import count_students, has_places
from lti_tool.groups.forming import Way
from lti_tool.groups.planning import plan_from_list, plan_groups
from lti_tool.groups.policy import USUAL_SIZE
from lti_tool.groups.schemas import FormingSchema, ListSchema
from lti_tool.groups.views.blueprint import NOT_RIGHT_YET, back_to, groups
from lti_tool.groups.views.overview import ask_whole_course, current_set, find_current_set
from lti_tool.groups.views.plan import render_plan, told_problems
from lti_tool.people.names import shown_name
from lti_tool.people.permissions import Permission
from lti_tool.people.roster import read_students
from lti_tool.web.access import requires, visit_address
from lti_tool.web.edge import database_connection, database_session
from lti_tool.web.forms import errors_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask.typing import ResponseReturnValue

    from lti_tool.groups.planning import ListOutcome
    from lti_tool.people.member import Member


@groups.get("/groups/form")
@requires(Permission.FORM_GROUPS)
def show_forming(member: Member) -> ResponseReturnValue:
    """Show how groups can be formed."""
    ask_whole_course(member)
    return _show_forming(member)


@groups.post("/groups/form")
@requires(Permission.FORM_GROUPS)
def form(member: Member) -> ResponseReturnValue:
    """Make a plan. Nobody moves yet, and the one that waited stays where there is nobody to place."""
    ask_whole_course(member)
    try:
        chosen = FormingSchema().load(request.form)
    except ValidationError as error:
        return _show_forming(member, errors=errors_of(error), typed=request.form), NOT_RIGHT_YET
    way, size = chosen["way"], chosen["size"]
    used = current_set(member, create=True)
    if not plan_groups(database_session(), context_of(member), used.id, way=way, size=size):
        return _show_forming(member, typed=request.form, found_nobody=True)
    return back_to("groups.show_plan", size=str(size), **({"way": str(way)} if way is Way.LMS else {}))


def _show_forming(
    member: Member,
    *,
    errors: Mapping[str, str] | None = None,
    typed: Mapping[str, str] | None = None,
    found_nobody: bool = False,
) -> str:
    used, database = find_current_set(member), database_connection()
    total, knows_lms_groups = count_students(database, context_of(member))
    has_groups = used is not None and has_places(database, used.id)
    offered = {Way.NEW: True, Way.AGAIN: has_groups, Way.LATECOMERS: has_groups, Way.LMS: knows_lms_groups}
    return render_template(
        "groups/forming.html",
        total=total,
        found_nobody=found_nobody,
        ways=[str(way) for way, is_offered in offered.items() if is_offered],
        way=(typed or {}).get("way", str(Way.LATECOMERS if has_groups else Way.NEW)),
        size=(typed or {}).get("size", str(used.size if used else USUAL_SIZE)),
        errors=errors or {},
        form_url=visit_address("groups.form"),
        list_url=visit_address("groups.show_list"),
        groups_url=visit_address("groups.show_groups"),
    )


@groups.get("/groups/list")
@requires(Permission.FORM_GROUPS)
def show_list(member: Member) -> ResponseReturnValue:
    """Show where a list of groups can be pasted."""
    ask_whole_course(member)
    return _show_list()


@groups.post("/groups/list")
@requires(Permission.FORM_GROUPS)
def match_list(member: Member) -> ResponseReturnValue:
    """Make a plan from a list. What was not found in it is shown now, and kept nowhere."""
    ask_whole_course(member)
    try:
        text: str = ListSchema().load(request.form)["list"]
    except ValidationError as error:
        return _show_list(errors=errors_of(error), typed=request.form.get("list", "")), NOT_RIGHT_YET
    used = current_set(member, create=True)
    students = read_students(database_connection(), context_of(member))
    called = {one.membership_id: shown_name(one, member) for one in students}
    outcome = plan_from_list(database_session(), used.id, text, called)
    if not outcome.matched.placement:
        return _show_list(typed=text, found=outcome), NOT_RIGHT_YET
    return render_plan(member, used, outcome=outcome)


def _show_list(*, errors: Mapping[str, str] | None = None, typed: str = "", found: ListOutcome | None = None) -> str:
    """Show where a list is pasted.

    :param found: what came of a list in which no student was found.
    """
    return render_template(
        "groups/list.html",
        errors=errors or {},
        text=typed,
        found_nobody=found is not None,
        **told_problems(found),
        list_url=visit_address("groups.match_list"),
        back_url=visit_address("groups.show_forming"),
    )
