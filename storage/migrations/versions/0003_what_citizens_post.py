"""What citizens post, arguments under a topic, topics that were withdrawn, and every theme of the Région."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

MORE_THEMES = (
    ("formation", "Formation et orientation"),
    ("recherche", "Enseignement supérieur et recherche"),
    ("agriculture", "Agriculture, vigne et forêt"),
    ("amenagement", "Logement et aménagement"),
    ("jeunesse", "Jeunesse"),
    ("europe", "Europe et voisins frontaliers"),
)


def upgrade() -> None:
    # in one statement with its reference: SQLite adds none later
    op.execute("ALTER TABLE topic ADD COLUMN parent_id INTEGER REFERENCES topic (id)")
    op.add_column("topic", sa.Column("side", sa.Integer(), nullable=True))
    op.add_column("topic", sa.Column("withdrawn_at", sa.BigInteger(), nullable=True))
    op.create_index("topic_parent", "topic", ["parent_id"])
    if op.get_bind().dialect.name == "postgresql":  # SQLite does not count
        op.alter_column("topic", "title", type_=sa.String(2000))
    op.create_table(
        "post",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("text", sa.String(2000), nullable=False),
        sa.Column("theme_id", sa.Integer(), nullable=True),
        sa.Column("parent_topic", sa.Integer(), nullable=True),
        sa.Column("side", sa.Integer(), nullable=True),
        sa.Column("author", sa.LargeBinary(), nullable=True),
        sa.Column("op", sa.String(40), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("reason", sa.String(400), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.Column("topic_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["theme_id"], ["theme.id"]),
        sa.ForeignKeyConstraint(["parent_topic"], ["topic.id"]),
        sa.ForeignKeyConstraint(["topic_id"], ["topic.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("author", "op", name="post_author_op"),
        sa.UniqueConstraint("topic_id"),
    )
    op.create_index("post_status", "post", ["status", "id"])
    _add_themes()


def _add_themes() -> None:
    theme = sa.table("theme", sa.column("slug", sa.String), sa.column("name", sa.String))
    there = set(op.get_bind().execute(sa.select(theme.c.slug)).scalars())
    missing = [{"slug": slug, "name": name} for slug, name in MORE_THEMES if slug not in there]
    op.bulk_insert(theme, missing)
