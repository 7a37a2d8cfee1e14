"""Our own Markdown made into HTML that can do nothing but be read. The only file that touches ``bleach``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import bleach
from markdown_it import MarkdownIt

if TYPE_CHECKING:
    from collections.abc import Iterator

    from markdown_it.token import Token

TAGS = frozenset({"p", "h2", "h3", "ul", "ol", "li", "strong", "blockquote", "br", "a"})
_PROTOCOLS = frozenset({"https", "tel"})
_TERM = "term:"

_markdown = MarkdownIt("commonmark", {"html": False}).disable(["image", "code", "fence", "hr", "html_block"])


@dataclass(frozen=True)
class Block:
    """One paragraph, heading or list."""

    html: str
    terms: tuple[str, ...]
    """The glossary terms that it links to, in order."""


def render_blocks(text: str) -> list[Block]:
    """Turn Markdown into safe HTML, block by block.

    A link to ``term:x`` leads to the place ``#term-x`` on the same page. Raw HTML is shown as text.
    """
    return [
        Block(clean_html(_markdown.renderer.render(tokens, _markdown.options, {})), tuple(_link_terms(tokens)))
        for tokens in _split(_markdown.parse(text))
    ]


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


def find_links(text: str) -> list[str]:
    """Return the targets of all links in a Markdown text."""
    tokens = [child for token in _markdown.parse(text) for child in token.children or ()]
    return [str(token.attrGet("href")) for token in tokens if token.type == "link_open"]


def clean_html(html: str) -> str:
    """Keep the tags and attributes on our list, and drop the rest. Cleaning twice changes nothing."""
    return bleach.clean(html, tags=TAGS, attributes=_keep_attribute, protocols=_PROTOCOLS, strip=True)


def _keep_attribute(tag: str, name: str, value: str) -> bool:
    return tag == "a" and (name == "href" or (name, value) == ("class", "term"))
