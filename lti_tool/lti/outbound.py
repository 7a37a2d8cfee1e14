"""The one way in which this tool calls a platform: to the address that was checked, and never for long.

An address comes from whoever registers a platform, so it may point at what only this computer can reach: its own
services, the network around it, the cloud's store of secrets. So a name is looked up once, all that it stands for must
be public, and the line goes to the very address that was looked at. A second look-up could give another one.

It stands on the standard library and not on ``requests``: the latter looks names up by itself, follows redirects, obeys
proxies, and waits for each piece of an answer anew, so a platform that sends a byte every four seconds could hold a
worker for ever.
"""

from __future__ import annotations

import json
import ssl
import time
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from http.client import HTTPConnection, HTTPException
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

from marshmallow import ValidationError

from lti_tool.kernel.errors import RugzakError
from lti_tool.lti.addresses import LOOPBACK_HOSTS, check_platform_address
from lti_tool.lti.network import (
    Line,
    TooMuchError,
    in_time,
    is_on_site,
    is_public,
    look_up,
    open_first,
    time_left,
    unwrap,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Protocol

    from lti_tool.lti.network import Address

    class Headers(Protocol):
        """The headers of an answer; their names may be spelled in capitals or not."""

        def get(self, name: str, /) -> str | None:
            """Return a header, or None when the platform sent none."""


PLATFORM_HTTP = "rugzak_platform_http"
"""Where the application keeps its one PlatformHttp."""
MOST_BYTES = 512 * 1024
"""The largest body. Key sets and configurations have some thousands of bytes."""
MOST_SECONDS = 5.0
"""For everything together: looking the name up, connecting, and every piece of the answer."""
_MOST_LINE_BYTES = MOST_BYTES + 64 * 1024
_MOST_ADDRESSES = 4
_HEADERS = {"User-Agent": "Rugzak LTI tool", "Accept": "application/json", "Accept-Encoding": "identity"}
"""Some Moodle sites answer 403 to a request without a User-Agent. Packed answers could unfold without end."""
_REDIRECTS = range(300, 400)
_PORTS = {"https": 443, "http": 80}


class OutboundReason(StrEnum):
    """Why a platform could not be asked."""

    ADDRESS = "address_not_allowed"
    UNREACHABLE = "unreachable"
    CERTIFICATE = "certificate"
    TOO_SLOW = "too_slow"
    TOO_LARGE = "too_large"
    REDIRECTED = "redirected"
    BAD_STATUS = "bad_status"
    """Not said here: whoever asks knows which statuses are an answer."""
    NOT_JSON = "not_json"


_SENTENCES = {
    OutboundReason.ADDRESS: "the platform's address is not a public https address.",
    OutboundReason.UNREACHABLE: "the platform does not answer.",
    OutboundReason.CERTIFICATE: "the platform's certificate is not valid.",
    OutboundReason.TOO_SLOW: "the platform takes too long to answer.",
    OutboundReason.TOO_LARGE: "the platform's answer is too large.",
    OutboundReason.REDIRECTED: "the platform answers with a redirect.",
    OutboundReason.BAD_STATUS: "the platform answers with an error.",
    OutboundReason.NOT_JSON: "the platform's answer is not JSON.",
}


class OutboundError(RugzakError):
    """A platform could not be asked. The message never holds its address or a word of its answer."""

    def __init__(self, reason: OutboundReason) -> None:
        super().__init__(_SENTENCES[reason])
        self.reason = reason


@dataclass(frozen=True)
class Answer:
    """What a platform answered. A status of 400 and above is an answer too."""

    status: int
    headers: Headers
    body: bytes

    def json(self) -> Any:
        """Return the body, read as JSON.

        :raises OutboundError: when it is none.
        """
        try:
            return json.loads(self.body, parse_constant=_refuse_constant)
        except (ValueError, RecursionError):
            raise OutboundError(OutboundReason.NOT_JSON) from None


def _refuse_constant(name: str) -> None:
    raise ValueError(name)  # NaN and Infinity, which Python reads and JSON does not know


class PlatformHttp:
    """Calls platforms. One serves a whole process, and all its threads."""

    def __init__(
        self,
        *,
        allow_loopback: bool,
        private_hosts: frozenset[str] = frozenset(),
        look_up: Callable[[str, int], list[str]] = look_up,
    ) -> None:
        """Say where it may go.

        :param allow_loopback: whether platforms on this computer are allowed, for trying things.
        :param private_hosts: names of hosts that may have a private address: an LMS on a campus network.
        :param look_up: returns the addresses of a host name.
        """
        self._allow_loopback = allow_loopback
        self._private_hosts = private_hosts
        self._look_up = look_up

    def get(self, url: str, headers: Mapping[str, str] | None = None) -> Answer:
        """Ask for an address. Redirects are not followed.

        :raises OutboundError: when the address is not allowed, or no whole answer comes in time.
        """
        return self._ask("GET", url, None, headers or {})

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Send something to an address.

        :param headers: with the ``Content-Type`` of the body.
        :raises OutboundError: as for :meth:`get`.
        """
        return self._ask("POST", url, body, headers)

    def check_address(self, url: str) -> None:
        """Check the form of an address, without looking it up.

        :raises OutboundError: when it is not https, or http on this computer where that is allowed.
        """
        try:
            check_platform_address(url, loopback=self._allow_loopback)
        except ValidationError:
            raise OutboundError(OutboundReason.ADDRESS) from None
        if not url.isascii() or not url.isprintable() or " " in url:
            raise OutboundError(OutboundReason.ADDRESS)

    def _ask(self, method: str, url: str, body: bytes | None, headers: Mapping[str, str]) -> Answer:
        until = time.monotonic() + MOST_SECONDS
        self.check_address(url)
        try:
            line = self._connect(url, until)
            try:
                return _exchange(line, method, url, body, {**_HEADERS, **headers})
            finally:
                line.end()
        except TimeoutError:
            raise OutboundError(OutboundReason.TOO_SLOW) from None
        except TooMuchError:
            raise OutboundError(OutboundReason.TOO_LARGE) from None
        except ssl.SSLCertVerificationError:
            raise OutboundError(OutboundReason.CERTIFICATE) from None
        except (HTTPException, OSError, ValueError):
            raise OutboundError(OutboundReason.UNREACHABLE) from None

    def _connect(self, url: str, until: float) -> Line:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
        plain = open_first(self._addresses(host, port, until), port, until)
        if parts.scheme != "https":
            return Line(plain, until, _MOST_LINE_BYTES)
        try:
            plain.settimeout(time_left(until))
            # The certificate is the name's; only the line goes to the address that was looked at.
            return Line(self._tls.wrap_socket(plain, server_hostname=host), until, _MOST_LINE_BYTES)
        except BaseException:
            plain.close()
            raise

    def _addresses(self, host: str, port: int, until: float) -> list[Address]:
        found = [ip_address(text) for text in dict.fromkeys(in_time(lambda: self._look_up(host, port), until))]
        if not found or not all(self._may_reach(host, address) for address in found):
            # One that is not allowed spoils the name: which of them is used would be chance.
            raise OutboundError(OutboundReason.ADDRESS)
        return found[:_MOST_ADDRESSES]

    def _may_reach(self, host: str, address: Address) -> bool:
        if self._allow_loopback and host in LOOPBACK_HOSTS:
            return address.is_loopback
        inner = unwrap(address)
        return is_public(inner) or (host in self._private_hosts and is_on_site(inner))

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        # Reading the computer's certificates takes a while, so it is done once, and only when they are needed.
        context = ssl.create_default_context()
        context.set_alpn_protocols(["http/1.1"])
        return context


def _exchange(line: Line, method: str, url: str, body: bytes | None, headers: dict[str, str]) -> Answer:
    parts = urlsplit(url)
    connection = HTTPConnection(parts.netloc)
    connection.sock = line
    path = urlunsplit(("", "", parts.path or "/", parts.query, ""))
    # Said by us, because the connection would name its own usual port.
    connection.request(method, path, body, {"Host": parts.netloc, "Connection": "close", **headers})
    with connection.getresponse() as response:
        if response.status in _REDIRECTS:
            raise OutboundError(OutboundReason.REDIRECTED)
        content = response.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            raise OutboundError(OutboundReason.TOO_LARGE)
        if response.length:
            raise OSError  # the platform promised more than it sent
        return Answer(response.status, response.headers, content)
