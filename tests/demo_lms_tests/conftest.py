"""A demo LMS that stands still in time, the tools that register at it, and a tool's own key."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest

from tests.demo_lms.app import create_demo_lms
from tests.demo_lms.metadata import TOOL_CONFIGURATION
from tests.demo_lms.platform import Platform
from tests.demo_lms.registration import Registrar
from tests.demo_lms.signing import named_key, public_jwk
from tests.demo_lms.tools import SCOPES

if TYPE_CHECKING:
    from flask.testing import FlaskClient

TOOL = "http://localhost:5000"
LMS = "http://127.0.0.1:5001"
NOW = 1_795_000_000.0
PAGE = "/course/sw1/link/line?person=amina"


@pytest.fixture
def platform() -> Platform:
    return Platform(LMS, "rugzak-demo", "1", key=named_key("demo-lms-tests"))


@pytest.fixture
def registrar(platform: Platform) -> Registrar:
    return Registrar(platform)


@pytest.fixture
def tool_keys() -> dict[str, Any]:
    """The key set that every tool publishes; a test may change it."""
    return {"keys": [public_jwk(named_key("tool"))]}


@pytest.fixture
def browser(platform: Platform, registrar: Registrar, tool_keys: dict[str, Any]) -> FlaskClient:
    """A visitor of the demo LMS; also the way in which a tool calls it."""
    app = create_demo_lms(
        platform, TOOL, clock=lambda: NOW, registrar=registrar, fetch_keys=lambda url: {"at": url, **tool_keys}
    )
    return app.test_client()


def payload(**changes: Any) -> dict[str, Any]:
    """A registration as a tool sends it; a change to None takes a field away."""
    sent = {
        "application_type": "web",
        "response_types": ["id_token"],
        "grant_types": ["implicit", "client_credentials"],
        "initiate_login_uri": f"{TOOL}/lti/login/r-1",
        "redirect_uris": [f"{TOOL}/lti/launch"],
        "client_name": "Rugzak",
        "jwks_uri": f"{TOOL}/lti/jwks.json",
        "token_endpoint_auth_method": "private_key_jwt",
        "scope": " ".join(SCOPES),
        TOOL_CONFIGURATION: {
            "domain": "localhost:5000",
            "description": "Leerlijn <b>ervaringskennis</b>",
            "target_link_uri": f"{TOOL}/lti/launch",
            "custom_parameters": {
                "contrast": "$Canvas.user.prefersHighContrast",
                "course": "$Context.id",
                "two": "a=b=c",
            },
            "claims": ["iss", "sub", "name"],
            "messages": [{"type": "LtiDeepLinkingRequest"}, {"type": "LtiResourceLinkRequest"}],
        },
    }
    return {name: value for name, value in {**sent, **changes}.items() if value is not None}


def configured(**changes: Any) -> dict[str, Any]:
    """A registration with changes in its tool configuration."""
    configuration = {**payload()[TOOL_CONFIGURATION], **changes}
    return payload(**{TOOL_CONFIGURATION: {name: value for name, value in configuration.items() if value is not None}})


class Page(HTMLParser):
    """The elements of a page, with their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attrs for name, attrs in self.tags if name == tag]

    def fields(self) -> dict[str, str]:
        return {field["name"]: field["value"] for field in self.all("input")}
