"""The first tables: registrations and keys, people and their sessions, editions, and what is done."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Do it."""
    op.create_table(
        "curriculum_edition",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("loaded_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_curriculum_edition"),
    )
    op.create_table(
        "lti_registration",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("issuer", sa.String(length=500), nullable=False),
        sa.Column("client_id", sa.String(length=255), nullable=False),
        sa.Column("authorization_endpoint", sa.String(length=1000), nullable=False),
        sa.Column("token_endpoint", sa.String(length=1000), nullable=False),
        sa.Column("jwks_uri", sa.String(length=1000), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_lti_registration"),
        sa.UniqueConstraint("issuer", "client_id", name="uq_lti_registration_issuer_client_id"),
    )
    op.create_table(
        "lti_tool_key",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("public_jwk", sa.Text(), nullable=False),
        sa.Column("private_key", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_lti_tool_key"),
    )
    op.create_table(
        "curriculum_release",
        sa.Column("line_id", sa.String(length=20), nullable=False),
        sa.Column("edition_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["edition_id"], ["curriculum_edition.id"], name="fk_curriculum_release_edition_id_curriculum_edition"
        ),
        sa.PrimaryKeyConstraint("line_id", name="pk_curriculum_release"),
    )
    op.create_table(
        "lti_deployment",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("registration_id", sa.String(length=26), nullable=False),
        sa.Column("deployment_id", sa.String(length=255), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["lti_registration.id"],
            name="fk_lti_deployment_registration_id_lti_registration",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_lti_deployment"),
        sa.UniqueConstraint("registration_id", "deployment_id", name="uq_lti_deployment_registration_id_deployment_id"),
    )
    op.create_table(
        "lti_platform_keys",
        sa.Column("registration_id", sa.String(length=26), nullable=False),
        sa.Column("keys", sa.Text(), nullable=False),
        sa.Column("fetched_at", sa.DateTime(), nullable=True),
        sa.Column("fresh_until", sa.DateTime(), nullable=True),
        sa.Column("tried_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["lti_registration.id"],
            name="fk_lti_platform_keys_registration_id_lti_registration",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("registration_id", name="pk_lti_platform_keys"),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("registration_id", sa.String(length=26), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("display_name", sa.String(length=255), nullable=True),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["lti_registration.id"],
            name="fk_person_registration_id_lti_registration",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_person"),
        sa.UniqueConstraint("registration_id", "subject", name="uq_person_registration_id_subject"),
    )
    op.create_table(
        "course_context",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("deployment_id", sa.String(length=26), nullable=False),
        sa.Column("lms_context_id", sa.String(length=255), nullable=False),
        sa.Column("title", sa.String(length=255), nullable=True),
        sa.ForeignKeyConstraint(
            ["deployment_id"],
            ["lti_deployment.id"],
            name="fk_course_context_deployment_id_lti_deployment",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_course_context"),
        sa.UniqueConstraint("deployment_id", "lms_context_id", name="uq_course_context_deployment_id_lms_context_id"),
    )
    op.create_table(
        "membership",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("context_id", sa.String(length=26), nullable=False),
        sa.Column("person_id", sa.String(length=26), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("is_test_user", sa.Boolean(), nullable=False),
        # op.f: a finished name. Else the naming convention would put its beginning before it once more.
        sa.CheckConstraint("role IN ('learner', 'instructor', 'observer')", name=op.f("ck_membership_role")),
        sa.ForeignKeyConstraint(
            ["context_id"], ["course_context.id"], name="fk_membership_context_id_course_context", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk_membership_person_id_person", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_membership"),
        sa.UniqueConstraint("context_id", "person_id", name="uq_membership_context_id_person_id"),
    )
    op.create_index("ix_membership_person_id", "membership", ["person_id"], unique=False)

    op.create_table(
        "launch_session",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("login_state", sa.String(length=64), nullable=False),
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("browser", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=26), nullable=False),
        sa.Column("membership_id", sa.String(length=26), nullable=True),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("locale", sa.String(length=2), nullable=False),
        sa.Column("frame_origins", sa.String(length=1000), nullable=False),
        sa.Column("touched_at", sa.DateTime(), nullable=False),
        sa.Column("ends_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["membership_id"], ["membership.id"], name="fk_launch_session_membership_id_membership", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk_launch_session_person_id_person", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_launch_session"),
        sa.UniqueConstraint("login_state", name="uq_launch_session_login_state"),
        sa.UniqueConstraint("token", name="uq_launch_session_token"),
    )
    op.create_index("ix_launch_session_person_id", "launch_session", ["person_id"], unique=False)

    op.create_table(
        "progress_done",
        sa.Column("membership_id", sa.String(length=26), nullable=False),
        sa.Column("step_id", sa.String(length=8), nullable=False),
        sa.ForeignKeyConstraint(
            ["membership_id"], ["membership.id"], name="fk_progress_done_membership_id_membership", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("membership_id", "step_id", name="pk_progress_done"),
    )


def downgrade() -> None:
    """Undo it."""
    op.drop_table("progress_done")
    op.drop_index("ix_launch_session_person_id", "launch_session")

    op.drop_table("launch_session")
    op.drop_index("ix_membership_person_id", "membership")

    op.drop_table("membership")
    op.drop_table("course_context")
    op.drop_table("person")
    op.drop_table("lti_platform_keys")
    op.drop_table("lti_deployment")
    op.drop_table("curriculum_release")
    op.drop_table("lti_tool_key")
    op.drop_table("lti_registration")
    op.drop_table("curriculum_edition")
