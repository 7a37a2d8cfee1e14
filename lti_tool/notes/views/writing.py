"""Writing in a step: what its page shows of somebody's own notes, and the one press that keeps them all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import redirect, render_template, request
from marshmallow import ValidationError
from werkzeug.exceptions import NotFound

from lti_tool.curriculum.kinds import StepKind, register_kind
from lti_tool.curriculum.service import read_module
from lti_tool.curriculum.visiting import class_state, membership_of
from lti_tool.kernel.key_store import KeyStoreError
from lti_tool.notes.schemas import ThenSchema, field_name, seen_name, writing_form
from lti_tool.notes.service import NoConsentError, UnreadableError, last_day, marks_of, read_notes, save_notes
from lti_tool.notes.step import PrivateSchema, build_writing, writing_of
from lti_tool.notes.views.blueprint import (
    AWAY,
    CHANGED,
    NOT_RIGHT_YET,
    back_to,
    has_consent,
    live_share,
    notes,
    sealed,
    step_address,
    unlogged,
)
from lti_tool.people.permissions import Permission, is_allowed
from lti_tool.sharing.shares import read_own_shares, withdraw_share
from lti_tool.web.access import visit_address
from lti_tool.web.edge import commit_now, database_connection, database_session, instruments, today
from lti_tool.web.forms import errors_of, load_or_400, typed_values
from lti_tool.web.languages import lazy_gettext as _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask.typing import ResponseReturnValue

    from lti_tool.curriculum.line import Step
    from lti_tool.kernel.merging import Merged
    from lti_tool.notes.service import OwnNote
    from lti_tool.notes.step import Prompt, Writing
    from lti_tool.notes.views.blueprint import LiveShare
    from lti_tool.people.member import Member


@dataclass(frozen=True)
class LiveNote:
    """A question with what its author wrote, or typed just now."""

    prompt: Prompt
    name: str
    text: str
    seen_name: str
    seen: str
    """The mark of what the page shows as stored."""
    note_id: str | None
    is_readable: bool
    share: LiveShare | None
    theirs: str | None = None
    """What another window saved meanwhile, where both changed the same field."""
    error: str | None = None


@dataclass(frozen=True)
class LiveWriting:
    """What a private step shows beside its content, to who may write in it."""

    has_consent: bool
    consent_url: str
    notes: tuple[LiveNote, ...]
    save_url: str
    all_url: str
    """Where all of somebody's notes stand."""


def read_live(member: Member, step: Step) -> LiveWriting | None:
    """Return what a step shows of somebody's own notes; None for who does not write here."""
    writing = writing_of(step)
    if writing is None or member.membership_id is None or not is_allowed(member, Permission.WRITE_NOTES):
        return None
    return _live(member, step, writing)


def _live(  # noqa: PLR0913 (what stands, what was typed, and what came of it)
    member: Member,
    step: Step,
    writing: Writing,
    *,
    typed: Mapping[str, str] | None = None,
    met: frozenset[str] = frozenset(),
    errors: Mapping[str, str] | None = None,
) -> LiveWriting:
    membership_id = membership_of(member)
    stored = {one.prompt_id: one for one in read_notes(database_connection(), sealed(), membership_id, step.id)}
    shares, day = read_own_shares(database_connection(), membership_id), today()
    marks = marks_of({name: one.text or "" for name, one in stored.items()}, [one.id for one in writing.prompts])
    live = []
    for prompt in writing.prompts:
        note, name = stored.get(prompt.id), field_name(prompt.id)
        text = "" if note is None else note.text or ""
        live.append(
            LiveNote(
                prompt,
                name,
                text=(typed or {}).get(name, text),
                seen_name=seen_name(prompt.id),
                seen=marks[prompt.id],
                note_id=None if note is None else note.id,
                is_readable=note is None or note.text is not None,
                share=None if note is None else live_share(shares.get(note.id), member, day),
                theirs=text if prompt.id in met else None,
                error=(errors or {}).get(name),
            )
        )
    return LiveWriting(
        has_consent=has_consent(member),
        consent_url=visit_address("privacy.show_consent_of_step", step_id=step.id),
        notes=tuple(live),
        save_url=visit_address("notes.save", step_id=step.id),
        all_url=visit_address("notes.show_notes"),
    )


