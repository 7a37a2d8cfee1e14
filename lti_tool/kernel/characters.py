"""Which code points are no text: no id holds them, and no page may (WHATWG HTML, 13.2.3.5). Pure."""

from __future__ import annotations

import unicodedata


def is_no_text(char: str) -> bool:
    """Whether a code point is a control, half of a pair, or one of the 66 that never will be a character.

    Line ends are among them (Unicode 15, 23.1 and 23.7). PostgreSQL refuses some of them.
    """
    code = ord(char)
    return unicodedata.category(char) in ("Cc", "Cs") or code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF  # noqa: PLR2004
