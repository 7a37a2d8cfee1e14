"""Fixtures for the browser tests."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from tests.browser.class_in_groups import arrange, entering
from tests.browser.pages import Lms
from tests.browser.running import CHROMIUM_ARGS, ONE_PROCESS, running_demo
from tests.prepare import find_chromium

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, BrowserContext, Page, Playwright

    from tests.browser.class_in_groups import Enter
    from tests.browser.running import RunningDemo

EXIT_PAGES = "https://www.knmi.nl/**"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # The longest first: one of them begun last would leave the other cores waiting.
    items.sort(key=lambda item: "tests/browser/test_sweeps" not in item.nodeid)
    for item in items:
        if "tests/browser" in item.nodeid:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDemo]:
    with running_demo(tmp_path_factory.mktemp("demo")) as running:
        yield running


@pytest.fixture(scope="session")
def demo_in_groups(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[RunningDemo]:
    """A demo of its own whose class is in groups: for a walk through every page there is."""
    with running_demo(tmp_path_factory.mktemp("demo-in-groups")) as running:
        arrange(running, browser)
        yield running


@pytest.fixture(scope="module")
def changing_demo(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[RunningDemo]:
    """The same for tests that change groups and what people write: none looks at what another of its file changes."""
    with running_demo(tmp_path_factory.mktemp("changing")) as running:
        arrange(running, browser)
        yield running


@pytest.fixture
def enter(browser: Browser, changing_demo: RunningDemo) -> Iterator[Enter]:
    """Let people in, each in a browser of their own."""
    yield from entering(browser, changing_demo)


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """Use the Chromium of the system; ``make test`` sees to it that there is one."""
    path = find_chromium()
    assert path is not None, "no Chromium; run make test, which installs it"
    return {"executable_path": path, "args": CHROMIUM_ARGS}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """Let nothing move: a colour on its way from one to another is neither."""
    return {**browser_context_args, "reduced_motion": "reduce"}


@pytest.fixture
def requests_elsewhere(context: BrowserContext, demo: RunningDemo) -> list[str]:
    """Every address that the browser asks for outside our two sites (LOG-2)."""
    ours = (demo.tool_url, demo.lms_url, "data:", "about:", "chrome-error:")
    found: list[str] = []
    context.on("request", lambda asked: None if asked.url.startswith(ours) else found.append(asked.url))
    context.route(EXIT_PAGES, lambda route: route.fulfill(body="<title>weather</title><p id=weather>Weather</p>"))
    return found


@pytest.fixture
def page_without_cookies(playwright: Playwright, demo: RunningDemo, tmp_path: Path) -> Iterator[Page]:
    """A browser that refuses every cookie of the tool in the LMS's frames, partitioned ones too."""
    profile = tmp_path / "Default"
    profile.mkdir()
    hosts = f"{urlsplit(demo.tool_url).hostname},{urlsplit(demo.lms_url).hostname}"
    refused = {"profile": {"content_settings": {"exceptions": {"cookies": {hosts: {"setting": 2}}}}}}
    (profile / "Preferences").write_text(json.dumps(refused))
    context = playwright.chromium.launch_persistent_context(
        tmp_path,
        executable_path=find_chromium(),
        args=CHROMIUM_ARGS,
        headless=True,
        reduced_motion="reduce",
    )
    yield context.new_page()
    context.close()


@pytest.fixture
def lms_on_a_desk(playwright: Playwright, demo: RunningDemo) -> Iterator[Lms]:
    """The LMS in a browser with a process for each site, as people have it at a desk."""
    args = [one for one in CHROMIUM_ARGS if one != ONE_PROCESS]
    browser = playwright.chromium.launch(executable_path=find_chromium(), args=args)
    context = browser.new_context(reduced_motion="reduce")
    context.route(EXIT_PAGES, lambda route: route.fulfill(body="<title>weather</title><p id=weather>Weather</p>"))
    yield Lms(context.new_page(), demo)
    browser.close()


@pytest.fixture
def lms(page: Page, demo: RunningDemo, requests_elsewhere: list[str]) -> Lms:
    del requests_elsewhere
    return Lms(page, demo)
