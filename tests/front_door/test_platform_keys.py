"""The platforms' keys: fetched once, shared by every worker, refreshed when a key is new, and never at any price."""

from __future__ import annotations

import gzip
import json
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Barrier, Event, Thread
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.launch.views import PLATFORM_KEYS
from lti_tool.lti import outbound
from lti_tool.lti.outbound import PlatformHttp
from lti_tool.lti.platform_keys import FetchError, HttpFetch, PlatformKeyStore, parse_keys
from lti_tool.lti.refusals import LaunchRefusedError, Reason
from lti_tool.lti.registrations import KnownRegistration, find_registration
from tests.demo_lms.signing import key_id, named_key, public_jwk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask

    from lti_tool.kernel.database import Database
    from tests.clock import FrozenClock
    from tests.conftest import PlatformKeyServer
    from tests.door import Door
    from tests.front_door.witness import Witness
    from tests.police import StatementRecorder

JWKS = "https://lms.example/jwks.json"
FIRST, SECOND = named_key("platform"), named_key("second")


def answer(*keys: Any, fresh_for: timedelta | None = None) -> Callable[[], tuple[list[Any], timedelta | None]]:
    return lambda: ([public_jwk(key) for key in keys], fresh_for)


def fail() -> tuple[list[Any], timedelta | None]:
    raise FetchError


@pytest.fixture
def registration(door: Door, database: Database) -> KnownRegistration:
    with database.engine.connect() as connection:
        return find_registration(connection, door.registration_id)


@pytest.fixture
def open_store(database: Database, clock: FrozenClock, key_server: PlatformKeyServer) -> Callable[[], PlatformKeyStore]:
    """Start another worker: a store with an empty memory."""
    return lambda: PlatformKeyStore(database, clock, key_server)


def reason_of(store: PlatformKeyStore, registration: KnownRegistration, kid: str) -> Reason:
    with pytest.raises(LaunchRefusedError) as refused:
        store.find(registration, kid)
    return refused.value.reason


# Fetched once, and shared.


def test_keys_are_fetched_once_for_many_launches(door: Door, key_server: PlatformKeyServer) -> None:
    for person in ("amina", "bram", "teacher"):
        door.enter(person)

    assert key_server.fetched == [JWKS]


def test_known_key_costs_no_statement(app: Flask, door: Door, registration: KnownRegistration) -> None:
    door.enter()
    recorder = app.extensions["statement_recorder"]
    recorder.clear()

    app.extensions[PLATFORM_KEYS].find(registration, door.platform.kid)

    assert recorder.statements == []


def test_second_worker_finds_the_keys_in_the_database(
    open_store: Callable[[], PlatformKeyStore], registration: KnownRegistration, key_server: PlatformKeyServer
) -> None:
    kid = key_id(FIRST)
    found = open_store().find(registration, kid)

    again = open_store().find(registration, kid)

    assert again.public_numbers() == found.public_numbers() == FIRST.public_key().public_numbers()
    assert key_server.fetched == [JWKS]


def test_two_first_launches_at_the_same_moment_fetch_once(
    open_store: Callable[[], PlatformKeyStore], registration: KnownRegistration, key_server: PlatformKeyServer
) -> None:
    store, barrier = open_store(), Barrier(2)

    def find(_number: int) -> object:
        barrier.wait(timeout=10)
        return store.find(registration, key_id(FIRST))

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(find, range(2)))

    assert len(key_server.fetched) == 1


def test_keys_of_one_platform_open_nothing_at_another(create_door: Callable[..., Door], content: Any) -> None:
    del content
    create_door()
    other = create_door(issuer="https://other.example", key="other")
    launch = other.prepare()
    launch.key, launch.header["kid"] = FIRST, key_id(FIRST)

    assert other.post(launch).status_code == 403


# A key id that is not known: one question a minute in vain, for all workers together.


def test_unknown_key_is_asked_for_once_a_minute_by_all_workers_together(
    open_store: Callable[[], PlatformKeyStore],
    registration: KnownRegistration,
    key_server: PlatformKeyServer,
    clock: FrozenClock,
) -> None:
    one, other = open_store(), open_store()
    one.find(registration, key_id(FIRST))
    counts = []

    for seconds in (0, 59, 1, 59, 1):
        clock.move(seconds=seconds)
        for store in (one, other, one):
            assert reason_of(store, registration, "unknown") is Reason.KEY_UNKNOWN
        counts.append(len(key_server.fetched))

    assert counts == [2, 2, 3, 3, 4]


