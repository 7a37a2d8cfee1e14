"""Words that do not stand in texts for students (NOT-6, and section 10 of the art direction)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_WORDS = {
    "nl": r"trigger\w*|slachtoffer\w*|dapper\w*|moedig\w*|veilige ruimte|jouw verhaal telt|goed gedaan",
    "en": r"trigger\w*|victims?|survivors?|brave\w*|safe space|your story matters|well done",
}
_PATTERNS = {language: re.compile(rf"\b(?:{words})\b", re.IGNORECASE) for language, words in _WORDS.items()}


def find_words(text: str, language: str) -> Iterator[tuple[int, str]]:
    """Yield what should be said otherwise, with its line, counted from 0. An exclamation mark urges, so it counts."""
    for number, line in enumerate(text.splitlines()):
        for found in _PATTERNS[language].finditer(line):
            yield number, found.group()
        if "!" in line:
            yield number, "!"
