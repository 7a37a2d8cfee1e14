"""The course home, a step, and the press that calls it done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, redirect, render_template, request, url_for
from marshmallow import ValidationError
from werkzeug.exceptions import BadRequest, NotFound

from lti_tool.curriculum.service import read_module
from lti_tool.people.names import shown_name
from lti_tool.people.permissions import Permission, is_allowed
from lti_tool.progress.pages import build_overview, following_step
from lti_tool.progress.schemas import DoneSchema, PageSchema
from lti_tool.progress.service import press_done, read_board, read_done, take_done_back
from lti_tool.web.access import requires, visit_address
from lti_tool.web.edge import database_connection, database_session

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from lti_tool.curriculum.line import Module
    from lti_tool.people.member import Member
    from lti_tool.progress.pages import Overview

progress = Blueprint("progress", __name__, url_prefix="/s/<token>")


def _step_url(step_id: str) -> str:
    return visit_address("progress.show_step", step_id=step_id)


def _overview(module: Module, member: Member) -> Overview:
    done = frozenset[str]()
    if member.membership_id is not None and is_allowed(member, Permission.PRESS_DONE):
        done = read_done(database_connection(), member.membership_id)
    return build_overview(module, done, _step_url)


@progress.get("/")
@requires(Permission.KEEP_SESSION)
def show_home(member: Member) -> ResponseReturnValue:
    """Show the course home: the line for who walks it, the board for who teaches it."""
    if not is_allowed(member, Permission.READ_STEP):
        return render_template("progress/outside_course.html")
    module = read_module(database_connection(), member.locale)
    if module is None:
        return render_template("progress/no_content.html")
    overview = _overview(module, member)
    if is_allowed(member, Permission.SEE_BOARD):
        return _show_board(member, overview)
    return render_template(
        "progress/home_learner.html",
        module=overview,
        next_step=overview.next_step,
        can_press_done=is_allowed(member, Permission.PRESS_DONE),
    )


def _show_board(member: Member, overview: Overview) -> ResponseReturnValue:
    try:
        number: int = PageSchema().load(request.args)["page"]
    except ValidationError:
        raise NotFound from None
    board = read_board(database_connection(), context_id=str(member.context_id), page=number)
    if number > board.count:
        raise NotFound
    people = [{"name": shown_name(row, member), "done": row.done} for row in board.rows]
    return render_template(
        "progress/home_instructor.html",
        module=overview,
        steps=overview.steps,
        people=people,
        people_total=board.total,
        pages=_pages(board.number, board.count),
    )


def _pages(number: int, count: int) -> dict[str, Any]:
    def url(other: int) -> str | None:
        return url_for("progress.show_home", page=other) if 1 <= other <= count else None

    return {"number": number, "count": count, "previous_url": url(number - 1), "next_url": url(number + 1)}


@progress.get("/step/<step_id>")
@requires(Permission.READ_STEP)
def show_step(member: Member, step_id: str) -> ResponseReturnValue:
    """Show a step. Opening it again changes nothing, done or not (CMP-4)."""
    module = read_module(database_connection(), member.locale)
    found = module.find_step(step_id) if module else None
    if module is None or found is None:
        raise NotFound
    unit, step = found
    overview = _overview(module, member)
    row = next(one for one in overview.steps if one.id == step_id)
    return render_template(
        "curriculum/step.html",
        module=overview,
        unit=unit,
        step=step,
        status=row.status,
        can_press_done=is_allowed(member, Permission.PRESS_DONE),
        done_url=visit_address("progress.press_step", step_id=step_id),
        next_step=following_step(overview, step_id),
        home_url=visit_address("progress.show_home"),
    )


@progress.post("/step/<step_id>/done")
@requires(Permission.PRESS_DONE)
def press_step(member: Member, step_id: str) -> ResponseReturnValue:
    """Call a step done, or not done after all. What somebody read or skipped plays no part (CMP-1)."""
    module = read_module(database_connection(), member.locale)
    if module is None or module.find_step(step_id) is None or member.membership_id is None:
        raise NotFound
    try:
        form = DoneSchema().load(request.form)
    except ValidationError:
        raise BadRequest from None
    change = press_done if form["done"] == "yes" else take_done_back
    change(database_session(), membership_id=member.membership_id, step_id=step_id)
    return redirect(_step_url(step_id) + "#done", 303)
