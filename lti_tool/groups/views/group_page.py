"""One group, for who teaches it: who is in it, what it agreed, what it handed in; and its own page, when it invites."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import render_template, request
from marshmallow import ValidationError
from werkzeug.exceptions import NotFound

from lti_tool.curriculum.visiting import id_or_404, membership_of
from lti_tool.groups.agreements import read_agreement
from lti_tool.groups.circle import lock_groups, read_group, rename_group
from lti_tool.groups.counting import read_answered
from lti_tool.groups.invitations import end_visit, read_guests
from lti_tool.groups.listing import read_groups
from lti_tool.groups.products import give_feedback, open_again, read_handed_in, read_product
from lti_tool.groups.schemas import feedback_form, name_form
from lti_tool.groups.sets import look_after, look_after_no_more
from lti_tool.groups.step import assignment_of
from lti_tool.groups.views.blueprint import (
    CHANGED,
    NOT_RIGHT_YET,
    back_to,
    group_steps,
    group_title,
    groups,
    now,
    texts,
)
from lti_tool.groups.views.overview import find_current_set, listed
from lti_tool.groups.views.own_group import render_group
from lti_tool.kernel.merging import mark, merge_texts
from lti_tool.people.permissions import Permission
from lti_tool.web.access import requires, visit_address
from lti_tool.web.edge import database_connection, database_session
from lti_tool.web.forms import errors_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask.typing import ResponseReturnValue
    from sqlalchemy.orm import Session

    from lti_tool.groups.listing import ListedGroup
    from lti_tool.groups.products import ShownProduct
    from lti_tool.people.member import Member


@groups.get("/groups/group/<group_id>")
@requires(Permission.FORM_GROUPS)
def show_group(member: Member, group_id: str) -> ResponseReturnValue:
    """Show a group to its teacher: never its own page, nor what it has not handed in (GRP-2)."""
    return _show(member, _group(member, group_id))


@groups.post("/groups/group/<group_id>/mine")
@requires(Permission.FORM_GROUPS)
def change_mine(member: Member, group_id: str) -> ResponseReturnValue:
    """Look after a group, or no more: it is then among "my groups" (GRP-2b)."""
    group = _group(member, group_id)
    change = look_after if request.form.get("mine") == "yes" else look_after_no_more
    change(database_session(), group_id=group.id, membership_id=membership_of(member))
    return back_to("groups.show_group", "mine-kept", group_id=group_id)


@groups.post("/groups/group/<group_id>/name")
@requires(Permission.FORM_GROUPS)
def name_for_teacher(member: Member, group_id: str) -> ResponseReturnValue:
    """Say what a group is called; nothing typed gives it its number back."""
    group = _group(member, group_id)
    try:
        form = name_form().load(request.form)
    except ValidationError as error:
        return _show(member, group, errors=errors_of(error), typed=request.form), NOT_RIGHT_YET
    rename_group(database_session(), group.id, form["name"] or None)
    return back_to("groups.show_group", "named", group_id=group_id)


@groups.post("/groups/group/<group_id>/step/<step_id>")
@requires(Permission.FORM_GROUPS)
def answer_product(member: Member, group_id: str, step_id: str) -> ResponseReturnValue:
    """Say something of the task that a group handed in, or open it for them again."""
    group, session = _group(member, group_id), database_session()
    if step_id not in {step.id for _unit, step in group_steps(member)}:
        raise NotFound
    try:
        typed: str = feedback_form().load(request.form)["feedback"]
    except ValidationError as error:
        reply = Reply(step_id, request.form.get("feedback", ""), errors_of(error)["feedback"], request.form.get("seen"))
        return _show(member, group, reply=reply), NOT_RIGHT_YET
    lock_groups(session, [group.id])
    product = read_product(session, texts(), group_id=group.id, step_id=step_id)
    stored = product.feedback or ""
    if not product.is_handed_in or _is_sealed(session, group, step_id, product):
        return _show(member, group, reply=Reply(step_id, typed, is_late=True, theirs=stored or None)), CHANGED
    merged = merge_texts({"said": stored}, {"said": typed}, {"said": request.form.get("seen", mark(""))})
    if merged.met:
        return _show(member, group, reply=Reply(step_id, typed, theirs=stored)), CHANGED
    give_feedback(session, texts(), group_id=group.id, step_id=step_id, text=merged.texts["said"])
    if request.form.get("open") != "yes":
        return back_to("groups.show_group", f"said-{step_id}", group_id=group_id)
    open_again(session, group_id=group.id, step_id=step_id)
    return back_to("groups.show_group", "opened-again", group_id=group_id)


@dataclass(frozen=True)
class Reply:
    """What a teacher typed of a product, and was not stored."""

    step_id: str
    text: str
    error: str | None = None
    seen: str | None = None
    """The mark of what the page showed, where nothing newer was shown since."""
    is_late: bool = False
    """Whether there is no form to put it in any more: the product is open again, or what is stored cannot be read."""
    theirs: str | None = None
    """What a colleague said meanwhile."""


def _is_sealed(database: Session, group: ListedGroup, step_id: str, product: ShownProduct) -> bool:
    """Whether something is said of a product that the keys that are set do not open: it is not written over."""
    return product.feedback is None and step_id in read_answered(database, group.id)


@groups.get("/groups/group/<group_id>/visit")
@requires(Permission.FORM_GROUPS)
def visit_group(member: Member, group_id: str) -> ResponseReturnValue:
    """Show a group's own page to the teacher whom it invited; to any other it is not there (GRP-2)."""
    group = read_group(database_connection(), id_or_404(group_id))
    guests = read_guests(database_connection(), group_id, now())
    if group is None or membership_of(member) not in {one.membership_id for one in guests}:
        raise NotFound
    return render_group(member, group, is_guest=True)


