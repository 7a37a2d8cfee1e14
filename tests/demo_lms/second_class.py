"""Leaves the part-time course of the demo to be prepared, so that somebody can be its teacher and open it.

`make demo` runs `python -m tests.demo_lms.second_class` with the settings of the tool. In the demo a class begins open;
this one does not, unless a teacher has opened it in an earlier demo.
"""

from __future__ import annotations

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

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from lti_tool.web.edge import Instruments


def main() -> int:
    """Do it for every deployment of this database: the demo has one."""
    tools: Instruments = create_app().extensions["rugzak"]
    today = tools.clock.today(tools.settings.time_zone)
    with tools.database.session(writes=True) as session, session.begin():
        for deployment_id in session.execute(select(Deployment.id).order_by(Deployment.id)).scalars().all():
            context_id = _course(session, deployment_id)
            if session.get(CourseClass, context_id) is None:
                set_class(session, context_id, ClassState(is_open=False, ends_on=usual_end(today)), is_open=False)
    return 0


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
