"""Any order of what people do with notes, groups, roles and time: who reads what is what the rules say, and no more.

A machine plays a course on both databases, and :mod:`tests.sharing.diary` says by the rules who may read what. After
everything that happens the two are held against each other for everybody who is, or ever was, in the course. Each text
is written once, so that a single one in wrong hands would show.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from lti_tool.kernel.database import insert_once
from lti_tool.notes.choosing import Choice
from lti_tool.notes.service import erase_notes, find_note, read_shared_text
from lti_tool.sharing.models import Reader, Share
from lti_tool.sharing.policy import Audience as PressedAudience
from lti_tool.sharing.shares import NamedReader, withdraw_share
from tests.conftest import DATABASES
from tests.sharing.databases import two_databases
from tests.sharing.diary import Audience, Standing
from tests.sharing.play import SETS, Play, Shown
from tests.sharing.witness import Witness

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.sharing.databases import Two
    from tests.sharing.diary import NoteName

STUDENTS, TEACHERS = ("Amina", "Bram", "Chen", "Daan", "Esra", "Farid"), ("Tess", "Umar")
PEOPLE = {**dict.fromkeys(STUDENTS, Standing.STUDENT), **dict.fromkeys(TEACHERS, Standing.TEACHER)}
STEPS = ("aaaaaaaa", "bbbbbbbb")
PLACES = {
    SETS[0]: {"Amina": 1, "Bram": 1, "Chen": 1, "Daan": 2, "Esra": 2},
    SETS[1]: {"Amina": 1, "Daan": 1, "Bram": 2, "Esra": 2, "Farid": 2},
}

anybody, students, steps = st.sampled_from(list(PEOPLE)), st.sampled_from(STUDENTS), st.sampled_from(STEPS)
audiences, numbers = st.sampled_from(Audience), st.sampled_from((1, 2, 3))
some = st.integers(0, 7)
"""Chooses among who, or what, is there at that moment."""
mostly, mostly_not = st.sampled_from((True, True, True, False)), st.sampled_from((False, False, False, True))
to_erase = st.sampled_from(("field", "note", "writing", "consent", "person"))


class Sharing(RuleBasedStateMachine):
    """What can happen, in any order. A course begins with shares in it, so that there is something to go wrong."""

    two: ClassVar[Two]

    def __init__(self) -> None:
        super().__init__()
        self.play = Play(self.two, PEOPLE, PLACES)
        self.witness = Witness(self.play)
        self.written = 0
        self.looked: dict[str, tuple[str, Audience, frozenset[str], Shown]] = {}
        """What each author chose and was shown last, and has not pressed yet."""

    @initialize(begun=st.lists(st.tuples(steps, audiences, some), min_size=5, max_size=5))
    def begin(self, begun: list[tuple[str, Audience, int]]) -> None:
        """Everybody agrees, and those who are in a group write something and share it."""
        for group in sorted(self.play.course.groups):
            if group[0] == SETS[0]:
                self.play.propose(group)
                self.play.everybody_accepts(group)
        for name, (step, audience, which) in zip(PLACES[SETS[0]], begun, strict=True):
            self.write_and_share(name, step, audience, which)

    def teardown(self) -> None:
        self.play.forget()

    # Writing, sharing and taking back.

    @rule(name=students, step=steps, is_older=mostly_not)
    def write(self, name: str, step: str, *, is_older: bool) -> None:
        """Write something; from a page that shows something else than what stands, nothing is written over."""
        self.written += 1
        text = f"Tekst {self.written} van {self.play.here(name)}."
        self.play.save(name, step, text, seen="What stood there long ago." if is_older else None)

    @rule(which=some)
    def edit_what_is_shared(self, which: int) -> None:
        """Write something else over what is shared (SHR-13)."""
        at = self.shared(which)
        if at is not None:
            self.write(self.play.name_of(at[0]), at[1], is_older=False)

    @rule(name=students, step=steps, audience=audiences, which=some)
    def look(self, name: str, step: str, audience: Audience, which: int) -> None:
        """Choose, and be shown the people by name."""
        chosen = self.choose(name, audience, which)
        choice = self.play.look(name, audience, chosen)
        if choice is not None:
            self.looked[name] = step, audience, chosen, choice

    @precondition(lambda self: self.looked)
    @rule(which=some)
    def press(self, which: int) -> None:
        """Press what was shown, long after: whoever came or went meanwhile was not shown (SHR-2)."""
        name = sorted(self.looked)[which % len(self.looked)]
        self.play.press(name, *self.looked.pop(name))

    @rule(name=students, step=steps, audience=audiences, which=some, all_agree=mostly)
    def share(self, name: str, step: str, audience: Audience, which: int, *, all_agree: bool) -> None:
        """Look and press at once, as an author does; of what is shared already this is to renew (SHR-5)."""
        group = self.play.course.group_of(self.play.here(name))
        if all_agree and group is not None:
            self.play.everybody_accepts(group)
        chosen = self.choose(name, audience, which)
        choice = self.play.look(name, audience, chosen)
        if choice is not None:
            self.play.press(name, step, audience, chosen, choice)

    @rule(name=students, step=steps, audience=audiences, which=some)
    def write_and_share(self, name: str, step: str, audience: Audience, which: int) -> None:
        self.write(name, step, is_older=False)
        self.share(name, step, audience, which, all_agree=True)

    @rule(which=some)
    def renew(self, which: int) -> None:
        """Let the author of a share that waits press again (SHR-5)."""
        at = self.shared(which, asleep=True) or self.shared(which)
        note = None if at is None else self.play.course.notes[at]
        if at is not None and note is not None and note.share is not None:
            self.share(self.play.name_of(at[0]), at[1], note.share.audience, which, all_agree=True)

    @rule(name=students, step=steps, audience=audiences, other=anybody)
    def press_what_was_never_shown(self, name: str, step: str, audience: Audience, other: str) -> None:
        """Send a press that names somebody, whoever they are, with the right mark for it (SHR-3)."""
        stranger = self.play.here(other)
        forged = Choice(PressedAudience(audience.value), (NamedReader(stranger, self.play.person_ids[other], other),))
        course = self.play.course
        texts = {at[1]: note.text for at, note in course.notes.items() if at[0] == self.play.here(name)}
        self.play.press(name, step, audience, frozenset({stranger}), Shown(forged, texts))

    @rule(which=some, by_closing=st.booleans())
    def end_share(self, which: int, *, by_closing: bool) -> None:
        at = self.shared(which)
        if at is not None:
            self.play.end_share(*at, by_closing=by_closing)

    @rule(name=students, step=steps, what=to_erase)
    def erase(self, name: str, step: str, what: str) -> None:
        """Erase something, from the text in one field to all of somebody (STO-7, STO-11)."""
        if what == "field":
            self.play.save(name, step, "")
        else:
            self.play.erase(name, step, what)

    @rule(name=students, is_older=st.booleans())
    def consent(self, name: str, *, is_older: bool) -> None:
        """Say yes, or have said yes to older words: who reads goes on when it is said anew (STO-12)."""
        (self.play.outdate_consent if is_older else self.play.consent)(name)

    def shared(self, which: int, *, asleep: bool = False) -> NoteName | None:
        """Return some note that is shared, or whose share waits for its author; None where there is none."""
        course = self.play.course
        at = {
            (self.play.name_of(who), step): (who, step)
            for (who, step), note in course.notes.items()
            if note.share is not None and (not asleep or course.is_asleep(who, note))
        }
        return at[sorted(at)[which % len(at)]] if at else None

    def choose(self, name: str, audience: Audience, which: int) -> frozenset[str]:
        """Choose some of those who can be chosen; nobody where there is nothing to choose."""
        who, course = self.play.here(name), self.play.course
        can_be = self.play.by_name(course.teachers() if audience is Audience.TEACHER else course.others(who))
        if audience is Audience.GROUP or not can_be:
            return frozenset()
        one = can_be[which % len(can_be)]
        if audience is Audience.TEACHER:
            return frozenset({one})
        return frozenset({one, *(other for place, other in enumerate(can_be) if which >> place & 1)})

    # Trying what is not allowed.

    @rule(name=anybody, which=some)
    def try_what_is_not_allowed(self, name: str, which: int) -> None:
        self.meddle(name, which)
        self.open_every_address(name)
        self.be_put_on_every_list_in_sql(name)

    def meddle(self, name: str, which: int) -> None:
        """Try at somebody else's notes what only their author can do: nothing comes of it."""
        who, at = self.play.here(name), self.shared(which)
        if at is None or at[0] == who:
            return
        found = self.play.note_ids_of(at[0])
        with self.play.writes() as session:
            for note_id in found:
                assert find_note(session, self.play.sealed, membership_id=who, note_id=note_id) is None
                withdraw_share(session, self.play.store, note_id=note_id, membership_id=who)
                erase_notes(session, self.play.store, membership_id=who, note_ids=[note_id])

    def open_every_address(self, name: str) -> None:
        """Press at every address that there ever was: what opens is what one finds, and nothing else (SHR-6)."""
        who, opened = self.play.here(name), set()
        with self.play.reads() as database:
            for share_id in self.witness.lists:
                for one in self.play.find(database, who, share_id):
                    assert one.id == share_id
                    opened.add(read_shared_text(database, self.play.sealed, one))
        assert opened == set(self.play.course.read_by(who).values())

    def be_put_on_every_list_in_sql(self, name: str) -> None:
        """Who is put on the lists from outside reads nothing for which the author did not name them (LOG-5)."""
        who, notes = self.play.here(name), self.play.course.notes
        with self.two.main.session(writes=True) as session:
            for share_id in (
                session.execute(select(Share.id).where(Share.id.in_(list(self.witness.lists)))).scalars().all()
            ):
                insert_once(session, Reader, {"share_id": share_id, "membership_id": who})
            found = {(one.author_id, one.step_id) for one in self.play.find(session, who)}
            session.rollback()
        shares = {at: notes[at].share for at in found}
        assert all(share is not None and who in share.named for share in shares.values())

    # Groups, agreements, roles and days.

    @rule(name=students, number=numbers, in_other_set=mostly_not)
    def join_or_swap(self, name: str, number: int, *, in_other_set: bool) -> None:
        self.play.place(self.play.set_name(other=in_other_set), name, number)

    @rule(name=students, in_other_set=mostly_not, comes_back=st.booleans())
    def leave(self, name: str, *, in_other_set: bool, comes_back: bool) -> None:
        """Leave a group, for good or for a moment: who comes back is new there (SHR-4)."""
        set_name = self.play.set_name(other=in_other_set)
        number = self.play.course.places.get((set_name, self.play.here(name)))
        self.play.take_out(set_name, name)
        if comes_back and number is not None:
            self.play.place(set_name, name, number)
            self.play.everybody_accepts((set_name, number))

    @rule(plan=st.dictionaries(students, numbers, min_size=1, max_size=5), confirms=mostly)
    def plan_to_move(self, plan: dict[str, int], *, confirms: bool) -> None:
        self.play.keep_plan(plan)
        if confirms:
            self.play.confirm_plan()

    @precondition(lambda self: self.play.plan)
    @rule()
    def confirm_plan(self) -> None:
        self.play.confirm_plan()

    @rule(is_other=mostly_not)
    def use_set(self, *, is_other: bool) -> None:
        """Meet in other groups, or press it for those that are in use already (SHR-10)."""
        self.play.use_set(self.play.set_name(other=is_other))

    @rule(name=students, is_aside=st.booleans())
    def set_aside(self, name: str, *, is_aside: bool) -> None:
        self.play.set_aside(name, is_aside=is_aside)

    @rule(number=numbers, in_other_set=mostly_not, all_agree=st.booleans())
    def propose(self, number: int, *, in_other_set: bool, all_agree: bool) -> None:
        group = self.play.set_name(other=in_other_set), number
        self.play.propose(group)
        if all_agree:
            self.play.everybody_accepts(group)

    @rule(name=students, is_no_more=mostly_not)
    def accept(self, name: str, *, is_no_more: bool) -> None:
        (self.play.accept_no_more if is_no_more else self.play.accept)(name)

    @rule(name=anybody, standing=st.sampled_from(Standing), comes_back=st.booleans())
    def come_in_as(self, name: str, standing: Standing, *, comes_back: bool) -> None:
        """Come in as something else, for good or for a moment (SHR-4, STO-10)."""
        before = self.play.course.people[self.play.here(name)].standing
        self.play.come_in_as(name, standing)
        if comes_back:
            self.play.come_in_as(name, before)

    @rule(days=st.sampled_from((0, 1, 1, 2, 8, 15, 30, 31, 70)), sweeps=st.booleans())
    def days_pass(self, days: int, *, sweeps: bool) -> None:
        self.play.let_days_pass(days)
        if sweeps:
            self.play.sweep()

    @rule(days=st.sampled_from((40, 40, 100, 100, 5, 0, -1)))
    def move_last_day_of_class(self, days: int) -> None:
        self.play.let_class_end_in(days)

    # What is so after everything that happens.

    @invariant()
    def the_tool_and_the_rules_agree(self) -> None:
        if self.play.has_changed:
            self.witness.look()
            self.play.has_changed = False


@pytest.fixture(scope="module", params=DATABASES)
def two(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Two]:
    """The two databases, once for all courses."""
    with two_databases(request.param, request, tmp_path_factory.mktemp("machine")) as two:
        yield two


def test_shr_1_to_13_in_any_order_of_events_nobody_reads_what_the_rules_do_not_allow(two: Two) -> None:
    class Here(Sharing):
        pass

    Here.two = two
    # A statement is a journey on PostgreSQL; the rules are the same, and SQLite plays more of them.
    examples = 25 if two.main.engine.dialect.name == "sqlite" else 10
    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=examples,
            stateful_step_count=40,
            deadline=None,
            print_blob=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
