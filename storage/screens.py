"""Big screens: each is a browser that shows a code, paired once staff have confirmed it at the console."""

import hashlib
import json
import secrets
from dataclasses import asdict

import sqlalchemy as sa
from sqlalchemy.engine import Row

from realtime.tally import Hall
from storage import audit
from storage.database import Database
from storage.marks import Mark, raise_mark
from storage.statements import hold
from storage.tables_events import SCREEN
from storage.values_audit import Action, SubjectKind
from storage.values_screens import (
    CODE_MS,
    MOST_PAIRED,
    MOST_UNPAIRED,
    Screen,
    ScreenFault,
    ScreenSaid,
)

_HOUSE = b"screens"


def hashed(token: str) -> bytes:
    """The name under which a screen's cookie is kept."""
    return hashlib.sha256(token.encode()).digest()


async def begin_screen(database: Database, hall: Hall, token: str, now: int) -> Screen:
    """The screen of a cookie, with a code that holds; begun in this hall where it is none yet.

    Raises StorageUnavailable.
    """

    def work(connection: sa.Connection) -> Screen:
        hold(connection, _HOUSE)
        mine = SCREEN.c.token == hashed(token)
        row = connection.execute(sa.select(SCREEN).where(mine)).first()
        if row is None:
            _make_room(connection)
            new = {"token": hashed(token), "hall": hall, "code": _new_code(connection), "code_at": now}
            connection.execute(sa.insert(SCREEN).values(new | {"seen_at": now}))
        elif _screen(row).is_code_old(now):
            fresh = {"code": _new_code(connection), "code_at": now, "seen_at": now}
            connection.execute(sa.update(SCREEN).where(mine).values(fresh))
        else:
            connection.execute(sa.update(SCREEN).where(mine).values(seen_at=now))
        return _screen(connection.execute(sa.select(SCREEN).where(mine)).one())

    return await database.write(work, idempotent=True)


async def screen_of(database: Database, token: str) -> Screen | None:
    """The screen of a cookie, paired or not."""
    async with database.read() as connection:
        mine = sa.select(SCREEN).where(SCREEN.c.token == hashed(token))
        row = (await connection.execute(mine)).first()
        return None if row is None else _screen(row)


async def paired_tokens(database: Database, tokens: set[str]) -> set[str]:
    """Those of these cookies whose screens are paired."""
    named = {hashed(token): token for token in tokens}
    paired = sa.select(SCREEN.c.token).where(SCREEN.c.token.in_(list(named)), SCREEN.c.paired_at.is_not(None))
    async with database.read(urgent=True) as connection:
        return {named[bytes(token)] for token in (await connection.execute(paired)).scalars()}


async def waiting_screens(database: Database, halls: tuple[Hall, ...]) -> list[Screen]:
    """Those of these halls that show a code."""
    waiting = sa.select(SCREEN).where(SCREEN.c.hall.in_(list(halls)), SCREEN.c.code.is_not(None))
    async with database.read() as connection:
        return [_screen(row) for row in await connection.execute(waiting.order_by(SCREEN.c.id))]


async def paired_screens(database: Database, halls: tuple[Hall, ...]) -> list[Screen]:
    """Those of these halls that are paired, in the order in which they were."""
    paired = sa.select(SCREEN).where(SCREEN.c.hall.in_(list(halls)), SCREEN.c.paired_at.is_not(None))
    async with database.read() as connection:
        rows = await connection.execute(paired.order_by(SCREEN.c.paired_at, SCREEN.c.id))
        return [_screen(row) for row in rows]


