"""A copy of the content for a test to spoil."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import pytest
import yaml

from lti_tool.curriculum import loader, texts
from lti_tool.curriculum.loader import ContentError, read_content
from tests.content import copy_modules

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

_MOST_TEXTS = 5000


@dataclass(frozen=True)
class ContentTree:
    """The content files in a folder of this test's own."""

    root: Path

    def edit(self, name: str, old: str, new: str) -> None:
        text = (self.root / name).read_text()
        assert old in text, f"{name} no longer holds {old!r}: mend the test"
        (self.root / name).write_text(text.replace(old, new, 1))

    def line_of(self, name: str, marker: str) -> int:
        """The number of the first line that holds a text."""
        lines = (self.root / name).read_text().splitlines()
        return next(number for number, line in enumerate(lines, start=1) if marker in line)

    def problems(self) -> list[str]:
        """What the loader says of it: one line for each problem."""
        with pytest.raises(ContentError) as caught:
            read_content(self.root)
        return str(caught.value).splitlines()


@pytest.fixture(scope="session", autouse=True)
def _read_what_stays_once() -> Iterator[None]:
    """Read and judge a text once: a test spoils one file of fifty, and the others are as they were in every test."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("find_links", "find_lost_markup"):
            patch.setattr(texts, name, _once(getattr(texts, name)))
        patch.setattr(yaml, "compose", lru_cache(_MOST_TEXTS)(yaml.compose))
        yield


def _once(find: Callable[[str], Iterable[tuple[int, str]]]) -> Callable[[str], Iterable[tuple[int, str]]]:
    return lru_cache(_MOST_TEXTS)(lambda text: tuple(find(text)))


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ContentTree:
    """The sample, and what all steps share. It stands in the place of ``modules/``: nothing is borrowed from there."""
    root = copy_modules(tmp_path, only_sample=True)
    monkeypatch.setattr(loader, "SHARED", root)
    return ContentTree(root)
