"""Structured logs that cannot carry text, names or tokens (LOG-3, LOG-4).

An event is a name and a few values, all from the list below. What is not on the list is dropped; a value that does not
look like an id, a code or a number is dropped too. So a careless log line loses its detail, and leaks nothing.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import traceback
from typing import TYPE_CHECKING, Any

import structlog

if TYPE_CHECKING:
    from collections.abc import MutableMapping

KEYS = {
    "event": r"[a-z_]+(?::[a-z_]+)*",
    "level": r"[a-z]+",
    "timestamp": r"[0-9T:.+Z-]+",
    "request_id": r"[a-z2-7]{26}",
    "registration_id": r"[a-z2-7]{26}",
    "reference": r"[2-9A-Z]{4}",
    "method": r"[A-Z]{3,7}",
    "route": r"[a-z0-9_.:/<>-]+",
    "reason": r"[a-z]+(?:_[a-z]+)*",
    "job": r"[a-z]+(?:_[a-z]+)*",
    "claim": r"[A-Za-z_./:-]+",
    "error_type": r"[A-Za-z_]+",
    "error_at": r"[a-z_/.-]+:[0-9]+",
    "logger": r"[A-Za-z0-9_.-]+",
    "status": r"[0-9]{3}",
}
"""Everything that a log line may hold, and what it looks like. A person's id is not in it."""

_fits = {key: re.compile(pattern).fullmatch for key, pattern in KEYS.items()}
_encode = json.JSONEncoder().encode
_MOST = 120
_DROPPED = "[dropped]"


def keep_listed(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Keep only listed keys, and of those only values that look like codes."""
    return {key: _safe(key, value) for key, value in event.items() if key in KEYS and value is not None}


def _safe(key: str, value: object) -> object:
    text = str(value) if isinstance(value, (str, int)) else ""
    return value if len(text) <= _MOST and _fits[key](text) else _DROPPED


def describe_error(error: BaseException) -> dict[str, str]:
    """Say of an error its type and the place it came from, never its message: that may hold what somebody typed."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "lti_tool" in frame.filename] or list(frames)
    where = f"{ours[-1].filename.rpartition('lti_tool/')[2]}:{ours[-1].lineno}" if ours else "unknown"
    return {"error_type": type(error).__name__, "error_at": where}


def _write_json(_logger: object, _method: str, event: MutableMapping[str, Any]) -> str:
    return _encode(event)


class _LibraryHandler(logging.Handler):
    """Libraries log sentences, and a sentence may hold anything: of them we keep who, how bad and where."""

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        details = describe_error(error) if error else {}
        structlog.get_logger().log(record.levelno, "library:message:logged", logger=record.name, **details)


def configure_logging(level: str) -> None:
    """Send JSON lines to standard error.

    :param level: the lowest level that is logged: debug, info, warning or error.
    """
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            keep_listed,
            _write_json,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(handlers=[_LibraryHandler()], level=logging.WARNING, force=True)


log = structlog.get_logger()
