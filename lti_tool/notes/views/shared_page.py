"""What others share with somebody: a list of what can be opened, and the press that opens one of them.

Paused, taken back, ended and never there answer alike, byte for byte (SHR-14). There is no reply, no count and no mark
of what was opened (SHR-8, SHR-12); its author finds the day on the page of their own data (LOG-5).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import render_template
from werkzeug.exceptions import NotFound, ServiceUnavailable

from lti_tool.audit.chain import AuditError, record_event
from lti_tool.audit.events import Purpose, ShareOpened
from lti_tool.curriculum.service import read_module
from lti_tool.curriculum.visiting import class_state, id_or_404, membership_of
from lti_tool.groups.circle import circle_of, read_own_group
from lti_tool.kernel.log import describe_error, log
from lti_tool.notes.service import read_shared_text
from lti_tool.notes.views.blueprint import back_to, notes, sealed, unlogged
from lti_tool.people.names import shown_name
from lti_tool.people.permissions import Permission, is_allowed
from lti_tool.sharing.reading import find_readable
from lti_tool.web.access import visit_address
from lti_tool.web.edge import database_connection, database_session, instruments, today

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from lti_tool.people.member import Member
    from lti_tool.sharing.reading import ReadableShare


@notes.get("/shared")
@unlogged(Permission.READ_SHARES)
def show_shared(member: Member) -> ResponseReturnValue:
    """Show what somebody may open now. Who shared nothing, or not with them, is not on it (SHR-8)."""
    module = read_module(database_connection(), member.locale)
    steps = {step.id: step for _unit, step in module.steps()} if module else {}
    rows = [
        {
            "name": shown_name(one, member),
            "step": f"{steps[one.step_id].number} {steps[one.step_id].title}" if one.step_id in steps else None,
            "url": visit_address("notes.open_share", share_id=one.id),
        }
        for one in _readable(member)
    ]
    is_learner = is_allowed(member, Permission.BE_IN_GROUP)
    return render_template(
        "notes/shared.html",
        rows=rows,
        back_url=visit_address("groups.show_own_group") if is_learner else visit_address("progress.show_home"),
    )


@notes.get("/shared/<share_id>")
@unlogged(Permission.READ_SHARES)
def show_share(member: Member, share_id: str) -> ResponseReturnValue:
    """Lead who reloads the address of something opened back to the list: opening is a press, and is noted."""
    del member, share_id
    return back_to("notes.show_shared")


@notes.post("/shared/<share_id>")
@unlogged(Permission.READ_SHARES)
def open_share(member: Member, share_id: str) -> ResponseReturnValue:
    """Open something that somebody shared, and note who did so, in the same transaction (LOG-5)."""
    found = _readable(member, id_or_404(share_id))
    text = read_shared_text(database_connection(), sealed(), found[0]) if found else None
    if text is None:
        raise NotFound
    share, tools = found[0], instruments()
    event = ShareOpened(
        share_id=share.id,
        reader_id=membership_of(member),
        author_id=share.author_id,
        purpose=Purpose(share.audience),
    )
    try:
        record_event(database_session(), tools.key_ring, event, now=tools.clock.now())
    except AuditError as error:
        # What cannot be noted is not shown; whoever looks after the server finds it in the log.
        log.error("notes:share:not_opened", **describe_error(error))
        raise ServiceUnavailable from None
    return render_template(
        "notes/open.html",
        name=shown_name(share, member),
        text=text,
        audience=share.audience,
        back_url=visit_address("notes.show_shared"),
        concern_url=visit_address("curriculum.show_concern_in_visit"),
    )


def _readable(member: Member, share_id: str | None = None) -> tuple[ReadableShare, ...]:
    """Ask the policy what somebody may open now, with everything that it must know read in this transaction."""
    database, membership_id, state = database_connection(), membership_of(member), class_state(member)
    is_learner = is_allowed(member, Permission.BE_IN_GROUP)
    if is_learner and not state.is_open:
        return ()
    return find_readable(
        database,
        instruments().key_store,
        membership_id=membership_id,
        circle=circle_of(read_own_group(database, membership_id)) if is_learner else None,
        today=today(),
        class_is_over=state.has_ended(today()),
        share_id=share_id,
    )
