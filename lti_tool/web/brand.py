"""An institution's colour on our pages: only where it can be told from what it stands on (WCAG 2.2, 1.4.11)."""

from __future__ import annotations

import re

_COLOUR = re.compile(r"#[0-9a-f]{6}")
_LEAST = 3.0
"""The contrast that what is no text needs."""
_PAPERS = {"light": "#f4f3ee", "dark": "#141a2a"}
"""The page in both schemes: ``--paper`` in css/tokens.css."""


def is_colour(text: str) -> bool:
    """Whether this is a colour as we keep it: ``#`` and six hexadecimal digits, in small letters."""
    return _COLOUR.fullmatch(text) is not None


def style_sheet(colour: str) -> str:
    """Return the style sheet that carries a colour, for the schemes in which it can be seen (css/tokens.css)."""
    shown = {
        scheme: colour if contrast(colour, paper) >= _LEAST else "transparent" for scheme, paper in _PAPERS.items()
    }
    return f":root {{ --brand: var(--light, {shown['light']}) var(--dark, {shown['dark']}); }}\n"


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, from 1 to 21 (WCAG 2.2, contrast ratio)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)  # noqa: PLR2004 (of the standard)
