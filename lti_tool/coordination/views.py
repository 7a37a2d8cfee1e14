"""The cards of an institution: the list, the form, one press that says a card is still right, and taking one away."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from flask import Blueprint, current_app, redirect, render_template, request
from marshmallow import ValidationError
from werkzeug.exceptions import NotFound

from lti_tool.coordination.cards import KEEPS_FOR, MOST_CARDS, missing_kinds
from lti_tool.coordination.models import KINDS
from lti_tool.coordination.places import show_card
from lti_tool.coordination.schemas import CardSchema, DoneSchema, OpeningSchema
from lti_tool.coordination.service import (
    CardRefusedError,
    TooManyEverywhereError,
    add_card,
    change_card,
    check_card,
    find_card,
    read_cards,
    remove_card,
)
from lti_tool.coordination.words import (
    FIELD_OF,
    KIND_NAMES,
    LABELS,
    REACH,
    TOO_MANY_CARDS,
    TOO_MANY_EVERYWHERE,
)
from lti_tool.kernel.ids import ID_LENGTH
from lti_tool.people.permissions import Permission
from lti_tool.web.access import requires, visit_address
from lti_tool.web.edge import commit_now, database_connection, database_session, today
from lti_tool.web.forms import first_errors, typed_values

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from lti_tool.coordination.cards import Card
    from lti_tool.coordination.places import InstitutionPlaces
    from lti_tool.people.member import Member

PLACES = "rugzak_institution_places"

coordination = Blueprint("coordination", __name__, url_prefix="/s/<token>")

_ID = re.compile(rf"[a-z2-7]{{{ID_LENGTH}}}")
_ORDER = ("kind", "name", REACH, *LABELS)
_NOT_RIGHT_YET = 422


def _card(member: Member, card_id: str) -> Card:
    """Return a card of the member's own institution; any other answers as if there were none (OPS-5)."""
    card = find_card(database_connection(), member.registration_id, card_id) if _ID.fullmatch(card_id) else None
    if card is None:
        raise NotFound
    return card


@coordination.get("/contacts")
@requires(Permission.KEEP_CONTACTS)
def show_contacts(member: Member) -> ResponseReturnValue:
    """Show every card as it is stored now, whom students cannot find yet, and the national cards."""
    try:
        done: str = DoneSchema().load(request.args)["done"]
    except ValidationError:
        done = ""
    cards, day = read_cards(database_connection(), member.registration_id), today()
    rows = [{"card": show_card(card, member.locale), "is_old": card.is_old(day), **_urls(card)} for card in cards]
    return render_template(
        "coordination/contacts.html",
        done=done,
        rows=rows,
        old=sum(card.is_old(day) for card in cards),
        days=KEEPS_FOR.days,
        old_before=day - KEEPS_FOR,
        missing=[{"name": KIND_NAMES[kind], "url": f"{_new_url()}?kind={kind}"} for kind in missing_kinds(cards)],
        new_url=_new_url() if len(cards) < MOST_CARDS else None,
    )


def _urls(card: Card) -> dict[str, str]:
    return {
        "change_url": visit_address("coordination.show_contact", card_id=card.id),
        "remove_url": visit_address("coordination.ask_removal", card_id=card.id),
        "checked_url": visit_address("coordination.check_contact", card_id=card.id),
    }


def _new_url() -> str:
    return visit_address("coordination.show_new_contact")


@coordination.get("/contacts/new")
@requires(Permission.KEEP_CONTACTS)
def show_new_contact(_member: Member) -> ResponseReturnValue:
    """Show an empty form."""
    try:
        kind: str = OpeningSchema().load(request.args)["kind"]
    except ValidationError:
        kind = ""
    return _show_form({**dict.fromkeys(LABELS, ""), "kind": kind}, {}, is_new=True)


@coordination.post("/contacts/new")
@requires(Permission.KEEP_CONTACTS)
def add_contact(member: Member) -> ResponseReturnValue:
    """Add a card; or show the form again, as it was typed, with what is not right yet."""
    return _save(member, None)


@coordination.get("/contacts/<card_id>")
@requires(Permission.KEEP_CONTACTS)
def show_contact(member: Member, card_id: str) -> ResponseReturnValue:
    """Show the form of a card."""
    card = _card(member, card_id)
    values = {name: getattr(card, name) or "" for name in LABELS}
    return _show_form({**values, "every_page": "yes" if card.every_page else ""}, {}, is_new=False)


@coordination.post("/contacts/<card_id>")
@requires(Permission.KEEP_CONTACTS)
def change_contact(member: Member, card_id: str) -> ResponseReturnValue:
    """Change a card; or show the form again, as it was typed, with what is not right yet."""
    return _save(member, _card(member, card_id))


def _save(member: Member, card: Card | None) -> ResponseReturnValue:
    typed = typed_values(request.form, LABELS)
    try:
        values: dict[str, Any] = CardSchema().load(typed)
        if card is None:
            add_card(database_session(), member.registration_id, values, today=today())
        else:
            change_card(database_session(), member.registration_id, card.id, values, today=today())
    except ValidationError as error:
        return _show_form(typed, first_errors(error, _ORDER), is_new=card is None)
    except CardRefusedError as error:
        return _show_form(typed, _told(error), is_new=card is None)
    return _finish(member, "saved")


def _told(error: CardRefusedError) -> dict[str, str]:
    if isinstance(error, TooManyEverywhereError):
        one, other = error.names[:2]
        return {"every_page": str(TOO_MANY_EVERYWHERE) % {"one": one, "other": other}}
    return {"kind": str(TOO_MANY_CARDS)}


def _show_form(values: dict[str, str], errors: dict[str, str], *, is_new: bool) -> ResponseReturnValue:
    page = render_template(
        "coordination/contact_form.html",
        is_new=is_new,
        values=values,
        errors=errors,
        summary=[(FIELD_OF.get(name, name), sentence) for name, sentence in errors.items()],
        labels=LABELS,
        kinds=[(kind, KIND_NAMES[kind]) for kind in KINDS],
    )
    return page, _NOT_RIGHT_YET if errors else 200


@coordination.post("/contacts/<card_id>/checked")
@requires(Permission.KEEP_CONTACTS)
def check_contact(member: Member, card_id: str) -> ResponseReturnValue:
    """Note that a card is still right today."""
    check_card(database_session(), member.registration_id, _card(member, card_id).id, today=today())
    return _finish(member, "checked")


@coordination.get("/contacts/<card_id>/remove")
@requires(Permission.KEEP_CONTACTS)
def ask_removal(member: Member, card_id: str) -> ResponseReturnValue:
    """Show a card once more, and ask whether it can go."""
    card = _card(member, card_id)
    others = [one for one in read_cards(database_connection(), member.registration_id) if one.id != card_id]
    return render_template(
        "coordination/remove_contact.html",
        card=show_card(card, member.locale),
        leaves_gap=card.kind in missing_kinds(others),
        remove_url=request.path,
    )


@coordination.post("/contacts/<card_id>/remove")
@requires(Permission.KEEP_CONTACTS)
def remove_contact(member: Member, card_id: str) -> ResponseReturnValue:
    """Take a card away."""
    remove_card(database_session(), member.registration_id, _card(member, card_id).id)
    return _finish(member, "removed")


def _finish(member: Member, done: str) -> ResponseReturnValue:
    # Committed first: a page that asks in between must not remember what was before.
    commit_now()
    places: InstitutionPlaces = current_app.extensions[PLACES]
    places.forget(member.registration_id)
    return redirect(f"{visit_address('coordination.show_contacts')}?done={done}#done", 303)
