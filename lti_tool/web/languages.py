"""Dutch and English: which of the two a page is in, and the catalogue it reads."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from babel.lists import format_list
from babel.support import Translations
from flask import g, has_request_context, request
from flask_babel import Babel, Domain, LazyString, format_date, format_datetime
from markupsafe import Markup, escape

from lti_tool.web.choices import LANGUAGE

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from babel.support import NullTranslations
    from flask import Flask

LANGUAGES = LANGUAGE.values
_FOLDER = Path(__file__).parent / "translations"


class Sentences:
    """What is said in one language."""

    def __init__(self, language: str) -> None:
        self.catalogue: NullTranslations = Translations.load(_FOLDER, [language])
        self.functions = {"_": self.translate, "gettext": self.translate, "ngettext": self.translate_number}
        """What templates call."""
        self._ready: dict[str, Markup] = {}

    def look_up(self, sentence: str) -> str:
        """Return a sentence as it stands in the catalogue, with places for its values."""
        found: str = self.catalogue.gettext(sentence)
        return found

    def translate(self, sentence: str, /, **values: Any) -> Markup:
        """Return a template's sentence; the values in it are escaped."""
        if values:
            return _fill(self.look_up(sentence), values)
        found = self._ready.get(sentence)
        if found is None:
            found = self._ready[sentence] = _fill(self.look_up(sentence), {})
        return found

    def translate_number(self, singular: str, plural: str, num: int, /, **values: Any) -> Markup:
        """Return a template's sentence with a number in it."""
        return _fill(self.catalogue.ngettext(singular, plural, num), {"num": num, **values})


def _fill(sentence: str, values: dict[str, Any]) -> Markup:
    # The % also turns %% into %, as it does in sentences with values.
    return Markup(sentence % {name: escape(value) for name, value in values.items()})  # noqa: S704 (our own)


class Catalogues(Domain):  # type: ignore[misc]  # (the library has no types)
    """The sentences in both languages, read once.

    The library finds out anew for each sentence which language and catalogue it is. The language is always the page's
    own, so the library's ``force_locale`` has no say in sentences.
    """

    def __init__(self) -> None:
        super().__init__([str(_FOLDER)])
        self._languages = {language: Sentences(language) for language in LANGUAGES}

    def sentences_in(self, language: str) -> Sentences:
        """Return what is said in one of our languages."""
        return self._languages[language]

    def get_translations(self) -> NullTranslations:
        """Return the catalogue of this page's language."""
        return self._languages[current_language()].catalogue


_catalogues = Catalogues()


def lazy_gettext(sentence: str) -> LazyString:
    """Return a sentence that is looked up when a page shows it: for what is written down before there is a page."""
    return LazyString(lambda: sentences_in(current_language()).look_up(sentence))


def sentences_in(language: str) -> Sentences:
    """Return what is said in one of our languages."""
    return _catalogues.sentences_in(language)


def install_languages(app: Flask) -> None:
    """Give an application its two languages."""
    app.config["BABEL_DEFAULT_LOCALE"] = "en"
    babel = Babel(app, locale_selector=current_language)
    babel.domain_instance = _catalogues
    app.jinja_env.filters["moment"] = show_moment
    app.jinja_env.filters["day"] = show_day
    app.jinja_env.filters["weekday"] = show_weekday


def show_moment(moment: datetime) -> str:
    """Return a moment as people read it, in this page's language. The tool knows nobody's time zone, and says so."""
    return f"{format_datetime(moment, 'd MMMM y, HH:mm', rebase=False)} UTC"


def show_day(day: date) -> str:
    """Return a day as people read it, in this page's language."""
    return str(format_date(day, "d MMMM y"))


def show_weekday(day: date) -> str:
    """Return a day with its name: for who plans a week."""
    return str(format_date(day, "EEEE d MMMM y"))


def list_people(names: Sequence[str]) -> str:
    """Return names as people say them, in this page's language: *Amir, Lotte en Sem*."""
    return format_list(list(names), locale=current_language())


def current_language() -> str:
    """Return the language of this page: the visit's, else what was asked for, chosen before, or the browser prefers."""
    if not has_request_context():
        return "en"
    member = g.get("member")
    if member is not None:
        return str(member.locale)
    language: str | None = g.get("language")
    if language is None:
        wanted = language_from(request.args.get("lang")) or LANGUAGE.read() or _preferred_language()
        language = g.language = wanted
    return language


def language_from(code: str | None) -> str | None:
    """Read a language code such as ``nl``, ``nl_NL`` or ``en-GB``; None for one we do not speak."""
    found = (code or "").strip().lower().replace("_", "-").partition("-")[0]
    return found if found in LANGUAGES else None


def _preferred_language() -> str:
    return request.accept_languages.best_match(LANGUAGES) or LANGUAGES[0]
