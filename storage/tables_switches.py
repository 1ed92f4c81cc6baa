"""The table of what staff have switched: each row is one time that something was on."""

import sqlalchemy as sa
from sqlalchemy import BigInteger, Column
from sqlmodel import Field, SQLModel

from storage.values_switches import LONGEST_BANNER, LONGEST_WHY


class SwitchRow(SQLModel, table=True):
    """On while ``ended_at`` is null; a banner no longer than ``until``. ``op`` makes one row of a double tap."""

    __tablename__ = "switch"
    __table_args__ = (
        sa.Index(
            "switch_on",
            "kind",
            "topic_id",
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        ),
    )
    id: int | None = Field(default=None, primary_key=True)
    op: str = Field(max_length=80, unique=True)
    kind: str = Field(max_length=20)
    topic_id: int | None = Field(foreign_key="topic.id")
    text: str = Field(max_length=LONGEST_BANNER)
    severity: str | None = Field(max_length=20)
    until: int | None = Field(sa_column=Column(BigInteger, nullable=True))
    reason: str = Field(max_length=LONGEST_WHY)
    staff_id: int | None = Field(foreign_key="staff.id")
    at: int = Field(sa_column=Column(BigInteger, nullable=False))
    ended_at: int | None = Field(sa_column=Column(BigInteger, nullable=True))
    ended_by: int | None = Field(foreign_key="staff.id")
    ended_reason: str = Field(max_length=LONGEST_WHY)


SWITCH = SQLModel.metadata.tables["switch"]
