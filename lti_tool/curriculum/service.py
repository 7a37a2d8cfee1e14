"""Publishing an edition, and reading the one that is released."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, select

from lti_tool.curriculum.line import Module, build_modules
from lti_tool.curriculum.models import Edition, Release
from lti_tool.kernel.errors import RugzakError
from lti_tool.kernel.ids import digest

if TYPE_CHECKING:
    from sqlalchemy import Connection
    from sqlalchemy.orm import Session

    from lti_tool.kernel.clock import Clock

_RELEASED = select(Release.edition_id).order_by(Release.line_id).limit(1)
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


def publish_line(session: Session, line: dict[str, Any], *, clock: Clock) -> Publication:
    """Store a checked line as an edition and release it. The same content again changes nothing.

    :raises EditionError: when another line is released already: students would go on reading that one.
    """
    other = session.execute(select(Release.line_id).where(Release.line_id != line["id"]).limit(1)).scalar()
    if other is not None:
        message = (
            f"another learning line is released here ({other}), and the tool shows one; give this one the same id."
        )
        raise EditionError(message)
    content = json.dumps(line, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    edition_id = digest(content)
    is_new = session.get(Edition, edition_id) is None
    if is_new:
        session.add(Edition(id=edition_id, content=content, loaded_at=clock.now()))
        session.flush()
    release = session.get(Release, line["id"])
    is_released = release is None or release.edition_id != edition_id
    if release is None:
        session.add(Release(line_id=line["id"], edition_id=edition_id))
    else:
        release.edition_id = edition_id
    session.flush()
    return Publication(edition_id, is_new, is_released)


def read_module(database: Session | Connection, language: str) -> Module | None:
    """Return the year that students read now, or None while nothing is loaded.

    Costs one small query: an edition never changes, so each worker keeps it once it has read it.
    """
    edition_id = database.execute(_RELEASED).scalar()
    if edition_id is None:
        return None
    modules = _cached(edition_id, language)
    if modules is None:
        content = database.execute(_CONTENT, {"edition_id": edition_id}).scalar_one()
        modules = _remember(edition_id, content, language)
    return modules[0]


_kept: dict[tuple[str, str], tuple[Module, ...]] = {}


def _cached(edition_id: str, language: str) -> tuple[Module, ...] | None:
    return _kept.get((edition_id, language))


def _remember(edition_id: str, content: str, language: str) -> tuple[Module, ...]:
    if digest(content) != edition_id:
        message = "a stored edition of the learning line was changed after it was published; load the content again."
        raise EditionError(message)
    modules = build_modules(json.loads(content), language)
    if len(_kept) >= 8:  # noqa: PLR2004 (editions in use at one moment: today's and yesterday's, in two languages)
        _kept.clear()
    _kept[edition_id, language] = modules
    return modules
