"""Several processes at once, and two people at one moment: nobody reads what had been taken from them before.

On SQLite whoever writes waits until the other is done: what two write at one moment is tried on PostgreSQL alone.
"""

from __future__ import annotations

import multiprocessing
import time
from concurrent.futures import ThreadPoolExecutor, wait
from queue import Empty
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

import lti_tool.notes.kept  # noqa: F401 (says how notes are erased)
from lti_tool.groups.agreements import accept_agreement
from lti_tool.groups.circle import circle_of, follow_standing, read_own_group
from lti_tool.groups.sets import create_set, use_set
from lti_tool.kernel.merging import mark
from lti_tool.notes.choosing import read_choices, share_with
from lti_tool.notes.service import last_day, read_notes, read_shared_text, save_notes, sealed_notes
from lti_tool.people.arrivals import NewStanding
from lti_tool.people.models import Membership
from lti_tool.people.roles import Role
from lti_tool.sharing.policy import Audience
from lti_tool.sharing.reading import find_readable
from tests.conftest import DATABASES
from tests.sharing.course import ENDS_ON, PROMPT, STEP, TODAY, make_course
from tests.sharing.databases import two_databases
from tests.sharing.many import MOVED, READ, SHARED, WORK, Together, run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from multiprocessing.queues import Queue

    from sqlalchemy import Connection
    from sqlalchemy.orm import Session

    from lti_tool.sharing.reading import ReadableShare
    from tests.sharing.course import Course
    from tests.sharing.databases import Two

SECONDS, AT_MOST = 4, 60
"""How long they work at least, and until when they must have done enough on the slowest of machines."""
ENOUGH = {MOVED: 10, SHARED: 10, READ: 20}
on_postgresql = pytest.mark.parametrize("two", ["postgresql"], indirect=True)
TEXT, OTHER_TEXT = "Aan iemands handen zie ik of het te druk is.", "Dit is voor niemand."


@pytest.fixture(scope="module", params=DATABASES)
def two(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Two]:
    """The two databases, once for all; each test has a course of its own in them."""
    with two_databases(request.param, request, tmp_path_factory.mktemp("many")) as two:
        yield two


@pytest.fixture
def course(two: Two) -> Course:
    """Four students in a group that has agreed, three in another one, and a teacher."""
    return make_course(two, students=7)


def test_shr_2_to_7_of_many_processes_at_once_no_reader_gets_what_was_taken_from_them_before(course: Course) -> None:
    # Processes of their own that share nothing with this one: what takes longest, to import, is done once for all.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["pytest", "tests.sharing.many"])
    counts, faults = context.Array("L", len(ENOUGH)), context.Queue()
    together = Together(course, context.Event(), counts, faults)
    processes = [
        context.Process(target=run, args=(work, together, seed), daemon=True) for seed, work in enumerate(WORK)
    ]
    for process in processes:
        process.start()

    found = _wait(faults, lambda: all(counts[what] >= enough for what, enough in ENOUGH.items()))

    together.stop.set()
    for process in processes:
        process.join(AT_MOST)
    found += _all_of(faults)
    assert not found, f"{len(found)} faults, of which the first: {found[0]}"
    assert [process.exitcode for process in processes] == [0] * len(processes)
    assert all(counts[what] >= enough for what, enough in ENOUGH.items())


def _wait(faults: Queue[str], has_done_enough: Callable[[], bool]) -> list[str]:
    """Wait until they have worked for some seconds and done enough, or until something is wrong."""
    began = time.monotonic()
    while time.monotonic() - began < (SECONDS if has_done_enough() else AT_MOST):
        try:
            return [faults.get(timeout=0.1)]
        except Empty:
            continue
    return []


def _all_of(faults: Queue[str]) -> list[str]:
    found = []
    while True:
        try:
            found.append(faults.get(timeout=0.1))
        except Empty:
            return found


def write(two: Two, course: Course, text: str = TEXT, before: str = "") -> None:
    """Let the first student write something."""
    with two.main.session(writes=True) as session, session.begin():
        save_notes(
            session,
            sealed_notes(two.key_store),
            membership_id=course.students[0],
            step_id=STEP,
            typed={PROMPT: text},
            seen={PROMPT: mark(before)},
            keep_until=last_day(TODAY, ENDS_ON),
        )


