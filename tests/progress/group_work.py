"""A course with groups: for the board of a class, and in bulk for that of five thousand students."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select, text

from lti_tool.groups.models import Acceptance, Agreement, Group, GroupMember, GroupSet, GroupTeacher, Product
from lti_tool.kernel.ids import new_id
from lti_tool.people.models import CourseContext, Membership, Person
from lti_tool.progress.models import Done
from tests.clock import FrozenClock

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy.orm import Session

MADE, AGREED = "madework", "agreestp"
"""The steps in which groups make something, and agree on something."""
_AT_ONCE = 1000


def with_group_work(line: dict[str, Any]) -> None:
    """Give the first unit of a line a step with something to hand in, and one with agreements."""
    steps = line["modules"][0]["units"][0]["steps"]
    number = max(step["number"] for step in steps)
    label = {"nl": "Wat we maken", "en": "What we make"}
    product = {"fields": [{"id": "what", "label": label, "lines": 4, "most": 1000}]}
    agreements = {"cards": [{"id": "time", "text": {"nl": "We zijn op tijd.", "en": "We are on time."}}]}
    for place, (step_id, made, agreed) in enumerate(((MADE, product, None), (AGREED, None, agreements)), start=1):
        own = {"roles": [], "rotates": False, "rounds": [], "product": made, "agreements": agreed}
        step = copy.deepcopy(steps[0]) | {"id": step_id, "folder": step_id, "number": number + place, "kind": "group"}
        steps.append(step | own)


@dataclass
class Course:
    """A course of the tests, filled by hand and in bulk."""

    session: Session
    title: str
    is_in_use: bool = True
    """Whether its groups are those in use; a course has one such set."""

    def __post_init__(self) -> None:
        found = self.session.execute(select(CourseContext.id).where(CourseContext.title == self.title))
        self.id: str = found.scalar_one()
        self.registration_id = self.session.execute(select(Person.registration_id).limit(1)).scalar_one()
        self.set_id = new_id()
        row = {"title": "Set", "size": 4, "is_in_use": self.is_in_use, "sign_up_open": False}
        self.session.execute(insert(GroupSet).values(id=self.set_id, context_id=self.id, **row))
        # So that the tool itself can write in between: SQLite lets one at a time.
        self.session.commit()
        self.groups: list[str] = []

    def enrol(self, names: Sequence[str | None], sections: str | None = None) -> list[str]:
        """Let students take part, and return their memberships."""
        people = [
            {"id": new_id(), "registration_id": self.registration_id, "subject": new_id(), "display_name": name}
            for name in names
        ]
        member: dict[str, Any] = {"context_id": self.id, "role": "learner", "is_test_user": False, "sections": sections}
        members = [{"id": new_id(), "person_id": person["id"], **member} for person in people]
        self._insert(Person, people)
        self._insert(Membership, members)
        return [str(member["id"]) for member in members]

    def found_groups(self, groups: Iterable[Sequence[str]], name: str | None = None) -> list[str]:
        """Put memberships in new groups, and return the ids of the groups."""
        founded, places = [], []
        for number, members in enumerate(groups, start=len(self.groups) + 1):
            founded.append({"id": new_id(), "set_id": self.set_id, "number": number, "name": name})
            places += [
                {"set_id": self.set_id, "membership_id": one, "group_id": founded[-1]["id"], "is_aside": False}
                for one in members
            ]
        self._insert(Group, founded)
        self._insert(GroupMember, places)
        ids = [str(group["id"]) for group in founded]
        self.groups += ids
        return ids

    def fill(self, groups: int, size: int, others: int, steps: Sequence[str] = ()) -> None:
        """Found groups of made-up students who each pressed all of these steps."""
        members = self.enrol([f"Student {number:05}" for number in range(groups * size)])
        self.found_groups([members[start : start + size] for start in range(0, len(members), size)])
        members += self.enrol([f"Zonder {number:05}" for number in range(others)])
        self._insert(Done, [{"membership_id": one, "step_id": step} for one in members for step in steps])
        if self.session.get_bind().dialect.name == "postgresql":
            # What the server does by itself within a minute: until then it plans as if the tables were empty.
            self.session.execute(text("ANALYZE"))

    def membership_of(self, name: str) -> str:
        """Return the membership of somebody who came in."""
        found = select(Membership.id).join(Person, Person.id == Membership.person_id)
        here = found.where(Person.display_name == name, Membership.context_id == self.id)
        return self.session.execute(here).scalar_one()

    def agree(self, group_id: str, members: Sequence[str], sealed: bytes = b"sealed") -> None:
        """Let a group have agreements, and these members accept them."""
        day = FrozenClock().now().date()
        self.session.execute(insert(Agreement).values(group_id=group_id, version=1, saved_on=day, text=sealed))
        self._insert(Acceptance, [{"group_id": group_id, "membership_id": one} for one in members])

    def make(self, group_id: str, sealed: bytes = b"sealed", step_id: str = MADE, *, is_handed_in: bool) -> None:
        """Let a group make something."""
        row = {"group_id": group_id, "step_id": step_id, "text": sealed, "is_handed_in": is_handed_in}
        self.session.execute(insert(Product).values(**row, feedback=None))

    def look_after(self, membership_id: str, *group_ids: str) -> None:
        """Let a teacher look after groups."""
        self._insert(GroupTeacher, [{"group_id": one, "membership_id": membership_id} for one in group_ids])

    def _insert(self, table: Any, rows: list[dict[str, Any]]) -> None:
        for start in range(0, len(rows), _AT_ONCE):
            self.session.execute(insert(table), rows[start : start + _AT_ONCE])
