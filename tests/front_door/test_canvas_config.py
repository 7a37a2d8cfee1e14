"""The configuration of a Canvas key: neutral, least, and the same wherever it stands."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from lti_tool.lti.tool_configuration import SCOPES, canvas_key
from tests.police import BASE_URL

if TYPE_CHECKING:
    from flask import Flask

GUIDE = Path(__file__).parents[2] / "docs" / "connect-canvas.md"


@pytest.fixture
def key(app: Flask) -> dict[str, Any]:
    response = app.test_client().get("/lti/config/canvas.json")
    assert (response.status_code, response.mimetype) == (200, "application/json")
    read: dict[str, Any] = json.loads(response.text)
    return read


def test_key_holds_all_that_canvas_requires(key: dict[str, Any]) -> None:
    assert key["oidc_initiation_url"] == f"{BASE_URL}/lti/login"
    assert key["target_link_uri"] == f"{BASE_URL}/lti/launch"
    assert key["public_jwk_url"] == f"{BASE_URL}/lti/jwks.json"
    assert key["title"]
    assert key["description"]
    (extension,) = key["extensions"]
    assert (extension["platform"], extension["domain"]) == ("canvas.instructure.com", "tool.example")


def test_key_asks_for_the_name_at_most(key: dict[str, Any]) -> None:
    assert key["extensions"][0]["privacy_level"] == "name_only"
    assert key["scopes"] == list(SCOPES)
    assert not [value for value in key["custom_fields"].values() if re.search(r"[Ee]mail|[Nn]ame|Person|User\.", value)]


def test_no_course_shows_the_tool_until_a_teacher_wants_it(key: dict[str, Any]) -> None:
    (placement,) = key["extensions"][0]["settings"]["placements"]

    assert (placement["placement"], placement["default"]) == ("course_navigation", "disabled")
    assert placement["message_type"] == "LtiResourceLinkRequest"


def test_ext_6_titles_are_neutral_and_in_both_languages(key: dict[str, Any]) -> None:
    settings = key["extensions"][0]["settings"]

    assert settings["labels"] == settings["placements"][0]["labels"] == {"nl": "Leerlijn", "en": "Learning line"}
    assert {key["title"], settings["text"], settings["placements"][0]["text"]} == {"Learning line"}
    assert not re.search(r"ervaring|experience|geweld|violence|unsafe|onveilig", json.dumps(key), re.IGNORECASE)


def test_guide_shows_the_key_as_it_is() -> None:
    shown = re.search(r"```json\n(\{\n  \"title\".*?\n\})\n```", GUIDE.read_text(), re.DOTALL)

    assert shown is not None
    assert json.loads(shown[1].replace("<tool>", "tool.example")) == canvas_key(BASE_URL)
