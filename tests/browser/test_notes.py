"""Writing for nobody, sharing with named people and taking it back, as four students and a teacher in five browsers."""

from __future__ import annotations

import re
import sqlite3
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.class_in_groups import arrange, entering
from tests.browser.running import running_demo
from tests.browser.test_groups import open_page, open_student

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Route

    from tests.browser.class_in_groups import Enter
    from tests.browser.pages import Tool

STEP, MAP = "/step/bei6z6uv", "/step/sn7ymgjb/1"
TEXT = "Aan iemands handen zie ik of het te druk is."


def look(tool: Tool) -> None:
    """Hold the page to what every page keeps: accessible, and whole in a small window."""
    assert tool.find_accessibility_faults() == [], tool.heading
    tool.frame.page.set_viewport_size({"width": 320, "height": 700})
    assert tool.overflow() <= 0, tool.heading
    tool.frame.page.set_viewport_size({"width": 900, "height": 700})


def say_yes(tool: Tool) -> None:
    """Read how writing is kept, and say yes to it."""
    open_page(tool, STEP)
    assert tool.frame.locator("textarea").count() == 0
    tool.press("consent")
    assert not tool.frame.locator("#field-agrees").is_checked()
    look(tool)
    tool.frame.locator("#field-agrees").check()
    tool.press("agree")


def share(tool: Tool, choose: str) -> str:
    """From the step, share the note, and return the names that stand before the press."""
    open_page(tool, STEP)
    again = tool.frame.locator("[data-action=share-again]").count()
    tool.press("share-again" if again else "share-note")
    assert tool.frame.locator("main input:checked").count() == 0
    look(tool)
    if choose == "teacher":
        tool.frame.locator("[name=teacher]").first.check()
    tool.press(f"choose-{choose}")
    names = tool.frame.locator("[data-names]").inner_text()
    look(tool)
    if choose == "teacher":
        assert tool.frame.locator("#duties-heading").is_visible()
        tool.frame.locator("#field-knows").check()
    tool.press("share")
    return names


def status(tool: Tool) -> str | None:
    """Return how the note of the step stands, for its author."""
    open_page(tool, STEP)
    return tool.frame.locator("#writing [data-status]").first.get_attribute("data-status")


def finds(tool: Tool) -> bool:
    """Whether somebody finds something that is shared with them, and can open it."""
    open_page(tool, "/shared")
    if tool.frame.locator("[data-share]").count() == 0:
        return False
    tool.press("open-share")
    return TEXT in tool.frame.locator("[data-text]").inner_text()


class Circle:
    """Four students of a group that has agreed, and their teacher, each in a browser of their own."""

    def __init__(self, enter: Enter) -> None:
        people = ("esra", "femke", "joost", "kwame", "teacher")
        self.esra, self.femke, self.joost, self.kwame, self.teacher = (enter(one) for one in people)

    @property
    def others(self) -> tuple[Tool, ...]:
        """Everybody in the group but the author."""
        return self.femke, self.joost, self.kwame

    def share_move_and_renew(self) -> None:
        """Share with the group; somebody moves away and comes back; renew."""
        esra, femke, joost, teacher = self.esra, self.femke, self.joost, self.teacher
        assert share(esra, "group") == "Femke Postma, Joost 't Hart en Kwame Osei-Bonsu"
        assert esra.frame.locator("#as-chosen").is_visible()
        look(esra)
        assert [finds(one) for one in (*self.others, teacher)] == [True, True, True, False]
        look(femke)

        # Femke moves to another group: gone for her at once, also on the page that is open; the others read on.
        open_page(femke, "/shared")
        move(teacher, "Femke Postma", 4)
        refused(femke)
        assert [finds(one) for one in (femke, joost)] == [False, True]
        # Back again: now somebody new is in the group, and nobody reads it.
        move(teacher, "Femke Postma", 2)
        assert [finds(one) for one in self.others] == [False] * 3
        assert status(esra) == "paused"

        for one in (esra, *self.others):
            open_page(one, "/group")
            one.press("accept")
        assert "Femke" in share(esra, "group")
        assert [finds(one) for one in self.others] == [True] * 3

    def share_with_teacher_and_take_back(self) -> None:
        """With the teacher alone, and taken back while it stands open there."""
        open_page(self.esra, STEP)
        self.esra.press("withdraw")
        assert share(self.esra, "teacher") == "Marijke Vos"
        assert [finds(one) for one in (self.femke, self.teacher)] == [False, True]
        look(self.teacher)
        open_page(self.teacher, "/shared")
        open_page(self.esra, STEP)
        self.esra.press("withdraw")
        refused(self.teacher)
        assert not finds(self.teacher)

    def erase_everything(self) -> None:
        """Erase all that is kept, with a receipt."""
        open_page(self.esra, "/my-data")
        look(self.esra)
        assert self.esra.frame.locator("[data-kept=openings] li").count() == 1
        self.esra.press("erase-all")
        look(self.esra)
        self.esra.press("erase")
        assert self.esra.page_name == "erased"
        look(self.esra)


