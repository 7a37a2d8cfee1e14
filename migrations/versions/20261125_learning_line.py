"""The learning line complete: how a class stands, what its teachers keep, the places to go of an institution."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_KINDS = ("teacher", "adviser", "dean", "psychologist", "security", "peer_group", "practitioner", "other")


def _belongs_to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=f"fk_{table}_{column}_{other}", ondelete="CASCADE")


def upgrade() -> None:
    """Do it."""
    op.add_column("person", sa.Column("chosen_locale", sa.String(length=2), nullable=True))
    op.create_table(
        "curriculum_medium",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("media_type", sa.String(length=40), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_curriculum_medium"),
    )
    op.create_table(
        "curriculum_class",
        sa.Column("context_id", sa.String(length=26), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        _belongs_to("curriculum_class", "context_id", "course_context"),
        sa.PrimaryKeyConstraint("context_id", name="pk_curriculum_class"),
    )
    op.create_table(
        "curriculum_held_unit",
        sa.Column("context_id", sa.String(length=26), nullable=False),
        sa.Column("unit_id", sa.String(length=8), nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=False),
        _belongs_to("curriculum_held_unit", "context_id", "course_context"),
        sa.PrimaryKeyConstraint("context_id", "unit_id", name="pk_curriculum_held_unit"),
    )
    op.create_table(
        "guidance_ready",
        sa.Column("membership_id", sa.String(length=26), nullable=False),
        sa.Column("item_id", sa.String(length=8), nullable=False),
        _belongs_to("guidance_ready", "membership_id", "membership"),
        sa.PrimaryKeyConstraint("membership_id", "item_id", name="pk_guidance_ready"),
    )
    op.create_table(
        "guidance_reminder",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("membership_id", sa.String(length=26), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("erase_on", sa.Date(), nullable=False),
        sa.Column("handle", sa.LargeBinary(), nullable=False),
        _belongs_to("guidance_reminder", "membership_id", "membership"),
        sa.PrimaryKeyConstraint("id", name="pk_guidance_reminder"),
    )
    op.create_index("ix_guidance_reminder_membership_id", "guidance_reminder", ["membership_id"])
    op.create_table(
        "coordination_contact",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("registration_id", sa.String(length=26), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("phone", sa.String(length=30), nullable=True),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("web", sa.String(length=500), nullable=True),
        sa.Column("place", sa.String(length=100), nullable=True),
        sa.Column("scope_nl", sa.Text(), nullable=False),
        sa.Column("scope_en", sa.Text(), nullable=False),
        sa.Column("answers_nl", sa.String(length=200), nullable=False),
        sa.Column("answers_en", sa.String(length=200), nullable=False),
        sa.Column("every_page", sa.Boolean(), nullable=False),
        sa.Column("checked_on", sa.Date(), nullable=False),
        sa.CheckConstraint(
            "kind IN (" + ", ".join(f"'{name}'" for name in _KINDS) + ")", name=op.f("ck_coordination_contact_kind")
        ),
        _belongs_to("coordination_contact", "registration_id", "lti_registration"),
        sa.PrimaryKeyConstraint("id", name="pk_coordination_contact"),
    )
    op.create_index("ix_coordination_contact_registration_id", "coordination_contact", ["registration_id"])


def downgrade() -> None:
    """Undo it."""
    for table in (
        "coordination_contact",
        "guidance_reminder",
        "guidance_ready",
        "curriculum_held_unit",
        "curriculum_class",
        "curriculum_medium",
    ):
        op.drop_table(table)
    op.drop_column("person", "chosen_locale")
