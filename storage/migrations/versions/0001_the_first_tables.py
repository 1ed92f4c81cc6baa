"""The first tables, the installation's epoch and the themes of the Région."""

import time

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

THEMES = (
    ("economie", "Économie et emploi"),
    ("transports", "Transports"),
    ("lycees", "Lycées et apprentissage"),
    ("environnement", "Environnement et énergie"),
    ("sante", "Santé"),
    ("culture", "Culture et langues"),
    ("sport", "Sport"),
    ("tourisme", "Tourisme"),
    ("numerique", "Numérique"),
    ("vie-citoyenne", "Vie citoyenne"),
)


def upgrade() -> None:
    installation = op.create_table(
        "installation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "op",
        sa.Column("voter_key", sa.LargeBinary(), nullable=False),
        sa.Column("op", sa.String(40), nullable=False),
        sa.Column("sign", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("voter_key", "op"),
        sqlite_with_rowid=False,
    )
    theme = op.create_table(
        "theme",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(40), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("slug"),
    )
    op.create_table(
        "voter",
        sa.Column("pseudonym", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("pseudonym"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "profile",
        sa.Column("pseudonym", sa.LargeBinary(), nullable=False),
        sa.Column("departement", sa.String(2), nullable=True),
        sa.Column("sex", sa.String(1), nullable=True),
        sa.Column("age", sa.String(8), nullable=True),
        sa.ForeignKeyConstraint(
            ["pseudonym"],
            ["voter.pseudonym"],
        ),
        sa.PrimaryKeyConstraint("pseudonym"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "topic",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("title", sa.String(400), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("theme_id", sa.Integer(), nullable=False),
        sa.Column("opens_at", sa.BigInteger(), nullable=False),
        sa.Column("closes_at", sa.BigInteger(), nullable=True),
        sa.Column("results", sa.String(20), nullable=False),
        sa.Column("headline", sa.String(20), nullable=False),
        sa.Column("profile_required", sa.Boolean(), nullable=False),
        sa.Column("provenance", sa.String(20), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["theme_id"],
            ["theme.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "ballot",
        sa.Column("topic_id", sa.Integer(), nullable=False),
        sa.Column("voter_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign", sa.Integer(), nullable=False),
        sa.Column("departement", sa.String(2), nullable=True),
        sa.Column("sex", sa.String(1), nullable=True),
        sa.Column("age", sa.String(8), nullable=True),
        sa.Column("hall", sa.String(20), nullable=True),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("changes", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["topic_id"],
            ["topic.id"],
        ),
        sa.PrimaryKeyConstraint("topic_id", "voter_key"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "moment",
        sa.Column("topic_id", sa.Integer(), nullable=False),
        sa.Column("bucket", sa.Integer(), nullable=False),
        sa.Column("plus", sa.Integer(), nullable=False),
        sa.Column("minus", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["topic_id"],
            ["topic.id"],
        ),
        sa.PrimaryKeyConstraint("topic_id", "bucket"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "release",
        sa.Column("topic_id", sa.Integer(), nullable=False),
        sa.Column("series", sa.String(40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("plus", sa.Integer(), nullable=True),
        sa.Column("minus", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["topic_id"],
            ["topic.id"],
        ),
        sa.PrimaryKeyConstraint("topic_id", "series", "number"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "series",
        sa.Column("topic_id", sa.Integer(), nullable=False),
        sa.Column("series", sa.String(40), nullable=False),
        sa.Column("plus", sa.Integer(), nullable=False),
        sa.Column("minus", sa.Integer(), nullable=False),
        sa.Column("pending", sa.Integer(), nullable=False),
        sa.Column("sealed_seq", sa.BigInteger(), nullable=False),
        sa.Column("releases", sa.Integer(), nullable=False),
        sa.Column("public_plus", sa.Integer(), nullable=True),
        sa.Column("public_minus", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["topic_id"],
            ["topic.id"],
        ),
        sa.PrimaryKeyConstraint("topic_id", "series"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "tally",
        sa.Column("topic_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("plus", sa.Integer(), nullable=False),
        sa.Column("minus", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["topic_id"],
            ["topic.id"],
        ),
        sa.PrimaryKeyConstraint("topic_id"),
    )
    op.create_table(
        "topic_key",
        sa.Column("topic_id", sa.Integer(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["topic_id"],
            ["topic.id"],
        ),
        sa.PrimaryKeyConstraint("topic_id"),
    )
    op.bulk_insert(installation, [{"id": 1, "epoch": time.time_ns() // 1_000_000}])
    op.bulk_insert(theme, [{"slug": slug, "name": name} for slug, name in THEMES])
