"""The front door complete: waiting deployments, invites, keys that rotate, coordinators, sessions without a cookie."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_ADDED: dict[str, tuple[tuple[str, Any, dict[str, Any]], ...]] = {
    "lti_registration": (
        ("family", sa.String(length=40), {"nullable": True}),
        ("token_audience", sa.String(length=1000), {"nullable": True}),
        ("granted", sa.Text(), {"nullable": True}),
    ),
    # Whatever is there was registered by hand, and came in until now.
    "lti_deployment": (("is_approved", sa.Boolean(), {"nullable": False, "server_default": sa.false()}),),
    "lti_platform_keys": (("jwks_uri", sa.String(length=1000), {"nullable": True}),),
    "lti_tool_key": (
        ("status", sa.String(length=10), {"nullable": False, "server_default": "retiring"}),
        ("since", sa.DateTime(), {"nullable": False, "server_default": "1970-01-01 00:00:00"}),
    ),
    "launch_session": (
        ("binding", sa.String(length=6), {"nullable": False, "server_default": "cookie"}),
        ("lms_role", sa.String(length=20), {"nullable": False, "server_default": "unknown"}),
        ("is_coordinator", sa.Boolean(), {"nullable": False, "server_default": sa.false()}),
        ("course_url", sa.String(length=1000), {"nullable": True}),
        ("wants_contrast", sa.Boolean(), {"nullable": False, "server_default": sa.false()}),
        ("brand", sa.String(length=7), {"nullable": True}),
    ),
}


def upgrade() -> None:
    """Do it."""
    for table, columns in _ADDED.items():
        for name, kind, options in columns:
            op.add_column(table, sa.Column(name, kind, **options))
    op.get_bind().execute(sa.table("lti_deployment", sa.column("is_approved")).update().values(is_approved=sa.true()))
    op.execute("UPDATE lti_tool_key SET since = created_at")
    op.execute(
        "UPDATE lti_tool_key SET status = 'current' "
        "WHERE id = (SELECT id FROM lti_tool_key ORDER BY created_at DESC, id LIMIT 1)"
    )
    op.create_table(
        "lti_last_event",
        sa.Column("registration_id", sa.String(length=26), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("claim", sa.String(length=60), nullable=True),
        sa.Column("happened_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["lti_registration.id"],
            name="fk_lti_last_event_registration_id_lti_registration",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("registration_id", "kind", name="pk_lti_last_event"),
    )
    op.create_table(
        "lti_connection_check",
        sa.Column("registration_id", sa.String(length=26), nullable=False),
        sa.Column("started_at", sa.DateTime(), nullable=False),
        sa.Column("finished_at", sa.DateTime(), nullable=True),
        sa.Column("findings", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["lti_registration.id"],
            name="fk_lti_connection_check_registration_id_lti_registration",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("registration_id", name="pk_lti_connection_check"),
    )
    op.create_table(
        "lti_invite",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("secret", sa.String(length=64), nullable=False),
        sa.Column("purpose", sa.String(length=10), nullable=False),
        sa.Column("registration_id", sa.String(length=26), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.Column("claimed_until", sa.DateTime(), nullable=True),
        sa.Column("used_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["lti_registration.id"],
            name="fk_lti_invite_registration_id_lti_registration",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_lti_invite"),
        sa.UniqueConstraint("secret", name="uq_lti_invite_secret"),
    )
    op.create_table(
        "coordinator_grant",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("registration_id", sa.String(length=26), nullable=False),
        sa.Column("holder", sa.String(length=300), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["lti_registration.id"],
            name="fk_coordinator_grant_registration_id_lti_registration",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_coordinator_grant"),
        sa.UniqueConstraint("registration_id", "holder", name="uq_coordinator_grant_registration_id_holder"),
    )
    op.create_table(
        "limit_count",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("period", sa.Integer(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("erase_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("key", "period", name="pk_limit_count"),
    )
    op.create_table(
        "job",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("due_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_job"),
    )


def downgrade() -> None:
    """Undo it."""
    for table in ("job", "limit_count", "coordinator_grant", "lti_invite", "lti_connection_check", "lti_last_event"):
        op.drop_table(table)
    for table, columns in _ADDED.items():
        for name, _, _ in reversed(columns):
            op.drop_column(table, name)
