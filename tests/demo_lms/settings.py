"""What the environment says about the demo: ports, the settings of the tool, and the clock."""

from __future__ import annotations

import contextlib
import re
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

HOST = "127.0.0.1"
HIGHEST_PORT = 65_535


class DemoError(Exception):
    """The demo cannot start or go on; the message is a sentence for the person who started it."""


@dataclass(frozen=True)
class Settings:
    """What the environment says: both ports, the environment of the tool, and the clock it will go by."""

    port: int
    lms_port: int
    environment: dict[str, str] = field(repr=False)
    clock_offset: float = 0.0

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> Settings:
        """Read the settings; raises DemoError for a value that cannot be used."""
        port, lms_port = _read_port(environ, "PORT", 5000), _read_port(environ, "DEMO_LMS_PORT", 5001)
        if port == lms_port:
            raise DemoError(f"PORT and DEMO_LMS_PORT are both {port}; give them two different numbers.")
        tool = {
            **environ,
            "RUGZAK_ENVIRONMENT": "demo",
            "RUGZAK_BASE_URL": f"http://localhost:{port}",
            "RUGZAK_ALLOW_LOOPBACK_PLATFORMS": "yes",
            "RUGZAK_DATABASE_URL": environ.get("RUGZAK_DATABASE_URL") or "sqlite:///var/demo/rugzak.sqlite3",
            "PYTHONUNBUFFERED": "1",
        }
        return cls(port, lms_port, tool, _read_offset(environ.get("RUGZAK_CLOCK_OFFSET", "")))

    @property
    def tool_url(self) -> str:
        """Where the tool is."""
        return self.environment["RUGZAK_BASE_URL"]

    @property
    def lms_url(self) -> str:
        """Where the LMS is: its issuer, and the one address to open."""
        return f"http://{HOST}:{self.lms_port}"

    def clock(self) -> float:
        """Give the time of the LMS; where a tester moves the tool's clock, the LMS moves along."""
        return time.time() + self.clock_offset


def _read_port(environ: Mapping[str, str], name: str, default: int) -> int:
    text = environ.get(name) or str(default)
    if not text.isdecimal() or not 0 < int(text) <= HIGHEST_PORT:
        raise DemoError(f"{name} must be a port number from 1 to {HIGHEST_PORT}, not {text}.")
    return int(text)


def _read_offset(text: str) -> float:
    """Read RUGZAK_CLOCK_OFFSET, seconds or an ISO duration; what it cannot read is for the tool to refuse."""
    with contextlib.suppress(ValueError):
        return float(text or 0)
    part = r"(?:(\d+)%s)?"
    weeks, days, hours, minutes, seconds = (part % unit for unit in "WDHMS")
    found = re.fullmatch(rf"(-?)P{weeks}{days}(?:T{hours}{minutes}{seconds})?", text)
    if found is None:
        return 0.0
    amounts = [int(amount or 0) for amount in found.groups()[1:]]
    total = sum(amount * unit for amount, unit in zip(amounts, (604_800, 86_400, 3_600, 60, 1), strict=True))
    return float(-total if found[1] == "-" else total)
