"""The tables of the watch room: what each node says of itself, and how many votes it took lately."""

from sqlalchemy import BigInteger, Column, Index
from sqlmodel import Field, SQLModel


class HeartbeatRow(SQLModel, table=True):
    """What one node last said; ``at`` and ``since`` are in ms since 1970 by the node's own clock."""

    __tablename__ = "heartbeat"
    node: str = Field(primary_key=True, max_length=64)
    program: str = Field(max_length=40)
    since: int = Field(sa_column=Column(BigInteger, nullable=False))
    at: int = Field(sa_column=Column(BigInteger, nullable=False))
    watchers: int
    topics: int
    behind: int = Field(sa_column=Column(BigInteger, nullable=False))
    compared_ms: int | None = Field(sa_column=Column(BigInteger, nullable=True))
    write_ms: int | None = Field(sa_column=Column(BigInteger, nullable=True))
    waiting: int
    bus_away: int
    memory_mib: int | None
    disk_mib: int | None
    least_disk_mib: int | None


class PaceRow(SQLModel, table=True):
    """Votes that a node took within one ``slot`` of time, on all topics together."""

    __tablename__ = "pace"
    __table_args__ = (Index("pace_slot", "slot"), {"sqlite_with_rowid": False})
    node: str = Field(primary_key=True, max_length=64)
    slot: int = Field(primary_key=True, sa_type=BigInteger)
    votes: int


HEARTBEAT = SQLModel.metadata.tables["heartbeat"]
PACE = SQLModel.metadata.tables["pace"]
