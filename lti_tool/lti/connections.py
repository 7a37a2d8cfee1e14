"""One connection with a platform as its administrator sees it: whom it lets in, when it worked, what went wrong."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from lti_tool.lti.last_events import LAUNCHED, NOTED_EVERY, REFUSED, read_last_events
from lti_tool.lti.models import Deployment, Registration
from lti_tool.lti.self_check import scopes_to_check

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from lti_tool.lti.models import LastEvent

_MOST_DEPLOYMENTS = 200


@dataclass(frozen=True)
class Connection:
    """What is known of a connection. Nothing in it is about a person."""

    registration: Registration
    approved: Sequence[str]
    """The LMS's ids of the deployments whose launches come in."""
    waiting: Sequence[str]
    events: Sequence[LastEvent]
    scopes: Sequence[str]
    """What the tool would like to use here: what it asked for, else all that it ever asks for."""
    granted: Sequence[str] | None
    """What the platform granted at the registration; None when it was made by hand, and nobody told us."""

    @property
    def last_launch(self) -> datetime | None:
        """When somebody last came in, to within some minutes."""
        return max((event.happened_at for event in self.events if event.kind.startswith(LAUNCHED)), default=None)

    @property
    def works(self) -> bool:
        """Whether somebody came in after the last refusal, or so soon before that the notes cannot tell."""
        refused = max((at for _, _, at in self.refusals), default=None)
        return self.last_launch is not None and (refused is None or refused <= self.last_launch + NOTED_EVERY[LAUNCHED])

    @property
    def refusals(self) -> list[tuple[str, str | None, datetime]]:
        """Why launches were last refused, newest first: the reason's code, the claim it was about, and when."""
        return [
            (event.kind.removeprefix(f"{REFUSED}:"), event.claim, event.happened_at)
            for event in self.events
            if event.kind.startswith(REFUSED)
        ]


def read_connection(session: Session, registration_id: str) -> Connection | None:
    """Read a connection; None when there is none."""
    registration = session.get(Registration, registration_id)
    if registration is None:
        return None
    rows = session.execute(
        select(Deployment.deployment_id, Deployment.is_approved)
        .filter_by(registration_id=registration_id)
        .order_by(Deployment.is_approved, Deployment.deployment_id)  # what waits is never beyond the end
        .limit(_MOST_DEPLOYMENTS)
    ).all()
    granted: dict[str, Any] = json.loads(registration.granted or "{}")
    return Connection(
        registration=registration,
        approved=[row.deployment_id for row in rows if row.is_approved],
        waiting=[row.deployment_id for row in rows if not row.is_approved],
        events=read_last_events(session, registration_id),
        scopes=scopes_to_check(registration),
        granted=granted.get("scopes"),
    )
