"""What a group writes, as it is stored: encrypted, bound to its place, and opened only for who may read it.

Whoever controls both the server and its keys could technically read it; ``docs/data.md`` says so (STO-1, STO-2).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sqlalchemy import select, update

from lti_tool.groups.models import Agreement, Product
from lti_tool.groups.policy import AgreementLine
from lti_tool.kernel.errors import RugzakError
from lti_tool.kernel.key_ring import KeyRingError
from lti_tool.kernel.resealing import register_resealer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sqlalchemy.orm import Session

    from lti_tool.kernel.key_ring import KeyRing

_AGREEMENT, _PRODUCT, _FEEDBACK = "group agreement", "group product", "group feedback"


class UnreadableError(RugzakError):
    """The keys that are set do not open what is stored, so nothing may be written over it."""


class SealedTexts:
    """Encrypts and opens what groups write, with the keys of this process."""

    def __init__(self, key_ring: KeyRing) -> None:
        self._key_ring = key_ring

    def seal_lines(self, group_id: str, lines: Sequence[AgreementLine]) -> bytes:
        """Encrypt the lines of an agreement."""
        rows = [[line.text, line.card] for line in lines]
        return self._seal(_AGREEMENT, json.dumps(rows, ensure_ascii=False), group_id)

    def open_lines(self, group_id: str, sealed: bytes) -> tuple[AgreementLine, ...] | None:
        """Return the lines of an agreement; None when the keys that are set do not open it."""
        text = self._open(_AGREEMENT, sealed, group_id)
        return None if text is None else tuple(AgreementLine(*row) for row in json.loads(text))

    def seal_fields(self, group_id: str, step_id: str, texts: Mapping[str, str]) -> bytes:
        """Encrypt what stands in the fields of a product."""
        return self._seal(_PRODUCT, json.dumps(dict(texts), ensure_ascii=False), f"{group_id}:{step_id}")

    def open_fields(self, group_id: str, step_id: str, sealed: bytes) -> dict[str, str] | None:
        """Return what stands in the fields of a product; None when the keys that are set do not open it."""
        text = self._open(_PRODUCT, sealed, f"{group_id}:{step_id}")
        return None if text is None else dict(json.loads(text))

    def seal_feedback(self, group_id: str, step_id: str, text: str) -> bytes:
        """Encrypt what a teacher says of a product."""
        return self._seal(_FEEDBACK, text, f"{group_id}:{step_id}")

    def open_feedback(self, group_id: str, step_id: str, sealed: bytes) -> str | None:
        """Return what a teacher says of a product; None when the keys that are set do not open it."""
        return self._open(_FEEDBACK, sealed, f"{group_id}:{step_id}")

    def _seal(self, purpose: str, text: str, place: str) -> bytes:
        return self._key_ring.encrypt(purpose, text.encode(), bound_to=f"{purpose}:{place}")

    def _open(self, purpose: str, sealed: bytes, place: str) -> str | None:
        try:
            return self._key_ring.decrypt(purpose, sealed, bound_to=f"{purpose}:{place}").decode()
        except KeyRingError:
            return None


def reseal_agreements(session: Session, key_ring: KeyRing) -> int:
    """Encrypt every agreement again, with the newest master key, and return how many there are."""
    texts, count = SealedTexts(key_ring), 0
    for group_id, sealed in session.execute(select(Agreement.group_id, Agreement.text)).all():
        lines = texts.open_lines(group_id, sealed)
        if lines is not None:
            change = update(Agreement).where(Agreement.group_id == group_id)
            session.execute(change.values(text=texts.seal_lines(group_id, lines)))
            count += 1
    return count


def reseal_products(session: Session, key_ring: KeyRing) -> int:
    """Encrypt every product and what teachers said of it again, with the newest master key; return how many."""
    texts, count = SealedTexts(key_ring), 0
    for group_id, step_id, text, feedback in session.execute(
        select(Product.group_id, Product.step_id, Product.text, Product.feedback)
    ).all():
        fields = texts.open_fields(group_id, step_id, text)
        said = None if feedback is None else texts.open_feedback(group_id, step_id, feedback)
        new = {} if fields is None else {"text": texts.seal_fields(group_id, step_id, fields)}
        if said is not None:
            new["feedback"] = texts.seal_feedback(group_id, step_id, said)
        if new:
            session.execute(
                update(Product).where(Product.group_id == group_id, Product.step_id == step_id).values(**new)
            )
            count += 1
    return count


_RESEALERS: dict[str, Callable[[Session, KeyRing], int]] = {
    "groups_agreement": reseal_agreements,
    "groups_product": reseal_products,
}
for _table, _reseal in _RESEALERS.items():
    register_resealer(_table, _reseal)
