"""Private writing: a group that has agreed, a note that is saved again and again, and a share that a teacher opens."""

from __future__ import annotations

import json
import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from benchmarks.drive import AT_ONCE, Outcome, WrongAnswerError, all_at_once
from benchmarks.lms import COURSE, make_student, make_teacher
from config import load_settings
from lti_tool.curriculum.service import read_module
from lti_tool.groups.agreements import accept_agreement, propose_agreement
from lti_tool.groups.circle import place_member
from lti_tool.groups.policy import AgreementLine
from lti_tool.groups.sealed_texts import SealedTexts
from lti_tool.groups.sets import create_set, open_group
from lti_tool.kernel.clock import Clock
from lti_tool.kernel.database import Database
from lti_tool.kernel.key_ring import KeyRing
from lti_tool.kernel.key_store import KeyStore
from lti_tool.kernel.merging import mark
from lti_tool.notes.choosing import read_choices, share_with
from lti_tool.notes.service import find_note, last_day, read_notes, save_notes, sealed_notes
from lti_tool.notes.step import writing_of
from lti_tool.people.models import CourseContext, Membership, Person
from lti_tool.sharing.consent import give_consent
from lti_tool.sharing.models import Share
from lti_tool.sharing.policy import Audience

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from benchmarks.drive import Visit
    from benchmarks.tool import Tool

_TEXT = "Aan iemands handen zie ik of het te druk is. " * 12
_TOKEN = re.compile(r'name="form_token" value="([^"]*)"')


@dataclass(frozen=True)
class Place:
    """Where it is written and opened."""

    step: str
    prompt: str
    share: str


def prepare(tool: Tool) -> Place:
    """Let students agree and consent, and one of them share with the teacher."""
    settings = load_settings(tool.environment)
    database, key_ring = Database(settings.database_url), KeyRing(settings.master_keys)
    store = KeyStore(Database(settings.keys_database_url), key_ring)
    today = Clock().today(settings.time_zone)
    with database.session(writes=True) as session, session.begin():
        module = read_module(session, "en")
        assert module is not None
        step = next(step for _unit, step in module.steps() if writing_of(step))
        writing = writing_of(step)
        assert writing is not None
        prompt = writing.prompts[0].id
        context_id = session.execute(select(CourseContext.id).where(CourseContext.title == COURSE.title)).scalar_one()
        found = select(Person.subject, Person.id, Membership.id.label("membership_id"))
        people = {
            row.subject: row for row in session.execute(found.join(Membership, Membership.person_id == Person.id))
        }
        students = [people[make_student(number).id] for number in range(AT_ONCE)]
        set_id = create_set(session, context_id, "Benchmark")
        group_id = open_group(session, set_id, 1)
        for one in students:
            give_consent(session, one.id, today)
            place_member(session, set_id=set_id, group_id=group_id, membership_id=one.membership_id)
        lines = [AgreementLine("What is said here stays here.")]
        propose_agreement(session, SealedTexts(key_ring), group_id=group_id, lines=lines, seen=0, today=today)
        for one in students:
            accept_agreement(session, group_id=group_id, membership_id=one.membership_id, seen=1)
        author, sealed = students[-1].membership_id, sealed_notes(store)
        save_notes(
            session, sealed, membership_id=author, step_id=step.id, typed={prompt: _TEXT}, seen={prompt: mark("")},
            keep_until=last_day(today, today),
        )  # fmt: skip
        note = find_note(session, sealed, membership_id=author, note_id=read_notes(session, sealed, author)[0].id)
        assert note is not None
        teacher = people[make_teacher().id].membership_id
        choice = read_choices(session, membership_id=author, context_id=context_id).find(Audience.TEACHER, [teacher])
        assert choice is not None
        share_with(
            session, store, note_id=note.id, membership_id=author, context_id=context_id, audience=Audience.TEACHER,
            chosen=[teacher], seen=choice.mark(note.text or ""), knows_duties=True, today=today, class_ends_on=today,
        )  # fmt: skip
        share_id = session.execute(select(Share.id)).scalar_one()
    for one_database in (database, store.database):
        one_database.engine.dispose()
    return Place(step.id, prompt, share_id)


async def save(visits: Sequence[Visit], step: str, prompt: str, count: int) -> Outcome:
    """Save a note again and again, each time with another text, as a student's page does by itself."""

    def form(number: int) -> dict[str, str]:
        return {f"text-{prompt}": f"{number} {_TEXT}", "by_script": "yes"}

    return await _press(visits, f"/notes/step/{step}", count, form, b'"at"')


async def open_share(visits: Sequence[Visit], share: str, count: int) -> Outcome:
    """Open what somebody shares, again and again; each time it is noted."""
    return await _press(visits, f"/shared/{share}", count, lambda _number: {}, _TEXT.strip().encode())


async def _press(
    visits: Sequence[Visit], path: str, count: int, form: Callable[[int], dict[str, str]], expected: bytes
) -> Outcome:
    outcome, left = Outcome(latencies={"page": []}), iter(range(count))

    async def press(visit: Visit) -> None:
        token = _TOKEN.search(visit.page)
        seen: dict[str, str] = {}
        for number in left:
            began = time.perf_counter()
            own = {"form_token": token[1] if token else "", **form(number), **seen}
            answer = await visit.browser.post(visit.home + path, own)
            outcome.latencies["page"].append(time.perf_counter() - began)
            if answer.status != 200 or expected not in answer.body:
                raise WrongAnswerError(f"a press answered {answer.status}")
            # What is sent next is held against what is kept now.
            seen = json.loads(answer.body)["seen"] if "json" in answer.headers["content-type"] else {}

    await all_at_once(list(visits), press, outcome)
    return outcome
