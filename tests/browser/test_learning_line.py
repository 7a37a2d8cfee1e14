"""Unit 1 as a student on a phone walks it, and as a teacher looks at it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser.pages import Lms, Tool

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.browser.running import RunningDemo


def choose(tool: Tool, way: str) -> None:
    """On a notice, take one of the ways."""
    with tool.frame.expect_navigation():
        tool.frame.locator(f"[data-action=way][data-way={way}]").click()


def test_student_on_a_phone_goes_from_the_first_notice_to_the_closing_step(lms: Lms, page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    tool = lms.open_activity("joost")
    tool.press("continue")
    for _ in ("1.1", "1.2"):
        tool.press("done")
        tool.press("next")

    # 1.4: what it is about, before any of it; the short way, worth the same.
    assert tool.page_name == "notice"
    assert tool.heading == "Voor je begint"
    assert "Merel" not in tool.frame.content()
    choose(tool, "summary")
    assert "Merel" not in tool.frame.content()
    tool.press("done")
    tool.press("next")

    # 1.5: the cards as a text.
    choose(tool, "written")
    assert tool.frame.locator("main input[type=radio]").count() == 0
    tool.press("done")

    # The next day, in another launch, the line goes on where it stopped.
    tool = lms.open_activity("joost")
    assert [tool.status(number) for number in ("1.4", "1.5", "1.6")] == ["done", "done", "open"]
    tool.press("continue")
    assert tool.frame.locator("body").get_attribute("data-step") == "1.6"
    for _ in ("1.6", "1.7"):
        tool.press("done")
        tool.press("next")
    assert tool.heading == "Aankomen en afsluiten"
    assert tool.overflow() <= 0
    tool.press("done")
    tool.go_home()
    assert tool.status("1.8") == "done"


def test_whole_step_is_one_choice_among_others_and_leads_back_to_them(lms: Lms) -> None:
    tool = lms.open_activity("amina")
    tool.open_step("1.4")

    choose(tool, "whole")
    assert tool.page_name == "step"
    assert "Merel" in tool.frame.content()
    tool.press("choices")

    assert tool.page_name == "notice"
    choose(tool, "later")
    assert tool.page_name == "home"


@pytest.mark.parametrize("script", [True, False])
def test_cards_are_sorted_by_keyboard_and_nothing_is_sent(browser: Browser, demo: RunningDemo, *, script: bool) -> None:
    context = browser.new_context(java_script_enabled=script)
    page = context.new_page()
    page.goto(f"{demo.lms_url}/launch?person=daan&lang=nl&course=sw1&link=line&where=window")
    if not script:
        page.locator("[data-lms-action=send]").click()
        page.locator("[data-lms-action=send]").click()
    page.locator("body[data-role]").wait_for()
    Tool(page.main_frame).open_step("1.5")
    choose(Tool(page.main_frame), "whole")
    sent: list[str] = []
    page.on("request", lambda request: None if "/static/icon" in request.url else sent.append(request.url))

    card = page.locator("fieldset").first
    first = card.locator("input").first
    first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    card.locator("summary").focus()
    page.keyboard.press("Enter")

    assert card.locator("input").nth(1).is_checked()
    assert card.locator(".reason").is_visible()
    assert sent == []
    context.close()


def test_teacher_sees_every_version_of_a_step_with_guidance_beside_it(lms: Lms) -> None:
    tool = lms.open_activity("teacher")
    tool.open_step("1.4")
    assert tool.frame.locator(".guide").is_visible()

    ways = tool.frame.locator("[data-action=way]").evaluate_all("links => links.map(a => [a.dataset.way, a.href])")

    assert [way for way, _ in ways] == ["whole", "summary", "together", "later"]
    for way, address in ways[:-1]:
        tool.frame.goto(address)
        assert tool.frame.locator(".guide").is_visible(), way
        assert tool.frame.locator("[data-action=done]").count() == 0


def test_class_in_preparation_shows_students_a_calm_page(page: Page, demo: RunningDemo) -> None:
    page.goto(f"{demo.lms_url}/course/sw1b/link/line?person=amina&where=frame&lang=nl")

    tool = Lms(page, demo).tool()

    assert tool.page_name == "not-open"
    assert "112" in tool.frame.locator("#support").inner_text()
    assert tool.find_accessibility_faults() == []


def test_ops_1_step_is_walked_by_keyboard_alone(lms: Lms) -> None:
    """From the overview through a notice and a whole step to done, and nothing is reached by a pointer."""
    tool = lms.open_activity("femke")
    page = lms.page

    def tab_to(selector: str) -> None:
        for _ in range(120):
            page.keyboard.press("Tab")
            if tool.frame.evaluate("selector => document.activeElement?.matches(selector) ?? false", selector):
                return
        raise AssertionError(f"the keyboard never comes to {selector}")

    tool.frame.locator("body").focus()
    for selector in ("[data-step='1.4'] a", "[data-way=whole]", "[data-action=done]"):
        tab_to(selector)
        with tool.frame.expect_navigation():
            page.keyboard.press("Enter")

    assert tool.frame.locator("[data-status=done]").first.is_visible()
    # Where the focus stands, the bar never lies over it (2.4.11).
    tab_to("[data-action=next]")
    top, bar = tool.frame.evaluate(
        "[document.activeElement, document.querySelector('.bar')].map(one => one.getBoundingClientRect())"
    )
    assert top["top"] >= bar["bottom"]
