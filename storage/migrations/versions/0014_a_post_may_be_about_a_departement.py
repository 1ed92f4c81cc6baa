"""What a citizen posts may be about one département."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.add_column("post", sa.Column("departement", sa.String(2), nullable=True))
