"""``roster …``: who takes part in a course, for the operator."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click
from flask.cli import AppGroup

from lti_tool.people.roles import Role
from lti_tool.people.roster import read_courses, read_students, read_teachers
from lti_tool.web.edge import instruments

if TYPE_CHECKING:
    from lti_tool.people.roster import RosterEntry

roster_commands = AppGroup("roster", help="Who takes part in a course.")


@roster_commands.command("courses")
def courses() -> None:
    """List the courses that somebody has come in from. Prints JSON."""
    with instruments().database.session(writes=False) as session:
        found = read_courses(session)
    click.echo(json.dumps([asdict(course) for course in found], indent=1))


@roster_commands.command("show")
@click.option("--course", "course_id", required=True, help="Our id of the course, as roster courses shows it.")
def show(course_id: str) -> None:
    """Show who teaches in a course and who its students are, by name. Prints JSON."""
    with instruments().database.session(writes=False) as session:
        (course,) = read_courses(session, course_id)
        people = [_describe(entry, Role.INSTRUCTOR) for entry in read_teachers(session, course_id)]
        people += [_describe(entry, Role.LEARNER) for entry in read_students(session, course_id)]
    click.echo(json.dumps({**asdict(course), "people": people}, indent=1))


def _describe(entry: RosterEntry, role: Role) -> dict[str, Any]:
    return {
        "membership_id": entry.membership_id,
        "name": entry.name,
        "role": role,
        "sections": sorted(entry.sections),
        "lms_groups": sorted(entry.lms_groups),
    }
