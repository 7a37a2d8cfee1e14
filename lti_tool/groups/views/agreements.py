"""Making agreements together, accepting them, and what there is for who would like something else (GA1, GRP-10)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import render_template, request
from marshmallow import ValidationError
from werkzeug.exceptions import BadRequest, ServiceUnavailable

from lti_tool.curriculum.visiting import membership_of
from lti_tool.groups.agreements import (
    AgreementChangedError,
    accept_agreement,
    propose_agreement,
    read_agreement,
    take_acceptance_back,
)
from lti_tool.groups.policy import LONGEST_LINE, shares_page
from lti_tool.groups.schemas import load_lines, own_line_names, own_lines
from lti_tool.groups.sealed_texts import UnreadableError
from lti_tool.groups.views.blueprint import (
    CHANGED,
    NOT_RIGHT_YET,
    agreement_cards,
    ask_same_group,
    back_to,
    group_title,
    groups,
    own_active_group,
    own_group,
    texts,
)
from lti_tool.groups.views.own_group import render_group
from lti_tool.people.permissions import Permission
from lti_tool.web.access import requires, visit_address
from lti_tool.web.edge import database_connection, database_session, today
from lti_tool.web.forms import errors_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask.typing import ResponseReturnValue

    from lti_tool.groups.agreements import AgreementText
    from lti_tool.groups.policy import OwnGroup
    from lti_tool.people.member import Member


@groups.get("/group/agreements")
@requires(Permission.BE_IN_GROUP)
def show_agreements(member: Member) -> ResponseReturnValue:
    """Show the cards and the lines that stand now, to change them together."""
    group = own_active_group(member)
    now, cards = read_agreement(database_connection(), texts(), group.id), agreement_cards(member)
    lines = (now.lines if now else None) or ()
    typed = dict(zip(own_line_names(lines), own_lines(lines, cards), strict=False))
    return _show_form(member, group, now, chosen=frozenset(line.card for line in lines if line.card), typed=typed)


@groups.post("/group/agreements")
@requires(Permission.BE_IN_GROUP)
def propose(member: Member) -> ResponseReturnValue:
    """Save a new version for everybody to accept; or show it beside what somebody else saved meanwhile."""
    group, session = own_active_group(member), database_session()
    ask_same_group(group, [text for name, text in request.form.items() if name.startswith("own-")])
    chosen, typed = frozenset(request.form.getlist("card")), request.form
    now = read_agreement(session, texts(), group.id)
    try:
        lines = load_lines(request.form, agreement_cards(member), (now.lines if now else None) or ())
        propose_agreement(session, texts(), group_id=group.id, lines=lines, seen=_seen(), today=today())
    except ValidationError as error:
        page = _show_form(member, group, now, chosen=chosen, typed=typed, errors=errors_of(error))
        return page, NOT_RIGHT_YET
    except UnreadableError:
        raise ServiceUnavailable from None
    except AgreementChangedError:
        now = read_agreement(session, texts(), group.id)
        return _show_form(member, group, now, chosen=chosen, typed=typed, has_changed=True), CHANGED
    return back_to("groups.show_own_group", "proposed")


@groups.post("/group/agreements/accept")
@requires(Permission.BE_IN_GROUP)
def accept(member: Member) -> ResponseReturnValue:
    """Accept the agreements as they were read, or accept them no more. Nobody is told who did (GRP-10)."""
    group, session, membership_id = own_group(member), database_session(), membership_of(member)
    ask_same_group(group)
    if request.form.get("accepts") == "no":
        take_acceptance_back(session, group_id=group.id, membership_id=membership_id)
        return back_to("groups.show_otherwise")
    try:
        accept_agreement(session, group_id=group.id, membership_id=membership_id, seen=_seen())
    except AgreementChangedError:
        return render_group(member, group, has_changed=True), CHANGED
    return back_to("groups.show_own_group", "accepted")


@groups.get("/group/agreements/otherwise")
@requires(Permission.BE_IN_GROUP)
def show_otherwise(member: Member) -> ResponseReturnValue:
    """Show what somebody can do who would like something else. Opening it changes nothing, and nobody sees it."""
    group, membership_id = own_group(member), membership_of(member)
    mine = group.find(membership_id)
    return render_template(
        "groups/otherwise.html",
        title=group_title(group.number, group.name),
        group=group,
        has_accepted=mine is not None and mine.has_accepted,
        accept_url=visit_address("groups.accept"),
        group_url=visit_address("groups.show_own_group"),
        edit_url=visit_address("groups.show_agreements") if shares_page(group, membership_id) else None,
        another_url=visit_address("groups.ask_for_another"),
    )


def _seen() -> int:
    text = request.form.get("version", "")
    if not (text.isascii() and text.isdecimal() and len(text) < 8):  # noqa: PLR2004 (no group has ten million versions)
        raise BadRequest
    return int(text)


def _show_form(  # noqa: PLR0913 (what stands, what was typed, and what came of it)
    member: Member,
    group: OwnGroup,
    now: AgreementText | None,
    *,
    chosen: frozenset[str],
    typed: Mapping[str, str],
    errors: Mapping[str, str] | None = None,
    has_changed: bool = False,
) -> str:
    lines = (now.lines if now else None) or ()
    # A card chosen before stands there in the words in which it was chosen, which are those that are kept.
    said = {line.card: line.text for line in lines}
    names = (*own_line_names(lines), *(name for name in typed if name.startswith("own-")))
    return render_template(
        "groups/agreements.html",
        group=group,
        title=group_title(group.number, group.name),
        cards=[{"id": card.id, "text": said.get(card.id, card.text)} for card in agreement_cards(member)],
        chosen=chosen,
        own=[(name, typed.get(name, "")) for name in dict.fromkeys(names)],
        longest=LONGEST_LINE,
        errors=errors or {},
        has_changed=has_changed,
        now=now,
        version=now.version if now else 0,
        group_url=visit_address("groups.show_own_group"),
        propose_url=visit_address("groups.propose"),
    )
