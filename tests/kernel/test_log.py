"""The log: whatever is handed to it, text, names and tokens do not come out (LOG-3, LOG-4)."""

from __future__ import annotations

import io
import json
import logging
import sys
from typing import TYPE_CHECKING, Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.kernel.log import KEYS, configure_logging, describe_error, keep_listed

if TYPE_CHECKING:
    from collections.abc import Iterator

CODE_LETTERS = set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.:/<>-")
TEXTS = st.text(min_size=1).filter(lambda text: not set(text) <= CODE_LETTERS)
"""What people write: anything that is not a single code."""
VALUES = st.recursive(
    TEXTS | st.binary() | st.floats() | TEXTS.map(ValueError),
    lambda below: st.lists(below) | st.dictionaries(TEXTS, below) | st.tuples(below),
    max_leaves=5,
)


def fail(error: Exception) -> None:
    raise error


def line_of(event: dict[str, Any]) -> str:
    return json.dumps(keep_listed(None, "info", dict(event)))


@given(st.dictionaries(st.sampled_from(sorted(KEYS)), VALUES, min_size=1))
def test_log_3_listed_key_never_prints_a_text(event: dict[str, Any]) -> None:
    assert json.loads(line_of(event)) == dict.fromkeys(event, "[dropped]")


@given(st.dictionaries(st.text().filter(lambda key: key not in KEYS), VALUES | st.text() | st.integers()))
def test_log_3_key_that_is_not_listed_never_prints_at_all(event: dict[str, Any]) -> None:
    assert line_of(event) == "{}"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("event", "a:b:c"),
        ("method", "GET"),
        ("route", "/s/<token>/step/<step_id>"),
        ("reason", "state_expired"),
        ("reference", "7K2M"),
        ("status", 404),
        ("error_at", "people/visits.py:71"),
        ("request_id", "7c7ap5e2wjmyyrgj4wjjjdnxgq"),
    ],
)
def test_codes_and_numbers_are_printed_under_their_own_key(key: str, value: object) -> None:
    assert json.loads(line_of({key: value})) == {key: value}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("reason", "Esra"),
        ("reason", "esra-de-vries"),
        ("registration_id", "esra"),
        ("reference", "abcd"),
        ("status", 7),
    ],
)
def test_log_3_name_under_a_listed_key_is_dropped(key: str, value: object) -> None:
    assert json.loads(line_of({key: value})) == {key: "[dropped]"}


@pytest.mark.parametrize(
    "value", ["a" * 121, "Amina Haddou", "hello, world", "a\nb", "a@b.example", "https://x/?t=1", ""]
)
def test_value_that_is_more_than_a_code_is_dropped(value: str) -> None:
    assert json.loads(line_of({"reason": value})) == {"reason": "[dropped]"}


def test_what_is_not_known_is_left_out() -> None:
    assert line_of({"event": "web:request:answered", "reason": None}) == '{"event": "web:request:answered"}'


def test_no_key_is_for_a_person() -> None:
    assert {key for key in KEYS if any(word in key for word in ("person", "name", "sub", "token", "address"))} == set()


@given(st.text(min_size=1))
def test_log_4_error_is_told_by_type_and_place_without_its_message(message: str) -> None:
    secret = f"<<{message}>>"

    with pytest.raises(KeyError) as caught_error:
        fail(KeyError(secret))

    caught = describe_error(caught_error.value)
    assert caught["error_type"] == "KeyError"
    assert caught["error_at"].rpartition(":")[2].isdigit()
    assert secret not in str(caught)


def test_error_that_was_never_raised_has_no_place() -> None:
    assert describe_error(ValueError("text")) == {"error_type": "ValueError", "error_at": "unknown"}


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What a freshly configured log writes to standard error; afterwards all is as it was."""
    before, handlers, level = structlog.get_config(), logging.root.handlers[:], logging.root.level
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    configure_logging("info")
    yield stream
    structlog.configure(**before)
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)


def test_log_writes_lines_of_json(written: io.StringIO) -> None:
    structlog.get_logger().info("web:request:answered", status=200, route="/support", person="Amina Haddou")

    line = json.loads(written.getvalue())
    assert line.pop("timestamp").endswith("Z")
    assert line == {"event": "web:request:answered", "level": "info", "status": 200, "route": "/support"}


def test_log_is_quiet_below_its_level(written: io.StringIO) -> None:
    structlog.get_logger().debug("web:request:answered")

    assert written.getvalue() == ""


def test_log_4_sentence_of_a_library_is_told_without_its_words(written: io.StringIO) -> None:
    try:
        fail(ValueError("Amina Haddou wrote this"))
    except ValueError:
        logging.getLogger("some.library").exception("could not parse %s", "Amina Haddou")

    line = json.loads(written.getvalue())
    assert "Amina" not in written.getvalue()
    assert (line["event"], line["logger"]) == ("library:message:logged", "some.library")
    assert (line["level"], line["error_type"]) == ("error", "ValueError")


def test_chatter_of_libraries_is_not_logged(written: io.StringIO) -> None:
    logging.getLogger("some.library").info("connecting")

    assert written.getvalue() == ""
