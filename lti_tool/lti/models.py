"""Registrations, deployments and keys, as stored. Nothing here is about a person."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.kernel.database import Base, Id

LMS_ID = String(255)
"""The standard allows 255 characters for the ids of users, contexts and deployments (LTI Core 1.3, 5.3)."""


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
    created_at: Mapped[datetime]


class Deployment(Base):
    """One installation of a registration: a site, an institution or a course, as the LMS sees fit."""

    __tablename__ = "lti_deployment"
    __table_args__ = (UniqueConstraint("registration_id", "deployment_id"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    registration_id: Mapped[str] = mapped_column(ForeignKey("lti_registration.id", ondelete="CASCADE"))
    deployment_id: Mapped[str] = mapped_column(LMS_ID)
    """The LMS's own id for it."""
    created_at: Mapped[datetime]


class PlatformKeys(Base):
    """The public keys of one registration's platform, as last fetched: shared by every worker on every machine."""

    __tablename__ = "lti_platform_keys"

    registration_id: Mapped[str] = mapped_column(
        ForeignKey("lti_registration.id", ondelete="CASCADE"), primary_key=True
    )
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
    created_at: Mapped[datetime]
