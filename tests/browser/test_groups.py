"""Small groups, as a teacher and students in several browsers make and use them."""

from __future__ import annotations

import operator
import re
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from tests.browser.class_in_groups import GLASSES, GROUPS, LEARNT, LISTENING, NAME
from tests.browser.pages import Lms, Tool
from tests.browser.running import running_demo
from tests.browser.walk import send

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.browser.class_in_groups import Enter


def open_page(tool: Tool, path: str) -> str:
    """Open a page of this visit by its address."""
    home = re.sub(r"(/s/[\w-]{43}).*", r"\1", tool.frame.url)
    tool.frame.goto(home + path)
    return tool.frame.url


def open_group(teacher: Tool, name: str) -> None:
    """As a teacher, open the page of the group that somebody is in."""
    open_page(teacher, "/groups")
    with teacher.frame.expect_navigation():
        here = teacher.frame.locator("[data-group]").filter(has_text=name)
        here.locator("[data-action=group]").click()


def open_student(teacher: Tool, name: str) -> None:
    """As a teacher, open the page of a student."""
    open_page(teacher, "/groups")
    with teacher.frame.expect_navigation():
        teacher.frame.locator("[data-action=student]", has_text=name).first.click()


def has_agreed(tool: Tool) -> str | None:
    """Return what the page of a group says of its agreements."""
    return tool.frame.locator("body").get_attribute("data-agreed")


def press_at_once(tools: list[Tool], action: str) -> None:
    """Press the same in several browsers, before any of them has its answer."""
    before = [tool.frame.url for tool in tools]
    for tool in tools:
        # A timer lets the press go, so that nobody waits for what comes of it.
        press = tool.frame.locator(f"[data-action={action}]").first
        press.evaluate("press => { setTimeout(() => press.click(), 50); }")
    for tool, address in zip(tools, before, strict=True):
        tool.frame.wait_for_url(partial(operator.ne, address))
        tool.frame.wait_for_load_state("load")


# A teacher.


def test_grp_1_teacher_forms_groups_of_26_and_moves_one_by_keyboard(browser: Browser) -> None:
    with tempfile.TemporaryDirectory() as folder, running_demo(Path(folder)) as demo:
        page = browser.new_page()
        student = Lms(page, demo).open_window("amina")
        open_page(student, "/group")
        assert student.page_name == "no-group"
        assert student.find_accessibility_faults() == []
        page.set_viewport_size({"width": 320, "height": 700})
        assert student.overflow() <= 0
        page.set_viewport_size({"width": 900, "height": 700})

        teacher = Lms(page, demo).open_window("teacher")
        open_page(teacher, "/groups")
        assert teacher.frame.locator("[data-group]").count() == 0
        teacher.press("forming")
        teacher.press("form")
        assert teacher.page_name == "plan"
        assert teacher.frame.locator("[data-student]").count() == 26
        assert teacher.frame.locator("[data-moves='0']").count() == 1
        teacher.press("confirm-plan")

        assert teacher.frame.locator("#formed").is_visible()
        groups = teacher.frame.locator("[data-group]")
        sizes = [groups.nth(place).locator("[data-action=student]").count() for place in range(groups.count())]
        assert sum(sizes) == 26
        assert set(sizes) <= {3, 4, 5}
        assert teacher.frame.locator("#loose-heading").count() == 0
        _move_by_keyboard(page, teacher)
        page.close()


def _move_by_keyboard(page: Page, teacher: Tool) -> None:
    def tab_to(selector: str) -> None:
        for _ in range(120):
            page.keyboard.press("Tab")
            if teacher.frame.evaluate("selector => document.activeElement.matches(selector)", selector):
                return
        raise AssertionError(f"the keyboard never comes to {selector}")

    def press_enter() -> None:
        with teacher.frame.expect_navigation():
            page.keyboard.press("Enter")

    name = teacher.frame.locator("[data-group] [data-action=student]").first.inner_text()
    before = teacher.frame.locator("[data-group]").count()
    tab_to("[data-action=student]")
    press_enter()
    assert teacher.heading == name
    tab_to("input[name=number]")
    # The last choice is a new group; up from the first one goes round to it.
    page.keyboard.press("ArrowUp")
    assert teacher.frame.locator("#to-new").is_checked()
    tab_to("[data-action=move-student]")
    press_enter()

    assert teacher.frame.locator("#moved").is_visible()
    open_page(teacher, "/groups")
    assert teacher.frame.locator("[data-group]").count() == before + 1
    assert name in teacher.frame.locator("[data-group]").last.inner_text()


