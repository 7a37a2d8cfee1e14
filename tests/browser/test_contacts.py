"""A coordinator fills in whom students can go to, with a mistake on the way, and a student finds them on a phone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser.pages import Lms, Tool

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from tests.browser.running import RunningDemo

CARD = {
    "name": "Marloes Voorbeeld",
    "phone": "070 000 00 00",
    "email": "marloes@voorbeeld.example",
    "place": "Kamer 1.24",
    "scope_nl": "Ongewenst gedrag, en wat je verder dwarszit.",
    "answers_nl": "Binnen een werkdag.",
    "scope_en": "Unwanted behaviour, and whatever else bothers you.",
    "answers_en": "Within a working day.",
}
LONG = {
    "name": "Vertrouwenspersonencoördinatiebureau" * 2,
    "phone": "",
    "email": f"{'m' * 60}@{'voorbeeld' * 6}.example",
    "place": "G" * 100,
    "scope_nl": "Z" * 600,
    "answers_nl": "W" * 200,
}


def fill(tool: Tool, kind: str = "adviser", **changes: str) -> None:
    """Fill in the form of a card."""
    tool.frame.locator("#field-kind").select_option(kind)
    for name, text in {**CARD, **changes}.items():
        tool.frame.locator(f"#field-{name}").fill(text)
    tool.frame.locator("#field-every_page").check()


def add(tool: Tool, kind: str = "adviser", **changes: str) -> None:
    """From the list, add a card."""
    tool.press("new-contact")
    fill(tool, kind, **changes)
    tool.press("save")


def wait_for_card(tool: Tool, selector: str) -> None:
    """Load a page again until it shows a card: each process of the demo sees a change within half a minute."""
    for _ in range(40):
        if tool.frame.locator(selector).count():
            return
        tool.frame.page.wait_for_timeout(1000)
        tool.frame.goto(tool.frame.url)
    pytest.fail(f"no {selector} within half a minute")


def remove_all(tool: Tool) -> None:
    """From the list, remove every card, as a coordinator does."""
    while tool.frame.locator("[data-action=remove-contact]").count():
        tool.press("remove-contact")
        tool.press("remove")


@pytest.fixture
def kept(lms: Lms) -> Iterator[Tool]:
    """The list of a coordinator in the frame. The demo is shared, so the cards are gone afterwards."""
    tool = lms.open_activity("coordinator")
    tool.press("contacts")
    remove_all(tool)
    yield tool
    tool = lms.open_activity("coordinator")
    tool.press("contacts")
    remove_all(tool)


def test_coordinator_mends_a_mistake_and_a_student_finds_the_card_on_a_phone(
    kept: Tool, browser: Browser, demo: RunningDemo, requests_elsewhere: list[str]
) -> None:
    assert kept.page_name == "contacts"
    assert kept.frame.locator("[data-status=missing]").count() == 4
    kept.press("fill-gap")
    fill(kept, email="marloes")
    kept.press("save")

    # The summary has the focus, leads to the field, and what was typed is there.
    kept.frame.locator("#errors:focus").wait_for()
    kept.frame.locator("#errors a").click()
    kept.frame.locator("#field-email:focus").wait_for()
    assert kept.frame.locator("#field-name").input_value() == "Marloes Voorbeeld"
    assert kept.frame.locator("#field-every_page").is_checked()
    kept.frame.locator("#field-email").fill("marloes@voorbeeld.example")
    kept.press("save")
    kept.frame.locator("#done:focus").wait_for()
    assert kept.frame.locator("[data-status=missing]").count() == 3

    context = browser.new_context(viewport={"width": 390, "height": 844})
    student = Lms(context.new_page(), demo).open_window("amina")
    wait_for_card(student, "#support [data-contact=adviser]")
    foot = student.frame.locator("#support [data-contact=adviser]")
    assert "Marloes Voorbeeld. Vertrouwenspersoon." in foot.inner_text()
    assert foot.locator("a").get_attribute("href") == "tel:0700000000"
    student.press("all-contacts")
    # Not what another test had there: this one is the only card.
    wait_for_card(student, "[data-contacts=own]:has([data-contact=adviser]):not(:has([data-contact=dean]))")
    first = student.frame.locator("[data-contacts=own] [data-contact]").first
    assert first.locator("h3").inner_text() == "Marloes Voorbeeld"
    assert student.frame.locator("[data-status=missing] li").all_inner_texts() == [
        "Docent of studiecoach",
        "Studentendecaan",
        "Studentenpsycholoog",
    ]
    # Above the national ones.
    own, national = first.bounding_box(), student.frame.locator("[data-contacts=national]").bounding_box()
    assert own is not None
    assert national is not None
    assert own["y"] < national["y"]
    context.close()
    assert requests_elsewhere == []


def test_everything_works_without_script_and_the_summary_still_has_the_focus(
    browser: Browser, demo: RunningDemo, kept: Tool
) -> None:
    del kept
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{demo.lms_url}/course/sw1/link/line?person=coordinator&where=frame&lang=nl")
    frame = page.frame(name="tool")
    assert frame is not None
    frame.locator("[data-lms-action=send]").click()
    frame.locator("[data-action=continue-here]:visible").click()
    frame.locator("[data-lms-action=send]").click()
    tool = Lms(page, demo).tool()
    tool.press("contacts")

    add(tool, name="")
    tool.frame.locator("#errors:focus").wait_for()
    assert tool.frame.locator("#errors a").all_inner_texts() == ["Vul in hoe deze persoon of deze plek heet."]
    tool.frame.locator("#field-name").fill("Sam Voorbeeld")
    tool.press("save")
    assert tool.frame.locator("h3").first.inner_text() == "Sam Voorbeeld"

    tool.press("change-contact")
    tool.frame.locator("#field-place").fill("Kamer 2")
    tool.press("save")
    assert "Kamer 2" in tool.frame.locator("main").inner_text()
    tool.press("still-right")
    assert tool.frame.locator("#done").get_attribute("data-status") == "checked"
    tool.press("remove-contact")
    tool.press("remove")
    assert tool.frame.locator("[data-action=remove-contact]").count() == 0
    context.close()


def walk(tool: Tool) -> Iterator[str]:
    """Show every page of the coordinator's, with cards in it, and then what a student sees."""
    yield "empty list"
    tool.press("new-contact")
    yield "form"
    tool.press("save")
    yield "form with everything wrong"
    fill(tool)
    tool.press("save")
    yield "saved"
    add(tool, "dean", **LONG)
    yield "list"
    tool.press("change-contact")
    yield "card"
    tool.press("contacts")
    tool.press("remove-contact")
    yield "removing"
    tool.press("all-contacts")
    wait_for_card(tool, "[data-contacts=own] [data-contact=dean]")
    yield "support"
    tool.press("home")
    tool.open_step("1.2")
    wait_for_card(tool, "[data-contacts=own] [data-contact=dean]")
    wait_for_card(tool, "#support [data-contact=dean]")
    yield "signpost"


