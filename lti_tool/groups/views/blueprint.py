"""What the pages of this room have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, redirect, render_template, request
from werkzeug.exceptions import NotFound

from lti_tool.curriculum.service import read_module
from lti_tool.curriculum.visiting import ask_open_class, membership_of
from lti_tool.groups.circle import read_own_group
from lti_tool.groups.policy import shares_page
from lti_tool.groups.sealed_texts import SealedTexts
from lti_tool.groups.step import assignment_of
from lti_tool.web.access import visit_address
from lti_tool.web.edge import database_connection, instruments
from lti_tool.web.languages import lazy_gettext as _

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from flask.typing import ResponseReturnValue

    from lti_tool.curriculum.line import Step, Unit
    from lti_tool.groups.policy import OwnGroup
    from lti_tool.groups.step import AgreementCard
    from lti_tool.people.member import Member

groups = Blueprint("groups", __name__, url_prefix="/s/<token>")
_GROUP = _("Group %(number)s")
NOT_RIGHT_YET = 422
CHANGED = 409
"""Somebody else changed the same thing: both are shown, and nothing is lost."""


def now() -> datetime:
    """Return this moment."""
    return instruments().clock.now()


def texts() -> SealedTexts:
    """Return what seals and opens what groups write."""
    return SealedTexts(instruments().key_ring)


def own_group(member: Member) -> OwnGroup:
    """Return the group of a student, who may be set aside; 404 for who is in none, or whose class is not open."""
    ask_open_class(member)
    group = read_own_group(database_connection(), membership_of(member))
    if group is None:
        raise NotFound
    return group


def own_active_group(member: Member) -> OwnGroup:
    """Return the group that a student works with; 404 for who is in none or set aside."""
    group = own_group(member)
    if not shares_page(group, membership_of(member)):
        raise NotFound
    return group


class OtherGroupError(Exception):
    """Somebody pressed on a page of a group in which they are no more. What they typed goes back to them."""

    def __init__(self, texts: Sequence[str] = ()) -> None:
        super().__init__("this is the page of another group")
        self.texts = tuple(text for text in texts if text.strip())


def ask_same_group(group: OwnGroup, texts: Sequence[str] = ()) -> None:
    """Ask that a press came from the page of the group that somebody is in now.

    :param texts: what was typed there, so that it is not lost.
    :raises OtherGroupError: when they have moved since they opened the page.
    """
    if request.form.get("group") != group.id:
        raise OtherGroupError(texts)


@groups.errorhandler(OtherGroupError)
def show_other_group(error: OtherGroupError) -> ResponseReturnValue:
    """Say that nothing happened, give back what was typed, and lead to the group of now."""
    page = render_template("groups/moved.html", texts=error.texts, group_url=visit_address("groups.show_own_group"))
    return page, CHANGED


def group_steps(member: Member) -> tuple[tuple[Unit, Step], ...]:
    """Return the steps that groups do, in order, each with its unit."""
    module = read_module(database_connection(), member.locale)
    if module is None:
        return ()
    return tuple((unit, step) for unit, step in module.steps() if assignment_of(step) is not None)


def agreement_cards(member: Member) -> tuple[AgreementCard, ...]:
    """Return the agreements that a group can choose, as the line has them."""
    for _unit, step in group_steps(member):
        assignment = assignment_of(step)
        if assignment is not None and assignment.cards:
            return assignment.cards
    return ()


def group_title(number: int, name: str | None) -> str:
    """Return what a group is called."""
    return name or str(_GROUP) % {"number": number}


def back_to(endpoint: str, place: str = "", **values: str) -> ResponseReturnValue:
    """Lead back to a page of this room.

    :param place: on the page: it says what happened, and no address has to carry that to the server.
    """
    address = visit_address(endpoint, **values)
    return redirect(f"{address}#{place}" if place else address, 303)
