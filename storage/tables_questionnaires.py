"""The tables of questionnaires. Nothing outside storage sees them."""

from sqlalchemy import BigInteger, Column, LargeBinary
from sqlmodel import Field, SQLModel


class QuestionnaireRow(SQLModel, table=True):
    """``active`` to ``finished`` are null until the visitors behind them are destroyed."""

    __tablename__ = "questionnaire"
    id: int | None = Field(default=None, primary_key=True)
    title: str = Field(max_length=400)
    body: str
    opens_at: int = Field(sa_type=BigInteger)
    closes_at: int = Field(sa_type=BigInteger)
    provenance: str = Field(max_length=20)
    created_at: int = Field(sa_type=BigInteger)
    active: int | None
    started: int | None
    voted: int | None
    finished: int | None


class QuestionnaireStepRow(SQLModel, table=True):
    """One question; ``on_…`` name the number of the next step, null is the end."""

    __tablename__ = "questionnaire_step"
    __table_args__ = ({"sqlite_with_rowid": False},)
    questionnaire_id: int = Field(primary_key=True, foreign_key="questionnaire.id")
    number: int = Field(primary_key=True)
    topic_id: int = Field(foreign_key="topic.id", unique=True)
    on_plus: int | None
    on_minus: int | None
    on_skip: int | None


class QuestionnaireVisitorRow(SQLModel, table=True):
    """Someone who was on the site while a questionnaire ran, under a pseudonym of that questionnaire alone.

    Instants are those at which a day (UTC) begins: the exact ones would lead to ballots.
    """

    __tablename__ = "questionnaire_visitor"
    __table_args__ = ({"sqlite_with_rowid": False},)
    questionnaire_id: int = Field(primary_key=True, foreign_key="questionnaire.id")
    pseudonym: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    started_at: int | None = Field(sa_type=BigInteger)
    voted_at: int | None = Field(sa_type=BigInteger)
    finished_at: int | None = Field(sa_type=BigInteger)


QUESTIONNAIRE = SQLModel.metadata.tables["questionnaire"]
QUESTIONNAIRE_STEP = SQLModel.metadata.tables["questionnaire_step"]
QUESTIONNAIRE_VISITOR = SQLModel.metadata.tables["questionnaire_visitor"]
