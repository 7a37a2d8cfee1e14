"""The page with all places to go: public, so that it stays when a session has ended (GRP-5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, render_template

from lti_tool.web.access import public

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

curriculum = Blueprint("curriculum", __name__)


@curriculum.get("/support")
@public("who needs a place to go need not show who they are")
def show_support() -> ResponseReturnValue:
    """Show every contact."""
    return render_template("web/support.html")
