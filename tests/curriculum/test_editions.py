"""Editions: the line under the hash of its content, which never changes; and which of them people read."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select, update

from lti_tool.curriculum.models import Edition, Release
from lti_tool.curriculum.service import EditionError, publish_line, read_module
from lti_tool.kernel.ids import new_id

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from lti_tool.kernel.database import Database
    from tests.clock import FrozenClock
    from tests.door import Door

STEP = "u56fbuib"


def retitled(line: dict[str, Any], title: str) -> dict[str, Any]:
    """The same line with another title of the year."""
    changed = copy.deepcopy(line)
    changed["modules"][0]["title"] = {"nl": title, "en": title}
    return changed


def count(session: Session, model: type[Edition | Release]) -> int:
    return session.execute(select(func.count()).select_from(model)).scalar_one()


def test_first_edition_is_new_and_released(session: Session, line: dict[str, Any], clock: FrozenClock) -> None:
    done = publish_line(session, line, clock=clock)

    assert (done.is_new, done.is_released) == (True, True)
    stored = session.execute(select(Edition)).scalar_one()
    assert stored.id == done.edition_id
    assert stored.loaded_at == clock.now()


def test_same_content_is_the_same_edition(session: Session, line: dict[str, Any], clock: FrozenClock) -> None:
    first = publish_line(session, line, clock=clock)
    clock.move(days=1)

    again = publish_line(session, dict(reversed(copy.deepcopy(line).items())), clock=clock)

    assert again.edition_id == first.edition_id
    assert (again.is_new, again.is_released) == (False, False)
    assert count(session, Edition) == count(session, Release) == 1
    assert session.execute(select(Edition.loaded_at)).scalar_one() == clock.now().replace(day=23)


def test_one_letter_makes_another_edition_and_keeps_the_first(
    session: Session, line: dict[str, Any], clock: FrozenClock
) -> None:
    first = publish_line(session, line, clock=clock)
    before = session.execute(select(Edition.content)).scalar_one()

    second = publish_line(session, retitled(line, "Jaar 1."), clock=clock)

    assert second.edition_id != first.edition_id
    kept = session.execute(select(Edition.content).where(Edition.id == first.edition_id)).scalar_one()
    assert kept == before


def test_release_moves_to_the_new_edition_and_back(session: Session, line: dict[str, Any], clock: FrozenClock) -> None:
    first = publish_line(session, line, clock=clock)
    publish_line(session, retitled(line, "Nieuw"), clock=clock)
    module = read_module(session, "nl")
    assert module is not None
    assert module.title == "Nieuw"

    back = publish_line(session, line, clock=clock)

    assert (back.edition_id, back.is_new, back.is_released) == (first.edition_id, False, True)
    module = read_module(session, "nl")
    assert module is not None
    assert module.title == "Jaar 1"
    assert count(session, Release) == 1


def test_edition_is_read_in_both_languages(session: Session, line: dict[str, Any], clock: FrozenClock) -> None:
    publish_line(session, line, clock=clock)

    titles = [module.title for language in ("nl", "en") if (module := read_module(session, language))]

    assert titles == ["Jaar 1", "Year 1"]


def test_nothing_is_read_before_anything_is_loaded(session: Session) -> None:
    assert read_module(session, "nl") is None


def test_edition_that_was_changed_after_publishing_is_refused(
    session: Session, line: dict[str, Any], clock: FrozenClock
) -> None:
    # A title that no other test has: what a worker has read once, it need not check again.
    publish_line(session, retitled(line, new_id()), clock=clock)
    session.execute(update(Edition).values(content=func.replace(Edition.content, "verzonnen", "echt gebeurd")))

    with pytest.raises(EditionError, match="changed after it was published"):
        read_module(session, "nl")


def test_progress_survives_a_new_edition(
    door: Door, database: Database, line: dict[str, Any], clock: FrozenClock
) -> None:
    visit = door.enter()
    visit.post(f"/step/{STEP}/done", {"done": "yes"})

    with database.session(writes=True) as session, session.begin():
        publish_line(session, retitled(line, "Een ander jaar"), clock=clock)

    home = visit.get().text
    assert "Een ander jaar" in home
    assert 'data-status="done" data-step="1.1"' in home


def test_page_of_a_step_that_the_new_edition_dropped_is_not_there(
    door: Door, database: Database, line: dict[str, Any], clock: FrozenClock
) -> None:
    visit = door.enter()
    shorter = copy.deepcopy(line)
    shorter["modules"][0]["units"][0]["steps"].pop(0)

    with database.session(writes=True) as session, session.begin():
        publish_line(session, shorter, clock=clock)

    assert visit.get(f"/step/{STEP}").status_code == 404
