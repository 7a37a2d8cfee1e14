"""Forming groups: choosing how, looking at the plan, changing it by hand, and the press that moves everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import render_template, request
from marshmallow import ValidationError

from lti_tool.groups.planning import plan_from_list, plan_groups
from lti_tool.groups.policy import USUAL_SIZE
from lti_tool.groups.schemas import (
    LONGEST_LIST,
    WAYS,
    FormingSchema,
    ListSchema,
    errors_of,
)
from lti_tool.groups.sets import (
    read_places,
)
from lti_tool.groups.views.blueprint import NOT_RIGHT_YET, back_to, context_of, groups
from lti_tool.groups.views.overview import ask_whole_course, current_set, find_current_set
from lti_tool.groups.views.plan import render_plan
from lti_tool.people.names import shown_name
from lti_tool.people.permissions import Permission
from lti_tool.people.roster import read_students
from lti_tool.web.access import requires, visit_address
from lti_tool.web.edge import database_connection, database_session

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask.typing import ResponseReturnValue

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
    """Make a plan. Nobody moves yet."""
    ask_whole_course(member)
    try:
        chosen = FormingSchema().load(request.form)
    except ValidationError as error:
        return _show_forming(member, errors=errors_of(error), typed=request.form), NOT_RIGHT_YET
    used = current_set(member, create=True)
    has_somebody = plan_groups(database_session(), context_of(member), used, way=chosen["way"], size=chosen["size"])
    if not has_somebody:
        return _show_forming(member, typed=request.form, found_nobody=True)
    return back_to("groups.show_plan")


def _show_forming(
    member: Member,
    *,
    errors: Mapping[str, str] | None = None,
    typed: Mapping[str, str] | None = None,
    found_nobody: bool = False,
) -> str:
    used = find_current_set(member)
    students = read_students(database_connection(), context_of(member))
    has_groups = used is not None and bool(read_places(database_connection(), used.id))
    return render_template(
        "groups/forming.html",
        total=len(students),
        has_groups=has_groups,
        knows_lms_groups=any(one.lms_groups for one in students),
        found_nobody=found_nobody,
        ways=WAYS,
        way=(typed or {}).get("way", "latecomers" if has_groups else "new"),
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
        return _show_list(typed=text, found_nobody=True), NOT_RIGHT_YET
    return render_plan(member, used, outcome=outcome)


def _show_list(*, errors: Mapping[str, str] | None = None, typed: str = "", found_nobody: bool = False) -> str:
    return render_template(
        "groups/list.html",
        errors=errors or {},
        text=typed,
        found_nobody=found_nobody,
        longest=LONGEST_LIST,
        list_url=visit_address("groups.match_list"),
        back_url=visit_address("groups.show_forming"),
    )
