"""What a group makes together: filling it in, handing it in once for all, and what a teacher does with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, insert, select, update

from lti_tool.groups.circle import lock_groups
from lti_tool.groups.models import Product
from lti_tool.groups.sealed_texts import UnreadableError
from lti_tool.kernel.errors import RugzakError
from lti_tool.kernel.merging import Merged, merge_texts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection
    from sqlalchemy.orm import Session

    from lti_tool.groups.sealed_texts import SealedTexts

_ONE = select(Product.text, Product.is_handed_in, Product.feedback).where(
    Product.group_id == bindparam("group_id"), Product.step_id == bindparam("step_id")
)
_STATES = select(Product.step_id, Product.is_handed_in).where(Product.group_id == bindparam("group_id"))


@dataclass(frozen=True)
class ShownProduct:
    """A product as its group sees it, or its teacher."""

    texts: dict[str, str] = field(default_factory=dict)
    """What stands in each field."""
    is_handed_in: bool = False
    feedback: str | None = None
    is_readable: bool = True
    """False when the keys that are set do not open it."""


class HandedInError(RugzakError):
    """The product is handed in, and nothing in it changes until a teacher opens it again."""


def read_product(database: Session | Connection, texts: SealedTexts, *, group_id: str, step_id: str) -> ShownProduct:
    """Return what a group has made in a step; an empty one when that is nothing yet."""
    row = database.execute(_ONE, {"group_id": group_id, "step_id": step_id}).one_or_none()
    if row is None:
        return ShownProduct()
    found = texts.open_fields(group_id, step_id, row.text)
    feedback = None if row.feedback is None else texts.open_feedback(group_id, step_id, row.feedback)
    return ShownProduct(found or {}, row.is_handed_in, feedback, found is not None)


def read_states(database: Session | Connection, group_id: str) -> dict[str, bool]:
    """Return for each step in which a group began a product whether it is handed in."""
    return {row.step_id: row.is_handed_in for row in database.execute(_STATES, {"group_id": group_id})}


def read_handed_in(database: Session | Connection, group_id: str) -> frozenset[str]:
    """Return the steps in which a group handed something in."""
    return frozenset(step_id for step_id, is_handed_in in read_states(database, group_id).items() if is_handed_in)


def save_product(  # noqa: PLR0913 (each is a part of the row, or what it is held against)
    session: Session,
    texts: SealedTexts,
    *,
    group_id: str,
    step_id: str,
    typed: Mapping[str, str],
    seen: Mapping[str, str],
    hands_in: bool = False,
) -> Merged:
    """Keep what somebody typed, beside what others of the group typed at the same moment.

    :param seen: for each field the mark of what stood there when the page was opened.
    :param hands_in: hand it in as well, unless somebody else changed anything meanwhile: that is read first.
    :raises HandedInError: when it is handed in already.
    :raises UnreadableError: when what is stored cannot be read.
    """
    lock_groups(session, [group_id])
    now = read_product(session, texts, group_id=group_id, step_id=step_id)
    if now.is_handed_in:
        message = "the product is handed in already"
        raise HandedInError(message)
    if not now.is_readable:
        message = "what is stored cannot be opened with the keys that are set"
        raise UnreadableError(message)
    merged = merge_texts(now.texts, typed, seen)
    row = {
        "text": texts.seal_fields(group_id, step_id, merged.texts),
        "is_handed_in": hands_in and not merged.has_unseen,
    }
    _write(session, group_id, step_id, row)
    return merged


def open_again(session: Session, *, group_id: str, step_id: str) -> None:
    """Give a product back to its group, to change it and hand it in once more."""
    here = (Product.group_id == group_id) & (Product.step_id == step_id)
    session.execute(update(Product).where(here).values(is_handed_in=False))


def give_feedback(session: Session, texts: SealedTexts, *, group_id: str, step_id: str, text: str) -> None:
    """Say something of the task to a group, in place of what was said before; an empty text takes it away (CMP-8).

    :raises UnreadableError: when what was said before cannot be read.
    """
    lock_groups(session, [group_id])
    row = session.execute(_ONE, {"group_id": group_id, "step_id": step_id}).one_or_none()
    said = None if row is None else row.feedback
    if said is not None and texts.open_feedback(group_id, step_id, said) is None:
        message = "what was said before cannot be opened with the keys that are set"
        raise UnreadableError(message)
    sealed = texts.seal_feedback(group_id, step_id, text) if text else None
    here = (Product.group_id == group_id) & (Product.step_id == step_id)
    session.execute(update(Product).where(here).values(feedback=sealed))


def _write(session: Session, group_id: str, step_id: str, row: dict[str, Any]) -> None:
    here = (Product.group_id == group_id) & (Product.step_id == step_id)
    if session.execute(select(Product.group_id).where(here)).first() is None:
        session.execute(insert(Product).values(group_id=group_id, step_id=step_id, feedback=None, **row))
    else:
        session.execute(update(Product).where(here).values(**row))
