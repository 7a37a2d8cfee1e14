"""The learning environment that the benchmark launches from, with its key endpoint in a thread of this process."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from tests.demo_lms.platform import CLAIM, Course, Link, Person, Platform
from tests.demo_lms.signing import named_key

if TYPE_CHECKING:
    from collections.abc import Iterator

CLIENT_ID, DEPLOYMENT_ID = "benchmark", "1"
_ROLE = "http://purl.imsglobal.org/vocab/lis/v2/membership#"
LINK = Link("first-link", "Learning line")
COURSE = Course("course-of-the-benchmark", "BENCH-1", "Benchmark of a launch", {"line": LINK})


def make_student(number: int) -> Person:
    name = f"Voorbeeld{number:04d}"
    address = f"{name.lower()}@school.example"
    return Person(f"student-{number:04d}", "Student", name, address, (f"{_ROLE}Learner",), "en")


def make_teacher() -> Person:
    return Person("teacher", "Teacher", "Voorbeeld", "teacher@school.example", (f"{_ROLE}Instructor",), "en")


class Lms:
    """One platform for every tool that is measured; each tool fetches its keys from a path of its own."""

    def __init__(self, port: int) -> None:
        self.address = f"http://127.0.0.1:{port}"
        self.fetches: Counter[str] = Counter()
        """How often the keys were fetched, by tool."""
        self._platform = Platform(self.address, CLIENT_ID, DEPLOYMENT_ID, key=named_key("benchmark"))

    def keys(self) -> list[dict[str, Any]]:
        return list(self._platform.jwks()["keys"])

    def keys_address(self, tool: str) -> str:
        return f"{self.address}/{tool}/jwks.json"

    def login_form(self, person: Person, target: str) -> dict[str, str]:
        return self._platform.login_fields(target, person.id, f"hint-of-{person.id}")

    def launch_form(self, person: Person, location: str, target: str) -> dict[str, str]:
        """Answer a login with a signed launch, as the address says that the tool sent the browser to."""
        if not location.startswith(f"{self.address}/authorize?"):
            raise ValueError(f"the login leads to {location[:60]}")
        asked = {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}
        launch = self._platform.launch(
            person,
            COURSE,
            LINK,
            state=asked["state"],
            nonce=asked["nonce"],
            target_link_uri=target,
            now=time.time(),
        )
        # What an LMS also sends, so that the token has an ordinary size.
        launch.claims[f"{CLAIM}lti1p1"] = {"user_id": person.id}
        return launch.fields()

    def answer(self, path: str) -> bytes | None:
        tool, _, name = path.strip("/").partition("/")
        if name != "jwks.json":
            return None
        self.fetches[tool] += 1
        return json.dumps({"keys": self.keys()}).encode()


@contextmanager
def serve_lms() -> Iterator[Lms]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = lms.answer(self.path)
            self.send_response(404 if body is None else 200)
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    lms = Lms(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, name="lms", daemon=True)
    thread.start()
    try:
        yield lms
    finally:
        server.shutdown()
        thread.join(5)
        server.server_close()
