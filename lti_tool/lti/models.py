"""Registrations, deployments and keys, as stored. Nothing here is about a person."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, LargeBinary, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.kernel.database import Base, Id

LMS_ID = String(255)
"""The standard allows 255 characters for the ids of users, contexts and deployments (LTI Core 1.3, 5.3)."""
DIGEST = String(64)
"""What is stored instead of a secret: its SHA-256 in hex."""


class Registration(Base):
    """Trust between one LMS and this tool: one issuer with one client id."""

    __tablename__ = "lti_registration"
    __table_args__ = (UniqueConstraint("issuer", "client_id"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    """What the institution is called, for the operator."""
    issuer: Mapped[str] = mapped_column(String(500))
    """Not unique: all institutions on one cloud LMS share an issuer."""
    client_id: Mapped[str] = mapped_column(LMS_ID)
    authorization_endpoint: Mapped[str] = mapped_column(String(1000))
    token_endpoint: Mapped[str] = mapped_column(String(1000))
    jwks_uri: Mapped[str] = mapped_column(String(1000))
    family: Mapped[str | None] = mapped_column(String(40))
    """The platform's ``product_family_code``, such as ``moodle`` or ``canvas``, where it told us."""
    token_audience: Mapped[str | None] = mapped_column(String(1000))
    """Whom a request for an access token is addressed to, where that is not the token endpoint itself."""
    granted: Mapped[str | None] = mapped_column(Text)
    """JSON: what the platform granted at a dynamic registration (scopes, messages); empty for one made by hand."""
    created_at: Mapped[datetime]


class Deployment(Base):
    """One installation of a registration: a site, an institution or a course, as the LMS sees fit."""

    __tablename__ = "lti_deployment"
    __table_args__ = (UniqueConstraint("registration_id", "deployment_id"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    registration_id: Mapped[str] = mapped_column(ForeignKey("lti_registration.id", ondelete="CASCADE"))
    deployment_id: Mapped[str] = mapped_column(LMS_ID)
    """The LMS's own id for it."""
    is_approved: Mapped[bool] = mapped_column(Boolean, server_default=false())
    """Whether launches come in. One that the tool met in a launch waits until an administrator approves it."""
    created_at: Mapped[datetime]


class LastEvent(Base):
    """When something last happened on a connection: a launch that came in one way, a refusal for one reason.

    It is for the administrator's page. It names nobody, counts nothing, and is written now and then (see
    :mod:`lti_tool.lti.last_events`), so that neither a class nor a flood writes a row for each of its launches.
    """

    __tablename__ = "lti_last_event"

    registration_id: Mapped[str] = mapped_column(
        ForeignKey("lti_registration.id", ondelete="CASCADE"), primary_key=True
    )
    kind: Mapped[str] = mapped_column(String(60), primary_key=True)
    """``launched:<way>`` or ``refused:<reason>``."""
    claim: Mapped[str | None] = mapped_column(String(60))
    """Which claim a refusal was about."""
    happened_at: Mapped[datetime]


class ConnectionCheck(Base):
    """What the last look at a connection found. It is done apart from the request that asks for it."""

    __tablename__ = "lti_connection_check"

    registration_id: Mapped[str] = mapped_column(
        ForeignKey("lti_registration.id", ondelete="CASCADE"), primary_key=True
    )
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    findings: Mapped[str | None] = mapped_column(Text)
    """JSON: codes and numbers, of the platform and never of a person."""


class Invite(Base):
    """A secret address that was given to an administrator: to register a platform once, or to look after one."""

    __tablename__ = "lti_invite"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    secret: Mapped[str] = mapped_column(DIGEST, unique=True)
    """Digest of the secret in the address."""
    purpose: Mapped[str] = mapped_column(String(10))
    """``register`` (works once) or ``connection`` (works until it expires)."""
    registration_id: Mapped[str | None] = mapped_column(ForeignKey("lti_registration.id", ondelete="CASCADE"))
    """The registration it is for, or that it made."""
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    claimed_until: Mapped[datetime | None]
    """While a registration is under way: nobody else can use the invite before this moment."""
    used_at: Mapped[datetime | None]


class PlatformKeys(Base):
    """The public keys of one registration's platform, as last fetched: shared by every worker on every machine."""

    __tablename__ = "lti_platform_keys"

    registration_id: Mapped[str] = mapped_column(
        ForeignKey("lti_registration.id", ondelete="CASCADE"), primary_key=True
    )
    jwks_uri: Mapped[str | None] = mapped_column(String(1000))
    """Where they were fetched: what another address said counts for nothing."""
    keys: Mapped[str] = mapped_column(Text)
    """A JSON Web Key Set, with only the keys that may sign a launch."""
    fetched_at: Mapped[datetime | None]
    fresh_until: Mapped[datetime | None]
    tried_at: Mapped[datetime]
    """When a worker last asked; an unknown key id makes us ask again at most once a minute."""


class ToolKey(Base):
    """One of our own key pairs, with which we sign what we send to an LMS."""

    __tablename__ = "lti_tool_key"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    """The key id: the key's RFC 7638 thumbprint."""
    public_jwk: Mapped[str] = mapped_column(Text)
    private_key: Mapped[bytes] = mapped_column(LargeBinary)
    """PKCS 8, encrypted with the master key and bound to this id."""
    status: Mapped[str] = mapped_column(String(10), server_default="retiring")
    """``next`` (published, not yet used), ``current`` (signs) or ``retiring`` (published, signs no more)."""
    since: Mapped[datetime] = mapped_column(server_default="1970-01-01 00:00:00")
    """When it came to have this status."""
    created_at: Mapped[datetime]