def share(session: Session, two: Two, course: Course, audience: Audience, *chosen: str) -> None:
    """Let the first student press to share what they wrote with the people as they are."""
    author = course.students[0]
    (note,) = read_notes(session, sealed_notes(two.key_store), author)
    choice = read_choices(session, membership_id=author, context_id=course.context_id).find(audience, chosen)
    assert choice is not None
    share_with(
        session,
        two.key_store,
        note_id=note.id,
        membership_id=author,
        context_id=course.context_id,
        audience=audience,
        chosen=chosen,
        seen=choice.mark(note.text or ""),
        knows_duties=True,
        today=TODAY,
        class_ends_on=ENDS_ON,
    )


def find(database: Session | Connection, two: Two, who: str) -> tuple[ReadableShare, ...]:
    return find_readable(
        database,
        two.key_store,
        membership_id=who,
        circle=circle_of(read_own_group(database, who)),
        today=TODAY,
        class_is_over=False,
    )


def reads(two: Two, who: str) -> bool:
    """Whether somebody reads anything of others."""
    with two.main.session(writes=False) as session:
        return bool(find(session, two, who))


def come_in_as(two: Two, who: str, before: Role, now: Role) -> None:
    """Come in with another role than before, as a launch does."""
    standing = NewStanding(
        who,
        was_student=before is Role.LEARNER,
        is_student=now is Role.LEARNER,
        was_teacher=before is Role.INSTRUCTOR,
        is_teacher=now is Role.INSTRUCTOR,
    )
    with two.main.session(writes=True) as session, session.begin():
        session.execute(update(Membership).where(Membership.id == who).values(role=now))
        follow_standing(session, standing)


def meanwhile(two: Two, first: Callable[[Session], None], then: Callable[[], None]) -> None:
    """Do one thing and commit it only when another one is done, or waits for it; afterwards both are done."""
    with ThreadPoolExecutor(1) as pool:
        with two.main.session(writes=True) as session, session.begin():
            first(session)
            other = pool.submit(then)
            # Where it waits for what is held, it goes on after the commit.
            wait([other], timeout=1)
        other.result(AT_MOST)


def test_shr_13_text_that_changes_between_the_look_and_the_opening_is_not_read(two: Two, course: Course) -> None:
    """Who opens a share at the moment of an edit gets the text that was shared, or none."""
    author, reader = course.students[:2]
    write(two, course)
    with two.main.session(writes=True) as session, session.begin():
        share(session, two, course, Audience.MEMBERS, reader)

    with two.main.session(writes=False) as session:
        (found,) = find(session, two, reader)
        write(two, course, OTHER_TEXT, before=TEXT)
        text = read_shared_text(session, sealed_notes(two.key_store), found)

    assert found.author_id == author
    assert text in {TEXT, None}


@on_postgresql
def test_shr_10_what_is_shared_while_other_groups_come_in_use_does_not_come_back_with_the_old_ones(
    two: Two, course: Course
) -> None:
    write(two, course)
    with two.main.session(writes=True) as session, session.begin():
        other_set = create_set(session, course.context_id, "Tweede helft")

    def use(set_id: str) -> None:
        with two.main.session(writes=True) as session, session.begin():
            use_set(session, course.context_id, set_id)

    meanwhile(two, lambda session: share(session, two, course, Audience.GROUP), lambda: use(other_set))
    use(course.set_id)

    assert not reads(two, course.students[1])


@on_postgresql
@pytest.mark.parametrize("audience", [Audience.GROUP, Audience.MEMBERS])
def test_shr_4_who_goes_while_it_is_shared_with_them_reads_nothing_when_they_come_again(
    two: Two, course: Course, audience: Audience
) -> None:
    """They are no student any more at the moment at which the author presses, and a student again later."""
    reader = course.students[1]
    chosen = (reader,) if audience is Audience.MEMBERS else ()
    write(two, course)

    meanwhile(
        two,
        lambda session: share(session, two, course, audience, *chosen),
        lambda: come_in_as(two, reader, Role.LEARNER, Role.OBSERVER),
    )
    come_in_as(two, reader, Role.OBSERVER, Role.LEARNER)
    with two.main.session(writes=True) as session, session.begin():
        accept_agreement(session, group_id=course.group_ids[0], membership_id=reader, seen=1)

    assert not reads(two, reader)


@on_postgresql
def test_shr_4_teacher_who_goes_while_they_are_named_reads_nothing_when_they_come_again(
    two: Two, course: Course
) -> None:
    write(two, course)

    meanwhile(
        two,
        lambda session: share(session, two, course, Audience.TEACHER, course.teacher_id),
        lambda: come_in_as(two, course.teacher_id, Role.INSTRUCTOR, Role.OBSERVER),
    )
    come_in_as(two, course.teacher_id, Role.OBSERVER, Role.INSTRUCTOR)

    assert not reads(two, course.teacher_id)
