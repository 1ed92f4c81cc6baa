"""Films: kept in parts beside everything else, so that every node serves them and a backup holds them."""

import hashlib
import json

import sqlalchemy as sa
from sqlalchemy.engine import Row

from storage import audit
from storage.database import Database
from storage.film_header import read_film
from storage.marks import Mark, raise_mark
from storage.news import keep_image
from storage.tables_events import EVENT, EVENT_STEP, FILM, FILM_PART
from storage.values_audit import Action, SubjectKind
from storage.values_films import (
    LARGEST_FILM,
    LONGEST_CAPTIONS,
    LONGEST_FILM_NAME,
    MOST_FILMS,
    PART_BYTES,
    Film,
    FilmFault,
    FilmFormat,
)
from storage.values_show import Mode


async def begin_film(
    database: Database, name: str, size: int, *, op: str, by: int | None, now: int
) -> Film | FilmFault:
    """A film of so many bytes that is to come; the same ``op`` goes on with what has come of it."""
    if not name:
        return FilmFault.NO_NAME
    if len(name) > LONGEST_FILM_NAME:
        return FilmFault.LONG_NAME
    if size <= 0:
        return FilmFault.EMPTY
    if size > LARGEST_FILM:
        return FilmFault.HEAVY

    def work(connection: sa.Connection) -> Film | FilmFault:
        own = f"{by or 0} {op}"
        mine = sa.select(FILM).where(FILM.c.op == own)
        if (row := connection.execute(mine).first()) is not None:
            return _film(row)
        if connection.execute(sa.select(sa.func.count()).select_from(FILM)).scalar_one() >= MOST_FILMS:
            return FilmFault.TOO_MANY
        new = {"op": own, "name": name, "size": size, "created_at": now}
        connection.execute(sa.insert(FILM).values(new | {"format": "", "hash": "", "is_whole": False}))
        film = _film(connection.execute(mine).one())
        detail = {"name": name, "bytes": size}
        audit.note(connection, by, Action.FILM_BEGUN, SubjectKind.FILM, film.id, detail, now)
        return film

    return await database.write(work, idempotent=True)


async def keep_part(database: Database, film_id: int, number: int, content: bytes) -> FilmFault | None:
    """Keep one part (from 0); the same again takes its place. A film that is whole stays as it is."""

    def work(connection: sa.Connection) -> FilmFault | None:
        row = connection.execute(sa.select(FILM).where(FILM.c.id == film_id).with_for_update()).first()
        if row is None:
            return FilmFault.UNKNOWN
        film = _film(row)
        if film.is_whole:
            return None
        rest = film.size - number * PART_BYTES
        if not 0 <= number < film.parts or len(content) != min(PART_BYTES, rest):
            return FilmFault.BAD_PART
        here = (FILM_PART.c.film_id == film_id) & (FILM_PART.c.number == number)
        connection.execute(sa.delete(FILM_PART).where(here))
        connection.execute(sa.insert(FILM_PART).values(film_id=film_id, number=number, content=content))
        return None

    return await database.write(work, idempotent=True)


async def parts_of(database: Database, film_id: int) -> set[int]:
    """The numbers of the parts that have come."""
    async with database.read() as connection:
        numbers = sa.select(FILM_PART.c.number).where(FILM_PART.c.film_id == film_id)
        return set((await connection.execute(numbers)).scalars())


async def finish_film(database: Database, film_id: int, *, by: int | None, now: int) -> Film | FilmFault:
    """Look at what has come: it is whole and a film, or goes again where it is none.

    All of it is read before the transaction, which would keep votes waiting.
    """
    film = await get_film(database, film_id)
    if film is None:
        return FilmFault.UNKNOWN
    if film.is_whole:
        return film
    if await parts_of(database, film_id) != set(range(film.parts)):
        return FilmFault.MISSING_PART
    async with database.read() as connection:
        header = await connection.run_sync(
            lambda sync: read_film(lambda offset, most: _bytes(sync, film, offset, most), film.size)
        )
    if isinstance(header, FilmFault):
        await database.write(lambda connection: _delete(connection, film_id), idempotent=True)
        return header
    digest = hashlib.sha256()
    for number in range(film.parts):
        digest.update(await read_part(database, film_id, number))
    told = {"format": str(header.format), "hash": digest.hexdigest(), "length": header.length}

    def work(connection: sa.Connection) -> Film | FilmFault:
        mine = FILM.c.id == film_id
        connection.execute(sa.update(FILM).where(mine).values(told | {"is_whole": True}))
        detail = {"name": film.name, "bytes": film.size}
        audit.note(connection, by, Action.FILM_KEPT, SubjectKind.FILM, film_id, detail, now)
        row = connection.execute(sa.select(FILM).where(mine)).first()
        return FilmFault.UNKNOWN if row is None else _film(row)

    return await database.write(work, idempotent=True)


