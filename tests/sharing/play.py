"""A course that is played twice: in the tool, through its services, and in the diary that knows the rules.

Each method lets one thing happen in both, in one transaction of the tool. What the doors ask of who comes in (that only
students are put in groups) is asked here in their place.
"""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, select, update

import lti_tool.notes.kept  # noqa: F401 (says how notes are erased)
from lti_tool.curriculum.models import CourseClass
from lti_tool.groups.agreements import accept_agreement, propose_agreement, take_acceptance_back
from lti_tool.groups.circle import circle_of, follow_standing, place_member, read_own_group, set_aside, take_out_member
from lti_tool.groups.models import Agreement, Group
from lti_tool.groups.policy import AgreementLine
from lti_tool.groups.sealed_texts import SealedTexts
from lti_tool.groups.sets import confirm_plan, create_set, keep_plan, open_group, use_set
from lti_tool.kernel.erasing import Sweeping
from lti_tool.kernel.merging import mark
from lti_tool.lti.models import Registration
from lti_tool.notes.choosing import NotNowError, OthersError, read_choices, share_with
from lti_tool.notes.models import Note
from lti_tool.notes.service import (
    NoConsentError,
    erase_notes,
    erase_past_notes,
    last_day,
    read_notes,
    save_notes,
    sealed_notes,
)
from lti_tool.people.arrivals import NewStanding
from lti_tool.people.models import Membership
from lti_tool.people.roles import Role
from lti_tool.privacy.service import erase_person, erase_writing, say_yes, take_back_consent, tend_keys
from lti_tool.sharing.models import Consent
from lti_tool.sharing.reading import find_readable
from lti_tool.sharing.shares import end_shares_of_steps, erase_past_shares, withdraw_share
from tests.sharing import diary
from tests.sharing.course import ENDS_ON, PROMPT, TODAY, begin_course, enter
from tests.sharing.diary import Standing

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlalchemy import Connection
    from sqlalchemy.orm import Session

    from lti_tool.notes.choosing import Choice
    from lti_tool.sharing.reading import ReadableShare
    from tests.sharing.databases import Two

SETS = ("first half", "second half")
ROLES = {
    Standing.STUDENT: (Role.LEARNER, False),
    Standing.TRIES: (Role.LEARNER, True),
    Standing.TEACHER: (Role.INSTRUCTOR, False),
    Standing.OBSERVER: (Role.OBSERVER, False),
}


@dataclass(frozen=True)
class Shown:
    """What an author was shown, and has not pressed yet."""

    choice: Choice
    texts: dict[str, str]
    """By step."""


