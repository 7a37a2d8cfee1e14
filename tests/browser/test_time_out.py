"""The end of a visit: said before, put off with one press, and nothing left to read when it has come."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest

from tests.browser.running import CHROMIUM_ARGS
from tests.browser.test_leaving import open_untouched, press_shift
from tests.prepare import find_chromium

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page, Playwright

    from tests.browser.pages import Lms, Tool
    from tests.browser.running import RunningDemo

MINUTE = 60_000
MESSAGE = ".staying-words"
EARLIER = {
    "last page": "UPDATE launch_session SET touched_at = strftime('%Y-%m-%d %H:%M:%f000', touched_at, ?)",
    "latest end": "UPDATE launch_session SET ends_at = strftime('%Y-%m-%d %H:%M:%f000', ends_at, ?)",
}
"""As if more time had passed since the last page, or since the launch."""


def let_pass(lms: Lms, minutes: int, *, at_the_server: bool = True, since: str = "last page") -> None:
    """Let time pass: in the browser, and for the visits that the server knows."""
    if at_the_server:
        with sqlite3.connect(lms.demo.database_url.removeprefix("sqlite:///")) as database:
            database.execute(EARLIER[since], [f"-{minutes} minutes"])
        database.close()
    lms.page.clock.fast_forward(minutes * MINUTE)
    lms.page.clock.run_for(30_000)


@pytest.fixture
def visit(lms: Lms) -> Tool:
    """Somebody who opened a step, in the frame, and does nothing."""
    lms.page.clock.install()
    tool = lms.open_activity("amina")
    tool.open_step("1.4")
    tool.frame.wait_for_load_state("load")
    return tool


def test_grp_7_visit_says_ten_minutes_before_that_it_ends(lms: Lms, visit: Tool) -> None:
    let_pass(lms, 109)
    assert visit.frame.locator(MESSAGE).count() == 0

    let_pass(lms, 1)

    message = visit.frame.locator(MESSAGE)
    message.wait_for()
    assert "Je bezoek stopt binnen tien minuten." in message.inner_text()
    assert visit.frame.locator("main > [role=status]").locator(MESSAGE).count() == 1
    assert message.locator("strong").inner_text() == "Je bezoek stopt binnen tien minuten."
    assert visit.find_accessibility_faults() == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_message_stays_in_sight_and_covers_no_focus(lms: Lms, visit: Tool, scheme: str) -> None:
    lms.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    visit.frame.evaluate("scrollTo(0, document.body.scrollHeight / 3)")
    let_pass(lms, 111)
    message = visit.frame.locator(MESSAGE)
    message.wait_for()
    assert visit.find_accessibility_faults() == []

    covered = visit.frame.evaluate("""() => {
      const found = [];
      const links = [...document.querySelectorAll("main a, main button, main summary")].reverse();
      for (const link of links.filter(one => !one.closest("[data-staying]") && one.checkVisibility())) {
        link.focus();
        const low = document.querySelector(".staying-words").getBoundingClientRect().bottom;
        const box = link.getBoundingClientRect();
        if (box.top < low - 1) found.push(link.outerHTML.slice(0, 80));
      }
      return found;
    }""")

    assert covered == []
    assert message.bounding_box() is not None


def test_grp_7_one_press_keeps_the_visit_alive(lms: Lms, visit: Tool) -> None:
    let_pass(lms, 111)

    visit.frame.locator("[data-action=stay]").click()

    visit.frame.locator(MESSAGE).wait_for(state="detached")
    assert visit.frame.locator("[data-staying]").inner_text().strip() == "Je blijft hier."
    assert visit.frame.evaluate("document.activeElement.tagName") == "MAIN"
    # Longer than the first end, and the page still works.
    let_pass(lms, 60)
    assert visit.frame.locator(MESSAGE).count() == 0
    visit.go_home()
    assert visit.role == "learner"


def test_grp_7_message_comes_again_before_the_next_end(lms: Lms, visit: Tool) -> None:
    let_pass(lms, 111)
    visit.frame.locator("[data-action=stay]").click()
    visit.frame.locator(MESSAGE).wait_for(state="detached")

    let_pass(lms, 111)

    visit.frame.locator(MESSAGE).wait_for()


def test_press_that_does_not_arrive_says_so_and_can_be_tried_again(lms: Lms, visit: Tool) -> None:
    let_pass(lms, 111)
    visit.frame.locator(MESSAGE).wait_for()
    lms.page.context.route("**/alive", lambda route: route.abort())

    visit.frame.locator("[data-action=stay]").click()

    visit.frame.get_by_text("De knop deed het niet.").wait_for()
    lms.page.context.unroute("**/alive")
    visit.frame.locator("[data-action=stay]").click()
    visit.frame.locator(MESSAGE).wait_for(state="detached")


def test_visit_that_ended_leaves_nothing_to_read(lms: Lms, visit: Tool) -> None:
    let_pass(lms, 111)
    visit.frame.locator(MESSAGE).wait_for()

    let_pass(lms, 10)

    visit.frame.locator("body[data-page=refused]").wait_for()
    assert visit.frame.locator("body").get_attribute("data-reason") == "session_ended"
    assert visit.heading == "Dit bezoek is afgelopen"
    assert "open de activiteit opnieuw" in visit.frame.locator("main").inner_text()
    assert "Amina" not in visit.frame.locator("body").inner_text()
    assert "112" in visit.frame.locator("#support").inner_text()


def test_computer_that_slept_through_the_end_shows_nothing_when_it_wakes(lms: Lms, visit: Tool) -> None:
    lms.page.context.route("**/time", lambda route: route.abort())

    let_pass(lms, 300)

    # Without an answer of the server nobody can say that the visit goes on, so nothing of it stays.
    visit.frame.locator("body[data-page=refused]").wait_for()


def test_use_in_another_tab_keeps_this_one_quiet(lms: Lms, visit: Tool) -> None:
    # For this tab nearly two hours pass; for the server hardly a moment, because another tab uses the visit.
    let_pass(lms, 111, at_the_server=False)
    assert visit.frame.locator(MESSAGE).count() == 0

    let_pass(lms, 15, at_the_server=False)

    assert visit.role == "learner"
    assert visit.frame.locator("h1").is_visible()


def test_press_in_another_tab_takes_the_message_away_here(lms: Lms, visit: Tool) -> None:
    let_pass(lms, 111)
    visit.frame.locator(MESSAGE).wait_for()
    alive = visit.frame.locator("[data-staying]").get_attribute("data-alive-url")
    assert lms.page.context.request.get(f"{lms.demo.tool_url}{alive}").status == 204

    let_pass(lms, 10, at_the_server=False)

    visit.frame.locator(MESSAGE).wait_for(state="detached")
    assert visit.frame.locator("h1").is_visible()


def test_page_that_only_waits_does_not_keep_the_visit_alive(lms: Lms, visit: Tool) -> None:
    for _ in range(4):
        let_pass(lms, 30)

    visit.frame.locator("body[data-page=refused]").wait_for()


def test_grp_7_last_ten_minutes_of_twelve_hours_say_that_nothing_puts_them_off(lms: Lms, visit: Tool) -> None:
    let_pass(lms, 711, since="latest end")
    visit.go_home()
    visit.frame.wait_for_load_state("load")

    message = visit.frame.locator(MESSAGE)
    message.wait_for()

    assert "Langer dan twaalf uur kan een bezoek niet duren." in message.inner_text()
    assert message.locator("button").count() == 0
    let_pass(lms, 10, since="latest end")
    visit.frame.locator("body[data-page=refused]").wait_for()


def test_who_left_is_told_nothing_more(lms: Lms) -> None:
    lms.page.clock.install()
    frame = open_untouched(lms)
    press_shift(lms.page)
    frame.get_by_role("link", name="Verder").wait_for()

    let_pass(lms, 130)

    assert frame.locator("body").inner_text().strip() == "Verder"


def test_pages_without_a_visit_have_no_end(lms: Lms) -> None:
    lms.page.goto(f"{lms.demo.tool_url}/support")

    assert lms.page.locator("[data-staying]").count() == 0
    assert lms.page.locator("script[src*='session.js']").count() == 0


# The browser's memory: a page that comes back without being asked for again.


@pytest.fixture
def remembering_page(playwright: Playwright, demo: RunningDemo) -> Iterator[Page]:
    """A browser that keeps whole pages in its memory for the way back, as people's browsers do."""
    browser = playwright.chromium.launch(
        executable_path=find_chromium(), args=CHROMIUM_ARGS, ignore_default_args=["--disable-back-forward-cache"]
    )
    page = browser.new_context().new_page()
    page.context.route("https://www.knmi.nl/**", lambda route: route.fulfill(body="<p id=weather>Weather</p>"))
    page.add_init_script("addEventListener('pageshow', ({ persisted }) => { window.wasKept = persisted; })")
    query = "person=amina&course=sw1&link=line&where=window&lang=nl"
    page.goto(f"{demo.lms_url}/launch?{query}")
    page.locator("body[data-role]").wait_for()
    page.wait_for_load_state("load")
    yield page
    browser.close()


