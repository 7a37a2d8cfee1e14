"""Registering a platform, and finding its registration at a login or a launch."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from marshmallow import Schema, ValidationError, fields
from sqlalchemy import bindparam, delete, func, select
from sqlalchemy.exc import IntegrityError

from lti_tool.kernel.database import insert_once
from lti_tool.kernel.errors import RugzakError
from lti_tool.kernel.ids import ID_LENGTH, new_id
from lti_tool.lti.addresses import check_platform_address, origin_of
from lti_tool.lti.models import Deployment, Registration
from lti_tool.lti.refusals import LaunchRefusedError, Reason
from lti_tool.lti.schemas import PlainText

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import Connection
    from sqlalchemy.orm import Session

    from lti_tool.kernel.clock import Clock
    from lti_tool.kernel.database import Database


MOST_WAITING = 50
"""Deployments of one registration that can wait for approval at once."""


class RegistrationError(RugzakError):
    """What was given to register cannot be a platform."""


@dataclass(frozen=True)
class KnownRegistration:
    """A registration as the launch path reads it."""

    id: str
    issuer: str
    client_id: str
    authorization_endpoint: str
    jwks_uri: str

    @property
    def origins(self) -> tuple[str, ...]:
        """The origins of the LMS itself: the ones that may frame our pages."""
        found = (origin_of(self.issuer), origin_of(self.authorization_endpoint))
        return tuple(dict.fromkeys(origin for origin in found if origin))


_COLUMNS = (
    Registration.id,
    Registration.issuer,
    Registration.client_id,
    Registration.authorization_endpoint,
    Registration.jwks_uri,
)
_BY_ID = select(*_COLUMNS).where(Registration.id == bindparam("id"))
_BY_ISSUER = select(*_COLUMNS).where(Registration.issuer == bindparam("issuer")).order_by(Registration.id).limit(2)
_BY_CLIENT = select(*_COLUMNS).where(
    Registration.issuer == bindparam("issuer"), Registration.client_id == bindparam("client_id")
)


def find_registration(connection: Connection, registration_id: str) -> KnownRegistration:
    """Find a registration by our id.

    :raises LaunchRefusedError: when there is none.
    """
    row = None
    # It comes from an address, and PostgreSQL refuses some characters that an address can hold.
    if len(registration_id) == ID_LENGTH and registration_id.isascii() and registration_id.isalnum():
        row = connection.execute(_BY_ID, {"id": registration_id}).one_or_none()
    if row is None:
        raise LaunchRefusedError(Reason.UNKNOWN_REGISTRATION)
    return KnownRegistration(*row)


def find_for_login(
    connection: Connection, *, registration_id: str | None, issuer: str, client_id: str | None
) -> KnownRegistration:
    """Find the registration that a login is for.

    One issuer may have many registrations (all institutions on one cloud share it), so the client id or our own login
    address decides. What the login names must all fit the one registration found.

    :raises LaunchRefusedError: when there is none, or more than one could be meant.
    """
    if registration_id is not None:
        found = find_registration(connection, registration_id)
        if found.issuer != issuer or client_id not in (None, found.client_id):
            raise LaunchRefusedError(Reason.UNKNOWN_REGISTRATION)
        return found
    if client_id is None:
        rows = connection.execute(_BY_ISSUER, {"issuer": issuer}).all()
    else:
        rows = connection.execute(_BY_CLIENT, {"issuer": issuer, "client_id": client_id}).all()
    if not rows:
        raise LaunchRefusedError(Reason.UNKNOWN_REGISTRATION)
    if len(rows) > 1:
        raise LaunchRefusedError(Reason.AMBIGUOUS_REGISTRATION)
    return KnownRegistration(*rows[0])


class _Address(PlainText):
    """An https address of a platform."""

    def __init__(self, *, loopback: bool) -> None:
        super().__init__(most=500, required=True, blank=False)
        self._loopback = loopback

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs).strip()
        check_platform_address(text, loopback=self._loopback)
        return text


def _schema(*, loopback: bool) -> Schema:
    return Schema.from_dict(
        {
            "name": PlainText(required=True, blank=False, most=200),
            # An issuer is compared to the letter, but it is an address too (OpenID Connect Core, section 2).
            "issuer": _Address(loopback=loopback),
            "client_id": PlainText(required=True, blank=False),
            "authorization_endpoint": _Address(loopback=loopback),
            "token_endpoint": _Address(loopback=loopback),
            "jwks_uri": _Address(loopback=loopback),
            "token_audience": PlainText(load_default=None, allow_none=True, blank=False, most=1000),
            "deployment_ids": fields.List(PlainText(blank=False), required=True),
        }
    )()


def register_platform(
    session: Session, given: Mapping[str, Any], *, clock: Clock, allow_loopback: bool
) -> tuple[str, bool]:
    """Store a platform's registration and its deployments.

    Registering the same issuer and client id again with the same addresses adds deployments and changes nothing else.

    :param given: name, issuer, client_id, authorization_endpoint, token_endpoint, jwks_uri, deployment_ids.
    :returns: our id of the registration, and whether it is new.
    :raises RegistrationError: when a value is wrong, or the registration exists with other addresses.
    """
    try:
        values: dict[str, Any] = _schema(loopback=allow_loopback).load(dict(given))
    except ValidationError as error:
        messages = error.messages_dict
        name = min(messages)
        what = messages[name]
        while isinstance(what, (list, dict)):
            what = what[0] if isinstance(what, list) else next(iter(what.values()))
        option = "deployment-id" if name == "deployment_ids" else name.replace("_", "-")
        message = f"--{option} {str(what).rstrip('.')}."
        raise RegistrationError(message) from None
    deployment_ids = values.pop("deployment_ids")
    key = {"issuer": values["issuer"], "client_id": values["client_id"]}
    registration = session.execute(select(Registration).filter_by(**key)).scalar_one_or_none()
    is_new = registration is None
    if registration is None:
        registration = Registration(id=new_id(), created_at=clock.now(), **values)
        session.add(registration)
    elif different := [
        name
        for name, value in values.items()
        if name != "name" and value is not None and getattr(registration, name) != value
    ]:
        option = different[0].replace("_", "-")
        message = f"this issuer and client id are registered already, with another --{option}; nothing was changed."
        raise RegistrationError(message)
    session.flush()
    for deployment_id in dict.fromkeys(deployment_ids):
        add_deployment(session, registration.id, deployment_id, clock=clock)
    return registration.id, is_new


def add_deployment(session: Session, registration_id: str, deployment_id: str, *, clock: Clock) -> bool:
    """Let the launches of a deployment in, whether it waits, is in already, or has yet to come.

    :returns: whether it was waiting or new.
    """
    key = {"registration_id": registration_id, "deployment_id": deployment_id}
    known = session.execute(select(Deployment).filter_by(**key)).scalar_one_or_none()
    if known is not None and known.is_approved:
        return False
    if known is None:
        known = Deployment(id=new_id(), created_at=clock.now(), **key)
        session.add(known)
    known.is_approved = True
    session.flush()
    return True


def approve_deployment(session: Session, registration_id: str, deployment_id: str, *, clock: Clock) -> bool:
    """Let the launches of a deployment in, for an operator or an administrator: what they give is checked.

    :returns: as :func:`add_deployment`.
    :raises RegistrationError: when there is no such registration, or that cannot be the id of a deployment.
    """
    if session.get(Registration, registration_id) is None:
        message = f"there is no registration {registration_id!r}; see: flask --app wsgi lti show"
        raise RegistrationError(message)
    try:
        deployment_id = PlainText(blank=False).deserialize(deployment_id)
    except ValidationError:
        message = "that cannot be a deployment id: the standard has up to 255 characters of plain text."
        raise RegistrationError(message) from None
    return add_deployment(session, registration_id, deployment_id, clock=clock)


def dismiss_deployment(session: Session, registration_id: str, deployment_id: str) -> None:
    """Take a waiting deployment off the list. It comes back with its next launch."""
    key = {"registration_id": registration_id, "deployment_id": deployment_id, "is_approved": False}
    session.execute(delete(Deployment).filter_by(**key))


def note_waiting_deployment(database: Database, registration_id: str, deployment_id: str, *, now: datetime) -> None:
    """Keep the id of a deployment that a signed launch named and nobody approved yet.

    Only a platform that we trust gets here, but it may be wrong, or be misused: so there is an end to what can wait.
    """
    is_its_own = {"registration_id": registration_id, "deployment_id": deployment_id}
    waiting = select(Deployment.id).filter_by(registration_id=registration_id, is_approved=False)
    count = select(func.count()).select_from(waiting.subquery())
    row = {"id": new_id(), **is_its_own, "is_approved": False, "created_at": now}
    # A registration that was taken away a moment ago has nothing that could wait.
    with suppress(IntegrityError), database.session(writes=True) as session, session.begin():
        if session.execute(select(Deployment.id).filter_by(**is_its_own)).first():
            return
        if session.execute(count).scalar_one() >= MOST_WAITING:
            # The oldest makes room. A real place comes back with its next launch.
            oldest = waiting.order_by(Deployment.created_at, Deployment.id).limit(1).scalar_subquery()
            session.execute(delete(Deployment).where(Deployment.id == oldest))
        insert_once(session, Deployment, row)


def list_registrations(session: Session) -> list[dict[str, Any]]:
    """Return every registration with its deployments, for an operator."""
    found = session.execute(select(Registration).order_by(Registration.name, Registration.id).limit(5000)).scalars()
    deployments: dict[str, dict[str, list[str]]] = {}
    rows = select(Deployment.registration_id, Deployment.deployment_id, Deployment.is_approved)
    for registration_id, deployment_id, is_approved in session.execute(rows.order_by(Deployment.id).limit(50_000)):
        of_one = deployments.setdefault(registration_id, {"approved": [], "waiting": []})
        of_one["approved" if is_approved else "waiting"].append(deployment_id)
    return [
        {
            "registration_id": one.id,
            "name": one.name,
            "issuer": one.issuer,
            "client_id": one.client_id,
            "deployments": deployments.get(one.id, {"approved": [], "waiting": []}),
        }
        for one in found
    ]
