"""What small groups keep of a student or a teacher, for them to see and take along."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, select

from lti_tool.groups.models import (
    Acceptance,
    ChangeRequest,
    Group,
    GroupMember,
    GroupSet,
    GroupTeacher,
    PlannedPlace,
    Visit,
    Wish,
)
from lti_tool.people.kept import Kept, keep_back, register_kept
from lti_tool.web.languages import lazy_gettext as _

if TYPE_CHECKING:
    from typing import Any

    from lti_tool.people.kept import Looking, Row

_YES = _("yes")


def _read_places(looking: Looking) -> list[Row]:
    found = (
        select(
            GroupMember.membership_id,
            GroupSet.title,
            Group.number,
            Group.name,
            GroupMember.is_aside,
            Acceptance.group_id.label("accepted"),
            ChangeRequest.membership_id.label("asked"),
        )
        .join(Group, Group.id == GroupMember.group_id)
        .join(GroupSet, GroupSet.id == GroupMember.set_id)
        .outerjoin(
            Acceptance,
            and_(Acceptance.group_id == Group.id, Acceptance.membership_id == GroupMember.membership_id),
        )
        .outerjoin(ChangeRequest, ChangeRequest.membership_id == GroupMember.membership_id)
        .where(GroupMember.membership_id.in_(list(looking.courses)))
        .order_by(GroupMember.membership_id, GroupSet.title, Group.number)
    )
    return [
        {
            "course": looking.courses[row.membership_id],
            "group": _call(row),
            "accepted": _say(row.accepted is not None),
            "aside": _say(row.is_aside),
            "asked": _say(row.asked is not None),
        }
        for row in looking.database.execute(found)
    ]


def _read_looked_after(looking: Looking) -> list[Row]:
    found = (
        select(GroupTeacher.membership_id, GroupSet.title, Group.number, Group.name)
        .join(Group, Group.id == GroupTeacher.group_id)
        .join(GroupSet, GroupSet.id == Group.set_id)
        .where(GroupTeacher.membership_id.in_(list(looking.courses)))
        .order_by(GroupTeacher.membership_id, GroupSet.title, Group.number)
    )
    return [
        {"course": looking.courses[row.membership_id], "group": _call(row)} for row in looking.database.execute(found)
    ]


def _read_visits(looking: Looking) -> list[Row]:
    found = (
        select(Visit.membership_id, GroupSet.title, Group.number, Group.name, Visit.ends_at)
        .join(Group, Group.id == Visit.group_id)
        .join(GroupSet, GroupSet.id == Group.set_id)
        .where(Visit.membership_id.in_(list(looking.courses)))
        .order_by(Visit.ends_at, Group.id)
    )
    return [
        {
            "course": looking.courses[row.membership_id],
            "group": _call(row),
            "until": row.ends_at.astimezone(looking.zone).strftime("%Y-%m-%d %H:%M"),
        }
        for row in looking.database.execute(found)
    ]


def _call(row: Any) -> str:
    return f"{row.title}, {row.name or row.number}"


def _say(holds: bool) -> str:  # noqa: FBT001 (it is what is said)
    return str(_YES) if holds else ""


register_kept(
    Kept(
        "groups",
        ("groups_member", "groups_acceptance", "groups_change_request"),
        _("Your small groups"),
        _("So that you work with the same people, and everybody in the group has agreed."),
        _("Until you are in no group any more, or until you erase everything."),
        {
            "course": _("Course"),
            "group": _("Group"),
            "accepted": _("You accepted the agreements"),
            "aside": _("You are set aside for a while"),
            "asked": _("You asked for another group"),
        },
        _read_places,
    )
)
register_kept(
    Kept(
        "groups_looked_after",
        ("groups_teacher",),
        _("The groups that you look after"),
        _("To show you these first."),
        _("Until you take it back."),
        {"course": _("Course"), "group": _("Group")},
        _read_looked_after,
    )
)
register_kept(
    Kept(
        "invitations",
        ("groups_visit",),
        _("Groups that invited you"),
        _("To let you see their page for a while."),
        _("Four hours at most."),
        {"course": _("Course"), "group": _("Group"), "until": _("Until")},
        _read_visits,
    )
)
keep_back(
    Wish.__tablename__,
    "it is about two students, so handing it to one tells something of the other; the institution answers",
)
keep_back(PlannedPlace.__tablename__, "a plan that nobody has confirmed is a draft of a teacher, and goes by itself")
