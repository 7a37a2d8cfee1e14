"""The components of pages, each with its states: what the one page that shows them all is made from.

``components.yaml`` holds the examples. A test holds the two together: every macro of ``templates/components`` has an
example, and no example hands a macro something that it does not take.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from lti_tool.web.languages import LANGUAGES

EXAMPLES = Path(__file__).with_name("components.yaml")


@dataclass(frozen=True)
class Example:
    """One component in one state."""

    macro: str
    state: str
    within: str | None
    """The kind of list that the component is a row of, where it is one."""
    parameters: dict[str, Any]


@dataclass(frozen=True)
class Component:
    """A file of ``templates/components``, with the states that its macros have."""

    name: str
    about: str
    examples: tuple[Example, ...]


def read_components(language: str) -> tuple[Component, ...]:
    """Return every component with its examples, in one language."""
    with EXAMPLES.open(encoding="utf-8") as file:
        found = _in_language(yaml.safe_load(file), language)
    return tuple(
        Component(
            component["name"],
            component["about"],
            tuple(
                Example(example["macro"], example["state"], example.get("within"), example.get("with", {}))
                for example in component["examples"]
            ),
        )
        for component in found
    )


def _in_language(tree: Any, language: str) -> Any:
    if isinstance(tree, dict):
        if set(tree) == set(LANGUAGES):
            return tree[language]
        return {key: _in_language(value, language) for key, value in tree.items()}
    if isinstance(tree, list):
        return [_in_language(value, language) for value in tree]
    return tree
