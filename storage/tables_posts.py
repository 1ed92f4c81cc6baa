"""The table of what citizens post."""

import sqlalchemy as sa
from sqlalchemy import BigInteger, Column, LargeBinary
from sqlmodel import Field, SQLModel

from storage.values_posts import LONGEST_POST


class PostRow(SQLModel, table=True):
    """``author`` and ``hall`` are null after erasing; ``op`` makes one post of a double tap.

    ``topic_id`` once published; ``merged_into`` the topic that says the same already, of a refused one."""

    __tablename__ = "post"
    __table_args__ = (
        sa.UniqueConstraint("author", "op", name="post_author_op"),
        sa.Index("post_status", "status", "id"),
        sa.Index("post_status_theme", "status", "theme_id", "id"),
        sa.Index("post_hall", "hall", "id"),
    )
    id: int | None = Field(default=None, primary_key=True)
    kind: str = Field(max_length=20)
    text: str = Field(max_length=LONGEST_POST)
    theme_id: int | None = Field(foreign_key="theme.id")
    parent_topic: int | None = Field(foreign_key="topic.id")
    side: int | None
    departement: str | None = Field(max_length=2)
    author: bytes | None = Field(sa_column=Column(LargeBinary, nullable=True))
    op: str = Field(max_length=40)
    status: str = Field(max_length=20)
    reason: str = Field(max_length=400)
    created_at: int = Field(sa_column=Column(BigInteger, nullable=False))
    decided_at: int | None = Field(sa_column=Column(BigInteger, nullable=True))
    topic_id: int | None = Field(foreign_key="topic.id", unique=True)
    merged_into: int | None = Field(default=None)
    hall: str | None = Field(default=None, max_length=20)


POST = SQLModel.metadata.tables["post"]
