"""The registry of step kinds: a step kind is a plug.

A kind brings the schema of its content and the part of the page that is its own. Completion is not in the plug: it is
one press, the same for every kind (CMP-1). A kind of a room that keeps something of people also brings what the page
shows of it to who looks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask_babel import LazyString

    from lti_tool.curriculum.line import Step
    from lti_tool.curriculum.schemas import StepSchema
    from lti_tool.curriculum.step_files import StepFiles
    from lti_tool.curriculum.words import Words
    from lti_tool.people.member import Member


@dataclass(frozen=True)
class StepKind:
    """One kind of step."""

    name: str
    title: LazyString
    """What people call it."""
    schema: type[StepSchema]
    build: Callable[[dict[str, Any], Words], Any] | None = None
    """Makes what is its own, in one language, from a step as its schema loaded it."""
    template: str | None = None
    """Shows what was built, below the text of the step."""
    written_template: str | None = None
    """Shows another way through it, where the kind makes that alternative by itself."""
    script: str | None = None
    """Makes the whole step gentler; no other way through it loads it."""
    check: Callable[[dict[str, Any], StepFiles], None] | None = None
    """Checks what the schema cannot: files in the step's folder, names that must exist. It may add to the step."""
    read_live: Callable[[Member, Step], Any] | None = None
    """Reads what the page shows beside its content, for who looks: what a room keeps of people in this step."""
    tables: tuple[str, ...] = ()
    """Where what its room keeps of people is stored: for each there is an export, and an erasure (STO-7, STO-8)."""
    is_closing: bool = False
    """Whether calling it done closes its part of the year: what is shared there ends (SHR-10)."""


_kinds: dict[str, StepKind] = {}


def register_kind(kind: StepKind) -> None:
    """Add a kind of step; its name is a word in the content files and stays.

    :raises ValueError: when the name is taken.
    """
    if kind.name in _kinds:
        message = f"the step kind {kind.name} is registered already"
        raise ValueError(message)
    _kinds[kind.name] = kind


def find_kind(name: object) -> StepKind | None:
    """Return the kind of this name."""
    return _kinds.get(name) if isinstance(name, str) else None


def kind_names() -> tuple[str, ...]:
    """Return the names of all kinds, in order."""
    return tuple(sorted(_kinds))
