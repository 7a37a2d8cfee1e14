"""The course content for tests: the real one, read once, and the same with a change."""

from __future__ import annotations

import copy
import io
import shutil
import wave
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from lti_tool.curriculum.loader import read_content
from lti_tool.web.languages import LANGUAGES

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
    return next(
        str(step["id"]) for step in REAL_STEPS if all(step.get(name) == value for name, value in fields.items())
    )


NOTICED = tuple(step["id"] for step in REAL_STEPS if asks_first(step))
"""The real steps with a notice before them."""


# A unit of our own, with every kind of step and every way through one.

SAMPLE = Path(__file__).parent / "curriculum" / "sample"
SAMPLE_UNIT = "year-1/unit-20"


def copy_modules(to: Path, *, only_sample: bool = False) -> Path:
    """Copy the content, with the sample as its last unit or its only one, and return the folder of the copy."""
    root = to / "modules"
    shutil.copytree(MODULES, root, ignore=shutil.ignore_patterns("_example", *(["unit-*"] if only_sample else [])))
    shutil.copytree(SAMPLE, root / SAMPLE_UNIT)
    for number, step in enumerate(sorted((root / SAMPLE_UNIT).glob("listening*"))):
        for language_number, language in enumerate(LANGUAGES):
            (step / f"halte-{language}.wav").write_bytes(sound(100 + 2 * number + language_number))
    module = root / "year-1" / "module.yaml"
    text = module.read_text().rpartition("\nunits:\n")[0] + "\nunits:\n" if only_sample else module.read_text()
    module.write_text(text + "  - unit-20\n")
    return root


def sound(samples: int) -> bytes:
    """A short silence, as a file that a browser plays."""
    file = io.BytesIO()
    with wave.open(file, "wb") as silence:
        silence.setparams((1, 1, 8000, samples, "NONE", ""))
        silence.writeframes(b"\x80" * samples)
    return file.getvalue()


@cache
def sampled_content() -> Content:
    """The real content with the sample."""
    with TemporaryDirectory() as folder:
        return read_content(copy_modules(Path(folder)))


@cache
def example_content() -> Content:
    """The line that writers copy: ``modules/_example``."""
    return read_content(MODULES / "_example")
