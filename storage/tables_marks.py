"""The table of marks: numbers that rise when something of their kind changes."""

from sqlalchemy import BigInteger, Column
from sqlmodel import Field, SQLModel


class MarkRow(SQLModel, table=True):
    __tablename__ = "mark"
    __table_args__ = ({"sqlite_with_rowid": False},)
    name: str = Field(primary_key=True, max_length=20)
    number: int = Field(sa_column=Column(BigInteger, nullable=False))


MARK = SQLModel.metadata.tables["mark"]
