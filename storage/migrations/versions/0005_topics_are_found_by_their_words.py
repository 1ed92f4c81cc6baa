"""The words of topics, the département they are about, and what puts lists of them in order."""

import sqlalchemy as sa
from alembic import op

from storage.search_index import index_topics

revision = "0005"
down_revision = "0004"

TOPICS_AT_ONCE = 2000

PUBLIC = """
UPDATE tally SET voters = CASE
    WHEN (SELECT headline FROM topic WHERE topic.id = tally.topic_id) = 'live' THEN plus + minus
    ELSE coalesce((SELECT public_plus + public_minus FROM series
                   WHERE series.topic_id = tally.topic_id AND series.series = 'all'), 0) END
"""
GAP = """
UPDATE tally SET gap = CASE
    WHEN (SELECT headline FROM topic WHERE topic.id = tally.topic_id) = 'live'
    THEN abs(plus - minus) * CAST(10000 AS BIGINT) / voters
    ELSE (SELECT abs(public_plus - public_minus) * CAST(10000 AS BIGINT) / voters FROM series
          WHERE series.topic_id = tally.topic_id AND series.series = 'all') END
WHERE voters >= 10
"""


def upgrade() -> None:
    op.create_table(
        "topic_word",
        sa.Column("stem", sa.String(40), nullable=False),
        sa.Column("topic_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["topic_id"], ["topic.id"]),
        sa.PrimaryKeyConstraint("stem", "topic_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("topic_word_topic", "topic_word", ["topic_id"])
    op.create_table(
        "word_form",
        sa.Column("form", sa.String(40, collation=_bytewise()), nullable=False),
        sa.Column("stem", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("form"),
        sqlite_with_rowid=False,
    )
    op.add_column("topic", sa.Column("departement", sa.String(2), nullable=True))
    op.create_index("topic_listed", "topic", ["id", "kind", "opens_at", "closes_at"])
    op.create_index("topic_theme", "topic", ["theme_id", "id"])
    op.create_index("topic_departement", "topic", ["departement", "id"])
    op.create_index("topic_closes", "topic", ["closes_at", "id"])
    op.add_column("tally", sa.Column("voters", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("tally", sa.Column("gap", sa.Integer(), nullable=True))
    op.execute(PUBLIC)
    op.execute(GAP)
    op.create_index("tally_voters", "tally", ["voters", "topic_id"])
    op.create_index("tally_gap", "tally", ["gap", "topic_id"])
    _index_words()


def _bytewise() -> str | None:
    """The order in which a word stands behind its beginning, whatever the language of the database."""
    return "C" if op.get_context().dialect.name == "postgresql" else None


def _index_words() -> None:
    connection = op.get_bind()
    last = 0
    while True:
        rows = connection.execute(
            sa.text("SELECT id, title, body FROM topic WHERE id > :last ORDER BY id LIMIT :most"),
            {"last": last, "most": TOPICS_AT_ONCE},
        ).all()
        if not rows:
            return
        index_topics(connection, {row.id: f"{row.title}\n{row.body}" for row in rows})
        last = rows[-1].id
