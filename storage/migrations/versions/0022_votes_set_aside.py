"""Votes that are set aside by rule; when votes came, and the marks that many of them bear."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0020"


def upgrade() -> None:
    op.add_column("ballot", sa.Column("aside", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("ballot", sa.Column("came", sa.BigInteger(), nullable=True))
    op.create_table(
        "quarantine",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("op", sa.String(80), nullable=False),
        sa.Column("topic_id", sa.Integer(), nullable=False),
        sa.Column("since", sa.Integer(), nullable=False),
        sa.Column("until", sa.Integer(), nullable=False),
        sa.Column("only_new", sa.Boolean(), nullable=False),
        sa.Column("network", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("ballots", sa.Integer(), nullable=False),
        sa.Column("plus", sa.Integer(), nullable=False),
        sa.Column("undone_at", sa.BigInteger(), nullable=True),
        sa.Column("undone_by", sa.Integer(), nullable=True),
        sa.Column("undone_reason", sa.String(200), nullable=False),
        sa.Column("returned", sa.Integer(), nullable=True),
        sa.Column("returned_plus", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["topic_id"], ["topic.id"]),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"]),
        sa.ForeignKeyConstraint(["undone_by"], ["staff.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("op"),
    )
    op.create_index("quarantine_topic", "quarantine", ["topic_id", "id"])
    op.create_table(
        "set_aside",
        sa.Column("quarantine_id", sa.Integer(), nullable=False),
        sa.Column("voter_key", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["quarantine_id"], ["quarantine.id"]),
        sa.PrimaryKeyConstraint("quarantine_id", "voter_key"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "ballot_minute",
        sa.Column("topic_id", sa.Integer(), nullable=False),
        sa.Column("minute", sa.Integer(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["topic_id"], ["topic.id"]),
        sa.PrimaryKeyConstraint("topic_id", "minute"),
        sqlite_with_rowid=False,
    )
    # when these were cast nobody knows: before any moment that a rule can name
    op.execute(
        "INSERT INTO ballot_minute (topic_id, minute, seq) SELECT topic_id, 0, seq FROM tally WHERE seq > 0"
    )
    op.create_table(
        "arrival",
        sa.Column("topic_id", sa.Integer(), nullable=False),
        sa.Column("mark", sa.Integer(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["topic_id"], ["topic.id"]),
        sa.PrimaryKeyConstraint("topic_id", "mark", "seq"),
        sqlite_with_rowid=False,
    )
    op.create_index("arrival_slot", "arrival", ["slot"])
    op.create_table(
        "turnout",
        sa.Column("topic_id", sa.Integer(), nullable=False),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column("votes", sa.Integer(), nullable=False),
        sa.Column("fresh", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["topic_id"], ["topic.id"]),
        sa.PrimaryKeyConstraint("topic_id", "slot"),
        sqlite_with_rowid=False,
    )
    op.create_index("turnout_slot", "turnout", ["slot"])
