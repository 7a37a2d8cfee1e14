"""The demo LMS as a website: choose who to be, open a course page, and be launched into the tool from there.

It follows the platform's half of the LTI 1.3 launch: it starts the login at the tool, checks the
authorization request that comes back, and answers with a form that posts the signed token. What an administrator
and other machines see is in `admin` and `endpoints`.
"""

from __future__ import annotations

import hashlib
import time
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import requests
from cryptography.hazmat.primitives import serialization
from flask import Flask, g, redirect, render_template, request, url_for
from jinja2 import StrictUndefined
from werkzeug.http import http_date

from tests.demo_lms.admin import AdminPages
from tests.demo_lms.authorization import Problem, find_problems
from tests.demo_lms.choice import LANGUAGES, OPTIONS, Choice, Hints, UnknownChoiceError
from tests.demo_lms.endpoints import Endpoints
from tests.demo_lms.knobs import KNOBS
from tests.demo_lms.people import CAST, CLASSMATES, COURSES, PEOPLE
from tests.demo_lms.registration import Registrar
from tests.demo_lms.tokens import TokenEndpoint
from tests.demo_lms.tools import CANVAS, LOOKS, RegisteredTool
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

FETCH_SECONDS = 5


def create_demo_lms(
    platform: Platform,
    tool_url: str,
    *,
    login_url: str | None = None,
    clock: Callable[[], float] = time.time,
    registrar: Registrar | None = None,
    fetch_keys: Callable[[str], Mapping[str, Any]] | None = None,
) -> Flask:
    """Make the demo LMS for one tool, and for those that register themselves.

    The issuer of the platform must be the address at which this LMS is served. `login_url` is the tool's
    login address when it is not the ordinary one; `clock` gives the time of the tokens, in seconds. A `registrar`
    lets a test look at the registered tools, `fetch_keys` gives a tool's key set without a network.
    """
    app = Flask(__name__)
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    tool_url = tool_url.rstrip("/")
    tool = RegisteredTool(
        platform.client_id,
        platform.deployment_id,
        "demo-lms",
        "Rugzak",
        login_url or f"{tool_url}/lti/login",
        (f"{tool_url}/lti/launch",),
        f"{tool_url}/lti/launch",
        f"{tool_url}/lti/jwks.json",
        active=True,
    )
    registrar = registrar or Registrar(platform)
    site = _Site(platform, tool, registrar, clock)

    app.add_url_rule("/", view_func=site.choose)
    app.add_url_rule("/start", view_func=site.start)
    app.add_url_rule("/course/<course>/link/<link>", view_func=site.course)
    app.add_url_rule("/launch", view_func=site.launch)
    app.add_url_rule("/two", view_func=site.two)
    app.add_url_rule("/storage", view_func=site.storage)
    app.add_url_rule("/storage/answer", endpoint="storage_answer", view_func=site.storage_answer)
    app.add_url_rule("/authorize", view_func=site.authorize, methods=["GET", "POST"])
    app.add_url_rule("/return", endpoint="come_back", view_func=site.come_back)
    AdminPages(platform, registrar, clock).add_to(app)
    tokens = TokenEndpoint(platform, site.find_tool, fetch_keys or _fetch_keys)
    Endpoints(platform, registrar, tokens, clock).add_to(app)
    app.register_error_handler(UnknownChoiceError, _missing)
    app.register_error_handler(HTTPStatus.NOT_FOUND, _missing)
    app.context_processor(_for_every_page)

    @app.after_request
    def _with_headers(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = NOTHING_FROM_ELSEWHERE
        response.headers["Date"] = http_date(clock() + platform.clock_skew)
        if request.endpoint != "static":
            response.headers["Cache-Control"] = "no-store"
        return response

    return app


class _Site:
    """The pages, with what they all need at hand."""

    def __init__(
        self, platform: Platform, tool: RegisteredTool, registrar: Registrar, clock: Callable[[], float]
    ) -> None:
        self.platform = platform
        self.tool = tool
        self.registrar = registrar
        self.clock = clock
        private = platform.key.private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        self.hints = Hints(hashlib.sha256(private + b"hints").digest())

    def find_tool(self, client_id: str) -> RegisteredTool | None:
        """Find a tool that may be launched, or None."""
        if client_id == self.tool.client_id:
            return self.tool
        tool = self.registrar.tools.get(client_id)
        return tool if tool is not None and tool.active else None

    def choose(self) -> str:
        """Ask who to be, where and how."""
        return render_template(
            "choose.html",
            cast=CAST,
            classmates=CLASSMATES,
            courses=COURSES,
            knobs=KNOBS,
            spoils=list(dict.fromkeys(knob.spoils for knob in KNOBS.values())),
            groups=list(dict.fromkeys(part.group for part in CAST.values())),
            options=OPTIONS,
            tools=[tool for tool in self.registrar.tools.values() if tool.active],
            asked_tool=request.args.get("tool", ""),
        )

    def start(self) -> AnyResponse:
        """Take the answer of the first page to the page of the course; `place` is a course and a link."""
        course, _, link = request.args.get("place", "").partition("/")
        return redirect(url_for("course", **Choice.read(request.args, course=course, link=link).query()))

    def course(self, course: str, link: str) -> str:
        """Show a page of a course with the tool in it, or with a button to open it."""
        choice = Choice.read(request.args, course=course, link=link)
        return render_template("course.html", choice=choice, knobs=KNOBS, **self._beside(choice))

    def two(self) -> str:
        """Show two people side by side, `left` and `right`."""
        course, _, link = request.args.get("place", "").partition("/")
        choices = [
            Choice.read(request.args, person=request.args.get(side, ""), course=course, link=link)
            for side in ("left", "right")
        ]
        return render_template("two.html", choices=choices, **self._beside(choices[0]))

    def _beside(self, choice: Choice) -> dict[str, str]:
        """Give what a page needs that listens to the tool in its frame."""
        storage = url_for("storage", **choice.query())
        if choice.storage == "foreign_frame":
            storage = self._elsewhere() + storage
        return {"tool_origin": self._tool(choice).origin, "storage_url": storage}

    def _elsewhere(self) -> str:
        """Give another origin of this same LMS: the other name of this machine."""
        if "//localhost" in self.platform.issuer:
            return self.platform.issuer.replace("//localhost", "//127.0.0.1")
        return self.platform.issuer.replace("//127.0.0.1", "//localhost")

    def storage(self) -> str:
        """Be the frame that keeps data for tools, beside the tool's own."""
        choice = Choice.read(request.args)
        return render_template(
            "storage.html",
            choice=choice,
            tool_origin=self._tool(choice).origin,
            lms=self.platform.issuer,
            elsewhere=self._elsewhere(),
        )

    def storage_answer(self) -> str:
        """Be that frame once it has moved to another origin, to answer from there."""
        return render_template("storage_answer.html")

    def launch(self) -> str:
        """Start the login at the tool, as an LMS does when somebody opens a link."""
        choice = Choice.read(request.args)
        tool = self._tool(choice)
        fields = self._platform(choice).login_fields(
            tool.target_link_uri, *self.hints.write(choice), storage_target=choice.storage_target
        )
        if tool.family == CANVAS:
            fields |= {"canvas_region": "not_configured", "canvas_environment": "prod"}
        return render_template("send.html", choice=choice, action=tool.login_url, method=choice.login, fields=fields)

    def _tool(self, choice: Choice) -> RegisteredTool:
        """Find the tool of a choice; raises UnknownChoiceError for one that is not there or waits for activation."""
        tool = self.find_tool(choice.tool) if choice.tool else self.tool
        if tool is None:
            raise UnknownChoiceError
        return tool

    def _platform(self, choice: Choice) -> Platform:
        return self.platform.serving(self._tool(choice) if choice.tool else None, choice.other_deployment)

    def authorize(self) -> str | tuple[str, int]:
        """Answer the authorization request of the tool with a launch, or say what is wrong with it."""
        asked = request.values
        problems, choice = [], None
        try:
            choice = self.hints.read(asked.get("login_hint", ""), asked.get("lti_message_hint", ""))
            tool = self._tool(choice)
        except UnknownChoiceError:
            problems = [
                Problem(name, "issued_here", asked.get(name, "")) for name in ("login_hint", "lti_message_hint")
            ]
            tool = self.find_tool(asked.get("client_id", "")) or self.tool
        else:
            g.lang = choice.lang
        problems = [*find_problems(asked, tool), *problems]
        if problems or choice is None:
            return render_template("refused.html", problems=problems), HTTPStatus.BAD_REQUEST
        return self._answer(choice, asked)

    def _answer(self, choice: Choice, asked: Mapping[str, str]) -> str:
        launch = self._platform(choice).launch(
            choice.who,
            choice.context,
            choice.resource,
            state=asked["state"],
            nonce=asked["nonce"],
            target_link_uri=self._tool(choice).target_link_uri,
            now=self.clock(),
            locale=choice.lang,
            document_target="iframe" if choice.where == "frame" else "window",
            return_url=self.platform.issuer + url_for("come_back", **choice.query()),
            look=LOOKS[choice.look],
            parts=choice.parts,
        )
        if choice.storage_target is not None:
            # Canvas repeats it here, though no tool needs it.
            launch.form["lti_storage_target"] = choice.storage_target
        if choice.knob:
            KNOBS[choice.knob].spoil(launch)
        return render_template(
            "send_twice.html" if launch.repeat else "send.html",
            choice=choice,
            action=asked["redirect_uri"],
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


def _fetch_keys(url: str) -> Mapping[str, Any]:
    """Fetch the key set of a tool; raises OSError or ValueError when there is none to be had."""
    answer = requests.get(url, timeout=FETCH_SECONDS, headers={"User-Agent": "demo-lms"})
    answer.raise_for_status()
    found: Mapping[str, Any] = answer.json()
    return found


def _missing(_error: Exception) -> tuple[str, int]:
    return render_template("missing.html"), HTTPStatus.NOT_FOUND


def _for_every_page() -> dict[str, object]:
    """Give each page its words; the language is what the visitor chose for the LMS."""
    asked = g.get("lang") or request.values.get("lang", "nl")
    lang = asked if asked in LANGUAGES else "nl"
    return {"w": WORDS[lang], "lang": lang, "words": WORDS, "people": PEOPLE}
