"""Small groups: sets, groups, agreements, what they make together, and what an LMS says of groups and sections."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def _id(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=26), nullable=False)


def _belongs_to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=f"fk_{table}_{column}_{other}", ondelete="CASCADE")


def upgrade() -> None:
    """Do it."""
    op.add_column("membership", sa.Column("lms_groups", sa.String(length=500), nullable=True))
    op.add_column("membership", sa.Column("sections", sa.String(length=500), nullable=True))
    op.add_column(
        "membership", sa.Column("sees_own_sections_only", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.create_table(
        "groups_set",
        _id("id"),
        _id("context_id"),
        sa.Column("title", sa.String(length=80), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("is_in_use", sa.Boolean(), nullable=False),
        sa.Column("sign_up_open", sa.Boolean(), nullable=False),
        _belongs_to("groups_set", "context_id", "course_context"),
        sa.PrimaryKeyConstraint("id", name="pk_groups_set"),
    )
    op.create_index("ix_groups_set_context_id", "groups_set", ["context_id"])
    # A course has one set in use, also when two teachers begin at the same moment.
    in_use = sa.text("is_in_use")
    op.create_index(
        "uq_groups_set_in_use",
        "groups_set",
        ["context_id"],
        unique=True,
        sqlite_where=in_use,
        postgresql_where=in_use,
    )
    op.create_table(
        "groups_group",
        _id("id"),
        _id("set_id"),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=True),
        _belongs_to("groups_group", "set_id", "groups_set"),
        sa.PrimaryKeyConstraint("id", name="pk_groups_group"),
        sa.UniqueConstraint("set_id", "number", name="uq_groups_group_set_id_number"),
    )
    op.create_table(
        "groups_member",
        _id("set_id"),
        _id("membership_id"),
        _id("group_id"),
        sa.Column("is_aside", sa.Boolean(), nullable=False),
        _belongs_to("groups_member", "set_id", "groups_set"),
        _belongs_to("groups_member", "membership_id", "membership"),
        _belongs_to("groups_member", "group_id", "groups_group"),
        sa.PrimaryKeyConstraint("set_id", "membership_id", name="pk_groups_member"),
    )
    op.create_index("ix_groups_member_membership_id", "groups_member", ["membership_id"])
    op.create_index("ix_groups_member_group_id", "groups_member", ["group_id"])
    _create_pair_table("groups_teacher")
    op.create_table(
        "groups_wish",
        _id("context_id"),
        _id("first_id"),
        _id("second_id"),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.CheckConstraint("kind IN ('apart', 'together')", name=op.f("ck_groups_wish_kind")),
        _belongs_to("groups_wish", "context_id", "course_context"),
        _belongs_to("groups_wish", "first_id", "membership"),
        _belongs_to("groups_wish", "second_id", "membership"),
        sa.PrimaryKeyConstraint("context_id", "first_id", "second_id", name="pk_groups_wish"),
    )
    op.create_index("ix_groups_wish_second_id", "groups_wish", ["second_id"])
    op.create_table(
        "groups_planned_place",
        _id("set_id"),
        _id("membership_id"),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=40), nullable=True),
        _belongs_to("groups_planned_place", "set_id", "groups_set"),
        _belongs_to("groups_planned_place", "membership_id", "membership"),
        sa.PrimaryKeyConstraint("set_id", "membership_id", name="pk_groups_planned_place"),
    )
    op.create_index("ix_groups_planned_place_membership_id", "groups_planned_place", ["membership_id"])
    op.create_table(
        "groups_change_request",
        _id("membership_id"),
        _belongs_to("groups_change_request", "membership_id", "membership"),
        sa.PrimaryKeyConstraint("membership_id", name="pk_groups_change_request"),
    )
    op.create_table(
        "groups_agreement",
        _id("group_id"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("saved_on", sa.Date(), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        _belongs_to("groups_agreement", "group_id", "groups_group"),
        sa.PrimaryKeyConstraint("group_id", name="pk_groups_agreement"),
    )
    _create_pair_table("groups_acceptance")
    op.create_table(
        "groups_product",
        _id("group_id"),
        sa.Column("step_id", sa.String(length=8), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("is_handed_in", sa.Boolean(), nullable=False),
        sa.Column("feedback", sa.LargeBinary(), nullable=True),
        _belongs_to("groups_product", "group_id", "groups_group"),
        sa.PrimaryKeyConstraint("group_id", "step_id", name="pk_groups_product"),
    )
    op.create_index("ix_groups_product_step_id", "groups_product", ["step_id"])
    _create_pair_table("groups_visit", sa.Column("ends_at", sa.DateTime(), nullable=False))


def _create_pair_table(table: str, *more: sa.Column[object]) -> None:
    """Create a table that says something of somebody and a group."""
    op.create_table(
        table,
        _id("group_id"),
        _id("membership_id"),
        *more,
        _belongs_to(table, "group_id", "groups_group"),
        _belongs_to(table, "membership_id", "membership"),
        sa.PrimaryKeyConstraint("group_id", "membership_id", name=f"pk_{table}"),
    )
    op.create_index(f"ix_{table}_membership_id", table, ["membership_id"])


def downgrade() -> None:
    """Undo it."""
    for table in (
        "groups_visit",
        "groups_product",
        "groups_acceptance",
        "groups_agreement",
        "groups_change_request",
        "groups_planned_place",
        "groups_wish",
        "groups_teacher",
        "groups_member",
        "groups_group",
        "groups_set",
    ):
        op.drop_table(table)
    for column in ("sees_own_sections_only", "sections", "lms_groups"):
        op.drop_column("membership", column)
