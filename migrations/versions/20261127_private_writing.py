"""Private writing: notes, shares and readers, consent, the audit of openings, and which key store belongs here."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def _id(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=26), nullable=nullable)


def _belongs_to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=f"fk_{table}_{column}_{other}", ondelete="CASCADE")


def upgrade() -> None:
    """Do it."""
    op.create_table(
        "key_store_link",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        _id("store_id"),
        sa.PrimaryKeyConstraint("id", name="pk_key_store_link"),
    )
    op.create_table(
        "notes_note",
        _id("id"),
        _id("membership_id"),
        sa.Column("step_id", sa.String(length=8), nullable=False),
        sa.Column("prompt_id", sa.String(length=20), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("keep_until", sa.Date(), nullable=False),
        _belongs_to("notes_note", "membership_id", "membership"),
        sa.PrimaryKeyConstraint("id", name="pk_notes_note"),
        sa.UniqueConstraint(
            "membership_id", "step_id", "prompt_id", name="uq_notes_note_membership_id_step_id_prompt_id"
        ),
    )
    op.create_table(
        "sharing_consent",
        _id("person_id"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("given_on", sa.Date(), nullable=False),
        _belongs_to("sharing_consent", "person_id", "person"),
        sa.PrimaryKeyConstraint("person_id", name="pk_sharing_consent"),
    )
    op.create_table(
        "sharing_share",
        _id("id"),
        _id("note_id"),
        _id("membership_id"),
        sa.Column("step_id", sa.String(length=8), nullable=False),
        sa.Column("audience", sa.String(length=8), nullable=False),
        _id("group_id", nullable=True),
        sa.Column("pause", sa.String(length=8), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("given", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("audience IN ('group', 'members', 'teacher')", name=op.f("ck_sharing_share_audience")),
        sa.CheckConstraint(
            "pause IS NULL OR pause IN ('newcomer', 'left', 'teacher', 'edited', 'away')",
            name=op.f("ck_sharing_share_pause"),
        ),
        sa.CheckConstraint("(audience = 'teacher') = (group_id IS NULL)", name=op.f("ck_sharing_share_group")),
        _belongs_to("sharing_share", "note_id", "notes_note"),
        _belongs_to("sharing_share", "membership_id", "membership"),
        _belongs_to("sharing_share", "group_id", "groups_group"),
        sa.PrimaryKeyConstraint("id", name="pk_sharing_share"),
        sa.UniqueConstraint("note_id", name="uq_sharing_share_note_id"),
    )
    for column in ("membership_id", "group_id", "ends_on"):
        op.create_index(f"ix_sharing_share_{column}", "sharing_share", [column])
    op.create_table(
        "sharing_reader",
        _id("share_id"),
        _id("membership_id"),
        _belongs_to("sharing_reader", "share_id", "sharing_share"),
        _belongs_to("sharing_reader", "membership_id", "membership"),
        sa.PrimaryKeyConstraint("share_id", "membership_id", name="pk_sharing_reader"),
    )
    op.create_index("ix_sharing_reader_membership_id", "sharing_reader", ["membership_id"])
    op.create_table(
        "audit_event",
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("event", sa.String(length=40), nullable=False),
        _id("share_id"),
        _id("reader_id"),
        _id("author_id"),
        sa.Column("purpose", sa.String(length=8), nullable=False),
        sa.Column("mac", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name="pk_audit_event"),
    )
    for column in ("author_id", "reader_id"):
        op.create_index(f"ix_audit_event_{column}", "audit_event", [column])
    op.create_table(
        "audit_chain",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("first_sequence", sa.Integer(), nullable=False),
        sa.Column("anchor", sa.LargeBinary(length=32), nullable=False),
        sa.Column("last_sequence", sa.Integer(), nullable=False),
        sa.Column("last_mac", sa.LargeBinary(length=32), nullable=False),
        sa.Column("seal", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_chain"),
    )


def downgrade() -> None:
    """Undo it. What was written goes; the key store keeps keys that open nothing any more."""
    for table in (
        "audit_chain",
        "audit_event",
        "sharing_reader",
        "sharing_share",
        "sharing_consent",
        "notes_note",
        "key_store_link",
    ):
        op.drop_table(table)