def refused(tool: Tool) -> None:
    """Press to open what is not there any more, on a page that still shows it."""
    tool.frame.locator("[data-action=open-share]").click()
    tool.frame.wait_for_selector("body[data-page=refused]")


def test_four_students_and_a_teacher_share_move_renew_take_back_and_erase(browser: Browser) -> None:
    """The whole way of a note; and yesterday's copy of the database brings not one word of it back."""
    with tempfile.TemporaryDirectory() as folder, running_demo(Path(folder)) as demo:
        arrange(demo, browser)
        for enter in entering(browser, demo):
            circle = Circle(enter)
            say_yes(circle.esra)
            circle.esra.frame.locator("textarea").fill(TEXT)
            # The script saves by itself after a pause; the press is not needed.
            circle.esra.frame.locator("[data-saved]", has_text=re.compile(r"\d\d:\d\d")).wait_for()
            look(circle.esra)
            assert not finds(circle.femke)
            circle.share_move_and_renew()
            circle.share_with_teacher_and_take_back()
            file = Path(demo.database_url.removeprefix("sqlite:///"))
            copy(file, Path(f"{file}.yesterday"))
            circle.erase_everything()
            copy(Path(f"{file}.yesterday"), file)

            again = enter("esra")
            open_page(again, STEP)
            assert TEXT not in again.frame.locator("main").inner_text()
            assert not any(finds(one) for one in (*circle.others, circle.teacher))
            demo.command("privacy", "sweep")
            assert count(file, "SELECT count(*) FROM notes_note") == 0
            assert count(file, "SELECT count(*) FROM person WHERE display_name LIKE 'Esra%'") == 0


def copy(source: Path, target: Path) -> None:
    """Copy a database as a backup does, while it is in use."""
    with closing(sqlite3.connect(source)) as one, closing(sqlite3.connect(target)) as other:
        one.backup(other)


def count(file: Path, question: str) -> int:
    """Ask the database for a number."""
    with closing(sqlite3.connect(file)) as connection:
        found: int = connection.execute(question).fetchone()[0]
        return found


def move(teacher: Tool, name: str, number: int) -> None:
    """As a teacher, move a student to another group."""
    open_student(teacher, name)
    teacher.frame.locator(f"input[name=number][value='{number}']").check()
    teacher.press("move-student")


def test_writing_and_sharing_need_no_script(enter: Enter) -> None:
    joost = enter("joost", script=False)
    open_page(joost, STEP)
    joost.press("consent")
    joost.frame.locator("#field-agrees").check()
    joost.press("agree")
    joost.frame.locator("textarea").fill(TEXT)

    joost.press("share-note")

    assert joost.page_name == "share"
    assert TEXT in joost.frame.locator("main").inner_text()
    joost.press("choose-group")
    joost.press("share")
    assert status(joost) == "shared"
    joost.press("withdraw")
    assert status(joost) == "private"


def test_ext_13_leaving_with_something_typed_asks_nothing_and_ext_8_leaves_nothing_in_the_browser(
    enter: Enter,
) -> None:
    kwame = enter("kwame")
    say_yes(kwame)
    kwame.frame.locator("textarea").fill(TEXT)

    kept = kwame.frame.evaluate("[localStorage.length, sessionStorage.length]")
    kwame.frame.locator("[data-action=leave]").first.click()
    kwame.frame.page.wait_for_url(lambda address: "/s/" not in address, wait_until="commit")

    assert kept == [0, 0]