@notes.post("/notes/step/<step_id>")
@unlogged(Permission.WRITE_NOTES)
def save(member: Member, step_id: str) -> ResponseReturnValue:
    """Keep what somebody typed in a step, and then do what the press was for.

    Taking back comes first and is kept whatever becomes of the rest: it works at any moment (SHR-7).
    """
    step, writing = _find_step(member, step_id)
    then = load_or_400(ThenSchema(), request.form)
    if then["withdraw"]:
        withdraw_share(
            database_session(), instruments().key_store, note_id=then["withdraw"], membership_id=membership_of(member)
        )
        commit_now()
    # What is shared stands on the page as a text, and is not among them.
    names = [field_name(one.id) for one in writing.prompts]
    typed = typed_values(request.form, [name for name in names if name in request.form])
    if not typed and then["withdraw"]:
        return back_to_step(step_id, "as-before")
    try:
        merged = _save(member, step_id, writing, typed)
    except (ValidationError, NoConsentError, UnreadableError, KeyStoreError) as error:
        return _refuse(member, step, writing, typed, error)
    if then["by_script"]:
        return _tell_script(writing, merged)
    if merged.met:
        # What only one window changed is kept by now; this page is no error, so the commit is made.
        mine = {field_name(prompt_id): typed[field_name(prompt_id)] for prompt_id in merged.met}
        return _show(step, _live(member, step, writing, typed=mine, met=merged.met))
    return _go_on(member, step_id, then)


def _save(member: Member, step_id: str, writing: Writing, typed: Mapping[str, str]) -> Merged:
    asked = [one for one in writing.prompts if field_name(one.id) in typed]
    loaded = writing_form(asked).load(typed)
    return save_notes(
        database_session(),
        sealed(),
        membership_id=membership_of(member),
        step_id=step_id,
        typed={one.id: loaded[field_name(one.id)] for one in asked},
        seen={one.id: request.form.get(seen_name(one.id), "") for one in asked},
        keep_until=last_day(today(), class_state(member).ends_on),
    )


def _refuse(
    member: Member, step: Step, writing: Writing, typed: Mapping[str, str], error: Exception
) -> ResponseReturnValue:
    """Show what was typed again, with why it is not kept."""
    errors = errors_of(error) if isinstance(error, ValidationError) else {}
    status = NOT_RIGHT_YET if errors else CHANGED if isinstance(error, NoConsentError) else AWAY
    live = _live(member, step, writing, typed=typed, errors=errors)
    return _show(step, live, is_away=status == AWAY), status


def _go_on(member: Member, step_id: str, then: Mapping[str, str]) -> ResponseReturnValue:
    """Lead on from a press: to the step again, or to the page about one note."""
    for wish, endpoint in (("share", "notes.show_sharing"), ("erase", "notes.ask_erasure")):
        if then[wish]:
            note = _find(member, step_id, then[wish])
            return back_to_step(step_id, "nothing-yet") if note is None else back_to(endpoint, note_id=note.id)
    return back_to_step(step_id, "as-before" if then["withdraw"] else "kept")


def back_to_step(step_id: str, place: str) -> ResponseReturnValue:
    """Lead back to a step, to a place on its page that says what happened."""
    return redirect(step_address(step_id, place), 303)


def _find(member: Member, step_id: str, prompt_id: str) -> OwnNote | None:
    mine = read_notes(database_connection(), sealed(), membership_of(member), step_id)
    return next((one for one in mine if one.prompt_id == prompt_id), None)


def _tell_script(writing: Writing, merged: Merged) -> ResponseReturnValue:
    """Say to the page what is kept now, so that what it sends next is held against that."""
    zone = instruments().settings.time_zone
    marks = marks_of(merged.texts, [one.id for one in writing.prompts if one.id not in merged.met])
    return {
        "at": instruments().clock.now().astimezone(zone).strftime("%H:%M"),
        "seen": {seen_name(prompt_id): mark for prompt_id, mark in marks.items()},
        "met": sorted(field_name(prompt_id) for prompt_id in merged.met),
    }


def _show(step: Step, live: LiveWriting, *, is_away: bool = False) -> str:
    return render_template("notes/writing.html", step=step, live=live, is_away=is_away, step_url=step_address(step.id))


def _find_step(member: Member, step_id: str) -> tuple[Step, Writing]:
    """Find a private step that this student's class can open; 404 for any other."""
    module = read_module(database_connection(), member.locale)
    found = module.find_step(step_id) if module else None
    writing = writing_of(found[1]) if found else None
    if found is None or writing is None or not class_state(member).shows_unit(found[0].id, today()):
        raise NotFound
    return found[1], writing


register_kind(
    StepKind(
        "private",
        _("Private"),
        PrivateSchema,
        build=build_writing,
        template="notes/step.html",
        written_template="notes/step.html",
        script="js/notes.js",
        read_live=read_live,
        tables=("notes_note",),
    )
)
