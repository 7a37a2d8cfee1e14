"""Every page, for everybody: one walk, and all that holds on every page is looked at along it.

The walk takes as long as what is looked at, so nothing gets a walk of its own. What is wrong is named with its rule.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.browser.walk import WALKERS, every_page, public_pages

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page, ViewportSize

    from tests.browser.pages import Lms, Tool
    from tests.browser.running import RunningDemo

WIDTHS = (320, 390, 900)
WINDOW: ViewportSize = {"width": 1280, "height": 720}
"""As wide as a desk's, where a page shows most: there axe looks."""
# The art direction's one rule of shape: no full border outside form controls and pockets.
CLOSED = """() => [...document.querySelectorAll('main *, footer *, header *')].filter(element => {
    const style = getComputedStyle(element);
    const sides = ['Top', 'Right', 'Bottom', 'Left'].map(side => parseFloat(style['border' + side + 'Width']));
    const allowed = element.closest('.pocket') || element.matches('input, button, select, textarea');
    return Math.min(...sides) > 0 && !allowed;
}).map(element => 'a closed outline: ' + element.outerHTML.slice(0, 100))"""
# OPS-2: presses are 44 pixels or more, what stands in the bar 40 (2.5.8 asks 24).
SMALL = """() => [...document.querySelectorAll('button[data-action], .press')]
    .filter(press => press.getClientRects().length && press.dataset.action !== 'language')
    .filter(press => press.getBoundingClientRect().height < 40)
    .map(press => 'a small press: ' + press.outerHTML.slice(0, 100))"""
# GRP-6: where a learner writes stands that nobody reads along, and where to go.
SILENT = """() => [...document.querySelectorAll('body[data-role=learner] main form')]
    .filter(form => form.querySelector('textarea, input:is(:not([type]), [type=text])'))
    .filter(form => ['112', '08002000', '113'].some(number => !form.querySelector(`[data-now] [href="tel:${number}"]`)))
    .map(form => 'nothing about who reads: ' + form.outerHTML.slice(0, 100))"""
HEAVY = re.compile(
    r"geweld|violence|onveilig|unsafe|trauma|misbruik|abuse|slachtoffer|victim|zelfmoord|suicide", re.IGNORECASE
)


@pytest.fixture(scope="session")
def demo(demo_in_groups: RunningDemo) -> RunningDemo:
    return demo_in_groups


@pytest.mark.parametrize("person", WALKERS)
def test_ops_1_ops_2_ext_1_ext_6_grp_5_and_grp_6_hold_on_every_page(lms: Lms, page: Page, person: str) -> None:
    for tool in every_page(lms, person, "nl"):
        assert [*find_faults(tool), *find_faults_of_shape(tool, page)] == [], tool.heading
        page.set_viewport_size(WINDOW)
        page.emulate_media(color_scheme="light")
        assert tool.find_accessibility_faults() == [], f"{tool.heading}, light (OPS-1)"
        page.emulate_media(color_scheme="dark")
        assert tool.find_contrast_faults() == [], f"{tool.heading}, dark (OPS-1)"


@pytest.mark.parametrize("person", ["amina", "teacher"])
def test_ops_1_axe_finds_nothing_in_the_other_language(lms: Lms, person: str) -> None:
    """Another language changes words and no colour: those who see most pages walk once more."""
    for tool in every_page(lms, person, "en"):
        assert tool.find_faults_but_contrast() == [], tool.heading


@pytest.mark.parametrize("language", ["nl", "en"])
def test_ops_1_axe_finds_nothing_on_public_pages(lms: Lms, language: str) -> None:
    for tool in public_pages(lms, language):
        assert tool.find_accessibility_faults() == [], tool.heading


def test_public_pages_fit_a_window_of_320(lms: Lms, page: Page) -> None:
    page.set_viewport_size({"width": 320, "height": 700})

    for tool in public_pages(lms, "nl"):
        assert tool.overflow() <= 0, tool.heading


def find_faults(tool: Tool) -> Iterator[str]:
    """What is wrong on a page of the visit, whatever its width."""
    if tool.page_name == "refused":
        yield "a link that leads nowhere"
    if not tool.frame.locator("#support [href^='tel:112']").count():
        yield "no support card (GRP-5)"
    yield from tool.frame.evaluate(SILENT)

    # EXT-1: the way out is last in the bar, leads the whole window away, and says the same everywhere.
    leave = tool.frame.locator("[data-action=leave]")  # There is one: of two, the browser would not say which is asked.
    last = tool.frame.locator("header a").last
    if last.get_attribute("data-action") != "leave" or leave.get_attribute("target") != "_top":
        yield "the way out is not the last link of the bar, or leaves the frame only (EXT-1)"
    if not re.fullmatch(r"/s/[\w-]{43}/leave", leave.get_attribute("href") or ""):
        yield "the way out leads elsewhere (EXT-1)"
    if leave.inner_text() != "Verlaat deze pagina":
        yield f"the way out says: {leave.inner_text()} (EXT-1)"

    # EXT-6: what stays in a history, or in a list of downloads, is neutral.
    title = tool.frame.locator("title").inner_text()
    files = tool.frame.evaluate("[...document.querySelectorAll('link, script')].map(e => e.href || e.src)")
    yield from (f"not neutral: {name} (EXT-6)" for name in (tool.frame.url, title, *files) if HEAVY.search(name))
    if not title.startswith("Leerlijn"):
        yield f"the title begins otherwise: {title} (EXT-6)"


def find_faults_of_shape(tool: Tool, page: Page) -> Iterator[str]:
    """OPS-2: no page is wider than its window, in both directions; no press is small, and only pockets are closed."""
    yield from tool.frame.evaluate(CLOSED)
    yield from tool.frame.evaluate(SMALL)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 700})
        for direction in ("rtl", "ltr"):
            tool.frame.evaluate("direction => { document.documentElement.dir = direction; }", direction)
            if tool.overflow() > 0:
                yield f"too wide at {width}, {direction}"
