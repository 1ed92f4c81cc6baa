"""The tables of what editors write before, and after, citizens see it. Nothing outside storage sees them."""

from sqlalchemy import BigInteger, Index
from sqlmodel import Field, SQLModel


class DraftRow(SQLModel, table=True):
    """One thing of the Région in the making, of a ``sort``; ``number`` is that of its newest revision.

    ``due_at`` is when the clock publishes it, ``topic_id`` the topic it became or ``made_id`` what else,
    ``closes_at`` when that ends, ``ended_at`` when the end was written into the journal.
    """

    __tablename__ = "draft"
    __table_args__ = (
        Index("draft_due", "state", "due_at"),
        Index("draft_closes", "closes_at"),
        Index("draft_made", "sort", "made_id", unique=True),
    )
    id: int | None = Field(default=None, primary_key=True)
    op: str = Field(unique=True, max_length=60)
    sort: str = Field(max_length=20)
    state: str = Field(max_length=20)
    number: int
    due_at: int | None = Field(default=None, sa_type=BigInteger)
    closes_at: int | None = Field(default=None, sa_type=BigInteger)
    topic_id: int | None = Field(default=None, foreign_key="topic.id", unique=True)
    made_id: int | None = None
    corrected_at: int | None = Field(default=None, sa_type=BigInteger)
    ended_at: int | None = Field(default=None, sa_type=BigInteger)
    ended_reason: str = Field(default="", max_length=400)
    changed_at: int = Field(sa_type=BigInteger)


class RevisionRow(SQLModel, table=True):
    """The whole content of a draft as somebody saved it, as JSON; never changed."""

    __tablename__ = "revision"
    __table_args__ = ({"sqlite_with_rowid": False},)
    draft_id: int = Field(primary_key=True, foreign_key="draft.id")
    number: int = Field(primary_key=True)
    staff_id: int = Field(foreign_key="staff.id")
    at: int = Field(sa_type=BigInteger)
    content: str


DRAFT = SQLModel.metadata.tables["draft"]
REVISION = SQLModel.metadata.tables["revision"]
