"""What each of several processes does to one course at once, and how a reader can tell that it read what it must not.

What is committed cannot be asked at the very moment at which somebody reads. So the texts themselves say for whom they
were written, and everything that takes a right away leaves a number behind that only grows, in the same transaction:

* Whoever joins or leaves a group gets a higher number (kept in the name of the person). A text holds the numbers of
  everybody as they were when it was shared; a share whose numbers are not those of the moment is not committed.
* An edit and a withdrawal raise the lowest number that a text of this author may have (kept with their sections).
* Some texts are for nobody: they are written over a text that is shared, and never shared themselves.

A reader looks at the numbers first, and reads then, in another transaction. Each number it saw was committed before it
began to read; a text that is older than what it saw must not have opened.
"""

from __future__ import annotations

import json
import random
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from lti_tool.groups.agreements import accept_agreement, propose_agreement, read_agreement
from lti_tool.groups.circle import circle_of, lock_set, place_member, read_group, read_own_group, take_out_member
from lti_tool.groups.models import GroupMember
from lti_tool.groups.policy import AgreementLine
from lti_tool.groups.sealed_texts import SealedTexts
from lti_tool.groups.sets import confirm_plan, keep_plan, read_places
from lti_tool.kernel.errors import RugzakError
from lti_tool.kernel.merging import mark
from lti_tool.notes.choosing import NotNowError, OthersError, read_choices, share_with
from lti_tool.notes.service import last_day, read_notes, read_shared_text, save_notes, sealed_notes
from lti_tool.people.models import Membership, Person
from lti_tool.sharing.reading import find_readable
from lti_tool.sharing.shares import withdraw_share
from tests.sharing.course import ENDS_ON, PROMPT, STEP, TODAY

if TYPE_CHECKING:
    from multiprocessing.queues import Queue
    from multiprocessing.sharedctypes import SynchronizedArray
    from multiprocessing.synchronize import Event

    from sqlalchemy import Connection
    from sqlalchemy.orm import Session

    from lti_tool.notes.choosing import Choice
    from tests.sharing.course import Course
    from tests.sharing.databases import Two

MOVED, SHARED, READ = range(3)
"""What is counted."""
NOBODY = "nobody"

Numbers = dict[str, int]


class MovedError(RugzakError):
    """Somebody came or went since the text was written: what it says of the numbers does not hold."""


@dataclass(frozen=True)
class Together:
    """What the processes have in common."""

    course: Course
    stop: Event
    counts: SynchronizedArray[Any]
    faults: Queue[str]

    def count(self, what: int) -> None:
        with self.counts.get_lock():
            self.counts[what] += 1


Work = Callable[[Together, "Two", random.Random], Callable[[], None]]


def run(work: Work, together: Together, seed: int) -> None:
    """Do one kind of work, again and again, until it is enough. A fault of any kind ends it, and is told."""
    two = together.course.addresses.open()
    try:
        again = work(together, two, random.Random(seed))
        while not together.stop.is_set():
            again()
    except Exception:  # noqa: BLE001 (whatever it is, the test must hear of it)
        together.faults.put(traceback.format_exc())
    finally:
        two.close()


def read_numbers(database: Session | Connection, course: Course) -> Numbers:
    """Return how often each student has come or gone."""
    found = select(Membership.id, Person.display_name).join(Person, Person.id == Membership.person_id)
    rows = database.execute(found.where(Membership.context_id == course.context_id))
    return {row.id: int(row.display_name) for row in rows if row.id in course.students}


# Moving students, and agreeing again.


def move(together: Together, two: Two, chance: random.Random) -> Callable[[], None]:
    course, texts = together.course, SealedTexts(two.key_ring)

    def again() -> None:
        with two.main.session(writes=True) as session, session.begin():
            lock_set(session, course.set_id)
            before = read_places(session, course.set_id)
            _change_places(session, course, chance)
            after = read_places(session, course.set_id)
            for who in course.students:
                if before.get(who) != after.get(who):
                    person = Person.id == course.person_ids[who]
                    number = int(session.execute(select(Person.display_name).where(person)).scalar_one() or "")
                    session.execute(update(Person).where(person).values(display_name=str(number + 1)))
        together.count(MOVED)
        with two.main.session(writes=True) as session, session.begin():
            for group_id in sorted(course.group_ids):
                _agree(session, texts, group_id, proposes=chance.random() < 0.2)
        # Who has just agreed shares something before the next one comes; the others need not hurry for it.
        together.stop.wait(chance.random() * 0.2)

    return again


