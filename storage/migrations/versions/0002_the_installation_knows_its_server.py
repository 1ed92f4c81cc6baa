"""What tells a restored or promoted server, and another master secret, from the one before."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("installation", sa.Column("server", sa.String(80), nullable=True))
    op.add_column("installation", sa.Column("secret_check", sa.LargeBinary(), nullable=True))
