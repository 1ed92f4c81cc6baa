"""Photographs of an evening, on the event's page."""

from dataclasses import dataclass

import sqlalchemy as sa

from storage import audit
from storage.database import Database
from storage.news import keep_image
from storage.tables_events import EVENT, EVENT_PHOTO
from storage.values_audit import Action, SubjectKind
from storage.values_news import LONGEST_ALT, Picture

MOST_PHOTOS = 60


@dataclass(frozen=True, slots=True)
class Photo:
    id: int
    picture: Picture


async def photos_of(database: Database, event_id: int) -> list[Photo]:
    """In the order in which they were brought."""
    statement = sa.select(EVENT_PHOTO).where(EVENT_PHOTO.c.event_id == event_id).order_by(EVENT_PHOTO.c.id)
    async with database.read() as connection:
        rows = await connection.execute(statement)
        return [Photo(row.id, Picture(row.image, row.alt, row.width, row.height)) for row in rows]


async def keep_photo(
    database: Database, event_id: int, picture: Picture, content: bytes, *, op: str, by: int, now: int
) -> bool:
    """Hang a photograph; the same ``op`` hangs one. False where there is no event, no words for it, or no room."""
    if not picture.alt or len(picture.alt) > LONGEST_ALT:
        return False

    def work(connection: sa.Connection) -> bool:
        own = f"{by} {op}"
        if connection.execute(sa.select(EVENT_PHOTO.c.id).where(EVENT_PHOTO.c.op == own)).first():
            return True
        if connection.execute(sa.select(EVENT.c.id).where(EVENT.c.id == event_id)).first() is None:
            return False
        hung = sa.select(sa.func.count()).where(EVENT_PHOTO.c.event_id == event_id)
        if connection.execute(hung).scalar_one() >= MOST_PHOTOS:
            return False
        keep_image(connection, picture.image, content)
        shown = {
            "image": picture.image,
            "alt": picture.alt,
            "width": picture.width,
            "height": picture.height,
        }
        connection.execute(sa.insert(EVENT_PHOTO).values(event_id=event_id, op=own, **shown))
        said = {"alt": picture.alt}
        audit.note(connection, by, Action.PHOTO_KEPT, SubjectKind.EVENT, event_id, said, now)
        return True

    return await database.write(work, idempotent=True)


async def drop_photo(database: Database, event_id: int, photo_id: int, *, by: int, now: int) -> None:
    """Take a photograph down, where it still hangs."""

    def work(connection: sa.Connection) -> None:
        mine = (EVENT_PHOTO.c.id == photo_id) & (EVENT_PHOTO.c.event_id == event_id)
        row = connection.execute(sa.select(EVENT_PHOTO).where(mine)).first()
        if row is not None:
            connection.execute(sa.delete(EVENT_PHOTO).where(mine))
            said = {"alt": row.alt}
            audit.note(connection, by, Action.PHOTO_DROPPED, SubjectKind.EVENT, event_id, said, now)

    await database.write(work, idempotent=True)
