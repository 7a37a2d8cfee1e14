"""Fixtures for the cards of an institution: somebody who keeps them, and somebody who reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from lti_tool.people.grants import Holder, grant_coordinator
from tests.coordination.cards import Keeper
from tests.demo_lms.people import PEOPLE

if TYPE_CHECKING:
    from collections.abc import Callable

    from lti_tool.web.edge import Instruments
    from tests.clock import FrozenClock
    from tests.door import Door


@pytest.fixture
def keep(tools: Instruments, clock: FrozenClock) -> Callable[..., Keeper]:
    """Make somebody a coordinator at a door, and let them in."""

    def keep(door: Door, person: str = "coordinator", **options: Any) -> Keeper:
        with tools.database.session(writes=True) as session, session.begin():
            holder = Holder(sub=PEOPLE[person].id)
            grant_coordinator(session, door.registration_id, holder, clock=clock)
        return Keeper(door.enter(person, **options), door.registration_id, tools)

    return keep


@pytest.fixture
def keeper(door: Door, keep: Callable[..., Keeper]) -> Keeper:
    """The coordinator of the one institution there is."""
    return keep(door)
