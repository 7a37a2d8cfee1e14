"""What the rules allow (SHR-1 to SHR-13, STO-5 to STO-12), told a second time and in another way than in the tool.

The tool writes a pause into a share, and takes people off its list, at the moment at which something changes. Here
nothing is written to a share: a diary keeps what happened, and who may read is worked out from all that happened since
the author pressed. Nothing of ``lti_tool`` is used, so that both can only be wrong in the same way by chance.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import Enum, auto

LONGEST_SHARE = timedelta(days=30)
KEEP_AFTER_CLASS = timedelta(days=60)
GroupName = tuple[str, int]
"""A set and a number in it."""


class Standing(Enum):
    """What somebody is in the course."""

    STUDENT = auto()
    TRIES = auto()
    """A teacher who looks as a student does."""
    TEACHER = auto()
    OBSERVER = auto()


class Audience(Enum):
    """For whom a share is; there is no other (SHR-3)."""

    GROUP = "group"
    MEMBERS = "members"
    TEACHER = "teacher"


class What(Enum):
    """What can happen that matters to something shared before."""

    CAME = auto()
    """Somebody came to a group: joined, swapped, or is a student again (SHR-4)."""
    BACK = auto()
    """Somebody who had been set aside is with the group again (SHR-9)."""
    LEFT = auto()
    """Somebody left a group (SHR-4, SHR-6)."""
    NO_STUDENT = auto()
    """Somebody is no student of the course any more (STO-10)."""
    NO_TEACHER = auto()
    """Somebody does not teach the course any more (SHR-4)."""


@dataclass(frozen=True)
class Entry:
    """A line of the diary."""

    what: What
    who: str
    group: GroupName | None = None


@dataclass
class Person:
    """Somebody in the course, by their membership."""

    standing: Standing
    consent: str | None = None
    """``now``, ``older``, or nothing (STO-11, STO-12)."""


@dataclass(frozen=True)
class Share:
    """What an author pressed: nothing of it ever changes."""

    audience: Audience
    named: frozenset[str]
    """Those whose names stood on the page (SHR-2)."""
    group: GroupName | None
    ends_on: date
    page: int
    """Of the diary: what stands before it had happened already."""
    text: str
    """As it was. Another one is not shared (SHR-13)."""


@dataclass
class Note:
    """What somebody wrote."""

    text: str
    keep_until: date
    share: Share | None = None


@dataclass
class Group:
    """What a group agreed, and who said yes to it as it stands."""

    version: int = 0
    accepted: set[str] = field(default_factory=set)


NoteName = tuple[str, str]
"""An author and a step."""


@dataclass
class Course:
    """Everything that the rules ask about."""

    today: date
    class_ends_on: date
    set_in_use: str
    people: dict[str, Person] = field(default_factory=dict)
    notes: dict[NoteName, Note] = field(default_factory=dict)
    places: dict[tuple[str, str], int] = field(default_factory=dict)
    """For a set and a person the number of their group."""
    aside: set[tuple[str, str]] = field(default_factory=set)
    groups: dict[GroupName, Group] = field(default_factory=dict)
    diary: list[Entry] = field(default_factory=list)

    # Who is where.

    def group_of(self, who: str) -> GroupName | None:
        """Return the group in use of a student; nobody else has one."""
        number = self.places.get((self.set_in_use, who))
        is_student = who in self.people and self.people[who].standing is Standing.STUDENT
        return (self.set_in_use, number) if number is not None and is_student else None

    def active(self, group: GroupName) -> set[str]:
        """Return the students with whom a group works now: without whom a teacher set aside."""
        return {
            who
            for (set_name, who), number in self.places.items()
            if (set_name, number) == group
            and self.people[who].standing is Standing.STUDENT
            and (set_name, who) not in self.aside
        }

    def others(self, who: str) -> set[str]:
        """Return who else is in somebody's group: nobody, for who is in none or set aside."""
        group = self.group_of(who)
        active = set() if group is None else self.active(group)
        return active - {who} if who in active else set()

    def teachers(self) -> set[str]:
        return {who for who, person in self.people.items() if person.standing is Standing.TEACHER}

    # What happens.

    def come(self, set_name: str, who: str, number: int) -> None:
        """Join a group, or swap to it. Everybody there agrees again (SHR-4, SHR-9)."""
        if self.places.get((set_name, who)) == number:
            return
        self.leave(set_name, who)
        self.places[set_name, who] = number
        self._meet((set_name, number), who)

    def leave(self, set_name: str, who: str) -> None:
        number = self.places.pop((set_name, who), None)
        if number is not None:
            self.groups[set_name, number].accepted.discard(who)
            self.aside.discard((set_name, who))
            self.diary.append(Entry(What.LEFT, who, (set_name, number)))

    def _meet(self, group: GroupName, who: str) -> None:
        self.groups.setdefault(group, Group()).accepted.clear()
        self.diary.append(Entry(What.CAME, who, group))

    def move(self, set_name: str, numbers: dict[str, int]) -> None:
        """Move several at once: first they all leave, then they all come."""
        moved = {who: number for who, number in numbers.items() if self.places.get((set_name, who)) != number}
        for who in moved:
            self.leave(set_name, who)
        for who, number in moved.items():
            self.come(set_name, who, number)

    def put_aside(self, set_name: str, who: str) -> None:
        if (set_name, who) in self.places and (set_name, who) not in self.aside:
            self.aside.add((set_name, who))
            self.groups[set_name, self.places[set_name, who]].accepted.discard(who)

    def take_back_in(self, set_name: str, who: str) -> None:
        if (set_name, who) in self.places:
            self.aside.discard((set_name, who))
            self.diary.append(Entry(What.BACK, who, (set_name, self.places[set_name, who])))

    def propose(self, group: GroupName) -> None:
        """Say something new: everybody agrees again."""
        self.groups[group].version += 1
        self.groups[group].accepted.clear()

    def accept(self, group: GroupName, who: str) -> None:
        self.groups[group].accepted.add(who)
        self.take_back_in(group[0], who)

    def become(self, who: str, standing: Standing) -> None:
        """Come in with another role than before."""
        before, self.people[who].standing = self.people[who].standing, standing
        if before is standing:
            return
        if before is Standing.TEACHER:
            self.diary.append(Entry(What.NO_TEACHER, who))
        if before is Standing.STUDENT:
            self.diary.append(Entry(What.NO_STUDENT, who))
        if standing is Standing.STUDENT:
            for (set_name, one), number in self.places.items():
                if one == who:
                    self._meet((set_name, number), who)

    def use(self, set_name: str) -> None:
        """Meet in the groups of another set: what was shared in those of before ends (SHR-10)."""
        self.set_in_use = set_name
        for note in self.notes.values():
            if note.share is not None and note.share.group is not None and note.share.group[0] != set_name:
                note.share = None

    def write(self, who: str, step: str, text: str) -> None:
        keep_until = max(self.today, self.class_ends_on) + KEEP_AFTER_CLASS
        note = self.notes.get((who, step))
        if note is None:
            self.notes[who, step] = Note(text, keep_until)
        elif note.text != text:
            note.text, note.keep_until = text, keep_until

    def erase_writing(self, who: str) -> None:
        self.notes = {name: note for name, note in self.notes.items() if name[0] != who}

    def erase_person(self, who: str) -> None:
        self.erase_writing(who)
        for group in self.groups.values():
            group.accepted.discard(who)
        self.places = {place: number for place, number in self.places.items() if place[1] != who}
        self.aside = {place for place in self.aside if place[1] != who}
        del self.people[who]

    def sweep(self) -> None:
        """Erase what has passed its date, of notes and of shares (STO-5)."""
        class_was_long_ago = self.class_ends_on < self.today - KEEP_AFTER_CLASS
        self.notes = {
            name: note for name, note in self.notes.items() if not (note.keep_until < self.today and class_was_long_ago)
        }
        for note in self.notes.values():
            if note.share is not None and note.share.ends_on < self.today:
                note.share = None

    # Sharing, and reading.

    def people_for(self, who: str, audience: Audience, chosen: frozenset[str]) -> frozenset[str]:
        """Return who would read: everybody else of the group, or those who were chosen where they all can be."""
        others = frozenset(self.others(who))
        if audience is Audience.GROUP:
            return others
        can_be = others if audience is Audience.MEMBERS else frozenset(self.teachers())
        fits = chosen <= can_be and (audience is Audience.MEMBERS or len(chosen) == 1)
        return chosen if fits else frozenset()

    def can_share(self, who: str) -> bool:
        """Whether everybody active in the author's group agreed to what it agreed on, before the class ends (SHR-9)."""
        group = self.group_of(who)
        if group is None or not self.groups[group].version or self.today > self.class_ends_on:
            return False
        active = self.active(group)
        return who in active and active <= self.groups[group].accepted

    def share(self, who: str, step: str, audience: Audience, named: frozenset[str]) -> None:
        note = self.notes[who, step]
        note.share = Share(
            audience,
            named,
            None if audience is Audience.TEACHER else self.group_of(who),
            # One that begins on a day is there on that day.
            max(self.today, min(self.today + LONGEST_SHARE, self.class_ends_on)),
            len(self.diary),
            note.text,
        )

    def is_asleep(self, who: str, note: Note) -> bool:
        """Whether only the author's next press lets anybody read (SHR-4, SHR-5, SHR-13, STO-10)."""
        share = note.share
        assert share is not None
        return note.text != share.text or any(_pauses(one, who, share) for one in self.diary[share.page :])

    def list_of(self, share: Share) -> frozenset[str]:
        """Return who is on the list still: those who were named, without whom left since (SHR-2, SHR-6)."""
        here, since = share.named & set(self.people), self.diary[share.page :]
        return frozenset(one for one in here if not any(_takes_off(entry, one, share) for entry in since))

    def may_read(self, reader: str, author: str, note: Note) -> bool:
        share = note.share
        return (
            share is not None
            and reader in self.list_of(share)
            and not self.is_asleep(author, note)
            and self.today <= min(share.ends_on, self.class_ends_on)
            and self.people[author].standing is Standing.STUDENT
            and self.people[author].consent == "now"
            and self._is_where_it_is_read(reader, author, share)
        )

    def _is_where_it_is_read(self, reader: str, author: str, share: Share) -> bool:
        if share.audience is Audience.TEACHER:
            return self.people[reader].standing is Standing.TEACHER
        # An author who is set aside is no reader of their group, and the tool lets nobody read of them meanwhile
        # either. The rules leave that open; it is on the safe side, and nobody new sees anything when they are back.
        return (
            share.group is not None
            and self.group_of(reader) == share.group
            and {reader, author} <= self.active(share.group)
            and reader in self.groups[share.group].accepted
        )

    def read_by(self, reader: str) -> dict[NoteName, str]:
        """Return all that somebody may read of others."""
        return {
            name: note.text
            for name, note in self.notes.items()
            if name[0] != reader and self.may_read(reader, name[0], note)
        }


def _pauses(entry: Entry, author: str, share: Share) -> bool:
    if entry.who == author and entry.what is What.NO_STUDENT:
        return True
    if share.audience is Audience.TEACHER:
        return entry.what is What.NO_TEACHER and entry.who in share.named
    if entry.group != share.group:
        return False
    if entry.what is What.LEFT:
        return entry.who == author
    if share.audience is Audience.MEMBERS:
        return False
    is_new = entry.what is What.BACK and entry.who not in share.named | {author}
    return entry.what is What.CAME or is_new


def _takes_off(entry: Entry, reader: str, share: Share) -> bool:
    if entry.who != reader or share.audience is Audience.TEACHER:
        return False
    return entry.what is What.NO_STUDENT or (entry.what is What.LEFT and entry.group == share.group)