async def pair(
    database: Database, hall: Hall, code: str, *, by: int | None, now: int
) -> Screen | ScreenFault:
    """Pair the screen of this hall that shows ``code``. A code holds once, for ten minutes, in its own hall."""
    if len(code) != 6 or not (code.isascii() and code.isdigit()):
        return ScreenFault.BAD_CODE

    def work(connection: sa.Connection) -> Screen | ScreenFault:
        hold(connection, _HOUSE)
        row = connection.execute(sa.select(SCREEN).where(SCREEN.c.code == code)).first()
        if row is None or now - row.code_at >= CODE_MS:
            return ScreenFault.UNKNOWN_CODE
        if row.hall != hall:
            return ScreenFault.OTHER_HALL
        paired = sa.select(sa.func.count()).select_from(SCREEN).where(SCREEN.c.paired_at.is_not(None))
        if connection.execute(paired).scalar_one() >= MOST_PAIRED:
            return ScreenFault.TOO_MANY
        mine = SCREEN.c.id == row.id
        values = {"code": None, "paired_at": now, "paired_by": by}
        connection.execute(sa.update(SCREEN).where(mine).values(values))
        audit.note(connection, by, Action.SCREEN_PAIRED, SubjectKind.SCREEN, row.id, {"hall": hall}, now)
        raise_mark(connection, Mark.SHOW)
        return _screen(connection.execute(sa.select(SCREEN).where(mine)).one())

    return await database.write(work)


async def unpair(database: Database, screen_id: int, *, by: int | None, now: int) -> ScreenFault | None:
    """Send a screen away: it shows a code again when it next asks."""

    def work(connection: sa.Connection) -> ScreenFault | None:
        mine = SCREEN.c.id == screen_id
        row = connection.execute(sa.select(SCREEN).where(mine)).first()
        if row is None or row.paired_at is None:
            return ScreenFault.UNKNOWN
        _send_away(connection, _screen(row), by, now)
        return None

    return await database.write(work)


async def unpair_absent(database: Database, hall: Hall, *, by: int | None, now: int) -> int:
    """Send away the screens of a hall that are absent; how many they were."""

    def work(connection: sa.Connection) -> int:
        hold(connection, _HOUSE)
        paired = sa.select(SCREEN).where(SCREEN.c.hall == hall, SCREEN.c.paired_at.is_not(None))
        found = [_screen(row) for row in connection.execute(paired.order_by(SCREEN.c.id))]
        absent = [screen for screen in found if screen.is_absent(now)]
        for screen in absent:
            _send_away(connection, screen, by, now)
        return len(absent)

    return await database.write(work)


async def note_said(database: Database, screen_id: int, said: ScreenSaid, now: int) -> None:
    """Keep what a screen says of itself, in place of what it said before."""
    written = {"said": json.dumps(asdict(said)), "seen_at": now}
    mine = sa.update(SCREEN).where(SCREEN.c.id == screen_id)
    await database.write(lambda connection: connection.execute(mine.values(written)), idempotent=True)


def _send_away(connection: sa.Connection, screen: Screen, by: int | None, now: int) -> None:
    connection.execute(sa.delete(SCREEN).where(SCREEN.c.id == screen.id))
    said = {"hall": screen.hall}
    audit.note(connection, by, Action.SCREEN_UNPAIRED, SubjectKind.SCREEN, screen.id, said, now)
    raise_mark(connection, Mark.SHOW)


def _make_room(connection: sa.Connection) -> None:
    """Forget the unpaired screens that were not seen for longest, where too many wait."""
    unpaired = sa.select(SCREEN.c.id).where(SCREEN.c.paired_at.is_(None))
    newest = unpaired.order_by(SCREEN.c.seen_at.desc(), SCREEN.c.id.desc()).offset(MOST_UNPAIRED - 1)
    gone = connection.execute(newest).scalars().all()
    connection.execute(sa.delete(SCREEN).where(SCREEN.c.id.in_(gone)))


def _new_code(connection: sa.Connection) -> str:
    """Six digits that no other screen shows."""
    while True:
        code = f"{secrets.randbelow(1_000_000):06}"
        if connection.execute(sa.select(SCREEN.c.id).where(SCREEN.c.code == code)).first() is None:
            return code


def _screen(row: Row[tuple[object, ...]]) -> Screen:
    return Screen(
        id=row.id,
        hall=Hall(row.hall),
        code=row.code,
        code_at=row.code_at,
        paired_at=row.paired_at,
        seen_at=row.seen_at,
        said=None if row.said is None else _said(json.loads(row.said)),
    )


def _said(plain: dict[str, object]) -> ScreenSaid:
    return ScreenSaid(**{**plain, "ready": tuple(plain["ready"])})  # type: ignore[arg-type]