def test_platform_may_change_its_keys_right_after_it_was_asked(
    open_store: Callable[[], PlatformKeyStore],
    registration: KnownRegistration,
    key_server: PlatformKeyServer,
    door: Door,
) -> None:
    store = open_store()
    store.find(registration, key_id(FIRST))
    door.platform.rotate()

    assert store.find(registration, door.platform.kid) is not None

    assert len(key_server.fetched) == 2


def test_unknown_key_does_not_keep_known_keys_out(
    open_store: Callable[[], PlatformKeyStore], registration: KnownRegistration
) -> None:
    store = open_store()
    assert reason_of(store, registration, "unknown") is Reason.KEY_UNKNOWN

    assert store.find(registration, key_id(FIRST)) is not None


def test_flood_of_unknown_key_ids_writes_nothing(door: Door, recorder: StatementRecorder) -> None:
    door.enter()
    door.launch(knob="unknown_kid")

    door.launch(knob="unknown_kid")

    assert recorder.writes() == []


def test_new_key_of_the_platform_comes_in(door: Door, key_server: PlatformKeyServer, clock: FrozenClock) -> None:
    door.enter()
    clock.move(seconds=60)
    key_server.answers[JWKS] = answer(FIRST, SECOND)
    launch = door.prepare()
    launch.key, launch.header["kid"] = SECOND, key_id(SECOND)

    assert door.post(launch).status_code == 303


def test_withdrawn_key_is_refused_once_the_set_is_read_again(
    door: Door, key_server: PlatformKeyServer, clock: FrozenClock, witness: Witness
) -> None:
    door.enter()
    key_server.answers[JWKS] = answer(SECOND)
    clock.move(hours=6)
    launch = door.prepare()
    witness.remember()

    witness.assert_refused(door.post(launch), "key_unknown")


# When the platform does not answer.


def test_platform_that_does_not_answer_at_first_gives_a_page_and_works_later(
    door: Door, key_server: PlatformKeyServer, clock: FrozenClock, witness: Witness
) -> None:
    key_server.answers[JWKS] = fail
    launch = door.prepare()
    witness.remember()
    response = door.post(launch)
    assert response.status_code == 503
    witness.assert_refused(response, "keys_unavailable")

    key_server.serve(door.platform)
    clock.move(seconds=20)

    assert door.launch().status_code == 303


def test_platform_that_did_not_answer_is_left_alone_for_twenty_seconds(
    door: Door, key_server: PlatformKeyServer, clock: FrozenClock
) -> None:
    """Waiting for one platform keeps a worker from all the others."""
    key_server.answers[JWKS] = fail
    door.launch()
    clock.move(seconds=19)

    response = door.launch()

    assert response.status_code == 503
    assert len(key_server.fetched) == 1


def test_launch_refused_for_want_of_keys_may_be_sent_again(
    door: Door, key_server: PlatformKeyServer, clock: FrozenClock
) -> None:
    key_server.answers[JWKS] = fail
    launch = door.prepare()
    assert door.post(launch).status_code == 503

    key_server.serve(door.platform)
    clock.move(seconds=20)

    assert door.post(launch).status_code == 303


def test_failed_fetch_is_logged_without_its_address(
    door: Door, key_server: PlatformKeyServer, witness: Witness
) -> None:
    key_server.answers[JWKS] = fail

    door.launch()

    (line,) = witness.events("lti:platform_keys:unavailable")
    assert line.keys() == {"event", "level", "timestamp", "registration_id"}


def test_keys_are_used_for_a_day_more_while_the_platform_does_not_answer(
    open_store: Callable[[], PlatformKeyStore],
    registration: KnownRegistration,
    key_server: PlatformKeyServer,
    clock: FrozenClock,
) -> None:
    open_store().find(registration, key_id(FIRST))
    key_server.answers[JWKS] = fail
    clock.move(hours=30, seconds=-1)

    for store in (open_store(), open_store()):
        assert store.find(registration, key_id(FIRST)) is not None


def test_keys_are_used_no_longer_than_a_day_more(
    open_store: Callable[[], PlatformKeyStore],
    registration: KnownRegistration,
    key_server: PlatformKeyServer,
    clock: FrozenClock,
) -> None:
    store = open_store()
    store.find(registration, key_id(FIRST))
    key_server.answers[JWKS] = fail
    clock.move(hours=30)

    assert reason_of(store, registration, key_id(FIRST)) is Reason.KEYS_UNAVAILABLE


