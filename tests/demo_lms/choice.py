"""What a visitor of the demo LMS has chosen: who to be, where, and how the launch is to go.

A choice travels in the query of the demo's own pages. To the tool it goes as a real LMS sends it: in a login
hint and a message hint that mean nothing to anybody else, and that the tool has to bring back unchanged.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any

from itsdangerous import BadData, URLSafeSerializer

from tests.demo_lms.knobs import KNOBS
from tests.demo_lms.people import COURSES, PEOPLE
from tests.demo_lms.tools import LOOKS, SAYS_PARTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.demo_lms.world import Course, Link, Person

LANGUAGES = ("nl", "en")
STORAGE_FRAME = "lti_storage_frame"
STORAGES: dict[str, str | None] = {
    "off": None,
    "parent": "_parent",
    "frame": STORAGE_FRAME,
    "capabilities": None,
    "silent": "_parent",
    "wrong_origin": STORAGE_FRAME,
    "foreign_frame": STORAGE_FRAME,
    "wrong_id": "_parent",
    "wrong_key": "_parent",
    "error": "_parent",
    "wrong_value": "_parent",
    "forgets": "_parent",
}
"""The ways of platform storage, each with the target that the login names."""

IN_A_FRAME = frozenset({"frame", "capabilities", "wrong_origin", "foreign_frame"})
"""The ways of storage in which a frame beside the tool's answers, and not the page."""

OPTIONS: dict[str, tuple[str, ...]] = {
    "lang": LANGUAGES,
    "where": ("frame", "window"),
    "login": ("post", "get"),
    "storage": tuple(STORAGES),
    "storage_from": ("login", "launch"),
    "frame": ("listening", "off"),
    "look": tuple(LOOKS),
    "parts": SAYS_PARTS,
    "deployment": ("1", "2", "3"),
}
"""What can be chosen from a short list, the ordinary choice first."""


class UnknownChoiceError(LookupError):
    """Somebody or something was chosen that is not in this LMS."""


@dataclass(frozen=True)
class Choice:
    """One choice, by the short names that stand in the addresses; no knob means a good launch.

    `tool` is the client id of a tool that registered itself; whether there is one, only the LMS knows.
    """

    person: str
    course: str
    link: str
    lang: str = "nl"
    where: str = "frame"
    login: str = "post"
    knob: str = ""
    storage: str = "off"
    storage_from: str = "login"
    frame: str = "listening"
    look: str = "plain"
    parts: str = "sent"
    deployment: str = "1"
    tool: str = ""

    def __post_init__(self) -> None:
        """Refuse names that are not known; raises UnknownChoiceError."""
        known = (
            self.person in PEOPLE
            and self.course in COURSES
            and self.link in COURSES[self.course].links
            and all(getattr(self, name) in allowed for name, allowed in OPTIONS.items())
            and (not self.knob or self.knob in KNOBS)
        )
        if not known:
            raise UnknownChoiceError

    @classmethod
    def read(cls, values: Mapping[str, str], **given: str) -> Choice:
        """Read a choice from a query or form; raises UnknownChoiceError for what is missing or not known."""
        names = {field.name for field in fields(cls)}
        try:
            return cls(**{name: value for name, value in values.items() if name in names} | given)
        except TypeError as error:
            raise UnknownChoiceError from error

    def query(self) -> dict[str, Any]:  # strings all, but the keywords of url_for are not
        """Give the choice as it stands in an address."""
        return asdict(self)

    def changed(self, **changes: str) -> dict[str, Any]:
        """Give the choice as it stands in an address, with something else in it."""
        return self.query() | changes

    @property
    def storage_target(self) -> str | None:
        """The target of platform storage that the login names, if any."""
        return STORAGES[self.storage]

    @property
    def has_storage_frame(self) -> bool:
        """Whether a frame of the LMS stands beside the tool to keep its data."""
        return self.storage in IN_A_FRAME

    @property
    def other_deployment(self) -> str | None:
        """The id of a deployment that the tool was never told of, or None for the ordinary one."""
        return None if self.deployment == OPTIONS["deployment"][0] else self.deployment

    @property
    def who(self) -> Person:
        """The person chosen."""
        return PEOPLE[self.person]

    @property
    def context(self) -> Course:
        """The course chosen."""
        return COURSES[self.course]

    @property
    def resource(self) -> Link:
        """The link chosen."""
        return self.context.links[self.link]


class Hints:
    """Writes choices into login hints and message hints, and reads them back.

    Signed and not remembered, so that a page still open after a restart of the demo goes on working.
    """

    def __init__(self, secret: bytes) -> None:
        """Take the secret that only this LMS knows."""
        self._people = URLSafeSerializer(secret, "login-hint")
        self._launches = URLSafeSerializer(secret, "message-hint")

    def write(self, choice: Choice) -> tuple[str, str]:
        """Give the login hint (who) and the message hint (what); JSON like Moodle's, which must survive."""
        launch = self._launches.dumps(choice.query())
        return str(self._people.dumps(choice.person)), json.dumps({"cmid": 5, "launchid": launch})

    def read(self, login_hint: str, message_hint: str) -> Choice:
        """Give the choice back; raises UnknownChoiceError for hints that were not given out together."""
        try:
            person = self._people.loads(login_hint)
            choice = Choice.read(self._launches.loads(json.loads(message_hint)["launchid"]))
        except (BadData, ValueError, KeyError, TypeError) as error:
            raise UnknownChoiceError from error
        if choice.person != person:
            raise UnknownChoiceError
        return choice
