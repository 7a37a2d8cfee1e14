"""My data: what is kept, until when and why; taking it along; erasing it; and the yes to storing what one writes.

No address of it has a line in the log of requests: that somebody says yes, takes their data along or erases them is
nobody's business (LOG-3).
"""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING

from flask import Blueprint, g, make_response, redirect, render_template, request
from werkzeug.exceptions import NotFound, ServiceUnavailable

from lti_tool.kernel.key_store import KeyStoreError
from lti_tool.people.kept import look_at
from lti_tool.people.permissions import Permission, is_allowed
from lti_tool.privacy.openings import days_opened
from lti_tool.privacy.policy import is_fresh
from lti_tool.privacy.schemas import ConsentSchema, TakeAlongSchema
from lti_tool.privacy.service import (
    CONSENT,
    PERSON,
    erase_person,
    erase_writing,
    remember,
    say_yes,
    take_back_consent,
    tell_all,
)
from lti_tool.sharing.consent import read_consent
from lti_tool.web.access import OWN_PATH, VISITS, requires, visit_address
from lti_tool.web.edge import commit_now, database_connection, database_session, instruments, today
from lti_tool.web.forms import load_or_400
from lti_tool.web.languages import lazy_gettext as _

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from flask.typing import ResponseReturnValue

    from lti_tool.people.kept import Looking
    from lti_tool.people.member import Member
    from lti_tool.privacy.service import Told

privacy = Blueprint("privacy", __name__, url_prefix="/s/<token>")
unlogged = partial(requires, is_logged=False)
FILE_NAME = "learning-line"
"""Of what somebody takes along: it says nothing to who sees the file (EXT-6, STO-8)."""
NOT_RIGHT_YET, AWAY = 422, 503
_HEADING = _("What Rugzak keeps of you")
_OPENED_ON = _("Days on which others opened what you share")


def _looking(member: Member) -> Looking:
    tools = instruments()
    return look_at(
        database_connection(),
        member.person_id,
        key_ring=tools.key_ring,
        key_store=tools.key_store,
        locale=member.locale,
        today=today(),
        zone=tools.settings.time_zone,
    )


def _writes(member: Member) -> bool:
    return is_allowed(member, Permission.WRITE_NOTES)


@privacy.get("/my-data")
@unlogged(Permission.SEE_OWN_DATA)
def show_data(member: Member) -> ResponseReturnValue:
    """Show what is kept of somebody, until when and why."""
    looking = _looking(member)
    told = tell_all(looking)
    return render_template(
        "privacy/my_data.html",
        told=told,
        openings=days_opened(looking),
        is_fresh=is_fresh(member.came_in_at, instruments().clock.now()),
        writes=_writes(member),
        has_texts=any(one.kept.erase is not None for one in told),
        consent=read_consent(looking.database, member.person_id),
        notes_url=visit_address("notes.show_notes") if _writes(member) else None,
        take_url=visit_address("privacy.take_along"),
        consent_url=visit_address("privacy.show_consent") if _writes(member) else None,
        erase_texts_url=visit_address("privacy.ask_erase_writing") if _writes(member) else None,
        erase_all_url=visit_address("privacy.ask_erase_all"),
    )


@privacy.post("/my-data/take-along")
@unlogged(Permission.SEE_OWN_DATA)
def take_along(member: Member) -> ResponseReturnValue:
    """Send somebody all that is kept of them, to read or for a machine, when they came in just now (STO-8)."""
    form = load_or_400(TakeAlongSchema(), request.form)
    if not is_fresh(member.came_in_at, instruments().clock.now()):
        return redirect(f"{visit_address('privacy.show_data')}#come-in-again", 303)
    try:
        # Else the texts would be missing in the file, and somebody might erase what they believe to have.
        instruments().key_store.check(database_session())
    except KeyStoreError:
        raise ServiceUnavailable from None
    looking = _looking(member)
    told, openings = tell_all(looking), days_opened(looking)
    if form["form"] == "machine":
        text, kind, ending = _for_machines(told, openings), "application/json", "json"
    else:
        text, kind, ending = _for_people(told, openings, looking.today), "text/plain", "txt"
    response = make_response(text)
    response.mimetype = kind
    response.headers["Content-Disposition"] = f'attachment; filename="{FILE_NAME}.{ending}"'
    return response


def _for_people(told: Sequence[Told], openings: Sequence[str], day: date) -> str:
    """Write what is kept as plain text, which opens everywhere."""
    parts = [f"{_HEADING}\n{day.isoformat()}"]
    for one in told:
        rows = (
            "\n".join(f"{label}: {row[name]}" for name, label in one.kept.labels.items() if row[name])
            for row in one.rows
        )
        parts.append("\n\n".join((f"== {one.kept.title} ==\n{one.kept.why}\n{one.kept.until}", *rows)))
    if openings:
        parts.append(f"== {_OPENED_ON} ==\n" + "\n".join(openings))
    return "\n\n\n".join(parts) + "\n"


