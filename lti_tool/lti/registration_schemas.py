"""What a platform's configuration and its answer to a registration look like; what we do not use is ignored."""

from __future__ import annotations

from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields

from lti_tool.kernel.characters import is_no_text
from lti_tool.lti.schemas import PlainText, ShownText
from lti_tool.lti.tool_configuration import CANVAS, PLATFORM_CONFIGURATION, TOOL_CONFIGURATION

_MOST_WORDS = 2000
"""Canvas knows some hundreds of variables."""
_MOST_WORD = 500


class Words(fields.Field[list[str]]):
    """A list of short texts; what is not one counts for nothing, and there is an end to it."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[str]:
        del attr, data, kwargs
        if not isinstance(value, list):
            message = "not a list"
            raise ValidationError(message)
        return [word for word in value[:_MOST_WORDS] if isinstance(word, str) and len(word) <= _MOST_WORD]


class Messages(fields.Field[list[dict[str, Any]]]):
    """The messages of a platform or a tool: their types, and where they may stand."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[dict[str, Any]]:
        del attr, data, kwargs
        given = value if isinstance(value, list) else []
        return [
            {"type": message["type"], "placements": _placements(message.get("placements"))}
            for message in given[:100]
            if isinstance(message, dict) and isinstance(message.get("type"), str) and len(message["type"]) <= 100  # noqa: PLR2004
        ]


def _placements(value: object) -> list[str]:
    given = value if isinstance(value, list) else []
    return [name for name in given[:_MOST_WORDS] if isinstance(name, str)]


class Number(PlainText):
    """An id that a page shows to an administrator. Some platforms send theirs as a number."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        is_number = isinstance(value, int) and not isinstance(value, bool)
        text = super()._deserialize(str(value) if is_number else value, attr, data, **kwargs)
        if any(map(is_no_text, text)):
            message = "holds characters that no page can show"
            raise ValidationError(message)
        return text


class _OwnSchema(Schema):
    """What a platform says of itself as an LMS (LTI Dynamic Registration 1.0, 3.4)."""

    class Meta:
        """Platforms say much more."""

        unknown = EXCLUDE

    product_family_code = PlainText(load_default=None, allow_none=True, most=100)
    messages_supported = Messages(load_default=None, allow_none=True)
    variables = Words(load_default=None, allow_none=True)
    account_name = ShownText(load_default=None, allow_none=True, most=200, data_key=f"{CANVAS}account_name")


class PlatformConfigurationSchema(Schema):
    """A platform's OpenID configuration (LTI Dynamic Registration 1.0, 3.3)."""

    class Meta:
        """Platforms say much more."""

        unknown = EXCLUDE

    issuer = PlainText(required=True, blank=False, most=500)
    authorization_endpoint = PlainText(required=True, blank=False, most=1000)
    token_endpoint = PlainText(required=True, blank=False, most=1000)
    jwks_uri = PlainText(required=True, blank=False, most=1000)
    registration_endpoint = PlainText(required=True, blank=False, most=2000)
    authorization_server = PlainText(load_default=None, allow_none=True, most=1000)
    scopes_supported = Words(load_default=None, allow_none=True)
    response_types_supported = Words(load_default=None, allow_none=True)
    token_endpoint_auth_methods_supported = Words(load_default=None, allow_none=True)
    id_token_signing_alg_values_supported = Words(load_default=None, allow_none=True)
    platform = fields.Nested(_OwnSchema, required=True, data_key=PLATFORM_CONFIGURATION)


class _ToolSchema(Schema):
    """The tool's configuration as the platform keeps it."""

    class Meta:
        """It repeats what we asked for."""

        unknown = EXCLUDE

    deployment_id = Number(load_default=None, allow_none=True)
    messages = Messages(load_default=None, allow_none=True)


class AnswerSchema(Schema):
    """A platform's answer to a registration (LTI Dynamic Registration 1.0, 3.6)."""

    class Meta:
        """It repeats what we asked for."""

        unknown = EXCLUDE

    client_id = Number(required=True, blank=False)
    deployment_id = Number(load_default=None, allow_none=True)
    scope = PlainText(load_default=None, allow_none=True, most=10_000)
    tool = fields.Nested(_ToolSchema, load_default=None, allow_none=True, data_key=TOOL_CONFIGURATION)