@pytest.mark.parametrize(("language", "person"), [("nl", "femke"), ("en", "bas")])
def test_pages_of_writing_are_whole_in_both_languages(enter: Enter, language: str, person: str) -> None:
    tool = enter(person, language=language)
    say_yes(tool)
    open_page(tool, MAP)
    for field in tool.frame.locator("textarea").all():
        field.fill(f"{TEXT} " * 8)
    tool.press("save-notes")
    look(tool)
    open_page(tool, STEP)
    tool.frame.locator("textarea").fill("x" * 5000)
    tool.press("save-notes")
    assert tool.page_name == "writing"
    look(tool)
    for path in ("/notes", "/decision-aid", "/my-data", "/concern", "/teacher-duties", "/step/o7m6ijo2", "/consent"):
        open_page(tool, path)
        assert tool.language == language
        look(tool)
    open_page(tool, "/notes")
    tool.press("erase-note")
    look(tool)
    tool.press("erase")
    assert tool.page_name == "erased-note"
    look(tool)


def test_what_is_typed_is_kept_by_who_goes_on_by_a_link_and_by_who_presses_while_it_is_being_saved(
    enter: Enter,
) -> None:
    aylin = enter("aylin")
    say_yes(aylin)
    aylin.frame.locator("textarea").fill("Eerst dit.")
    aylin.press("all-notes")
    # The next page may be there before what was typed is.
    for _ in range(20):
        if "Eerst dit." in aylin.frame.locator("main").inner_text():
            break
        open_page(aylin, "/notes")
    assert "Eerst dit." in aylin.frame.locator("main").inner_text()

    open_page(aylin, STEP)
    field = aylin.frame.locator("textarea")
    field.fill("Dan dat.")
    # The saving by itself is held up on its way; the press comes meanwhile, with more.
    aylin.frame.page.route("**/notes/step/**", hold_up)
    field.blur()
    field.press_sequentially(" En meer.")
    aylin.press("save-notes")

    assert aylin.page_name == "step"
    assert aylin.frame.locator("textarea").input_value() == "Dan dat. En meer."


def test_what_is_typed_in_one_go_is_saved_while_it_is_typed(enter: Enter) -> None:
    """Three times Shift after a minute of typing must not take that minute away."""
    lotte = enter("lotte")
    say_yes(lotte)
    field = lotte.frame.locator("textarea")
    field.focus()
    said = lotte.frame.locator("[data-said]")

    for _ in range(30):
        field.press_sequentially("woord ", delay=40)
        if said.inner_text():
            break

    assert re.search(r"\d\d:\d\d", said.inner_text())
    assert said.get_attribute("role") == "status"


def test_shr_2_enter_key_chooses_no_more_people_than_the_row_where_it_is_pressed(enter: Enter) -> None:
    esra = enter("esra")
    say_yes(esra)
    esra.frame.locator("textarea").fill(TEXT)
    esra.press("share-note")
    first = esra.frame.locator("[name=member]").first
    name = esra.frame.locator("label[for=member-1]").inner_text()
    first.check()

    first.press("Enter")

    esra.frame.wait_for_selector("body[data-page=share-confirm]")
    assert esra.frame.locator("[data-names]").inner_text() == name


def test_ext_11_what_somebody_wrote_goes_on_paper_only_when_they_press_for_that(enter: Enter) -> None:
    cem = enter("cem")
    say_yes(cem)
    cem.frame.locator("textarea").fill(TEXT)
    cem.press("save-notes")
    page = cem.frame.page
    page.emulate_media(media="print")
    assert not cem.frame.locator("textarea").is_visible()
    open_page(cem, "/notes")
    # A headless browser prints nothing, and so would never say that it has.
    cem.frame.evaluate("window.print = () => {}")
    note, instead = cem.frame.locator(".written"), cem.frame.locator(".instead")
    assert (note.is_visible(), instead.is_visible()) == (False, True)

    page.emulate_media(media="screen")
    assert (note.is_visible(), instead.is_visible()) == (True, False)
    cem.frame.locator("[data-print-own] summary").click()
    cem.frame.locator("[data-action=print-own]").click()
    page.emulate_media(media="print")

    assert (note.is_visible(), instead.is_visible()) == (True, False)


def hold_up(route: Route) -> None:
    """Let a request that a script sends arrive a second late."""
    if "by_script" in (route.request.post_data or ""):
        time.sleep(1)
    route.continue_()