def _for_machines(told: Sequence[Told], openings: Sequence[str]) -> str:
    """Write what is kept as JSON: a list of rows for each thing, under a name that stays."""
    found = {one.kept.name: list(one.rows) for one in told}
    return json.dumps({**found, "opened_on": list(openings)}, ensure_ascii=False, indent=2)


@privacy.get("/consent")
@unlogged(Permission.WRITE_NOTES)
def show_consent(member: Member) -> ResponseReturnValue:
    """Say what storing comes down to, and ask; or show what was said, and how to take it back."""
    return _show_consent(member)


@privacy.get("/consent/<step_id>")
@unlogged(Permission.WRITE_NOTES)
def show_consent_of_step(member: Member, step_id: str) -> ResponseReturnValue:
    """Ask the same of somebody who would like to write in a step, and comes back to it."""
    back = f"/step/{step_id}"
    return _show_consent(member, back=back if OWN_PATH.match(back) else "/")


def _show_consent(member: Member, *, back: str = "/", is_unticked: bool = False) -> str:
    consent = read_consent(database_connection(), member.person_id)
    return render_template(
        "privacy/consent.html",
        consent=consent,
        back=back,
        back_url=f"{VISITS}{g.token}{back}",
        is_unticked=is_unticked,
        consent_url=visit_address("privacy.consent"),
        take_back_url=visit_address("privacy.ask_take_back"),
    )


@privacy.post("/consent")
@unlogged(Permission.WRITE_NOTES)
def consent(member: Member) -> ResponseReturnValue:
    """Keep a yes. Without the tick nothing is kept, and nothing else is closed because of it."""
    form = load_or_400(ConsentSchema(), request.form)
    if not form["agrees"]:
        return _show_consent(member, back=form["back"], is_unticked=True), NOT_RIGHT_YET
    try:
        say_yes(database_session(), instruments().key_store, member.person_id, today())
    except KeyStoreError:
        raise ServiceUnavailable from None
    return redirect(f"{VISITS}{g.token}{form['back']}", 303)


@privacy.get("/consent/take-back")
@unlogged(Permission.WRITE_NOTES)
def ask_take_back(member: Member) -> ResponseReturnValue:
    """Ask once whether to take the yes back, for then everything written is erased."""
    if read_consent(database_connection(), member.person_id) is None:
        raise NotFound
    return _ask("consent")


@privacy.post("/consent/take-back")
@unlogged(Permission.WRITE_NOTES)
def take_back(member: Member) -> ResponseReturnValue:
    """Take the yes back, and erase all that was written (STO-11)."""
    key_store = instruments().key_store
    try:
        take_back_consent(database_session(), key_store, member.person_id)
    except KeyStoreError:
        return _ask("consent", is_away=True), AWAY
    commit_now()
    remember(key_store, member.person_id, CONSENT, today())
    return _receipt("consent")


@privacy.get("/my-data/erase-notes")
@unlogged(Permission.WRITE_NOTES)
def ask_erase_writing(_member: Member) -> ResponseReturnValue:
    """Ask once whether to erase everything written."""
    return _ask("writing")


@privacy.post("/my-data/erase-notes")
@unlogged(Permission.WRITE_NOTES)
def erase_all_writing(member: Member) -> ResponseReturnValue:
    """Erase everything that somebody wrote, in all of their courses, at once (STO-7)."""
    try:
        erase_writing(database_session(), instruments().key_store, member.person_id)
    except KeyStoreError:
        return _ask("writing", is_away=True), AWAY
    return _receipt("writing")


@privacy.get("/my-data/erase")
@unlogged(Permission.SEE_OWN_DATA)
def ask_erase_all(_member: Member) -> ResponseReturnValue:
    """Ask once whether to erase everything that is kept of somebody."""
    return _ask("all")


@privacy.post("/my-data/erase")
@unlogged(Permission.SEE_OWN_DATA)
def erase_all(member: Member) -> ResponseReturnValue:
    """Erase everything that is kept of somebody, this visit included, and give a receipt without content (STO-7)."""
    key_store = instruments().key_store
    try:
        erase_person(database_session(), key_store, member.person_id)
    except KeyStoreError:
        return _ask("all", is_away=True), AWAY
    commit_now()
    remember(key_store, member.person_id, PERSON, today())
    # Nobody is here any more: the page must not lead into a visit that has ended. It stays in their language.
    g.language = g.pop("member").locale
    return _receipt("all")


def _ask(what: str, *, is_away: bool = False) -> str:
    urls = {
        "writing": visit_address("privacy.erase_all_writing"),
        "consent": visit_address("privacy.take_back"),
        "all": visit_address("privacy.erase_all"),
    }
    return render_template(
        "privacy/ask.html",
        what=what,
        is_away=is_away,
        writes=is_allowed(g.member, Permission.WRITE_NOTES),
        erase_url=urls[what],
        data_url=visit_address("privacy.show_data"),
    )


def _receipt(what: str) -> str:
    tools = instruments()
    return render_template(
        "privacy/receipt.html",
        what=what,
        at=tools.clock.now().astimezone(tools.settings.time_zone),
        data_url=None if what == "all" else visit_address("privacy.show_data"),
    )
