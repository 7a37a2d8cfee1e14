"""The groups of a course, for who teaches it: what waits, the groups, and the sets they belong to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import render_template, request, url_for
from marshmallow import ValidationError
from werkzeug.exceptions import NotFound

from lti_tool.curriculum.visiting import context_of, id_or_404, membership_of
from lti_tool.groups.counting import count_free, has_plan
from lti_tool.groups.invitations import read_invitations
from lti_tool.groups.listing import GroupPage, read_groups, read_loose, read_requests
from lti_tool.groups.policy import USUAL_SIZE
from lti_tool.groups.schemas import PageSchema, SignUpSchema, title_form
from lti_tool.groups.sets import create_set, read_sets, use_set
from lti_tool.groups.signing_up import close_sign_up, open_sign_up
from lti_tool.groups.views.blueprint import NOT_RIGHT_YET, back_to, group_title, groups, now
from lti_tool.people.names import shown_name
from lti_tool.people.permissions import Permission
from lti_tool.web.access import requires, visit_address
from lti_tool.web.edge import database_connection, database_session
from lti_tool.web.forms import errors_of
from lti_tool.web.languages import lazy_gettext as _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask.typing import ResponseReturnValue

    from lti_tool.groups.listing import ListedGroup, ListedStudent
    from lti_tool.groups.sets import ShownSet
    from lti_tool.people.member import Member

_FIRST_TITLE = _("Groups of this course")
_NO_GROUP = _("There is no group with number %(number)s.")
_NO_GROUP_YET = _(
    "There is no group with number %(number)s. Type the number of a group that is there, or the next new one: %(next)s."
)


@groups.get("/groups")
@requires(Permission.FORM_GROUPS)
def show_groups(member: Member) -> ResponseReturnValue:
    """Show what waits, the groups in use, and how they are formed."""
    return _show(member)


@groups.post("/groups/sets")
@requires(Permission.FORM_GROUPS)
def begin_set(member: Member) -> ResponseReturnValue:
    """Begin another set of groups. The one in use stays in use."""
    ask_whole_course(member)
    try:
        form = title_form().load(request.form)
    except ValidationError as error:
        return _show(member, errors=errors_of(error), typed=request.form), NOT_RIGHT_YET
    current_set(member, create=True)
    create_set(database_session(), context_of(member), form["title"])
    return back_to("groups.show_groups", "set-begun")


@groups.post("/groups/sets/use")
@requires(Permission.FORM_GROUPS)
def choose_set(member: Member) -> ResponseReturnValue:
    """Let students meet in the groups of another set."""
    ask_whole_course(member)
    set_id = id_or_404(request.form.get("set"))
    if set_id not in {one.id for one in read_sets(database_connection(), context_of(member))}:
        raise NotFound
    use_set(database_session(), context_of(member), set_id)
    return back_to("groups.show_groups", "set-chosen")


@groups.post("/groups/sign-up")
@requires(Permission.FORM_GROUPS)
def change_sign_up(member: Member) -> ResponseReturnValue:
    """Let students choose a group themselves, or no more."""
    ask_whole_course(member)
    chosen, session = current_set(member, create=True), database_session()
    if request.form.get("open") == "no":
        close_sign_up(session, chosen.id)
        return back_to("groups.show_groups", "sign-up-closed")
    try:
        form = SignUpSchema().load(request.form)
    except ValidationError as error:
        return _show(member, errors=errors_of(error), typed=request.form), NOT_RIGHT_YET
    open_sign_up(session, chosen.id, size=form["size"], groups=form["groups"])
    return back_to("groups.show_groups", "sign-up-open")


def ask_whole_course(member: Member) -> None:
    """Answer 404 for a teacher who may see their own sections only: forming is about everybody (GRP-2b)."""
    if member.sections is not None:
        raise NotFound


def current_set(member: Member, *, create: bool = False) -> ShownSet:
    """Return the set of a course that is in use; 404 while there is none.

    :param create: begin the first set of the course where there is none.
    """
    found = find_current_set(member)
    if found is None and create:
        create_set(database_session(), context_of(member), str(_FIRST_TITLE))
        found = find_current_set(member)
    if found is None:
        raise NotFound
    return found


def find_current_set(member: Member) -> ShownSet | None:
    """Return the set of a course that is in use; None while there is none."""
    return next((one for one in read_sets(database_connection(), context_of(member)) if one.is_in_use), None)


def listed(student: ListedStudent, member: Member) -> dict[str, Any]:
    """Return a student as a list shows them."""
    return {
        "name": shown_name(student, member),
        "url": visit_address("groups.show_student", membership_id=student.membership_id),
    }


def _show(member: Member, *, errors: Mapping[str, str] | None = None, typed: Mapping[str, str] | None = None) -> str:
    number, database, context_id = page_asked(), database_connection(), context_of(member)
    sets = read_sets(database, context_id)
    used = next((one for one in sets if one.is_in_use), None)
    page = GroupPage((), 1, 0)
    if used is not None:
        teacher_id = membership_of(member)
        page = read_groups(database, used.id, teacher_id=teacher_id, sections=member.sections, page=number)
    if number > page.count:
        raise NotFound
    loose, loose_total = read_loose(database, context_id, used.id if used else None, member.sections)
    typed = typed or {}
    return render_template(
        "groups/overview.html",
        forms_groups=member.sections is None,
        sets=sets,
        used=used,
        groups=[_row(one, member) for one in page.groups],
        total=page.total,
        pages=page_links("groups.show_groups", number, page.count),
        loose=[listed(one, member) for one in loose],
        loose_total=loose_total,
        requests=[listed(one, member) for one in read_requests(database, context_id, member.sections)],
        invitations=[
            {
                "title": group_title(one.number, one.name),
                "url": visit_address("groups.visit_group", group_id=one.group_id),
            }
            for one in read_invitations(database, membership_of(member), now())
        ],
        has_plan=used is not None and has_plan(database, used.id),
        errors=errors or {},
        typed={name: typed.get(name, usual) for name, usual in _usual(used, loose_total).items()},
        urls={
            name: visit_address(f"groups.{name}")
            for name in ("show_forming", "show_list", "show_plan", "begin_set", "choose_set", "change_sign_up")
        },
    )


def _usual(used: ShownSet | None, loose: int) -> dict[str, str]:
    """Return what stands in the forms to begin with: so many groups that there is a place for who has none.

    :param loose: how many students have none.
    """
    size = used.size if used else USUAL_SIZE
    count, free = count_free(database_connection(), used.id, size) if used else (0, 0)
    missing = -(-max(0, loose - free) // size)
    return {"title": "", "size": str(size), "groups": str(max(1, count + missing))}


def _row(group: ListedGroup, member: Member) -> dict[str, Any]:
    return {
        "title": group_title(group.number, group.name),
        "url": visit_address("groups.show_group", group_id=group.id),
        "has_agreed": group.has_agreed,
        "is_mine": group.is_mine,
        "people": [listed(one, member) for one in group.people],
    }


def page_asked() -> int:
    """Return which page of a list is asked for; 404 for what is no number."""
    try:
        number: int = PageSchema().load(request.args)["page"]
    except ValidationError:
        raise NotFound from None
    return number


def page_links(endpoint: str, number: int, count: int, **values: Any) -> dict[str, Any]:
    """Return where the page before and the page after of a list are."""

    def url(other: int) -> str | None:
        return url_for(endpoint, page=other, **values) if 1 <= other <= count else None

    return {"number": number, "count": count, "previous_url": url(number - 1), "next_url": url(number + 1)}


def no_group(number: int, next_new: int | None) -> str:
    """Say that there is no group of a number, for this teacher.

    :param next_new: the number of a group that they may begin; None where they may begin none.
    """
    said = _NO_GROUP if next_new is None else _NO_GROUP_YET
    return str(said) % {"number": number, "next": next_new}
