"""The tables of moderation: claims, decisions, reasons to refuse, merged topics and the ballots carried over."""

import sqlalchemy as sa
from sqlalchemy import BigInteger, Column, LargeBinary
from sqlmodel import Field, SQLModel


class ClaimRow(SQLModel, table=True):
    """Who of staff has something open, in which session; free again once ``seen_at`` is old or the session over."""

    __tablename__ = "claim"
    __table_args__ = ({"sqlite_with_rowid": False},)
    subject: str = Field(primary_key=True, max_length=40)
    staff_id: int = Field(foreign_key="staff.id")
    session_id: int
    since: int = Field(sa_column=Column(BigInteger, nullable=False))
    seen_at: int = Field(sa_column=Column(BigInteger, nullable=False))


class DecisionRow(SQLModel, table=True):
    """What was decided about a post or a topic; ``before`` is JSON, all that undoing it puts back."""

    __tablename__ = "decision"
    __table_args__ = (sa.Index("decision_subject", "subject", "id"),)
    id: int | None = Field(default=None, primary_key=True)
    op: str = Field(unique=True, max_length=80)
    subject: str = Field(max_length=40)
    choice: str = Field(max_length=20)
    reason: str = Field(max_length=400)
    staff_id: int = Field(foreign_key="staff.id")
    at: int = Field(sa_column=Column(BigInteger, nullable=False))
    before: str
    undone_at: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))


class RefusalReasonRow(SQLModel, table=True):
    """``sentence`` is what the author reads; empty: the catalogue's of this code. Retired: not offered any more."""

    __tablename__ = "refusal_reason"
    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(unique=True, max_length=40)
    label: str = Field(max_length=80)
    sentence: str = Field(max_length=400)
    retired_at: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))


class TopicMergeRow(SQLModel, table=True):
    """A topic whose voters count in another from now on; ``undone_at``: not any more."""

    __tablename__ = "topic_merge"
    __table_args__ = (sa.Index("topic_merge_topic", "topic_id"), sa.Index("topic_merge_into", "into_id"))
    id: int | None = Field(default=None, primary_key=True)
    topic_id: int = Field(foreign_key="topic.id")
    into_id: int = Field(foreign_key="topic.id")
    at: int = Field(sa_column=Column(BigInteger, nullable=False))
    undone_at: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))


class CarriedRow(SQLModel, table=True):
    """A ballot that a merge brought into the surviving topic, by the voter's name there.

    ``seq`` is the ballot's after it came, ``taken_seq`` after it was taken back: another one means that the voter
    has decided anew since.
    """

    __tablename__ = "carried"
    __table_args__ = ({"sqlite_with_rowid": False},)
    merge_id: int = Field(primary_key=True, foreign_key="topic_merge.id")
    voter_key: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    seq: int = Field(sa_column=Column(BigInteger, nullable=False))
    taken_seq: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))


CLAIM = SQLModel.metadata.tables["claim"]
DECISION = SQLModel.metadata.tables["decision"]
REFUSAL_REASON = SQLModel.metadata.tables["refusal_reason"]
TOPIC_MERGE = SQLModel.metadata.tables["topic_merge"]
CARRIED = SQLModel.metadata.tables["carried"]
