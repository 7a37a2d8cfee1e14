"""A browser and a platform at the tool's front door, for tests that need somebody inside."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from tests.demo_lms.people import CAST, COURSES
from tests.demo_lms.platform import KNOBS, Platform
from tests.police import BASE_URL

if TYPE_CHECKING:
    from collections.abc import Callable

    from werkzeug.test import TestResponse

    from tests.clock import FrozenClock
    from tests.demo_lms.knobs import Launch
    from tests.police import PolicingClient

LAUNCH_URL = f"{BASE_URL}/lti/launch"
FRAMED = {"Sec-Fetch-Dest": "iframe", "Sec-Fetch-Site": "cross-site"}
TOP_LEVEL = {"Sec-Fetch-Dest": "document", "Sec-Fetch-Site": "cross-site"}


@dataclass
class Door:
    """One platform, and one browser that it sends people with."""

    client: PolicingClient
    platform: Platform
    clock: FrozenClock
    registration_id: str
    asked: dict[str, str] = field(default_factory=dict)
    """What the tool asked the platform at the last login."""

    def log_in(self, **changes: str | None) -> TestResponse:
        """Begin a login as the platform does, in a window of its own."""
        fields = self.platform.login_fields(LAUNCH_URL, "hint", "message-hint") | changes
        given = {name: value for name, value in fields.items() if value is not None}
        response = self.client.post("/lti/login", data=given, headers=TOP_LEVEL)
        if response.status_code == 302:
            query = parse_qs(urlsplit(response.headers["Location"]).query)
            self.asked = {name: values[0] for name, values in query.items()}
        return response

    def prepare(self, person: str = "amina", course: str = "sw1", **options: Any) -> Launch:
        """Log in, and return the platform's good answer, not yet posted."""
        assert self.log_in().status_code == 302
        place = COURSES[course]
        return self.platform.launch(
            CAST[person].person,
            place,
            next(iter(place.links.values())),
            state=self.asked["state"],
            nonce=self.asked["nonce"],
            target_link_uri=LAUNCH_URL,
            now=self.clock.now(),
            **options,
        )

    def post(self, launch: Launch) -> TestResponse:
        """Post a launch as the browser does for the platform."""
        return self.client.post("/lti/launch", data=launch.fields(), headers=TOP_LEVEL)

    def launch(
        self,
        person: str = "amina",
        course: str = "sw1",
        *,
        knob: str | None = None,
        spoil: Callable[[Launch], None] | None = None,
        **options: Any,
    ) -> TestResponse:
        """Do a whole login and launch, spoiled or not, and return the answer to the launch."""
        launch = self.prepare(person, course, **options)
        if knob is not None:
            KNOBS[knob].spoil(launch)
        if spoil is not None:
            spoil(launch)
        return self.post(launch)

    def enter(self, person: str = "amina", course: str = "sw1", **options: Any) -> Visit:
        """Launch and come in."""
        response = self.launch(person, course, **options)
        assert response.status_code == 303, response.text
        return Visit(self.client, response.headers["Location"].rstrip("/"))


@dataclass
class Visit:
    """Somebody inside: a browser and the address of its session."""

    client: PolicingClient
    home: str

    def get(self, path: str = "/", **kwargs: Any) -> TestResponse:
        return self.client.get(self.home + path, **kwargs)

    def post(self, path: str, data: dict[str, str], **kwargs: Any) -> TestResponse:
        """Press a button of a page: with its hidden token, from the tool's own site."""
        token = form_token(self.get().text)
        kwargs.setdefault("headers", {"Sec-Fetch-Site": "same-origin"})
        return self.client.post(self.home + path, data={"form_token": token, **data}, **kwargs)


def form_token(html: str) -> str:
    return html.partition('name="form_token" value="')[2].partition('"')[0]
