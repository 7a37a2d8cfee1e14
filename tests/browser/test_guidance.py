"""A teacher prepares a class from the guidance alone: reads, ticks, opens, holds a part, and prints."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from tests.browser.pages import Lms, Tool
    from tests.browser.running import RunningDemo

WORD = "paarse zeppelin"
WHITE, CLEAR = "rgb(255, 255, 255)", "rgba(0, 0, 0, 0)"


def styles(page: Page, selector: str, name: str) -> list[str]:
    script = "([selector, name]) => [...document.querySelectorAll(selector)].map(one => getComputedStyle(one)[name])"
    found: list[str] = page.evaluate(script, [selector, name])
    return found


def status(tool: Tool) -> str | None:
    return tool.frame.locator("body").get_attribute("data-status")


def focused(tool: Tool) -> str:
    """The id of what has the keyboard's focus."""
    found: str = tool.frame.evaluate("document.activeElement.id")
    return found


def go_to_guidance(tool: Tool) -> None:
    tool.go_home()
    tool.press("guidance")
    assert tool.page_name == "guidance"


def prepare_again(tool: Tool) -> None:
    """Begin with a class that is preparing and nothing ticked, whatever a test before this one did."""
    go_to_guidance(tool)
    tool.press("class")
    if status(tool) == "open":
        tool.press("prepare-again")
    for box in tool.frame.locator("input[name=item]").all():
        box.uncheck()
    tool.press("keep-ticks")


def open_again(tool: Tool) -> None:
    """Leave the class as the demo has it: open, with no part held."""
    for box in tool.frame.locator("input[name=item]").all():
        box.check()
    if status(tool) != "open":
        tool.press("open-class")
    while tool.frame.locator("[data-action=open-unit]").count():
        tool.press("open-unit")


def test_ra_17_teacher_prepares_a_class_from_the_guidance_alone(lms: Lms, requests_elsewhere: list[str]) -> None:
    tool = lms.open_activity("teacher")
    prepare_again(tool)

    # What there is to read before the first class, and a unit to prepare.
    go_to_guidance(tool)
    assert tool.frame.locator("[data-next]").is_visible()
    for name in ("before-the-first-class", "when-a-student-tells", "always", "your-own-experience"):
        with tool.frame.expect_navigation():
            tool.frame.locator(f"[data-name={name}]").click()
        assert tool.page_name == "guidance-page"
        tool.press("overview")
    with tool.frame.expect_navigation():
        tool.frame.locator("[data-action=unit]").first.click()
    assert tool.page_name == "guidance-unit"
    assert tool.frame.locator(".minutes tbody tr").count() == tool.frame.locator("section[data-step]").count() > 0

    # Ticking in two sittings; the press that opens says what is left.
    go_to_guidance(tool)
    tool.press("class")
    boxes = tool.frame.locator("input[name=item]")
    boxes.first.check()
    tool.press("keep-ticks")
    assert focused(tool) == "kept"
    boxes.nth(1).check()
    tool.press("open-class")
    assert status(tool) == "preparing"
    assert focused(tool) == "not-yet"
    assert tool.frame.locator("[data-left] li").count() == boxes.count() - 2
    for box in boxes.all():
        box.check()
    tool.press("open-class")
    assert status(tool) == "open"
    assert focused(tool) == "opened"

    # Part 2 waits.
    tool.frame.locator("li[data-unit='2'] input[type=date]").fill("2027-12-06")
    tool.press("keep-units")
    assert tool.frame.locator("li[data-unit='2']").get_attribute("data-status") == "held"

    # And the student meets just that.
    student = lms.open_activity("amina")
    assert student.page_name == "home"
    assert student.frame.locator("body", has_text="6 december 2027").count() == 1
    teacher = lms.open_activity("teacher")
    go_to_guidance(teacher)
    teacher.press("class")
    open_again(teacher)
    assert requests_elsewhere == []


def test_day_that_cannot_be_is_said_with_focus_and_stays(lms: Lms) -> None:
    tool = lms.open_activity("teacher")
    go_to_guidance(tool)
    tool.press("class")

    # A browser without date fields shows a plain one.
    tool.frame.locator("#ends_on").evaluate("field => { field.type = 'text'; field.value = 'morgen'; }")
    tool.press("keep-last-day")

    assert focused(tool) == "wrong"
    assert tool.frame.locator("#ends_on").input_value() == "morgen"
    assert tool.find_accessibility_faults() == []
    tool.frame.locator("#wrong a").click()
    assert focused(tool) == "ends_on"
    tool.press("language")
    assert tool.page_name == "guidance-class"
    assert tool.language == "en"
    tool.press("language")