def test_grp_10_agreements_come_in_from_three_browsers_and_an_absent_one_holds_nobody_up(enter: Enter) -> None:
    students = [enter(person) for person in ("aylin", "bas", "cem")]
    first = students[0]
    open_page(first, "/group")
    first.press("edit-agreements")
    for place in (0, 2):
        first.frame.locator("input[name=card]").nth(place).check()
    first.frame.locator("[name=own-1]").fill("We beginnen met koffie.")
    first.press("propose")
    teacher = enter("teacher")
    for student in students:
        open_page(student, "/group")
        assert "We beginnen met koffie." in student.frame.locator("#agreements").inner_text()

    press_at_once(students, "accept")

    # One of the four has not been here; no page says who.
    open_group(teacher, "Aylin Demir")
    assert has_agreed(teacher) == "no"
    assert "koffie" not in teacher.frame.locator("main").inner_text()
    assert [has_agreed(student) for student in students] == ["no"] * 3
    open_student(teacher, "Djamila El Idrissi")
    teacher.press("set-aside")
    open_group(teacher, "Aylin Demir")
    assert has_agreed(teacher) == "yes"
    assert "koffie" in teacher.frame.locator("main").inner_text()

    # Who comes back reads, accepts, and is in again.
    absent = enter("djamila")
    open_page(absent, "/group")
    assert absent.frame.locator(".people").count() == 0
    absent.press("accept")
    assert absent.frame.locator(".people > li").count() == 4
    assert has_agreed(absent) == "yes"
    # Who agreed can come back on that, and the group sees no more than that somebody has not chosen.
    absent.press("otherwise")
    absent.press("agree-no-more")
    open_page(first, "/group")
    assert has_agreed(first) == "no"


def test_grp_2_teacher_comes_in_when_invited_is_seen_and_leaves(enter: Enter) -> None:
    inviting, other, teacher = enter("gijs"), enter("hannah"), enter("teacher")
    open_page(teacher, "/groups")
    assert "Groep 5" not in " ".join(teacher.frame.locator("[data-action=visit-group]").all_inner_texts())

    open_page(inviting, "/group")
    inviting.press("invite")
    assert inviting.frame.locator("#invited").is_visible()
    open_page(other, "/group")
    assert "Marijke Vos" in other.frame.locator("[data-guest]").inner_text()
    open_page(teacher, "/groups")
    with teacher.frame.expect_navigation():
        teacher.frame.locator("[data-action=visit-group]", has_text="Groep 5").click()
    assert teacher.page_name == "group-visit"
    address = teacher.frame.url
    assert teacher.frame.locator("main form").count() == 1

    teacher.press("leave-group")

    assert teacher.frame.locator("#left").is_visible()
    teacher.frame.goto(address)
    assert teacher.page_name == "refused"
    open_page(other, "/group")
    assert other.frame.locator("[data-guest]").count() == 0


def test_teacher_reads_the_board_by_groups_on_a_phone(enter: Enter) -> None:
    teacher = enter("teacher")
    teacher.frame.page.set_viewport_size({"width": 390, "height": 844})

    open_page(teacher, "/")

    board = teacher.frame.locator("table").first
    assert "Groep 2" in board.inner_text()
    assert teacher.frame.get_by_role("rowheader", name="Esra Çelik").is_visible()
    assert teacher.overflow() <= 0
    assert teacher.find_accessibility_faults() == []


# Students.


def test_student_without_a_name_does_everything_in_a_group(enter: Enter) -> None:
    student, teacher = enter("nameless"), enter("teacher")
    open_page(student, "/group")
    assert student.heading == NAME
    pseudonym = student.frame.locator(".people > li", has_text="(jij)").inner_text().replace("(jij)", "").strip()
    assert pseudonym

    student.press("accept")
    student.press("edit-agreements")
    student.frame.locator("[name=own-4]").fill("We ruimen samen op.")
    student.press("propose")
    student.press("accept")
    assert student.frame.locator("#accepted").is_visible()
    student.frame.locator("[name=name]").fill("De bovenverdieping")
    student.press("name-group")
    assert student.heading == "De bovenverdieping"
    open_page(student, f"/step/{LISTENING}")
    student.frame.locator("[name=text-tips]").fill("Knik, en zeg even niets.")
    student.press("save-product")
    assert student.frame.locator("#kept").is_visible()
    student.press("hand-in")
    assert student.frame.locator("#handed-in").is_visible()
    student.press("done")

    open_group(teacher, "Amina Haddou")
    assert pseudonym in teacher.frame.locator("main").inner_text()
    assert "Knik, en zeg even niets." in teacher.frame.locator("main").inner_text()


def test_two_who_write_at_the_same_moment_keep_both_texts(enter: Enter) -> None:
    esra, femke = enter("esra"), enter("femke")
    for student, text in ((esra, "Wacht even."), (femke, "Vat samen.")):
        open_page(student, f"/step/{LISTENING}")
        student.frame.locator("[name=text-tips]").fill(text)

    press_at_once([esra, femke], "save-product")

    # Whoever came second has both texts before them.
    first, second = (esra, femke) if femke.page_name == "product" else (femke, esra)
    kept, mine = ("Wacht even.", "Vat samen.") if first is esra else ("Vat samen.", "Wacht even.")
    assert first.page_name == "step"
    assert second.page_name == "product"
    assert second.frame.locator("[data-theirs]").inner_text() == kept
    assert second.frame.locator("[name=text-tips]").input_value() == mine
    assert second.find_accessibility_faults() == []
    second.frame.locator("[name=text-tips]").fill(f"{kept}\n{mine}")
    second.press("save-product")
    open_page(first, f"/step/{LISTENING}")
    assert first.frame.locator("[name=text-tips]").input_value() == f"{kept}\n{mine}"

    # One hands it in while the other still types: what was typed is shown, to copy.
    open_page(second, f"/step/{LISTENING}")
    first.press("hand-in")
    second.frame.locator("[name=text-tips]").fill("Nog iets.")
    second.press("save-product")
    assert second.page_name == "product"
    assert "Nog iets." in second.frame.locator("main").inner_text()
    assert second.find_accessibility_faults() == []


