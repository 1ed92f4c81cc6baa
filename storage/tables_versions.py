"""The tables of directions, and of versions of what editors keep in order. Nothing outside storage sees them."""

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel


class VersionRow(SQLModel, table=True):
    """The whole of something as somebody saved it, as JSON; never changed. ``kind`` says of what it is.

    ``staff_id`` is null of what was there before anybody changed it.
    """

    __tablename__ = "version"
    __table_args__ = ({"sqlite_with_rowid": False},)
    kind: str = Field(primary_key=True, max_length=20)
    subject_id: int = Field(primary_key=True)
    number: int = Field(primary_key=True)
    staff_id: int | None = Field(default=None, foreign_key="staff.id")
    at: int = Field(sa_type=BigInteger)
    content: str


class DirectionRow(SQLModel, table=True):
    """One of the Région's directions, which answer for themes; a retired one is offered no more."""

    __tablename__ = "direction"
    id: int | None = Field(default=None, primary_key=True)
    op: str = Field(unique=True, max_length=60)
    name: str = Field(unique=True, max_length=120)
    retired_at: int | None = Field(default=None, sa_type=BigInteger)


VERSION = SQLModel.metadata.tables["version"]
DIRECTION = SQLModel.metadata.tables["direction"]
