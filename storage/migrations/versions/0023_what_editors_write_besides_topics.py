"""Drafts of other things than topics: of questionnaires and campaigns, which may have a picture."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    op.add_column("draft", sa.Column("sort", sa.String(20), nullable=False, server_default="topic"))
    op.add_column("draft", sa.Column("made_id", sa.Integer(), nullable=True))
    op.create_index("draft_made", "draft", ["sort", "made_id"], unique=True)
    op.add_column("campaign", sa.Column("image", sa.String(64), nullable=True))
    op.add_column("campaign", sa.Column("alt", sa.String(300), nullable=True))
    op.add_column("campaign", sa.Column("width", sa.Integer(), nullable=True))
    op.add_column("campaign", sa.Column("height", sa.Integer(), nullable=True))
