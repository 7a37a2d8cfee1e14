"""The one place where text becomes HTML: whatever goes in, only what is on the list comes out (OPS-8)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import html5lib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.web.sanitise import TAGS, clean_html, find_links, render_blocks

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

PIECES = (
    "<", ">", "</", "/>", "&", "&lt;", "&#x6a;", '"', "'", "=", " ", "\n", "\t", "\0", "<!--", "-->", "<![CDATA[",
    "script", "style", "svg", "math", "img", "a", "p", "h2", "iframe", "noscript", "textarea", "title", "template",
    "href=", "src=", "onclick=", "onerror=alert(1)", "style=x", "class=term", "class=", "id=done", "name=",
    "javascript:", "java\tscript:", "https://x.example", "//x.example", "data:text/html,x", "tel:112", "#term-x",
    "]]>", "term:x", "[a](", ")", "![", "](", "**", "## ", "- ", "> ", "`", "```", "\\", "\N{RIGHT-TO-LEFT OVERRIDE}",
)  # fmt: skip
MARKUP = st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=25).map("".join)


def outside_the_list(html: str) -> list[str]:
    """What a browser would find in this HTML that is not on our list."""
    fragment = html5lib.parseFragment(html, namespaceHTMLElements=False)
    found = []
    for element in fragment.iter():
        if element is fragment:
            continue
        if element.tag not in TAGS:
            found.append(str(element.tag))
        found += [f"{element.tag} {name}={value}" for name, value in element.attrib.items() if not _may(element, name)]
    return found


def _may(element: Element, name: str) -> bool:
    value = element.attrib[name]
    if element.tag != "a":
        return False
    if name == "href":
        return value.startswith(("#", "https://", "tel:"))
    return (name, value) == ("class", "term")


@given(MARKUP)
def test_cleaned_html_holds_nothing_outside_the_list(html: str) -> None:
    assert outside_the_list(clean_html(html)) == []


@given(MARKUP)
def test_cleaning_twice_changes_nothing(html: str) -> None:
    once = clean_html(html)

    assert clean_html(once) == once


@given(MARKUP)
def test_markdown_becomes_nothing_outside_the_list(text: str) -> None:
    html = "".join(block.html for block in render_blocks(text))

    assert outside_the_list(html) == []
    assert clean_html(html) == html


@given(st.text())
def test_any_text_can_be_rendered(text: str) -> None:
    for block in render_blocks(text):
        assert outside_the_list(block.html) == []


@given(MARKUP)
def test_terms_of_a_block_are_the_links_that_the_check_sees(text: str) -> None:
    """What the content check does not see must not be there on the page."""
    rendered = [term for block in render_blocks(text) for term in block.terms]

    assert rendered == [target.removeprefix("term:") for _, target in find_links(text) if target.startswith("term:")]


@pytest.mark.parametrize(
    ("html", "cleaned"),
    [
        ("<script>alert(1)</script>", "alert(1)"),
        ('<p onclick="x">text</p>', "<p>text</p>"),
        ('<a href="javascript:alert(1)">text</a>', "<a>text</a>"),
        ('<a href="//elsewhere.example">text</a>', "<a>text</a>"),
        ('<a href="/s/x/leave">text</a>', "<a>text</a>"),
        ('<a href="https://x.example" target="_top">text</a>', '<a href="https://x.example">text</a>'),
        ('<a href="#term-x" class="term">text</a>', '<a href="#term-x" class="term">text</a>'),
        ('<a class="press">text</a>', "<a>text</a>"),
        ('<img src="https://x.example/a.png">', ""),
        ("<h1>text</h1>", "text"),
        ("<strong>text</strong>", "<strong>text</strong>"),
    ],
)
def test_html_is_cleaned(html: str, cleaned: str) -> None:
    assert clean_html(html) == cleaned


def test_link_to_a_term_leads_to_its_place_on_the_page() -> None:
    (block,) = render_blocks("Zo wordt ervaring [ervaringskennis](term:experiential-knowledge).")

    assert block.terms == ("experiential-knowledge",)
    link = '<a href="#term-experiential-knowledge" class="term">ervaringskennis</a>'
    assert block.html == f"<p>Zo wordt ervaring {link}.</p>\n"


def test_raw_html_in_markdown_is_shown_as_text() -> None:
    (block,) = render_blocks("A <b>bold</b> word")

    assert block.html == "<p>A &lt;b&gt;bold&lt;/b&gt; word</p>\n"


def test_text_is_split_into_its_blocks() -> None:
    blocks = render_blocks("One.\n\n## Two\n\n- three\n- four\n\nFive.\n")

    assert [block.html.partition(">")[0] for block in blocks] == ["<p", "<h2", "<ul", "<p"]


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("a [b](term:c) d", [(0, "term:c")]),
        ("a\nb [c\nd](https://x.example)", [(1, "https://x.example")]),
        ("- a\n- [b](tel:112)", [(1, "tel:112")]),
        ("Zie [a].\n\n[a]: https://x.example", [(0, "https://x.example")]),
        ("[a](javascript:x) and `[b](term:c)`", []),
        ("no link", []),
    ],
)
def test_links_are_found_with_their_line(text: str, links: list[tuple[int, str]]) -> None:
    assert list(find_links(text)) == links
