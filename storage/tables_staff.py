"""The tables of staff: accounts, roles, recovery codes, sessions and failed attempts."""

from sqlalchemy import BigInteger, Column, ForeignKey, LargeBinary
from sqlmodel import Field, SQLModel


class StaffRow(SQLModel, table=True):
    """An account, found by the keyed name of its e-mail address.

    ``password`` is an argon2id hash, null until it was chosen; ``sealed_totp`` the secret of the telephone's codes,
    in force from ``enrolled_at`` on; ``step`` the last step of 30 s whose code was used.
    """

    __tablename__ = "staff"
    id: int | None = Field(default=None, primary_key=True)
    email_key: bytes = Field(sa_column=Column(LargeBinary, nullable=False, unique=True))
    sealed_email: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    name: str = Field(max_length=80)
    password: str | None = Field(default=None, max_length=200)
    sealed_totp: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    enrolled_at: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    step: int = Field(default=0, sa_type=BigInteger)
    invitation: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True, unique=True))
    invited_until: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    created_at: int = Field(sa_column=Column(BigInteger, nullable=False))
    seen_at: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    closed_at: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))


class StaffRoleRow(SQLModel, table=True):
    __tablename__ = "staff_role"
    __table_args__ = ({"sqlite_with_rowid": False},)
    staff_id: int = Field(primary_key=True, foreign_key="staff.id")
    role: str = Field(primary_key=True, max_length=20)


class StaffThemeRow(SQLModel, table=True):
    """A theme that a referent answers for."""

    __tablename__ = "staff_theme"
    __table_args__ = ({"sqlite_with_rowid": False},)
    staff_id: int = Field(primary_key=True, foreign_key="staff.id")
    theme_id: int = Field(primary_key=True, foreign_key="theme.id")


class StaffRecoveryRow(SQLModel, table=True):
    """A recovery code that was not used yet, hashed with a key."""

    __tablename__ = "staff_recovery"
    __table_args__ = ({"sqlite_with_rowid": False},)
    staff_id: int = Field(primary_key=True, foreign_key="staff.id")
    hash: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))


class StaffSessionRow(SQLModel, table=True):
    """Somebody signed in, or half so; ``hash`` is that of the cookie's token, ``failures`` wrong codes."""

    __tablename__ = "staff_session"
    id: int | None = Field(default=None, primary_key=True)
    hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False, unique=True))
    staff_id: int = Field(sa_column=Column(ForeignKey("staff.id"), nullable=False, index=True))
    stage: str = Field(max_length=20)
    browser: str = Field(max_length=80)
    created_at: int = Field(sa_column=Column(BigInteger, nullable=False))
    seen_at: int = Field(sa_column=Column(BigInteger, nullable=False))
    expires_at: int = Field(sa_column=Column(BigInteger, nullable=False, index=True))
    failures: int = 0


class StaffAttemptRow(SQLModel, table=True):
    """Tries that failed, by the keyed name of what was tried: also of an account that does not exist."""

    __tablename__ = "staff_attempt"
    __table_args__ = ({"sqlite_with_rowid": False},)
    key: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    failures: int
    failed_at: int = Field(sa_column=Column(BigInteger, nullable=False, index=True))


STAFF = SQLModel.metadata.tables["staff"]
STAFF_ROLE = SQLModel.metadata.tables["staff_role"]
STAFF_THEME = SQLModel.metadata.tables["staff_theme"]
STAFF_RECOVERY = SQLModel.metadata.tables["staff_recovery"]
STAFF_SESSION = SQLModel.metadata.tables["staff_session"]
STAFF_ATTEMPT = SQLModel.metadata.tables["staff_attempt"]
