"""The course home, a step, and the press that calls it done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, redirect, render_template, request
from marshmallow import ValidationError
from werkzeug.exceptions import BadRequest, NotFound

from lti_tool.curriculum.service import read_module
from lti_tool.curriculum.visiting import class_state
from lti_tool.people.permissions import Permission, is_allowed
from lti_tool.progress import board_page, kept
from lti_tool.progress.pages import build_overview, following_step
from lti_tool.progress.schemas import DoneSchema
from lti_tool.progress.service import press_done, read_done, take_done_back
from lti_tool.sharing.shares import end_shares_of_steps
from lti_tool.web.access import requires, visit_address
from lti_tool.web.edge import database_connection, database_session, instruments, today

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from lti_tool.curriculum.class_policy import ClassState
    from lti_tool.curriculum.line import Module, Step, Unit, Way
    from lti_tool.people.member import Member
    from lti_tool.progress.pages import Overview

_ = kept  # it says what this room keeps of people when it is imported
progress = Blueprint("progress", __name__, url_prefix="/s/<token>")


def _step_url(step_id: str) -> str:
    return visit_address("progress.show_step", step_id=step_id)


def _sound_url(medium_id: str) -> str:
    return visit_address("curriculum.send_sound", medium_id=medium_id)


def _overview(module: Module, member: Member, state: ClassState) -> Overview:
    done = frozenset[str]()
    if member.membership_id is not None and is_allowed(member, Permission.PRESS_DONE):
        done = read_done(database_connection(), member.membership_id)
    if is_allowed(member, Permission.READ_GUIDANCE):
        return build_overview(module, done, _step_url)
    day = today()
    return build_overview(module, done, _step_url, lambda unit_id: state.opening_day(unit_id, day))


def _waits(member: Member, state: ClassState) -> bool:
    """Whether somebody finds the calm page: everybody but those who prepare the class."""
    return not state.is_open and not is_allowed(member, Permission.READ_GUIDANCE)


def _shows(member: Member, state: ClassState, unit: Unit) -> bool:
    """Whether somebody can open a unit today: who prepares the class can always, also to press as a student does."""
    return is_allowed(member, Permission.READ_GUIDANCE) or state.shows_unit(unit.id, today())


@progress.get("/")
@requires(Permission.KEEP_SESSION)
def show_home(member: Member) -> ResponseReturnValue:
    """Show the course home: the line for who walks it, the board for who teaches it."""
    if not is_allowed(member, Permission.READ_STEP):
        return render_template("progress/outside_course.html")
    module = read_module(database_connection(), member.locale)
    if module is None:
        return render_template("progress/no_content.html")
    state = class_state(member)
    if _waits(member, state):
        return render_template("progress/not_open.html", module=module, unit=None, opens_on=None)
    overview = _overview(module, member, state)
    if is_allowed(member, Permission.SEE_BOARD):
        return board_page.show_board(member, module, overview, state, today())
    return render_template(
        "progress/home_learner.html",
        module=overview,
        next_step=overview.next_step,
        can_press_done=is_allowed(member, Permission.PRESS_DONE),
        class_ends_on=state.ends_on,
    )


@progress.get("/board.csv")
@requires(Permission.SEE_BOARD)
def send_board(member: Member) -> ResponseReturnValue:
    """Send the board as a file for a spreadsheet."""
    module = read_module(database_connection(), member.locale)
    if module is None:
        raise NotFound
    return board_page.send_board(member, module, class_state(member), today())


@progress.get("/step/<step_id>")
@requires(Permission.READ_STEP)
def show_step(member: Member, step_id: str) -> ResponseReturnValue:
    """Show a step, or the notice that comes first. Opening it again changes nothing, done or not (CMP-4)."""
    return _show_step(member, step_id, None)


@progress.get("/step/<step_id>/<int:way_number>")
@requires(Permission.READ_STEP)
def show_way(member: Member, step_id: str, way_number: int) -> ResponseReturnValue:
    """Show one way through a step. It is an address like any other: nothing notes which one somebody took (NOT-4)."""
    return _show_step(member, step_id, way_number)


def _show_step(member: Member, step_id: str, way_number: int | None) -> ResponseReturnValue:
    module = read_module(database_connection(), member.locale)
    found = module.find_step(step_id) if module else None
    if module is None or found is None:
        raise NotFound
    unit, step = found
    state = class_state(member)
    reads_guidance = is_allowed(member, Permission.READ_GUIDANCE)
    if not _shows(member, state, unit):
        opens_on = state.opening_day(unit.id, today()) if state.is_open else None
        return render_template("progress/not_open.html", module=module, unit=unit, opens_on=opens_on)
    # Without a notice every way is in the page itself, so there is no other.
    way = step.find_way(way_number) if way_number is not None and step.notice.asks_first else None
    if way_number is not None and way is None:
        raise NotFound
    overview = _overview(module, member, state)
    row = next(one for one in overview.steps if one.id == step_id)
    return render_template(
        "curriculum/step.html",
        module=overview,
        opening=module.opening if step is unit.steps[0] else None,
        unit=unit,
        step=step,
        # For every way alike, also before one is chosen: what is asked of the database tells no way from another.
        live=_read_live(member, step),
        way=way,
        asks_first=step.notice.asks_first and way is None,
        way_urls={one.number: _way_url(step_id, one) for one in step.ways},
        after=[one for one in overview.steps if one.id in step.after],
        status=row.status,
        reads_guidance=reads_guidance,
        can_press_done=is_allowed(member, Permission.PRESS_DONE),
        step_url=_step_url(step_id),
        sound_url=_sound_url,
        done_url=visit_address("progress.press_step", step_id=step_id),
        next_step=following_step(overview, step_id),
        home_url=visit_address("progress.show_home"),
    )


def _read_live(member: Member, step: Step) -> Any:
    """Return what the room of this kind of step keeps of people, where it keeps something."""
    return step.kind.read_live(member, step) if step.kind.read_live else None


def _way_url(step_id: str, way: Way) -> str:
    if way.kind == "later":
        return visit_address("progress.show_home")
    return visit_address("progress.show_way", step_id=step_id, way_number=way.number)


@progress.post("/step/<step_id>/done")
@requires(Permission.PRESS_DONE)
def press_step(member: Member, step_id: str) -> ResponseReturnValue:
    """Call a step done, or not done after all. What somebody read or skipped plays no part (CMP-1)."""
    module = read_module(database_connection(), member.locale)
    found = module.find_step(step_id) if module else None
    if found is None or member.membership_id is None:
        raise NotFound
    if not _shows(member, class_state(member), found[0]):
        raise NotFound
    try:
        form = DoneSchema().load(request.form)
    except ValidationError:
        raise BadRequest from None
    is_done, session = form["done"] == "yes", database_session()
    change = press_done if is_done else take_done_back
    change(session, membership_id=member.membership_id, step_id=step_id)
    if is_done and found[1].kind.is_closing:
        # Whoever closes a part closes what they share of it (SHR-10). The page is the same for who shares nothing.
        ids = [step.id for step in found[0].steps]
        end_shares_of_steps(session, instruments().key_store, member.membership_id, ids)
    return redirect(_step_url(step_id) + "#done", 303)
