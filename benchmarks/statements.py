"""How many statements and commits a request costs: counted in this process, on the database that a tool runs on."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from sqlalchemy import event

from benchmarks.browser import Jar
from benchmarks.lms import make_student, make_teacher
from config import load_settings
from lti_tool.app import create_app

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from sqlalchemy import Engine

    from benchmarks.lms import Lms
    from benchmarks.tool import Tool
    from tests.demo_lms.platform import Person

NEWCOMER = 9000
"""A number that no student of the benchmark has."""


class Counter:
    """Counts what an engine is asked to do."""

    def __init__(self, engine: Engine) -> None:
        self.statements = self.commits = 0
        event.listen(engine, "before_cursor_execute", self._count_statement)
        event.listen(engine, "commit", self._count_commit)

    def _count_statement(self, _connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        self.statements += not statement.startswith("PRAGMA")

    def _count_commit(self, _connection: Any) -> None:
        self.commits += 1

    def take(self) -> dict[str, int]:
        counted = {"statements": self.statements, "commits": self.commits}
        self.statements = self.commits = 0
        return counted


def count_statements(tool: Tool, lms: Lms) -> dict[str, dict[str, int]]:
    """Count for each kind of request; people and course are known already, but for one newcomer."""
    settings = load_settings({**tool.environment, "RUGZAK_LOG_LEVEL": "error"})
    app = create_app(settings, fetch_keys=lambda _url: (lms.keys(), None))
    engine = app.extensions["rugzak"].database.engine
    counter = Counter(engine)
    client = app.test_client(use_cookies=False)
    counts: dict[str, dict[str, int]] = {}

    def visit(person: Person, suffix: str = "") -> tuple[str, str, str]:
        jar = Jar()
        answer = _post(client, tool, jar, "/lti/login", lms.login_form(person, tool.target))
        counts[f"login{suffix}"] = counter.take()
        form = lms.launch_form(person, answer.headers["Location"], tool.target)
        answer = _post(client, tool, jar, "/lti/launch", form)
        counts[f"launch{suffix}"] = counter.take()
        home = urlsplit(answer.headers["Location"]).path
        page = _get(client, tool, jar, home)
        counts[f"home{suffix}"] = counter.take()
        return home, jar.header(), page

    try:
        visit(make_student(0))  # so that this process has the platform's keys and the content, as a worker has
        home, cookies, page = visit(make_student(0))
        jar = Jar(pair.split("=", 1) for pair in cookies.split("; "))
        _get(client, tool, jar, home.rstrip("/") + first_step(page))
        counts["step"] = counter.take()
        visit(make_student(NEWCOMER), " of somebody new")
        visit(make_teacher())
        counts["board"] = counts["home"]
        visit(make_student(0))
    finally:
        engine.dispose()
    names = ("login", "launch", "launch of somebody new", "home", "step", "board")
    return {name: counts[name] for name in names}


def first_step(page: str) -> str:
    """Find the address of a step on the course home, below the session's own address."""
    found = re.search(r'href="/s/[^"/]+(/step/[^"/]+)"', page)
    if found is None:
        raise ValueError("the home page links to no step")
    return found[1]


def _post(client: FlaskClient, tool: Tool, jar: Jar, path: str, form: dict[str, str]) -> Any:
    headers = {"Cookie": jar.header(), "Sec-Fetch-Dest": "document"}
    answer = client.post(path, data=form, base_url=tool.address, headers=headers)
    if answer.status_code not in (302, 303):
        raise ValueError(f"{path} answered {answer.status_code}")
    jar.keep(answer.headers.getlist("Set-Cookie"))
    return answer


def _get(client: FlaskClient, tool: Tool, jar: Jar, path: str) -> str:
    answer = client.get(path, base_url=tool.address, headers={"Cookie": jar.header()})
    if answer.status_code != 200:
        raise ValueError(f"a page answered {answer.status_code}")
    return answer.text