def _change_places(session: Session, course: Course, chance: random.Random) -> None:
    way, who = chance.random(), chance.choice(course.students)
    if way < 0.3:
        take_out_member(session, set_id=course.set_id, membership_id=who)
    elif way < 0.8:
        group_id = chance.choice(course.group_ids)
        place_member(session, set_id=course.set_id, group_id=group_id, membership_id=who)
    else:
        numbers = {one: chance.choice((1, 2)) for one in chance.sample(course.students, 3)}
        keep_plan(session, course.set_id, numbers, {})
        confirm_plan(session, course.set_id)


def _agree(session: Session, texts: SealedTexts, group_id: str, *, proposes: bool) -> None:
    """Let everybody who is in a group accept what stands, or something new."""
    now = read_agreement(session, texts, group_id)
    version = 0 if now is None else now.version
    if proposes:
        lines = [AgreementLine(f"Afspraak {version + 1}.")]
        propose_agreement(session, texts, group_id=group_id, lines=lines, seen=version, today=TODAY)
        version += 1
    group = read_group(session, group_id)
    for one in group.people if group is not None else ():
        accept_agreement(session, group_id=group_id, membership_id=one.membership_id, seen=version)


# Writing, sharing, and taking back.


@dataclass
class Author:
    """Somebody who writes, shares, renews, edits and withdraws."""

    together: Together
    two: Two
    chance: random.Random
    who: str
    number: int = 0
    text: str = ""

    def again(self) -> None:
        choice, text = self._write(is_for_nobody=self.chance.random() < 0.3)
        if choice is None:
            return
        for _ in range(self.chance.choice((1, 1, 2))):  # The second time is to renew.
            self._share(choice, text)
        if self.chance.random() < 0.3:
            self._withdraw()
        self.together.stop.wait(self.chance.random() * 0.05)

    def _write(self, *, is_for_nobody: bool) -> tuple[Choice | None, dict[str, Any]]:
        """Look at who is there, and write for them: over what is shared at this moment."""
        course = self.together.course
        with self.two.main.connection(writes=False) as database:
            choices = read_choices(database, membership_id=self.who, context_id=course.context_id)
            group, numbers = read_own_group(database, self.who), read_numbers(database, course)
        others = [one.membership_id for one in choices.others]
        chosen = self.chance.sample(others, self.chance.randint(1, len(others))) if others else []
        audience = NOBODY if is_for_nobody or not others else self.chance.choice(("group", "members"))
        choice = None if audience == NOBODY else choices.find(audience, chosen)
        self.number += 1
        text = {
            "number": self.number,
            "audience": audience,
            "named": [one.membership_id for one in choice.readers] if choice else [],
            "group": None if group is None else group.id,
            "numbers": numbers,
        }
        before, self.text = self.text, json.dumps(text)
        with self.two.main.session(writes=True) as session, session.begin():
            save_notes(
                session,
                sealed_notes(self.two.key_store),
                membership_id=self.who,
                step_id=STEP,
                typed={PROMPT: self.text},
                seen={PROMPT: mark(before)},
                keep_until=last_day(TODAY, ENDS_ON),
            )
            self._say_lowest(session, self.number)
        return choice, text

    def _say_lowest(self, session: Session, number: int) -> None:
        session.execute(update(Membership).where(Membership.id == self.who).values(sections=str(number)))

    def _share(self, choice: Choice, text: dict[str, Any]) -> None:
        course = self.together.course
        try:
            with self.two.main.session(writes=True) as session, session.begin():
                (note,) = read_notes(session, sealed_notes(self.two.key_store), self.who)
                share_with(
                    session,
                    self.two.key_store,
                    note_id=note.id,
                    membership_id=self.who,
                    context_id=course.context_id,
                    audience=choice.audience,
                    chosen=[one.membership_id for one in choice.readers] if text["audience"] == "members" else [],
                    seen=choice.mark(note.text or ""),
                    knows_duties=True,
                    today=TODAY,
                    class_ends_on=ENDS_ON,
                )
                # The group is held by now: nobody comes to it or leaves it before this is committed.
                _ask_whether_the_same(text, read_numbers(session, course))
        except (MovedError, NotNowError, OthersError):
            return
        self.together.count(SHARED)

    def _withdraw(self) -> None:
        with self.two.main.session(writes=True) as session, session.begin():
            (note,) = read_notes(session, sealed_notes(self.two.key_store), self.who)
            self._say_lowest(session, self.number + 1)
            withdraw_share(session, self.two.key_store, note_id=note.id, membership_id=self.who)


