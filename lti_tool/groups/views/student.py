"""One student, for who teaches them: where they are, moving them, setting them aside, whom they are to be with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import render_template, request
from marshmallow import ValidationError
from werkzeug.exceptions import NotFound

from lti_tool.curriculum.visiting import context_of, id_or_404
from lti_tool.groups.circle import forget_request, place_member, set_aside, take_out_member
from lti_tool.groups.counting import has_number, highest_number, read_choices, read_foes
from lti_tool.groups.listing import find_place, find_student, read_wishes_of
from lti_tool.groups.policy import LARGEST
from lti_tool.groups.schemas import PlaceSchema
from lti_tool.groups.sets import APART, TOGETHER, forget_wish, keep_wish, open_group
from lti_tool.groups.timetable import Row, match_names
from lti_tool.groups.views.blueprint import NOT_RIGHT_YET, back_to, group_title, groups
from lti_tool.groups.views.overview import ask_whole_course, current_set, find_current_set, no_group
from lti_tool.people.names import shown_name
from lti_tool.people.permissions import Permission
from lti_tool.people.roster import read_students
from lti_tool.web.access import requires, visit_address
from lti_tool.web.edge import database_connection, database_session
from lti_tool.web.forms import errors_of, without_unseen
from lti_tool.web.languages import lazy_gettext as _

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from flask.typing import ResponseReturnValue

    from lti_tool.groups.counting import NumberedGroup
    from lti_tool.groups.listing import ListedStudent
    from lti_tool.groups.sets import ShownSet
    from lti_tool.people.member import Member

MOST_LISTED = 60
"""Groups to choose from in a list; with more of them their number is typed."""
_NOT_FOUND = _("There is nobody called “%(name)s” in this course. Type the name as it stands in the list of groups.")
_SEVERAL = _("More than one student is called “%(name)s”. Find them in the list of groups, and begin from there.")
_ONESELF = _("Choose somebody else: this is the same student.")


@groups.get("/groups/student/<membership_id>")
@requires(Permission.FORM_GROUPS)
def show_student(member: Member, membership_id: str) -> ResponseReturnValue:
    """Show where a student is, and what can be changed about that."""
    return _show(member, _student(member, membership_id))


@groups.post("/groups/student/<membership_id>/place")
@requires(Permission.FORM_GROUPS)
def move_student(member: Member, membership_id: str) -> ResponseReturnValue:
    """Put a student in a group, a new one included, or in none."""
    student, session = _student(member, membership_id), database_session()
    if request.form.get("out") == "yes":
        take_out_member(session, set_id=current_set(member).id, membership_id=membership_id)
        return back_to("groups.show_student", "moved", membership_id=membership_id)
    # Whom only a section is shown begins no group, so neither the first set of a course.
    used = current_set(member, create=member.sections is None)
    try:
        number: int = PlaceSchema().load(request.form)["number"]
        _ask_number(member, used, number)
    except ValidationError as error:
        return _show(member, student, errors=errors_of(error), typed=request.form), NOT_RIGHT_YET
    place = find_place(session, used.id, membership_id)
    if place is not None and place.number == number:
        return back_to("groups.show_student", "same-group", membership_id=membership_id)
    group_id = open_group(session, used.id, number)
    place_member(session, set_id=used.id, group_id=group_id, membership_id=membership_id)
    forget_request(session, membership_id)
    return back_to("groups.show_student", "moved", membership_id=membership_id)


def _ask_number(member: Member, used: ShownSet, number: int) -> None:
    """Refuse the number of a group that this teacher does not see; who sees the whole course may begin the next one.

    :raises ValidationError: with a sentence.
    """
    database = database_connection()
    next_new = highest_number(database, used.id) + 1 if member.sections is None else None
    if number != next_new and not has_number(database, used.id, number, member.sections):
        raise ValidationError({"number": [no_group(number, next_new)]})


@groups.post("/groups/student/<membership_id>/aside")
@requires(Permission.FORM_GROUPS)
def change_aside(member: Member, membership_id: str) -> ResponseReturnValue:
    """Set a student aside in their group, or take them back in. No reason is asked, and none is kept (SHR-9)."""
    _student(member, membership_id)
    is_aside = request.form.get("aside") == "yes"
    set_aside(database_session(), set_id=current_set(member).id, membership_id=membership_id, is_aside=is_aside)
    place = "aside" if is_aside else "aside-no-more"
    return back_to("groups.show_student", place, membership_id=membership_id)


@groups.post("/groups/student/<membership_id>/request")
@requires(Permission.FORM_GROUPS)
def settle_request(member: Member, membership_id: str) -> ResponseReturnValue:
    """Take a request for another group from the list: it was talked about, and the student stays."""
    _student(member, membership_id)
    forget_request(database_session(), membership_id)
    return back_to("groups.show_student", "settled", membership_id=membership_id)


@groups.post("/groups/student/<membership_id>/wish")
@requires(Permission.FORM_GROUPS)
def change_wish(member: Member, membership_id: str) -> ResponseReturnValue:
    """Keep this student and another one apart, or together; or no more. There is no field for why (GRP-1)."""
    ask_whole_course(member)
    student, session, context_id = _student(member, membership_id), database_session(), context_of(member)
    if "forget" in request.form:
        forget_wish(session, context_id, membership_id, id_or_404(request.form["forget"]))
        return back_to("groups.show_student", "wish-gone", membership_id=membership_id)
    kind, typed = request.form.get("kind"), " ".join(without_unseen(request.form.get("name", "")).split())
    if kind not in (APART, TOGETHER):
        raise NotFound
    other, fault = _find_by_name(member, membership_id, typed)
    if other is None:
        return _show(member, student, errors={"name": fault}, typed=request.form), NOT_RIGHT_YET
    keep_wish(session, context_id, membership_id, other, kind)
    return back_to("groups.show_student", "wish-kept", membership_id=membership_id)


def _find_by_name(member: Member, membership_id: str, typed: str) -> tuple[str | None, str]:
    """Find the one student who is called so; else return a sentence that says what to do."""
    students = read_students(database_connection(), context_of(member))
    called = {one.membership_id: shown_name(one, member) for one in students}
    found = match_names([Row(typed, "", 1)], called)
    if found.ambiguous:
        return None, str(_SEVERAL) % {"name": typed}
    other = next(iter(found.placement), None)
    if other is None:
        return None, str(_NOT_FOUND) % {"name": typed}
    return (None, str(_ONESELF)) if other == membership_id else (other, "")


def _student(member: Member, membership_id: str) -> ListedStudent:
    """Return a student of this course whom this teacher may see; 404 for anybody else (GRP-2b)."""
    found = find_student(database_connection(), context_of(member), id_or_404(membership_id), member.sections)
    if found is None:
        raise NotFound
    return found


def _show(
    member: Member,
    student: ListedStudent,
    *,
    errors: Mapping[str, str] | None = None,
    typed: Mapping[str, str] | None = None,
) -> str:
    database, used = database_connection(), find_current_set(member)
    me, sections = student.membership_id, member.sections
    place = find_place(database, used.id, me) if used else None
    foes = read_foes(database, context_of(member), used.id, me) if used else frozenset[int]()
    found = read_choices(database, used.id, sections, MOST_LISTED + 1) if used else ()
    here = place.number if place else None
    return render_template(
        "groups/student.html",
        name=shown_name(student, member),
        asks=student.asks,
        group=group_title(place.number, place.name) if place else None,
        group_url=visit_address("groups.show_group", group_id=place.group_id) if place else None,
        is_aside=place is not None and place.is_aside,
        is_with_foe=here in foes,
        choices=_choices(found, foes, here),
        is_typed=len(found) > MOST_LISTED,
        foes=sorted(foes - {here}) if sections is None else [],
        largest=LARGEST,
        next_number=_next_number(member, used),
        wishes=_wishes(member, student) if sections is None else [],
        can_wish=sections is None,
        errors=errors or {},
        typed=typed or {},
        groups_url=visit_address("groups.show_groups"),
        urls={
            name: visit_address(f"groups.{name}", membership_id=me)
            for name in ("move_student", "change_aside", "settle_request", "change_wish")
        },
    )


def _next_number(member: Member, used: ShownSet | None) -> int | None:
    """Return the number of the next new group; None for who may begin none."""
    if member.sections is not None:
        return None
    return highest_number(database_connection(), used.id) + 1 if used else 1


def _choices(found: Collection[NumberedGroup], foes: Collection[int], here: int | None) -> list[dict[str, Any]]:
    """Return the groups to choose from; none where there are so many that their number is typed."""
    if len(found) > MOST_LISTED:
        return []
    return [
        {
            "number": one.number,
            "title": group_title(one.number, one.name),
            "size": one.size,
            "has_foe": one.number in foes,
        }
        for one in found
        if one.number != here
    ]


def _wishes(member: Member, student: ListedStudent) -> list[dict[str, str]]:
    """Return whom this student is to be apart from, or together with."""
    found = read_wishes_of(database_connection(), context_of(member), student.membership_id)
    return [{"id": one.membership_id, "name": shown_name(one, member), "kind": kind} for one, kind in found]
