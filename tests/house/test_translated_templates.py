"""Sentences are put into templates when these are compiled: the page must read as if they were looked up each time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from flask import g, render_template
from jinja2 import DictLoader, UndefinedError, nodes

from lti_tool.web.languages import LANGUAGES, sentences_in
from lti_tool.web.translated_templates import TranslatedEnvironment
from tests.house.test_templates import NAMES

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask


@pytest.fixture(scope="module")
def tool(tool_apps: Callable[[str, str], Flask]) -> Flask:
    return tool_apps("sqlite", "")


def render(tool: Flask, language: str, source: str, part: str = "", **values: object) -> str:
    loader = DictLoader({"page.html": source, "part.html": part})
    environment = tool.jinja_env.overlay(loader=loader)
    assert isinstance(environment, TranslatedEnvironment)
    environment.__dict__.pop("_by_language", None)
    with tool.test_request_context():
        g.language = language
        return environment.get_or_select_template("page.html").render(values)


@pytest.mark.parametrize(("language", "expected"), [("nl", "Hier kun je terecht"), ("en", "Where you can go")])
def test_one_template_is_a_page_in_each_language(tool: Flask, language: str, expected: str) -> None:
    assert render(tool, language, '{{ _("Where you can go") }}') == expected


@pytest.mark.parametrize(
    "source", ['{{ _("Next: %(title)s", title=title) }}', '{{ _("%(kind)s of %(title)s", kind="x", title=title) }}']
)
def test_value_in_a_sentence_is_escaped(tool: Flask, source: str) -> None:
    page = render(tool, "en", source, title="<b>&'")

    assert "&lt;b&gt;&amp;&#39;" in page
    assert "<b>" not in page


def test_sentence_that_is_handed_on_stays_as_it_was_written(tool: Flask) -> None:
    source = '{% macro part(text) %}<p title="{{ text }}">{{ text }}</p>{% endmacro %}{{ part(_("Don\'t & <br>")) }}'

    assert render(tool, "en", source) == "<p title=\"Don't & <br>\">Don't & <br></p>"


@pytest.mark.parametrize("source", ['{{ _("100%%") }}', '{{ _("100%%%(nothing)s", nothing="") }}'])
def test_doubled_percent_sign_is_one_on_the_page(tool: Flask, source: str) -> None:
    assert render(tool, "en", source) == "100%"


@pytest.mark.parametrize("source", ['{{ _("To %(name)s", title="x") }}', '{{ _("%d of %(name)s", name="x") }}'])
def test_sentence_whose_values_do_not_fit_breaks_the_page(tool: Flask, source: str) -> None:
    with pytest.raises((KeyError, TypeError)):
        render(tool, "en", source)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_template_looks_up_no_sentence_without_values_any_more(tool: Flask, name: str, language: str) -> None:
    assert isinstance(tool.jinja_env, TranslatedEnvironment)

    with tool.test_request_context():
        tree = tool.jinja_env.in_language(language).parse_template(name)

    calls = [call for call in tree.find_all(nodes.Call) if isinstance(call.node, nodes.Name) and call.node.name == "_"]
    assert [call for call in calls if not call.kwargs and isinstance(call.args[0], nodes.Const)] == []


def test_part_is_put_where_it_is_included_and_sees_what_is_around_it(tool: Flask) -> None:
    source = '{% for name in names %}{% include "part.html" %}{% endfor %}'

    page = render(tool, "en", source, "{% set both = name ~ title %}({{ both }})", names=["<", "b"], title="!")

    assert page == "(&lt;!)(b!)"


def test_what_a_part_sets_stays_in_it(tool: Flask) -> None:
    source = '{% set name = "a" %}{% include "part.html" %}{{ name }}'

    assert render(tool, "en", source, '{% set name = "b" %}{{ name }}') == "ba"


def test_part_without_context_is_the_same_on_every_page(tool: Flask) -> None:
    calls: list[str] = []
    tool.jinja_env.globals["contacts_in"], kept = calls.append, tool.jinja_env.globals["contacts_in"]
    try:
        source = '{% for name in "abc" %}{% include "part.html" without context %}{% endfor %}'
        page = render(tool, "nl", source, '{{ contacts_in(locale) }}{{ _("Done") }} ')
    finally:
        tool.jinja_env.globals["contacts_in"] = kept

    assert calls == ["nl"]
    assert page == "NoneKlaar NoneKlaar NoneKlaar "


PERSONAL = ["request", "session", "g", "config", "url_for", "get_flashed_messages", "visit", "form_token", "here"]


@pytest.mark.parametrize("name", [*PERSONAL, "leave_url", "home_url", "support_url", "name"])
@pytest.mark.parametrize(
    "part", ["{{ %s }}", "{%% macro all() %%}{{ %s }}{%% endmacro %%}{{ all() }}", "{%% if %s %%}{%% endif %%}"]
)
def test_part_that_is_kept_for_everybody_cannot_see_who_asks(tool: Flask, name: str, part: str) -> None:
    source = '{% include "part.html" without context %}'

    with pytest.raises(UndefinedError):
        render(tool, "en", source, part % name, **dict.fromkeys([*PERSONAL, "name"], "Amina Haddou"))


def test_names_that_every_part_can_use_say_nothing_of_the_page(tool: Flask) -> None:
    assert isinstance(tool.jinja_env, TranslatedEnvironment)

    names = tool.jinja_env.in_language("nl").globals.keys()

    assert names == {"asset", "contacts_in", "dict", "namespace", "range", "_", "gettext", "ngettext", "locale"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_page_that_flask_renders_is_in_the_language_of_its_request(tool: Flask, language: str) -> None:
    with tool.test_request_context("/"):
        g.language = language
        page = render_template("web/front.html")

    assert f'<html lang="{language}"' in page
    assert sentences_in(language).translate("Where you can go") in page
