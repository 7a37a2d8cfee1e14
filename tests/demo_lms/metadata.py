"""Reads what a tool sends to register itself, as strictly as Moodle does and with its words for what is wrong."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

TOOL_CONFIGURATION = "https://purl.imsglobal.org/spec/lti-tool-configuration"
REQUIRED = (
    "response_types",
    "initiate_login_uri",
    "redirect_uris",
    "client_name",
    "jwks_uri",
    "token_endpoint_auth_method",
    TOOL_CONFIGURATION,
)


class RegistrationError(Exception):
    """A registration that the platform refuses, with the status and the word it answers."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(f"{status} {code}")
        self.status = status
        self.code = code


@dataclass(frozen=True)
class Metadata:
    """What a tool asked for. `payload` is all that it sent, `deep_linking` the address for that message if any."""

    name: str
    login_url: str
    redirect_uris: tuple[str, ...]
    target_link_uri: str
    jwks_uri: str
    scopes: tuple[str, ...]
    claims: tuple[str, ...]
    custom: dict[str, str]
    domain: str
    description: str
    logo_uri: str
    deep_linking: str | None
    payload: dict[str, Any]


def read_metadata(payload: object) -> Metadata:
    """Read a registration.

    :raises RegistrationError: 400, for what is missing, of the wrong kind, or of two minds about its domain.
    """
    if not isinstance(payload, dict):
        raise _invalid("invalid_registration")
    _check_form(payload)
    configuration = payload[TOOL_CONFIGURATION]
    domain = _text(configuration, "domain")
    if not domain:
        raise _invalid("missing_domain")
    target_link_uri = _text(configuration, "target_link_uri") or f"https://{domain}"
    if _host(target_link_uri) != _host(f"//{domain}"):
        raise _invalid("domain_targetlinkuri_mismatch")
    return Metadata(
        name=_text(payload, "client_name"),
        login_url=_text(payload, "initiate_login_uri"),
        redirect_uris=tuple(payload["redirect_uris"]),
        target_link_uri=target_link_uri,
        jwks_uri=_text(payload, "jwks_uri"),
        scopes=tuple(_text(payload, "scope").split()),
        claims=tuple(_list(configuration, "claims")),
        custom=_custom(configuration),
        domain=domain,
        description=_text(configuration, "description"),
        logo_uri=_text(payload, "logo_uri"),
        deep_linking=_find_deep_linking(configuration, target_link_uri),
        payload=payload,
    )


def _check_form(payload: dict[str, Any]) -> None:
    for name in REQUIRED:
        if not payload.get(name):
            raise _invalid(f"missing required attribute {name}")
    if not isinstance(payload["response_types"], list) or "id_token" not in payload["response_types"]:
        raise _invalid("invalid_response_types")
    redirect_uris = payload["redirect_uris"]
    if not isinstance(redirect_uris, list) or not all(isinstance(uri, str) for uri in redirect_uris):
        raise _invalid("invalid_redirect_uris")
    if payload["token_endpoint_auth_method"] != "private_key_jwt":
        raise _invalid("invalid_token_endpoint_auth_method")
    if payload.get("application_type") not in (None, "", "web"):
        raise _invalid("invalid_application_type")
    if not isinstance(payload[TOOL_CONFIGURATION], dict):
        raise _invalid("invalid_lti_tool_configuration")


def _invalid(code: str) -> RegistrationError:
    return RegistrationError(400, code)


def _text(values: dict[str, Any], name: str) -> str:
    """Read a text without any tags, which is all that Moodle leaves of it."""
    value = values.get(name)
    return re.sub(r"<[^>]*>", "", value) if isinstance(value, str) else ""


def _list(values: dict[str, Any], name: str) -> list[str]:
    value = values.get(name)
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _custom(configuration: dict[str, Any]) -> dict[str, str]:
    given = configuration.get("custom_parameters")
    return {name: str(value) for name, value in given.items()} if isinstance(given, dict) else {}


def _host(address: str) -> str:
    """Give host and port; what is no address has neither."""
    try:
        return urlsplit(address).netloc.removeprefix("www.")
    except ValueError:
        return ""


def _find_deep_linking(configuration: dict[str, Any], target_link_uri: str) -> str | None:
    messages = configuration.get("messages")
    for message in messages if isinstance(messages, list) else []:
        if isinstance(message, dict) and message.get("type") == "LtiDeepLinkingRequest":
            return _text(message, "target_link_uri") or target_link_uri
    return None
