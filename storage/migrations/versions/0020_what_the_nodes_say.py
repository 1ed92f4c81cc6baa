"""What each node says of itself, and how many votes it took lately: for the watch room."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.create_table(
        "heartbeat",
        sa.Column("node", sa.String(64), nullable=False),
        sa.Column("program", sa.String(40), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("watchers", sa.Integer(), nullable=False),
        sa.Column("topics", sa.Integer(), nullable=False),
        sa.Column("behind", sa.BigInteger(), nullable=False),
        sa.Column("compared_ms", sa.BigInteger(), nullable=True),
        sa.Column("write_ms", sa.BigInteger(), nullable=True),
        sa.Column("waiting", sa.Integer(), nullable=False),
        sa.Column("bus_away", sa.Integer(), nullable=False),
        sa.Column("memory_mib", sa.Integer(), nullable=True),
        sa.Column("disk_mib", sa.Integer(), nullable=True),
        sa.Column("least_disk_mib", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("node"),
    )
    op.create_table(
        "pace",
        sa.Column("node", sa.String(64), nullable=False),
        sa.Column("slot", sa.BigInteger(), nullable=False),
        sa.Column("votes", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("node", "slot"),
        sqlite_with_rowid=False,
    )
    op.create_index("pace_slot", "pace", ["slot"])
