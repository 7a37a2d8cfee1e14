"""Leaving, and coming in where the browser keeps no cookies in a frame."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.browser.pages import Lms, Tool
from tests.browser.stage import serving

if TYPE_CHECKING:
    from playwright.sync_api import Page, Playwright

    from tests.browser.running import RunningDemo


def test_ext_1_leaving_moves_the_whole_page_and_ends_the_session(lms: Lms) -> None:
    tool = lms.open_activity("amina")
    address = tool.frame.url

    tool.frame.locator("[data-action=leave]").click()
    lms.page.locator("#weather").wait_for()

    assert lms.page.url.startswith("https://www.knmi.nl/")
    answer = lms.page.context.request.get(address)
    assert answer.status == 401  # EXT-4


def test_ext_7_going_back_shows_nothing_of_the_visit(lms: Lms) -> None:
    tool = lms.open_activity("amina")
    tool.open_step("1.4")
    tool.frame.locator("[data-action=leave]").click()
    lms.page.locator("#weather").wait_for()

    lms.page.go_back()
    again = lms.tool()

    assert again.page_name in ("refused", "home")
    assert "ervaringsdeskundigheid" not in again.frame.locator("main").inner_text().lower()


def test_copied_address_opens_nothing_in_another_browser(lms: Lms, playwright: Playwright) -> None:
    tool = lms.open_activity("amina")
    stranger = playwright.request.new_context()

    answer = stranger.get(tool.frame.url)

    assert answer.status == 401
    stranger.dispose()


def test_browser_that_refuses_cookies_in_frames_is_offered_a_new_window(
    page_without_cookies: Page, demo: RunningDemo
) -> None:
    framed = Lms(page_without_cookies, demo).open_activity("amina")
    assert framed.page_name == "check-cookies"

    with page_without_cookies.context.expect_page() as opened:
        framed.frame.locator("[data-new-window] [data-action=new-window]").click()
    opened.value.locator("body[data-role]").wait_for()

    assert Tool(opened.value.main_frame).role == "learner"


def test_ops_7_a_foreign_site_cannot_frame_a_persons_page(lms: Lms, demo: RunningDemo) -> None:
    address = lms.open_activity("amina").frame.url
    with serving() as (foreign, pages):
        pages["/"] = f"<iframe name=tool src='{address}'></iframe><iframe name=anybody src='{demo.tool_url}/'></iframe>"
        page = lms.page.context.new_page()
        page.goto(f"{foreign}/")
        page.frame_locator("iframe[name=anybody]").locator("body[data-page]").wait_for()

        frame = page.frame(name="tool")

        assert frame is not None
        assert not frame.url.startswith(demo.tool_url)
        page.close()
