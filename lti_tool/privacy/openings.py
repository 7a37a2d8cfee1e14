"""On which days others opened what somebody shares, for the author alone, and when they opened what others share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lti_tool.audit.chain import read_openings, read_own_openings
from lti_tool.people.kept import Kept, register_kept, write_day
from lti_tool.web.languages import lazy_gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from lti_tool.people.kept import Looking, Row


def days_opened(looking: Looking) -> tuple[str, ...]:
    """Return the days on which others opened something that somebody shares, newest first.

    Days alone, each once: not what, not who, not how often (LOG-5).
    """
    return _days(read_openings(looking.database, list(looking.courses)), looking)


def _days(moments: Iterable[datetime], looking: Looking) -> tuple[str, ...]:
    days = {moment.astimezone(looking.zone).date() for moment in moments}
    return tuple(write_day(day) for day in sorted(days, reverse=True))


def _read_own(looking: Looking) -> list[Row]:
    return [{"day": day} for day in _days(read_own_openings(looking.database, list(looking.courses)), looking)]


register_kept(
    Kept(
        "opened_by_you",
        ("audit_event",),
        _("When you opened what others share with you"),
        _("So that who shares something can see that it was opened. They see only days."),
        _("Twelve months."),
        {"day": _("Day")},
        _read_own,
    )
)
