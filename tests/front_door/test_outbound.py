"""The way out to platforms: to public addresses alone, to the very one that was looked at, and never for long."""

from __future__ import annotations

import socket
import ssl
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.lti import network, outbound
from lti_tool.lti.network import is_public, unwrap
from lti_tool.lti.outbound import Answer, OutboundError, OutboundReason, PlatformHttp
from tests.demo_lms.signing import named_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

PUBLIC, PUBLIC_6 = "93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"
URL = "https://lms.example/config?a=b"


def reason_of(call: Callable[[], object]) -> OutboundReason:
    with pytest.raises(OutboundError) as refused:
        call()
    return refused.value.reason


class Names:
    """A resolver that answers as a test wants, and counts."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, int]] = []

    def __call__(self, host: str, port: int) -> list[str]:
        self.asked.append((host, port))
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note which addresses would be connected to, and let nobody answer there."""
    found: list[str] = []

    def refuse(address: str, _port: int, _seconds: float) -> socket.socket:
        found.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(network, "_open_socket", refuse)
    return found


# Where it may go: every form in which an address that is not public can be written.

NOT_PUBLIC = [
    "127.0.0.1",
    "127.8.9.10",
    "0.0.0.0",  # noqa: S104 (an address that must be refused)
    "0.1.2.3",
    "10.0.0.1",
    "172.16.0.1",
    "172.31.255.254",
    "192.168.1.1",
    "100.64.0.1",
    "169.254.169.254",
    "192.0.2.1",
    "198.18.0.1",
    "198.51.100.7",
    "203.0.113.7",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "2002:7f00:1::1",
    "2002:a00:1::1",
    "2001:0:1234::1",
    "2001:db8::1",
    "fc00::1",
    "fd12:3456::1",
    "fe80::1",
    "fe80::1%lo",
    "fec0::1",
    "ff02::1",
    "4000::1",
]


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_name_of_an_address_that_is_not_public_is_never_called(address: str, opened: list[str]) -> None:
    http = PlatformHttp(allow_loopback=True, look_up=Names([address]))

    assert reason_of(lambda: http.get(URL)) is OutboundReason.ADDRESS
    assert opened == []


@pytest.mark.parametrize("address", [PUBLIC, PUBLIC_6, f"::ffff:{PUBLIC}", "64:ff9b::5db8:d70e", "2002:5db8:d70e::1"])
def test_public_address_is_called(address: str, opened: list[str]) -> None:
    http = PlatformHttp(allow_loopback=False, look_up=Names([address]))

    assert reason_of(lambda: http.get(URL)) is OutboundReason.UNREACHABLE
    assert [ip_address(one) for one in opened] == [ip_address(address)]


@pytest.mark.parametrize("found", [[PUBLIC, "10.0.0.1"], ["10.0.0.1", PUBLIC], [PUBLIC] * 9 + ["::1"]])
def test_one_address_that_is_not_public_spoils_the_name(found: list[str], opened: list[str]) -> None:
    http = PlatformHttp(allow_loopback=False, look_up=Names(found))

    assert reason_of(lambda: http.get(URL)) is OutboundReason.ADDRESS
    assert opened == []


@given(number=st.integers(0, 2**32 - 1))
def test_hiding_an_address_in_another_never_makes_it_public(number: int) -> None:
    plain = ip_address(number)
    wrapped = [f"::ffff:{plain}", f"64:ff9b::{plain}", f"2002:{number >> 16:x}:{number & 0xFFFF:x}::1"]

    assert {is_public(unwrap(ip_address(one))) for one in wrapped} == {is_public(plain)}
    assert not is_public(unwrap(ip_address(f"::{plain}"))), "an address of a kind that is long gone"


def test_name_is_looked_up_once_so_that_a_second_answer_cannot_differ(opened: list[str]) -> None:
    """DNS rebinding: a public address for whoever looks, this computer for whoever connects."""
    names = Names([PUBLIC], ["127.0.0.1"])

    reason_of(lambda: PlatformHttp(allow_loopback=False, look_up=names).get(URL))

    assert opened == [PUBLIC]
    assert names.asked == [("lms.example", 443)]


def test_each_address_of_a_name_is_tried_once_but_not_without_end(opened: list[str]) -> None:
    found = [f"93.184.215.{number}" for number in range(20)]

    reason_of(lambda: PlatformHttp(allow_loopback=False, look_up=Names([found[0], *found])).get(URL))

    assert opened == found[:4]


