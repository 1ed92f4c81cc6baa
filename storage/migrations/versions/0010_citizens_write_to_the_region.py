"""Mails that wait to be sent, and what citizens write to the Région."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    _create_mail()
    _create_contact()


def _create_mail() -> None:
    op.create_table(
        "mail",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("op", sa.String(80), nullable=False),
        sa.Column("about", sa.String(40), nullable=False),
        sa.Column("recipient_key", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("send_after", sa.BigInteger(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=True),
        sa.Column("failed_reason", sa.String(80), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("op"),
    )
    op.create_index("ix_mail_about", "mail", ["about"])
    op.create_index("ix_mail_recipient_key", "mail", ["recipient_key"])
    op.create_index("ix_mail_send_after", "mail", ["send_after"])


def _create_contact() -> None:
    op.create_table(
        "contact_thread",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("author", sa.LargeBinary(), nullable=False),
        sa.Column("subject", sa.String(20), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("sealed_email", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("moved_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_contact_thread_author", "contact_thread", ["author"])
    op.create_index("ix_contact_thread_moved_at", "contact_thread", ["moved_at"])
    op.create_table(
        "contact_message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("thread_id", sa.Integer(), nullable=False),
        sa.Column("author", sa.LargeBinary(), nullable=True),
        sa.Column("op", sa.String(80), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["thread_id"], ["contact_thread.id"]),
        sa.UniqueConstraint("op"),
    )
    op.create_index("ix_contact_message_author", "contact_message", ["author"])
    op.create_index("ix_contact_message_thread_id", "contact_message", ["thread_id"])
