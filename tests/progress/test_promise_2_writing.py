"""Writing is nobody's business: whether a student writes, shares with the group or neither, a teacher gets the same.

The same bytes on every page, and the same statements on the way to them (CMP-1, CMP-3, NTE, product outline 2).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.groups.conftest import circle
from tests.notes.conftest import STEP, TEACHER, TEXT, Ring, ring
from tests.progress.board import board_rows, normalise, parse, press

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.door import Visit
    from tests.police import StatementRecorder

__all__ = ["circle", "ring"]

WRITER = "bram"


# What a student may have done with the step that asks to write.


def do_nothing(_ring: Ring) -> None:
    pass


def say_yes(ring: Ring) -> None:
    ring.consent(WRITER)


def write_privately(ring: Ring) -> None:
    ring.consent(WRITER)
    assert ring.write(WRITER).status_code == 303


def write_a_great_deal(ring: Ring) -> None:
    """Write as much as fits, again and again, and keep the decision aid too."""
    ring.consent(WRITER)
    for number in range(1, 4):
        assert ring.write(WRITER, f"{number} {TEXT * 80}").status_code == 303
    assert ring.visits[WRITER].post("/decision-aid", {"text-whether": TEXT}).status_code == 303


def write_and_erase(ring: Ring) -> None:
    write_privately(ring)
    assert ring.visits[WRITER].post(f"/notes/{ring.note_of(WRITER)}/erase", {}).status_code == 200
    assert ring.note_of(WRITER) is None


def write_and_share_with_group(ring: Ring) -> None:
    write_privately(ring)
    assert ring.share(WRITER).status_code == 303


def write_and_share_with_one(ring: Ring) -> None:
    write_privately(ring)
    assert ring.share(WRITER, "members", "esra").status_code == 303


def share_and_be_read(ring: Ring) -> None:
    write_and_share_with_group(ring)
    for person in ("amina", "esra"):
        assert ring.reads(person)


def share_and_take_back(ring: Ring) -> None:
    share_and_be_read(ring)
    assert ring.visits[WRITER].post(f"/notes/{ring.note_of(WRITER)}/withdraw", {}).status_code == 303


def take_everything_back(ring: Ring) -> None:
    share_and_be_read(ring)
    assert ring.visits[WRITER].post("/consent/take-back", {}).status_code == 200
    assert ring.note_of(WRITER) is None


WAYS = (
    say_yes,
    write_privately,
    write_a_great_deal,
    write_and_erase,
    write_and_share_with_group,
    write_and_share_with_one,
    share_and_be_read,
    share_and_take_back,
    take_everything_back,
)

PAGES = (
    "/", "/?part=2", "/board.csv?part=1", "/groups", "/groups/form", "/groups/list", "/groups/group/{group}",
    "/groups/group/{group}/visit", "/groups/student/{student}", "/guidance", "/guidance/class", "/guidance/reminders",
    "/guidance/planner", f"/step/{STEP}", "/decision-aid", "/shared", "/my-data",
)  # fmt: skip
"""Where a teacher could look for it."""


def places(ring: Ring) -> list[str]:
    return [path.format(group=ring.circle.group_id, student=ring.circle.members[WRITER]) for path in PAGES]


Seen = dict[str, tuple[int, bytes, list[str]]]


def look(visit: Visit, paths: list[str], *recorders: StatementRecorder) -> Seen:
    """Every page with its bytes, and with what the database and the key store were asked for it."""
    seen = {}
    for path in paths:
        for recorder in recorders:
            recorder.clear()
        answer = visit.get(path)
        seen[path] = (answer.status_code, answer.data, [text for one in recorders for text in one.statements])
    return seen


@pytest.fixture
def watched(ring: Ring) -> Ring:
    """The group has invited the teacher to its page, so that there is nothing more to see."""
    guest = {"teacher": ring.id_of(TEACHER)}
    assert ring.visits["amina"].post("/group/guest", guest).status_code == 303
    return ring


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_cmp_1_and_cmp_3_teacher_gets_the_same_bytes_whatever_a_student_wrote(
    watched: Ring, recorder: StatementRecorder, keys_recorder: StatementRecorder, way: Callable[[Ring], None]
) -> None:
    teacher, paths = watched.visits[TEACHER], places(watched)
    look(teacher, paths)  # so that nothing is read for the first time any more
    before = look(teacher, paths, recorder, keys_recorder)

    way(watched)

    assert {path: code for path, (code, *_) in before.items() if code != 200} == {}
    assert look(teacher, paths, recorder, keys_recorder) == before


def test_share_with_the_teacher_is_on_the_page_that_is_for_it_and_on_no_other(watched: Ring) -> None:
    """What the comparison above finds when there is something to find."""
    teacher, paths = watched.visits[TEACHER], places(watched)
    before = look(teacher, paths)

    write_privately(watched)
    assert watched.share(WRITER, TEACHER, TEACHER).status_code == 303

    after = look(teacher, paths)
    assert {path for path in paths if after[path] != before[path]} == {"/shared"}


def test_cmp_3_no_page_that_a_teacher_can_reach_tells_of_writing(watched: Ring) -> None:
    teacher = watched.visits[TEACHER]
    paths = sorted(reach(teacher))
    assert len(paths) > 60
    before = look(teacher, paths)

    share_and_be_read(watched)

    after = look(teacher, paths)
    assert [path for path in paths if after[path] != before[path]] == []
    assert sorted(reach(teacher)) == paths


def reach(visit: Visit) -> set[str]:
    """Every page that links lead to, from the course home on."""
    found, left = {"/"}, ["/"]
    while left:
        answer = visit.get(left.pop())
        assert answer.status_code == 200
        if answer.mimetype != "text/html":
            continue
        for link in parse(answer.text).iter("a"):
            inside = re.fullmatch(r"/s/[\w-]{43}(/[^#]*)(?:#.*)?", link.get("href") or "")
            if inside and inside[1] != "/leave" and inside[1] not in found:
                found.add(inside[1])
                left.append(inside[1])
    return found


def test_cmp_3_teacher_who_comes_in_afterwards_finds_the_same(watched: Ring, recorder: StatementRecorder) -> None:
    # My data tells a teacher of their own visits, and each time there is one more.
    paths = [path for path in places(watched) if path != "/my-data"]

    def come_in() -> tuple[list[str], list[str]]:
        visit = watched.circle.door.enter(TEACHER)
        asked = list(recorder.statements)
        return asked, [normalise(visit.get(path).text) for path in paths]

    come_in()
    before = come_in()

    share_and_be_read(watched)

    assert come_in() == before


@pytest.mark.parametrize(
    ("person", "more"), [("mentor", ()), ("test_student", ("/notes", "/shared", "/group")), ("coordinator", PAGES[-2:])]
)
def test_cmp_3_who_reads_along_tries_it_or_looks_after_the_course_finds_the_same(
    ring: Ring, person: str, more: tuple[str, ...]
) -> None:
    visit = ring.circle.door.enter(person)
    paths = ["/", f"/step/{STEP}", "/decision-aid", "/my-data", *more]
    before = look(visit, paths)

    share_and_be_read(ring)

    assert {path: code for path, (code, *_) in before.items() if code != 200} == {}
    assert look(visit, paths) == before


OWN = ("/", "/group", "/group/agreements", f"/step/{STEP}", "/notes", "/shared", "/my-data")
"""Where another student of the group could look for it."""


@pytest.mark.parametrize(
    "way", [say_yes, write_privately, write_a_great_deal, write_and_erase], ids=lambda way: way.__name__
)
def test_promise_1_others_of_the_group_get_the_same_bytes_whatever_somebody_wrote_for_themselves(
    ring: Ring, recorder: StatementRecorder, keys_recorder: StatementRecorder, way: Callable[[Ring], None]
) -> None:
    other, paths = ring.visits["amina"], list(OWN)
    look(other, paths)
    before = look(other, paths, recorder, keys_recorder)

    way(ring)

    assert look(other, paths, recorder, keys_recorder) == before


@pytest.mark.parametrize("person", ["amina", "nameless"])
def test_shr_2_who_is_not_named_gets_the_same_bytes_as_before_the_share(ring: Ring, person: str) -> None:
    other, paths = ring.visits[person], list(OWN)
    before = look(other, paths)

    write_and_share_with_one(ring)

    assert ring.listed("esra")
    assert look(other, paths) == before


def test_cmp_1_rows_on_the_board_are_the_same_for_who_wrote_and_who_did_not(ring: Ring) -> None:
    share_and_be_read(ring)
    for person in (WRITER, "esra"):
        press(ring.visits[person], STEP)

    rows = {row.name: row.statuses for row in board_rows(ring.visits[TEACHER].get().text)}

    assert rows["Bram de Wit"] == rows["Esra Çelik"] != rows["Amina Haddou"]
