"""Words that do not stand in texts for students (NOT-6, and section 10 of the art direction)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_WORDS = {
    "nl": (
        r"\w*trigger\w*", r"\w*slachtoffer\w*", r"overlevers?", r"dapper\w*", r"moedig\w*",
        "veilige ruimte", "jouw verhaal telt", "goed gedaan",
    ),
    "en": (
        r"\w*trigger\w*", r"\w*victim\w*", r"survivors?", r"brave\w*", "safe space", "your story matters", "well done",
    ),
}  # fmt: skip
_BETWEEN = r"[\s>*]+"
"""What may stand between the words of a phrase: also the end of a line, in a quotation too, and strong text."""
_PATTERNS = {
    language: re.compile(rf"\b(?:{'|'.join(words).replace(' ', _BETWEEN)})\b", re.IGNORECASE)
    for language, words in _WORDS.items()
}
_UNSEEN = re.compile(r"&(?:shy|#173|#[xX]0*[aA][dD]);|[\u00ad\u200b-\u200d\u2060]")
"""Marks inside a word that nobody sees: they say where it may be broken, and hide it from a search."""


def find_words(text: str, language: str) -> Iterator[tuple[int, str]]:
    """Yield what should be said otherwise, with its line, counted from 0. An exclamation mark urges, so it counts."""
    seen = _UNSEEN.sub("", text)
    for found in _PATTERNS[language].finditer(seen):
        yield len(f"{seen[: found.start()]}.".splitlines()) - 1, " ".join(re.split(_BETWEEN, found.group()))
    for number, line in enumerate(seen.splitlines()):
        if "!" in line:
            yield number, "!"
