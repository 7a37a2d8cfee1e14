"""What the tests of somebody's rights look at: every row that there is, the sweep, and the last day of a class."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from lti_tool.curriculum.models import CourseClass
from lti_tool.kernel.database import Base
from lti_tool.kernel.key_models import RecordKey
from lti_tool.people.models import CourseContext, Membership
from tests.groups.conftest import circle
from tests.notes.conftest import Ring, ring, shared

if TYPE_CHECKING:
    from datetime import date

    from click.testing import Result
    from sqlalchemy import MetaData

    from lti_tool.kernel.database import Database

__all__ = ["circle", "ring", "shared"]

Rows = dict[str, list[dict[str, Any]]]


def rows_of(database: Database, metadata: MetaData = Base.metadata) -> Rows:
    """Every row of every table, in an order that stays."""
    with database.session(writes=False) as session:
        return {
            table.name: sorted((dict(row) for row in session.execute(select(table)).mappings()), key=repr)
            for table in metadata.sorted_tables
        }


def count(ring: Ring, model: type[Base]) -> int:
    with ring.tools.database.session(writes=False) as session:
        return session.execute(select(func.count()).select_from(model)).scalar_one()


def count_keys(ring: Ring) -> int:
    with ring.tools.key_store.database.session(writes=False) as keys:
        return keys.execute(select(func.count()).select_from(RecordKey)).scalar_one()


def person_of(ring: Ring, person: str) -> str:
    with ring.tools.database.session(writes=False) as session:
        found = select(Membership.person_id).where(Membership.id == ring.id_of(person))
        return session.execute(found).scalar_one()


def run(ring: Ring, *args: str) -> Result:
    """Run a command, as who looks after the server does."""
    return ring.circle.door.client.application.test_cli_runner().invoke(args=list(args))


def run_sweep(ring: Ring) -> dict[str, int]:
    """Run ``privacy sweep``, and return what it says that it erased; what it found nothing of is left out."""
    result = run(ring, "privacy", "sweep")
    assert result.exit_code == 0, result.output
    return {table: number for table, number in json.loads(result.stdout)["erased"].items() if number}


def set_last_day(ring: Ring, day: date) -> None:
    """Let a teacher choose the last day of the class."""
    with ring.tools.database.session(writes=True) as session, session.begin():
        context_id = session.execute(select(CourseContext.id)).scalar_one()
        found = session.get(CourseClass, context_id)
        if found is None:
            session.add(CourseClass(context_id=context_id, is_open=True, ends_on=day))
        else:
            found.ends_on = day


def today(ring: Ring) -> date:
    return ring.clock.today(ring.tools.settings.time_zone)


def take(ring: Ring, person: str, form: str = "machine") -> Any:
    """Download what is kept of somebody."""
    return ring.visits[person].post("/my-data/take-along", {"form": form})
