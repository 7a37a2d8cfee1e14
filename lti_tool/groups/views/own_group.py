"""A student's group: who is in it, its agreements, what it makes, whom it invited; or how to come into one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import redirect, render_template, request
from marshmallow import ValidationError
from werkzeug.exceptions import NotFound

from lti_tool.curriculum.service import read_module
from lti_tool.curriculum.visiting import ask_open_class, class_state, context_of, id_or_404, membership_of
from lti_tool.groups.agreements import read_agreement
from lti_tool.groups.circle import ask_for_change, forget_request, has_asked, read_own_group, rename_group
from lti_tool.groups.invitations import end_visit, invite_teacher, read_guests
from lti_tool.groups.policy import shares_page
from lti_tool.groups.products import read_product, read_states
from lti_tool.groups.schemas import name_form
from lti_tool.groups.signing_up import NoPlaceError, read_sign_up, sign_up
from lti_tool.groups.step import assignment_of
from lti_tool.groups.views.blueprint import (
    CHANGED,
    NOT_RIGHT_YET,
    ask_same_group,
    back_to,
    group_steps,
    group_title,
    groups,
    now,
    own_active_group,
    own_group,
    texts,
)
from lti_tool.people.names import shown_name
from lti_tool.people.permissions import Permission
from lti_tool.people.roster import read_teachers
from lti_tool.web.access import requires, visit_address
from lti_tool.web.edge import database_connection, database_session, instruments, today
from lti_tool.web.forms import errors_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask.typing import ResponseReturnValue

    from lti_tool.curriculum.line import Step
    from lti_tool.groups.invitations import Guest
    from lti_tool.groups.policy import OwnGroup
    from lti_tool.groups.step import Assignment
    from lti_tool.people.member import Member


@groups.get("/group")
@requires(Permission.BE_IN_GROUP)
def show_own_group(member: Member) -> ResponseReturnValue:
    """Show the group of this student, or what there is while they are in none."""
    if not class_state(member).is_open:
        return redirect(visit_address("progress.show_home"), 303)
    group = read_own_group(database_connection(), membership_of(member))
    if group is None:
        return _show_none(member)
    return render_group(member, group)


def _show_none(member: Member, *, no_place: bool = False) -> str:
    choice = read_sign_up(database_connection(), context_of(member), membership_of(member))
    rows = [
        {
            "id": one.id,
            "title": group_title(one.number, one.name),
            "people": [call(person_id, name, member) for person_id, name in one.people],
            "free": one.free,
        }
        for one in (choice.groups if choice else ())
    ]
    return render_template(
        "groups/no_group.html",
        chooses=choice is not None,
        rows=rows,
        no_place=no_place,
        sign_up_url=visit_address("groups.choose_group"),
    )


@groups.post("/group/choose")
@requires(Permission.BE_IN_GROUP)
def choose_group(member: Member) -> ResponseReturnValue:
    """Come into the group that this student chose; or say that it has no place, and show the others."""
    ask_open_class(member)
    membership_id = membership_of(member)
    if read_own_group(database_connection(), membership_id) is not None:
        return back_to("groups.show_own_group")
    group_id = id_or_404(request.form.get("group"))
    try:
        sign_up(database_session(), context_id=context_of(member), group_id=group_id, membership_id=membership_id)
    except NoPlaceError:
        return _show_none(member, no_place=True), CHANGED
    return back_to("groups.show_own_group", "welcome")


@groups.post("/group/name")
@requires(Permission.BE_IN_GROUP)
def name_group(member: Member) -> ResponseReturnValue:
    """Say what the group is called; nothing typed gives it its number back."""
    group = own_active_group(member)
    ask_same_group(group, [request.form.get("name", "")])
    try:
        form = name_form().load(request.form)
    except ValidationError as error:
        return render_group(member, group, errors=errors_of(error), typed=request.form), NOT_RIGHT_YET
    rename_group(database_session(), group.id, form["name"] or None)
    return back_to("groups.show_own_group", "named")


@groups.post("/group/another")
@requires(Permission.BE_IN_GROUP)
def ask_for_another(member: Member) -> ResponseReturnValue:
    """Ask for another group, or take that back. Why is not asked (GRP-1)."""
    own_group(member)
    if request.form.get("asks") == "no":
        forget_request(database_session(), membership_of(member))
        return back_to("groups.show_own_group", "asks-no-more")
    ask_for_change(database_session(), membership_of(member))
    return back_to("groups.show_own_group", "asked")


@groups.post("/group/guest")
@requires(Permission.BE_IN_GROUP)
def invite(member: Member) -> ResponseReturnValue:
    """Invite a teacher of the course to this group's page; every member sees it (GRP-2)."""
    group = own_active_group(member)
    ask_same_group(group)
    wanted = id_or_404(request.form.get("teacher"))
    teachers = {one.membership_id for one in read_teachers(database_connection(), context_of(member))}
    if wanted not in teachers:
        raise NotFound
    invite_teacher(database_session(), group_id=group.id, membership_id=wanted, now=now())
    return back_to("groups.show_own_group", "invited")


