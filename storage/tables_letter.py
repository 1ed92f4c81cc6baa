"""The tables of the letter: who receives it, and its issues."""

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, text
from sqlmodel import Field, SQLModel


class LetterSubscriberRow(SQLModel, table=True):
    """A confirmed address, sealed; found by ``address_key``, unsubscribed by its random ``id``.

    ``confirmed_at``: last time. ``bounces`` counts issues in a row since then that came back; after some the
    address is paused.
    """

    __tablename__ = "letter_subscriber"
    __table_args__ = ({"sqlite_with_rowid": False},)
    id: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    address_key: bytes = Field(sa_column=Column(LargeBinary, nullable=False, unique=True))
    sealed_address: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    confirmed_at: int = Field(sa_column=Column(BigInteger, nullable=False))
    bounces: int = Field(sa_column=Column(Integer, nullable=False, server_default=text("0")))
    paused_at: int | None = Field(sa_column=Column(BigInteger, nullable=True))


class LetterIssueRow(SQLModel, table=True):
    """An issue; ``blocks`` is JSON, ``sent_at`` null while it is a draft."""

    __tablename__ = "letter_issue"
    number: int = Field(primary_key=True)
    title: str = Field(max_length=400)
    blocks: str
    sent_at: int | None = Field(sa_column=Column(BigInteger, nullable=True, index=True))


LETTER_SUBSCRIBER = SQLModel.metadata.tables["letter_subscriber"]
LETTER_ISSUE = SQLModel.metadata.tables["letter_issue"]
