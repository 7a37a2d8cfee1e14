"""The component page: every part with its states, and no state that a part does not have."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from jinja2 import Environment, nodes

from lti_tool.app import create_app
from lti_tool.web.components import read_components
from lti_tool.web.languages import LANGUAGES
from tests.clock import FrozenClock
from tests.conftest import ROOT, make_settings
from tests.police import BASE_URL, check_page

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask

FOLDER = ROOT / "lti_tool" / "web" / "templates" / "components"


@pytest.fixture(scope="module")
def demo_app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The tool as in the demo, without a database: the page needs none."""
    settings = make_settings(f"sqlite:///{tmp_path_factory.mktemp('components')}/tool.sqlite3")
    return create_app(replace(settings, environment="demo"), clock=FrozenClock())


def macros() -> dict[tuple[str, str], set[str]]:
    """Return what each macro takes, by its file and its name."""
    environment = Environment(autoescape=True)
    return {
        (path.stem, macro.name): {argument.name for argument in macro.args}
        for path in FOLDER.glob("*.html")
        for macro in environment.parse(path.read_text()).find_all(nodes.Macro)
    }


INSIDE = {"standing", "way_in", "way_on", "words"}
"""Macros that are a piece of another one in their own file."""


def test_every_macro_of_a_component_is_shown_with_a_state() -> None:
    shown = {(part.name, example.macro) for part in read_components("nl") for example in part.examples}

    assert shown == {(file, name) for file, name in macros() if name not in INSIDE}


def test_every_state_names_only_parameters_that_its_macro_takes() -> None:
    known = macros()

    wrong = [
        (example.macro, name)
        for part in read_components("nl")
        for example in part.examples
        for name in example.parameters
        if name not in known[part.name, example.macro]
    ]

    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_page_shows_them_all(demo_app: Flask, language: str) -> None:
    answer = demo_app.test_client().get(f"/components?lang={language}", base_url=BASE_URL)

    assert answer.status_code == 200
    # A band is a heading of its page, so this one page has more than one; all else holds here too.
    one_heading = re.sub(r"<(/?)h1>", r"<\1h2>", answer.text).replace("<h2>", "<h1>", 1).replace("</h2>", "</h1>", 1)
    check_page(one_heading, with_session=False)
    for part in read_components(language):
        assert part.about.replace("'", "&#39;") in answer.text


def test_production_has_no_such_page(tmp_path: Path) -> None:
    app = create_app(make_settings(f"sqlite:///{tmp_path}/tool.sqlite3"), clock=FrozenClock())

    assert app.test_client().get("/components", base_url=BASE_URL).status_code == 404
