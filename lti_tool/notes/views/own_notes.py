"""Everything somebody wrote in a course, in one place, and erasing one of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import render_template

from lti_tool.curriculum.service import read_module
from lti_tool.curriculum.visiting import id_or_404, membership_of
from lti_tool.kernel.key_store import KeyStoreError
from lti_tool.notes.service import AID, erase_notes, read_notes
from lti_tool.notes.views.blueprint import (
    AWAY,
    back_to,
    find_place,
    has_consent,
    live_share,
    notes,
    own_note,
    place_in,
    sealed,
    step_address,
    unlogged,
)
from lti_tool.people.permissions import Permission
from lti_tool.sharing.shares import read_own_shares, withdraw_share
from lti_tool.web.access import visit_address
from lti_tool.web.edge import database_connection, database_session, instruments, today

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from flask.typing import ResponseReturnValue

    from lti_tool.curriculum.line import Module, Step, Unit
    from lti_tool.notes.service import OwnNote
    from lti_tool.notes.step import Writing
    from lti_tool.notes.views.blueprint import LiveShare
    from lti_tool.people.member import Member


@dataclass(frozen=True)
class ShownNote:
    """A note in the list of all."""

    step: str | None
    """The number and title of its step; None for one that is not in the line any more."""
    ask: str | None
    text: str | None
    is_aid: bool
    keep_until: date
    share: LiveShare | None
    step_url: str | None
    share_url: str
    withdraw_url: str
    erase_url: str


@notes.get("/notes")
@unlogged(Permission.WRITE_NOTES)
def show_notes(member: Member) -> ResponseReturnValue:
    """Show everything that somebody wrote in this course, and who reads it."""
    database, membership_id = database_connection(), membership_of(member)
    shares, module, day = read_own_shares(database, membership_id), read_module(database, member.locale), today()
    found = _in_order(read_notes(database, sealed(), membership_id), module)
    rows = [_show(one, place_in(module, one), live_share(shares.get(one.id), member, day)) for one in found]
    return render_template(
        "notes/notes.html",
        notes=rows,
        has_consent=has_consent(member),
        consent_url=visit_address("privacy.show_consent"),
        aid_url=visit_address("notes.show_aid"),
        data_url=visit_address("privacy.show_data"),
    )


def _in_order(found: Iterable[OwnNote], module: Module | None) -> list[OwnNote]:
    """Order notes as the line has their steps; those of the decision aid and of no step come last."""
    places = {step.id: place for place, (_unit, step) in enumerate(module.steps())} if module else {}
    return sorted(found, key=lambda one: (places.get(one.step_id, len(places)), one.step_id, one.prompt_id))


def _show(note: OwnNote, place: tuple[Unit, Step, Writing] | None, share: LiveShare | None) -> ShownNote:
    prompt = place[2].find(note.prompt_id) if place else None
    return ShownNote(
        step=f"{place[1].number} {place[1].title}" if place else None,
        ask=prompt.ask if prompt else None,
        text=note.text,
        is_aid=note.step_id == AID,
        keep_until=note.keep_until,
        share=share,
        step_url=step_address(note.step_id) if place else None,
        share_url=visit_address("notes.show_sharing", note_id=note.id),
        withdraw_url=visit_address("notes.withdraw", note_id=note.id),
        erase_url=visit_address("notes.ask_erasure", note_id=note.id),
    )


@notes.post("/notes/<note_id>/withdraw")
@unlogged(Permission.WRITE_NOTES)
def withdraw(member: Member, note_id: str) -> ResponseReturnValue:
    """Take a share back, in one press. One that is not there any more is taken back as well (SHR-7)."""
    withdraw_share(
        database_session(), instruments().key_store, note_id=id_or_404(note_id), membership_id=membership_of(member)
    )
    return back_to("notes.show_notes", "as-before")


@notes.get("/notes/<note_id>/erase")
@unlogged(Permission.WRITE_NOTES)
def ask_erasure(member: Member, note_id: str) -> ResponseReturnValue:
    """Ask once whether to erase a note."""
    note = own_note(member, id_or_404(note_id))
    return _ask(member, note)


def _ask(member: Member, note: OwnNote, *, is_away: bool = False) -> str:
    share = read_own_shares(database_connection(), membership_of(member)).get(note.id)
    return render_template(
        "notes/erase.html",
        text=note.text,
        share=live_share(share, member, today()),
        is_away=is_away,
        erase_url=visit_address("notes.erase", note_id=note.id),
        back_url=step_address(note.step_id) if find_place(member, note) else visit_address("notes.show_notes"),
    )


@notes.post("/notes/<note_id>/erase")
@unlogged(Permission.WRITE_NOTES)
def erase(member: Member, note_id: str) -> ResponseReturnValue:
    """Erase a note at once, with its key, and give a receipt without its content (STO-7)."""
    note = own_note(member, id_or_404(note_id))
    place = find_place(member, note)
    try:
        erase_notes(
            database_session(), instruments().key_store, membership_id=membership_of(member), note_ids=[note.id]
        )
    except KeyStoreError:
        return _ask(member, note, is_away=True), AWAY
    return render_template(
        "notes/erased.html",
        at=instruments().clock.now().astimezone(instruments().settings.time_zone),
        step_url=step_address(note.step_id) if place else None,
        all_url=visit_address("notes.show_notes"),
    )


@notes.get("/notes/<note_id>/withdraw")
@unlogged(Permission.WRITE_NOTES)
def show_withdrawn(member: Member, note_id: str) -> ResponseReturnValue:
    """Lead who reloads the address of a press back to their notes."""
    del member, note_id
    return back_to("notes.show_notes")
