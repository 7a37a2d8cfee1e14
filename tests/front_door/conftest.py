"""Fixtures of the front door's tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import structlog

from lti_tool.kernel.log import log
from tests.front_door.witness import Witness

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

    from lti_tool.kernel.database import Database


@pytest.fixture
def log_lines(app: Flask) -> Iterator[list[str]]:
    """Every log line of this test, exactly as it is written to standard error."""
    del app
    lines: list[str] = []

    def note(_logger: object, _method: str, line: Any) -> Any:
        lines.append(line)
        return line

    # A logger keeps the list of processors that it was first used with; new ones take the newest.
    chains = [log.bind()._processors]
    newest = structlog.get_config()["processors"]
    if newest is not chains[0]:
        chains.append(newest)
    for chain in chains:
        chain.append(note)
    yield lines
    for chain in chains:
        chain.remove(note)


@pytest.fixture
def witness(database: Database, log_lines: list[str]) -> Witness:
    return Witness(database, log_lines)