async def dress_film(
    database: Database,
    film_id: int,
    *,
    captions: str | None = None,
    poster: tuple[str, bytes] | None = None,
    by: int | None,
    now: int,
) -> FilmFault | None:
    """Give a film its captions (WebVTT) or the picture that stands for it (its hash and content)."""
    if captions is not None:
        if not captions.startswith("WEBVTT"):
            return FilmFault.NO_CAPTIONS
        if len(captions) > LONGEST_CAPTIONS:
            return FilmFault.LONG_CAPTIONS

    def work(connection: sa.Connection) -> FilmFault | None:
        mine = FILM.c.id == film_id
        row = connection.execute(sa.select(FILM).where(mine)).first()
        if row is None:
            return FilmFault.UNKNOWN
        dressed: dict[str, object] = {}
        if captions is not None:
            dressed["captions"] = captions
        if poster is not None:
            keep_image(connection, *poster)
            dressed["poster"] = poster[0]
        connection.execute(sa.update(FILM).where(mine).values(dressed))
        connection.execute(sa.update(EVENT).values(program=EVENT.c.program + 1))  # screens fetch it anew
        detail = {"name": row.name, "what": " ".join(dressed)}
        audit.note(connection, by, Action.FILM_KEPT, SubjectKind.FILM, film_id, detail, now)
        raise_mark(connection, Mark.SHOW)
        return None

    return await database.write(work, idempotent=True)


async def drop_film(database: Database, film_id: int, *, by: int | None, now: int) -> FilmFault | None:
    """Let a film go, unless a step shows it."""

    def work(connection: sa.Connection) -> FilmFault | None:
        row = connection.execute(sa.select(FILM).where(FILM.c.id == film_id).with_for_update()).first()
        if row is None:
            return FilmFault.UNKNOWN
        on = [str(mode) for mode in Mode if mode.is_on]
        shows = sa.or_(EVENT_STEP.c.removed_at.is_(None), EVENT.c.mode.in_(on))  # a removed one may be on
        used = sa.select(EVENT_STEP.c.content).join(EVENT, EVENT.c.id == EVENT_STEP.c.event_id).where(shows)
        steps = connection.execute(used)
        if any(json.loads(content)["film"] == film_id for content in steps.scalars()):
            return FilmFault.IS_USED
        _delete(connection, film_id)
        said = {"name": row.name}
        audit.note(connection, by, Action.FILM_DROPPED, SubjectKind.FILM, film_id, said, now)
        return None

    return await database.write(work, idempotent=True)


async def list_films(database: Database) -> list[Film]:
    """The newest first, those that have not come whole too."""
    async with database.read() as connection:
        rows = await connection.execute(sa.select(FILM).order_by(FILM.c.id.desc()))
        return [_film(row) for row in rows]


async def get_film(database: Database, film_id: int) -> Film | None:
    async with database.read() as connection:
        row = (await connection.execute(sa.select(FILM).where(FILM.c.id == film_id))).first()
        return None if row is None else _film(row)


async def read_part(database: Database, film_id: int, number: int) -> bytes:
    """One part; empty where there is none."""
    here = (FILM_PART.c.film_id == film_id) & (FILM_PART.c.number == number)
    async with database.read() as connection:
        content = (await connection.execute(sa.select(FILM_PART.c.content).where(here))).scalar()
        return b"" if content is None else bytes(content)


# --- within a transaction


def _bytes(connection: sa.Connection, film: Film, offset: int, most: int) -> bytes:
    """At most ``most`` bytes from an offset on, over the border of two parts."""
    found = b""
    end = min(offset + most, film.size)
    while offset < end:
        number, begin = divmod(offset, PART_BYTES)
        stretch = sa.func.substr(FILM_PART.c.content, begin + 1, end - offset)
        here = (FILM_PART.c.film_id == film.id) & (FILM_PART.c.number == number)
        piece = bytes(connection.execute(sa.select(stretch).where(here)).scalar() or b"")
        if not piece:
            break
        found += piece
        offset += len(piece)
    return found


def _delete(connection: sa.Connection, film_id: int) -> None:
    connection.execute(sa.delete(FILM_PART).where(FILM_PART.c.film_id == film_id))
    connection.execute(sa.delete(FILM).where(FILM.c.id == film_id))


def _film(row: Row[tuple[object, ...]]) -> Film:
    return Film(
        id=row.id,
        name=row.name,
        size=row.size,
        is_whole=bool(row.is_whole),
        format=FilmFormat(row.format) if row.format else None,
        hash=row.hash,
        length=row.length,
        captions=row.captions,
        poster=row.poster,
        created_at=row.created_at,
    )
