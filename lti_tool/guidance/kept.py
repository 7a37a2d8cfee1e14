"""What guidance keeps of a teacher, for the teacher to see and take along."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from lti_tool.curriculum.service import read_line
from lti_tool.guidance.models import Ready
from lti_tool.guidance.reminders import read_reminders
from lti_tool.people.kept import Kept, register_kept, write_day
from lti_tool.web.languages import lazy_gettext as _

if TYPE_CHECKING:
    from lti_tool.people.kept import Looking, Row


def _read_ticks(looking: Looking) -> list[Row]:
    line = read_line(looking.database, looking.locale)
    titles = {item.id: item.title for item in line.guidance.checklist} if line else {}
    found = (
        select(Ready.membership_id, Ready.item_id)
        .where(Ready.membership_id.in_(list(looking.courses)))
        .order_by(Ready.membership_id, Ready.item_id)
    )
    return [
        {"course": looking.courses[row.membership_id], "item": titles.get(row.item_id, row.item_id)}
        for row in looking.database.execute(found)
    ]


def _read_reminders(looking: Looking) -> list[Row]:
    return [
        {"course": course, "day": write_day(one.due_on), "word": one.word or ""}
        for membership_id, course in looking.courses.items()
        for one in read_reminders(looking.database, looking.key_ring, membership_id=membership_id, today=looking.today)
    ]


register_kept(
    Kept(
        "checklist",
        ("guidance_ready",),
        _("What you ticked on the list for teachers"),
        _("To show you how far your preparation is."),
        _("Until you take it back, or until you erase everything."),
        {"course": _("Course"), "item": _("Item")},
        _read_ticks,
    )
)
register_kept(
    Kept(
        "reminders",
        ("guidance_reminder",),
        _("Your reminders"),
        _("So that you come back to something. Only you see them."),
        _("Sixty days."),
        {"course": _("Course"), "day": _("Day"), "word": _("Word")},
        _read_reminders,
        is_text=True,
    )
)
