"""The registry of step kinds: a step kind is a plug.

A kind brings the schema of its content and the part of the page that is its own. Completion is not in the plug: it is
one press, the same for every kind (CMP-1).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lti_tool.curriculum.schemas import InfoSchema, ReadSchema, StepSchema
from lti_tool.web.languages import lazy_gettext as _

if TYPE_CHECKING:
    from flask_babel import LazyString


@dataclass(frozen=True)
class StepKind:
    """One kind of step."""

    name: str
    title: LazyString
    """What people call it."""
    schema: type[StepSchema]
    shows_contacts: bool = False


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


register_kind(StepKind("read", _("Reading"), ReadSchema))
register_kind(StepKind("info", _("Signpost"), InfoSchema, shows_contacts=True))
