"""The tables of launch events, their halls, shows, screens and films. Nothing outside storage sees them."""

from sqlalchemy import BigInteger, Column, Index, LargeBinary
from sqlmodel import Field, SQLModel


def _instant(*, nullable: bool = False) -> Column[int]:
    return Column(BigInteger, nullable=nullable)


class HallRow(SQLModel, table=True):
    """A room, or « en ligne »; a retired one stays in what it was part of."""

    __tablename__ = "hall"
    __table_args__ = ({"sqlite_with_rowid": False},)
    slug: str = Field(primary_key=True, max_length=20)
    name: str = Field(max_length=60)
    position: int
    retired_at: int | None = Field(default=None, sa_column=_instant(nullable=True))


class EventRow(SQLModel, table=True):
    """A launch and its show: what is on, since when, by the number of the last move (``values_show.Show``)."""

    __tablename__ = "event"
    __table_args__ = (Index("event_mode", "mode"),)
    id: int | None = Field(default=None, primary_key=True)
    op: str = Field(unique=True, max_length=60)
    name: str = Field(max_length=140)
    text: str
    starts_at: int = Field(sa_column=_instant())
    provenance: str = Field(max_length=20)
    created_at: int = Field(sa_column=_instant())
    changed_at: int = Field(sa_column=_instant())
    began_at: int | None = Field(default=None, sa_column=_instant(nullable=True))
    ended_at: int | None = Field(default=None, sa_column=_instant(nullable=True))
    program: int = 0
    number: int = 0
    mode: str = Field(max_length=12)
    step_id: int | None = None
    since: int = Field(default=0, sa_type=BigInteger)
    at: int = Field(default=0, sa_type=BigInteger)
    before_id: int | None = None
    paused_at: int | None = Field(default=None, sa_column=_instant(nullable=True))
    late: int = Field(default=0, sa_column=_instant())
    is_held: bool = False


class EventHallRow(SQLModel, table=True):
    __tablename__ = "event_hall"
    __table_args__ = ({"sqlite_with_rowid": False},)
    event_id: int = Field(primary_key=True, foreign_key="event.id")
    hall: str = Field(primary_key=True, foreign_key="hall.slug", max_length=20)
    position: int


class EventStepRow(SQLModel, table=True):
    """One step of a run of show; ``content`` is JSON (``values_events.StepContent``)."""

    __tablename__ = "event_step"
    __table_args__ = (Index("event_step_event", "event_id", "position"),)
    id: int | None = Field(default=None, primary_key=True)
    event_id: int = Field(foreign_key="event.id")
    op: str = Field(unique=True, max_length=60)
    position: int
    content: str
    topic_id: int | None = Field(default=None, foreign_key="topic.id", unique=True)
    removed_at: int | None = Field(default=None, sa_column=_instant(nullable=True))


class EventMoveRow(SQLModel, table=True):
    """One gesture, or what the clock moved; never changed. ``at`` is when it took effect.

    ``content`` is that of the step as it was then.
    """

    __tablename__ = "event_move"
    __table_args__ = ({"sqlite_with_rowid": False},)
    event_id: int = Field(primary_key=True, foreign_key="event.id")
    number: int = Field(primary_key=True)
    op: str = Field(unique=True, max_length=60)
    gesture: str = Field(max_length=12)
    mode: str = Field(max_length=12)
    step_id: int | None = None
    staff_id: int | None = Field(default=None, foreign_key="staff.id")
    at: int = Field(sa_column=_instant())
    content: str | None = None


class EventPhotoRow(SQLModel, table=True):
    """A photograph on the event's page; ``image`` names its content."""

    __tablename__ = "event_photo"
    __table_args__ = (Index("event_photo_event", "event_id"),)
    id: int | None = Field(default=None, primary_key=True)
    event_id: int = Field(foreign_key="event.id")
    op: str = Field(unique=True, max_length=60)
    image: str = Field(max_length=64)
    alt: str = Field(max_length=300)
    width: int
    height: int


class ScreenRow(SQLModel, table=True):
    """A browser that opened a hall's screen; paired once staff have confirmed its code.

    ``token`` is the hash of its cookie, ``said`` JSON (``values_screens.ScreenSaid``).
    """

    __tablename__ = "screen"
    __table_args__ = (Index("screen_hall", "hall"),)
    id: int | None = Field(default=None, primary_key=True)
    token: bytes = Field(sa_column=Column(LargeBinary, nullable=False, unique=True))
    hall: str = Field(foreign_key="hall.slug", max_length=20)
    code: str | None = Field(default=None, max_length=6, unique=True)
    code_at: int = Field(sa_column=_instant())
    paired_at: int | None = Field(default=None, sa_column=_instant(nullable=True))
    paired_by: int | None = Field(default=None, foreign_key="staff.id")
    seen_at: int = Field(sa_column=_instant())
    said: str | None = None


class FilmRow(SQLModel, table=True):
    """A film that an editor brought; its bytes stand in ``film_part``. ``is_whole``: all of them came."""

    __tablename__ = "film"
    id: int | None = Field(default=None, primary_key=True)
    op: str = Field(unique=True, max_length=60)
    name: str = Field(max_length=140)
    format: str = Field(max_length=20)
    size: int = Field(sa_type=BigInteger)
    hash: str = Field(max_length=64)
    is_whole: bool
    length: int | None = Field(default=None, sa_type=BigInteger)
    captions: str | None = None
    poster: str | None = Field(default=None, max_length=64)
    created_at: int = Field(sa_column=_instant())


class FilmPartRow(SQLModel, table=True):
    """A stretch of a film, all of one length but the last; from 0."""

    __tablename__ = "film_part"
    film_id: int = Field(primary_key=True, foreign_key="film.id")
    number: int = Field(primary_key=True)
    content: bytes = Field(sa_type=LargeBinary)


HALL = SQLModel.metadata.tables["hall"]
EVENT = SQLModel.metadata.tables["event"]
EVENT_HALL = SQLModel.metadata.tables["event_hall"]
EVENT_STEP = SQLModel.metadata.tables["event_step"]
EVENT_MOVE = SQLModel.metadata.tables["event_move"]
EVENT_PHOTO = SQLModel.metadata.tables["event_photo"]
SCREEN = SQLModel.metadata.tables["screen"]
FILM = SQLModel.metadata.tables["film"]
FILM_PART = SQLModel.metadata.tables["film_part"]
