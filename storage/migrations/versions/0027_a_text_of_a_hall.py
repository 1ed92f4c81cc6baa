"""The hall in which a text was sent, so that a hall's screen shows its own ideas and words."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    op.add_column("post", sa.Column("hall", sa.String(20), nullable=True))
    op.create_index("post_hall", "post", ["hall", "id"])
