"""What a group agrees on: proposing it together, accepting it one by one (GA1, GRP-10)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select, update

from lti_tool.groups.circle import ask_again, lock_groups
from lti_tool.groups.models import Acceptance, Agreement, GroupMember
from lti_tool.groups.sealed_texts import UnreadableError
from lti_tool.kernel.database import insert_once
from lti_tool.kernel.errors import RugzakError
from lti_tool.sharing.pausing import pause_for_returned

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from sqlalchemy import Connection
    from sqlalchemy.orm import Session

    from lti_tool.groups.policy import AgreementLine
    from lti_tool.groups.sealed_texts import SealedTexts


@dataclass(frozen=True)
class AgreementText:
    """The agreements of a group as they stand."""

    version: int
    saved_on: date
    lines: tuple[AgreementLine, ...] | None
    """None when the keys that are set do not open them."""


class AgreementChangedError(RugzakError):
    """Somebody of the group changed the agreements since the page was opened."""


def read_agreement(database: Session | Connection, texts: SealedTexts, group_id: str) -> AgreementText | None:
    """Return the agreements of a group; None while it has proposed nothing."""
    found = select(Agreement.version, Agreement.saved_on, Agreement.text).where(Agreement.group_id == group_id)
    row = database.execute(found).one_or_none()
    if row is None:
        return None
    return AgreementText(row.version, row.saved_on, texts.open_lines(group_id, row.text))


def propose_agreement(  # noqa: PLR0913 (each is a part of the row, or what it is held against)
    session: Session, texts: SealedTexts, *, group_id: str, lines: Sequence[AgreementLine], seen: int, today: date
) -> None:
    """Save a new version, which everybody accepts anew. Saving the same lines changes nothing.

    :param seen: the version that the page showed; 0 for none.
    :raises AgreementChangedError: when there is a newer one by now.
    :raises UnreadableError: when what is stored cannot be read.
    """
    lock_groups(session, [group_id])
    now = read_agreement(session, texts, group_id)
    if now is not None and now.lines is None:
        message = "what is stored cannot be opened with the keys that are set"
        raise UnreadableError(message)
    if now is not None and now.lines == tuple(lines):
        return
    version = 0 if now is None else now.version
    if version != seen:
        message = f"version {version} of the agreements is there already"
        raise AgreementChangedError(message)
    row = {"version": version + 1, "saved_on": today, "text": texts.seal_lines(group_id, lines)}
    if now is None:
        session.execute(insert(Agreement).values(group_id=group_id, **row))
    else:
        session.execute(update(Agreement).where(Agreement.group_id == group_id).values(**row))
    ask_again(session, [group_id])


def accept_agreement(session: Session, *, group_id: str, membership_id: str, seen: int) -> None:
    """Accept the agreements. Who was set aside is back in the group with it (SHR-9).

    :param seen: the version that was read.
    :raises AgreementChangedError: when another one stands by now, so that nobody accepts what they did not read.
    """
    lock_groups(session, [group_id])
    version = session.execute(select(Agreement.version).where(Agreement.group_id == group_id)).scalar_one_or_none()
    if version != seen:
        message = "the agreements have changed since they were read"
        raise AgreementChangedError(message)
    insert_once(session, Acceptance, {"group_id": group_id, "membership_id": membership_id})
    here = (GroupMember.group_id == group_id) & (GroupMember.membership_id == membership_id)
    session.execute(update(GroupMember).where(here).values(is_aside=False))
    pause_for_returned(session, group_id, membership_id)


def take_acceptance_back(session: Session, *, group_id: str, membership_id: str) -> None:
    """Accept no more. Nothing tells that it ever was otherwise."""
    session.execute(
        delete(Acceptance).where(Acceptance.group_id == group_id, Acceptance.membership_id == membership_id)
    )
