"""Steps that several tests of the demo LMS take."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jwt

from tests.demo_lms_tests.conftest import NOW, TOOL, Page, payload

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask.testing import FlaskClient

    from tests.demo_lms.registration import Registrar

LAUNCH = "/launch?person=amina&course=sw1&link=line"


def log_in(browser: FlaskClient, query: str = "") -> tuple[str, dict[str, str]]:
    """Open the launch page, and give where it sends what."""
    page = Page(browser.get(LAUNCH + query).text)
    return page.all("form")[0]["action"], page.fields()


def authorization_request(login: Mapping[str, str]) -> dict[str, str]:
    """Ask what a well-behaved tool asks for a login."""
    return {
        "scope": "openid",
        "response_type": "id_token",
        "response_mode": "form_post",
        "prompt": "none",
        "client_id": login["client_id"],
        "redirect_uri": f"{TOOL}/lti/launch",
        "state": "state",
        "nonce": "nonce",
        "login_hint": login["login_hint"],
        "lti_message_hint": login["lti_message_hint"],
    }


def launch(browser: FlaskClient, query: str = "", **changes: str) -> tuple[int, dict[str, str], dict[str, Any]]:
    """Go all the way to the launch form, as a well-behaved tool does; give status, form and claims."""
    _, login = log_in(browser, query)
    asked = authorization_request(login) | changes
    answer = browser.get("/authorize", query_string=asked)
    form = Page(answer.text).fields()
    token = form.get("id_token")
    return answer.status_code, form, jwt.decode(token, options={"verify_signature": False}) if token else {}


def add_tool(registrar: Registrar, family: str = "moodle") -> str:
    client_id: str = registrar.register(registrar.issue_token(family, NOW), payload(), NOW)["client_id"]
    registrar.activate(client_id)
    return client_id
