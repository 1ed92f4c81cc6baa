"""The tables. Nothing outside storage sees them."""

from sqlalchemy import BigInteger, Column, Index, LargeBinary
from sqlmodel import Field, SQLModel

import storage.tables_audit
import storage.tables_contact
import storage.tables_events
import storage.tables_letter
import storage.tables_letter_sending
import storage.tables_marks
import storage.tables_moderation
import storage.tables_outbox
import storage.tables_pages
import storage.tables_posts
import storage.tables_quarantine
import storage.tables_referents
import storage.tables_reports
import storage.tables_staff
import storage.tables_switches
import storage.tables_versions
import storage.tables_watch  # noqa: F401 - the metadata below holds them too
from realtime.disclosure import HeadlinePolicy, ResultPolicy
from storage import tables_drafts, tables_follow_up, tables_news, tables_questionnaires


def _instant(*, nullable: bool = False) -> Column[int]:
    return Column(BigInteger, nullable=nullable)


class InstallationRow(SQLModel, table=True):
    """One row: ``epoch`` (ms of creation) rises when a database is made anew.

    ``server`` names the PostgreSQL server and its timeline, ``secret_check`` is made of the master secret;
    both are null until a node has opened the database.
    """

    __tablename__ = "installation"
    id: int = Field(primary_key=True)
    epoch: int = Field(sa_column=_instant())
    server: str | None = Field(max_length=80)
    secret_check: bytes | None = Field(sa_column=Column(LargeBinary, nullable=True))


class ThemeRow(SQLModel, table=True):
    """``position`` is its place among those that are offered, which retired ones are not any more."""

    __tablename__ = "theme"
    id: int | None = Field(default=None, primary_key=True)
    slug: str = Field(unique=True, max_length=40)
    name: str = Field(max_length=80)
    op: str | None = Field(default=None, unique=True, max_length=60)
    position: int = 0
    direction_id: int | None = None
    retired_at: int | None = Field(default=None, sa_column=_instant(nullable=True))


class TopicRow(SQLModel, table=True):
    """``parent_id`` and ``side`` (1 for, -1 against) are an argument's; withdrawn: in no list any more.

    ``event_id`` is the launch event in which it is asked: its ballots bear the hall they come from.
    """

    __tablename__ = "topic"
    id: int | None = Field(default=None, primary_key=True)
    kind: str = Field(max_length=20)
    title: str = Field(max_length=2000)
    body: str
    theme_id: int = Field(foreign_key="theme.id")
    opens_at: int = Field(sa_column=_instant())
    closes_at: int | None = Field(sa_column=_instant(nullable=True))
    results: str = Field(default=ResultPolicy.AFTER_VOTE, max_length=20)
    headline: str = Field(default=HeadlinePolicy.LIVE, max_length=20)
    profile_required: bool = False
    provenance: str = Field(max_length=20)
    created_at: int = Field(sa_column=_instant())
    parent_id: int | None = Field(default=None, foreign_key="topic.id")
    side: int | None = None
    withdrawn_at: int | None = Field(default=None, sa_column=_instant(nullable=True))
    departement: str | None = Field(default=None, max_length=2)
    event_id: int | None = None


class TopicKeyRow(SQLModel, table=True):
    """Wrapped by the master secret; deleted when the appeal time after the close ends."""

    __tablename__ = "topic_key"
    topic_id: int = Field(primary_key=True, foreign_key="topic.id")
    wrapped: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class VoterRow(SQLModel, table=True):
    """A device that was asked for a profile, by its pseudonym."""

    __tablename__ = "voter"
    __table_args__ = ({"sqlite_with_rowid": False},)
    pseudonym: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))


class ProfileRow(SQLModel, table=True):
    """``used`` is the day (since 1970, UTC) on which its voter was last here."""

    __tablename__ = "profile"
    __table_args__ = (Index("profile_used", "used"), {"sqlite_with_rowid": False})
    pseudonym: bytes = Field(primary_key=True, foreign_key="voter.pseudonym", sa_type=LargeBinary)
    departement: str | None = Field(max_length=2)
    sex: str | None = Field(max_length=1)
    age: str | None = Field(max_length=8)
    used: int = 0


