"""Who is a coordinator: granted by us for one registration, to a person or to a role of the LMS.

The LMS has no role for it. Somebody who looks after the curriculum of a programme may be a teacher in one course and
nobody in the next; so the operator names them, and the grant works from their next launch on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from marshmallow import ValidationError
from sqlalchemy import delete, select

from lti_tool.kernel.errors import RugzakError
from lti_tool.kernel.ids import new_id
from lti_tool.lti.models import Registration
from lti_tool.lti.roles import full_role_name
from lti_tool.lti.schemas import PlainText
from lti_tool.people.models import CoordinatorGrant

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from lti_tool.kernel.clock import Clock
    from lti_tool.lti.claims import LaunchClaims

_PERSON, _ROLE = "person:", "role:"
_TEXT = PlainText(blank=False)


class GrantError(RugzakError):
    """A coordinator cannot be granted or revoked so."""


class Holder(NamedTuple):
    """Whom a grant is for: one of the two."""

    sub: str | None = None
    """The LMS's id for a person."""
    role: str | None = None
    """A role as it stands in a launch; a short name means the role in a course."""

    @property
    def text(self) -> str:
        """What is stored.

        :raises GrantError: when it is neither or both, or no plain text.
        """
        given = [part for part in self if part]
        if len(given) != 1:
            message = "give either --sub (one person) or --role (everybody with that role)."
            raise GrantError(message)
        try:
            plain = _TEXT.deserialize(given[0])
            # Written out, a short name must still fit.
            name = plain if self.sub else _TEXT.deserialize(full_role_name(plain))
        except ValidationError:
            message = "that cannot be the id of a person or a role: up to 255 characters of plain text."
            raise GrantError(message) from None
        if self.role and "#" in plain and ":" not in plain:
            message = "write the role out in full, http://purl.imsglobal.org/vocab/lis/v2/…, or give its short name."
            raise GrantError(message)
        return f"{_PERSON if self.sub else _ROLE}{name}"


def holders_of(claims: LaunchClaims) -> list[str]:
    """Return under what a grant for this person could stand."""
    return [f"{_PERSON}{claims.subject}", *(f"{_ROLE}{name}" for name in claims.roles.names)]


def grant_coordinator(session: Session, registration_id: str, holder: Holder, *, clock: Clock) -> bool:
    """Make somebody a coordinator from the next launch on.

    :returns: whether it is new.
    :raises GrantError: when there is no such registration, or the holder is not one person or one role.
    """
    text = holder.text
    _check_registration(session, registration_id)
    key = {"registration_id": registration_id, "holder": text}
    if session.execute(select(CoordinatorGrant.id).filter_by(**key)).first():
        return False
    session.add(CoordinatorGrant(id=new_id(), created_at=clock.now(), **key))
    session.flush()
    return True


def revoke_coordinator(session: Session, registration_id: str, holder: Holder) -> bool:
    """Take a grant back. Visits under way go on as they are until they end, twelve hours at most.

    :returns: whether there was one.
    :raises GrantError: as for granting.
    """
    text = holder.text
    _check_registration(session, registration_id)
    key = {"registration_id": registration_id, "holder": text}
    found = session.execute(select(CoordinatorGrant.id).filter_by(**key)).scalar_one_or_none()
    session.execute(delete(CoordinatorGrant).filter_by(**key))
    return found is not None


def list_coordinators(session: Session, registration_id: str) -> Sequence[str]:
    """Return whom grants are for.

    :raises GrantError: when there is no such registration.
    """
    _check_registration(session, registration_id)
    query = select(CoordinatorGrant.holder).filter_by(registration_id=registration_id)
    return session.execute(query.order_by(CoordinatorGrant.holder).limit(1000)).scalars().all()


def _check_registration(session: Session, registration_id: str) -> None:
    if session.get(Registration, registration_id) is None:
        message = f"there is no registration {registration_id!r}; see: flask --app wsgi lti show"
        raise GrantError(message)
