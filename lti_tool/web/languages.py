"""Dutch and English: which of the two a page is in, and the catalogue it reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import g, has_request_context, request
from flask_babel import Babel

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug import Response

LANGUAGES = ("nl", "en")
COOKIE = "__Host-lang"
_A_YEAR = 365 * 24 * 3600


def install_languages(app: Flask) -> None:
    """Give an application its two languages."""
    app.config["BABEL_DEFAULT_LOCALE"] = "en"
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(app.root_path) + "/web/translations"
    Babel(app, locale_selector=current_language)


def current_language() -> str:
    """Return the language of this page: the visit's, else what was asked for, chosen before, or the browser prefers."""
    if not has_request_context():
        return "en"
    member = g.get("member")
    if member is not None:
        return str(member.locale)
    return language_from(request.args.get("lang")) or chosen_language() or _preferred_language()


def language_from(code: str | None) -> str | None:
    """Read a language code such as ``nl``, ``nl_NL`` or ``en-GB``; None for one we do not speak."""
    found = (code or "").strip().lower().replace("_", "-").partition("-")[0]
    return found if found in LANGUAGES else None


def chosen_language() -> str | None:
    """Return the language chosen in this browser before, if any. The cookie names nobody."""
    return language_from(request.cookies.get(COOKIE))


def remember_language(response: Response, language: str) -> None:
    """Keep the choice of a language in this browser."""
    response.set_cookie(
        COOKIE, language, max_age=_A_YEAR, secure=True, httponly=True, samesite="None", partitioned=True
    )


def _preferred_language() -> str:
    return request.accept_languages.best_match(LANGUAGES) or LANGUAGES[0]


def localised(texts: dict[str, str]) -> str:
    """Choose the text of this page's language."""
    return texts[current_language()]
