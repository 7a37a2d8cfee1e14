"""A class in groups, with something in every place where a page of groups differs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from config import load_demo_keys
from lti_tool.groups.agreements import accept_agreement, propose_agreement
from lti_tool.groups.circle import ask_for_change, place_member, rename_group, set_aside
from lti_tool.groups.invitations import invite_teacher
from lti_tool.groups.policy import AgreementLine
from lti_tool.groups.products import give_feedback, open_again, save_product
from lti_tool.groups.sealed_texts import SealedTexts
from lti_tool.groups.sets import APART, TOGETHER, change_set, create_set, keep_plan, keep_wish, look_after, open_group
from lti_tool.kernel.clock import Clock
from lti_tool.kernel.database import Database
from lti_tool.kernel.key_ring import KeyRing
from lti_tool.kernel.merging import mark
from lti_tool.people.models import Membership, Person
from tests.browser.pages import Lms, Tool
from tests.demo_lms.people import PEOPLE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser
    from sqlalchemy.orm import Session

    from tests.browser.running import RunningDemo

    Enter = Callable[..., Tool]

GROUPS: tuple[str, ...] = (
    "amina bram chiyun daan nameless",
    "esra femke joost kwame",
    "aylin bas cem djamila",
    "eline fatoumata",
    "gijs hannah ilias jade kim lotte",
)
NAME = "De groep van dinsdagmiddag, lokaal 2.14"
LOOSE = ("milan", "noor", "oscar", "priya", "roos")
"""They are in no group, and can choose one."""
AGREEING, LEARNT, GLASSES, LISTENING = "gzvh36if", "lxflq3r4", "o7gwnkbz", "ntqcj5jn"
"""The steps that groups do."""
LINES = (
    "Wat iemand hier vertelt, blijft hier. Is er nu iemand in gevaar, dan halen we hulp.",
    "Niemand hoeft iets over zichzelf te vertellen. Luisteren is ook meedoen.",
    "We beginnen op tijd, en wie later komt schuift aan zonder uitleg.",
)


@dataclass
class ClassInGroups:
    """Who is where."""

    session: Session
    texts: SealedTexts
    members: dict[str, str]
    context_id: str
    set_id: str
    groups: list[str]

    @classmethod
    def begin(cls, session: Session) -> ClassInGroups:
        """Find who came in, and begin a set of groups."""
        found = session.execute(
            select(Person.subject, Membership.id, Membership.context_id).join(
                Membership, Membership.person_id == Person.id
            )
        ).all()
        ids = {row.subject: row for row in found}
        here = {name: ids[person.id] for name, person in PEOPLE.items() if person.id in ids}
        context_id: str = here["amina"].context_id
        set_id = create_set(session, context_id, "Groepen van de eerste helft van het jaar")
        texts = SealedTexts(KeyRing(load_demo_keys()))
        return cls(session, texts, {name: row.id for name, row in here.items()}, context_id, set_id, [])

    def found(self, number: int, names: str) -> str:
        """Put students in a group."""
        group_id = open_group(self.session, self.set_id, number)
        for name in names.split():
            place_member(self.session, set_id=self.set_id, group_id=group_id, membership_id=self.members[name])
        self.groups.append(group_id)
        return group_id

    def agree(self, number: int, names: str) -> None:
        """Let a group have agreements, and these members accept them."""
        group_id = self.groups[number - 1]
        lines = [AgreementLine(line) for line in LINES]
        today = Clock().now().date()
        propose_agreement(self.session, self.texts, group_id=group_id, lines=lines, seen=0, today=today)
        for name in names.split():
            accept_agreement(self.session, group_id=group_id, membership_id=self.members[name], seen=1)

    def make(self, number: int, step_id: str, typed: dict[str, str], *, hands_in: bool = False) -> None:
        """Let a group write something in a step."""
        save_product(
            self.session,
            self.texts,
            group_id=self.groups[number - 1],
            step_id=step_id,
            typed=typed,
            seen=dict.fromkeys(typed, mark("")),
            hands_in=hands_in,
        )


def entering(browser: Browser, demo: RunningDemo) -> Iterator[Enter]:
    """Yield what lets people in, each in a browser of their own, and close these afterwards."""
    contexts = []

    def let_in(person: str, *, script: bool = True, language: str = "nl") -> Tool:
        contexts.append(browser.new_context(java_script_enabled=script, reduced_motion="reduce"))
        page = contexts[-1].new_page()
        if script:
            return Lms(page, demo).open_window(person, language=language)
        page.goto(f"{demo.lms_url}/launch?person={person}&lang={language}&course=sw1&link=line&where=window")
        for _ in range(2):
            page.locator("[data-lms-action=send]").click()
        page.locator("body[data-role]").wait_for()
        return Tool(page.main_frame)

    yield let_in
    for context in contexts:
        context.close()


def arrange(demo: RunningDemo, browser: Browser) -> None:
    """Let a teacher in, and everything be there that a page can show."""
    page = browser.new_page()
    Lms(page, demo).open_window("teacher")
    page.close()
    database = Database(demo.database_url)
    with database.session(writes=True) as session, session.begin():
        here = ClassInGroups.begin(session)
        for number, names in enumerate(GROUPS, start=1):
            here.found(number, names)
        _write(here)
        _look_after(here)
    database.engine.dispose()


def _write(here: ClassInGroups) -> None:
    """One group is under way; another is complete, handed something in, and got something back."""
    rename_group(here.session, here.groups[0], NAME)
    here.agree(1, "amina chiyun")
    set_aside(here.session, set_id=here.set_id, membership_id=here.members["bram"], is_aside=True)
    here.make(1, GLASSES, {"reading-els": "Een gewone drukke middag.\nZe kent dat van thuis."})
    here.agree(2, "esra femke joost kwame")
    here.make(
        2, GLASSES, {"reading-els": "Een drukke middag.", "question-els": "Hoe was het vorige week?"}, hands_in=True
    )
    here.make(2, LISTENING, {"tips": "Wacht tot iemand is uitgepraat."}, hands_in=True)
    for step_id in (GLASSES, LISTENING):
        said = "Jullie vragen zijn open. Kijk nog eens naar de laatste: staat dat er, of is het een bril?"
        give_feedback(here.session, here.texts, group_id=here.groups[1], step_id=step_id, text=said)
    open_again(here.session, group_id=here.groups[1], step_id=LISTENING)


def _look_after(here: ClassInGroups) -> None:
    """A teacher has a plan that waits, a question, an invitation, two to keep apart and two to keep together."""
    who, teacher = here.members, here.members["teacher"]
    look_after(here.session, group_id=here.groups[1], membership_id=teacher)
    for group_id in here.groups[:2]:
        invite_teacher(here.session, group_id=group_id, membership_id=teacher, now=Clock().now())
    ask_for_change(here.session, who["bram"])
    keep_wish(here.session, here.context_id, who["bram"], who["eline"], APART)
    keep_wish(here.session, here.context_id, who["bram"], who["daan"], TOGETHER)
    change_set(here.session, here.set_id, size=7, sign_up_open=True)
    create_set(here.session, here.context_id, "Tweede helft van het jaar")
    planned = {"bram": 4, "eline": 4, "fatoumata": 6, "milan": 5, "noor": 5}
    keep_plan(here.session, here.set_id, {who[name]: number for name, number in planned.items()}, {6: "Dinsdag"})
