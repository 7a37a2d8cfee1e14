"""What the pages of this room have in common.

No address of it has a line in the log of requests: a line, even without a name, would tell that somebody wrote (LOG-3).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from flask import Blueprint, redirect
from werkzeug.exceptions import NotFound

from lti_tool.curriculum.service import read_module
from lti_tool.curriculum.visiting import membership_of
from lti_tool.notes.service import AID, find_note, sealed_notes
from lti_tool.notes.step import writing_of
from lti_tool.people.names import shown_name
from lti_tool.sharing.consent import read_consent
from lti_tool.web.access import requires, visit_address
from lti_tool.web.edge import database_connection, instruments
from lti_tool.web.languages import list_people

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from flask.typing import ResponseReturnValue

    from lti_tool.curriculum.line import Module, Step, Unit
    from lti_tool.kernel.sealed_records import SealedRecords
    from lti_tool.notes.service import OwnNote
    from lti_tool.notes.step import Writing
    from lti_tool.people.member import Member
    from lti_tool.sharing.policy import Audience, Pause
    from lti_tool.sharing.shares import NamedReader, OwnShare

notes = Blueprint("notes", __name__, url_prefix="/s/<token>")
unlogged = partial(requires, is_logged=False)
NOT_RIGHT_YET = 422
CHANGED = 409
AWAY = 503


@dataclass(frozen=True)
class LiveShare:
    """A share, as its author's pages show it."""

    audience: Audience
    names: str
    """Who is on its list, as people say names."""
    pause: Pause | None
    ends_on: date

    @property
    def is_read(self) -> bool:
        """Whether anybody can read it now, as far as its author's page says so."""
        return self.pause is None and bool(self.names)


def sealed() -> SealedRecords:
    """Return what seals and opens notes."""
    return sealed_notes(instruments().key_store)


def has_consent(member: Member) -> bool:
    """Whether somebody consents to storing text, in the words of today."""
    consent = read_consent(database_connection(), member.person_id)
    return consent is not None and consent.holds


def own_note(member: Member, note_id: str) -> OwnNote:
    """Return a note of somebody's own; 404 for anybody else's, or for none."""
    note = find_note(database_connection(), sealed(), membership_id=membership_of(member), note_id=note_id)
    if note is None:
        raise NotFound
    return note


def find_place(member: Member, note: OwnNote) -> tuple[Unit, Step, Writing] | None:
    """Return where in the line a note belongs; None where that is not there any more, or it is of the decision aid."""
    return place_in(read_module(database_connection(), member.locale), note)


def place_in(module: Module | None, note: OwnNote) -> tuple[Unit, Step, Writing] | None:
    """Return where in a line a note belongs, as :func:`find_place` does, for who has the line already."""
    found = module.find_step(note.step_id) if module and note.step_id != AID else None
    writing = writing_of(found[1]) if found else None
    return None if found is None or writing is None else (*found, writing)


def call(readers: Iterable[NamedReader], reader: Member) -> str:
    """Return the names of people as they are said together: *Amir, Lotte and Sem*."""
    names = [shown_name(one, reader) for one in readers]
    return list_people(names) if names else ""


def live_share(share: OwnShare | None, member: Member, today: date) -> LiveShare | None:
    """Return a share as its author's pages show it; None for a note that is not shared, or no more."""
    if share is None or share.ends_on < today:
        return None
    return LiveShare(share.audience, call(share.readers, member), share.pause, share.ends_on)


def back_to(endpoint: str, place: str = "", **values: str) -> ResponseReturnValue:
    """Lead back to a page.

    :param place: on the page: it says what happened, and no address has to carry that to the server.
    """
    address = visit_address(endpoint, **values)
    return redirect(f"{address}#{place}" if place else address, 303)


def step_address(step_id: str, place: str = "") -> str:
    """Return where a step is."""
    address = visit_address("progress.show_step", step_id=step_id)
    return f"{address}#{place}" if place else address
