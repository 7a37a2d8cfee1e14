"""Makes pictures of every page from the running demo, and renews those in ``docs/pictures``: ``make screenshots``."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

from tests.browser.pages import Lms
from tests.browser.running import CHROMIUM_ARGS, ROOT, running_demo
from tests.prepare import find_chromium

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.browser.running import RunningDemo

FOLDER = ROOT / "var" / "screenshots"
SHOWN = ("step-in-the-lms.png", "home-teacher-wide.png", "home-esra-phone.png")
"""The pictures that the documents show."""

DONE = {
    "bram": ("1.1", "1.2", "1.4"),
    "esra": ("1.1", "1.2"),
    "femke": ("1.1", "1.4"),
    "kwame": (),
    "nameless": ("1.2",),
}


def _fill_board(lms: Lms) -> None:
    """Let a few students do a few steps, so that the pictures show a course in use."""
    for person, numbers in DONE.items():
        tool = lms.open_activity(person)
        for number in numbers:
            tool.open_step(number)
            tool.press("done")
            tool.go_home()


def _take(browser: Browser, demo: RunningDemo, folder: Path) -> None:
    lms = Lms(browser.new_page(viewport={"width": 1180, "height": 860}), demo)
    _fill_board(lms)
    lms.open_activity("amina").open_step("1.4")
    lms.page.screenshot(path=folder / "step-in-the-lms.png")
    for name, width, scheme in (("phone", 390, "light"), ("wide", 900, "light"), ("dark", 900, "dark")):
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme="dark" if scheme == "dark" else "light"
        )
        page = context.new_page()
        lms = Lms(page, demo)
        for person in ("amina", "esra", "bram", "teacher", "mentor"):
            lms.open_window(person)
            page.screenshot(path=folder / f"home-{person}-{name}.png", full_page=True)
        lms.open_window("esra")
        links = page.locator("main li a[href*='/step/']").evaluate_all("links => links.map(a => a.href)")
        for number, address in enumerate(dict.fromkeys(links), start=1):
            page.goto(address)
            page.screenshot(path=folder / f"step-{number}-{name}.png", full_page=True)
        context.close()


def main() -> int:
    """Take the pictures, into ``var/screenshots``."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch, running_demo(Path(scratch)) as demo, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM_ARGS)
        _take(browser, demo, FOLDER)
        browser.close()
    for name in SHOWN:
        shutil.copy(FOLDER / name, ROOT / "docs" / "pictures" / name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
