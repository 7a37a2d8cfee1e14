"""Editions: the line under the hash of its content, which never changes; and which of them people read."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select, update

from lti_tool.curriculum.building import FORMAT
from lti_tool.curriculum.models import Edition, Medium, Release
from lti_tool.curriculum.service import EditionError, find_medium, publish_line, read_line, read_module, read_piece
from lti_tool.kernel.ids import new_id
from tests.content import STEP_IDS, example_content, sampled_content, with_change

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from lti_tool.curriculum.loader import Content
    from lti_tool.kernel.database import Database
    from tests.clock import FrozenClock
    from tests.door import Door

STEP = STEP_IDS[0]


def retitled(content: Content, title: str) -> Content:
    """The same content with another title of the year."""
    return with_change(content, lambda line: line["modules"][0].update(title={"nl": title, "en": title}))


def count(session: Session, model: type[Edition | Release | Medium]) -> int:
    return session.execute(select(func.count()).select_from(model)).scalar_one()


def test_first_edition_is_new_and_released(session: Session, all_content: Content, clock: FrozenClock) -> None:
    done = publish_line(session, all_content, clock=clock)

    assert (done.is_new, done.is_released) == (True, True)
    stored = session.execute(select(Edition)).scalar_one()
    assert stored.id == done.edition_id
    assert stored.loaded_at == clock.now()


def test_same_content_is_the_same_edition(session: Session, all_content: Content, clock: FrozenClock) -> None:
    first = publish_line(session, all_content, clock=clock)
    clock.move(days=1)
    turned = replace(all_content, line=dict(reversed(all_content.line.items())))

    again = publish_line(session, turned, clock=clock)

    assert again.edition_id == first.edition_id
    assert (again.is_new, again.is_released) == (False, False)
    assert count(session, Edition) == count(session, Release) == 1
    assert session.execute(select(Edition.loaded_at)).scalar_one() == clock.now().replace(day=23)


def test_one_letter_makes_another_edition_and_keeps_the_first(
    session: Session, all_content: Content, clock: FrozenClock
) -> None:
    first = publish_line(session, all_content, clock=clock)
    before = session.execute(select(Edition.content)).scalar_one()

    second = publish_line(session, retitled(all_content, "Jaar 1."), clock=clock)

    assert second.edition_id != first.edition_id
    kept = session.execute(select(Edition.content).where(Edition.id == first.edition_id)).scalar_one()
    assert kept == before


def test_release_moves_to_the_new_edition_and_back(session: Session, all_content: Content, clock: FrozenClock) -> None:
    first = publish_line(session, all_content, clock=clock)
    publish_line(session, retitled(all_content, "Nieuw"), clock=clock)
    module = read_module(session, "nl")
    assert module is not None
    assert module.title == "Nieuw"

    back = publish_line(session, all_content, clock=clock)

    assert (back.edition_id, back.is_new, back.is_released) == (first.edition_id, False, True)
    module = read_module(session, "nl")
    assert module is not None
    assert module.title == "Jaar 1"
    assert count(session, Release) == 1


def test_edition_is_read_in_both_languages(session: Session, all_content: Content, clock: FrozenClock) -> None:
    publish_line(session, all_content, clock=clock)

    titles = [module.title for language in ("nl", "en") if (module := read_module(session, language))]

    assert titles == ["Jaar 1", "Year 1"]


def test_nothing_is_read_before_anything_is_loaded(session: Session) -> None:
    assert read_module(session, "nl") is None


def test_edition_that_was_changed_after_publishing_is_refused(
    session: Session, all_content: Content, clock: FrozenClock
) -> None:
    # A title that no other test has: what a worker has read once, it need not check again.
    publish_line(session, retitled(all_content, new_id()), clock=clock)
    session.execute(update(Edition).values(content=func.replace(Edition.content, "verzonnen", "echt gebeurd")))

    with pytest.raises(EditionError, match="changed after it was published"):
        read_module(session, "nl")


def test_progress_survives_a_new_edition(
    door: Door, database: Database, all_content: Content, clock: FrozenClock
) -> None:
    visit = door.enter()
    visit.post(f"/step/{STEP}/done", {"done": "yes"})

    with database.session(writes=True) as session, session.begin():
        publish_line(session, retitled(all_content, "Een ander jaar"), clock=clock)

    home = visit.get().text
    assert "Een ander jaar" in home
    assert 'data-status="done" data-step="1.1"' in home


def test_page_of_a_step_that_the_new_edition_dropped_is_not_there(
    door: Door, database: Database, all_content: Content, clock: FrozenClock
) -> None:
    visit = door.enter()
    shorter = with_change(all_content, lambda line: line["modules"][0]["units"][-1]["steps"].pop())

    with database.session(writes=True) as session, session.begin():
        publish_line(session, shorter, clock=clock)

    assert visit.get(f"/step/{STEP_IDS[-1]}").status_code == 404


def test_line_of_another_id_is_refused(session: Session, all_content: Content, clock: FrozenClock) -> None:
    publish_line(session, all_content, clock=clock)

    with pytest.raises(EditionError, match="another learning line is released here"):
        publish_line(session, example_content(), clock=clock)


def test_line_is_read_with_its_words_and_what_teachers_read(
    session: Session, all_content: Content, clock: FrozenClock
) -> None:
    publish_line(session, all_content, clock=clock)

    for language in ("nl", "en"):
        line = read_line(session, language)
        assert line is not None
        assert [term.name for term in line.glossary] == sorted(
            (term["name"][language] for term in all_content.line["glossary"]), key=str.casefold
        )
        assert [page.name for page in line.guidance.pages] == [
            page["name"] for page in all_content.line["guidance"]["pages"]
        ]
        assert len(line.guidance.checklist) == len(all_content.line["guidance"]["checklist"])
        assert line.guidance.planner.questions


# An edition that an older version of the tool published, or a newer one.

FORMATS = [
    pytest.param(lambda line: line.pop("format"), id="none"),
    pytest.param(lambda line: line.update(format=1), id="first"),
    pytest.param(lambda line: line.update(format=FORMAT - 1), id="one older"),
    pytest.param(lambda line: line.update(format=FORMAT + 1), id="newer"),
    pytest.param(lambda line: line.update(format=str(FORMAT)), id="text"),
]


@pytest.mark.parametrize("change", FORMATS)
@pytest.mark.parametrize("person", ["amina", "teacher", "mentor"])
@pytest.mark.one_database
def test_edition_of_another_format_is_a_calm_page_and_no_error(
    door: Door,
    database: Database,
    all_content: Content,
    clock: FrozenClock,
    change: Callable[[dict[str, Any]], object],
    person: str,
) -> None:
    visit = door.enter(person)
    with database.session(writes=True) as session, session.begin():
        publish_line(session, with_change(all_content, change), clock=clock)

    home = visit.get()

    assert home.status_code == 200
    assert 'data-page="no-content"' in home.text
    assert visit.get("/words").status_code == 200
    assert [visit.get(path).status_code for path in (f"/step/{STEP}", f"/step/{STEP}/1")] == [404, 404]
    if person == "amina":
        assert visit.post(f"/step/{STEP}/done", {"done": "yes"}).status_code == 404


def test_progress_is_there_again_when_the_edition_is_loaded_anew(
    door: Door, database: Database, all_content: Content, clock: FrozenClock
) -> None:
    visit = door.enter()
    visit.post(f"/step/{STEP}/done", {"done": "yes"})
    for content in (with_change(all_content, lambda line: line.pop("format")), all_content):
        with database.session(writes=True) as session, session.begin():
            publish_line(session, content, clock=clock)

    assert 'data-status="done" data-step="1.1"' in visit.get().text


# Sounds and their captions.


def test_media_are_stored_once_however_often_they_are_published(session: Session, clock: FrozenClock) -> None:
    content = sampled_content()
    publish_line(session, content, clock=clock)
    assert count(session, Medium) == len(content.media) == 8

    publish_line(session, content, clock=clock)
    publish_line(session, retitled(content, "Een ander jaar"), clock=clock)

    assert count(session, Edition) == 2
    assert count(session, Medium) == 8


def test_medium_is_what_was_read_under_the_hash_of_its_content(session: Session, clock: FrozenClock) -> None:
    content = sampled_content()
    publish_line(session, content, clock=clock)

    for medium_id, file in content.media.items():
        assert medium_id == hashlib.sha256(file.content).hexdigest()
        found = find_medium(session, medium_id)
        assert found is not None
        assert (found.media_type, found.size) == (file.media_type, len(file.content))
        assert read_piece(session, medium_id, 0, found.size) == file.content
        assert read_piece(session, medium_id, 3, 5) == file.content[3:8]
    assert find_medium(session, "0" * 64) is None


def test_line_without_sounds_stores_none(session: Session, all_content: Content, clock: FrozenClock) -> None:
    publish_line(session, all_content, clock=clock)

    assert count(session, Medium) == len(all_content.media)