@groups.post("/groups/group/<group_id>/visit/leave")
@requires(Permission.FORM_GROUPS)
def leave_visit(member: Member, group_id: str) -> ResponseReturnValue:
    """Leave the page of a group: from now on it is not there any more, until it invites again."""
    end_visit(database_session(), group_id=id_or_404(group_id), membership_id=membership_of(member))
    return back_to("groups.show_groups", "left")


def _group(member: Member, group_id: str) -> ListedGroup:
    """Return a group in use of this course that this teacher may see; 404 for any other (GRP-2b)."""
    used = find_current_set(member)
    if used is None:
        raise NotFound
    page = read_groups(
        database_connection(),
        used.id,
        teacher_id=membership_of(member),
        sections=member.sections,
        group_id=id_or_404(group_id),
    )
    if not page.groups:
        raise NotFound
    return page.groups[0]


def _show(
    member: Member,
    group: ListedGroup,
    *,
    errors: Mapping[str, str] | None = None,
    typed: Mapping[str, str] | None = None,
    reply: Reply | None = None,
) -> str:
    database = database_connection()
    agreement = read_agreement(database, texts(), group.id) if group.has_agreed else None
    typed = typed or {}
    return render_template(
        "groups/teacher_group.html",
        title=group_title(group.number, group.name),
        name=typed.get("name", group.name or ""),
        is_mine=group.is_mine,
        has_agreed=group.has_agreed,
        agreement=agreement,
        people=[listed(one, member) for one in group.people],
        products=_handed_in(member, group, reply),
        late=reply if reply and reply.is_late else None,
        errors=errors or {},
        is_invited=membership_of(member) in {one.membership_id for one in read_guests(database, group.id, now())},
        groups_url=visit_address("groups.show_groups"),
        urls={
            name: visit_address(f"groups.{name}", group_id=group.id)
            for name in ("change_mine", "name_for_teacher", "visit_group")
        },
    )


def _handed_in(member: Member, group: ListedGroup, reply: Reply | None) -> list[dict[str, Any]]:
    """Return what a group handed in, in the order of the line. What it still works on is not here.

    :param reply: what was typed of one of them, and comes back.
    """
    handed_in = read_handed_in(database_connection(), group.id)
    answered = read_answered(database_connection(), group.id)
    found = []
    for _unit, step in group_steps(member):
        assignment = assignment_of(step)
        if assignment is None or step.id not in handed_in:
            continue
        product = read_product(database_connection(), texts(), group_id=group.id, step_id=step.id)
        mine = reply if reply and reply.step_id == step.id and not reply.is_late else None
        stored = product.feedback or ""
        found.append(
            {
                "id": step.id,
                "number": step.number,
                "title": step.title,
                "is_readable": product.is_readable,
                "fields": [{"label": one.label, "text": product.texts.get(one.id, "")} for one in assignment.fields],
                "can_answer": product.feedback is not None or step.id not in answered,
                "feedback": mine.text if mine else stored,
                "seen": (mine.seen if mine else None) or mark(stored),
                "error": mine.error if mine else None,
                "theirs": mine.theirs if mine else None,
                "url": visit_address("groups.answer_product", group_id=group.id, step_id=step.id),
            }
        )
    return found
