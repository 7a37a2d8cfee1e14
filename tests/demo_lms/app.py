"""The demo LMS as a website: choose who to be, open a course page, and be launched into the tool from there.

It follows the platform's half of the LTI 1.3 launch: it starts the login at the tool, checks the
authorization request that comes back, and answers with a form that posts the signed token.
"""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives import serialization
from flask import Flask, g, redirect, render_template, request, url_for
from jinja2 import StrictUndefined

from tests.demo_lms.choice import LANGUAGES, Choice, Hints, UnknownChoiceError
from tests.demo_lms.knobs import KNOBS
from tests.demo_lms.people import CAST, COURSES, PEOPLE
from tests.demo_lms.words import WORDS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

    from tests.demo_lms.platform import Platform

NOTHING_FROM_ELSEWHERE = (
    "default-src 'none'; img-src data:; style-src 'self'; script-src 'self'; frame-src *; "
    "base-uri 'none'; object-src 'none'"
)
"""The pages load nothing but their own files. What a frame shows is left free, as in any real LMS."""


@dataclass(frozen=True)
class Problem:
    """One thing wrong with an authorization request: `wanted` is a value, or the name of a word for it."""

    name: str
    wanted: str
    got: str


def create_demo_lms(
    platform: Platform,
    tool_url: str,
    *,
    login_url: str | None = None,
    clock: Callable[[], float] = time.time,
) -> Flask:
    """Make the demo LMS for one tool.

    The issuer of the platform must be the address at which this LMS is served. `login_url` is the tool's
    login address when it is not the ordinary one; `clock` gives the time of the tokens, in seconds.
    """
    app = Flask(__name__)
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    tool_url = tool_url.rstrip("/")
    site = _Site(platform, login_url or f"{tool_url}/lti/login", f"{tool_url}/lti/launch", clock)

    app.add_url_rule("/", view_func=site.choose)
    app.add_url_rule("/start", view_func=site.start)
    app.add_url_rule("/course/<course>/link/<link>", view_func=site.course)
    app.add_url_rule("/launch", view_func=site.launch)
    app.add_url_rule("/two", view_func=site.two)
    app.add_url_rule("/authorize", view_func=site.authorize, methods=["GET", "POST"])
    app.add_url_rule("/return", endpoint="come_back", view_func=site.come_back)
    app.add_url_rule("/jwks.json", view_func=site.jwks)
    app.add_url_rule("/health", view_func=site.health)
    app.register_error_handler(UnknownChoiceError, _missing)
    app.register_error_handler(HTTPStatus.NOT_FOUND, _missing)
    app.context_processor(_for_every_page)
    app.after_request(_with_headers)
    return app


class _Site:
    """The pages, with what they all need at hand."""

    def __init__(self, platform: Platform, login_url: str, launch_url: str, clock: Callable[[], float]) -> None:
        self.platform = platform
        self.login_url = login_url
        self.launch_url = launch_url
        self.clock = clock
        private = platform.key.private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        self.hints = Hints(hashlib.sha256(private + b"hints").digest())

    def choose(self) -> str:
        """Ask who to be, where and how."""
        spoils = list(dict.fromkeys(knob.spoils for knob in KNOBS.values()))
        groups = list(dict.fromkeys(part.group for part in CAST.values()))
        return render_template("choose.html", cast=CAST, courses=COURSES, knobs=KNOBS, spoils=spoils, groups=groups)

    def start(self) -> AnyResponse:
        """Take the answer of the first page to the page of the course; `place` is a course and a link."""
        course, _, link = request.args.get("place", "").partition("/")
        return redirect(url_for("course", **Choice.read(request.args, course=course, link=link).query()))

    def course(self, course: str, link: str) -> str:
        """Show a page of a course with the tool in it, or with a button to open it."""
        return render_template("course.html", choice=Choice.read(request.args, course=course, link=link), knobs=KNOBS)

    def two(self) -> str:
        """Show two people side by side, `left` and `right`."""
        course, _, link = request.args.get("place", "").partition("/")
        choices = [
            Choice.read(request.args, person=request.args.get(side, ""), course=course, link=link)
            for side in ("left", "right")
        ]
        return render_template("two.html", choices=choices)

    def launch(self) -> str:
        """Start the login at the tool, as an LMS does when somebody opens a link."""
        choice = Choice.read(request.args)
        fields = self.platform.login_fields(self.launch_url, *self.hints.write(choice))
        return render_template("send.html", choice=choice, action=self.login_url, method=choice.login, fields=fields)

    def authorize(self) -> str | tuple[str, int]:
        """Answer the authorization request of the tool with a launch, or say what is wrong with it."""
        asked = request.values
        problems = [
            Problem(name, wanted, asked.get(name, ""))
            for name, wanted in self._wanted().items()
            if asked.get(name, "") != wanted
        ]
        problems += [Problem(name, "any_value", "") for name in ("state", "nonce") if not asked.get(name)]
        try:
            choice = self.hints.read(asked.get("login_hint", ""), asked.get("lti_message_hint", ""))
        except UnknownChoiceError:
            problems += [
                Problem(name, "issued_here", asked.get(name, "")) for name in ("login_hint", "lti_message_hint")
            ]
        else:
            g.lang = choice.lang
        if problems:
            return render_template("refused.html", problems=problems), HTTPStatus.BAD_REQUEST
        return self._answer(choice, asked)

    def _wanted(self) -> dict[str, str]:
        return {
            "scope": "openid",
            "response_type": "id_token",
            "response_mode": "form_post",
            "prompt": "none",
            "client_id": self.platform.client_id,
            "redirect_uri": self.launch_url,
        }

    def _answer(self, choice: Choice, asked: Mapping[str, str]) -> str:
        launch = self.platform.launch(
            choice.who,
            choice.context,
            choice.resource,
            state=asked["state"],
            nonce=asked["nonce"],
            target_link_uri=self.launch_url,
            now=self.clock(),
            locale=choice.lang,
            document_target="iframe" if choice.where == "frame" else "window",
            return_url=self.platform.issuer + url_for("come_back", **choice.query()),
        )
        if choice.knob:
            KNOBS[choice.knob].spoil(launch)
        return render_template(
            "send_twice.html" if launch.repeat else "send.html",
            choice=choice,
            action=self.launch_url,
            method="post",
            fields=launch.fields(),
        )

    def come_back(self) -> str:
        """Be the course that the tool sends people back to, with what it has to say to them."""
        messages = [request.args[name] for name in ("lti_msg", "lti_errormsg") if request.args.get(name)]
        try:
            choice = Choice.read(request.args)
        except UnknownChoiceError:
            choice = None
        return render_template("return.html", choice=choice, messages=messages)

    def jwks(self) -> dict[str, list[dict[str, str]]]:
        """Publish the public keys."""
        return self.platform.jwks()

    def health(self) -> dict[str, str]:
        """Say that the LMS is there."""
        return {"status": "ok"}


def _missing(_error: Exception) -> tuple[str, int]:
    return render_template("missing.html"), HTTPStatus.NOT_FOUND


def _for_every_page() -> dict[str, object]:
    """Give each page its words; the language is what the visitor chose for the LMS."""
    asked = g.get("lang") or request.args.get("lang", "nl")
    lang = asked if asked in LANGUAGES else "nl"
    return {"w": WORDS[lang], "lang": lang, "words": WORDS, "people": PEOPLE}


def _with_headers(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = NOTHING_FROM_ELSEWHERE
    if request.endpoint != "static":
        response.headers["Cache-Control"] = "no-store"
    return response
