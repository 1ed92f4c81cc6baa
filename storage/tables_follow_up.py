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
    outcome: str | None = Field(default=None, max_length=20)
    changed_at: int | None = Field(default=None, sa_type=BigInteger)


class FollowUpVersionRow(SQLModel, table=True):
    """What a step said until it was corrected, and who corrected it."""

    __tablename__ = "follow_up_version"
    __table_args__ = (Index("follow_up_version_topic", "topic_id", "step"),)
    id: int | None = Field(default=None, primary_key=True)
    topic_id: int = Field(foreign_key="topic.id")
    step: str = Field(max_length=20)
    text: str
    direction: str = Field(max_length=120)
    outcome: str | None = Field(default=None, max_length=20)
    staff_id: int | None = Field(default=None, foreign_key="staff.id")
    replaced_at: int = Field(sa_type=BigInteger)


FOLLOW_UP = SQLModel.metadata.tables["follow_up"]
FOLLOW_UP_VERSION = SQLModel.metadata.tables["follow_up_version"]
