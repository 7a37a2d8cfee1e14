"""Makes pictures of every page, and renews those in ``docs/pictures``: ``make screenshots``.

Every page of a student, a teacher and a coordinator is taken at three widths, light and dark, from the running demo.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlencode, urlsplit

from playwright.sync_api import sync_playwright

from tests.browser.class_in_groups import arrange
from tests.browser.pages import Lms, Tool
from tests.browser.running import CHROMIUM_ARGS, ROOT, running_demo
from tests.browser.small_pictures import shrink
from tests.browser.walk import every_page_from
from tests.prepare import find_chromium

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Frame, Page, Playwright

    from tests.browser.running import RunningDemo

FOLDER = ROOT / "var" / "screenshots"
SHOWN = (
    "step-in-the-lms.png",
    "notice-in-the-lms.png",
    "admin-invite.png",
    "admin-asks-moodle.png",
    "admin-asks-canvas.png",
    "admin-registered-moodle.png",
    "admin-registered-canvas.png",
    "admin-waiting.png",
    "admin-connection.png",
    "refused-in-the-lms.png",
    "new-window-in-the-lms.png",
)
"""The pictures that the documents show."""

DONE = {
    "bram": ("1.1", "1.2", "1.4", "1.5", "1.6", "1.7"),
    "esra": ("1.1", "1.2", "1.4"),
    "femke": ("1.1", "1.4", "1.5"),
    "kwame": (),
    "nameless": ("1.2",),
}

WIDTHS = (390, 700, 1180)
"""A phone, the frame of an LMS, and a whole window."""
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
WALKERS = (("esra", "nl"), ("teacher", "nl"), ("coordinator", "en"))
"""Who walks through every page, and in which language."""
WALKERS_OF_GROUPS = (("amina", "en"), ("bram", "nl"), ("milan", "nl"))
"""Who walks through the pages of groups alone."""

WIDTH, BELOW = 800, 40
"""Of the pictures of the administrator's pages: their width, and the empty room at their end."""
ADDRESSES = {"tool": "https://rugzak.example.org", "lms": "https://lms.example.org"}
"""What stands in the pictures for the two sites of the demo, whose ports are others each time."""
LIKE_AN_EXAMPLE = """
addresses => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    for (const [from, to] of addresses) node.data = node.data.replaceAll(from, to);
    node.data = node.data.replace(/(\\/lti\\/(?:register|connection)\\/)[\\w-]{20,}/, "$1Nv3…Qk8");
  }
}
"""


def _fill_board(lms: Lms) -> None:
    """Let a few students do a few steps, so that the pictures show a course in use."""
    for person, numbers in DONE.items():
        tool = lms.open_activity(person)
        for number in numbers:
            tool.open_step(number)
            tool.press("done")
            tool.go_home()


def _take_pages(browser: Browser, demo: RunningDemo) -> None:
    lms = Lms(browser.new_page(viewport={"width": 1180, "height": 860}), demo)
    _fill_board(lms)
    tool = lms.open_activity("amina")
    tool.open_step("1.5")
    with tool.frame.expect_navigation():
        tool.frame.locator("[data-action=way][data-way=whole]").click()
    lms.page.screenshot(path=FOLDER / "step-in-the-lms.png")
    tool = lms.open_activity("amina")
    tool.open_step("1.4")
    # Down to the fork: the choices are what it is about.
    tool.frame.evaluate("scrollTo(0, document.querySelector('.fork').getBoundingClientRect().top - 340)")
    lms.page.screenshot(path=FOLDER / "notice-in-the-lms.png")
    lms.page.context.close()
    arrange(demo, browser)
    for width in WIDTHS:
        for scheme in SCHEMES:
            _take_every_page(browser, demo, width, scheme)


def _take_every_page(browser: Browser, demo: RunningDemo, width: int, scheme: Literal["light", "dark"]) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    lms = Lms(context.new_page(), demo)
    for person, language in WALKERS + WALKERS_OF_GROUPS:
        tool = lms.open_window(person, language=language)
        taken: Counter[str] = Counter()
        for shown in every_page_from(tool, groups_only=(person, language) in WALKERS_OF_GROUPS):
            name = _name_of(shown)
            taken[name] += 1
            again = f"-{taken[name]}" if taken[name] > 1 else ""
            lms.page.screenshot(path=FOLDER / f"{person}-{name}{again}-{width}-{scheme}.png", full_page=True)
    context.close()


def _name_of(tool: Tool) -> str:
    """Return what a page is, as its markers say it."""
    body = tool.frame.locator("body")
    step = body.get_attribute("data-step")
    return "-".join(filter(None, (tool.page_name, step)))


