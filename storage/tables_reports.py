"""The table of what citizens report."""

import sqlalchemy as sa
from sqlalchemy import BigInteger, Column, LargeBinary
from sqlmodel import Field, SQLModel


class ReportRow(SQLModel, table=True):
    """One of each reporter and topic; ``reporter`` is null after erasing."""

    __tablename__ = "report"
    __table_args__ = (
        sa.UniqueConstraint("topic_id", "reporter", name="report_topic_reporter"),
        sa.Index("report_state", "state", "topic_id"),
        sa.Index("report_reporter", "reporter", "at"),
    )
    id: int | None = Field(default=None, primary_key=True)
    topic_id: int = Field(foreign_key="topic.id")
    reporter: bytes | None = Field(sa_column=Column(LargeBinary, nullable=True))
    reason: str = Field(max_length=20)
    text: str = Field(max_length=2000)
    at: int = Field(sa_column=Column(BigInteger, nullable=False))
    state: str = Field(max_length=20)


REPORT = SQLModel.metadata.tables["report"]
