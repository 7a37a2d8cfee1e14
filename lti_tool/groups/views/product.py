"""What a group makes in a step: what the page of the step shows of it, saving it together, handing it in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import render_template, request
from marshmallow import ValidationError
from werkzeug.exceptions import NotFound

from lti_tool.curriculum.kinds import StepKind, register_kind
from lti_tool.curriculum.service import read_module
from lti_tool.curriculum.visiting import class_state
from lti_tool.groups.circle import read_own_group
from lti_tool.groups.invitations import read_guests
from lti_tool.groups.policy import assign_roles, shares_page
from lti_tool.groups.products import HandedInError, read_product, save_product
from lti_tool.groups.schemas import field_name, product_form, seen_name
from lti_tool.groups.sealed_texts import UnreadableError
from lti_tool.groups.step import GroupSchema, assignment_of, build_assignment
from lti_tool.groups.views.blueprint import (
    CHANGED,
    NOT_RIGHT_YET,
    ask_same_group,
    back_to,
    group_title,
    groups,
    now,
    own_active_group,
    texts,
)
from lti_tool.kernel.merging import mark
from lti_tool.people.names import shown_name
from lti_tool.people.permissions import Permission, is_allowed
from lti_tool.web.access import requires, visit_address
from lti_tool.web.edge import database_connection, database_session, today
from lti_tool.web.forms import errors_of, typed_values
from lti_tool.web.languages import lazy_gettext as _
from lti_tool.web.languages import list_people

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask.typing import ResponseReturnValue

    from lti_tool.curriculum.line import Step
    from lti_tool.groups.policy import OwnGroup
    from lti_tool.groups.step import Assignment
    from lti_tool.people.member import Member

_YOU = _("you")


@dataclass(frozen=True)
class LiveField:
    """A field as it stands, or as somebody typed it."""

    name: str
    label: str
    hint: str | None
    lines: int
    most: int
    text: str
    seen_name: str
    seen: str
    """The mark of what the page shows as stored."""
    theirs: str | None = None
    """What somebody else saved meanwhile, where both changed the same field."""
    error: str | None = None


@dataclass(frozen=True)
class LiveStep:
    """What a step of a group shows beside its content, to one of its members."""

    title: str
    """What the group is called."""
    group_id: str
    group_url: str
    audience: str
    """Who sees what the group writes, while it is not handed in."""
    is_alone: bool
    """Whether that is only who looks."""
    rounds: tuple[tuple[tuple[str, ...], ...], ...]
    """For each round, for each role, the names of who has it."""
    fields: tuple[LiveField, ...]
    is_handed_in: bool
    is_readable: bool
    """False when the keys that are set do not open what the group made: then nothing is asked or written over."""
    feedback: str | None
    save_url: str
    agreements_url: str | None
    """Where the group makes its agreements, in the step that asks for them."""
    has_agreed: bool


def read_live(member: Member, step: Step) -> LiveStep | None:
    """Return what a step shows of the group of who looks; None for who is in none, or set aside."""
    assignment = assignment_of(step)
    if assignment is None or member.membership_id is None or not is_allowed(member, Permission.BE_IN_GROUP):
        return None
    group = read_own_group(database_connection(), member.membership_id)
    if group is None or not shares_page(group, member.membership_id):
        return None
    return _live(member, group, step, assignment)


def _live(  # noqa: PLR0913 (what stands, what was typed, and what came of it)
    member: Member,
    group: OwnGroup,
    step: Step,
    assignment: Assignment,
    *,
    typed: Mapping[str, str] | None = None,
    met: frozenset[str] = frozenset(),
    errors: Mapping[str, str] | None = None,
) -> LiveStep:
    product = read_product(database_connection(), texts(), group_id=group.id, step_id=step.id)
    me = member.membership_id
    others = [one for one in group.active if one.membership_id != me]
    guests = read_guests(database_connection(), group.id, now())
    names = (*(shown_name(one, member) for one in others), str(_YOU))
    table = assign_roles(len(names), len(assignment.roles), len(assignment.rounds), rotates=assignment.rotates)
    fields = []
    for one in assignment.fields:
        stored, name = product.texts.get(one.id, ""), field_name(one.id)
        fields.append(
            LiveField(
                name,
                one.label,
                one.hint,
                one.lines,
                one.most,
                text=(typed or {}).get(name, stored),
                seen_name=seen_name(one.id),
                seen=mark(stored),
                theirs=stored if one.id in met else None,
                error=(errors or {}).get(name),
            )
        )
    return LiveStep(
        title=group_title(group.number, group.name),
        group_id=group.id,
        group_url=visit_address("groups.show_own_group"),
        audience=list_people([*(shown_name(one, member) for one in guests), *names]),
        is_alone=not others and not guests,
        rounds=tuple(tuple(tuple(names[place] for place in cell) for cell in row) for row in table),
        fields=tuple(fields),
        is_handed_in=product.is_handed_in,
        is_readable=product.is_readable,
        feedback=product.feedback,
        save_url=visit_address("groups.save", step_id=step.id),
        agreements_url=visit_address("groups.show_agreements") if assignment.cards else None,
        has_agreed=group.has_agreed,
    )


@groups.post("/group/step/<step_id>")
@requires(Permission.BE_IN_GROUP)
def save(member: Member, step_id: str) -> ResponseReturnValue:
    """Keep what somebody typed for the group, and hand it in when that was the press.

    Where somebody else changed the same field meanwhile, both texts come back, and nothing is lost.
    """
    group = own_active_group(member)
    step, assignment = _find_step(member, step_id)
    names = {one.id: field_name(one.id) for one in assignment.fields}
    typed = typed_values(request.form, names.values())
    ask_same_group(group, list(typed.values()))
    try:
        loaded = product_form(assignment.fields).load(typed)
        merged = save_product(
            database_session(),
            texts(),
            group_id=group.id,
            step_id=step_id,
            typed={field_id: loaded[name] for field_id, name in names.items()},
            seen={field_id: request.form.get(seen_name(field_id), "") for field_id in names},
            hands_in=request.form.get("hand-in") == "yes",
        )
    except ValidationError as error:
        live = _live(member, group, step, assignment, typed=typed, errors=errors_of(error))
        return _show(step, live), NOT_RIGHT_YET
    except HandedInError:
        return _show(step, _live(member, group, step, assignment, typed=typed), was_handed_in=True), CHANGED
    except UnreadableError:
        return _show(step, _live(member, group, step, assignment, typed=typed)), 503
    if merged.met:
        # What only one of them changed is kept by now; this page is no error, so the commit is made.
        live = _live(member, group, step, assignment, typed=_mine(merged.met, names, typed), met=merged.met)
        return _show(step, live)
    place = "kept"
    if request.form.get("hand-in") == "yes":
        place = "read-first" if merged.has_unseen else "handed-in"
    return back_to("progress.show_step", place, step_id=step_id)


def _mine(met: frozenset[str], names: Mapping[str, str], typed: Mapping[str, str]) -> dict[str, str]:
    """Return what was typed in the fields that two changed; the others show what is stored."""
    return {names[field_id]: typed[names[field_id]] for field_id in met}


def _show(step: Step, live: LiveStep, *, was_handed_in: bool = False) -> str:
    return render_template(
        "groups/product.html",
        step=step,
        live=live,
        was_handed_in=was_handed_in,
        step_url=visit_address("progress.show_step", step_id=step.id),
    )


def _find_step(member: Member, step_id: str) -> tuple[Step, Assignment]:
    """Find a step of a group that this student's class can open; 404 for any other."""
    module = read_module(database_connection(), member.locale)
    found = module.find_step(step_id) if module else None
    assignment = assignment_of(found[1]) if found else None
    if found is None or assignment is None or not assignment.fields:
        raise NotFound
    if not class_state(member).shows_unit(found[0].id, today()):
        raise NotFound
    return found[1], assignment


register_kind(
    StepKind(
        "group",
        _("Group assignment"),
        GroupSchema,
        build=build_assignment,
        template="groups/step.html",
        script="js/rounds.js",
        read_live=read_live,
    )
)
