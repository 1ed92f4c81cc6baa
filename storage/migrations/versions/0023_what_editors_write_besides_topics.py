"""Drafts of other things than topics: of questionnaires."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    op.add_column("draft", sa.Column("sort", sa.String(20), nullable=False, server_default="topic"))
    op.add_column("draft", sa.Column("made_id", sa.Integer(), nullable=True))
    op.create_index("draft_made", "draft", ["sort", "made_id"], unique=True)
