"""Fixtures of the front door's tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.front_door.witness import Witness

if TYPE_CHECKING:
    from lti_tool.kernel.database import Database


@pytest.fixture
def witness(database: Database, log_lines: list[str]) -> Witness:
    return Witness(database, log_lines)