class Administrator:
    """Connects the demo LMS with an invite, and takes pictures on the way."""

    def __init__(self, browser: Browser, demo: RunningDemo) -> None:
        self.demo = demo
        self.page = browser.new_context(locale="en-GB", viewport={"width": WIDTH, "height": 900}).new_page()

    def take(self, name: str, page: Page, *, down_to: str = "main > :first-child") -> None:
        """Take a picture of one of our pages, down to the end of a part of it: the contacts are the same on all."""
        _show_examples(page.main_frame, self.demo)
        # A sticky bar stands where the page was scrolled to.
        page.evaluate("scrollTo(0, 0)")
        part = page.locator(down_to).bounding_box()
        assert part is not None
        height = part["y"] + part["height"] + BELOW
        page.screenshot(
            path=FOLDER / f"{name}.png", full_page=True, clip={"x": 0, "y": 0, "width": WIDTH, "height": height}
        )

    def connect(self, family: str) -> tuple[str, str]:
        """Connect by a press in a window; return the client id and the address of the connection's page."""
        url = str(self.demo.command("lti", "invite")["url"])
        self.page.goto(url)
        self.take("admin-invite", self.page)
        self.page.goto(f"{self.demo.lms_url}/admin?lang=en")
        self.page.locator("#url").fill(url)
        self.page.locator("#family").select_option(family)
        with self.page.expect_popup() as opened:
            self.page.locator("[data-lms-action=register-popup]").click()
        window = opened.value
        window.locator("[data-action=connect]").wait_for()
        window.set_viewport_size({"width": WIDTH, "height": 900})
        self.take(f"admin-asks-{family}", window)
        window.locator("[data-action=connect]").click()
        window.locator("body[data-page=registered]").wait_for()
        address = window.locator("[data-action=connection]").get_attribute("href")
        self.take(f"admin-registered-{family}", window)
        window.close()
        self.page.goto(f"{self.demo.lms_url}/admin?lang=en")
        row = self.page.locator("[data-tool][data-status=pending]").last
        client_id = row.get_attribute("data-tool")
        row.locator("[data-lms-action=activate]").click()
        assert address is not None
        assert client_id is not None
        return client_id, address

    def launch(self, client_id: str) -> Page:
        """Open the tool in a course of the LMS."""
        page = self.page.context.new_page()
        page.set_viewport_size({"width": 1180, "height": 1080})
        query = {"person": "amina", "where": "frame", "lang": "en", "tool": client_id}
        page.goto(f"{self.demo.lms_url}/course/sw1/link/line?{urlencode(query)}")
        Lms(page, self.demo).tool()
        return page


def _show_examples(frame: Frame, demo: RunningDemo) -> None:
    sites = {demo.tool_url: ADDRESSES["tool"], demo.lms_url: ADDRESSES["lms"]}
    hosts = {urlsplit(site).netloc: urlsplit(example).netloc for site, example in sites.items()}
    frame.evaluate(LIKE_AN_EXAMPLE, [*sites.items(), *hosts.items()])


def _take_administration(browser: Browser, demo: RunningDemo) -> None:
    administrator = Administrator(browser, demo)
    administrator.connect("moodle")
    client_id, address = administrator.connect("canvas")
    refused = administrator.launch(client_id)
    refused.screenshot(path=FOLDER / "refused-in-the-lms.png")
    refused.close()
    page = administrator.page
    page.goto(address)
    administrator.take("admin-waiting", page, down_to="#deployments")
    page.locator("[data-action=approve-deployment]").click()
    page.locator("[data-status=approved]").wait_for()
    administrator.launch(client_id).close()
    page.goto(address)
    page.locator("[data-action=check-connection]").click()
    page.locator("[data-check=token]").wait_for()
    administrator.take("admin-connection", page)
    page.context.close()


def _take_new_window(playwright: Playwright, demo: RunningDemo, profile: Path) -> None:
    """Show what a frame offers where the browser refuses every cookie in it, and the LMS keeps nothing."""
    hosts = f"{urlsplit(demo.tool_url).hostname},{urlsplit(demo.lms_url).hostname}"
    refused = {"profile": {"content_settings": {"exceptions": {"cookies": {hosts: {"setting": 2}}}}}}
    (profile / "Default").mkdir(parents=True)
    (profile / "Default" / "Preferences").write_text(json.dumps(refused))
    context = playwright.chromium.launch_persistent_context(
        profile,
        executable_path=find_chromium(),
        args=CHROMIUM_ARGS,
        headless=True,
        locale="en-GB",
        viewport={"width": 1180, "height": 620},
    )
    lms = Lms(context.new_page(), demo)
    tool: Tool = lms.open_activity("amina", language="en")
    # The press has the look of one that the keyboard stands on; in the picture it is a press like any other.
    tool.frame.evaluate("document.activeElement.blur()")
    lms.page.screenshot(path=FOLDER / "new-window-in-the-lms.png")
    context.close()


def main() -> int:
    """Take the pictures, into ``var/screenshots``."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch, running_demo(Path(scratch)) as demo, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM_ARGS)
        _take_pages(browser, demo)
        _take_administration(browser, demo)
        browser.close()
        _take_new_window(playwright, demo, Path(scratch) / "profile")
    for name in SHOWN:
        shown = ROOT / "docs" / "pictures" / name
        shutil.copy(FOLDER / name, shown)
        shrink(shown)
    return 0


if __name__ == "__main__":
    sys.exit(main())
