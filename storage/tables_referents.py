"""The tables of who takes care of ideas and of letters to the Région, and of whom was reminded."""

from sqlalchemy import BigInteger, Column, LargeBinary
from sqlmodel import Field, SQLModel


class IdeaCareRow(SQLModel, table=True):
    """Who takes care of a topic, and what is written for it but not published (``draft`` is JSON).

    ``number`` rises with every change, so that nobody overwrites what they have not seen; ``op`` is the last one's.
    """

    __tablename__ = "idea_care"
    __table_args__ = ({"sqlite_with_rowid": False},)
    topic_id: int = Field(primary_key=True, foreign_key="topic.id")
    staff_id: int | None = Field(default=None, foreign_key="staff.id", index=True)
    draft: str = ""
    number: int = 0
    op: str = Field(default="", max_length=40)
    changed_by: int | None = Field(default=None, foreign_key="staff.id")
    changed_at: int = Field(sa_type=BigInteger)


class RemindedRow(SQLModel, table=True):
    """That somebody was told of an idea whose days run out; each kind once."""

    __tablename__ = "reminded"
    __table_args__ = ({"sqlite_with_rowid": False},)
    staff_id: int = Field(primary_key=True, foreign_key="staff.id")
    topic_id: int = Field(primary_key=True, foreign_key="topic.id")
    kind: str = Field(primary_key=True, max_length=20)
    at: int = Field(sa_type=BigInteger)


class ContactCareRow(SQLModel, table=True):
    """Where a conversation belongs and who has it; ``claim_…`` is who writes in it just now."""

    __tablename__ = "contact_care"
    __table_args__ = ({"sqlite_with_rowid": False},)
    thread_id: int = Field(primary_key=True, foreign_key="contact_thread.id")
    theme_id: int | None = Field(default=None, foreign_key="theme.id", index=True)
    staff_id: int | None = Field(default=None, foreign_key="staff.id", index=True)
    claim_staff_id: int | None = Field(default=None, foreign_key="staff.id")
    claim_session_id: int | None = None
    claim_at: int | None = Field(default=None, sa_type=BigInteger)


class ContactNoteRow(SQLModel, table=True):
    """What staff tell each other beside a conversation; no citizen ever sees it."""

    __tablename__ = "contact_note"
    id: int | None = Field(default=None, primary_key=True)
    thread_id: int = Field(foreign_key="contact_thread.id", index=True)
    staff_id: int = Field(foreign_key="staff.id")
    op: str = Field(unique=True, max_length=80)
    sealed: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    at: int = Field(sa_column=Column(BigInteger, nullable=False))


class CannedAnswerRow(SQLModel, table=True):
    """A text that answers often; retired ones are offered no more."""

    __tablename__ = "canned_answer"
    id: int | None = Field(default=None, primary_key=True)
    op: str = Field(unique=True, max_length=80)
    title: str = Field(max_length=80)
    text: str
    retired_at: int | None = Field(default=None, sa_type=BigInteger)


IDEA_CARE = SQLModel.metadata.tables["idea_care"]
REMINDED = SQLModel.metadata.tables["reminded"]
CONTACT_CARE = SQLModel.metadata.tables["contact_care"]
CONTACT_NOTE = SQLModel.metadata.tables["contact_note"]
CANNED_ANSWER = SQLModel.metadata.tables["canned_answer"]