def test_page_from_the_browsers_memory_comes_back_while_the_visit_lasts(remembering_page: Page) -> None:
    page = remembering_page
    page.goto("https://www.knmi.nl/")

    page.go_back(wait_until="commit")

    page.locator("body[data-role] h1").wait_for()
    assert page.evaluate("window.wasKept"), "this browser kept nothing: the test shows nothing"


@pytest.mark.parametrize("how", ["shift", "link"])
def test_ext_3_page_from_the_browsers_memory_shows_nothing_after_leaving(remembering_page: Page, how: str) -> None:
    page = remembering_page
    home = page.url
    page.locator("[data-action=open-step]").first.click()
    page.locator("body[data-page=step]").wait_for()
    page.wait_for_load_state("load")
    if how == "shift":
        for _ in range(3):
            page.keyboard.press("Shift")
    else:
        page.locator("[data-action=leave]").click()
    page.locator("#weather").wait_for()

    page.go_back(wait_until="commit")

    page.locator("body[data-page=refused]").wait_for()
    assert page.url.partition("?")[0] == home
    assert page.locator("body").get_attribute("data-reason") == "session_ended"


def test_ext_3_page_in_the_browsers_memory_is_hidden_before_the_server_answers(remembering_page: Page) -> None:
    page = remembering_page
    page.goto("https://www.knmi.nl/")
    waiting = []
    page.context.route("**/time", lambda route: waiting.append(route))  # noqa: PLW0108 (Playwright marks a function)

    page.go_back(wait_until="commit")
    page.wait_for_timeout(300)

    assert page.evaluate("window.wasKept")
    assert page.evaluate("getComputedStyle(document.documentElement).display") == "none"
    assert len(waiting) == 1
    waiting[0].continue_()
    page.locator("body[data-role] h1").wait_for()
