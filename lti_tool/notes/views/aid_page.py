"""The decision aid: whether to tell something, what, when, how and to whom. It asks, and keeps nothing by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import render_template, request
from marshmallow import ValidationError
from werkzeug.exceptions import NotFound

from lti_tool.curriculum.kinds import StepKind, register_kind
from lti_tool.curriculum.schemas import StepSchema
from lti_tool.curriculum.service import read_line
from lti_tool.curriculum.visiting import class_state, membership_of
from lti_tool.kernel.key_store import KeyStoreError
from lti_tool.notes.schemas import aid_form, field_name
from lti_tool.notes.service import LONGEST_AID, NoConsentError, TooManyAidsError, UnreadableError, last_day, save_aid
from lti_tool.notes.views.blueprint import AWAY, CHANGED, NOT_RIGHT_YET, back_to, has_consent, notes, sealed, unlogged
from lti_tool.people.permissions import Permission, is_allowed
from lti_tool.web.access import visit_address
from lti_tool.web.edge import database_connection, database_session, today
from lti_tool.web.forms import errors_of, typed_values
from lti_tool.web.languages import lazy_gettext as _

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from flask.typing import ResponseReturnValue

    from lti_tool.curriculum.line import DecisionAid, Step
    from lti_tool.people.member import Member

_NOTHING = _("Nothing is filled in, so there is nothing to keep. That is fine.")
_TOO_LONG = _("All of it together is too long to keep as one note. Make it shorter, or keep it in two parts.")


def _find_aid(member: Member) -> DecisionAid:
    line = read_line(database_connection(), member.locale)
    if line is None:
        raise NotFound
    return line.decision_aid


def _page(member: Member, aid: DecisionAid) -> dict[str, Any]:
    """Return what the aid needs wherever it stands."""
    writes = is_allowed(member, Permission.WRITE_NOTES)
    return {
        "aid": aid,
        "can_keep": writes and has_consent(member),
        "consent_url": visit_address("privacy.show_consent") if writes else None,
        "save_url": visit_address("notes.save_aid_note") if writes else None,
        "duties_url": visit_address("curriculum.show_teacher_duties_in_visit"),
        "aid_url": visit_address("notes.show_aid"),
    }


def read_live(member: Member, _step: Step) -> dict[str, Any] | None:
    """Return the decision aid for a step that practises it; None while nothing is loaded."""
    line = read_line(database_connection(), member.locale)
    return None if line is None else _page(member, line.decision_aid)


@notes.get("/decision-aid")
@unlogged(Permission.READ_STEP)
def show_aid(member: Member) -> ResponseReturnValue:
    """Show the decision aid, from whatever page somebody comes."""
    return _show(member, _find_aid(member), {}, {})


@notes.post("/decision-aid")
@unlogged(Permission.WRITE_NOTES)
def save_aid_note(member: Member) -> ResponseReturnValue:
    """Keep what somebody wrote at the decision aid as a private note, because they pressed for it."""
    aid = _find_aid(member)
    typed = typed_values(request.form, [field_name(part.id) for part in aid.parts])
    try:
        text = _as_text(aid, aid_form(aid.parts).load(typed))
        save_aid(
            database_session(),
            sealed(),
            membership_id=membership_of(member),
            text=text,
            keep_until=last_day(today(), class_state(member).ends_on),
        )
    except ValidationError as error:
        return _show(member, aid, typed, errors_of(error)), NOT_RIGHT_YET
    except NoConsentError:
        return _show(member, aid, typed, {}, lacks_consent=True), CHANGED
    except TooManyAidsError:
        return _show(member, aid, typed, {}, is_full=True), CHANGED
    except (UnreadableError, KeyStoreError):
        return _show(member, aid, typed, {}, is_away=True), AWAY
    return back_to("notes.show_notes", "kept")


def _as_text(aid: DecisionAid, answers: Mapping[str, str]) -> str:
    """Put what was filled in together, each answer below the name of its part.

    :raises ValidationError: when there is nothing, or too much for a note.
    """
    filled = [(part.title, answers[field_name(part.id)]) for part in aid.parts if answers[field_name(part.id)]]
    if not filled:
        raise ValidationError({"": [str(_NOTHING)]})
    text = "\n\n".join(f"{title}\n{answer}" for title, answer in filled)
    if len(text) > LONGEST_AID:
        raise ValidationError({"": [str(_TOO_LONG)]})
    return text


def _show(  # noqa: PLR0913 (what was typed, and what came of it)
    member: Member,
    aid: DecisionAid,
    typed: Mapping[str, str],
    errors: Mapping[str, str],
    *,
    is_full: bool = False,
    is_away: bool = False,
    lacks_consent: bool = False,
) -> str:
    said = {"is_full": is_full, "is_away": is_away, "lacks_consent": lacks_consent}
    page = _page(member, aid)
    # Without a yes there are no fields; what was typed just now still needs them, or it would be gone.
    page["can_keep"] = page["can_keep"] or lacks_consent
    return render_template("notes/aid.html", **page, typed=typed, errors=errors, **said)


register_kind(
    StepKind(
        "choice",
        _("Decision aid"),
        StepSchema,
        template="notes/choice.html",
        read_live=read_live,
        tables=("notes_note",),
    )
)
