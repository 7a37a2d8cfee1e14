"""Sentences as a page shows them: in Dutch once the catalogue has them, in English until then."""

from __future__ import annotations

import html
from pathlib import Path

from babel.support import Translations

import lti_tool.web

_FOLDER = Path(lti_tool.web.__path__[0]) / "translations"
_CATALOGUES = {language: Translations.load(_FOLDER, [language]) for language in ("nl", "en")}


def spoken(sentence: str, language: str) -> str:
    """Return a sentence of the tool in a language."""
    return str(_CATALOGUES[language].gettext(sentence))


def readable(page: str) -> str:
    """Return a page with its characters as they are read."""
    return html.unescape(page)
