"""Reading content files so that every complaint can name its line."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from pathlib import Path

    from marshmallow import Schema, ValidationError

_MOST_BYTES = 200_000
Key = str | int
KeyPath = tuple[Key, ...]


@dataclass(frozen=True, order=True)
class Problem:
    """One thing that is wrong in the content."""

    file: str
    line: int
    what: str

    def __str__(self) -> str:
        """Say it as editors understand it, in one line, also when it repeats something strange from the file."""
        what = "".join(char if char.isprintable() else "?" for char in self.what)
        return f"{self.file}:{self.line}: {what}"


@dataclass
class SourceFile:
    """A YAML file, with the line at which each of its values begins."""

    name: str
    data: Any = None
    lines: dict[KeyPath, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def complain(self, path: KeyPath, what: str) -> None:
        """Note a problem with the value at a place in the file."""
        while path and path not in self.lines:
            path = path[:-1]
        self.problems.append(Problem(self.name, self.lines.get(path, 1), what))

    def check(self, schema: Schema) -> dict[str, Any]:
        """Validate the whole file; what is wrong is noted, and what is right is returned."""
        from marshmallow import ValidationError  # noqa: PLC0415 (named only here)

        if self.problems:
            return {}
        try:
            loaded: dict[str, Any] = schema.load(self.data if self.data is not None else {})
        except ValidationError as error:
            for path, what in _flatten(error):
                self.complain(path, _in_words(path, what))
            return {}
        return loaded


class _AliasError(Exception):
    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line


class _Loader(yaml.SafeLoader):
    """Stops at an alias: with a few of them a small file grows without end."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Read the next node, and whatever is in it."""
        if self.check_event(yaml.AliasEvent):
            alias = self.peek_event()  # type: ignore[no-untyped-call]
            raise _AliasError(alias.start_mark.line + 1)
        return super().compose_node(parent, index)


def read_yaml(root: Path, name: str) -> SourceFile:
    """Read one YAML file below the content folder; whatever is wrong with it is noted in it."""
    source = SourceFile(name)
    text = read_text(root, name, source.problems)
    if text is None:
        return source
    try:
        node = yaml.compose(text, Loader=_Loader)
    except _AliasError as error:
        source.problems.append(Problem(name, error.line, "uses an alias (*name); write the text out"))
        return source
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        source.problems.append(Problem(name, mark.line + 1 if mark else 1, f"is not YAML: {error.problem}"))
        return source
    except (yaml.YAMLError, RecursionError):
        source.complain((), "is not YAML")
        return source
    if node is not None:
        source.data = _convert(node, (), source)
    return source


def read_bytes(root: Path, name: str, most: int, problems: list[Problem]) -> bytes | None:
    """Read a file below the content folder; None when that failed, with the reason noted.

    :param most: how many bytes it may have.
    """
    path = root / name
    try:
        # Content comes from many hands: a link must not lead out of the folder, nor to something without an end.
        if not path.is_file() or not path.resolve().is_relative_to(root.resolve()):
            raise FileNotFoundError
        with path.open("rb") as file:
            raw = file.read(most + 1)
    except (OSError, RuntimeError, ValueError):
        problems.append(Problem(name, 1, "is missing or cannot be read"))
        return None
    if len(raw) > most:
        problems.append(Problem(name, 1, f"is larger than {most} bytes"))
        return None
    return raw


def read_text(root: Path, name: str, problems: list[Problem]) -> str | None:
    """Read a text file below the content folder; None when that failed, with the reason noted."""
    raw = read_bytes(root, name, _MOST_BYTES, problems)
    if raw is None:
        return None
    try:
        # Some editors put a mark at the beginning, which is no part of the text.
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        problems.append(Problem(name, line, "is not UTF-8 text"))
        return None


def _convert(node: yaml.Node, path: KeyPath, source: SourceFile) -> Any:
    source.lines[path] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            # Half a character, which YAML can write, is no text: nothing could store it.
            key = str(key_node.value).encode(errors="replace").decode()
            if key in found:
                source.lines[(*path, key)] = key_node.start_mark.line + 1
                source.complain((*path, key), f"“{key}” stands here twice")
            found[key] = _convert(value_node, (*path, key), source)
            source.lines[(*path, key)] = key_node.start_mark.line + 1
        return found
    if isinstance(node, yaml.SequenceNode):
        return [_convert(child, (*path, index), source) for index, child in enumerate(node.value)]
    loader = yaml.SafeLoader("")
    try:
        value = loader.construct_object(node, deep=True)
        str(value).encode()  # half a character, as above
    except (yaml.YAMLError, ValueError, LookupError, AttributeError):
        # The library's own errors are only the first: a tag such as !!bool meets whatever text stands behind it.
        source.complain(path, "holds a value that cannot be read")
        return None
    return value


def _flatten(error: ValidationError) -> list[tuple[KeyPath, str]]:
    found: list[tuple[KeyPath, str]] = []

    def walk(messages: Any, path: KeyPath) -> None:
        if isinstance(messages, dict):
            for key, below in messages.items():
                walk(below, path if key == "_schema" else (*path, key))
        else:
            found.extend((path, str(message)) for message in messages)

    walk(error.messages_dict, ())
    return found


def _in_words(path: KeyPath, what: str) -> str:
    name = ".".join(str(part) for part in path)
    known = {
        "Missing data for required field.": "is missing",
        "Unknown field.": "is not a field of this file",
        "Field may not be null.": "is empty",
        "Not a valid string.": "must be text; put it between quotes",
        "Not a valid integer.": "must be a whole number",
        "Not a valid list.": "must be a list",
        "Not a valid mapping type.": "must be a group of fields",
        "Not a valid boolean.": "must be true or false",
        "Invalid input type.": "must be a group of fields",
    }
    said = known.get(what, what)
    return f"{name} {said}" if name else said
