"""A show's clock that was stopped: for how long it stood still."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    op.add_column("event", sa.Column("late", sa.BigInteger(), nullable=False, server_default="0"))