@pytest.mark.parametrize(("language", "scheme"), [("nl", "light"), ("en", "dark")])
def test_ops_1_axe_finds_nothing_on_the_pages_with_cards(kept: Tool, page: Page, language: str, scheme: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    if language == "en":
        kept.press("language")

    for place in walk(kept):
        assert kept.find_accessibility_faults() == [], place
    if language == "en":
        kept.press("language")


def test_nothing_is_wider_than_a_window_of_320_and_targets_are_large_enough(kept: Tool, page: Page) -> None:
    page.set_viewport_size({"width": 320, "height": 700})

    for place in walk(kept):
        assert kept.overflow() <= 0, place
        for field in kept.frame.locator("main :is(input:not([type=hidden], [type=checkbox]), select, textarea)").all():
            box = field.bounding_box()
            assert box is not None
            assert box["height"] >= 44, f"{place}: {field.get_attribute('name')}"
        kept.frame.evaluate("document.documentElement.dir = 'rtl'")
        assert kept.overflow() <= 0, f"{place}, right to left"
        kept.frame.evaluate("document.documentElement.dir = 'ltr'")


def test_pages_with_cards_hold_no_box_but_the_fields(kept: Tool) -> None:
    script = """() => [...document.querySelectorAll('main *, footer *')].filter(element => {
        const style = getComputedStyle(element);
        const sides = ['Top', 'Right', 'Bottom', 'Left'].map(side => parseFloat(style['border' + side + 'Width']));
        return Math.min(...sides) > 0 && !element.matches('input, button, select, textarea');
    }).map(element => element.outerHTML.slice(0, 100))"""

    for place in walk(kept):
        assert kept.frame.evaluate(script) == [], place
