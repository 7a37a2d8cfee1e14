"""`audit verify`: JSON of a whole list, one sentence and an exit status for any other."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from lti_tool.audit.commands import _SENTENCES
from lti_tool.audit.links import Why
from lti_tool.kernel.ids import new_id
from tests.audit.conftest import opening

if TYPE_CHECKING:
    from collections.abc import Callable

    from click.testing import Result
    from flask import Flask

    from tests.audit.conftest import Audit


@pytest.fixture
def run(app: Flask) -> Callable[..., Result]:
    return lambda *words: app.test_cli_runner().invoke(args=["audit", "verify", *words])


def told(result: Result) -> dict[str, Any]:
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_log_6_a_whole_list_is_said_as_json(five: Audit, run: Callable[..., Result]) -> None:
    assert told(run()) == {
        "whole": True,
        "events": 5,
        "first": "2026-11-23T09:01:00+00:00",
        "last": "2026-11-23T09:05:00+00:00",
        "head": five.rows()[-1]["mac"].hex()[:16],
    }


def test_log_6_a_list_that_has_not_begun_is_said_as_json(audit: Audit, run: Callable[..., Result]) -> None:
    del audit

    assert told(run()) == {"whole": True, "events": 0, "first": None, "last": None, "head": None}


def change(audit: Audit) -> None:
    audit.change(3, reader_id=new_id())


def take_out(audit: Audit) -> None:
    audit.take_out(3)


def cut_off(audit: Audit) -> None:
    audit.take_out(5)


def add(audit: Audit) -> None:
    audit.put(sequence=6, at=audit.clock.now(), event="sharing:share:opened", **opening().values(), mac=b"m" * 32)


def lose_ends(audit: Audit) -> None:
    audit.take_out_ends()


def spoil_all(audit: Audit) -> None:
    for sequence in range(1, 6):
        audit.change(sequence, mac=b"m" * 32)
    audit.change_ends(seal=b"m" * 32)


@pytest.mark.parametrize(
    ("touch", "sentence"),
    [
        (change, "event 3 is not as it was written"),
        (take_out, "event 3 is gone"),
        (cut_off, "the list is cut off: event 5 is gone"),
        (add, "event 6 was added"),
        (lose_ends, "the row in audit_chain is gone or changed"),
        (spoil_all, "nothing in it was made with a key in RUGZAK_MASTER_KEYS"),
    ],
)
def test_log_6_a_broken_list_is_said_in_one_sentence(
    five: Audit, run: Callable[..., Result], touch: Callable[[Audit], None], sentence: str
) -> None:
    touch(five)

    result = run()

    assert result.exit_code == 1
    assert result.stdout == ""
    assert f"Error: the audit does not hold: {sentence}" in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_log_6_there_is_a_sentence_for_everything_that_can_be_wrong() -> None:
    assert set(_SENTENCES) == set(Why)


def test_log_6_a_head_that_was_noted_is_asked_for(five: Audit, run: Callable[..., Result]) -> None:
    noted = told(run())["head"]
    five.record(opening())

    assert told(run("--noted", noted))["events"] == 6


def test_log_6_a_noted_head_that_is_not_in_the_list_is_said(five: Audit, run: Callable[..., Result]) -> None:
    del five

    result = run("--noted", "0123456789abcdef")

    assert result.exit_code == 1
    assert "does not hold the head that was noted" in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_log_6_help_says_what_the_head_is_for(run: Callable[..., Result]) -> None:
    text = " ".join(run("--help").stdout.split())

    assert "Write the head down somewhere else" in text
    assert "wrote the list anew, or that an older database was put back" in text
