"""What the demo LMS lets an administrator do, and how it fails a tool when it is asked to."""

from __future__ import annotations

import http.client
import threading
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest

from tests.demo_lms.app import create_demo_lms
from tests.demo_lms.configuration import CONFIGURATION_FAULTS, HUGE, PLATFORM_CONFIGURATION
from tests.demo_lms.registration import REGISTRATION_FAULTS
from tests.demo_lms.serving import make_lms_server
from tests.demo_lms.tools import FAMILIES, MEMBERSHIP_READ
from tests.demo_lms_tests.conftest import LMS, NOW, TOOL, Page, payload
from tests.demo_lms_tests.steps import add_tool, launch

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from tests.demo_lms.platform import Platform
    from tests.demo_lms.registration import Registrar

REGISTER = "/admin/register?url=http%3A%2F%2Flocalhost%3A5000%2Flti%2Fregister%2Finvite"


def begin(browser: FlaskClient, query: str = "") -> tuple[str, str]:
    """Begin a registration, and give the two things that the tool's page is opened with."""
    frame = Page(browser.get(REGISTER + query).text).all("iframe")[0]
    assert frame["src"].startswith(f"{TOOL}/lti/register/invite?")
    given = parse_qs(urlsplit(frame["src"]).query)
    return given["openid_configuration"][0].removeprefix(LMS), given["registration_token"][0]


@pytest.mark.parametrize("family", FAMILIES)
def test_registration_from_the_administrators_page_to_the_list_of_tools(browser: FlaskClient, family: str) -> None:
    address, token = begin(browser, f"&family={family}")
    bearer = {"Authorization": f"Bearer {token}"}
    configuration = browser.get(address, headers=bearer).json
    assert configuration is not None
    endpoint = configuration["registration_endpoint"].removeprefix(LMS)

    answer = browser.post(endpoint, json=payload(), headers=bearer)
    again = browser.post(endpoint, json=payload(), headers=bearer)

    assert configuration["issuer"] == LMS
    assert configuration[PLATFORM_CONFIGURATION]["product_family_code"] == family
    assert answer.status_code == 200
    assert answer.json is not None
    assert again.status_code == 401
    assert "token_already_used" in again.text
    rows = [row for row in Page(browser.get("/admin").text).all("tr") if "data-tool" in row]
    assert [(row["data-tool"], row["data-status"]) for row in rows] == [(answer.json["client_id"], "pending")]


def test_popup_goes_straight_to_the_tool(browser: FlaskClient) -> None:
    answer = browser.get(f"{REGISTER}&container=popup")

    assert answer.status_code == 302
    assert answer.location.startswith(f"{TOOL}/lti/register/invite?openid_configuration=")


def test_update_from_the_administrators_page_keeps_the_client_id(browser: FlaskClient, registrar: Registrar) -> None:
    client_id = add_tool(registrar)
    _, token = begin(browser, f"&tool={client_id}")

    answer = browser.post("/register", json=payload(client_name="New"), headers={"Authorization": f"Bearer {token}"})

    assert answer.json is not None
    assert answer.json["client_id"] == client_id
    assert registrar.tools[client_id].name == "New"


def test_canvas_shows_its_configuration_only_to_who_has_a_token(browser: FlaskClient) -> None:
    address, token = begin(browser, "&family=canvas")

    assert browser.get(address).status_code == 401
    assert browser.get(address, headers={"Authorization": f"Bearer {token}"}).status_code == 200


@pytest.mark.parametrize("fault", CONFIGURATION_FAULTS)
def test_every_fault_of_the_configuration_shows(browser: FlaskClient, fault: str) -> None:
    address, _ = begin(browser, f"&configuration_fault={fault}")
    good = browser.get("/openid-configuration")
    assert good.json is not None
    if fault == "slow":
        answer = browser.get(address, buffered=False)
        first = next(iter(answer.iter_encoded()))
        answer.close()
        assert len(first) == 1
        return

    answer = browser.get(address)

    shown = answer.get_json(silent=True) or {}
    holds = {
        "other_issuer": shown.get("issuer") not in (None, LMS),
        "no_endpoint": bool(shown) and "registration_endpoint" not in shown,
        "http_endpoint": shown.get("registration_endpoint", "").startswith("http://lms.example"),
        "html": answer.mimetype == "text/html",
        "huge": bool(shown) and len(answer.data) > HUGE,
        "redirect": answer.status_code == 302 and browser.get(answer.location).json == good.json,
        "not_json": answer.mimetype == "application/json" and not shown,
    }
    assert holds[fault]


