"""The page with all places to go: also public, so that it stays when a session has ended (GRP-5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, render_template

from lti_tool.people.permissions import Permission
from lti_tool.web.access import public, requires

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from lti_tool.people.member import Member

curriculum = Blueprint("curriculum", __name__)


@curriculum.get("/support")
@public("who needs a place to go need not show who they are")
def show_support() -> ResponseReturnValue:
    """Show every contact."""
    return render_template("web/support.html")


@curriculum.get("/s/<token>/support")
@requires(Permission.KEEP_SESSION)
def show_support_in_visit(_member: Member) -> ResponseReturnValue:
    """Show every contact to somebody with a session, who can go back to it or leave it from here."""
    return render_template("web/support.html")
