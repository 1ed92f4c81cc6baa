"""Who answers ideas and letters: care, drafts, corrections, notes, canned answers, reminders."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0016"


def upgrade() -> None:
    _create_answers()
    _create_contact()


def _create_answers() -> None:
    op.add_column("follow_up", sa.Column("outcome", sa.String(20), nullable=True))
    op.add_column("follow_up", sa.Column("changed_at", sa.BigInteger(), nullable=True))
    op.create_table(
        "follow_up_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("topic_id", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(20), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("direction", sa.String(120), nullable=False),
        sa.Column("outcome", sa.String(20), nullable=True),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("replaced_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["topic_id"], ["topic.id"]),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"]),
    )
    op.create_index("follow_up_version_topic", "follow_up_version", ["topic_id", "step"])
    op.create_table(
        "idea_care",
        sa.Column("topic_id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("draft", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("op", sa.String(40), nullable=False),
        sa.Column("changed_by", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("topic_id"),
        sa.ForeignKeyConstraint(["topic_id"], ["topic.id"]),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"]),
        sa.ForeignKeyConstraint(["changed_by"], ["staff.id"]),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_idea_care_staff_id", "idea_care", ["staff_id"])
    op.create_table(
        "reminded",
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("topic_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("staff_id", "topic_id", "kind"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"]),
        sa.ForeignKeyConstraint(["topic_id"], ["topic.id"]),
        sqlite_with_rowid=False,
    )


def _create_contact() -> None:
    op.create_table(
        "contact_care",
        sa.Column("thread_id", sa.Integer(), nullable=False),
        sa.Column("theme_id", sa.Integer(), nullable=True),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("claim_staff_id", sa.Integer(), nullable=True),
        sa.Column("claim_session_id", sa.Integer(), nullable=True),
        sa.Column("claim_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("thread_id"),
        sa.ForeignKeyConstraint(["thread_id"], ["contact_thread.id"]),
        sa.ForeignKeyConstraint(["theme_id"], ["theme.id"]),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"]),
        sa.ForeignKeyConstraint(["claim_staff_id"], ["staff.id"]),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_contact_care_theme_id", "contact_care", ["theme_id"])
    op.create_index("ix_contact_care_staff_id", "contact_care", ["staff_id"])
    op.create_table(
        "contact_note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("thread_id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("op", sa.String(80), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("op"),
        sa.ForeignKeyConstraint(["thread_id"], ["contact_thread.id"]),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"]),
    )
    op.create_index("ix_contact_note_thread_id", "contact_note", ["thread_id"])
    op.create_table(
        "canned_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("op", sa.String(80), nullable=False),
        sa.Column("title", sa.String(80), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("retired_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("op"),
    )
    op.create_index("contact_thread_state", "contact_thread", ["state", "moved_at", "id"])
