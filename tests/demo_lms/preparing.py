"""Prepares the tool for the demo: the course content, the demo LMS and its coordinator, and a second class.

`make demo` runs `python -m tests.demo_lms.preparing` with the settings of the tool and what it is to know of the LMS.
These are the commands that an operator types. They run in one process: each in its own would start the tool anew.
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from sqlalchemy import select

from lti_tool.app import create_app
from lti_tool.curriculum.class_policy import ClassState, usual_end
from lti_tool.curriculum.classes import set_class
from lti_tool.curriculum.models import CourseClass
from lti_tool.kernel.ids import new_id
from lti_tool.lti.models import Deployment
from lti_tool.people.models import CourseContext
from tests.demo_lms.people import COURSES
from tests.demo_lms.settings import DemoError

if TYPE_CHECKING:
    from click.testing import Result
    from flask import Flask
    from sqlalchemy.orm import Session

    from lti_tool.web.edge import Instruments


def main() -> int:
    """Prepare, and print the address where the LMS begins its logins; what went wrong goes to standard error."""
    lms_url, client_id, deployment_id = sys.argv[1:]
    app = create_app()
    try:
        _call(app, "The course content could not be loaded", "content", "load")
        login_url = _register(app, lms_url, client_id, deployment_id)
    except DemoError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    _leave_second_class_closed(app.extensions["rugzak"])
    sys.stdout.write(f"{login_url}\n")
    return 0


def _register(app: Flask, lms_url: str, client_id: str, deployment_id: str) -> str:
    """Tell the tool about the LMS; a second demo finds itself known already, which is fine."""
    command = {
        "--name": "Hogeschool Voorbeeld",
        "--issuer": lms_url,
        "--client-id": client_id,
        "--authorization-endpoint": f"{lms_url}/authorize",
        "--token-endpoint": f"{lms_url}/token",
        "--jwks-uri": f"{lms_url}/jwks.json",
        "--deployment-id": deployment_id,
    }
    words = [word for pair in command.items() for word in pair]
    done = _run(app, "lti", "register", *words)
    if done.exit_code:
        if "already" in done.output.lower():
            tools: Instruments = app.extensions["rugzak"]
            return f"{tools.settings.base_url}/lti/login"
        raise _failed("The demo LMS could not be registered", done)
    known = json.loads(done.stdout)
    # The coordinator of the demo administers the course in the LMS; that makes them one in the tool.
    grant = ("people", "grant-coordinator", "--registration", known["registration_id"], "--role", "Administrator")
    _call(app, "The coordinator could not be granted", *grant)
    return str(known["login_url"])


def _call(app: Flask, failure: str, *words: str) -> None:
    done = _run(app, *words)
    if done.exit_code:
        raise _failed(failure, done)


def _run(app: Flask, *words: str) -> Result:
    return app.test_cli_runner().invoke(args=words)


def _failed(sentence: str, done: Result) -> DemoError:
    return DemoError(f"{sentence}.\n{done.output.strip() or done.exception}")


def _leave_second_class_closed(tools: Instruments) -> None:
    """Leave the part-time course to be prepared, so that somebody can be its teacher and open it.

    In the demo a class begins open; this one does not, unless a teacher has opened it in an earlier demo.
    """
    today = tools.clock.today(tools.settings.time_zone)
    with tools.database.session(writes=True) as session, session.begin():
        for deployment_id in session.execute(select(Deployment.id).order_by(Deployment.id)).scalars().all():
            context_id = _course(session, deployment_id)
            if session.get(CourseClass, context_id) is None:
                set_class(session, context_id, ClassState(is_open=False, ends_on=usual_end(today)), is_open=False)


def _course(session: Session, deployment_id: str) -> str:
    place = COURSES["sw1b"]
    known = select(CourseContext).filter_by(deployment_id=deployment_id, lms_context_id=place.id)
    course = session.execute(known).scalar_one_or_none()
    if course is None:
        course = CourseContext(id=new_id(), deployment_id=deployment_id, lms_context_id=place.id, title=place.title)
        session.add(course)
        session.flush()
    return course.id


if __name__ == "__main__":
    sys.exit(main())
