"""The folders of a line: which ones a file names, and which ones lie there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

FOLDER = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\Z")


def named_folders(data: Any, name: str) -> list[str] | None:
    """Return the folders that a file lists under a name, as far as they are names of folders; None without a list.

    What lies in them is checked also when the file itself is wrong.

    :param data: what the file holds, right or wrong.
    """
    listed = data.get(name) if isinstance(data, dict) else None
    if not isinstance(listed, list):
        return None
    return [folder for folder in listed if isinstance(folder, str) and FOLDER.match(folder)]


def lying_folders(folder: Path) -> set[str]:
    """Return the names of the folders in a folder, but for those that are set aside."""
    if not folder.is_dir():
        return set()
    return {one.name for one in folder.iterdir() if one.is_dir() and not one.name.startswith(("_", "."))}
