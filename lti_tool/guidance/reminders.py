"""A teacher's reminders to come back to something: a day, and a word that means something to them alone (GRP-8).

The word is encrypted, because it may be a name after all, and padded, because its length would tell names apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, func, select, update

from lti_tool.guidance.models import Reminder
from lti_tool.guidance.policy import KEEP_REMINDERS, LONGEST_WORD, MOST_REMINDERS
from lti_tool.kernel.erasing import by_moment, register_eraser
from lti_tool.kernel.errors import RugzakError
from lti_tool.kernel.ids import new_id
from lti_tool.kernel.key_ring import KeyRingError
from lti_tool.kernel.resealing import register_resealer
from lti_tool.people.models import Membership

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy import Connection
    from sqlalchemy.orm import Session

    from lti_tool.kernel.key_ring import KeyRing

_PURPOSE = "guidance reminder"
_PADDED = LONGEST_WORD * 4
"""A character takes four bytes at most."""
_MOST_AT_ONCE = 5000

# A reminder that has passed its date is not shown, even where no worker has erased it yet.
_MINE = (
    select(Reminder.id, Reminder.due_on, Reminder.handle)
    .where(Reminder.membership_id == bindparam("membership_id"), Reminder.erase_on >= bindparam("today"))
    .order_by(Reminder.due_on, Reminder.id)
    .limit(MOST_REMINDERS)
)
_DUE = select(func.count()).where(
    Reminder.membership_id == bindparam("membership_id"),
    Reminder.due_on <= bindparam("today"),
    Reminder.erase_on >= bindparam("today"),
)


class TooManyRemindersError(RugzakError):
    """Somebody has as many reminders as anybody may have."""


@dataclass(frozen=True)
class ShownReminder:
    """A reminder as its teacher sees it."""

    id: str
    due_on: date
    word: str | None
    """None when the master keys that are set do not open it."""
    is_due: bool


def set_reminder(  # noqa: PLR0913 (each is a column of the row, or what seals it)
    session: Session, key_ring: KeyRing, *, membership_id: str, word: str, due_on: date, today: date
) -> None:
    """Keep a reminder for sixty days.

    :raises TooManyRemindersError: when this teacher has as many as anybody may have.
    """
    # The row of the teacher is held, so that presses at one moment count each other.
    session.execute(select(Membership.id).where(Membership.id == membership_id).with_for_update())
    mine = select(func.count()).where(Reminder.membership_id == membership_id, Reminder.erase_on >= today)
    if session.execute(mine).scalar_one() >= MOST_REMINDERS:
        message = f"a teacher has at most {MOST_REMINDERS} reminders"
        raise TooManyRemindersError(message)
    reminder_id = new_id()
    session.add(
        Reminder(
            id=reminder_id,
            membership_id=membership_id,
            due_on=due_on,
            erase_on=today + KEEP_REMINDERS,
            handle=_seal(key_ring, word, reminder_id, membership_id),
        )
    )
    session.flush()


def read_reminders(
    database: Session | Connection, key_ring: KeyRing, *, membership_id: str, today: date
) -> tuple[ShownReminder, ...]:
    """Return a teacher's reminders, the first to come first."""
    rows = database.execute(_MINE, {"membership_id": membership_id, "today": today}).all()
    return tuple(
        ShownReminder(row.id, row.due_on, _open(key_ring, row.handle, row.id, membership_id), row.due_on <= today)
        for row in rows
    )


def has_due_reminder(database: Session | Connection, membership_id: str, today: date) -> bool:
    """Whether a teacher wanted to come back to something today, or before."""
    return bool(database.execute(_DUE, {"membership_id": membership_id, "today": today}).scalar_one())


def erase_reminder(session: Session, *, membership_id: str, reminder_id: str) -> bool:
    """Erase a reminder at once, and return whether this teacher had it."""
    mine = delete(Reminder).where(Reminder.id == reminder_id, Reminder.membership_id == membership_id)
    erased: Any = session.execute(mine)
    return bool(erased.rowcount)


def erase_old_reminders(session: Session, now: datetime) -> int:
    """Erase the reminders whose sixty days have passed, and return how many there were.

    Days end at midnight UTC here: the worker knows no other, and an hour more or less does not matter.
    """
    old = select(Reminder.id).where(Reminder.erase_on < now.date()).order_by(Reminder.id).limit(_MOST_AT_ONCE)
    found = session.execute(old).scalars().all()
    session.execute(delete(Reminder).where(Reminder.id.in_(found)))
    return len(found)


def reseal_reminders(session: Session, key_ring: KeyRing) -> int:
    """Encrypt every word again, with the newest master key, and return how many there are.

    One that no key opens is left as it is: nobody can read it, and it goes by itself.
    """
    rows = session.execute(select(Reminder.id, Reminder.membership_id, Reminder.handle).order_by(Reminder.id)).all()
    count = 0
    for row in rows:
        word = _open(key_ring, row.handle, row.id, row.membership_id)
        if word is not None:
            sealed = _seal(key_ring, word, row.id, row.membership_id)
            session.execute(update(Reminder).where(Reminder.id == row.id).values(handle=sealed))
            count += 1
    return count


def _seal(key_ring: KeyRing, word: str, reminder_id: str, membership_id: str) -> bytes:
    return key_ring.encrypt(_PURPOSE, word.encode().ljust(_PADDED, b"\0"), bound_to=_place(reminder_id, membership_id))


def _open(key_ring: KeyRing, handle: bytes, reminder_id: str, membership_id: str) -> str | None:
    try:
        plain = key_ring.decrypt(_PURPOSE, handle, bound_to=_place(reminder_id, membership_id))
    except KeyRingError:
        return None
    return plain.rstrip(b"\0").decode()


def _place(reminder_id: str, membership_id: str) -> str:
    return f"guidance_reminder.handle:{reminder_id}:{membership_id}"


register_eraser("guidance_reminder", by_moment(erase_old_reminders))
register_resealer("guidance_reminder", reseal_reminders)
