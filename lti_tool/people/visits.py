"""A visit under way: finding who belongs to a session, keeping it alive, and ending it."""

from __future__ import annotations

import hmac
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, delete, select, update

from lti_tool.kernel.erasing import by_moment, register_eraser
from lti_tool.kernel.ids import digest
from lti_tool.lti.roles import LmsRole
from lti_tool.people.member import Member
from lti_tool.people.models import CourseContext, LaunchSession, Membership, Person
from lti_tool.people.roles import Role
from lti_tool.people.roster import unpack_ids

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import Connection
    from sqlalchemy.orm import Session

    from lti_tool.kernel.database import Database

IDLE = timedelta(hours=2)
WARNING = timedelta(minutes=10)
"""How long before its end a visit says so, with one press to go on (WCAG 2.2, 2.2.1)."""
_TOUCH_EVERY = timedelta(minutes=10)
"""At most as long as the warning, so that whoever presses there is certainly noted."""

_FIND = (
    select(
        LaunchSession.id,
        LaunchSession.binding,
        LaunchSession.browser,
        LaunchSession.role,
        LaunchSession.lms_role,
        LaunchSession.is_coordinator,
        LaunchSession.locale,
        LaunchSession.frame_origins,
        LaunchSession.course_url,
        LaunchSession.wants_contrast,
        LaunchSession.brand,
        LaunchSession.touched_at,
        LaunchSession.ends_at,
        LaunchSession.person_id,
        LaunchSession.membership_id,
        Person.registration_id,
        Person.display_name,
        Membership.context_id,
        Membership.sections,
        Membership.sees_own_sections_only,
        CourseContext.title,
    )
    .join(Person, Person.id == LaunchSession.person_id)
    .outerjoin(Membership, Membership.id == LaunchSession.membership_id)
    .outerjoin(CourseContext, CourseContext.id == Membership.context_id)
    .where(
        LaunchSession.token == bindparam("token"),
        LaunchSession.ends_at > bindparam("now"),
        LaunchSession.touched_at > bindparam("idle_since"),
    )
)


class SessionEndedError(Exception):
    """There is no such session, or no more, or it belongs to another browser. We do not say which."""


class Binding(StrEnum):
    """What ties a session to the browser that it was opened in."""

    COOKIE = "cookie"
    AGENT = "agent"
    """What kind of browser it is: all there is where the browser keeps no cookie for us."""


def describe_agent(agent: str) -> str:
    """Return what kind of browser this is, without the numbers in it: an update in between is no other browser."""
    return "".join(char for char in agent[:500] if char.isalpha())


def cookie_name(session_id: str) -> str:
    """Return the name of a session's cookie: one for each session, so that two frames side by side never mix."""
    return f"__Host-s-{session_id[:10]}"


def find_member(  # noqa: PLR0913 (each is something the browser shows, or what it is held against)
    database: Database,
    connection: Connection,
    *,
    token: str,
    cookies: Mapping[str, str],
    agent: str,
    is_framed: bool,
    renews: bool,
    now: datetime,
) -> Member:
    """Find who is behind a token, and keep the session alive.

    :param cookies: the request's cookies; the session's own must be among them, where it has one.
    :param agent: the browser's description of itself.
    :param is_framed: whether the page goes into a frame. A session without a cookie was opened in one and lives in one:
        its address, brought to an address bar, opens nothing.
    :param renews: whether the request counts as use. A page that only looks how long the visit lasts does not.
    :raises SessionEndedError: when there is nobody.
    """
    bounds = {"token": digest(token), "now": now, "idle_since": now - IDLE}
    row = connection.execute(_FIND, bounds).one_or_none()
    if row is None:
        raise SessionEndedError
    if row.binding == Binding.AGENT and not is_framed:
        raise SessionEndedError
    shown = describe_agent(agent) if row.binding == Binding.AGENT else cookies.get(cookie_name(row.id), "")
    if not hmac.compare_digest(digest(shown), row.browser):
        raise SessionEndedError
    touched_at = row.touched_at
    if renews and now - touched_at >= _TOUCH_EVERY:
        _touch(database, connection, row.id, now)
        touched_at = now
    return Member(
        session_id=row.id,
        registration_id=row.registration_id,
        person_id=row.person_id,
        membership_id=row.membership_id,
        context_id=row.context_id,
        role=Role(row.role),
        lms_role=LmsRole(row.lms_role),
        is_coordinator=row.is_coordinator,
        name=row.display_name,
        course_title=row.title,
        locale=row.locale,
        frame_origins=tuple(row.frame_origins.split()),
        course_url=row.course_url,
        wants_contrast=row.wants_contrast,
        brand=row.brand,
        idles_at=touched_at + IDLE,
        ends_at=row.ends_at,
        sections=unpack_ids(row.sections) if row.sees_own_sections_only else None,
    )


def _touch(database: Database, connection: Connection, session_id: str, now: datetime) -> None:
    """Note that the session is in use.

    A page that reads must not commit, so for it this is a transaction of its own. A request that writes has SQLite's
    one write lock already, and would wait for itself.
    """
    change = (
        update(LaunchSession)
        .where(LaunchSession.id == session_id, LaunchSession.touched_at <= now - _TOUCH_EVERY)
        .values(touched_at=now)
    )
    if database.is_writing(connection):
        connection.execute(change)
        return
    with database.session(writes=True) as session, session.begin():
        session.execute(change)


def change_language(session: Session, member: Member, locale: str) -> None:
    """Go on in another language, and begin in it at the next launch, whatever the browser."""
    session.execute(update(LaunchSession).where(LaunchSession.id == member.session_id).values(locale=locale))
    session.execute(update(Person).where(Person.id == member.person_id).values(chosen_locale=locale))


def end_session(session: Session, token: str, *, now: datetime) -> None:
    """End a session on its token alone, so that leaving always works (EXT-4). One that has ended stays so.

    The row stays until its login could no longer be used again; see :func:`erase_ended_sessions`.
    """
    ended = update(LaunchSession).where(LaunchSession.token == digest(token), LaunchSession.ends_at > now)
    session.execute(ended.values(ends_at=now))


def erase_ended_sessions(session: Session, now: datetime) -> int:
    """Erase the sessions that ended more than an hour ago, and return how many there were.

    A login is good for ten minutes, so after an hour the row no longer guards anything.
    """
    long_ago = now - timedelta(hours=1)
    ended = (LaunchSession.ends_at <= long_ago) | (LaunchSession.touched_at <= long_ago - IDLE)
    found = (
        session.execute(select(LaunchSession.id).where(ended).order_by(LaunchSession.id).limit(5000)).scalars().all()
    )
    session.execute(delete(LaunchSession).where(LaunchSession.id.in_(found)))
    return len(found)


register_eraser("launch_session", by_moment(erase_ended_sessions))
