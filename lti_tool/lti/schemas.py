"""What a login request and an id_token must look like, before anything in them is believed."""

from __future__ import annotations

import re
from typing import Any

from marshmallow import EXCLUDE, ValidationError, fields

from lti_tool.lti.quick_schema import QuickSchema

CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"


class PlainText(fields.String):
    """Text that a database can hold: real Unicode, no control characters, not longer than ``most``."""

    def __init__(self, *, most: int = 255, blank: bool = True, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._most = most
        self._blank = blank

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = value if type(value) is str else super()._deserialize(value, attr, data, **kwargs)
        if len(text) > self._most:
            message = f"longer than {self._most} characters"
            raise ValidationError(message)
        if not self._blank and not text.strip():
            message = "empty"
            raise ValidationError(message)
        # Control characters and lone surrogates are never part of an id, and PostgreSQL refuses some of them.
        if not text.isprintable() and any(ord(char) < 32 or 0xD800 <= ord(char) <= 0xDFFF for char in text):  # noqa: PLR2004
            message = "holds characters that are not text"
            raise ValidationError(message)
        return text


class ShownText(fields.String):
    """Text that people read, such as a name: brought to one line and a length instead of refused."""

    def __init__(self, *, most: int = 255, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._most = most

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = value if type(value) is str else super()._deserialize(value, attr, data, **kwargs)
        if not text.isprintable():
            text = "".join(char if char.isprintable() else " " for char in text)
        return " ".join(text.split())[: self._most].strip()


class Seconds(fields.Field[int]):
    """A JSON NumericDate: a number, never text or true (RFC 7519, section 2)."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        del attr, data, kwargs
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < 1e11:  # noqa: PLR2004
            message = "not a time"
            raise ValidationError(message)
        return int(value)


class Audience(fields.Field[tuple[str, ...]]):
    """One client id, or a list of them (OpenID Connect Core, section 2)."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> tuple[str, ...]:
        del attr, data, kwargs
        audience = [value] if isinstance(value, str) else value
        if not isinstance(audience, list) or not audience or not all(isinstance(one, str) for one in audience):
            message = "not an audience"
            raise ValidationError(message)
        return tuple(audience)


class Roles(fields.Field[tuple[str, ...]]):
    """The list of roles. It may be empty, and what is not text in it counts for nothing."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> tuple[str, ...]:
        del attr, data, kwargs
        if not isinstance(value, list):
            message = "not a list"
            raise ValidationError(message)
        return tuple(role for role in value if isinstance(role, str))


class FrameName(fields.Field[str | None]):
    """The name of a frame in the LMS's page; what cannot be one counts as absent."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str | None:
        del attr, data, kwargs
        return value if isinstance(value, str) and re.fullmatch(r"[A-Za-z0-9_.-]{1,100}", value) else None


class Loose(fields.Field[dict[str, Any]]):
    """An optional object of which we read a few texts: what is not an object, or not text, counts as absent.

    Presentation is no proof, and platforms differ in it; refusing a launch over it would help nobody.
    """

    def __init__(self, keys: tuple[str, ...], *, flags: tuple[str, ...] = (), **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._keys = keys
        self._flags = flags
        """Those that a platform may also send as a true or false of JSON; we read them as the word."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> dict[str, str]:
        del attr, data, kwargs
        given = value if isinstance(value, dict) else {}
        read = {key: text for key in self._keys if isinstance(text := given.get(key), str)}
        return read | {key: str(flag).lower() for key in self._flags if isinstance(flag := given.get(key), (str, bool))}


class ResourceLinkSchema(QuickSchema):
    """The link that was pressed (LTI Core 1.3, 5.3.5)."""

    class Meta:
        """Its title and description are the LMS's own."""

        unknown = EXCLUDE

    id = PlainText(required=True, blank=False)


class ContextSchema(QuickSchema):
    """The course (LTI Core 1.3, 5.4.1)."""

    class Meta:
        """Its type and label do not matter to us."""

        unknown = EXCLUDE

    id = PlainText(required=True, blank=False)
    label = ShownText(load_default=None, allow_none=True)
    title = ShownText(load_default=None, allow_none=True)


class IdTokenSchema(QuickSchema):
    """The claims we read from an id_token. Others are ignored, and nothing of them is kept (STO-3)."""

    class Meta:
        """Unknown claims are ignored, as the standard asks (LTI Core 1.3, 5.5)."""

        unknown = EXCLUDE

    iss = PlainText(required=True, most=500, blank=False)
    sub = PlainText(required=True, blank=False)
    aud = Audience(required=True)
    azp = PlainText(load_default=None, allow_none=True)
    iat = Seconds(required=True)
    exp = Seconds(required=True)
    nbf = Seconds(load_default=None, allow_none=True)
    nonce = PlainText(required=True, blank=False)
    version = PlainText(required=True, data_key=CLAIM + "version")
    message_type = PlainText(required=True, data_key=CLAIM + "message_type")
    deployment_id = PlainText(required=True, blank=False, data_key=CLAIM + "deployment_id")
    target_link_uri = PlainText(required=True, most=2000, data_key=CLAIM + "target_link_uri")
    resource_link = fields.Nested(ResourceLinkSchema, required=True, data_key=CLAIM + "resource_link")
    roles = Roles(required=True, data_key=CLAIM + "roles")
    context = fields.Nested(ContextSchema, load_default=None, allow_none=True, data_key=CLAIM + "context")
    name = ShownText(load_default=None, allow_none=True)
    given_name = ShownText(load_default=None, allow_none=True)
    family_name = ShownText(load_default=None, allow_none=True)
    locale = ShownText(load_default=None, allow_none=True, most=35)
    presentation = Loose(
        ("locale", "return_url"), load_default=dict, allow_none=True, data_key=CLAIM + "launch_presentation"
    )
    custom = Loose(
        ("high_contrast", "brand", "group_ids", "section_ids"),
        flags=("section_restricted",),
        load_default=dict,
        allow_none=True,
        data_key=CLAIM + "custom",
    )
    platform = Loose(("product_family_code",), load_default=dict, allow_none=True, data_key=CLAIM + "tool_platform")


class LoginSchema(QuickSchema):
    """A login that a platform begins (IMS Security Framework 5.1.1.1, LTI Core 4.1)."""

    class Meta:
        """Platforms add parameters of their own."""

        unknown = EXCLUDE

    iss = PlainText(required=True, most=500, blank=False)
    login_hint = PlainText(required=True, most=4000, blank=False)
    target_link_uri = PlainText(required=True, most=2000, blank=False)
    lti_message_hint = PlainText(load_default=None, most=8000)
    client_id = PlainText(load_default=None)
    lti_deployment_id = PlainText(load_default=None)
    deployment_id = PlainText(load_default=None)
    lti_storage_target = FrameName(load_default=None)
    nw = PlainText(load_default=None, most=1)
    permit = PlainText(load_default=None, most=50)


class LaunchFormSchema(QuickSchema):
    """What a platform posts to us: a launch, or that it could not make one (OpenID Connect Core 3.1.2.6)."""

    class Meta:
        """Platforms add parameters of their own."""

        unknown = EXCLUDE

    state = PlainText(load_default=None, most=500)
    id_token = PlainText(load_default=None, most=190_000)
    error = PlainText(load_default=None, most=200)
    lti_storage_target = FrameName(load_default=None)


class StorageFormSchema(QuickSchema):
    """What our own page posts once the platform gave back the secret of the login."""

    class Meta:
        """Ours alone; but an old page may be open in somebody's browser."""

        unknown = EXCLUDE

    ticket = PlainText(required=True, most=280_000, blank=False)
    value = PlainText(required=True, most=500)
