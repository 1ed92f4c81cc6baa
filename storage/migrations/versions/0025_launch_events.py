"""Launch events: halls as data, runs of show, screens, films; a topic may be asked in one."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"

HALLS = (("strasbourg", "Strasbourg"), ("metz", "Metz"), ("reims", "Reims"), ("online", "En ligne"))


def upgrade() -> None:
    op.add_column("topic", sa.Column("event_id", sa.Integer(), nullable=True))
    hall = op.create_table(
        "hall",
        sa.Column("slug", sa.String(20), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("retired_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("slug"),
        sqlite_with_rowid=False,
    )
    op.bulk_insert(
        hall, [{"slug": slug, "name": name, "position": place} for place, (slug, name) in enumerate(HALLS)]
    )
    op.create_table(
        "event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("op", sa.String(60), nullable=False),
        sa.Column("name", sa.String(140), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("starts_at", sa.BigInteger(), nullable=False),
        sa.Column("provenance", sa.String(20), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("began_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("program", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("mode", sa.String(12), nullable=False),
        sa.Column("step_id", sa.Integer(), nullable=True),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("before_id", sa.Integer(), nullable=True),
        sa.Column("paused_at", sa.BigInteger(), nullable=True),
        sa.Column("is_held", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("op"),
    )
    op.create_index("event_mode", "event", ["mode"])
    op.create_table(
        "event_hall",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("hall", sa.String(20), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", "hall"),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"]),
        sa.ForeignKeyConstraint(["hall"], ["hall.slug"]),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "event_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("op", sa.String(60), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("content", sa.String(), nullable=False),
        sa.Column("topic_id", sa.Integer(), nullable=True),
        sa.Column("removed_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("op"),
        sa.UniqueConstraint("topic_id"),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"]),
        sa.ForeignKeyConstraint(["topic_id"], ["topic.id"]),
    )
    op.create_index("event_step_event", "event_step", ["event_id", "position"])
    op.create_table(
        "event_move",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("op", sa.String(60), nullable=False),
        sa.Column("gesture", sa.String(12), nullable=False),
        sa.Column("mode", sa.String(12), nullable=False),
        sa.Column("step_id", sa.Integer(), nullable=True),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("event_id", "number"),
        sa.UniqueConstraint("op"),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"]),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"]),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "event_photo",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("op", sa.String(60), nullable=False),
        sa.Column("image", sa.String(64), nullable=False),
        sa.Column("alt", sa.String(300), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("op"),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"]),
    )
    op.create_index("event_photo_event", "event_photo", ["event_id"])
    _screens_and_films()


def _screens_and_films() -> None:
    op.create_table(
        "screen",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("hall", sa.String(20), nullable=False),
        sa.Column("code", sa.String(6), nullable=True),
        sa.Column("code_at", sa.BigInteger(), nullable=False),
        sa.Column("paired_at", sa.BigInteger(), nullable=True),
        sa.Column("paired_by", sa.Integer(), nullable=True),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("said", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("token"),
        sa.UniqueConstraint("code"),
        sa.ForeignKeyConstraint(["hall"], ["hall.slug"]),
        sa.ForeignKeyConstraint(["paired_by"], ["staff.id"]),
    )
    op.create_index("screen_hall", "screen", ["hall"])
    op.create_table(
        "film",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("op", sa.String(60), nullable=False),
        sa.Column("name", sa.String(140), nullable=False),
        sa.Column("format", sa.String(20), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("is_whole", sa.Boolean(), nullable=False),
        sa.Column("length", sa.BigInteger(), nullable=True),
        sa.Column("captions", sa.String(), nullable=True),
        sa.Column("poster", sa.String(64), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("op"),
    )
    op.create_table(
        "film_part",
        sa.Column("film_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("film_id", "number"),
        sa.ForeignKeyConstraint(["film_id"], ["film.id"]),
    )
