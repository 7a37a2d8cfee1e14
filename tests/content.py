"""The course content for tests: the real one, read once, and the same with a change."""

from __future__ import annotations

import copy
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lti_tool.curriculum.loader import read_content

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lti_tool.curriculum.loader import Content

MODULES = Path(__file__).parents[1] / "modules"


@cache
def real_content() -> Content:
    """The real content. Whoever changes it takes a copy."""
    return read_content(MODULES)


def with_change(content: Content, change: Callable[[dict[str, Any]], object]) -> Content:
    """The same content, with its line changed."""
    line = copy.deepcopy(content.line)
    change(line)
    return replace(content, line=line)


def steps_of(line: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every step of a line as the files hold it, in order."""
    for module in line["modules"]:
        for unit in module["units"]:
            yield from unit["steps"]


def asks_first(step: dict[str, Any]) -> bool:
    """Whether a notice stands on a page of its own before a step."""
    return bool(step["notice"]["before"] or step["notice"]["intensity"] >= 2)


REAL_STEPS = tuple(steps_of(real_content().line))
STEP_IDS: tuple[str, ...] = tuple(step["id"] for step in REAL_STEPS)


def step_where(**fields: Any) -> str:
    """The id of the first real step that has these fields, such as ``kind="practice"``."""
    return next(step["id"] for step in REAL_STEPS if all(step.get(name) == value for name, value in fields.items()))


NOTICED = tuple(step["id"] for step in REAL_STEPS if asks_first(step))
"""The real steps with a notice before them."""