@groups.post("/group/guest/end")
@requires(Permission.BE_IN_GROUP)
def end_invitation(member: Member) -> ResponseReturnValue:
    """Let a teacher see this group's page no more."""
    group = own_active_group(member)
    ask_same_group(group)
    end_visit(database_session(), group_id=group.id, membership_id=id_or_404(request.form.get("teacher")))
    return back_to("groups.show_own_group", "guest-gone")


def render_group(  # noqa: PLR0913 (what differs between a member, a guest, and a form that came back)
    member: Member,
    group: OwnGroup,
    *,
    is_guest: bool = False,
    has_changed: bool = False,
    errors: Mapping[str, str] | None = None,
    typed: Mapping[str, str] | None = None,
) -> str:
    """Show the page of a group, to a member or to the teacher whom it invited.

    :param has_changed: whether the agreements changed while somebody was about to accept them.
    """
    database, membership_id = database_connection(), membership_of(member)
    sees_all = is_guest or shares_page(group, membership_id)
    mine = group.find(membership_id)
    guests = read_guests(database, group.id, now()) if sees_all else ()
    parts = _parts(member) if sees_all and not is_guest else []
    return render_template(
        "groups/group.html",
        title=group_title(group.number, group.name),
        people=[{"name": shown_name(one, member), "is_me": one is mine} for one in group.active] if sees_all else [],
        is_guest=is_guest,
        sees_all=sees_all,
        agreement=read_agreement(database, texts(), group.id),
        has_agreed=group.has_agreed,
        has_accepted=mine is not None and mine.has_accepted,
        has_changed=has_changed,
        guests=[_guest(one, member) for one in guests],
        teachers=[] if is_guest or not sees_all else _teachers(member, guests),
        work=_work(member, group, with_texts=is_guest) if sees_all else [],
        group=group,
        parts=parts,
        step_ids=[step["id"] for part in parts for step in part["steps"]],
        has_asked=not is_guest and has_asked(database, membership_id),
        errors=errors or {},
        name=(typed or {}).get("name", group.name or ""),
        urls=_urls(group, is_guest=is_guest),
    )


def call(person_id: str, name: str | None, reader: Member) -> str:
    """Return what somebody is called, as one reader sees it."""
    return shown_name(_Called(person_id, name), reader)


@dataclass(frozen=True)
class _Called:
    person_id: str
    name: str | None


def _guest(guest: Guest, reader: Member) -> dict[str, Any]:
    zone = instruments().settings.time_zone
    return {
        "id": guest.membership_id,
        "name": shown_name(guest, reader),
        "until": guest.ends_at.astimezone(zone).strftime("%H:%M"),
        "is_me": guest.membership_id == reader.membership_id,
    }


def _teachers(member: Member, guests: tuple[Guest, ...]) -> list[dict[str, str]]:
    here = {one.membership_id for one in guests}
    return [
        {"id": one.membership_id, "name": shown_name(one, member)}
        for one in read_teachers(database_connection(), context_of(member))
        if one.membership_id not in here
    ]


def _parts(member: Member) -> list[dict[str, Any]]:
    """Return the parts of the year that this class can open, with their steps."""
    module, state, day = read_module(database_connection(), member.locale), class_state(member), today()
    return [
        {
            "number": unit.number,
            "title": unit.title,
            "steps": [{"id": step.id, "number": step.number, "title": step.title} for step in unit.steps],
        }
        for unit in (module.units if module else ())
        if state.shows_unit(unit.id, day)
    ]


def _work(member: Member, group: OwnGroup, *, with_texts: bool) -> list[dict[str, Any]]:
    """Return what the group makes together, in the steps that it can open.

    :param with_texts: with what stands in it: for a guest, who cannot open the step as the group does.
    """
    states, state, day = read_states(database_connection(), group.id), class_state(member), today()
    work = []
    for unit, step in group_steps(member):
        assignment = assignment_of(step)
        if assignment is None or not assignment.fields or not state.shows_unit(unit.id, day):
            continue
        status = {None: "not-begun", False: "begun", True: "handed-in"}[states.get(step.id)]
        url = visit_address("progress.show_step", step_id=step.id)
        texts_of = _filled_in(group, step, assignment) if with_texts and status != "not-begun" else ()
        work.append({"number": step.number, "title": step.title, "url": url, "status": status, "fields": texts_of})
    return work


def _filled_in(group: OwnGroup, step: Step, assignment: Assignment) -> list[dict[str, str]]:
    product = read_product(database_connection(), texts(), group_id=group.id, step_id=step.id)
    return [{"label": one.label, "text": product.texts.get(one.id, "")} for one in assignment.fields]


def _urls(group: OwnGroup, *, is_guest: bool) -> dict[str, str]:
    if is_guest:
        return {"leave": visit_address("groups.leave_visit", group_id=group.id)}
    names = {
        "accept": "accept",
        "edit": "show_agreements",
        "otherwise": "show_otherwise",
        "name": "name_group",
        "another": "ask_for_another",
        "invite": "invite",
        "end": "end_invitation",
    }
    return {name: visit_address(f"groups.{endpoint}") for name, endpoint in names.items()}
