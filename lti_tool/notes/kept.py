"""What is kept of what a student writes and shares, for the student to see and take along."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lti_tool.curriculum.service import describe_steps, read_module
from lti_tool.notes.service import AID, erase_all_notes, read_notes, sealed_notes
from lti_tool.notes.step import writing_of
from lti_tool.people.kept import Kept, keep_back, register_kept, write_day
from lti_tool.people.pseudonyms import pseudonym
from lti_tool.sharing.consent import read_consent
from lti_tool.sharing.models import Reader
from lti_tool.sharing.shares import read_own_shares
from lti_tool.web.languages import lazy_gettext as _

if TYPE_CHECKING:
    from lti_tool.people.kept import Looking, Row

_AID, _UNREADABLE = _("Decision aid"), _("This note cannot be opened at the moment.")


def _read_consent(looking: Looking) -> list[Row]:
    consent = read_consent(looking.database, looking.person_id)
    if consent is None:
        return []
    return [{"since": write_day(consent.given_on), "version": str(consent.version)}]


def _read_notes(looking: Looking) -> list[Row]:
    steps, sealed = describe_steps(looking.database, looking.locale), sealed_notes(looking.key_store)
    asked = _questions(looking)
    return [
        {
            "course": course,
            "step": str(_AID) if note.step_id == AID else steps.get(note.step_id, note.step_id),
            "question": asked.get((note.step_id, note.prompt_id), ""),
            "text": str(_UNREADABLE) if note.text is None else note.text,
            "until": write_day(note.keep_until),
        }
        for membership_id, course in looking.courses.items()
        for note in read_notes(looking.database, sealed, membership_id)
    ]


def _questions(looking: Looking) -> dict[tuple[str, str], str]:
    module = read_module(looking.database, looking.locale)
    found = ((step, writing_of(step)) for _unit, step in (module.steps() if module else ()))
    return {(step.id, prompt.id): prompt.ask for step, writing in found if writing for prompt in writing.prompts}


def _read_shares(looking: Looking) -> list[Row]:
    steps, rows = describe_steps(looking.database, looking.locale), []
    for membership_id, course in looking.courses.items():
        context_id = looking.contexts[membership_id]
        for share in read_own_shares(looking.database, membership_id).values():
            names = [
                one.name or pseudonym(person_id=one.person_id, context_id=context_id, locale=looking.locale)
                for one in share.readers
            ]
            rows.append(
                {
                    "course": course,
                    "step": steps.get(share.step_id, share.step_id),
                    "readers": ", ".join(names),
                    "paused": "" if share.pause is None else str(_("yes")),
                    "until": write_day(share.ends_on),
                }
            )
    return rows


register_kept(
    Kept(
        "consent",
        ("sharing_consent",),
        _("That you said yes to keeping what you write"),
        _("Without your yes nothing that you write is kept."),
        _("Until you take it back. Then all your notes are erased too."),
        {"since": _("Since"), "version": _("Version of the text")},
        _read_consent,
    )
)
register_kept(
    Kept(
        "notes",
        ("notes_note",),
        _("Your notes"),
        _("For you alone, so that you can come back to what you wrote."),
        _("Sixty days after the last day of the course, or until you erase them."),
        {
            "course": _("Course"),
            "step": _("Step"),
            "question": _("Question"),
            "text": _("Text"),
            "until": _("Kept until"),
        },
        _read_notes,
        is_text=True,
        erase=erase_all_notes,
    )
)
register_kept(
    Kept(
        "shares",
        ("sharing_share", "sharing_reader"),
        _("What you share"),
        _("Because you chose so, with exactly these people."),
        _("Thirty days at most, or until you take it back."),
        {
            "course": _("Course"),
            "step": _("Step"),
            "readers": _("Who may read it"),
            "paused": _("Paused"),
            "until": _("Ends on"),
        },
        _read_shares,
    )
)
keep_back(
    Reader.__tablename__,
    "that somebody else shares with a person is told by the page of what is shared with them, as long as it is so",
)
