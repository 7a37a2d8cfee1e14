"""The teacher's board of a course with groups, as a browser shows it."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import delete, insert

from lti_tool.curriculum.service import publish_line
from lti_tool.groups.models import ChangeRequest
from lti_tool.kernel.clock import Clock
from lti_tool.kernel.database import Database
from lti_tool.people.models import Membership
from lti_tool.people.roles import Role
from lti_tool.progress.models import Done
from tests.browser.pages import Lms, Tool
from tests.browser.running import running_demo
from tests.content import real_content, with_change
from tests.progress.group_work import MADE, Course, with_group_work

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from tests.browser.running import RunningDemo

GROUPS = (
    ("Amir Haddad", "Lotte Visser", "Sem de Boer", "Yara Öztürk"),
    ("Aleksandra Nowak", "Maud van den Berg", "Oluwaseun Adeyemi-Nieuwenhuizen", "Zoë Brouwer"),
)
OTHERS = ("Kofi Mensah", "Roos Dekker")
TITLE = "Sociaal werk, jaar 1"
PATHS = ("", "?part=2", "?as=table")


def fill(demo: RunningDemo) -> None:
    """Let a class of ten be under way in two groups, in a line with group work."""
    database = Database(demo.database_url)
    content = with_change(real_content(), with_group_work)
    steps = [step["id"] for step in content.line["modules"][0]["units"][0]["steps"]]
    with database.session(writes=True) as session:
        publish_line(session, content, clock=Clock())
        course = Course(session, TITLE)
        # The demo's own class makes room for one that is known to the last press.
        session.execute(delete(Membership).where(Membership.role == Role.LEARNER))
        members = [course.enrol(names) for names in GROUPS]
        first, _second = course.found_groups(members)
        alone = course.enrol(OTHERS)
        course.make(first, is_handed_in=True)
        course.agree(first, members[0])
        everybody: list[str] = sum(members, alone)
        done = [
            {"membership_id": who, "step_id": step}
            for place, who in enumerate(everybody)
            for number, step in enumerate(steps)
            if number < 7 - place // 2 and (number + place) % 5
        ]
        session.execute(insert(Done), done)
        session.execute(insert(ChangeRequest).values(membership_id=members[0][0]))
        session.commit()
    database.engine.dispose()


@pytest.fixture(scope="module")
def busy(request: pytest.FixtureRequest) -> Iterator[RunningDemo]:
    """A demo of its own: a course with groups would change what other tests meet."""
    del request
    with tempfile.TemporaryDirectory() as folder, running_demo(Path(folder)) as demo:
        fill(demo)
        yield demo


@pytest.fixture
def teacher(busy: RunningDemo, page: Page) -> Tool:
    return Lms(page, busy).open_window("teacher")


def addresses(tool: Tool) -> list[str]:
    home = tool.frame.url.split("?")[0].split("#")[0]
    return [home + path for path in PATHS]


def test_ops_2_board_keeps_its_shape_at_every_width(teacher: Tool, page: Page) -> None:
    for address in addresses(teacher):
        for width in (320, 390, 700, 900, 1180):
            page.set_viewport_size({"width": width, "height": 800})
            teacher.frame.goto(address)
            assert teacher.overflow() <= 0, (address, width)
            cells = teacher.frame.locator("table :is(th, td)").evaluate_all(
                "cells => cells.filter(cell => cell.scrollWidth > cell.clientWidth + 1).map(cell => cell.outerHTML)"
            )
            assert cells == [], (address, width)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_ops_1_axe_finds_nothing_on_the_board(teacher: Tool, page: Page, scheme: Any) -> None:
    page.emulate_media(color_scheme=scheme)
    for address in addresses(teacher):
        teacher.frame.goto(address)
        teacher.frame.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
        assert teacher.find_accessibility_faults() == [], address


def test_screen_that_the_class_sees_shows_nothing_of_what_waits(teacher: Tool) -> None:
    waiting = teacher.frame.locator("[data-need=requests]")
    assert not waiting.is_visible()

    teacher.frame.locator("[data-action=needs]").click()

    assert waiting.is_visible()
    assert "Amir" not in teacher.frame.locator("[data-needs]").inner_text()


def test_teacher_comes_from_the_picture_to_the_words_and_keeps_the_file(teacher: Tool, page: Page) -> None:
    teacher.press("board-table")
    assert teacher.page_name == "board-table"
    assert teacher.frame.locator("[data-action=print]").is_visible()

    with page.expect_download() as started:
        teacher.frame.locator("[data-action=board-file]").click()

    assert started.value.suggested_filename == "board-1-1.csv"
    lines = Path(started.value.path()).read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) == 1 + sum(len(names) for names in GROUPS) + len(OTHERS)
    teacher.press("board-picture")
    assert teacher.board_row("Amir Haddad")


def test_paper_shows_the_table_and_no_presses(teacher: Tool, page: Page) -> None:
    teacher.press("board-table")
    page.emulate_media(media="print")

    assert teacher.frame.locator("table").is_visible()
    for action in ("print", "board-file", "board-picture", "part", "leave"):
        assert not teacher.frame.locator(f"[data-action={action}]").first.is_visible(), action


def test_part_is_chosen_where_the_board_stands(teacher: Tool) -> None:
    assert teacher.frame.locator(f"[data-step='1.{_number_of_product()}']").count() > 0

    with teacher.frame.expect_navigation():
        teacher.frame.locator("[data-action=part]").nth(1).click()

    assert teacher.frame.url.endswith("#board")
    assert teacher.frame.locator("[data-action=part][aria-current]").inner_text().strip().endswith("2")


def _number_of_product() -> int:
    content = with_change(real_content(), with_group_work)
    steps = content.line["modules"][0]["units"][0]["steps"]
    return int(next(step["number"] for step in steps if step["id"] == MADE))


def take_pictures(browser: Browser, folder: Path) -> None:
    """Take the board at two widths, light and dark, to look at."""
    with tempfile.TemporaryDirectory() as scratch, running_demo(Path(scratch)) as demo:
        Lms(browser.new_page(), demo).open_window("teacher")
        fill(demo)
        for width in (320, 390, 900):
            for scheme in ("light", "dark"):
                context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
                tool = Lms(context.new_page(), demo).open_window("teacher")
                for name, address in zip(("home", "part-2", "table"), addresses(tool), strict=True):
                    tool.frame.goto(address)
                    tool.frame.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
                    tool.frame.page.screenshot(path=folder / f"board-{name}-{width}-{scheme}.png", full_page=True)
                context.close()
