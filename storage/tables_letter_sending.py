"""The tables of the letter's making and sending."""

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, Text
from sqlmodel import Field, SQLModel


class LetterEditionRow(SQLModel, table=True):
    """An issue on its way; ``sections`` is JSON, ``trouble`` a code while the mail server takes nothing."""

    __tablename__ = "letter_edition"
    number: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    month: str = Field(max_length=7)
    title: str = Field(max_length=400)
    sections: str = Field(sa_column=Column(Text, nullable=False))
    version: int
    state: str = Field(max_length=20, index=True)
    scheduled_at: int | None = Field(sa_column=Column(BigInteger, nullable=True))
    started_at: int | None = Field(sa_column=Column(BigInteger, nullable=True))
    ended_at: int | None = Field(sa_column=Column(BigInteger, nullable=True))
    trouble: str = Field(max_length=80)
    changed_at: int = Field(sa_column=Column(BigInteger, nullable=False))
    changed_by: int | None = Field(foreign_key="staff.id")


class LetterVersionRow(SQLModel, table=True):
    """What an issue was each time that somebody kept it."""

    __tablename__ = "letter_version"
    number: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    version: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    title: str = Field(max_length=400)
    sections: str = Field(sa_column=Column(Text, nullable=False))
    at: int = Field(sa_column=Column(BigInteger, nullable=False))
    staff_id: int | None = Field(foreign_key="staff.id")


class LetterDeliveryRow(SQLModel, table=True):
    """One issue for one subscriber, made when the sending begins; a subscriber who is gone is a random number.

    ``due_at``: when it is tried, or, of a claimed one, when its claim ends. ``claimed_by`` names the process.
    """

    __tablename__ = "letter_delivery"
    __table_args__ = (
        Index("letter_delivery_due", "number", "state", "due_at"),
        Index("letter_delivery_claimed", "claimed_by"),
        {"sqlite_with_rowid": False},
    )
    subscriber: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    number: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    state: str = Field(max_length=20)
    due_at: int = Field(sa_column=Column(BigInteger, nullable=False))
    tries: int
    claimed_by: str | None = Field(max_length=40)
    reason: str = Field(max_length=80)


LETTER_EDITION = SQLModel.metadata.tables["letter_edition"]
LETTER_VERSION = SQLModel.metadata.tables["letter_version"]
LETTER_DELIVERY = SQLModel.metadata.tables["letter_delivery"]
