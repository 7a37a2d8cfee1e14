"""A test client that polices every answer it gets, so that no test has to remember to."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import html5lib
from flask.testing import FlaskClient
from sqlalchemy import event

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree import ElementTree as ET

    from flask import Flask
    from sqlalchemy import Engine
    from werkzeug.test import TestResponse

BASE_URL = "https://tool.example"
_WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE)", re.IGNORECASE)
_MAY_WRITE = (
    "UPDATE launch_session SET touched_at",
    "INSERT INTO limit_count",
    "INSERT INTO lti_last_event",
)
"""What a page that is only read may note in a transaction of its own: that a session lives, a flood, a refusal."""
_UNNEUTRAL = re.compile(r"geweld|violence|onveilig|unsafe|trauma|steun|support|abuse", re.IGNORECASE)


_SOUND = re.compile(r"/s/[\w-]{43}/sound/[0-9a-f]{64}")
"""A sound of a step or its captions: below the visit, and its name says nothing (EXT-6)."""


class StatementRecorder:
    """Every statement that an engine runs, in order."""

    def __init__(self, engine: Engine) -> None:
        self.statements: list[str] = []
        self.commits = 0
        event.listen(engine, "before_cursor_execute", self._note)
        event.listen(engine, "commit", self._note_commit)

    def _note(self, _connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            self.statements.append(statement)

    def _note_commit(self, _connection: Any) -> None:
        self.commits += 1

    def clear(self) -> None:
        self.statements.clear()
        self.commits = 0

    def writes(self) -> list[str]:
        return [text for text in self.statements if _WRITES.match(text)]


class PolicingClient(FlaskClient):
    """Speaks to the tool as browsers do at its real address, and checks whatever comes back."""

    application: Flask

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        kwargs.setdefault("base_url", BASE_URL)
        recorder: StatementRecorder = self.application.extensions["statement_recorder"]
        recorder.clear()
        response = super().open(*args, **kwargs)
        if not kwargs.get("follow_redirects"):
            self._police(response, recorder)
        return response

    def _police(self, response: TestResponse, recorder: StatementRecorder) -> None:
        request = response.request
        headers = response.headers
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "X-Frame-Options" not in headers
        policy = headers["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert "default-src 'none'" in policy
        assert "frame-ancestors " in policy
        is_colour = request.path.startswith("/brand/") and response.status_code == 200
        if not is_colour and not request.path.startswith("/static/") and request.path != "/lti/jwks.json":
            assert headers["Cache-Control"] == "no-store"
        if request.method in ("GET", "HEAD") and not request.path.endswith("/leave"):
            writes = [text for text in recorder.writes() if not text.startswith(_MAY_WRITE)]
            assert not writes, f"a page that is only read wrote: {writes}"
        if response.status_code >= 400:
            assert response.status_code < 500 or response.status_code == 503, response.text
        if response.mimetype == "text/html" and response.status_code not in (302, 303):
            _check_once(response.text, with_session="/s/" in request.path and response.status_code == 200)


_SECRET = re.compile(
    r'nonce="[^"]*"|name="(?:form_token|group|seen[^"]*)" value="[^"]*"|/s/[\w-]{43}|\b[a-z2-7]{26}\b|'
    r'<strong class="code">[^<]*'
)
_checked: set[tuple[int, bool]] = set()


def _check_once(html: str, *, with_session: bool) -> None:
    """Check a page, unless one was checked that differs in nothing but the secrets of its visit.

    A test opens many pages that others have opened before; parsing each again took a fifth of the suite.
    """
    seen = hash(_SECRET.sub("", html)), with_session
    if seen not in _checked:
        check_page(html, with_session=with_session)
        _checked.add(seen)


def check_page(html: str, *, with_session: bool) -> None:
    """Hold a page to the rules that every page keeps."""
    tree = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(html)
    assert tree.get("lang") in ("nl", "en")
    assert len(list(tree.iter("h1"))) == 1, "a page has one h1"
    title = "".join(next(iter(tree.iter("title"))).itertext()).strip()
    assert title
    assert not _UNNEUTRAL.search(title), f"the title says too much: {title} (EXT-6)"
    ids = [found for element in _elements(tree) if (found := element.get("id"))]
    assert len(ids) == len(set(ids)), f"ids twice: {sorted(i for i in ids if ids.count(i) > 1)}"
    _check_nothing_inline(tree)
    _check_nothing_from_elsewhere(tree)
    _check_forms(tree, with_session=with_session)
    body = next(iter(tree.iter("body")))
    assert body.get("data-page")
    if body.get("data-page") != "check-cookies":
        _check_ways_out(tree)
    # Whoever has just erased everything is nobody any more.
    if with_session and body.get("data-page") != "erased":
        assert body.get("data-role") in ("learner", "instructor", "observer", "coordinator")


def _elements(tree: ET.Element) -> Iterator[ET.Element]:
    return (element for element in tree.iter() if isinstance(element.tag, str))


def _check_nothing_inline(tree: ET.Element) -> None:
    for element in _elements(tree):
        inline = [name for name in element.keys() if name == "style" or name.startswith("on")]  # noqa: SIM118
        assert not inline, f"<{element.tag}> has {inline}"
        assert element.tag != "style"
        if element.tag == "script":
            assert element.get("src"), "a script without a file"


def _check_nothing_from_elsewhere(tree: ET.Element) -> None:
    """LOG-2: a page loads nothing from another site, and links leave no trace (EXT-7)."""
    for element in _elements(tree):
        source = element.get("src") or (element.get("href") if element.tag == "link" else None)
        is_sound = element.tag in ("source", "track") and _SOUND.fullmatch(source or "")
        assert source is None or is_sound or source.startswith(("/static/", "/brand/")), source
        target = element.get("href") or ""
        if element.tag == "a" and target.startswith("http") and not target.startswith(BASE_URL):
            assert "noreferrer" in (element.get("rel") or ""), f"{target} would tell where it came from"


def _check_forms(tree: ET.Element, *, with_session: bool) -> None:
    labelled = {label.get("for") for label in tree.iter("label")}
    for form in tree.iter("form"):
        assert form.get("action"), "a form without an action"
        names = {field.get("name") for field in form.iter("input")}
        if with_session and form.get("method") == "post":
            assert "form_token" in names
    for field in tree.iter("input"):
        if field.get("type") not in ("hidden", "submit"):
            assert field.get("id") in labelled or field.get("aria-label"), f"{field.get('name')} has no label"


def _check_ways_out(tree: ET.Element) -> None:
    """EXT-1 and GRP-5: the way out and the places to go are on every page, at the same place."""
    links = [link for link in tree.iter("a") if link.get("data-action") == "leave"]
    assert links, "no way out"
    assert links[0].get("target") == "_top"
    support = next((element for element in _elements(tree) if element.get("id") == "support"), None)
    assert support is not None, "no places to go"
    assert "112" in "".join(support.itertext())
