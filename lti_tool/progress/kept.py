"""What progress keeps of a student, for the student to see and take along."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from lti_tool.curriculum.service import describe_steps
from lti_tool.people.kept import Kept, register_kept
from lti_tool.progress.models import Done
from lti_tool.web.languages import lazy_gettext as _

if TYPE_CHECKING:
    from lti_tool.people.kept import Looking, Row


def _read_done(looking: Looking) -> list[Row]:
    steps = describe_steps(looking.database, looking.locale)
    found = select(Done.membership_id, Done.step_id).where(Done.membership_id.in_(list(looking.courses)))
    rows = [(looking.courses[row.membership_id], row.step_id) for row in looking.database.execute(found)]
    order = list(steps)
    rows.sort(key=lambda row: (row[0], order.index(row[1]) if row[1] in steps else len(order), row[1]))
    return [{"course": course, "step": steps.get(step_id, step_id)} for course, step_id in rows]


register_kept(
    Kept(
        "done",
        ("progress_done",),
        _("What you called done"),
        _("So that you, and who teaches you, see which steps are done. No time is kept with it."),
        _("Until the term of your institution after the course is over, or until you erase everything."),
        {"course": _("Course"), "step": _("Step")},
        _read_done,
    )
)