@pytest.mark.parametrize(
    "url",
    [
        "http://lms.example/",
        "ftp://lms.example/",
        "file:///etc/passwd",
        "gopher://lms.example/",
        "//lms.example/",
        "lms.example",
        "",
        "https://",
        "https://user@lms.example/",
        "https://user:secret@lms.example/",
        "https://lms.example:port/",
        "https://lms.example:99999/",
        "https://[::1/",
        "https://lms_.example/",
        "https://lms.example/#part",
        "https://lms.exämple/",
        "https://lms.example/a b",
        "https://lms.example/a\nb",
        " https://lms.example/",
        "https://lms.example/ä",
        "http://127.0.0.1/",
        "http://localhost/",
    ],
)
def test_address_of_another_form_is_not_even_looked_up(url: str) -> None:
    names = Names([PUBLIC])

    assert reason_of(lambda: PlatformHttp(allow_loopback=False, look_up=names).get(url)) is OutboundReason.ADDRESS
    assert names.asked == []


@pytest.mark.parametrize("host", ["2130706433", "0x7f000001", "017700000001", "127.1", "localhost.", "LOCALHOST"])
def test_other_spellings_of_this_computer_are_refused(host: str) -> None:
    """The system's resolver reads them all; what it makes of them is what is looked at."""
    assert reason_of(lambda: PlatformHttp(allow_loopback=False).get(f"https://{host}:9/")) in (
        OutboundReason.ADDRESS,
        OutboundReason.UNREACHABLE,
    )


@pytest.mark.parametrize("found", [["10.1.2.3"], ["192.168.0.9"], ["fd00::9"], ["100.64.9.9"]])
def test_host_that_an_operator_named_may_stand_on_the_campus(found: list[str], opened: list[str]) -> None:
    http = PlatformHttp(allow_loopback=False, private_hosts=frozenset({"lms.example"}), look_up=Names(found))

    assert reason_of(lambda: http.get(URL)) is OutboundReason.UNREACHABLE
    assert reason_of(lambda: http.get("https://other.example/")) is OutboundReason.ADDRESS
    assert opened == found


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "::1", "169.254.169.254", "fe80::1", "0.0.0.0", "224.0.0.1", "::ffff:127.0.0.1"]  # noqa: S104
)  # fmt: skip
def test_host_that_an_operator_named_is_not_this_computer_or_the_clouds_own(address: str, opened: list[str]) -> None:
    http = PlatformHttp(allow_loopback=False, private_hosts=frozenset({"lms.example"}), look_up=Names([address]))

    assert reason_of(lambda: http.get(URL)) is OutboundReason.ADDRESS
    assert opened == []


@pytest.mark.parametrize("address", ["10.0.0.1", "93.184.215.14"])
def test_localhost_that_is_somewhere_else_is_refused(address: str, opened: list[str]) -> None:
    http = PlatformHttp(allow_loopback=True, look_up=Names([address]))

    assert reason_of(lambda: http.get("http://localhost:8080/")) is OutboundReason.ADDRESS
    assert opened == []


def test_name_that_is_not_known_is_unreachable() -> None:
    def fail(_host: str, _port: int) -> list[str]:
        raise socket.gaierror

    assert reason_of(lambda: PlatformHttp(allow_loopback=False, look_up=fail).get(URL)) is OutboundReason.UNREACHABLE
    nothing = PlatformHttp(allow_loopback=False, look_up=Names([]))
    assert reason_of(lambda: nothing.get(URL)) is OutboundReason.ADDRESS


def test_look_up_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbound, "MOST_SECONDS", 0.1)
    end = Event()

    def hang(_host: str, _port: int) -> list[str]:
        end.wait(20)
        return [PUBLIC]

    begun = time.monotonic()
    reason = reason_of(lambda: PlatformHttp(allow_loopback=False, look_up=hang).get(URL))
    end.set()

    assert reason is OutboundReason.TOO_SLOW
    assert time.monotonic() - begun < 10


def test_message_of_a_refusal_holds_no_address() -> None:
    for reason in OutboundReason:
        assert str(OutboundError(reason)).startswith("the platform")


# What comes back, from a real server on this computer.


