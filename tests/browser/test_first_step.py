"""The main job, as people do it: from the LMS into a step, done, and the teacher sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.browser.pages import Lms, Tool

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.browser.running import RunningDemo


def test_student_in_the_frame_does_a_step_and_the_teacher_sees_it(lms: Lms, requests_elsewhere: list[str]) -> None:
    tool = lms.open_activity("bram")
    assert tool.role == "learner"
    tool.open_step("1.1")
    assert tool.heading == "Zo werkt het, wie ziet wat"
    tool.press("done")
    assert tool.frame.locator("[data-status=done]").first.is_visible()
    tool.go_home()
    assert tool.status("1.1") == "done"
    tool.open_step("1.1")  # CMP-4: opening it again leaves it done
    tool.go_home()
    assert tool.status("1.1") == "done"

    teacher = lms.open_activity("teacher")

    assert teacher.role == "instructor"
    assert teacher.board_row("Bram de Wit")[:3] == ["done", "not-started", "not-started"]
    assert requests_elsewhere == []


def test_done_is_still_done_after_another_launch_and_can_be_taken_back(lms: Lms) -> None:
    tool = lms.open_activity("esra")
    tool.open_step("1.2")
    tool.press("done")

    again = lms.open_activity("esra")

    assert again.status("1.2") == "done"
    again.open_step("1.2")
    again.press("not-done")
    again.go_home()
    assert again.status("1.2") == "open"


def test_continue_leads_through_the_line_to_a_calm_end(lms: Lms) -> None:
    tool = lms.open_activity("kwame")
    tool.press("continue")

    numbers = []
    while True:
        numbers.append(tool.frame.locator("body").get_attribute("data-step"))
        tool.press("done")
        if not tool.frame.locator("[data-action=next]").count():
            break
        tool.press("next")
    tool.go_home()

    unit_1 = ["1.1", "1.2", "1.4", "1.5", "1.6", "1.7", "1.8"]
    unit_2 = ["2.1", "2.2", "2.3", "2.4", "2.5", "2.6"]
    unit_3 = ["3.1", "3.2", "3.3", "3.4", "3.5", "3.6"]
    assert numbers == [*unit_1, *unit_2, *unit_3, "4.5"]
    assert {tool.status(str(number)) for number in numbers} == {"done"}
    assert tool.frame.locator("[data-action=continue]").count() == 0


def test_person_without_a_name_gets_a_pseudonym_that_the_teacher_sees_too(lms: Lms) -> None:
    tool = lms.open_activity("nameless")
    shown = tool.frame.locator(".foot").inner_text()

    teacher = lms.open_activity("teacher")

    names = teacher.frame.locator("table tbody th[scope=row]").all_inner_texts()
    assert any(name.strip() in shown for name in names)


def test_student_and_teacher_side_by_side_never_mix(lms: Lms) -> None:
    student, teacher = lms.open_two("chiyun", "teacher")
    student.open_step("1.4")
    student.press("done")

    with teacher.frame.expect_navigation():
        teacher.frame.evaluate("location.reload()")

    assert (student.role, teacher.role) == ("learner", "instructor")
    assert teacher.board_row("Chi-Yun Lam")[2] == "done"


def test_student_and_teacher_in_two_tabs_of_one_browser_never_mix(page: Page, demo: RunningDemo) -> None:
    student = Lms(page, demo).open_activity("femke")
    other = page.context.new_page()
    teacher = Lms(other, demo).open_activity("teacher")

    student.open_step("1.1")
    teacher.go_home()

    assert (student.role, teacher.role) == ("learner", "instructor")


def test_language_follows_the_lms_and_a_choice_stays(lms: Lms) -> None:
    tool = lms.open_activity("chiyun", language="en")
    assert tool.language == "en"
    tool.open_step("1.1")
    assert tool.heading == "How this works, who sees what"
    tool.press("language")
    assert tool.heading == "Zo werkt het, wie ziet wat"

    again = lms.open_activity("chiyun", language="en")

    assert again.language == "nl"


def test_everything_works_without_script(browser: Browser, demo: RunningDemo) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    lms = Lms(page, demo)
    page.goto(f"{demo.lms_url}/course/sw1/link/line?person=daan&where=frame&lang=nl")
    frame = page.frame(name="tool")
    assert frame is not None
    frame.locator("[data-lms-action=send]").click()
    frame.locator("[data-action=continue-here]:visible").click()
    frame.locator("[data-lms-action=send]").click()

    tool = lms.tool()
    tool.open_step("1.1")
    tool.press("done")
    tool.go_home()

    assert tool.status("1.1") == "done"
    context.close()


def test_new_window_works_too(lms: Lms) -> None:
    lms.open_activity("joost")

    with lms.page.context.expect_page() as opened:
        lms.page.locator("[data-lms-action=open-window]").click()
    window = opened.value
    window.locator("body[data-role]").wait_for()

    assert Tool(window.main_frame).role == "learner"


def test_refused_launch_shows_a_page_for_a_person(lms: Lms) -> None:
    tool = lms.open_activity("amina", knob="expired")

    assert tool.page_name == "refused"
    assert tool.frame.locator("body").get_attribute("data-reason") == "token_expired"
    assert "112" in tool.frame.locator("#support").inner_text()


def test_coordinator_of_the_demo_sees_what_is_still_to_be_checked_and_nobody_else(lms: Lms) -> None:
    tool = lms.open_activity("coordinator")
    assert tool.role == "coordinator"
    tool.open_step("1.1")
    assert tool.frame.locator("[data-checks]").count() > 0

    for person in ("teacher", "amina"):
        other = lms.open_activity(person)
        other.open_step("1.1")
        assert other.frame.locator("[data-checks]").count() == 0


def test_teacher_meets_a_class_of_26_of_whom_nobody_came_in_by_hand(lms: Lms) -> None:
    teacher = lms.open_activity("teacher")

    rows = teacher.frame.locator("table").first.locator("tbody tr")
    assert rows.count() == 26
    assert teacher.board_row("Roos Dekker")[:1] == ["not-started"]
