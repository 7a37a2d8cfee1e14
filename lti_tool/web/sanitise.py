"""Our own Markdown made into HTML that can do nothing but be read. The only file that touches ``bleach``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import bleach
from markdown_it import MarkdownIt

if TYPE_CHECKING:
    from collections.abc import Iterator

    from markdown_it.token import Token

TAGS = frozenset({"p", "h2", "h3", "ul", "ol", "li", "strong", "blockquote", "br", "a"})
_PROTOCOLS = frozenset({"https", "tel"})
_TARGETS = ("#", "https://", "tel:")
"""How a link may begin: the cleaner itself would also let through an address without a protocol."""
_TERM = "term:"

_markdown = MarkdownIt("commonmark", {"html": False}).disable(["image", "code", "fence", "hr", "html_block"])


@dataclass(frozen=True)
class Block:
    """One paragraph, heading or list."""

    html: str
    terms: tuple[str, ...]
    """The glossary terms that it links to, in order."""

    @property
    def is_heading(self) -> bool:
        """Whether it is a heading."""
        return self.html.startswith("<h")


def render_blocks(text: str) -> list[Block]:
    """Turn Markdown into safe HTML, block by block.

    A link to ``term:x`` leads to the place ``#term-x`` on the same page. Raw HTML is shown as text.
    """
    return [_render(tokens) for tokens in _split(_markdown.parse(text))]


def _render(tokens: list[Token]) -> Block:
    # Terms first: that is what makes their links lead to a place on the page, and the cleaner drops any other.
    terms = tuple(_link_terms(tokens))
    return Block(clean_html(_markdown.renderer.render(tokens, _markdown.options, {})), terms)


def _split(tokens: list[Token]) -> Iterator[list[Token]]:
    block: list[Token] = []
    for token in tokens:
        block.append(token)
        if token.level == 0 and token.nesting <= 0:
            yield block
            block = []


def _link_terms(tokens: list[Token]) -> Iterator[str]:
    for token in tokens:
        for child in token.children or ():
            target = str(child.attrGet("href") or "")
            if target.startswith(_TERM):
                term = target.removeprefix(_TERM)
                child.attrSet("href", f"#term-{term}")
                child.attrSet("class", "term")
                yield term


def find_links(text: str) -> Iterator[tuple[int, str]]:
    """Yield the target of every link in a Markdown text with its line, counted from 0.

    It reads the whole text as the page will: a link may run over two lines, or have its address at the end.
    """
    for token in _markdown.parse(text):
        line = token.map[0] if token.map else 0
        for child in token.children or ():
            if child.type == "link_open":
                yield line, str(child.attrGet("href"))
            line += child.type in ("softbreak", "hardbreak")


_LOST_TAGS = {
    "em": "is in italics, which is not shown; write it plainly, or **strong**",
    "code": "stands between backticks, which are not shown; write it between “ and ”",
}
_PLAIN = (
    (re.compile(r" {0,3}(?:```|~~~)"), "begins code, which is not shown as such; write it as a paragraph"),
    (re.compile(r" {0,3}([-*_])(?:[ \t]*\1){2,}[ \t]*$"), "is a line across; begin a part with a heading (## )"),
    (re.compile(r"[ \t]*\|.*\|[ \t]*$"), "is a row of a table, which is not shown as such; write a list (- )"),
    (re.compile(r".*~~\S"), "is struck through, which is not shown as such; write what holds"),
)
"""What looks like Markdown and would stand in the page as typed, line by line."""


def find_lost_markup(text: str) -> Iterator[tuple[int, str]]:
    """Yield the Markdown that would not come through to the page, with its line, counted from 0, and what to write."""
    env: dict[str, Any] = {}
    for token in _markdown.parse(text, env):
        line = token.map[0] if token.map else 0
        if token.type == "heading_open" and token.tag not in TAGS:
            yield line, f"is a heading of level {token.tag[1:]}, which is not shown; write ## before it"
        if token.type == "ordered_list_open" and token.attrGet("start") is not None:
            yield line, "is a list that does not begin at 1, but is shown so; begin it with 1, or write a list with - "
        for child in token.children or ():
            lost = _LOST_TAGS.get(child.tag)
            if lost and child.nesting >= 0:
                yield line, lost
            line += child.type in ("softbreak", "hardbreak")
    for found in env.get("references", {}).values():
        yield found["map"][0], "is the address of a link, and is not shown; write the link itself, or other brackets"
    for number, written in enumerate(text.splitlines()):
        yield from ((number, what) for pattern, what in _PLAIN if pattern.match(written))


def clean_html(html: str) -> str:
    """Keep the tags and attributes on our list, and drop the rest. Cleaning twice changes nothing."""
    return bleach.clean(html, tags=TAGS, attributes=_keep_attribute, protocols=_PROTOCOLS, strip=True)


def _keep_attribute(tag: str, name: str, value: str) -> bool:
    return tag == "a" and ((name, value) == ("class", "term") or (name == "href" and value.startswith(_TARGETS)))
