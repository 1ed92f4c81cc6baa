"""The table of mails that wait to be sent, or were."""

from sqlalchemy import BigInteger, Column, Integer, LargeBinary
from sqlmodel import Field, SQLModel


class MailRow(SQLModel, table=True):
    """A mail. ``sealed`` holds all of it, the recipient too, and is null once it was sent.

    ``send_after`` is when it is due, null where nothing is left to do; claiming a mail moves it on, so that who
    claims and ends loses it after a while. ``op`` makes a double tap one mail, ``about`` says what it belongs to.
    """

    __tablename__ = "mail"
    id: int | None = Field(
        default=None, sa_column=Column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    )
    op: str = Field(unique=True, max_length=80)
    about: str = Field(index=True, max_length=40)
    recipient_key: bytes = Field(sa_column=Column(LargeBinary, nullable=False, index=True))
    sealed: bytes | None = Field(sa_column=Column(LargeBinary, nullable=True))
    created_at: int = Field(sa_column=Column(BigInteger, nullable=False))
    send_after: int | None = Field(sa_column=Column(BigInteger, nullable=True, index=True))
    tries: int
    sent_at: int | None = Field(sa_column=Column(BigInteger, nullable=True))
    failed_reason: str | None = Field(max_length=80)


MAIL = SQLModel.metadata.tables["mail"]
