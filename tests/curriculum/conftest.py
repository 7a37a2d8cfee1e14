"""A copy of the content for a test to spoil."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from lti_tool.curriculum import loader
from lti_tool.curriculum.loader import ContentError, read_content
from tests.content import copy_modules

if TYPE_CHECKING:
    from pathlib import Path


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


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ContentTree:
    """The sample, and what all steps share. It stands in the place of ``modules/``: nothing is borrowed from there."""
    root = copy_modules(tmp_path, only_sample=True)
    monkeypatch.setattr(loader, "SHARED", root)
    return ContentTree(root)