def test_two_who_change_different_fields_meet_nothing(enter: Enter) -> None:
    eline, fatoumata = enter("eline"), enter("fatoumata")
    for student, field, text in (
        (eline, "reading-els", "Een drukke dag."),
        (fatoumata, "reading-thom", "Er is haast."),
    ):
        open_page(student, f"/step/{GLASSES}/1")
        student.frame.locator(f"[name=text-{field}]").fill(text)

    press_at_once([eline, fatoumata], "save-product")

    open_page(eline, f"/step/{GLASSES}/1")
    assert eline.frame.locator("[name=text-reading-els]").input_value() == "Een drukke dag."
    assert eline.frame.locator("[name=text-reading-thom]").input_value() == "Er is haast."


def test_without_script_a_student_agrees_and_saves_for_the_group(enter: Enter) -> None:
    kim = enter("kim", script=False)
    open_page(kim, "/group")
    kim.press("edit-agreements")
    kim.frame.locator("input[name=card]").first.check()
    kim.press("propose")
    kim.press("accept")
    assert kim.frame.locator("#accepted").is_visible()

    open_page(kim, f"/step/{LISTENING}")
    assert not kim.frame.locator("[data-timer]").is_visible()
    kim.frame.locator("[name=text-tips]").fill("Laat een stilte vallen.")
    kim.press("save-product")

    assert kim.frame.locator("#kept").is_visible()
    assert kim.frame.locator("[name=text-tips]").input_value() == "Laat een stilte vallen."


def test_clock_of_the_rounds_begins_and_stops_and_sends_nothing(enter: Enter) -> None:
    tool = enter("ilias")
    page = tool.frame.page
    page.clock.install()
    open_page(tool, f"/step/{LEARNT}")
    minutes = tool.frame.locator(".rounds > li").evaluate_all("rounds => rounds.map(one => one.dataset.minutes)")
    begin, stop = (tool.frame.locator(f"[data-action={action}-round]") for action in ("start", "stop"))
    left = tool.frame.locator("[data-left]")
    page.wait_for_load_state("load")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url))

    begin.click()
    assert left.inner_text() == f"{minutes[0]}:00"
    page.clock.run_for(61_000)
    assert left.inner_text() == f"{int(minutes[0]) - 2}:59"
    stop.click()
    assert left.inner_text() == ""
    assert begin.inner_text() == "Begin ronde 2"
    # From the keyboard too: the press that comes is where the one that went was.
    assert begin.evaluate("press => press === document.activeElement")
    for length in minutes[1:]:
        begin.click()
        page.clock.run_for(int(length) * 60_000 + 1000)

    assert left.inner_text() == "De rondes zijn voorbij."
    assert not begin.is_visible()
    assert [url for url in sent if "/static/icon" not in url] == []
    assert tool.frame.evaluate("localStorage.length + sessionStorage.length") == 0


def test_ext_3_back_and_forward_after_leaving_show_nothing_of_the_group(enter: Enter) -> None:
    tool = enter("jade")
    page = tool.frame.page
    page.context.route("https://www.knmi.nl/**", lambda route: route.fulfill(body="<p id=weather>Weather</p>"))
    open_page(tool, "/group")
    tool.press("edit-agreements")

    tool.frame.locator("[data-action=leave]").click()
    page.locator("#weather").wait_for()

    for go in (page.go_back, page.go_forward, page.go_back):
        go()
        page.wait_for_timeout(300)
        assert page.locator("body[data-role]").count() == 0
        shown = page.locator("body").inner_text()
        assert not [name for name in ("Jade", "Groep 5", "afspraken") if name in shown]


def test_choosing_a_group_that_has_just_filled_up_shows_the_others(enter: Enter) -> None:
    full = len(GROUPS[4].split())
    assert full == 6
    first, second = enter("priya"), enter("oscar")
    for student in (first, second):
        open_page(student, "/group")
        assert student.page_name == "choose-group"
    for student in (first, second):
        with student.frame.expect_navigation():
            student.frame.locator("[data-group]", has_text="Groep 5").locator("[data-action=choose-group]").click()

    assert first.frame.locator("#welcome").is_visible()
    assert second.page_name == "choose-group"
    assert second.frame.locator("#errors").is_visible()
    assert second.find_accessibility_faults() == []
    send(second, "choose-group", {})
    assert second.page_name == "group"
