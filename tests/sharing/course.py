"""A course in two databases, made without pages: students, a teacher, and two groups of a set in use."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import insert

from lti_tool.curriculum.models import CourseClass
from lti_tool.groups.agreements import accept_agreement, propose_agreement
from lti_tool.groups.circle import place_member
from lti_tool.groups.policy import AgreementLine
from lti_tool.groups.sealed_texts import SealedTexts
from lti_tool.groups.sets import create_set, open_group
from lti_tool.kernel.ids import new_id
from lti_tool.lti.models import Deployment, Registration
from lti_tool.people.models import CourseContext, Membership, Person
from lti_tool.people.roles import Role
from lti_tool.privacy.service import say_yes

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tests.sharing.databases import Addresses, Two

TODAY = date(2026, 11, 26)
ENDS_ON = TODAY + timedelta(days=50)
STEP, PROMPT = "aaaaaaaa", "question"


@dataclass(frozen=True)
class Course:
    """Where everything is: no more than ids, so that another process can have it."""

    addresses: Addresses
    context_id: str
    set_id: str
    group_ids: tuple[str, str]
    students: tuple[str, ...]
    """Their memberships; the first four begin in the first group, and the others in the second."""
    teacher_id: str
    person_ids: dict[str, str]


def begin_course(session: Session) -> tuple[str, str]:
    """Make a registration with a course, whose last day is far away; return the ids of both."""
    registration_id, deployment_id, context_id = new_id(), new_id(), new_id()
    now = datetime.combine(TODAY, time(9), UTC)
    address = dict.fromkeys(("authorization_endpoint", "token_endpoint", "jwks_uri"), "https://lms.example")
    names = {"name": "Hogeschool Voorbeeld", "issuer": registration_id, "client_id": "tool"}
    session.execute(insert(Registration).values(id=registration_id, **names, **address, created_at=now))
    deployment = {"id": deployment_id, "registration_id": registration_id, "deployment_id": "1", "created_at": now}
    session.execute(insert(Deployment).values(**deployment, is_approved=True))
    course = {"id": context_id, "deployment_id": deployment_id, "lms_context_id": "course"}
    session.execute(insert(CourseContext).values(**course))
    session.execute(insert(CourseClass).values(context_id=context_id, is_open=True, ends_on=ENDS_ON))
    return registration_id, context_id


def enter(session: Session, registration_id: str, context_id: str, role: Role, name: str) -> tuple[str, str]:
    """Let somebody into a course, and return the ids of the membership and of the person."""
    person_id, membership_id = new_id(), new_id()
    person = {"id": person_id, "registration_id": registration_id, "subject": person_id, "display_name": name}
    session.execute(insert(Person).values(**person))
    membership = {"id": membership_id, "context_id": context_id, "person_id": person_id, "is_test_user": False}
    session.execute(insert(Membership).values(**membership, role=role))
    return membership_id, person_id


def make_course(two: Two, students: int) -> Course:
    """Make a course in which everybody consents, and has agreed with their group."""
    texts = SealedTexts(two.key_ring)
    with two.main.session(writes=True) as session, session.begin():
        registration_id, context_id = begin_course(session)
        found = [enter(session, registration_id, context_id, Role.LEARNER, "0") for _ in range(students)]
        teacher_id, teachers_person_id = enter(session, registration_id, context_id, Role.INSTRUCTOR, "0")
        person_ids = dict(found)
        for person_id in person_ids.values():
            say_yes(session, two.key_store, person_id, TODAY)
        set_id = create_set(session, context_id, "Groepen")
        group_ids = open_group(session, set_id, 1), open_group(session, set_id, 2)
        for place, who in enumerate(person_ids):
            place_member(session, set_id=set_id, group_id=group_ids[place >= 4], membership_id=who)
        lines = [AgreementLine("Wat hier gezegd wordt, blijft hier.")]
        for group_id in group_ids:
            propose_agreement(session, texts, group_id=group_id, lines=lines, seen=0, today=TODAY)
        for place, who in enumerate(person_ids):
            accept_agreement(session, group_id=group_ids[place >= 4], membership_id=who, seen=1)
    return Course(
        addresses=two.addresses,
        context_id=context_id,
        set_id=set_id,
        group_ids=group_ids,
        students=tuple(person_ids),
        teacher_id=teacher_id,
        person_ids={**person_ids, teacher_id: teachers_person_id},
    )
