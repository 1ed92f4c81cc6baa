"""The table of what staff have done. Triggers refuse to change or delete a line of it."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, Text
from sqlmodel import Field, SQLModel


class AuditRow(SQLModel, table=True):
    """One action; ``staff_id`` is null where an operator did it; ``detail`` is a JSON map."""

    __tablename__ = "audit"
    __table_args__ = (Index("audit_subject", "subject_kind", "subject_id"),)
    id: int | None = Field(
        default=None, sa_column=Column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    )
    at: int = Field(sa_column=Column(BigInteger, nullable=False, index=True))
    staff_id: int | None = Field(sa_column=Column(ForeignKey("staff.id"), nullable=True, index=True))
    action: str = Field(max_length=40, index=True)
    subject_kind: str = Field(max_length=20)
    subject_id: str = Field(max_length=80)
    detail: str = Field(sa_column=Column(Text, nullable=False))


AUDIT = SQLModel.metadata.tables["audit"]
