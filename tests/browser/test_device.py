"""Choices of a device in a browser: the colours in every combination, and Shift that does nothing when it is off."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlencode

import pytest

from tests.browser.pages import Lms, Tool
from tests.browser.test_leaving import assert_away, press_shift

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Dialog, Page

    from tests.browser.running import RunningDemo

Scheme = Literal["light", "dark"]

PAPERS = {
    ("light", False): "rgb(244, 243, 238)",
    ("dark", False): "rgb(20, 26, 42)",
    ("light", True): "rgb(255, 255, 255)",
    ("dark", True): "rgb(0, 0, 0)",
}
"""What the page is made of, by scheme and whether more contrast is asked for."""


def open_with(lms: Lms, look: str) -> Tool:
    """Open the activity as an LMS with wishes about colours does."""
    query = urlencode({"person": "amina", "where": "frame", "lang": "nl", "look": look})
    lms.page.goto(f"{lms.demo.lms_url}/course/sw1/link/line?{query}")
    return lms.tool()


def choose(tool: Tool, *, shortcut: str = "on", theme: str = "device") -> None:
    """Go to the page with choices, and keep some."""
    tool.press("device")
    tool.frame.locator(f"#shortcut-{shortcut}").check()
    tool.frame.locator(f"#theme-{theme}").check()
    tool.press("keep")


def paper(tool: Tool) -> str:
    found: str = tool.frame.evaluate("getComputedStyle(document.body).backgroundColor")
    return found


@pytest.mark.parametrize("look", ["plain", "contrast"])
def test_choice_of_colours_wins_both_ways_with_and_without_contrast(lms: Lms, page: Page, look: str) -> None:
    tool = open_with(lms, look)
    schemes: tuple[Scheme, ...] = ("light", "dark")
    for theme in ("device", "light", "dark"):
        choose(tool, theme=theme)
        assert tool.frame.locator("[data-status=kept]").count() == 1
        for scheme, contrast in itertools.product(schemes, ("no-preference", "more")):
            page.emulate_media(color_scheme=scheme, contrast="more" if contrast == "more" else "no-preference")
            shown = scheme if theme == "device" else theme
            wants_more = look == "contrast" or contrast == "more"
            assert paper(tool) == PAPERS[shown, wants_more], (theme, scheme, contrast)
            # What the browser itself draws, such as the scrollbar, goes along.
            controls = tool.frame.evaluate("getComputedStyle(document.documentElement).colorScheme")
            assert controls == {"device": "light dark"}.get(theme, theme)
            assert tool.find_accessibility_faults() == [], (theme, scheme, contrast)


def test_institutions_colour_shows_only_where_it_can_be_seen_whatever_was_chosen(lms: Lms, page: Page) -> None:
    tool = open_with(lms, "brand")
    strip = "getComputedStyle(document.querySelector('.bar'), '::before').backgroundColor"
    page.emulate_media(color_scheme="dark")
    assert tool.frame.evaluate(strip) == "rgba(0, 0, 0, 0)"

    choose(tool, theme="light")

    assert tool.frame.evaluate(strip) == "rgb(11, 83, 69)"


def test_ext_5_shift_that_was_switched_off_does_nothing(lms: Lms) -> None:
    tool = lms.open_activity("amina")
    choose(tool, shortcut="off")
    tool.go_home()
    tool.frame.wait_for_load_state("load")
    tool.frame.locator("h1").click()

    press_shift(lms.page, 6)

    lms.page.wait_for_timeout(200)
    assert tool.frame.locator("h1").is_visible()
    assert tool.frame.locator("header [role=status]").count() == 0
    # The link leaves all the same.
    tool.frame.locator("[data-action=leave]").click()
    assert_away(lms)


def test_ext_5_choice_stays_for_the_next_launch_and_can_be_taken_back(lms: Lms) -> None:
    choose(lms.open_activity("amina"), shortcut="off")
    tool = lms.open_activity("bram")
    assert tool.frame.locator("body").get_attribute("data-shortcut") == "off"
    choose(tool, shortcut="on")
    tool.frame.wait_for_load_state("load")
    tool.frame.locator("h1").click()

    press_shift(lms.page)

    assert_away(lms)


def test_ext_13_unsent_form_keeps_nobody_here(lms: Lms) -> None:
    asked: list[str] = []

    def note(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    lms.page.on("dialog", note)
    for how in ("shift", "link"):
        tool = lms.open_activity("amina")
        tool.press("device")
        tool.frame.wait_for_load_state("load")
        tool.frame.locator("#theme-dark").check()
        if how == "shift":
            press_shift(lms.page)
        else:
            tool.frame.locator("[data-action=leave]").click()
        assert_away(lms)

    assert asked == []


def test_choices_work_without_script_and_without_a_visit(browser: Browser, demo: RunningDemo) -> None:
    context = browser.new_context(java_script_enabled=False, color_scheme="light")
    page = context.new_page()
    page.goto(f"{demo.tool_url}/safety?lang=nl")
    page.locator("main [data-action=device]").click()
    assert page.locator("#shortcut-on").is_checked()

    page.locator("#theme-dark").check()
    page.locator("[data-action=keep]").click()

    page.locator("[data-status=kept]").wait_for()
    assert page.locator("html").get_attribute("data-theme") == "dark"
    assert page.locator("#theme-dark").is_checked()
    context.close()


def test_browser_without_cookies_is_told_that_nothing_can_be_kept(
    page_without_cookies: Page, demo: RunningDemo
) -> None:
    query = urlencode({"person": "amina", "where": "frame", "lang": "nl", "storage": "parent"})
    page_without_cookies.goto(f"{demo.lms_url}/course/sw1/link/line?{query}")
    tool = Lms(page_without_cookies, demo).tool()

    tool.press("device")

    assert tool.frame.locator("[data-status=not-kept]").is_visible()
    assert tool.frame.locator("fieldset").count() == 0


@pytest.mark.parametrize("width", [320, 390, 900])
def test_pages_on_leaving_fit_their_window(lms: Lms, page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 700})
    tool = lms.open_window("amina")
    for action in ("device", "safety"):
        tool.press(action)
        assert tool.overflow() <= 0
        for target in tool.frame.locator("main label, main .press, main .way-back").all():
            box = target.bounding_box()
            assert box is not None
            assert box["height"] >= 44, target.inner_text()


@pytest.mark.parametrize("language", ["nl", "en"])
def test_ext_9_safety_page_says_what_leaving_does_not_do(lms: Lms, language: str) -> None:
    words = {
        "nl": ["geschiedenis", "ingelogd", "cursuspagina", "privévenster", "deelt", "op afstand", "opvallen", "Shift"],
        "en": [
            "history",
            "logged in",
            "course page",
            "private window",
            "share",
            "from a distance",
            "stand out",
            "Shift",
        ],
    }
    tool = lms.open_activity("amina", language=language)
    tool.press("safety")

    text = tool.frame.locator("main").inner_text()
    assert [word for word in words[language] if word not in text] == []
    assert tool.find_accessibility_faults() == []
