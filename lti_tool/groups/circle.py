"""Reading a student's group, and what comes and goes in it: who is in it, what it agreed, who asked for another one.

Whatever waits for agreements asks :attr:`lti_tool.groups.policy.OwnGroup.has_agreed`, of the group read here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, bindparam, delete, exists, func, insert, select, update
from sqlalchemy.orm import aliased

from lti_tool.groups.models import Acceptance, Agreement, ChangeRequest, Group, GroupMember, GroupSet, Visit
from lti_tool.groups.policy import Companion, OwnGroup
from lti_tool.kernel.database import in_batches, insert_once
from lti_tool.people.models import Membership, Person
from lti_tool.people.roster import by_name, counts_as_student, is_student
from lti_tool.sharing.pausing import (
    leave_groups,
    note_absence,
    note_teacher_gone,
    pause_for_newcomers,
    pause_for_returned,
)
from lti_tool.sharing.policy import Circle

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Connection
    from sqlalchemy.orm import Session

    from lti_tool.people.arrivals import NewStanding

_Mine, _MyMembership = aliased(GroupMember), aliased(Membership)

_GROUP: Any = (
    select(
        Group.id,
        Group.set_id,
        Group.number,
        Group.name,
        Agreement.version,
        GroupMember.membership_id,
        GroupMember.is_aside,
        Person.id.label("person_id"),
        Person.display_name,
        Acceptance.membership_id.is_not(None).label("has_accepted"),
    )
    .select_from(Group)
    .outerjoin(Agreement, Agreement.group_id == Group.id)
    .join(GroupMember, GroupMember.group_id == Group.id)
    .join(Membership, and_(Membership.id == GroupMember.membership_id, is_student))
    .join(Person, Person.id == Membership.person_id)
    .outerjoin(Acceptance, and_(Acceptance.group_id == Group.id, Acceptance.membership_id == GroupMember.membership_id))
    .order_by(*by_name)
)


# Built once: building a statement costs more than running it.
_OWN = (
    _GROUP.join(_Mine, _Mine.group_id == Group.id)
    .join(_MyMembership, and_(_MyMembership.id == _Mine.membership_id, counts_as_student(_MyMembership)))
    .join(GroupSet, and_(GroupSet.id == Group.set_id, GroupSet.is_in_use))
    .where(_Mine.membership_id == bindparam("membership_id"))
)
_BY_ID = _GROUP.where(Group.id == bindparam("group_id"))
_REQUESTED = select(ChangeRequest.membership_id).where(ChangeRequest.membership_id == bindparam("membership_id"))


def read_own_group(database: Session | Connection, membership_id: str) -> OwnGroup | None:
    """Return the group in use of a student; None for who is in none."""
    return _group(database.execute(_OWN, {"membership_id": membership_id}).all())


def read_group(database: Session | Connection, group_id: str) -> OwnGroup | None:
    """Return a group; None for one in which nobody is."""
    return _group(database.execute(_BY_ID, {"group_id": group_id}).all())


def _group(rows: Sequence[Any]) -> OwnGroup | None:
    if not rows:
        return None
    first = rows[0]
    people = tuple(
        Companion(row.membership_id, row.person_id, row.display_name, row.is_aside, row.has_accepted) for row in rows
    )
    return OwnGroup(first.id, first.set_id, first.number, first.name, people, first.version)


def circle_of(group: OwnGroup | None) -> Circle | None:
    """Return a group as the policy of sharing knows it: without whom a teacher set aside."""
    if group is None:
        return None
    active = frozenset(one.membership_id for one in group.active)
    return Circle(group.id, active, frozenset(one.membership_id for one in group.active if one.has_accepted))


def lock_set(session: Session, set_id: str) -> None:
    """Hold a set until this transaction ends, so that two changes of who is where come one after the other.

    Who holds both holds the set before any group, and groups in the order of their ids: nobody then waits in a circle.
    """
    session.execute(select(GroupSet.id).where(GroupSet.id == set_id).with_for_update())


def lock_groups(session: Session | Connection, group_ids: Iterable[str]) -> None:
    """Hold groups until this transaction ends, so that two changes of one come one after the other."""
    ids = sorted(set(group_ids))
    session.execute(select(Group.id).where(Group.id.in_(ids)).order_by(Group.id).with_for_update())


def place_member(session: Session, *, set_id: str, group_id: str, membership_id: str) -> None:
    """Put a student in a group of a set, and take them out of any other one of it.

    The group they come to agrees again, for somebody new can now see what it shares (SHR-9). The one they leave goes
    on.
    """
    lock_set(session, set_id)
    old = _group_of(session, set_id, membership_id)
    if old == group_id:
        return
    lock_groups(session, [group_id] if old is None else [group_id, old])
    take_out(session, set_id, [membership_id])
    row = {"set_id": set_id, "membership_id": membership_id, "group_id": group_id, "is_aside": False}
    session.execute(insert(GroupMember).values(row))
    greet_newcomers(session, [group_id])


def take_out_member(session: Session, *, set_id: str, membership_id: str) -> None:
    """Take a student out of their group of a set, with what they accepted there."""
    lock_set(session, set_id)
    old = _group_of(session, set_id, membership_id)
    if old is not None:
        lock_groups(session, [old])
        take_out(session, set_id, [membership_id])


def _group_of(session: Session, set_id: str, membership_id: str) -> str | None:
    here = select(GroupMember.group_id).where(GroupMember.set_id == set_id, GroupMember.membership_id == membership_id)
    return session.execute(here).scalar_one_or_none()


def take_out(session: Session, set_id: str, membership_ids: Iterable[str]) -> None:
    """Take students out of their groups of a set, with what they accepted and what they shared there.

    Who calls this holds the set and the groups.
    """
    groups = select(Group.id).where(Group.set_id == set_id)
    for some in in_batches(membership_ids):
        session.execute(delete(Acceptance).where(Acceptance.membership_id.in_(some), Acceptance.group_id.in_(groups)))
        session.execute(delete(GroupMember).where(GroupMember.set_id == set_id, GroupMember.membership_id.in_(some)))
        session.execute(delete(ChangeRequest).where(ChangeRequest.membership_id.in_(some)))
        leave_groups(session, some, groups)


def ask_again(session: Session | Connection, group_ids: Iterable[str]) -> None:
    """Let everybody of some groups accept the agreements anew."""
    session.execute(delete(Acceptance).where(Acceptance.group_id.in_(list(group_ids))))


def greet_newcomers(session: Session | Connection, group_ids: Iterable[str]) -> None:
    """Do what is due where somebody new can now see a group: everybody accepts anew, and no teacher looks along.

    What is shared with it pauses (SHR-4). A teacher was invited by other people than these.
    """
    ids = list(group_ids)
    pause_for_newcomers(session, ids)
    ask_again(session, ids)
    session.execute(delete(Visit).where(Visit.group_id.in_(ids)))


def set_aside(session: Session, *, set_id: str, membership_id: str, is_aside: bool) -> None:
    """Set a member aside, or take them back in; no reason is kept.

    Who is aside sees nothing of the group until they agree; the group goes on without them.
    """
    group_id = _group_of(session, set_id, membership_id)
    if group_id is None:
        return
    lock_groups(session, [group_id])
    here = (GroupMember.set_id == set_id) & (GroupMember.membership_id == membership_id)
    change: Any = session.execute(
        update(GroupMember).where(here, GroupMember.is_aside.is_(not is_aside)).values(is_aside=is_aside)
    )
    # Who is back already by accepting keeps that, when a teacher presses on an older page.
    if is_aside and change.rowcount:
        session.execute(
            delete(Acceptance).where(Acceptance.membership_id == membership_id, Acceptance.group_id == group_id)
        )
    if not is_aside:
        pause_for_returned(session, group_id, membership_id)


def follow_standing(connection: Session | Connection, new: NewStanding) -> None:
    """Do what is due where somebody comes in as something else than before: a student who is none now, or the reverse.

    Who becomes a student again is in their groups again, and new there (SHR-4).
    """
    if new.was_teacher and not new.is_teacher:
        note_teacher_gone(connection, new.membership_id)
    if new.was_student and not new.is_student:
        note_absence(connection, new.membership_id)
    if new.is_student and not new.was_student:
        theirs = select(GroupMember.group_id).where(GroupMember.membership_id == new.membership_id)
        ids = connection.execute(theirs).scalars().all()
        lock_groups(connection, ids)
        greet_newcomers(connection, ids)


def rename_group(session: Session, group_id: str, name: str | None) -> None:
    """Say what a group is called; None for its number alone."""
    session.execute(update(Group).where(Group.id == group_id).values(name=name))


def ask_for_change(session: Session, membership_id: str) -> None:
    """Note that a student wants another group. Nobody is told why, for nobody is asked."""
    insert_once(session, ChangeRequest, {"membership_id": membership_id})


def forget_request(session: Session, membership_id: str) -> None:
    """Forget that a student asked for another group."""
    session.execute(delete(ChangeRequest).where(ChangeRequest.membership_id == membership_id))


def has_asked(database: Session | Connection, membership_id: str) -> bool:
    """Whether a student asked for another group."""
    return database.execute(_REQUESTED, {"membership_id": membership_id}).first() is not None


def agreed_groups() -> Any:
    """Return the condition that a group has agreed, for lists of groups: the same as ``OwnGroup.has_agreed``."""
    active = (
        select(GroupMember.membership_id)
        .join(Membership, and_(Membership.id == GroupMember.membership_id, is_student))
        .where(GroupMember.group_id == Group.id, GroupMember.is_aside.is_(False))
    )
    # Of the member's own row, so that what they accepted in another group does not count here.
    accepted = exists().where(
        Acceptance.group_id == GroupMember.group_id, Acceptance.membership_id == GroupMember.membership_id
    )
    return and_(
        exists().where(Agreement.group_id == Group.id),
        active.exists(),
        ~active.where(~accepted).exists(),
    )


def count_members(database: Session | Connection, set_id: str) -> dict[str, int]:
    """Return how many students each group of a set has."""
    found = (
        select(GroupMember.group_id, func.count())
        .join(Membership, and_(Membership.id == GroupMember.membership_id, is_student))
        .where(GroupMember.set_id == set_id)
        .group_by(GroupMember.group_id)
    )
    return {row[0]: row[1] for row in database.execute(found)}