@pytest.mark.parametrize("fault", [fault for fault in REGISTRATION_FAULTS if fault != "slow"])
def test_every_fault_of_the_registration_shows(browser: FlaskClient, registrar: Registrar, fault: str) -> None:
    address, token = begin(browser, f"&registration_fault={fault}")
    configuration = browser.get(address).json
    assert configuration is not None
    endpoint = configuration["registration_endpoint"].removeprefix(LMS)

    answer = browser.post(endpoint, json=payload(), headers={"Authorization": f"Bearer {token}"})

    shown = answer.get_json(silent=True) or {}
    assert answer.status_code == (int(fault) if fault.isdecimal() else 200)
    assert answer.data
    assert len(registrar.tools) == (0 if fault.isdecimal() else 1)
    assert ("client_id" in shown) == (fault == "fewer_scopes")
    assert (shown.get("scope") == MEMBERSHIP_READ) == (fault == "fewer_scopes")


def test_slow_registration_keeps_the_tool_waiting(browser: FlaskClient, registrar: Registrar) -> None:
    answer = browser.post("/register?fault=slow", json=payload(), buffered=False)
    first = next(iter(answer.iter_encoded()))
    answer.close()

    assert first == b" "
    assert registrar.tools == {}


def test_rotation_signs_with_a_new_key_and_keeps_the_old_one_known(browser: FlaskClient, platform: Platform) -> None:
    old = platform.kid

    answer = browser.post("/admin/rotate", data={"keep": "yes"})

    header = jwt.get_unverified_header(launch(browser)[1]["id_token"])
    assert answer.status_code == 303
    assert header["kid"] == platform.kid != old
    assert [key["kid"] for key in platform.jwks()["keys"]] == [platform.kid, old]


def test_rotation_can_withdraw_the_old_key_at_once(browser: FlaskClient, platform: Platform) -> None:
    browser.post("/admin/rotate", data={"keep": "no"})

    assert [key["kid"] for key in platform.jwks()["keys"]] == [platform.kid]


def test_clock_of_the_answers_can_be_wrong_while_the_launches_are_right(browser: FlaskClient) -> None:
    browser.post("/admin/clock", data={"skew": "-300"})

    date = parsedate_to_datetime(browser.get("/jwks.json").headers["Date"])
    assert date.timestamp() == NOW - 300
    assert launch(browser)[2]["iat"] == NOW


def test_served_answers_give_one_date(platform: Platform) -> None:
    """Two would leave it to the tool which clock to believe."""
    server = make_lms_server(create_demo_lms(platform, TOOL, clock=lambda: NOW), "127.0.0.1", 0)
    thread = threading.Thread(target=server.handle_request)
    thread.start()
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=10)
    connection.request("GET", "/health")

    dates = connection.getresponse().headers.get_all("Date", [])

    connection.close()
    thread.join(10)
    server.server_close()
    assert [parsedate_to_datetime(date).timestamp() for date in dates] == [NOW]


@pytest.mark.parametrize("name", ["activate", "rotate", "clock"])
def test_page_of_another_site_gives_no_orders(browser: FlaskClient, platform: Platform, name: str) -> None:
    before = platform.kid

    answer = browser.post(f"/admin/{name}", data={"skew": "5"}, headers={"Sec-Fetch-Site": "cross-site"})

    assert answer.status_code == 403
    assert (platform.kid, platform.clock_skew) == (before, 0)


def test_order_that_cannot_be_followed_is_said_to_be_missing(browser: FlaskClient) -> None:
    assert browser.post("/admin/activate", data={"client_id": "nobody"}).status_code == 404
    assert browser.post("/admin/clock", data={"skew": "soon"}).status_code == 404