class BallotRow(SQLModel, table=True):
    """One voter's current sign on one topic, with the cell it was first cast from.

    ``seq`` numbers the topic's ballot changes in commit order, here the last that moved the counts; ``came`` is the
    number of the voter's own last change where that is another. ``changes`` counts those of ``day`` (days since
    1970, UTC). It counts while ``aside``, the quarantines that hold it, are none.
    """

    __tablename__ = "ballot"
    __table_args__ = ({"sqlite_with_rowid": False},)
    topic_id: int = Field(primary_key=True, foreign_key="topic.id")
    voter_key: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    sign: int
    departement: str | None = Field(max_length=2)
    sex: str | None = Field(max_length=1)
    age: str | None = Field(max_length=8)
    hall: str | None = Field(max_length=20)
    seq: int = Field(sa_type=BigInteger)
    day: int
    changes: int
    aside: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    came: int | None = Field(default=None, sa_type=BigInteger)


class OpRow(SQLModel, table=True):
    """An accepted operation, so that the same one again gives the same answer."""

    __tablename__ = "op"
    __table_args__ = ({"sqlite_with_rowid": False},)
    voter_key: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    op: str = Field(primary_key=True, max_length=40)
    sign: int


class TallyRow(SQLModel, table=True):
    """The exact headline of a topic, the number of its version, and the last ``seq`` of its ballots.

    ``voters`` and ``gap`` are public and put lists in order: voters as published, and how far the published ratio
    is from 50 : 50, in ten-thousandths of the voters; null where there are too few voters for a ratio.
    """

    __tablename__ = "tally"
    topic_id: int = Field(primary_key=True, foreign_key="topic.id")
    number: int = Field(sa_type=BigInteger)
    seq: int = Field(sa_type=BigInteger)
    plus: int
    minus: int
    voters: int = 0
    gap: int | None = None


class SeriesRow(SQLModel, table=True):
    """One series: exact counts, what is pending, and what is published (null: nothing)."""

    __tablename__ = "series"
    __table_args__ = ({"sqlite_with_rowid": False},)
    topic_id: int = Field(primary_key=True, foreign_key="topic.id")
    series: str = Field(primary_key=True, max_length=40)
    plus: int
    minus: int
    pending: int
    sealed_seq: int = Field(sa_type=BigInteger)
    releases: int
    public_plus: int | None
    public_minus: int | None


class ReleaseRow(SQLModel, table=True):
    """One publication of a series, with the version number that carried it."""

    __tablename__ = "release"
    __table_args__ = ({"sqlite_with_rowid": False},)
    topic_id: int = Field(primary_key=True, foreign_key="topic.id")
    series: str = Field(primary_key=True, max_length=40)
    number: int = Field(primary_key=True)
    version: int = Field(sa_type=BigInteger)
    at: int = Field(sa_column=_instant())
    plus: int | None
    minus: int | None


class MomentRow(SQLModel, table=True):
    """The public headline at the end of each time bucket in which it moved."""

    __tablename__ = "moment"
    __table_args__ = (Index("moment_bucket", "bucket"), {"sqlite_with_rowid": False})
    topic_id: int = Field(primary_key=True, foreign_key="topic.id")
    bucket: int = Field(primary_key=True)
    plus: int
    minus: int


INSTALLATION = SQLModel.metadata.tables["installation"]
THEME = SQLModel.metadata.tables["theme"]
TOPIC = SQLModel.metadata.tables["topic"]
TOPIC_KEY = SQLModel.metadata.tables["topic_key"]
VOTER = SQLModel.metadata.tables["voter"]
PROFILE = SQLModel.metadata.tables["profile"]
BALLOT = SQLModel.metadata.tables["ballot"]
OP = SQLModel.metadata.tables["op"]
TALLY = SQLModel.metadata.tables["tally"]
SERIES = SQLModel.metadata.tables["series"]
RELEASE = SQLModel.metadata.tables["release"]
MOMENT = SQLModel.metadata.tables["moment"]
METADATA = SQLModel.metadata
OTHERS = (tables_drafts, tables_follow_up, tables_news, tables_questionnaires)
"""Those of these modules are among METADATA's."""

FUNCTIONS = ("audit_keeps",)
"""What triggers call on PostgreSQL: a function is no part of its table, and is moved beside it."""
