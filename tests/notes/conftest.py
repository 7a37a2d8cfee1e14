"""Four students in one group that has agreed, a teacher, and what it takes to write and to share."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from lti_tool.groups.agreements import accept_agreement, propose_agreement
from lti_tool.groups.policy import AgreementLine
from lti_tool.groups.sealed_texts import SealedTexts
from lti_tool.notes.models import Note
from lti_tool.people.models import Membership
from lti_tool.sharing.models import Reader, Share
from tests.groups.conftest import Circle, circle, enter_student, enter_teacher

if TYPE_CHECKING:
    from typing import Any

    from werkzeug.test import TestResponse

    from lti_tool.web.edge import Instruments
    from tests.clock import FrozenClock
    from tests.door import Visit

__all__ = ["circle"]

STEP, PROMPT = "bei6z6uv", "from-living"
"""The private step of the first unit, and its question."""
TEXT = "Aan iemands handen zie ik of het te druk is."
TEACHER = "teacher"


@dataclass
class Ring:
    """A group that has agreed, with everybody inside in a visit of their own."""

    circle: Circle
    tools: Instruments
    clock: FrozenClock
    visits: dict[str, Visit]

    def agree(self, *people: str) -> None:
        """Let people of the group accept its agreements, as they stand or for the first time."""
        texts = SealedTexts(self.tools.key_ring)
        group_id = self.circle.group_id
        with self.tools.database.session(writes=True) as session, session.begin():
            propose_agreement(
                session, texts, group_id=group_id, lines=[AgreementLine("Wat hier gezegd wordt, blijft hier.")],
                seen=0, today=self.tools.clock.now().date(),
            )  # fmt: skip
            for person in people:
                accept_agreement(session, group_id=group_id, membership_id=self.circle.members[person], seen=1)

    def consent(self, person: str) -> None:
        """Say yes to storing what somebody writes."""
        assert self.visits[person].post("/consent", {"agrees": "yes"}).status_code == 303

    def write(self, person: str, text: str = TEXT, **fields: str) -> TestResponse:
        """Write something in the private step, and save it."""
        visit = self.visits[person]
        page = visit.get(f"/step/{STEP}").text
        seen = re.search(rf'name="seen-{PROMPT}" value="([^"]*)"', page)
        marks = {f"seen-{PROMPT}": seen[1]} if seen else {}
        return visit.post(f"/notes/step/{STEP}", {f"text-{PROMPT}": text, **marks, **fields})

    def note_of(self, person: str) -> str | None:
        """Return the id of somebody's note."""
        found = select(Note.id).where(Note.membership_id == self.circle.members[person])
        with self.tools.database.session(writes=False) as session:
            return session.execute(found).scalars().first()

    def share(self, person: str, audience: str = "group", *chosen: str) -> TestResponse:
        """Choose who may read somebody's note, look at the names, and share."""
        visit, note_id = self.visits[person], self.note_of(person)
        ids = [self.id_of(one) for one in chosen]
        field = {"members": "member", "teacher": "teacher"}.get(audience)
        data: dict[str, Any] = {"audience": audience} | ({field: ids} if field else {})
        answer = visit.post(f"/notes/{note_id}/share", data)
        if answer.status_code != 200:
            return answer
        seen = re.search(r'name="seen" value="([^"]*)"', answer.text)
        assert seen is not None
        knows = {"knows": "yes"} if audience == "teacher" else {}
        return visit.post(f"/notes/{note_id}/share/confirm", {**data, **knows, "seen": seen[1]})

    def id_of(self, person: str) -> str:
        """Return the membership of a student of the group, or of the teacher."""
        if person in self.circle.members:
            return self.circle.members[person]
        with self.tools.database.session(writes=False) as session:
            return session.execute(select(Membership.id).where(Membership.role == "instructor")).scalars().one()

    def share_id(self) -> str | None:
        """Return the id of the one share that there is."""
        with self.tools.database.session(writes=False) as session:
            return session.execute(select(Share.id)).scalars().one_or_none()

    def readers(self) -> set[str]:
        """Return the frozen list of the one share that there is."""
        with self.tools.database.session(writes=False) as session:
            return set(session.execute(select(Reader.membership_id)).scalars())

    def pause(self) -> str | None:
        """Return why the one share that there is pauses."""
        with self.tools.database.session(writes=False) as session:
            return session.execute(select(Share.pause)).scalar_one()

    def listed(self, person: str) -> bool:
        """Whether somebody finds anything on the page of what others share with them."""
        page = self.visits[person].get("/shared")
        assert page.status_code == 200
        return "data-share" in page.text

    def open(self, person: str, share_id: str | None = None) -> TestResponse:
        """Press to open a share."""
        return self.visits[person].post(f"/shared/{share_id or self.share_id()}", {})

    def reads(self, person: str, share_id: str | None = None) -> bool:
        """Whether somebody can open a share, and finds it on their page if and only if they can."""
        answer = self.open(person, share_id)
        can = answer.status_code == 200
        assert can == (TEXT in answer.text)
        return can


@pytest.fixture
def ring(circle: Circle, tools: Instruments, clock: FrozenClock) -> Ring:
    """Four students who have agreed, a teacher, and one of them who may write."""
    visits: dict[str, Visit] = {**circle.visits, TEACHER: enter_teacher(circle)}
    ring = Ring(circle, tools, clock, visits)
    ring.agree(*circle.visits)
    ring.consent("amina")
    return ring


@pytest.fixture
def shared(ring: Ring) -> Ring:
    """One of them wrote something, and shares it with the group."""
    ring.write("amina")
    assert ring.share("amina").status_code == 303
    return ring


def join(ring: Ring, person: str, number: int = 1) -> None:
    """Let somebody into the course, and put them in a group."""
    ring.visits[person] = ring.circle.visits[person] = enter_student(ring.circle.door, person)
    ring.circle.read_members()
    ring.circle.place(person, number)
