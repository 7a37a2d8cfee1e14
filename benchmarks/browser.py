"""A small HTTP client that stands for one browser: a kept connection and a jar of cookies.

An ordinary client library costs more CPU than the tool that is to be measured, and on a machine with two processors
the two would share them.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlencode

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

TIMEOUT_SECONDS = 20


class NoAnswerError(Exception):
    """The server closed the connection or took too long."""


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


class Jar(dict[str, str]):
    """Cookies by name. Secure ones go over http too: we stand where a proxy would stand that speaks https."""

    def keep(self, lines: Iterable[str]) -> None:
        for line in lines:
            pair, _, attributes = line.partition(";")
            name, _, value = pair.partition("=")
            if "max-age=0" in attributes.lower():
                self.pop(name, None)
            else:
                self[name] = value

    def header(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.items())


@dataclass
class Browser:
    port: int
    jar: Jar = field(default_factory=Jar)
    _reader: asyncio.StreamReader | None = None
    _writer: asyncio.StreamWriter | None = None

    async def get(self, path: str) -> Answer:
        return await self._ask("GET", path, b"")

    async def post(self, path: str, form: Mapping[str, str]) -> Answer:
        return await self._ask("POST", path, urlencode(form).encode())

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()
        self._reader = self._writer = None

    async def _ask(self, method: str, path: str, body: bytes) -> Answer:
        lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{self.port}", "Sec-Fetch-Dest: document"]
        if self.jar:
            lines.append(f"Cookie: {self.jar.header()}")
        if method == "POST":
            lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
        message = "\r\n".join([*lines, "", ""]).encode() + body
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                return await self._exchange(message)
        except (OSError, EOFError, TimeoutError) as error:
            self.close()
            raise NoAnswerError(type(error).__name__) from error

    async def _exchange(self, message: bytes) -> Answer:
        if self._reader is None or self._writer is None:
            self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self.port)
        self._writer.write(message)
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        pairs = [(name.lower(), value.strip()) for name, _, value in (line.partition(":") for line in head[1:])]
        self.jar.keep(value for name, value in pairs if name == "set-cookie")
        headers = dict(pairs)
        body = await self._reader.readexactly(int(headers.get("content-length", "0")))
        return Answer(int(head[0].split()[1]), headers, body)
