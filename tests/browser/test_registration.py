"""Connecting the demo LMS by dynamic registration as its administrator does, and looking after the connection."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest

from tests.browser.pages import Tool

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.pages import Lms
    from tests.browser.running import RunningDemo


def invite(demo: RunningDemo) -> str:
    return str(demo.command("lti", "invite")["url"])


def begin(page: Page, demo: RunningDemo, url: str, *, family: str, container: str) -> Page | None:
    """Paste the invite into the LMS, and return the popup if that is where it opens."""
    page.goto(f"{demo.lms_url}/admin?lang=nl")
    page.locator("#url").fill(url)
    page.locator("#family").select_option(family)
    button = page.locator(f"[data-lms-action=register-{container}]")
    if container == "frame":
        button.click()
        return None
    with page.expect_popup() as opened:
        button.click()
    return opened.value


def connect(page: Page, demo: RunningDemo, *, family: str) -> tuple[str, str]:
    """Connect in the LMS's frame, close it, switch the tool on; return its client id and the connection's address."""
    begin(page, demo, invite(demo), family=family, container="frame")
    frame = page.frame_locator("iframe[name=registration]")
    frame.locator("[data-action=connect]").click()
    frame.locator("body[data-page=registered]").wait_for()
    address = frame.locator("[data-action=connection]").get_attribute("href")
    frame.locator("[data-action=close]").click()
    page.locator("iframe[name=registration]").wait_for(state="detached")
    page.goto(f"{demo.lms_url}/admin?lang=nl")
    row = page.locator("[data-tool][data-status=pending]").last
    client_id = row.get_attribute("data-tool")
    row.locator("[data-lms-action=activate]").click()
    page.locator(f"[data-tool='{client_id}'][data-status=active]").wait_for()
    assert client_id
    assert address
    return client_id, address


def launch(lms: Lms, client_id: str, **choice: str) -> Tool:
    query = {"person": "amina", "where": "frame", "lang": "nl", "tool": client_id, **choice}
    lms.page.goto(f"{lms.demo.lms_url}/course/sw1/link/line?{urlencode(query)}")
    return lms.tool()


def test_moodle_like_platform_is_connected_in_its_frame_and_people_come_in(lms: Lms, demo: RunningDemo) -> None:
    client_id, address = connect(lms.page, demo, family="moodle")

    tool = launch(lms, client_id)

    assert tool.role == "learner"
    lms.page.goto(address)
    assert lms.page.locator("body").get_attribute("data-page") == "connection"
    lms.page.locator("[data-check=frame][data-status=ok]").wait_for()


def test_self_check_says_how_keys_token_and_clock_are(lms: Lms, demo: RunningDemo) -> None:
    _, address = connect(lms.page, demo, family="moodle")
    lms.page.goto(address)

    lms.page.locator("[data-action=check-connection]").click()

    for what in ("keys", "token", "clock"):
        lms.page.locator(f"[data-check={what}][data-status=ok]").wait_for()
    assert Tool(lms.page.main_frame).find_accessibility_faults() == []


def test_canvas_like_platform_waits_until_its_administrator_lets_its_deployment_in(lms: Lms, demo: RunningDemo) -> None:
    client_id, address = connect(lms.page, demo, family="canvas")
    assert launch(lms, client_id).page_name == "refused"

    lms.page.goto(address)
    lms.page.locator("[data-status=waiting] [data-action=approve-deployment]").click()
    lms.page.locator("[data-status=approved]").wait_for()

    assert launch(lms, client_id).role == "learner"


def test_invite_works_in_a_popup_that_closes_itself(lms: Lms, demo: RunningDemo) -> None:
    popup = begin(lms.page, demo, invite(demo), family="moodle", container="popup")
    assert popup is not None
    popup.locator("[data-action=connect]").click()
    popup.locator("body[data-page=registered]").wait_for()

    with popup.expect_event("close"):
        popup.locator("[data-action=close]").click()


def test_used_invite_says_so_and_connects_nothing(lms: Lms, demo: RunningDemo) -> None:
    url = invite(demo)
    for page in ("registered", "register-refused"):
        begin(lms.page, demo, url, family="moodle", container="frame")
        frame = lms.page.frame_locator("iframe[name=registration]")
        if page == "registered":
            frame.locator("[data-action=connect]").click()
        frame.locator(f"body[data-page={page}]").wait_for()

    assert frame.locator("body").get_attribute("data-reason") == "invite_used"


@pytest.mark.parametrize("language", ["nl", "en"])
def test_ops_1_axe_finds_nothing_on_the_administrators_pages(lms: Lms, demo: RunningDemo, language: str) -> None:
    url = invite(demo)
    faults: list[str] = []
    lms.page.set_extra_http_headers({"Accept-Language": language})
    lms.page.goto(url)
    faults += Tool(lms.page.main_frame).find_accessibility_faults()
    begin(lms.page, demo, url, family="canvas", container="frame")
    lms.page.frame_locator("iframe[name=registration]").locator("[data-action=connect]").wait_for()
    frame = lms.page.frame(name="registration")
    assert frame is not None
    faults += Tool(frame).find_accessibility_faults()
    frame.locator("[data-action=connect]").click()
    frame.locator("body[data-page=registered]").wait_for()
    faults += Tool(frame).find_accessibility_faults()

    assert faults == []


def test_launches_go_on_while_both_sides_turn_their_keys(lms: Lms, demo: RunningDemo) -> None:
    client_id, address = connect(lms.page, demo, family="moodle")
    assert launch(lms, client_id).role == "learner"

    demo.command("keys", "rotate")
    lms.page.goto(f"{demo.lms_url}/admin?lang=nl")
    lms.page.locator("[data-lms-action=rotate]").click()

    assert launch(lms, client_id).role == "learner"
    lms.page.goto(address)
    lms.page.locator("[data-action=check-connection]").click()
    lms.page.locator("[data-check=token][data-status=ok]").wait_for()
