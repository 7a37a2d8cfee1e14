"""What the form of a card must hold."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from marshmallow import EXCLUDE, Schema, ValidationError, fields, post_load, validate, validates_schema

from lti_tool.coordination.cards import dialled
from lti_tool.coordination.models import KINDS
from lti_tool.coordination.words import (
    EMPTY,
    LABELS,
    NO_KIND,
    NO_WAY,
    NOT_A_PHONE,
    NOT_A_WEBSITE,
    NOT_AN_EMAIL,
    REACH,
)
from lti_tool.web.forms import TypedText

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask_babel import LazyString

_WAYS = ("phone", "email", "web", "place")
_MOST = {"name": 100, "phone": 30, "email": 254, "web": 500, "place": 100, "scope": 600, "answers": 200}
# Narrower than what mail allows: an address goes into a link, where ?, & and % would mean something else.
_EMAIL = re.compile(
    r"[A-Za-z0-9_](?:[A-Za-z0-9._+'-]{0,62}[A-Za-z0-9_+-])?@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}"
)
_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")


def is_email(text: str) -> bool:
    """Whether a text is an e-mail address that a link can hold."""
    return len(text) <= _MOST["email"] and _EMAIL.fullmatch(text) is not None


def is_website(text: str) -> bool:
    """Whether a text is the address of a website that is safe to send people to."""
    if not text.isprintable() or " " in text or '"' in text or "\\" in text:
        return False
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return False
    return parts.scheme == "https" and "@" not in parts.netloc and _HOST.fullmatch(host) is not None


class _Kind(fields.Field[str]):
    """One of the list."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        del attr, data, kwargs
        if value not in KINDS:
            raise ValidationError(str(NO_KIND))
        return str(value)


class _Tick(fields.Field[bool]):
    """A box that is ticked or not."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        del attr, data, kwargs
        return bool(value == "yes")


class _Way(TypedText):
    """A way to reach somebody."""

    def __init__(self, name: str, is_right: Callable[[str], object] = bool, wrong: LazyString | str = "") -> None:
        super().__init__(label=LABELS[name], most=_MOST[name])
        self._is_right = is_right
        self._wrong = wrong

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if text and not self._is_right(text):
            raise ValidationError(str(self._wrong))
        return text


class _Website(_Way):
    """An address as people type it: without https:// in front, as often as not."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if isinstance(value, str) and value.strip() and "://" not in value:
            value = f"https://{value.strip()}"
        return super()._deserialize(value, attr, data, **kwargs)


def _words(name: str) -> TypedText:
    most = _MOST[name.partition("_")[0]]
    return TypedText(label=LABELS[name], most=most, empty=EMPTY[name], lines=name.startswith("scope"))


class CardSchema(Schema):
    """A card, as a coordinator fills it in."""

    class Meta:
        """The form token is checked at the gate."""

        unknown = EXCLUDE

    kind = _Kind(required=True)
    name = _words("name")
    phone = _Way("phone", dialled, NOT_A_PHONE)
    email = _Way("email", is_email, NOT_AN_EMAIL)
    web = _Website("web", is_website, NOT_A_WEBSITE)
    place = _Way("place")
    scope_nl = _words("scope_nl")
    answers_nl = _words("answers_nl")
    scope_en = _words("scope_en")
    answers_en = _words("answers_en")
    every_page = _Tick(load_default=False)

    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def check_ways(self, _card: dict[str, Any], typed: dict[str, str], **_kwargs: Any) -> None:
        """Ask for a way to reach them. One that is typed and not right is told at its own field."""
        if not any(typed.get(name, "").strip() for name in _WAYS):
            raise ValidationError(str(NO_WAY), REACH)

    @post_load
    def leave_out_ways(self, card: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
        """Let a way that was not filled in be none."""
        return {**card, **{name: card[name] or None for name in _WAYS}}


class OpeningSchema(Schema):
    """What the address of an empty form may say: for which kind of card it is."""

    class Meta:
        """Other parameters mean nothing here."""

        unknown = EXCLUDE

    kind = fields.String(load_default="", validate=validate.OneOf(KINDS))


class DoneSchema(Schema):
    """What the list says was just done."""

    class Meta:
        """Other parameters mean nothing here."""

        unknown = EXCLUDE

    done = fields.String(load_default="", validate=validate.OneOf(["saved", "checked", "removed"]))