def test_platform_that_does_not_answer_is_asked_once_a_minute(
    open_store: Callable[[], PlatformKeyStore],
    registration: KnownRegistration,
    key_server: PlatformKeyServer,
    clock: FrozenClock,
) -> None:
    one, other = open_store(), open_store()
    one.find(registration, key_id(FIRST))
    key_server.answers[JWKS] = fail
    clock.move(hours=7)
    counts = []

    for seconds in (0, 59, 1):
        clock.move(seconds=seconds)
        for store in (one, other):
            store.find(registration, key_id(FIRST))
        counts.append(len(key_server.fetched))

    assert counts == [2, 2, 3]


@pytest.mark.parametrize(
    ("fresh_for", "minutes"),
    [
        (None, 6 * 60),
        (timedelta(0), 10),
        (timedelta(minutes=1), 10),
        (timedelta(minutes=30), 30),
        (timedelta(days=365), 24 * 60),
    ],
    ids=["not-said", "none", "too-short", "as-said", "too-long"],
)
def test_keys_are_fresh_as_long_as_the_platform_says_within_bounds(
    open_store: Callable[[], PlatformKeyStore],
    registration: KnownRegistration,
    key_server: PlatformKeyServer,
    clock: FrozenClock,
    fresh_for: timedelta | None,
    minutes: int,
) -> None:
    key_server.answers[JWKS] = answer(FIRST, fresh_for=fresh_for)
    store, kid = open_store(), key_id(FIRST)
    store.find(registration, kid)
    counts = []

    for step in (timedelta(minutes=minutes, seconds=-1), timedelta(seconds=1)):
        clock.move(seconds=step.total_seconds())
        store.find(registration, kid)
        counts.append(len(key_server.fetched))

    assert counts == [1, 2]


def test_only_the_first_fifty_keys_are_kept(
    open_store: Callable[[], PlatformKeyStore], registration: KnownRegistration, key_server: PlatformKeyServer
) -> None:
    keys = [{**public_jwk(FIRST), "kid": str(number)} for number in range(51)]
    key_server.answers[JWKS] = lambda: (keys, None)
    store = open_store()

    assert store.find(registration, "49") is not None
    assert reason_of(store, registration, "50") is Reason.KEY_UNKNOWN


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(name=st.sampled_from(["kty", "n", "e", "kid", "use", "alg", "d", "x5c"]), value=JSON)
def test_key_with_any_value_in_it_is_read_or_left_out(name: str, value: Any) -> None:
    found = parse_keys([{**public_jwk(FIRST), name: value}, public_jwk(SECOND)])

    assert key_id(SECOND) in found
    assert all(key.key_size >= 2048 for key in found.values())


@given(key=JSON)
def test_key_that_is_anything_is_left_out(key: Any) -> None:
    assert parse_keys([key]) == {}


# Over the network, from a real server on this computer.


