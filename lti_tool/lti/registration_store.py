"""Keeping what a dynamic registration made."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from sqlalchemy import delete, select

from lti_tool.kernel.ids import new_id
from lti_tool.lti.dynamic_registration import RegistrationReason, RegistrationRefusedError
from lti_tool.lti.models import PlatformKeys, Registration
from lti_tool.lti.registrations import approve_deployment
from lti_tool.lti.tool_configuration import asked_scopes

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from lti_tool.kernel.clock import Clock
    from lti_tool.lti.dynamic_registration import RegistrationAnswer
    from lti_tool.lti.tool_configuration import PlatformConfiguration


@dataclass(frozen=True)
class StoredRegistration:
    """What became of a registration."""

    id: str
    name: str
    is_new: bool


def store_registration(
    session: Session,
    configuration: PlatformConfiguration,
    answer: RegistrationAnswer,
    *,
    only: str | None,
    clock: Clock,
) -> StoredRegistration:
    """Store a new registration, or bring the one with this issuer and client id up to date.

    :param only: our id of the one registration that may be changed; None when it may be a new one.
    :raises RegistrationRefusedError: when that is another registration. Nothing is changed then.
    """
    key = {"issuer": configuration.issuer, "client_id": answer.client_id}
    registration = session.execute(select(Registration).filter_by(**key)).scalar_one_or_none()
    if only is None and registration is not None:
        # Else any invite could turn another's connection to other addresses.
        raise RegistrationRefusedError(RegistrationReason.KNOWN_ALREADY)
    if only is not None and (registration is None or registration.id != only):
        raise RegistrationRefusedError(RegistrationReason.OTHER_CLIENT)
    is_new = registration is None
    if registration is None:
        registration = Registration(id=new_id(), name=_name(configuration), created_at=clock.now(), **key)
        session.add(registration)
    elif registration.jwks_uri != configuration.jwks_uri:
        session.execute(delete(PlatformKeys).filter_by(registration_id=registration.id))
    registration.authorization_endpoint = configuration.authorization_endpoint
    registration.token_endpoint = configuration.token_endpoint
    registration.jwks_uri = configuration.jwks_uri
    registration.family = configuration.family
    registration.token_audience = configuration.token_audience
    granted = {"scopes": answer.scopes, "asked": asked_scopes(configuration), "messages": answer.messages}
    registration.granted = json.dumps(granted)
    session.flush()
    if answer.deployment_id is not None:
        approve_deployment(session, registration.id, answer.deployment_id, clock=clock)
    return StoredRegistration(registration.id, registration.name, is_new)


def check_issuer(session: Session, registration_id: str, issuer: str) -> str:
    """Check that a registration that is to be brought up to date is this platform's, before the platform is asked.

    :returns: its name.
    :raises RegistrationRefusedError: when it is another's, or gone.
    """
    registration = session.get(Registration, registration_id)
    if registration is None or registration.issuer != issuer:
        raise RegistrationRefusedError(RegistrationReason.OTHER_PLATFORM)
    return registration.name


def _name(configuration: PlatformConfiguration) -> str:
    return (configuration.name or urlsplit(configuration.issuer).netloc)[:200]
