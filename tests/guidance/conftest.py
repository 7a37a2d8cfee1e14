"""Who comes in to look at the pages for teachers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.guidance.teaching import CLASS, post

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.door import Door, Visit


@pytest.fixture
def teacher(door: Door) -> Visit:
    return door.enter("teacher")


@pytest.fixture
def preparing(teacher: Visit) -> Visit:
    """A teacher whose class is preparing; in these tests a class begins open."""
    assert post(teacher, f"{CLASS}/preparing").status_code == 303
    return teacher


@pytest.fixture
def only_coordinator(app: Flask, door: Door) -> Callable[[], Visit]:
    """Let somebody in who looks after the curriculum, and does not teach this course."""

    def enter() -> Visit:
        words = ["grant-coordinator", "--registration", door.registration_id, "--role", "Mentor"]
        result = app.test_cli_runner().invoke(args=["people", *words])
        assert result.exit_code == 0, result.stderr
        return door.enter("mentor")

    return enter