class Answers(BaseHTTPRequestHandler):
    """Answers at each address in another bad manner."""

    stop: Event
    asked: list[str]
    heard: list[dict[str, str]]

    def do_GET(self) -> None:
        type(self).asked.append(self.path)
        type(self).heard.append(dict(self.headers))
        getattr(self, "answer_" + self.path.strip("/").replace("-", "_"))()

    def log_message(self, *_args: object) -> None:
        """Say nothing."""

    def _send(self, body: bytes, status: int = 200, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def answer_good(self) -> None:
        self._send(KEY_SET, Cache_Control="public, max-age=1800, s-maxage=7")

    def answer_plain(self) -> None:
        self._send(KEY_SET)

    def answer_packed(self) -> None:
        self._send(gzip.compress(KEY_SET), Content_Encoding="gzip")

    def answer_redirect(self) -> None:
        self._send(b"", 302, Location="/good")

    def answer_html(self) -> None:
        self._send(b"<!doctype html><title>Log in</title>", Content_Type="text/html")

    def answer_missing(self) -> None:
        self._send(KEY_SET, 404)

    def answer_broken(self) -> None:
        self._send(KEY_SET, 500)

    def answer_created(self) -> None:
        self._send(KEY_SET, 201)

    def answer_empty(self) -> None:
        self._send(b"")

    def answer_list(self) -> None:
        self._send(b"[]")

    def answer_no_keys(self) -> None:
        self._send(b'{"keys": {}}')

    def answer_no_utf8(self) -> None:
        self._send(b'{"keys": ["\xff"]}')

    def answer_deep(self) -> None:
        self._send(b"[" * 100_000)

    def answer_number(self) -> None:
        self._send(b'{"keys": ' + b"9" * 5000 + b"}")

    def answer_large(self) -> None:
        self._send(b'{"keys": [' + b" " * 5000 + b"]}")

    def answer_bomb(self) -> None:
        self._send(gzip.compress(b" " * 10_000_000), Content_Encoding="gzip")

    def answer_badly_packed(self) -> None:
        self._send(b"this is not gzip", Content_Encoding="gzip")

    def answer_cut(self) -> None:
        self._send(KEY_SET[:10], Content_Length="9999")
        self.close_connection = True

    def answer_bad_chunks(self) -> None:
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.wfile.write(b"zz\r\nnot a chunk")
        self.close_connection = True

    def answer_no_http(self) -> None:
        self.wfile.write(b"SSH-2.0-nothing\r\n\r\n")
        self.close_connection = True

    def answer_hang(self) -> None:
        self.stop.wait(20)

    def answer_hang_in_body(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "100")
        self.end_headers()
        self.stop.wait(20)

    def answer_drip(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "100000")
        self.end_headers()
        try:
            while not self.stop.wait(0.02):
                self.wfile.write(b" ")
        except OSError:
            self.close_connection = True


KEY_SET = json.dumps({"keys": [public_jwk(FIRST)]}).encode()
BAD = sorted(
    name.removeprefix("answer_").replace("_", "-")
    for name in vars(Answers)
    if name.startswith("answer_") and name not in ("answer_good", "answer_plain")
)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Give the address of a server of bad manners, with limits small enough to reach."""
    monkeypatch.setattr(outbound, "MOST_BYTES", 4096)
    monkeypatch.setattr(outbound, "MOST_SECONDS", 0.3)
    Answers.stop, Answers.asked, Answers.heard = Event(), [], []
    running = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    running.daemon_threads = False
    thread = Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{running.server_port}"
    Answers.stop.set()
    running.shutdown()
    running.server_close()
    thread.join()


@pytest.mark.parametrize(("path", "fresh_for"), [("good", timedelta(minutes=30)), ("plain", None)])
def test_key_set_is_fetched(server: str, path: str, fresh_for: timedelta | None) -> None:
    assert HttpFetch(PlatformHttp(allow_loopback=True))(f"{server}/{path}") == ([public_jwk(FIRST)], fresh_for)


def test_fetch_says_who_asks(server: str) -> None:
    """Some Moodle sites answer 403 to a request without a User-Agent."""
    HttpFetch(PlatformHttp(allow_loopback=True))(f"{server}/good")

    (heard,) = Answers.heard
    assert heard["User-Agent"] == "Rugzak LTI tool"
    assert not {"Cookie", "Authorization", "Referer"} & heard.keys()


@pytest.mark.parametrize("path", BAD)
def test_answer_that_is_no_key_set_is_given_up_soon(server: str, path: str) -> None:
    begun = time.monotonic()

    with pytest.raises(FetchError):
        HttpFetch(PlatformHttp(allow_loopback=True))(f"{server}/{path}")

    assert time.monotonic() - begun < 10, "a limit of a third of a second was not kept"
    assert Answers.asked == [f"/{path}"]


def test_platform_that_is_not_there_is_given_up() -> None:
    with closing(socket.socket()) as taken:
        # A port that is ours and that nobody listens at.
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(FetchError):
            HttpFetch(PlatformHttp(allow_loopback=True))(f"http://127.0.0.1:{taken.getsockname()[1]}/good")


@pytest.mark.parametrize("address", ["http://127.0.0.1:{}/good", "http://localhost:{}/good"])
def test_loopback_is_not_asked_unless_that_is_allowed(server: str, address: str) -> None:
    with pytest.raises(FetchError):
        HttpFetch(PlatformHttp(allow_loopback=False))(address.format(server.rpartition(":")[2]))

    assert Answers.asked == []


@pytest.mark.parametrize(
    "address",
    [
        "http://lms.example/jwks.json",
        "file:///etc/passwd",
        "ftp://127.0.0.1/x",
        "https://",
        "https://user:pw@127.0.0.1/x",
        "https://[",
        "http://127.0.0.2/x",
        "http://0.0.0.0/x",
        "",
    ],
)
def test_address_that_no_platform_has_is_not_asked(address: str) -> None:
    with pytest.raises(FetchError):
        HttpFetch(PlatformHttp(allow_loopback=True))(address)


def test_launch_while_the_platform_hangs_is_refused_calmly(
    app: Flask, door: Door, server: str, witness: Witness, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetch = HttpFetch(PlatformHttp(allow_loopback=True))
    monkeypatch.setattr(app.extensions[PLATFORM_KEYS], "_fetch", lambda _url: fetch(f"{server}/hang-in-body"))
    launch = door.prepare()
    witness.remember()

    response = door.post(launch)

    witness.assert_refused(response, "keys_unavailable")
