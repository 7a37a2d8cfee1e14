"""Choosing who may read a note: two pages, of which the second names the people. Nothing is shared before its press."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import render_template, request

from lti_tool.curriculum.visiting import class_state, context_of, id_or_404, membership_of
from lti_tool.notes.choosing import DutiesUnreadError, NotNowError, OthersError, read_choices, share_with
from lti_tool.notes.schemas import ChoiceSchema
from lti_tool.notes.service import AID
from lti_tool.notes.views.blueprint import (
    CHANGED,
    NOT_RIGHT_YET,
    back_to,
    call,
    find_place,
    has_consent,
    live_share,
    notes,
    own_note,
    step_address,
    unlogged,
)
from lti_tool.notes.views.writing import back_to_step
from lti_tool.people.names import shown_name
from lti_tool.people.permissions import Permission
from lti_tool.sharing.policy import Audience, last_day
from lti_tool.sharing.shares import read_own_shares
from lti_tool.web.access import visit_address
from lti_tool.web.edge import database_connection, database_session, instruments, today
from lti_tool.web.forms import load_or_400

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from lti_tool.curriculum.line import Step
    from lti_tool.notes.choosing import Choice, Choices
    from lti_tool.notes.service import OwnNote
    from lti_tool.people.member import Member

_FIELD_OF: dict[str, str] = {Audience.MEMBERS: "member", Audience.TEACHER: "teacher"}
"""In which field the people of an audience are chosen."""


@notes.get("/notes/<note_id>/share")
@unlogged(Permission.WRITE_NOTES)
def show_sharing(member: Member, note_id: str) -> ResponseReturnValue:
    """Show with whom a note can be shared. Nothing is chosen beforehand (SHR-1)."""
    return _show(member, _note_to_share(member, note_id))


@notes.post("/notes/<note_id>/share")
@unlogged(Permission.WRITE_NOTES)
def choose(member: Member, note_id: str) -> ResponseReturnValue:
    """Show the people of the audience that was chosen, by name. Nothing is shared yet (SHR-2)."""
    found = _note_to_share(member, note_id)
    form = load_or_400(ChoiceSchema(), request.form)
    choices = _choices(member)
    choice = choices.find(form["audience"], _chosen(form["audience"]))
    may_share = choices.may_share and not class_state(member).has_ended(today())
    if choice is None or not may_share:
        return _show(member, found, names_nobody=form["audience"] if may_share else None), NOT_RIGHT_YET
    return _confirm(member, found, choice)


@notes.post("/notes/<note_id>/share/confirm")
@unlogged(Permission.WRITE_NOTES)
def share(member: Member, note_id: str) -> ResponseReturnValue:
    """Share a note with the people who were shown by name, and with nobody else."""
    found = _note_to_share(member, note_id)
    note, _step = found
    form, chosen = load_or_400(ChoiceSchema(), request.form), _chosen(request.form.get("audience", ""))
    try:
        share_with(
            database_session(),
            instruments().key_store,
            note_id=note.id,
            membership_id=membership_of(member),
            context_id=context_of(member),
            audience=form["audience"],
            chosen=chosen,
            seen=form["seen"],
            knows_duties=form["knows"],
            today=today(),
            class_ends_on=class_state(member).ends_on,
        )
    except DutiesUnreadError as error:
        return _confirm(member, found, error.choice, must_know=True), NOT_RIGHT_YET
    except (NotNowError, OthersError):
        return _show(member, _note_to_share(member, note_id), are_others=True), CHANGED
    return back_to_step(note.step_id, "as-chosen")


class _NothingToShareError(Exception):
    """There is nothing that can be shared here; it leads to where its author finds what there is."""

    def __init__(self, answer: ResponseReturnValue) -> None:
        super().__init__("nothing can be shared here")
        self.answer = answer


@notes.errorhandler(_NothingToShareError)
def lead_on(error: _NothingToShareError) -> ResponseReturnValue:
    """Lead to where somebody finds what there is."""
    return error.answer


def _note_to_share(member: Member, note_id: str) -> tuple[OwnNote, Step]:
    """Return a note that can be shared, with its step.

    :raises _NothingToShareError: for one of the decision aid, of no step any more, that cannot be opened, or while its
        author does not consent.
    """
    note = own_note(member, id_or_404(note_id))
    place = find_place(member, note)
    if place is None or note.step_id == AID:
        raise _NothingToShareError(back_to("notes.show_notes"))
    if not has_consent(member):
        raise _NothingToShareError(back_to("privacy.show_consent_of_step", step_id=note.step_id))
    if note.text is None:
        # The step says that it cannot be opened now.
        raise _NothingToShareError(back_to_step(note.step_id, "writing"))
    return note, place[1]


def _choices(member: Member) -> Choices:
    return read_choices(database_connection(), membership_id=membership_of(member), context_id=context_of(member))


def _chosen(audience: str) -> list[str]:
    """Return the memberships that were chosen in the list of this audience; the group has none."""
    name = _FIELD_OF.get(audience)
    return [] if name is None else [id_or_404(one) for one in request.form.getlist(name)]


def _show(
    member: Member,
    found: tuple[OwnNote, Step],
    *,
    names_nobody: str | None = None,
    are_others: bool = False,
) -> str:
    note, step = found
    choices, day = _choices(member), today()
    own = read_own_shares(database_connection(), membership_of(member)).get(note.id)
    state = class_state(member)
    return render_template(
        "notes/share.html",
        step=step,
        text=note.text,
        may_share=choices.may_share and not state.has_ended(day),
        has_ended=state.has_ended(day),
        has_group=choices.has_group,
        group_names=call(choices.others, member),
        others=_people(choices.others, member),
        teachers=_people(choices.teachers, member),
        before=live_share(own, member, day),
        names_nobody=names_nobody,
        are_others=are_others,
        ends_on=last_day(day, state.ends_on),
        choose_url=visit_address("notes.choose", note_id=note.id),
        duties_url=visit_address("curriculum.show_teacher_duties_in_visit"),
        step_url=step_address(step.id),
        group_url=visit_address("groups.show_own_group"),
    )


def _people(readers: Any, member: Member) -> list[dict[str, str]]:
    return [{"id": one.membership_id, "name": shown_name(one, member)} for one in readers]


def _confirm(member: Member, found: tuple[OwnNote, Step], choice: Choice, *, must_know: bool = False) -> str:
    note, step = found
    return render_template(
        "notes/confirm.html",
        step=step,
        text=note.text,
        audience=choice.audience,
        names=call(choice.readers, member),
        field=_FIELD_OF.get(choice.audience),
        chosen=[one.membership_id for one in choice.readers],
        seen=choice.mark(note.text or ""),
        must_know=must_know,
        ends_on=last_day(today(), class_state(member).ends_on),
        share_url=visit_address("notes.share", note_id=note.id),
        other_url=visit_address("notes.show_sharing", note_id=note.id),
        step_url=step_address(step.id),
    )
