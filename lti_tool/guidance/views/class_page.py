"""The class: a teacher's checklist, opening it, its last day, and the units that open later."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import redirect, render_template, request
from marshmallow import ValidationError

from lti_tool.curriculum.class_policy import usual_end
from lti_tool.curriculum.visiting import membership_of
from lti_tool.guidance.pages import build_class, build_unit_days, units_of
from lti_tool.guidance.policy import furthest_day
from lti_tool.guidance.schemas import days_schema, faults_of, load_unit_days
from lti_tool.guidance.service import (
    NotReadyError,
    choose_last_day,
    keep_ticks,
    open_class,
    plan_units,
    prepare_again,
    read_state,
    read_ticks,
)
from lti_tool.guidance.views.blueprint import class_today, find_line, guidance
from lti_tool.people.permissions import Permission, is_allowed
from lti_tool.web.access import requires, visit_address
from lti_tool.web.edge import database_connection, database_session, today

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from flask.typing import ResponseReturnValue

    from lti_tool.curriculum.line import Line
    from lti_tool.people.member import Member

_LAST_DAY = "ends_on"


@guidance.get("/class")
@requires(Permission.READ_GUIDANCE)
def show_class(member: Member) -> ResponseReturnValue:
    """Show how the class stands; to who teaches it also their own checklist, and what they can change."""
    return _show(member)


@guidance.post("/class/checklist")
@requires(Permission.PREPARE_CLASS)
def keep_checklist(member: Member) -> ResponseReturnValue:
    """Keep this teacher's ticks, and open the class when that was the press and nothing is left."""
    items = [item.id for item in find_line(member).guidance.checklist]
    session, membership_id = database_session(), membership_of(member)
    keep_ticks(session, membership_id, set(request.form.getlist("item")) & set(items))
    if "open" not in request.form:
        return _back_to("kept")
    try:
        open_class(session, class_today(member), membership_id=membership_id, items=items)
    except NotReadyError:
        return _back_to("not-yet")
    return _back_to("opened")


@guidance.post("/class/preparing")
@requires(Permission.PREPARE_CLASS)
def prepare(member: Member) -> ResponseReturnValue:
    """Put the class back to preparing."""
    prepare_again(database_session(), class_today(member))
    return _back_to("preparing")


@guidance.post("/class/last-day")
@requires(Permission.PREPARE_CLASS)
def set_last_day(member: Member) -> ResponseReturnValue:
    """Choose the last day of the class."""
    first, last = _bounds()
    try:
        form = days_schema([_LAST_DAY], first, last).load(request.form)
    except ValidationError as error:
        return _show(member, faults_of(error), request.form), 422
    choose_last_day(database_session(), class_today(member), form[_LAST_DAY])
    return _back_to("last-day-kept")


@guidance.post("/class/units")
@requires(Permission.PREPARE_CLASS)
def plan(member: Member) -> ResponseReturnValue:
    """Hold units until a day, and release those whose day was taken away, or that open now."""
    unit_ids = [unit.id for _, unit in units_of(find_line(member))]
    try:
        changes = load_unit_days(request.form, unit_ids, *_bounds())
    except ValidationError as error:
        return _show(member, faults_of(error), request.form), 422
    plan_units(database_session(), class_today(member).context_id, changes)
    return _back_to("units-kept")


def _bounds() -> tuple[date, date]:
    return today(), furthest_day(today())


def _back_to(place: str) -> ResponseReturnValue:
    # The place on the page says what happened; no address has to carry it to the server.
    return redirect(f"{visit_address('guidance.show_class')}#{place}", 303)


def _show(member: Member, faults: Mapping[str, str] | None = None, typed: Mapping[str, str] | None = None) -> str:
    line, database, day = find_line(member), database_connection(), today()
    state = read_state(database, class_today(member))
    prepares = is_allowed(member, Permission.PREPARE_CLASS)
    ticked = read_ticks(database, membership_of(member)) if prepares else frozenset[str]()
    first, last = _bounds()
    return render_template(
        "guidance/class.html",
        class_page=build_class(line, state, ticked, day),
        checklist=line.guidance.checklist,
        before_url=_before_url(line),
        prepares=prepares,
        ticked=ticked,
        last_day=(typed or {}).get(_LAST_DAY, state.ends_on.isoformat()),
        units=build_unit_days(line, state, day, typed or {}),
        faults=faults or {},
        usual_day=usual_end(day),
        first_day=first,
        furthest_day=last,
        back_url=visit_address("guidance.show_home"),
        checklist_url=visit_address("guidance.keep_checklist"),
        preparing_url=visit_address("guidance.prepare"),
        last_day_url=visit_address("guidance.set_last_day"),
        units_url=visit_address("guidance.plan"),
        here="/guidance/class",
    )


def _before_url(line: Line) -> str | None:
    """Return the address of the text that the checklist goes with."""
    page_id = next((page.id for page in line.guidance.pages if page.name == "before-the-first-class"), None)
    return None if page_id is None else visit_address("guidance.show_page", page_id=page_id)
