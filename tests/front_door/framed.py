"""A browser that keeps no cookies, in a frame of an LMS that stores the secret of a login for it."""

from __future__ import annotations

import dataclasses
import html
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from tests.demo_lms.people import CAST, COURSES
from tests.door import FRAMED, LAUNCH_URL, Visit
from tests.police import PolicingClient

if TYPE_CHECKING:
    from werkzeug.test import TestResponse

    from tests.demo_lms.knobs import Launch
    from tests.door import Door

OWN_PAGE = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Dest": "iframe"}
"""How a form of our own page in the frame is sent."""


def page_data(page: str, mark: str) -> dict[str, str]:
    """Read the data attributes of the one element that has this attribute."""
    (found,) = re.findall(rf"<[a-z]+[^>]* {mark}=[^>]*>", page)
    return {name: html.unescape(value) for name, value in re.findall(r'data-([a-z-]+)="([^"]*)"', found)}


@dataclass(frozen=True)
class Kept:
    """A login in a frame, as the LMS and its storage know it."""

    state: str
    nonce: str
    cookie: tuple[str, str]
    data: dict[str, str]
    """What the page gives its script: target, origin, key and secret."""

    @property
    def secret(self) -> str:
        return self.data["secret"]


@dataclass
class Frame:
    """Comes in without a cookie."""

    door: Door
    headers: dict[str, str] = field(default_factory=dict)
    """What this browser sends with each request, such as its name."""

    @property
    def client(self) -> PolicingClient:
        return self.door.client

    def log_in(self, **changes: str | None) -> Kept:
        """Begin a login, and read what the page in the frame gets."""
        given = self.door.platform.login_fields(LAUNCH_URL, "hint", "message-hint", storage_target="_parent") | changes
        sent = {name: value for name, value in given.items() if value is not None}
        response = self.client.post("/lti/login", data=sent, headers={**FRAMED, **self.headers})
        assert response.status_code == 200, response.text
        data = page_data(response.text, "data-authorization-url")
        asked = dict(parse_qsl(urlsplit(data["authorization-url"]).query))
        (cookie,) = response.headers.getlist("Set-Cookie")
        name, _, value = cookie.partition(";")[0].partition("=")
        return Kept(asked["state"], asked["nonce"], (name, value), data)

    def prepare(self, kept: Kept, person: str = "amina", course: str = "sw1", **options: Any) -> Launch:
        """Return the platform's good answer to a login, not yet posted."""
        place = COURSES[course]
        return self.door.platform.launch(
            CAST[person].person,
            place,
            next(iter(place.links.values())),
            state=kept.state,
            nonce=kept.nonce,
            target_link_uri=LAUNCH_URL,
            now=self.door.clock.now(),
            **options,
        )

    def post(self, launch: Launch, headers: dict[str, str] = FRAMED, **form: str) -> TestResponse:
        """Post a launch into the frame."""
        return self.client.post("/lti/launch", data={**launch.fields(), **form}, headers={**headers, **self.headers})

    def ask(self, kept: Kept, person: str = "amina", course: str = "sw1", **options: Any) -> str:
        """Launch, and return the ticket of the page that asks the platform for the secret."""
        response = self.post(self.prepare(kept, person, course, **options))
        assert response.status_code == 200, response.text
        return read_ticket(response.text)

    def verify(self, ticket: str, value: str, headers: dict[str, str] = OWN_PAGE) -> TestResponse:
        """Bring the ticket back, as the script of our page does."""
        form = {"ticket": ticket, "value": value}
        return self.client.post("/lti/launch/verify", data=form, headers={**headers, **self.headers})

    def enter(self, person: str = "amina", course: str = "sw1", **options: Any) -> Visit:
        """Come in with the secret that the platform kept."""
        kept = self.log_in()
        response = self.verify(self.ask(kept, person, course, **options), kept.secret)
        assert response.status_code == 303, response.text
        return Visit(self.client, response.headers["Location"].rstrip("/"))


def read_ticket(page: str) -> str:
    return html.unescape(page.partition('name="ticket" value="')[2].partition('"')[0])


def frame_of(door: Door, agent: str | None = None) -> Frame:
    """Stand before the tool with a new browser that keeps no cookies."""
    client = door.client.application.test_client(use_cookies=False)
    assert isinstance(client, PolicingClient)
    return Frame(dataclasses.replace(door, client=client), {} if agent is None else {"User-Agent": agent})
