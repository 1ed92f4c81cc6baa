"""The tables of what citizens write to the Région."""

from sqlalchemy import BigInteger, Column, Index, LargeBinary
from sqlmodel import Field, SQLModel


class ContactThreadRow(SQLModel, table=True):
    """A conversation; ``sealed_email`` is null where none was left, ``moved_at`` its last message or state."""

    __tablename__ = "contact_thread"
    __table_args__ = (Index("contact_thread_state", "state", "moved_at", "id"),)
    id: int | None = Field(default=None, primary_key=True)
    author: bytes = Field(sa_column=Column(LargeBinary, nullable=False, index=True))
    subject: str = Field(max_length=20)
    state: str = Field(max_length=20)
    language: str = Field(max_length=2)
    sealed_email: bytes | None = Field(sa_column=Column(LargeBinary, nullable=True))
    created_at: int = Field(sa_column=Column(BigInteger, nullable=False))
    moved_at: int = Field(sa_column=Column(BigInteger, nullable=False, index=True))


class ContactMessageRow(SQLModel, table=True):
    """One message; ``author`` is null where the Région wrote it. ``op`` makes a double tap one message."""

    __tablename__ = "contact_message"
    id: int | None = Field(default=None, primary_key=True)
    thread_id: int = Field(foreign_key="contact_thread.id", index=True)
    author: bytes | None = Field(sa_column=Column(LargeBinary, nullable=True, index=True))
    op: str = Field(unique=True, max_length=80)
    sealed: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    at: int = Field(sa_column=Column(BigInteger, nullable=False))


CONTACT_THREAD = SQLModel.metadata.tables["contact_thread"]
CONTACT_MESSAGE = SQLModel.metadata.tables["contact_message"]
