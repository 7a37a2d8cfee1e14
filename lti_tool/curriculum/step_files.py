"""The files of one step, as its kind reads them: whatever is wrong with them is noted, and nothing stops."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lti_tool.curriculum.files import Problem, read_bytes, read_text
from lti_tool.curriculum.texts import find_faults
from lti_tool.curriculum.wording import find_words

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from lti_tool.curriculum.files import KeyPath, SourceFile

MOST_MEDIA_BYTES = 20_000_000


@dataclass(frozen=True)
class MediumFile:
    """A sound or its captions, on the way into the database."""

    media_type: str
    content: bytes


@dataclass(frozen=True)
class StepFiles:
    """The folder of one step, and what all steps share."""

    root: Path
    folder: str
    source: SourceFile
    frame: Mapping[str, Any]
    terms: frozenset[str] | None
    media: dict[str, MediumFile]
    """Gathers what goes into the edition beside the texts, by the hash of its content."""
    problems: list[Problem]

    def complain(self, path: KeyPath, what: str) -> None:
        """Note a problem with a field of step.yaml."""
        self.source.complain(path, what)

    def read_prose(self, name: str, language: str, *, explains_terms: bool = True) -> str:
        """Read a Markdown file of the step.

        :param explains_terms: whether the page shows what a term means beside this text.
        """
        name = f"{self.folder}/{name}"
        text = read_text(self.root, name, self.problems)
        if text is None:
            return ""
        if not text.strip():
            self.problems.append(Problem(name, 1, "is empty"))
        terms = self.terms if explains_terms else frozenset[str]()
        self.problems.extend(Problem(name, line + 1, what) for line, what in find_faults(text, language, terms))
        return text.strip() + "\n"

    def read_text(self, name: str, language: str) -> str:
        """Read another text file of the step, such as captions; only its words are checked."""
        name = f"{self.folder}/{name}"
        text = read_text(self.root, name, self.problems)
        if text is None:
            return ""
        if not text.strip():
            self.problems.append(Problem(name, 1, "is empty"))
        for line, word in find_words(text, language):
            self.problems.append(Problem(name, line + 1, f"says “{word}”; choose another word"))
        return text

    def read_bytes(self, name: str) -> bytes:
        """Read a sound of the step."""
        name = f"{self.folder}/{name}"
        content = read_bytes(self.root, name, MOST_MEDIA_BYTES, self.problems)
        if content == b"":
            self.problems.append(Problem(name, 1, "is empty"))
        return content or b""

    def keep(self, media_type: str, content: bytes) -> str:
        """Let something go into the edition, and return the id under which it is known."""
        medium_id = hashlib.sha256(content).hexdigest()
        self.media[medium_id] = MediumFile(media_type, content)
        return medium_id
