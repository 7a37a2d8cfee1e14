"""Registering this tool with a platform that an administrator came from: look first, then do it, once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError

from lti_tool.lti.dynamic_registration import (
    RegistrationReason,
    RegistrationRefusedError,
    read_configuration,
    send_request,
)
from lti_tool.lti.invites import (
    CONNECTION_LIFETIME,
    Purpose,
    claim_invite,
    create_invite,
    find_invite,
    release_invite,
    use_invite,
)
from lti_tool.lti.registration_store import check_issuer, store_registration
from lti_tool.lti.tool_configuration import asked_scopes, build_request
from lti_tool.lti.tool_keys import ensure_tool_key

if TYPE_CHECKING:
    from lti_tool.lti.dynamic_registration import RegistrationAnswer
    from lti_tool.lti.outbound import PlatformHttp
    from lti_tool.lti.registration_store import StoredRegistration
    from lti_tool.lti.tool_configuration import PlatformConfiguration
    from lti_tool.web.edge import Instruments


@dataclass(frozen=True)
class Asked:
    """What a platform gave the administrator's browser (LTI Dynamic Registration 1.0, 3.2)."""

    openid_configuration: str
    registration_token: str


@dataclass(frozen=True)
class Prospect:
    """A platform that may be connected, and what it would be asked for."""

    configuration: PlatformConfiguration
    scopes: tuple[str, ...]
    updates: str | None
    """The name of the connection that would be brought up to date; None for a new one."""


@dataclass(frozen=True)
class Connected:
    """A platform that is connected."""

    configuration: PlatformConfiguration
    answer: RegistrationAnswer
    stored: StoredRegistration
    connection_secret: str
    """Opens the page of this connection."""


def check_invite(tools: Instruments, secret: str) -> None:
    """Check that an invite may be used now.

    :raises InviteRefusedError: when it may not.
    """
    with tools.database.session(writes=False) as session:
        find_invite(session, secret, Purpose.REGISTER, tools.clock)


def look_at_platform(tools: Instruments, http: PlatformHttp, secret: str, asked: Asked) -> Prospect:
    """Read who asks to be connected. Changes nothing, here or there.

    :raises InviteRefusedError: when the invite may not be used.
    :raises RegistrationRefusedError: when the platform cannot be connected.
    """
    check_invite(tools, secret)
    configuration = read_configuration(http, asked.openid_configuration, asked.registration_token)
    with tools.database.session(writes=False) as session:
        registration_id = find_invite(session, secret, Purpose.REGISTER, tools.clock).registration_id
        updates = None if registration_id is None else check_issuer(session, registration_id, configuration.issuer)
    return Prospect(configuration, asked_scopes(configuration), updates)


def connect_platform(tools: Instruments, http: PlatformHttp, secret: str, asked: Asked, *, language: str) -> Connected:
    """Register this tool with a platform, and keep what it answers.

    The platform is called between two transactions, because it may take seconds. The invite is claimed in the first and
    used up in the second; when nothing comes of it, it is given back.

    :param language: of the administrator.
    :raises InviteRefusedError: when the invite may not be used.
    :raises RegistrationRefusedError: when the platform cannot be connected, or does not want to be.
    """
    check_invite(tools, secret)
    configuration = read_configuration(http, asked.openid_configuration, asked.registration_token)
    with tools.database.session(writes=True) as session, session.begin():
        invite = find_invite(session, secret, Purpose.REGISTER, tools.clock)
        if invite.registration_id is not None:
            check_issuer(session, invite.registration_id, configuration.issuer)
        if not claim_invite(session, invite.id, tools.clock):
            raise RegistrationRefusedError(RegistrationReason.INVITE_BUSY)
        # Before the platform hears of the tool: it may ask for our keys at once.
        ensure_tool_key(session, tools.key_ring, tools.clock)
    try:
        request = build_request(configuration, base_url=tools.settings.base_url, language=language)
        answer = send_request(http, configuration, asked.registration_token, request)
        with tools.database.session(writes=True) as session, session.begin():
            stored = store_registration(session, configuration, answer, only=invite.registration_id, clock=tools.clock)
            use_invite(session, invite.id, stored.id, tools.clock)
            connection_secret = create_invite(
                session, Purpose.CONNECTION, tools.clock, lifetime=CONNECTION_LIFETIME, registration_id=stored.id
            )
    except SQLAlchemyError:
        # The platform has the tool, and we could not keep that. The lease on the invite ends by itself.
        raise RegistrationRefusedError(RegistrationReason.ANSWER_LOST) from None
    except BaseException:
        with tools.database.session(writes=True) as session, session.begin():
            release_invite(session, invite.id)
        raise
    return Connected(configuration, answer, stored, connection_secret)
