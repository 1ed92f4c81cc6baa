"""The table of what became of topics. Nothing outside storage sees it."""

from sqlalchemy import BigInteger, Index
from sqlmodel import Field, SQLModel


class FollowUpRow(SQLModel, table=True):
    """One step of one topic; told again, it replaces what was told, and keeps its instant."""

    __tablename__ = "follow_up"
    __table_args__ = (Index("follow_up_newest", "step", "at"), {"sqlite_with_rowid": False})
    topic_id: int = Field(primary_key=True, foreign_key="topic.id")
    step: str = Field(primary_key=True, max_length=20)
    at: int = Field(sa_type=BigInteger)
    text: str
    direction: str = Field(max_length=120)


FOLLOW_UP = SQLModel.metadata.tables["follow_up"]
