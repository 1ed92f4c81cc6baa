"""The letter is made and sent: its drafts, their versions, and one row for each issue and subscriber."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.create_table(
        "letter_edition",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("month", sa.String(7), nullable=False),
        sa.Column("title", sa.String(400), nullable=False),
        sa.Column("sections", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("scheduled_at", sa.BigInteger(), nullable=True),
        sa.Column("started_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("trouble", sa.String(80), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_by", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("number"),
        sa.ForeignKeyConstraint(["changed_by"], ["staff.id"]),
    )
    op.create_index("ix_letter_edition_state", "letter_edition", ["state"])
    op.create_table(
        "letter_version",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("title", sa.String(400), nullable=False),
        sa.Column("sections", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("number", "version"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"]),
    )
    op.create_table(
        "letter_delivery",
        sa.Column("subscriber", sa.LargeBinary(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("claimed_by", sa.String(40), nullable=True),
        sa.Column("reason", sa.String(80), nullable=False),
        sa.PrimaryKeyConstraint("subscriber", "number"),
        sqlite_with_rowid=False,
    )
    op.create_index("letter_delivery_due", "letter_delivery", ["number", "state", "due_at"])
    op.create_index("letter_delivery_claimed", "letter_delivery", ["claimed_by"])
    op.add_column(
        "letter_subscriber", sa.Column("bounces", sa.Integer(), nullable=False, server_default=sa.text("0"))
    )
    op.add_column("letter_subscriber", sa.Column("paused_at", sa.BigInteger(), nullable=True))
