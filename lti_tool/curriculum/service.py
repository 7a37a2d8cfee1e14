"""Publishing an edition, and reading the one that is released."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Integer, bindparam, func, select

from lti_tool.curriculum.building import FORMAT, build_line
from lti_tool.curriculum.models import Edition, Medium, Release
from lti_tool.kernel.errors import RugzakError
from lti_tool.kernel.ids import digest

if TYPE_CHECKING:
    from sqlalchemy import Connection
    from sqlalchemy.orm import Session

    from lti_tool.curriculum.line import Line, Module
    from lti_tool.curriculum.loader import Content
    from lti_tool.kernel.clock import Clock

_RELEASED = select(Release.edition_id).order_by(Release.line_id).limit(1)
_MEDIUM = select(Medium.media_type, func.length(Medium.content).label("size")).where(
    Medium.id == bindparam("medium_id")
)
# Counted from 1. The database cuts, so that a piece costs what it is long.
_PIECE = select(
    func.substr(Medium.content, bindparam("start", type_=Integer) + 1, bindparam("length", type_=Integer))
).where(Medium.id == bindparam("medium_id"))
_CONTENT = select(Edition.content).where(Edition.id == bindparam("edition_id"))


class EditionError(RugzakError):
    """An edition cannot be released, or is not what it was when it was published."""


@dataclass(frozen=True)
class Publication:
    """What publishing did."""

    edition_id: str
    is_new: bool
    is_released: bool
    """Whether students now read another edition than before."""


@dataclass(frozen=True)
class FoundMedium:
    """A sound or its captions, as far as it can be said without reading it."""

    media_type: str
    size: int
    """In bytes."""


def publish_line(session: Session, content: Content, *, clock: Clock) -> Publication:
    """Store a checked line as an edition and release it. The same content again changes nothing.

    :raises EditionError: when another line is released already: students would go on reading that one.
    """
    line = content.line
    other = session.execute(select(Release.line_id).where(Release.line_id != line["id"]).limit(1)).scalar()
    if other is not None:
        message = (
            f"another learning line is released here ({other}), and the tool shows one; give this one the same id."
        )
        raise EditionError(message)
    text = json.dumps(line, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    edition_id = digest(text)
    is_new = session.get(Edition, edition_id) is None
    if is_new:
        session.add(Edition(id=edition_id, content=text, loaded_at=clock.now()))
        for medium_id, file in content.media.items():
            if session.get(Medium, medium_id) is None:
                session.add(Medium(id=medium_id, media_type=file.media_type, content=file.content))
        session.flush()
    release = session.get(Release, line["id"])
    is_released = release is None or release.edition_id != edition_id
    if release is None:
        session.add(Release(line_id=line["id"], edition_id=edition_id))
    else:
        release.edition_id = edition_id
    session.flush()
    return Publication(edition_id, is_new, is_released)


def read_line(database: Session | Connection, language: str) -> Line | None:
    """Return the line that people read now, or None while nothing is loaded.

    None also for an edition that an older version of the tool published: it is loaded anew with the tool's update, and
    until then a calm page is better than half a line.

    Costs one small query: an edition never changes, so each worker keeps it once it has read it.
    """
    edition_id = database.execute(_RELEASED).scalar()
    if edition_id is None:
        return None
    key = (edition_id, language)
    if key not in _kept:
        _remember(key, database.execute(_CONTENT, {"edition_id": edition_id}).scalar_one())
    return _kept[key]


def read_module(database: Session | Connection, language: str) -> Module | None:
    """Return the year that students read now, as :func:`read_line` does."""
    line = read_line(database, language)
    return line.modules[0] if line else None


def describe_steps(database: Session | Connection, language: str) -> dict[str, str]:
    """Return what the steps that students read now are called, by their ids, in order."""
    module = read_module(database, language)
    return {step.id: f"{step.number} {step.title}" for _unit, step in module.steps()} if module else {}


def find_medium(database: Session | Connection, medium_id: str) -> FoundMedium | None:
    """Return what a sound or its captions are, without the content."""
    found = database.execute(_MEDIUM, {"medium_id": medium_id}).one_or_none()
    return FoundMedium(found.media_type, found.size) if found else None


def read_piece(database: Session | Connection, medium_id: str, start: int, length: int) -> bytes:
    """Return a piece of a sound or its captions.

    :param start: counted from 0.
    """
    asked = {"medium_id": medium_id, "start": start, "length": length}
    return bytes(database.execute(_PIECE, asked).scalar_one())


_kept: dict[tuple[str, str], Line | None] = {}


def _remember(key: tuple[str, str], text: str) -> None:
    edition_id, language = key
    if digest(text) != edition_id:
        message = "a stored edition of the learning line was changed after it was published; load the content again."
        raise EditionError(message)
    content = json.loads(text)
    if len(_kept) >= 8:  # noqa: PLR2004 (editions in use at one moment: today's and yesterday's, in two languages)
        _kept.clear()
    _kept[key] = build_line(content, language) if content.get("format") == FORMAT else None
