"""Sentences for what people do in a browser, so that tests read as stories."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

if TYPE_CHECKING:
    from playwright.sync_api import Frame, Page

    from tests.browser.running import RunningDemo

AXE_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
CONTRAST = "color-contrast"


@cache
def _axe_source() -> str:
    return (Path(__file__).parent / "axe" / "axe.min.js").read_text(encoding="utf-8")


class Lms:
    """The demo LMS in one browser page."""

    def __init__(self, page: Page, demo: RunningDemo) -> None:
        self.page = page
        self.demo = demo

    def open_activity(self, person: str = "amina", *, language: str = "nl", knob: str = "") -> Tool:
        """Open a course page, with the tool in its frame."""
        query = urlencode({"person": person, "where": "frame", "lang": language, "knob": knob})
        self.page.goto(f"{self.demo.lms_url}/course/sw1/link/line?{query}")
        return self.tool()

    def open_window(self, person: str = "amina", *, language: str = "nl") -> Tool:
        """Open the tool in this whole window, as LMSs do on a phone."""
        place = {"course": "sw1", "link": "line", "where": "window"}
        self.page.goto(f"{self.demo.lms_url}/launch?{urlencode({'person': person, 'lang': language, **place})}")
        self.page.locator("body[data-role]").wait_for()
        return Tool(self.page.main_frame)

    def tool(self, name: str = "tool") -> Tool:
        """Find the tool in a frame of this page, once it shows a page for people and not one that passes by."""
        arrived = (
            "body[data-page]:not([data-page=check-cookies], [data-page=ask-storage]) h1, "
            "[data-new-window] [data-action=new-window]:visible"
        )
        self.page.frame_locator(f"iframe[name={name}]").locator(arrived).first.wait_for()
        frame = self.page.frame(name=name)
        assert frame is not None
        return Tool(frame)

    def open_two(self, left: str, right: str) -> tuple[Tool, Tool]:
        """Open two people beside each other."""
        query = urlencode({"left": left, "right": right, "place": "sw1/line", "lang": "nl"})
        self.page.goto(f"{self.demo.lms_url}/two?{query}")
        return self.tool("tool-1"), self.tool("tool-2")


class Tool:
    """The tool, in a frame or in a window of its own."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame

    @property
    def role(self) -> str | None:
        return self.frame.locator("body").get_attribute("data-role")

    @property
    def page_name(self) -> str | None:
        return self.frame.locator("body").get_attribute("data-page")

    @property
    def heading(self) -> str:
        return self.frame.locator("h1").inner_text().replace("\u00ad", "")

    @property
    def language(self) -> str | None:
        return self.frame.locator("html").get_attribute("lang")

    def press(self, action: str) -> None:
        """Press what carries this action, and wait for the page that follows."""
        with self.frame.expect_navigation():
            self.frame.locator(f"[data-action={action}]").first.click()

    def open_step(self, number: str) -> None:
        """From the course home, open a step of the list."""
        with self.frame.expect_navigation():
            self.frame.locator(f"[data-step='{number}'] [data-action=open-step]").first.click()

    def go_home(self) -> None:
        """Follow the mark in the bar."""
        with self.frame.expect_navigation():
            self.frame.locator(".bar-home").click()

    def status(self, number: str) -> str | None:
        """On the course home, return whether a step is done."""
        return self.frame.locator(f"li[data-step='{number}']").first.get_attribute("data-status")

    def board_row(self, name: str) -> list[str | None]:
        """On the teacher's board, return the states of one student's steps."""
        row = self.frame.locator("table tbody tr").filter(has=self.frame.get_by_role("rowheader", name=name))
        return [cell.get_attribute("data-status") for cell in row.locator("td[data-status]").all()]

    def find_accessibility_faults(self) -> list[str]:
        """Let axe look at the page: WCAG 2.2 A and AA and good practice."""
        return self._ask_axe(runOnly=AXE_RULES)

    def find_contrast_faults(self) -> list[str]:
        """Let axe look at colours alone: all that another scheme changes, and the most of its work."""
        return self._ask_axe(runOnly=[CONTRAST])

    def find_faults_but_contrast(self) -> list[str]:
        """Let axe look at everything but colours: all that another language changes."""
        return self._ask_axe(runOnly=AXE_RULES, rules={CONTRAST: {"enabled": False}})

    def _ask_axe(self, **options: Any) -> list[str]:
        if not self.frame.evaluate("'axe' in window"):
            self.frame.evaluate(_axe_source())
        options["resultTypes"] = ["violations"]
        found: dict[str, Any] = self.frame.evaluate("options => axe.run(document, options)", options)
        return [
            f"{fault['id']}: {node['html'][:120]} {node['failureSummary'][:200]}"
            for fault in found["violations"]
            for node in fault["nodes"]
        ]

    def overflow(self) -> int:
        """Return by how many pixels the page is wider than its window."""
        width: int = self.frame.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth",
        )
        return width