def write(together: Together, two: Two, chance: random.Random, *, first: int) -> Callable[[], None]:
    """Be every other student in turn, so that what one shares is there while another works."""
    authors = [Author(together, two, chance, who) for who in together.course.students[first::2]]
    return lambda: chance.choice(authors).again()


def _ask_whether_the_same(text: dict[str, Any], numbers: Numbers) -> None:
    if numbers != text["numbers"]:
        message = "somebody came or went since this was written"
        raise MovedError(message)


# Reading, and complaining.


@dataclass(frozen=True)
class Before:
    """What was committed before somebody began to read."""

    numbers: Numbers
    lowest: Numbers
    groups: dict[str, str]
    """For each student who is in a group, which."""


def look(database: Connection, course: Course) -> Before:
    """Look at everything in one statement, so that it is of one moment."""
    found = (
        select(Membership.id, Membership.sections, Person.display_name, GroupMember.group_id)
        .join(Person, Person.id == Membership.person_id)
        .outerjoin(GroupMember, GroupMember.membership_id == Membership.id)
        .where(Membership.context_id == course.context_id)
    )
    rows = [row for row in database.execute(found) if row.id in course.students]
    return Before(
        {row.id: int(row.display_name) for row in rows},
        {row.id: int(row.sections or 0) for row in rows},
        {row.id: row.group_id for row in rows if row.group_id is not None},
    )


def complain(before: Before, reader: str, author: str, text: dict[str, Any]) -> str | None:
    """Return why somebody must not have read a text; None when they may have."""
    numbers: Numbers = text["numbers"]
    gone = {who for who, number in numbers.items() if number < before.numbers[who]}
    """Who came to a group or left one after it was shared, and before the reader began."""
    here = {who for who, group_id in before.groups.items() if group_id == text["group"]}
    wrong = {
        "it is for nobody": text["audience"] == NOBODY,
        "they are not named": reader not in text["named"],
        "it had been withdrawn, or edited": text["number"] < before.lowest[author],
        "they had left the group, or had left it and come again": reader in gone,
        "the author had left the group": author in gone,
        "somebody new had come to the group": text["audience"] == "group" and bool(gone & here),
    }
    return next((why for why, is_so in wrong.items() if is_so), None)


def read(together: Together, two: Two, chance: random.Random) -> Callable[[], None]:
    course, sealed = together.course, sealed_notes(two.key_store)

    def again() -> None:
        reader = chance.choice(course.students)
        with two.main.connection(writes=False) as database:
            before = look(database, course)
        with two.main.connection(writes=False) as database:
            shares = find_readable(
                database,
                two.key_store,
                membership_id=reader,
                circle=circle_of(read_own_group(database, reader)),
                today=TODAY,
                class_is_over=False,
            )
            texts = [(one.author_id, read_shared_text(database, sealed, one)) for one in shares]
        for author, text in texts:
            if text is None:
                continue  # It was erased meanwhile.
            together.count(READ)
            why = complain(before, reader, author, json.loads(text))
            if why is not None:
                together.faults.put(f"{reader} read a text of {author}, but {why}: {text}; {before}")
        together.stop.wait(chance.random() * 0.01)

    return again


WORK: tuple[Work, ...] = (move, partial(write, first=0), partial(write, first=1), read, read)
