"""A teacher's own reminders to come back to something."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import redirect, render_template, request, url_for
from marshmallow import ValidationError
from werkzeug.exceptions import NotFound

from lti_tool.curriculum.visiting import membership_of
from lti_tool.guidance.policy import KEEP_REMINDERS, LONGEST_WORD, MOST_REMINDERS
from lti_tool.guidance.reminders import TooManyRemindersError, erase_reminder, read_reminders, set_reminder
from lti_tool.guidance.schemas import Fault, faults_of, reminder_schema
from lti_tool.guidance.views.blueprint import guidance
from lti_tool.people.permissions import Permission
from lti_tool.web.access import requires, visit_address
from lti_tool.web.edge import database_connection, database_session, instruments, today

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask.typing import ResponseReturnValue

    from lti_tool.people.member import Member


@guidance.get("/reminders")
@requires(Permission.PREPARE_CLASS)
def show_reminders(member: Member) -> ResponseReturnValue:
    """Show this teacher's own reminders. Nobody else's are ever shown."""
    return _show(member, {}, {})


@guidance.post("/reminders")
@requires(Permission.PREPARE_CLASS)
def remind(member: Member) -> ResponseReturnValue:
    """Keep a reminder."""
    day = today()
    try:
        form = reminder_schema(day, day + KEEP_REMINDERS).load(request.form)
        set_reminder(
            database_session(),
            instruments().key_ring,
            membership_id=membership_of(member),
            word=form["word"],
            due_on=form["day"],
            today=day,
        )
    except ValidationError as error:
        return _show(member, faults_of(error), request.form), 422
    except TooManyRemindersError:
        return _show(member, {"word": Fault.TOO_MANY.value}, request.form), 422
    return redirect(f"{visit_address('guidance.show_reminders')}#kept", 303)


@guidance.post("/reminders/<reminder_id>/erase")
@requires(Permission.PREPARE_CLASS)
def erase(member: Member, reminder_id: str) -> ResponseReturnValue:
    """Erase a reminder at once. Somebody else's is not there."""
    if not erase_reminder(database_session(), membership_id=membership_of(member), reminder_id=reminder_id):
        raise NotFound
    return redirect(f"{visit_address('guidance.show_reminders')}#erased", 303)


def _show(member: Member, faults: Mapping[str, str], typed: Mapping[str, str]) -> str:
    day, key_ring = today(), instruments().key_ring
    return render_template(
        "guidance/reminders.html",
        reminders=read_reminders(database_connection(), key_ring, membership_id=membership_of(member), today=day),
        faults=faults,
        word=typed.get("word", ""),
        day=typed.get("day", ""),
        first_day=day,
        furthest_day=day + KEEP_REMINDERS,
        longest=LONGEST_WORD,
        most=MOST_REMINDERS,
        days=KEEP_REMINDERS.days,
        remind_url=visit_address("guidance.remind"),
        erase_url=_erase_url,
        back_url=visit_address("guidance.show_home"),
    )


def _erase_url(reminder_id: str) -> str:
    # Not remembered as other addresses are: a reminder is somebody's own.
    return url_for("guidance.erase", reminder_id=reminder_id)