class Play:
    """A course in the tool and by the rules. People are called by name; who erased themselves comes in anew."""

    def __init__(self, two: Two, people: Mapping[str, Standing], places: Mapping[str, Mapping[str, int]]) -> None:
        """Let people in, who all consent, and put them in the groups of each set. The first set is in use."""
        self.two, self.store = two, two.key_store
        self.sealed, self.texts = sealed_notes(self.store), SealedTexts(two.key_ring)
        self.course = diary.Course(TODAY, ENDS_ON, SETS[0])
        self.ids: dict[str, str] = {}
        """The membership of each person who is here."""
        self.person_ids: dict[str, str] = {}
        self.gone: list[str] = []
        """The memberships of those who erased themselves."""
        self.plan: dict[str, int] = {}
        self.planned_in = SETS[0]
        self.copies: dict[str, tuple[str, bytes]] = {}
        """Of each note that there ever was, what a backup of the content holds."""
        self.has_changed = True
        self._people = people
        with self.writes() as session:
            self._registration_id, self.context_id = begin_course(session)
            self.sets = {title: create_set(session, self.context_id, title) for title in SETS}
            for name in people:
                self._let_in(session, name)
            for set_name, numbers in places.items():
                plan = {self.ids[name]: number for name, number in numbers.items()}
                keep_plan(session, self.sets[set_name], plan, {})
                confirm_plan(session, self.sets[set_name])
                self.course.move(set_name, plan)

    def forget(self) -> None:
        """Let the next course begin without this one."""
        self.expect_erased()
        with self.writes() as session:
            session.execute(delete(Registration).where(Registration.id == self._registration_id))

    @contextmanager
    def writes(self) -> Iterator[Session]:
        self.has_changed = True
        with self.two.main.session(writes=True) as session, session.begin():
            yield session

    @contextmanager
    def reads(self) -> Iterator[Connection]:
        with self.two.main.connection(writes=False) as connection:
            yield connection

    # People.

    def _let_in(self, session: Session, name: str) -> None:
        standing = self._people[name]
        role, _ = ROLES[standing]
        membership_id, person_id = enter(session, self._registration_id, self.context_id, role, name)
        say_yes(session, self.store, person_id, self.course.today)
        self.ids[name], self.person_ids[name] = membership_id, person_id
        self.course.people[membership_id] = diary.Person(standing, "now")

    def here(self, name: str) -> str:
        """Return somebody's membership; who is not here comes in."""
        if name not in self.ids:
            with self.writes() as session:
                self._let_in(session, name)
        return self.ids[name]

    def by_name(self, people: set[str]) -> list[str]:
        """Put memberships in an order that is the same each time that an example is played."""
        return [one for _, one in sorted((name, one) for name, one in self.ids.items() if one in people)]

    def name_of(self, who: str) -> str:
        return next(name for name, one in self.ids.items() if one == who)

    def come_in_as(self, name: str, standing: Standing) -> None:
        """Come in from the LMS, as the same as before or as something else; the launch tells the groups."""
        who = self.here(name)
        before, (role, is_test_user) = self.course.people[who].standing, ROLES[standing]
        with self.writes() as session:
            row = update(Membership).where(Membership.id == who)
            session.execute(row.values(role=role, is_test_user=is_test_user))
            if before is not standing:
                new_standing = NewStanding(
                    who,
                    was_student=before is Standing.STUDENT,
                    is_student=standing is Standing.STUDENT,
                    was_teacher=before is Standing.TEACHER,
                    is_teacher=standing is Standing.TEACHER,
                )
                follow_standing(session, new_standing)
        self.course.become(who, standing)

    def consent(self, name: str) -> None:
        """Say yes to the words of today."""
        who = self.here(name)
        with self.writes() as session:
            say_yes(session, self.store, self.person_ids[name], self.course.today)
        self.course.people[who].consent = "now"

    def outdate_consent(self, name: str) -> None:
        """Let there be new words, to which somebody has not said yes yet."""
        person = self.course.people[self.here(name)]
        with self.writes() as session:
            session.execute(update(Consent).where(Consent.person_id == self.person_ids[name]).values(version=0))
        person.consent = person.consent and "older"

    # Writing and erasing.

    def save(self, name: str, step: str, text: str, seen: str | None = None) -> None:
        """Save a field; an empty one erases.

        :param seen: what the page showed, where that is not what stands.
        """
        who = self.here(name)
        note = self.course.notes.get((who, step))
        now = "" if note is None else note.text
        may_store = self.course.people[who].consent == "now"
        with nullcontext() if may_store else pytest.raises(NoConsentError), self.writes() as session:
            save_notes(
                session,
                self.sealed,
                membership_id=who,
                step_id=step,
                typed={PROMPT: text},
                seen={PROMPT: mark(now if seen is None else seen)},
                keep_until=last_day(self.course.today, self.course.class_ends_on),
            )
        if not may_store:
            return
        if seen is None and text:
            self.course.write(who, step, text)
        elif seen is None:
            self.course.notes.pop((who, step), None)
            self.expect_erased()

    def erase(self, name: str, step: str, what: str) -> None:
        """Erase one note, everything that somebody wrote, that with their consent, or all of somebody."""
        who, person_id = self.here(name), self.person_ids[name]
        found = self.note_ids_of(who, step)
        with self.writes() as session:
            if what == "note":
                erase_notes(session, self.store, membership_id=who, note_ids=found)
                self.course.notes.pop((who, step), None)
            elif what == "writing":
                erase_writing(session, self.store, person_id)
                self.course.erase_writing(who)
            elif what == "consent":
                take_back_consent(session, self.store, person_id)
                self.course.erase_writing(who)
                self.course.people[who].consent = None
            else:
                erase_person(session, self.store, person_id)
                self.course.erase_person(who)
                self.gone.append(self.ids.pop(name))
        self.expect_erased()

    def expect_erased(self) -> None:
        """Hold that nothing which is not there any more opens again, for nobody, from any backup (STO-7)."""
        with self.reads() as database:
            there = set(database.execute(select(Note.id)).scalars())
        assert self.sealed.open((one, *self.copies[one]) for one in sorted(set(self.copies) - there)) == {}

    def note_ids_of(self, who: str, step: str | None = None) -> list[str]:
        mine = select(Note.id).where(Note.membership_id == who).order_by(Note.step_id)
        with self.reads() as database:
            return list(database.execute(mine if step is None else mine.where(Note.step_id == step)).scalars())

    # Sharing and reading.

    def look(self, name: str, audience: diary.Audience, chosen: frozenset[str]) -> Shown | None:
        """Choose, and be shown the people by name and the text; nothing is shared by it (SHR-2)."""
        who = self.here(name)
        with self.reads() as database:
            texts = {one.step_id: one.text or "" for one in read_notes(database, self.sealed, who)}
            choices = read_choices(database, membership_id=who, context_id=self.context_id)
        choice = choices.find(audience.value, chosen)
        shown = set() if choice is None else {one.membership_id for one in choice.readers}
        assert shown == self.course.people_for(who, audience, chosen)
        return None if choice is None else Shown(choice, texts)

    def press(self, name: str, step: str, audience: diary.Audience, chosen: frozenset[str], shown: Shown) -> None:
        """Press to share with those who were shown what was shown: it is shared with exactly them, or with nobody."""
        who = self.here(name)
        with self.reads() as database:
            found = {one.step_id: one for one in read_notes(database, self.sealed, who)}
        if step not in found:
            return
        now, seen = self.course.people_for(who, audience, chosen), shown.texts.get(step, "")
        is_as_shown = now == {one.membership_id for one in shown.choice.readers} and found[step].text == seen
        consents = self.course.people[who].consent == "now"
        expected = now if is_as_shown and consents and self.course.can_share(who) else None
        try:
            with self.writes() as session:
                share_with(
                    session,
                    self.store,
                    note_id=found[step].id,
                    membership_id=who,
                    context_id=self.context_id,
                    audience=audience.value,
                    chosen=sorted(chosen),
                    seen=shown.choice.mark(seen),
                    knows_duties=True,
                    today=self.course.today,
                    class_ends_on=self.course.class_ends_on,
                )
        except (NotNowError, OthersError):
            assert not expected
        else:
            assert expected
            self.course.share(who, step, audience, expected)

    def end_share(self, who: str, step: str, *, by_closing: bool) -> None:
        """Take a share back in one press, or close the part of the year that it is of (SHR-7, SHR-10)."""
        found = self.note_ids_of(who, step)
        with self.writes() as session:
            if by_closing:
                end_shares_of_steps(session, self.store, who, [step])
            for note_id in found if not by_closing else ():
                withdraw_share(session, self.store, note_id=note_id, membership_id=who)
        if (who, step) in self.course.notes:
            self.course.notes[who, step].share = None

    def find(self, database: Connection | Session, who: str, share_id: str | None = None) -> tuple[ReadableShare, ...]:
        """Return what somebody finds to read. It asks as an older visit does: as if they were a student still."""
        return find_readable(
            database,
            self.store,
            membership_id=who,
            circle=circle_of(read_own_group(database, who)),
            today=self.course.today,
            class_is_over=self.course.today > self.course.class_ends_on,
            share_id=share_id,
        )

    # Groups.

    def set_name(self, *, other: bool) -> str:
        """Return the set in use, or the other one."""
        return next(one for one in SETS if (one != self.course.set_in_use) == other)

    def place(self, set_name: str, name: str, number: int) -> None:
        """Put a student in a group, and out of the one where they were."""
        who = self.here(name)
        if self.course.people[who].standing is not Standing.STUDENT:
            return
        with self.writes() as session:
            group_id = open_group(session, self.sets[set_name], number)
            place_member(session, set_id=self.sets[set_name], group_id=group_id, membership_id=who)
        self.course.come(set_name, who, number)

    def take_out(self, set_name: str, name: str) -> None:
        who = self.here(name)
        with self.writes() as session:
            take_out_member(session, set_id=self.sets[set_name], membership_id=who)
        self.course.leave(set_name, who)

    def keep_plan(self, numbers: Mapping[str, int]) -> None:
        """Plan where several go. They may go much later, when some of them are something else, or not here."""
        self.plan = {self.here(name): number for name, number in numbers.items()}
        self.planned_in = self.course.set_in_use
        with self.writes() as session:
            keep_plan(session, self.sets[self.planned_in], self.plan, {})

    def confirm_plan(self) -> None:
        """Move several at once: those of the plan who are students."""
        with self.writes() as session:
            confirm_plan(session, self.sets[self.planned_in])
        people = self.course.people
        here = {who for who in self.plan if who in people and people[who].standing is Standing.STUDENT}
        self.course.move(self.planned_in, {who: number for who, number in self.plan.items() if who in here})
        self.plan = {}

    def use_set(self, set_name: str) -> None:
        with self.writes() as session:
            use_set(session, self.context_id, self.sets[set_name])
        self.course.use(set_name)

    def set_aside(self, name: str, *, is_aside: bool) -> None:
        who, set_name = self.here(name), self.course.set_in_use
        with self.writes() as session:
            set_aside(session, set_id=self.sets[set_name], membership_id=who, is_aside=is_aside)
        (self.course.put_aside if is_aside else self.course.take_back_in)(set_name, who)

    # Agreements.

    def propose(self, group: diary.GroupName) -> None:
        """Agree on something new: everybody reads it and says yes again."""
        with self.writes() as session:
            group_id = self._group_id(session, group)
            if group_id is None:
                return  # Nobody was ever in it, or it went: for nobody was in it and it had agreed nothing.
            version = self.course.groups[group].version
            lines = [AgreementLine(f"Afspraak {version + 1}.")]
            propose_agreement(
                session, self.texts, group_id=group_id, lines=lines, seen=version, today=self.course.today
            )
        self.course.propose(group)

    def accept(self, name: str) -> None:
        """Say yes to what the group agreed; who was set aside is back with it."""
        who = self.here(name)
        group = self.course.group_of(who)
        if group is None or not self.course.groups[group].version:
            return
        with self.writes() as session:
            group_id = self._group_id(session, group) or ""
            version = session.execute(select(Agreement.version).where(Agreement.group_id == group_id)).scalar_one()
            assert version == self.course.groups[group].version
            accept_agreement(session, group_id=group_id, membership_id=who, seen=version)
        self.course.accept(group, who)

    def everybody_accepts(self, group: diary.GroupName) -> None:
        """Let everybody with whom a group of the set in use works accept, who has not yet."""
        if group in self.course.groups:
            for who in self.by_name(self.course.active(group) - self.course.groups[group].accepted):
                self.accept(self.name_of(who))

    def accept_no_more(self, name: str) -> None:
        who = self.here(name)
        group = self.course.group_of(who)
        if group is not None:
            with self.writes() as session:
                take_acceptance_back(session, group_id=self._group_id(session, group) or "", membership_id=who)
            self.course.groups[group].accepted.discard(who)

    def _group_id(self, session: Session, group: diary.GroupName) -> str | None:
        set_name, number = group
        found = select(Group.id).where(Group.set_id == self.sets[set_name], Group.number == number)
        return session.execute(found).scalar_one_or_none()

    # Days.

    def let_days_pass(self, days: int) -> None:
        self.course.today += timedelta(days=days)
        self.has_changed = True

    def let_class_end_in(self, days: int) -> None:
        """Let a teacher move the last day of the class."""
        self.course.class_ends_on = self.course.today + timedelta(days=days)
        here = CourseClass.context_id == self.context_id
        with self.writes() as session:
            session.execute(update(CourseClass).where(here).values(ends_on=self.course.class_ends_on))

    def sweep(self) -> None:
        """Erase what has passed its date, and keys and texts without each other (STO-5)."""
        now, keep = datetime.combine(self.course.today, time(9), UTC), timedelta(days=365)
        sweeping = Sweeping(now, self.course.today, self.two.key_ring, self.store, keep)
        with self.writes() as session:
            erase_past_shares(session, sweeping)
            erase_past_notes(session, sweeping)
        with self.writes() as session:
            tend_keys(session, sweeping)
        self.course.sweep()
        self.expect_erased()
