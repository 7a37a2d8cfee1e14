"""What holds in a small group: when its agreements are complete, who sees its page, who has which role. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

USUAL_SIZE = 4
SMALLEST, LARGEST = 3, 5
"""Outside these a page says so, and nothing is refused for it: this learning happens in groups of about four."""
SMALLEST_SIZE, LARGEST_SIZE = 2, 8
"""What a teacher can ask for."""
COUNTS_FROM = 3
"""In a smaller group a count would say who (CMP-7)."""
VISIT_LASTS = timedelta(hours=4)
"""How long an invitation of a teacher lasts, when nobody ends it before."""
MOST_LINES = 20
LONGEST_LINE = 300
MOST_OWN_LINES = 8


@dataclass(frozen=True)
class AgreementLine:
    """One thing that a group agreed on."""

    text: str
    """As it was chosen or written: a new edition of the cards changes nothing that somebody accepted."""
    card: str | None = None
    """The card that it was chosen from; None for a line of the group's own."""


@dataclass(frozen=True)
class Companion:
    """Somebody in a group."""

    membership_id: str
    person_id: str
    name: str | None
    is_aside: bool
    """Set aside by a teacher: the group goes on without them, until they agree."""
    has_accepted: bool
    """Whether they accepted the agreements that stand now. No page shows it of anybody but oneself (GRP-10)."""


@dataclass(frozen=True)
class OwnGroup:
    """A group as its own page needs it."""

    id: str
    set_id: str
    number: int
    name: str | None
    people: tuple[Companion, ...]
    agreement_version: int | None
    """None while the group has proposed nothing yet."""

    @property
    def active(self) -> tuple[Companion, ...]:
        """Everybody whom the group works with now."""
        return tuple(one for one in self.people if not one.is_aside)

    @property
    def has_agreed(self) -> bool:
        """Whether everybody who is active accepted the agreements as they stand (SHR-9)."""
        return self.agreement_version is not None and bool(self.active) and all(one.has_accepted for one in self.active)

    def find(self, membership_id: str) -> Companion | None:
        """Find somebody of the group."""
        return next((one for one in self.people if one.membership_id == membership_id), None)


def shares_page(group: OwnGroup, membership_id: str) -> bool:
    """Whether somebody sees the work of a group: who is active in it. Who is aside sees the agreements, and no more."""
    found = group.find(membership_id)
    return found is not None and not found.is_aside


def shows_counts(members: int) -> bool:
    """Whether a group of this size is shown how many of it did something (CMP-7)."""
    return members >= COUNTS_FROM


def assign_roles(people: int, roles: int, rounds: int, *, rotates: bool) -> tuple[tuple[tuple[int, ...], ...], ...]:
    """Say who has which role in each round.

    With fewer people than roles somebody has two; with more, the last role is shared: put the observer there. Who
    rotates passes on to the next role at every round, so that nobody gets a role, or leaves one, for another reason
    than the round (CMP-9).

    :returns: for each round, for each role, the places of the people who have it. Where nobody rotates there is one.
    """
    if not people or not roles:
        return ()
    table = []
    for turn in range(max(1, rounds) if rotates else 1):
        row: list[list[int]] = [[] for _ in range(roles)]
        for place in range(max(people, roles)):
            row[min(place, roles - 1)].append((place + turn) % people)
        table.append(tuple(tuple(cell) for cell in row))
    return tuple(table)
