"""What teachers read: their home, the four pages, a unit to prepare and print, and the story planner."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import render_template
from werkzeug.exceptions import NotFound

from lti_tool.curriculum.service import read_line
from lti_tool.curriculum.visiting import membership_of
from lti_tool.guidance.pages import build_class, find_unit, units_of
from lti_tool.guidance.reminders import read_reminders
from lti_tool.guidance.service import read_state, read_ticks
from lti_tool.guidance.views.blueprint import class_today, find_line, guidance
from lti_tool.people.permissions import Permission, is_allowed
from lti_tool.web.access import requires, visit_address
from lti_tool.web.edge import database_connection, instruments, today

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from lti_tool.guidance.reminders import ShownReminder
    from lti_tool.people.member import Member


_ONWARD = {
    "before-the-first-class": ("guidance.show_class", Permission.READ_GUIDANCE),
    "when-a-student-tells": ("guidance.show_reminders", Permission.PREPARE_CLASS),
    "your-own-experience": ("guidance.show_planner", Permission.READ_GUIDANCE),
}
"""Where a text leads on to, by the name that the content gives it."""


@guidance.get("")
@requires(Permission.READ_GUIDANCE)
def show_home(member: Member) -> ResponseReturnValue:
    """Show how the class stands, what comes next, and everything there is for teachers."""
    database, day = database_connection(), today()
    line = read_line(database, member.locale)
    if line is None:
        return render_template("guidance/no_texts.html")
    prepares = is_allowed(member, Permission.PREPARE_CLASS)
    ticked: frozenset[str] = frozenset()
    mine: tuple[ShownReminder, ...] = ()
    if prepares:
        ticked = read_ticks(database, membership_of(member))
        mine = read_reminders(database, instruments().key_ring, membership_id=membership_of(member), today=day)
    return render_template(
        "guidance/home.html",
        guidance=line.guidance,
        units=[unit for _, unit in units_of(line)],
        prepares=prepares,
        class_page=build_class(line, read_state(database, class_today(member)), ticked, day),
        due=[reminder for reminder in mine if reminder.is_due],
        class_url=visit_address("guidance.show_class"),
        reminders_url=visit_address("guidance.show_reminders"),
        planner_url=visit_address("guidance.show_planner"),
        page_url=lambda page_id: visit_address("guidance.show_page", page_id=page_id),
        unit_url=lambda unit_id: visit_address("guidance.show_unit", unit_id=unit_id),
    )


@guidance.get("/page/<page_id>")
@requires(Permission.READ_GUIDANCE)
def show_page(member: Member, page_id: str) -> ResponseReturnValue:
    """Show one of the texts for teachers."""
    found = next((page for page in find_line(member).guidance.pages if page.id == page_id), None)
    if found is None:
        raise NotFound
    return render_template(
        "guidance/page.html",
        page=found,
        onward_url=_onward_url(member, found.name),
        back_url=visit_address("guidance.show_home"),
    )


def _onward_url(member: Member, name: str) -> str | None:
    """Return where somebody does what a text is about, if there is such a page for them."""
    endpoint, permission = _ONWARD.get(name, (None, None))
    if endpoint is None or permission is None or not is_allowed(member, permission):
        return None
    return visit_address(endpoint)


@guidance.get("/unit/<unit_id>")
@requires(Permission.READ_GUIDANCE)
def show_unit(member: Member, unit_id: str) -> ResponseReturnValue:
    """Show what a teacher prepares for a unit, made to be printed."""
    found = find_unit(find_line(member), unit_id)
    if found is None:
        raise NotFound
    module, unit = found
    return render_template(
        "guidance/unit.html",
        module=module,
        unit=unit,
        back_url=visit_address("guidance.show_home"),
    )


@guidance.get("/planner")
@requires(Permission.READ_GUIDANCE)
def show_planner(member: Member) -> ResponseReturnValue:
    """Show questions to think with. What is typed stays in the browser's page, and is gone when that closes."""
    return render_template(
        "guidance/planner.html",
        planner=find_line(member).guidance.planner,
        back_url=visit_address("guidance.show_home"),
    )
