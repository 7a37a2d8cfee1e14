"""Where templates are found, and what each of them can use."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import g, url_for
from jinja2 import FileSystemLoader, PrefixLoader, StrictUndefined

from lti_tool.web.access import form_token, own_path
from lti_tool.web.choices import SHORTCUT, THEME
from lti_tool.web.edge import instruments
from lti_tool.web.languages import current_language
from lti_tool.web.translated_templates import TranslatedEnvironment

if TYPE_CHECKING:
    from flask import Flask

STATIC = Path(__file__).parent / "static"


def install_templates(app: Flask) -> None:
    """Let every room keep its templates, addressed by its name: ``progress/home_learner.html``."""
    app.jinja_environment = TranslatedEnvironment
    rooms = {folder.parent.name: FileSystemLoader(folder) for folder in Path(__file__).parents[1].glob("*/templates")}
    environment = app.jinja_env
    environment.loader = PrefixLoader(rooms)
    environment.undefined = StrictUndefined
    environment.trim_blocks = environment.lstrip_blocks = True
    environment.globals["asset"] = asset

    @app.context_processor
    def describe_page() -> dict[str, Any]:
        has_visit = g.get("member") is not None
        return {
            "visit": None,
            "locale": current_language(),
            "exit_url": instruments().settings.exit_url,
            "form_token": form_token() if has_visit else "",
            "here": own_path(),
            "theme": THEME.read() or "device",
            "hears_shift": SHORTCUT.read() != "off",
        }


@cache
def asset(path: str) -> str:
    """Return the address of a static file, with a hash of its content: it may be kept for ever, and never be stale."""
    content_hash = hashlib.sha256((STATIC / path).read_bytes()).hexdigest()[:12]
    return url_for("web.send_static", filename=path, v=content_hash)
