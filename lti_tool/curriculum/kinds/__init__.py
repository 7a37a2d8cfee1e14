"""The kinds of steps that are made of content alone. Rooms that keep something of people bring kinds of their own."""

from lti_tool.curriculum.kinds import closing, info, listen, plenary, practice, read
from lti_tool.curriculum.kinds.registry import StepKind, find_kind, kind_names, register_kind

__all__ = ["StepKind", "find_kind", "kind_names", "register_kind"]

for _plug in (read, info, practice, listen, plenary, closing):
    register_kind(_plug.KIND)
