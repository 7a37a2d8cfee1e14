"""One language of an edition: what a text says in it, and the sentences that all steps share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lti_tool.web.sanitise import render_blocks

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Words:
    """What is needed to say something of an edition in one language."""

    language: str
    frame: Mapping[str, Any]
    """As ``frame.yaml`` holds it."""

    def say(self, text: Mapping[str, str]) -> str:
        """Return a text in this language."""
        return text[self.language]

    def render(self, text: Mapping[str, str]) -> str:
        """Return a Markdown text in this language as safe HTML."""
        return self.render_text(text[self.language])

    @staticmethod
    def render_text(text: str) -> str:
        """Return Markdown as safe HTML."""
        return "".join(block.html for block in render_blocks(text))
