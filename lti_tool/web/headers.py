"""The headers of every answer: nothing from elsewhere, nothing kept, nothing said to others (EXT-7, LOG-2, OPS-7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import g, request

from lti_tool.web.edge import instruments

if TYPE_CHECKING:
    from flask import Flask, Response

_POLICY = (
    "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; media-src 'self'; "
    "script-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors "
)
_NEVER_FRAMED = frozenset({"web.send_static", "web.show_brand"})

_ALWAYS = (
    ("Referrer-Policy", "no-referrer"),
    ("X-Content-Type-Options", "nosniff"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
    ("X-Robots-Tag", "noindex"),
)


def install_headers(app: Flask) -> None:
    """Set the headers of every answer, errors included."""

    @app.after_request
    def set_headers(response: Response) -> Response:
        headers = response.headers
        headers.extend(_ALWAYS)
        headers.add("Content-Security-Policy", _POLICY + _frame_ancestors())
        headers.setdefault("Cache-Control", "no-store")
        if instruments().settings.uses_https:
            headers.add("Strict-Transport-Security", "max-age=31536000")
        return response


def _frame_ancestors() -> str:
    """Pages of a person: their own LMS. Pages that hold nothing personal: anybody. Never X-Frame-Options."""
    member = g.get("member")
    if member is not None:
        return " ".join(member.frame_origins) or "'none'"
    # A view whose page opens something without a visit says by itself who may frame it.
    named: tuple[str, ...] | None = g.get("frame_ancestors")
    if named is not None:
        return " ".join(named) or "'none'"
    return "'none'" if request.endpoint in _NEVER_FRAMED else "*"
