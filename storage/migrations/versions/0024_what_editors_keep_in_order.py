"""Themes, directions and pages are the editors' to change, every version of them kept."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    op.add_column("theme", sa.Column("op", sa.String(60), nullable=True))
    op.add_column("theme", sa.Column("position", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("theme", sa.Column("direction_id", sa.Integer(), nullable=True))
    op.add_column("theme", sa.Column("retired_at", sa.BigInteger(), nullable=True))
    op.create_index("theme_op", "theme", ["op"], unique=True)
    op.execute("UPDATE theme SET position = id")
    op.create_table(
        "direction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("op", sa.String(60), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("retired_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("op"),
        sa.UniqueConstraint("name"),
    )
    op.create_table(
        "version",
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "subject_id", "number"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"]),
        sqlite_with_rowid=False,
    )
    page = op.create_table(
        "page",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("slug", sa.String(40), nullable=False),
        sa.Column("op", sa.String(60), nullable=True),
        sa.Column("shown", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("slug"),
        sa.UniqueConstraint("op"),
    )
    introductions = ("comment-ca-marche", "mentions-legales")
    op.bulk_insert(page, [{"kind": "introduction", "slug": slug} for slug in introductions])
