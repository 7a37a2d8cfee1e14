"""Coming in where the browser refuses all our cookies in the frame: with the platform's storage, and only with it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest

from tests.browser.pages import Lms, Tool

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.running import RunningDemo

WORKS = ("parent", "frame", "capabilities")
FAILS = ("silent", "wrong_origin", "foreign_frame", "wrong_id", "wrong_key", "error")
OFFER = "[data-new-window] [data-action=new-window]:visible"


@pytest.fixture
def without_cookies(page_without_cookies: Page, demo: RunningDemo) -> Lms:
    return Lms(page_without_cookies, demo)


def go(lms: Lms, person: str = "amina", **choice: str) -> None:
    query = urlencode({"person": person, "where": "frame", "lang": "nl", **choice})
    lms.page.goto(f"{lms.demo.lms_url}/course/sw1/link/line?{query}")


@pytest.mark.parametrize("storage", WORKS)
def test_platform_storage_lets_somebody_in_without_a_cookie(without_cookies: Lms, storage: str) -> None:
    go(without_cookies, storage=storage)
    tool = without_cookies.tool()

    assert tool.role == "learner"
    tool.open_step("1.1")
    tool.press("done")
    tool.go_home()
    assert tool.status("1.1") == "done"
    tool.open_step("1.1")
    tool.press("not-done")  # the demo goes on for the next test
    assert not [cookie for cookie in without_cookies.page.context.cookies() if "__Host-" in str(cookie.get("name"))]


def test_secret_is_taken_out_of_the_platforms_storage_again(without_cookies: Lms) -> None:
    go(without_cookies, storage="parent")
    without_cookies.tool()

    assert without_cookies.page.evaluate("window.storedKeys()") == []
    heard = without_cookies.page.evaluate("window.rugzakMessages.map(message => message.subject)")
    assert [subject for subject in heard if subject.endswith("_data")] == [
        "lti.put_data",
        "lti.get_data",
        "lti.put_data",
    ]


@pytest.mark.parametrize("storage", FAILS)
def test_storage_that_fails_at_the_login_offers_a_new_window(without_cookies: Lms, storage: str) -> None:
    go(without_cookies, storage=storage)

    without_cookies.page.frame_locator("iframe[name=tool]").locator(OFFER).wait_for()
    with without_cookies.page.context.expect_page() as opened:
        without_cookies.page.frame_locator("iframe[name=tool]").locator(OFFER).click()
    opened.value.locator("body[data-role]").wait_for()
    assert Tool(opened.value.main_frame).role == "learner"


@pytest.mark.parametrize("storage", ["silent", "wrong_origin", "wrong_id", "wrong_key", "error", "forgets"])
def test_storage_that_fails_at_the_launch_lets_nobody_in_and_says_what_to_do(
    without_cookies: Lms, storage: str
) -> None:
    go(without_cookies, storage=storage, storage_from="launch")

    frame = without_cookies.page.frame_locator("iframe[name=tool]")
    frame.locator("body[data-page=ask-storage] [data-failed]:visible h2").wait_for()
    assert frame.locator("body[data-role]").count() == 0


DEAF = """
if (window === window.top) {
  window.deafTo = { "lti.capabilities": 0, "lti.get_data": 0 };
  addEventListener("message", (event) => {
    if (window.deafTo[event.data?.subject] > 0) {
      window.deafTo[event.data.subject] -= 1;
      event.stopImmediatePropagation();
    }
  }, true);
  addEventListener("message", (event) => {
    if (event.data?.subject === "lti.put_data") window.deafTo = { ...window.afterLogin };
  });
}
"""
"""An LMS page that misses questions, as one does that is still busy: how many of each, from the login on."""


def test_launch_asks_again_when_a_busy_page_misses_its_questions(without_cookies: Lms) -> None:
    without_cookies.page.add_init_script(DEAF + "window.afterLogin = { 'lti.capabilities': 1, 'lti.get_data': 1 };")
    go(without_cookies, storage="parent")

    assert without_cookies.tool().role == "learner"


def test_whoever_was_not_let_in_tries_again_with_one_press(without_cookies: Lms) -> None:
    without_cookies.page.add_init_script(DEAF + "window.afterLogin = { 'lti.capabilities': 99, 'lti.get_data': 99 };")
    go(without_cookies, storage="parent")
    frame = without_cookies.page.frame_locator("iframe[name=tool]")
    again = frame.locator("[data-action=try-again]:visible")
    again.wait_for()

    without_cookies.page.evaluate("() => { window.deafTo = {}; }")
    again.click()

    assert without_cookies.tool().role == "learner"


def test_value_of_somebody_else_lets_nobody_in(without_cookies: Lms) -> None:
    go(without_cookies, storage="wrong_value")

    frame = without_cookies.page.frame_locator("iframe[name=tool]")
    frame.locator("body[data-page=refused][data-reason=storage_different]").wait_for()


def test_two_people_without_cookies_side_by_side_do_not_mix(without_cookies: Lms) -> None:
    query = {"left": "amina", "right": "teacher", "place": "sw1/line", "lang": "nl", "storage": "parent"}
    without_cookies.page.goto(f"{without_cookies.demo.lms_url}/two?{urlencode(query)}")
    left, right = without_cookies.tool("tool-1"), without_cookies.tool("tool-2")

    assert (left.role, right.role) == ("learner", "instructor")
    left.open_step("1.2")
    right.go_home()
    left.go_home()
    assert (left.role, right.role) == ("learner", "instructor")


def test_whole_window_is_offered_where_the_platform_can_open_it(without_cookies: Lms) -> None:
    # Everything but storage works here: the platform answers what it can, and storage is not among it.
    go(without_cookies, storage="off")
    frame = without_cookies.page.frame_locator("iframe[name=tool]")

    frame.locator("[data-action=full-window]:visible").click()
    without_cookies.page.locator("body[data-role=learner]").wait_for()

    assert without_cookies.page.url.startswith(without_cookies.demo.tool_url)


def test_frame_grows_with_the_page_and_never_beyond_the_screen(lms: Lms) -> None:
    lms.page.add_init_script("Object.defineProperty(screen, 'availHeight', { get: () => 1200 })")
    tool = lms.open_activity("amina")

    lms.page.locator("iframe[name=tool][style*='height: 980px']").wait_for()

    assert tool.frame.evaluate("document.body.scrollHeight") > 980
    assert tool.frame.locator("[data-action=leave]").is_visible()


def test_platform_that_does_not_listen_leaves_the_frame_as_it_is(lms: Lms) -> None:
    go(lms, frame="off")
    tool = lms.tool()

    assert tool.role == "learner"
    assert lms.page.locator("iframe[name=tool]").get_attribute("style") is None


def test_way_back_leads_the_whole_window_to_the_course(lms: Lms) -> None:
    tool = lms.open_activity("amina")

    tool.frame.locator("[data-action=return]").click()

    lms.page.wait_for_url(f"{lms.demo.lms_url}/return**")


def test_high_contrast_and_brand_of_the_launch_show(lms: Lms) -> None:
    go(lms, look="contrast")
    assert lms.tool().frame.locator("html").get_attribute("data-contrast") == "more"

    go(lms, look="brand")
    strip = "getComputedStyle(document.querySelector('.bar'), '::before').backgroundColor"
    assert lms.tool().frame.evaluate(strip) == "rgb(11, 83, 69)"
