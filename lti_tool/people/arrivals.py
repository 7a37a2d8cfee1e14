"""Letting somebody in: the person, the course and the membership of one launch, and the session it opens.

This is the launch path, so it speaks SQL through Core: a person who has been here before costs one read and one write.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, bindparam, exists, insert, select
from sqlalchemy.exc import IntegrityError

from lti_tool.kernel.ids import digest, new_id, new_secret
from lti_tool.lti.models import Deployment
from lti_tool.lti.refusals import LaunchRefusedError, Reason
from lti_tool.people.grants import holders_of
from lti_tool.people.member import LONGEST
from lti_tool.people.models import CoordinatorGrant, CourseContext, LaunchSession, Membership, Person
from lti_tool.people.roles import Role, role_from
from lti_tool.people.roster import pack_ids
from lti_tool.people.visits import Binding, describe_agent

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from lti_tool.kernel.database import Database
    from lti_tool.lti.claims import LaunchClaims
    from lti_tool.lti.presentation import Presentation
    from lti_tool.lti.roles import LmsRole

_MOST_OF_IDS = 500
"""How many characters the ids of groups, or of sections, take."""

_FIND = (
    select(
        Deployment.id.label("deployment"),
        Deployment.is_approved,
        exists()
        .where(
            CoordinatorGrant.registration_id == Deployment.registration_id,
            CoordinatorGrant.holder.in_(bindparam("holders", expanding=True)),
        )
        .label("is_coordinator"),
        CourseContext.id.label("context"),
        CourseContext.title,
        Person.id.label("person"),
        Person.display_name,
        Person.chosen_locale,
        Membership.id.label("membership"),
        Membership.role,
        Membership.is_test_user,
        Membership.lms_groups,
        Membership.sections,
        Membership.sees_own_sections_only,
    )
    .select_from(Deployment)
    .outerjoin(
        CourseContext,
        and_(CourseContext.deployment_id == Deployment.id, CourseContext.lms_context_id == bindparam("context_id")),
    )
    .outerjoin(
        Person,
        and_(Person.registration_id == Deployment.registration_id, Person.subject == bindparam("subject")),
    )
    .outerjoin(Membership, and_(Membership.context_id == CourseContext.id, Membership.person_id == Person.id))
    .where(Deployment.registration_id == bindparam("registration_id"), Deployment.deployment_id == bindparam("named"))
)
_OPEN = insert(LaunchSession)
_USED = select(LaunchSession.id).where(LaunchSession.login_state == bindparam("login_state"))


@dataclass(frozen=True)
class NewStanding:
    """Somebody came in as something else in their course than the time before."""

    membership_id: str
    was_student: bool
    is_student: bool
    was_teacher: bool
    is_teacher: bool


@dataclass(frozen=True)
class Arrival:
    """Who came in, where."""

    person_id: str
    membership_id: str | None
    role: Role
    lms_role: LmsRole
    is_coordinator: bool
    chosen_locale: str | None
    """The language that this person chose here before."""
    new_standing: NewStanding | None = None
    """Set where their role in the course is another than at the last launch."""


@dataclass(frozen=True)
class OpenedSession:
    """The secrets of a new session. Only their digests are stored."""

    id: str
    token: str
    cookie: str


def record_arrival(
    database: Database, connection: Connection, claims: LaunchClaims, *, registration_id: str
) -> Arrival:
    """Store what this launch says of the person and the course, where it says something new.

    :raises LaunchRefusedError: when the deployment is new, or was not approved yet. Nothing is written then.
    """
    found = connection.execute(
        _FIND,
        {
            "context_id": claims.context_id,
            "subject": claims.subject,
            "registration_id": registration_id,
            "named": claims.deployment_id,
            "holders": holders_of(claims),
        },
    ).one_or_none()
    if found is None or not found.is_approved:
        refused = LaunchRefusedError(Reason.DEPLOYMENT_WAITING)
        refused.deployment_id = claims.deployment_id
        raise refused
    role = role_from(claims.roles)
    person_id = _keep_person(database, connection, found, claims, registration_id)
    membership_id = None
    if claims.context_id is not None:
        membership_id = _keep_membership(database, connection, found, claims, person_id, role)
    return Arrival(
        person_id,
        membership_id,
        role,
        claims.roles.lms_role,
        bool(found.is_coordinator),
        found.chosen_locale,
        _new_standing(found, role, is_test_user=claims.roles.is_test_user),
    )


def _new_standing(found: Any, role: Role, *, is_test_user: bool) -> NewStanding | None:
    if found.membership is None or (found.role == role and found.is_test_user == is_test_user):
        return None
    return NewStanding(
        str(found.membership),
        was_student=found.role == Role.LEARNER and not found.is_test_user,
        is_student=role is Role.LEARNER and not is_test_user,
        was_teacher=found.role == Role.INSTRUCTOR,
        is_teacher=role is Role.INSTRUCTOR,
    )


def _keep_membership(  # noqa: PLR0913, PLR0917 (each is a part of the row)
    database: Database, connection: Connection, found: Any, claims: LaunchClaims, person_id: str, role: Role
) -> str:
    context_id = _keep_context(database, connection, found, claims)
    values = {"role": role, "is_test_user": claims.roles.is_test_user, **_place_in_course(found, claims)}
    if found.membership is not None and all(getattr(found, name) == value for name, value in values.items()):
        return str(found.membership)
    key = {"context_id": context_id, "person_id": person_id}
    return _upsert(database, connection, Membership, key, values)


def _place_in_course(found: Any, claims: LaunchClaims) -> dict[str, Any]:
    """Return where in the course the LMS says that this person is, as it is stored.

    Groups and sections are what this launch says, and where it says nothing, nothing: who left a group must not stay in
    it with us because the LMS fell silent. A restriction ends by a word of the LMS alone: if silence lifted it, a lost
    parameter would show somebody a whole course. As it is, they see nobody until the LMS speaks again.
    """
    restricted = claims.sees_own_sections_only
    return {
        "lms_groups": pack_ids(claims.lms_groups, _MOST_OF_IDS),
        "sections": pack_ids(claims.sections, _MOST_OF_IDS),
        "sees_own_sections_only": bool(found.sees_own_sections_only) if restricted is None else restricted,
    }


def _keep_person(
    database: Database, connection: Connection, found: Any, claims: LaunchClaims, registration_id: str
) -> str:
    if found.person is not None and found.display_name == claims.name:
        return str(found.person)
    key = {"registration_id": registration_id, "subject": claims.subject}
    return _upsert(database, connection, Person, key, {"display_name": claims.name})


def _keep_context(database: Database, connection: Connection, found: Any, claims: LaunchClaims) -> str:
    if found.context is not None and found.title == claims.context_title:
        return str(found.context)
    key = {"deployment_id": found.deployment, "lms_context_id": claims.context_id}
    return _upsert(database, connection, CourseContext, key, {"title": claims.context_title})


def _upsert(
    database: Database,
    connection: Connection,
    model: type[Person | CourseContext | Membership],
    key: dict[str, Any],
    values: dict[str, Any],
) -> str:
    """Insert or update. Two first launches at the same moment both succeed, and find the same row."""
    statement = database.upsert(model, tuple(key), tuple(values)).returning(model.id)
    return str(connection.execute(statement, {"id": new_id(), **key, **values}).scalar_one())


def is_login_used(connection: Connection, login_state: str) -> bool:
    """Whether a login has opened a session before."""
    found = connection.execute(_USED, {"login_state": digest(login_state)}).first()
    return found is not None


def open_session(  # noqa: PLR0913 (each is one column of the row)
    connection: Connection,
    arrival: Arrival,
    *,
    login_state: str,
    locale: str,
    frame_origins: tuple[str, ...],
    presentation: Presentation,
    binding: Binding,
    agent: str,
    now: datetime,
) -> OpenedSession:
    """Open a session for a checked launch, and record in the same row that its login was used.

    :param binding: what ties it to its browser: a cookie of its own, or what kind of browser it is.
    :param agent: the browser's description of itself.
    :raises LaunchRefusedError: when that login has opened a session before.
    """
    opened = OpenedSession(new_id(), new_secret(), new_secret())
    row = {
        "id": opened.id,
        "login_state": digest(login_state),
        "token": digest(opened.token),
        "binding": binding,
        "browser": digest(opened.cookie if binding is Binding.COOKIE else describe_agent(agent)),
        "person_id": arrival.person_id,
        "membership_id": arrival.membership_id,
        "role": arrival.role,
        "lms_role": arrival.lms_role,
        "is_coordinator": arrival.is_coordinator,
        "locale": locale,
        "frame_origins": " ".join(frame_origins),
        "course_url": presentation.course_url,
        "wants_contrast": presentation.wants_contrast,
        "brand": presentation.brand,
        "touched_at": now,
        "ends_at": now + LONGEST,
    }
    try:
        connection.execute(_OPEN, row)
    except IntegrityError:
        # The only constraint that a checked launch can break is the unique login.
        raise LaunchRefusedError(Reason.REPLAYED) from None
    return opened
