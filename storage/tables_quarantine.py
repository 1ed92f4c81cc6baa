"""The tables of votes that are set aside by rule, and of the little that is kept of when and whence votes came."""

import sqlalchemy as sa
from sqlalchemy import BigInteger, Column, LargeBinary
from sqlmodel import Field, SQLModel

from storage.values_quarantine import LONGEST_REASON


class QuarantineRow(SQLModel, table=True):
    """A rule and what became of it; it stands while ``undone_at`` is null.

    ``since`` and ``until`` are minutes since 1970, the second left out; ``network`` is a mark, null: all.
    ``ballots`` are how many left the counts, ``plus`` those of them for; ``returned`` came back.
    """

    __tablename__ = "quarantine"
    __table_args__ = (sa.Index("quarantine_topic", "topic_id", "id"),)
    id: int | None = Field(default=None, primary_key=True)
    op: str = Field(unique=True, max_length=80)
    topic_id: int = Field(foreign_key="topic.id")
    since: int
    until: int
    only_new: bool
    network: int | None
    reason: str = Field(max_length=LONGEST_REASON)
    staff_id: int = Field(foreign_key="staff.id")
    at: int = Field(sa_column=Column(BigInteger, nullable=False))
    ballots: int
    plus: int
    undone_at: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    undone_by: int | None = Field(default=None, foreign_key="staff.id")
    undone_reason: str = Field(default="", max_length=LONGEST_REASON)
    returned: int | None = None
    returned_plus: int | None = None


class SetAsideRow(SQLModel, table=True):
    """A ballot that a quarantine met, by its voter's name in the topic; the row stays when it is undone."""

    __tablename__ = "set_aside"
    __table_args__ = ({"sqlite_with_rowid": False},)
    quarantine_id: int = Field(primary_key=True, foreign_key="quarantine.id")
    voter_key: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))


class BallotMinuteRow(SQLModel, table=True):
    """The number (``seq``) of a topic's last ballot move within a minute (since 1970); 0: before any was kept."""

    __tablename__ = "ballot_minute"
    __table_args__ = ({"sqlite_with_rowid": False},)
    topic_id: int = Field(primary_key=True, foreign_key="topic.id")
    minute: int = Field(primary_key=True)
    seq: int = Field(sa_type=BigInteger)


class ArrivalRow(SQLModel, table=True):
    """A mark that many votes of one ``slot`` (ten minutes since 1970) bear, and the number of one of them."""

    __tablename__ = "arrival"
    __table_args__ = (sa.Index("arrival_slot", "slot"), {"sqlite_with_rowid": False})
    topic_id: int = Field(primary_key=True, foreign_key="topic.id")
    mark: int = Field(primary_key=True)
    seq: int = Field(primary_key=True, sa_type=BigInteger)
    slot: int


class TurnoutRow(SQLModel, table=True):
    """Votes of one ``slot``, and how many of them came from new devices."""

    __tablename__ = "turnout"
    __table_args__ = (sa.Index("turnout_slot", "slot"), {"sqlite_with_rowid": False})
    topic_id: int = Field(primary_key=True, foreign_key="topic.id")
    slot: int = Field(primary_key=True)
    votes: int
    fresh: int


QUARANTINE = SQLModel.metadata.tables["quarantine"]
SET_ASIDE = SQLModel.metadata.tables["set_aside"]
BALLOT_MINUTE = SQLModel.metadata.tables["ballot_minute"]
ARRIVAL = SQLModel.metadata.tables["arrival"]
TURNOUT = SQLModel.metadata.tables["turnout"]