class Answers(BaseHTTPRequestHandler):
    """Answers at each address in another manner."""

    stop: Event
    heard: list[tuple[str, str, dict[str, str], bytes]]

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        type(self).heard.append((self.command, self.path, dict(self.headers), body))
        getattr(self, "answer_" + self.path.partition("?")[0].strip("/").replace("-", "_"))()

    def do_POST(self) -> None:
        self.do_GET()

    def log_message(self, *_args: object) -> None:
        """Say nothing."""

    def _send(self, body: bytes, status: int = 200, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content_Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def _write_until_stopped(self, piece: bytes) -> None:
        try:
            while not self.stop.wait(0.02):
                self.wfile.write(piece)
        except OSError:
            self.close_connection = True

    def answer_good(self) -> None:
        self._send(b'{"a": 1}', X_Word="yes")

    def answer_refused(self) -> None:
        self._send(b"token_already_used", 401)

    def answer_redirect(self) -> None:
        self._send(b"", 302, Location="/good")

    def answer_other_redirect(self) -> None:
        self._send(b"", 307, Location="http://169.254.169.254/")

    def answer_large(self) -> None:
        self._send(b" " * 5000)

    def answer_as_large_as_it_may_be(self) -> None:
        self._send(b" " * 4096)

    def answer_endless(self) -> None:
        self.send_response(200)
        self.end_headers()
        try:
            while not self.stop.is_set():
                self.wfile.write(b" " * 10_000)
        except OSError:
            self.close_connection = True

    def answer_endless_headers(self) -> None:
        self.send_response(200)
        self.flush_headers()
        self._write_until_stopped(b"X-Drip: 1\r\n")

    def answer_endless_welcome(self) -> None:
        self._write_until_stopped(b"HTTP/1.1 100 Continue\r\n\r\n")

    def answer_cut(self) -> None:
        self._send(b"{}", Content_Length="99")
        self.close_connection = True

    def answer_drip(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "100000")
        self.end_headers()
        self._write_until_stopped(b" ")

    def answer_hang(self) -> None:
        self.stop.wait(20)

    def answer_no_http(self) -> None:
        self.wfile.write(b"SSH-2.0-nothing\r\n\r\n")
        self.close_connection = True


def serve(context: ssl.SSLContext | None = None) -> Iterator[int]:
    Answers.stop, Answers.heard = Event(), []
    running = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    running.daemon_threads = True
    if context is not None:
        running.socket = context.wrap_socket(running.socket, server_side=True)
    thread = Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield running.server_port
    Answers.stop.set()
    running.shutdown()
    running.server_close()
    thread.join()


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make limits small enough to reach."""
    monkeypatch.setattr(outbound, "MOST_BYTES", 4096)
    monkeypatch.setattr(outbound, "_MOST_LINE_BYTES", 8192)


@pytest.fixture
def server(small: None) -> Iterator[str]:
    del small
    for port in serve():
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def http() -> PlatformHttp:
    return PlatformHttp(allow_loopback=True)


def test_answer_comes_back_with_status_headers_and_body(server: str, http: PlatformHttp) -> None:
    answer = http.get(f"{server}/good?x=1&y=%2F", {"Authorization": "Bearer a.b.c"})

    assert (answer.status, answer.json(), answer.headers.get("x-word")) == (200, {"a": 1}, "yes")
    ((command, path, headers, _),) = Answers.heard
    assert (command, path) == ("GET", "/good?x=1&y=%2F")
    assert headers["Authorization"] == "Bearer a.b.c"
    assert headers["Accept-Encoding"] == "identity"
    assert headers["User-Agent"] == "Rugzak LTI tool"
    assert headers["Host"] == server.removeprefix("http://")
    assert not {"Cookie", "Referer"} & headers.keys()


def test_body_is_sent(server: str, http: PlatformHttp) -> None:
    answer = http.post(f"{server}/good", b'{"b": 2}', {"Content-Type": "application/json"})

    assert answer.status == 200
    ((command, _, headers, body),) = Answers.heard
    assert (command, body, headers["Content-Type"]) == ("POST", b'{"b": 2}', "application/json")


def test_refusal_of_the_platform_is_an_answer_too(server: str, http: PlatformHttp) -> None:
    answer = http.get(f"{server}/refused")

    assert (answer.status, answer.body) == (401, b"token_already_used")


def test_proxy_of_the_environment_is_not_asked(
    server: str, http: PlatformHttp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1/")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1/")

    assert http.get(f"{server}/good").status == 200


@pytest.mark.parametrize("path", ["redirect", "other-redirect"])
def test_redirect_is_not_followed(server: str, http: PlatformHttp, path: str) -> None:
    assert reason_of(lambda: http.get(f"{server}/{path}")) is OutboundReason.REDIRECTED
    assert len(Answers.heard) == 1


@pytest.mark.parametrize("path", ["large", "endless"])
def test_answer_that_is_too_large_is_dropped(server: str, http: PlatformHttp, path: str) -> None:
    assert reason_of(lambda: http.get(f"{server}/{path}")) is OutboundReason.TOO_LARGE


def test_answer_may_be_as_large_as_the_limit(server: str, http: PlatformHttp) -> None:
    assert len(http.get(f"{server}/as-large-as-it-may-be").body) == 4096


@pytest.mark.parametrize("path", ["drip", "hang", "endless-headers", "endless-welcome"])
def test_one_deadline_is_over_every_piece_of_an_answer(
    server: str, http: PlatformHttp, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbound, "MOST_SECONDS", 0.2)
    begun = time.monotonic()

    # What drips in the headers may also reach their limit of number first.
    assert reason_of(lambda: http.get(f"{server}/{path}")) in (OutboundReason.TOO_SLOW, OutboundReason.UNREACHABLE)

    assert time.monotonic() - begun < 10, "a limit of a fifth of a second was not kept"


@pytest.mark.parametrize("path", ["cut", "no-http"])
def test_answer_that_is_not_whole_is_none(server: str, http: PlatformHttp, path: str) -> None:
    assert reason_of(lambda: http.get(f"{server}/{path}")) is OutboundReason.UNREACHABLE


def test_platform_that_is_not_there_is_unreachable(http: PlatformHttp) -> None:
    with closing(socket.socket()) as taken:
        # A port that is ours and that nobody listens at.
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/"

        assert reason_of(lambda: http.get(url)) is OutboundReason.UNREACHABLE


@pytest.mark.parametrize("value", ["a\r\nX-Evil: 1", "a\nb", "ä€"])
def test_header_cannot_smuggle_another(server: str, http: PlatformHttp, value: str) -> None:
    with pytest.raises(OutboundError):
        http.get(f"{server}/good", {"Authorization": value})

    assert Answers.heard == []


@pytest.mark.parametrize(
    "body", [b"", b"<!doctype html>", b"\xff\xfe", b"[" * 100_000, b"9" * 5000, b"NaN", b"[Infinity]", b"{'a': 1}"]
)
def test_body_that_is_no_json_is_said_to_be_none(body: bytes) -> None:
    assert reason_of(Answer(200, {}, body).json) is OutboundReason.NOT_JSON


# Over TLS: the certificate is the name's, the line is the address's.


def make_certificate(folder: Path, host: str) -> Path:
    """Write a certificate that signs itself, with its key."""
    key, name, now = named_key("tls"), x509.Name([]), datetime.now(UTC)
    names: Any = x509.SubjectAlternativeName([x509.DNSName(host)])
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(names, critical=True)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "certificate.pem"
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(built.public_bytes(Encoding.PEM) + secret)
    return file


@pytest.fixture
def secure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PlatformHttp]:
    """A way out that finds every name at a public address, where our own server stands in."""
    certificate = make_certificate(tmp_path, "lms.example")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    for port in serve(context):
        lead_public_address_to(port, monkeypatch)
        http = PlatformHttp(allow_loopback=False, look_up=Names([PUBLIC]))
        http._tls.load_verify_locations(certificate)
        yield http


def lead_public_address_to(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def open_socket(address: str, _port: int, seconds: float) -> socket.socket:
        assert address == PUBLIC
        return socket.create_connection(("127.0.0.1", port), seconds)

    monkeypatch.setattr(network, "_open_socket", open_socket)


def test_certificate_is_checked_against_the_name(secure: PlatformHttp) -> None:
    assert secure.get("https://lms.example/good").json() == {"a": 1}
    ((_, _, headers, _),) = Answers.heard
    assert headers["Host"] == "lms.example"


def test_certificate_of_another_name_is_refused(secure: PlatformHttp) -> None:
    assert reason_of(lambda: secure.get("https://other.example/good")) is OutboundReason.CERTIFICATE
    assert Answers.heard == []


def test_certificate_that_nobody_vouches_for_is_refused(secure: PlatformHttp) -> None:
    del secure
    stranger = PlatformHttp(allow_loopback=False, look_up=Names([PUBLIC]))

    assert reason_of(lambda: stranger.get("https://lms.example/good")) is OutboundReason.CERTIFICATE


def test_deadline_holds_over_tls(secure: PlatformHttp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbound, "MOST_SECONDS", 0.5)

    assert reason_of(lambda: secure.get("https://lms.example/drip")) is OutboundReason.TOO_SLOW


def test_server_that_never_shakes_hands_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbound, "MOST_SECONDS", 0.2)
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        lead_public_address_to(silent.getsockname()[1], monkeypatch)
        http = PlatformHttp(allow_loopback=False, look_up=Names([PUBLIC]))
        reason = reason_of(lambda: http.get(URL))

    assert reason is OutboundReason.TOO_SLOW