def test_grp_8_reminder_is_set_seen_by_nobody_else_and_erased(lms: Lms) -> None:
    tool = lms.open_activity("teacher")
    go_to_guidance(tool)
    tool.press("reminders")
    tool.frame.locator("#word").fill(WORD)
    tool.frame.locator("#day").fill(str(tool.frame.locator("#day").get_attribute("min")))
    tool.press("remind")
    assert focused(tool) == "kept"
    tool.go_home()
    # Closed at first: the board may be on a screen that the class sees.
    assert not tool.frame.locator("[data-due]").is_visible()
    tool.frame.locator("[data-action=needs]").click()
    assert tool.frame.locator("[data-due]").is_visible()
    assert WORD not in tool.frame.content()
    tool.press("guidance")
    assert tool.frame.locator("[data-reminder]", has_text=WORD).is_visible()

    colleague = lms.open_activity("teaching_assistant")
    go_to_guidance(colleague)
    assert colleague.frame.locator("[data-reminder]").count() == 0

    tool = lms.open_activity("teacher")
    go_to_guidance(tool)
    tool.press("reminders")
    tool.press("erase")
    assert focused(tool) == "erased"
    assert tool.frame.locator("[data-reminder]").count() == 0


@pytest.mark.parametrize("language", ["nl", "en"])
def test_unit_on_paper_is_black_on_white_and_each_step_stays_in_one_piece(
    lms: Lms, page: Page, language: str, tmp_path: Path
) -> None:
    tool = lms.open_window("teacher", language=language)
    go_to_guidance(tool)
    with page.expect_navigation():
        page.locator("[data-action=unit]").first.click()
    assert page.title() in ("Leerlijn jaar 1, deel 1", "Learning line year 1, part 1")

    page.emulate_media(media="print", color_scheme="light")

    gone = (".bar", ".foot", ".skip", "[data-print]", "[data-print-by-hand]", "[data-action=open-step]")
    assert [one for one in gone if page.locator(one).first.is_visible()] == []
    assert set(styles(page, "body, .band, .guide-texts", "backgroundColor")) <= {WHITE, CLEAR}
    assert set(styles(page, ".guide-step", "breakInside")) == {"avoid"}
    assert page.locator("#support").is_visible()
    # Each step fits on a sheet; one before has the list, and one after the places to go.
    page.pdf(path=tmp_path / "unit.pdf", format="A4", margin={"top": "15mm", "bottom": "15mm"})
    sheets = (tmp_path / "unit.pdf").read_bytes().count(b"/Type /Page\n")
    assert sheets <= page.locator(".guide-step").count() + 2


def test_ext_11_planner_says_what_will_be_on_the_paper_before_it_prints(lms: Lms) -> None:
    tool = lms.open_activity("teacher")
    go_to_guidance(tool)
    tool.press("planner")
    asked: list[str] = []
    lms.page.on("request", lambda request: asked.append(request.url))
    tool.frame.evaluate("() => { window.print = () => { window.printed = (window.printed ?? 0) + 1; }; }")
    field = tool.frame.locator("textarea").first
    field.fill(f"{WORD}\n" * 30)

    assert not tool.frame.locator("[data-action=print-now]").is_visible()
    tool.frame.locator("[data-action=print]").click()
    assert tool.frame.locator("[data-action=print-now]").is_visible()
    assert tool.frame.evaluate("window.printed ?? 0") == 0
    tool.frame.locator("[data-action=print-now]").click()
    assert tool.frame.evaluate("window.printed") == 1

    # The whole of it is on the paper, however long, and afterwards the page is as it was.
    tool.frame.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert tool.frame.locator(".on-paper").first.inner_text().count(WORD) == 30
    assert not field.is_visible()
    tool.frame.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert tool.frame.locator(".on-paper").count() == 0
    assert field.input_value().count(WORD) == 30
    assert asked == []


def test_ra_18_what_was_typed_in_the_planner_is_gone_when_the_page_is_left(lms: Lms, page: Page) -> None:
    lms.open_window("teacher")
    home = page.url
    page.goto(f"{home.rstrip('/')}/guidance/planner")
    page.locator("textarea").first.fill(WORD)

    page.locator("[data-action=overview]").click()
    page.go_back()

    assert page.locator("textarea").first.input_value() == ""
    kept = page.evaluate("[localStorage.length, sessionStorage.length]")
    assert kept == [0, 0]
    page.reload()
    assert page.locator("textarea").first.input_value() == ""


def test_pages_for_teachers_work_without_script(browser: Browser, demo: RunningDemo) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{demo.lms_url}/launch?person=coordinator&course=sw1b&link=line&where=window&lang=nl")
    for action in ("[data-lms-action=send]", "[data-action=continue-here]:visible", "[data-lms-action=send]"):
        if page.locator("body[data-role]").count() == 0 and page.locator(action).count():
            page.locator(action).first.click()
    page.locator("[data-action=guidance]").first.click()
    home = page.url

    # The class of the demo's second course is preparing from the start.
    page.locator("[data-action=class]").click()
    assert page.locator("body").get_attribute("data-status") == "preparing"
    for box in page.locator("input[name=item]").all():
        box.check()
    page.locator("[data-action=open-class]").click()
    assert page.locator("body").get_attribute("data-status") == "open"
    assert page.locator("#opened").is_visible()
    page.locator("[data-action=prepare-again]").click()
    assert page.locator("#preparing").is_visible()
    page.goto(f"{home}/reminders")
    page.locator("[data-action=remind]").click()
    assert page.locator("#wrong").is_visible()
    assert page.locator("#wrong:target").count() == 1
    page.goto(f"{home}/planner")
    assert not page.locator("[data-print]").is_visible()
    page.locator("summary").click()
    assert page.locator("[data-print-by-hand]").is_visible()
    context.close()
