"""The network below :mod:`lti_tool.lti.outbound`: which addresses are everybody's, and lines that end in time."""

from __future__ import annotations

import io
import socket
import time
from ipaddress import IPv4Address, IPv6Address, IPv6Network
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from _typeshed import ReadableBuffer, WriteableBuffer

_GLOBAL = IPv6Network("2000::/3")
"""All that is handed out of the IPv6 internet so far."""
_NAT64 = IPv6Network("64:ff9b::/96")
"""An IPv4 address as a network without IPv4 writes it (RFC 6052)."""

Address = IPv4Address | IPv6Address


class TooMuchError(Exception):
    """More came than may be read."""


def unwrap(address: Address) -> Address:
    """Return the IPv4 address that stands inside of an IPv6 address, if there is one."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address


def is_public(address: Address) -> bool:
    """Whether an address is on the internet, for everybody."""
    if isinstance(address, IPv6Address) and (address not in _GLOBAL or address.teredo is not None):
        return False
    return address.is_global and not address.is_multicast


def is_on_site(address: Address) -> bool:
    """Whether an address is on a network of one's own; this computer and its neighbours on the wire are not."""
    outside = (
        address.is_loopback, address.is_link_local, address.is_multicast, address.is_unspecified, address.is_reserved
    )  # fmt: skip
    return not any(outside)


def look_up(host: str, port: int) -> list[str]:
    """Return the addresses of a host name, as this computer knows them."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def time_left(until: float) -> float:
    """Return the seconds before a deadline.

    :raises TimeoutError: when there are none.
    """
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def in_time(look_up: Callable[[], list[str]], until: float) -> list[str]:
    """Look a name up before a deadline.

    :raises OSError: when it has no address, or none in time.
    """
    # The system's own look-up knows no deadline, so it gets a thread that may be left behind.
    found: SimpleQueue[list[str] | Exception] = SimpleQueue()

    def run() -> None:
        try:
            found.put(look_up())
        except (OSError, ValueError) as error:
            found.put(error)

    Thread(target=run, daemon=True).start()
    try:
        result = found.get(timeout=time_left(until))
    except Empty:
        raise TimeoutError from None
    if isinstance(result, Exception):
        raise result
    return result


def open_first(addresses: list[Address], port: int, until: float) -> socket.socket:
    """Connect to the first address that answers. Each has its share of the time, so that a dead one costs not all.

    :raises OSError: when none does.
    """
    for number, address in enumerate(addresses):
        share = time_left(until) / (len(addresses) - number)
        try:
            return _open_socket(str(address), port, share)
        except OSError:
            if number == len(addresses) - 1:
                raise
    raise OSError  # pragma: no cover (there is at least one)


def _open_socket(address: str, port: int, seconds: float) -> socket.socket:
    return socket.create_connection((address, port), seconds)


class Line:
    """A connection with a deadline: what an HTTPConnection needs of a socket."""

    def __init__(self, connected: socket.socket, until: float, most: int) -> None:
        """Take a connected socket.

        :param until: the deadline, as ``time.monotonic`` counts.
        :param most: how many bytes may be read.
        """
        self._socket = connected
        self._until = until
        self._most = most

    def sendall(self, data: ReadableBuffer) -> None:
        """Send all of this, as a socket does."""
        self._socket.settimeout(time_left(self._until))
        self._socket.sendall(data)

    def makefile(self, _mode: str) -> io.BufferedReader:
        """Return a file to read from, as a socket does."""
        return io.BufferedReader(_Reader(self._socket, self._until, self._most))

    def close(self) -> None:
        """Do nothing: the connection lets go of its socket before the answer is read."""

    def end(self) -> None:
        """Close the socket."""
        self._socket.close()


class _Reader(io.RawIOBase):
    """Reads from a socket: each time it waits no longer than there is left, and it reads no more than there may be."""

    def __init__(self, connected: socket.socket, until: float, most: int) -> None:
        self._socket = connected
        self._until = until
        self._left = most

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        self._socket.settimeout(time_left(self._until))
        count = self._socket.recv_into(buffer)
        self._left -= count
        if self._left < 0:
            raise TooMuchError
        return count
