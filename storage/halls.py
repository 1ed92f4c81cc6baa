"""Halls: the rooms of launch events, and « en ligne »."""

import unicodedata
from collections.abc import Iterable

import sqlalchemy as sa

from realtime.tally import ONLINE, Hall
from storage import audit
from storage.database import Database
from storage.statements import hold
from storage.tables_events import EVENT, EVENT_HALL, HALL
from storage.values_audit import Action, SubjectKind
from storage.values_events import LONGEST_HALL, MOST_OFFERED, HallFault, HallPlace
from storage.values_show import Mode
from storage.values_themes import slug_of
from storage.words import folded

_HOUSE = b"halls"
_SLUG = 20


async def list_halls(database: Database, *, retired: bool = False) -> list[HallPlace]:
    """Those that are offered, in their order; with the ``retired`` ones, which events keep, among them."""
    statement = sa.select(HALL).order_by(HALL.c.position, HALL.c.slug)
    if not retired:
        statement = statement.where(HALL.c.retired_at.is_(None))
    async with database.read() as connection:
        rows = await connection.execute(statement)
        return [HallPlace(Hall(row.slug), row.name, row.position, row.retired_at) for row in rows]


async def halls_of(database: Database, event_ids: Iterable[int]) -> dict[int, tuple[HallPlace, ...]]:
    """The halls of each of these events, in the event's order."""
    wanted = list(event_ids)
    statement = (
        sa.select(HALL, EVENT_HALL.c.event_id)
        .join(EVENT_HALL, EVENT_HALL.c.hall == HALL.c.slug)
        .where(EVENT_HALL.c.event_id.in_(wanted))
        .order_by(EVENT_HALL.c.event_id, EVENT_HALL.c.position)
    )
    found: dict[int, tuple[HallPlace, ...]] = dict.fromkeys(wanted, ())
    async with database.read() as connection:
        for row in await connection.execute(statement):
            place = HallPlace(Hall(row.slug), row.name, row.position, row.retired_at)
            found[row.event_id] = (*found[row.event_id], place)
    return found


async def get_hall(database: Database, slug: str) -> HallPlace | None:
    """A hall by its slug, retired or not."""
    async with database.read() as connection:
        row = (await connection.execute(sa.select(HALL).where(HALL.c.slug == slug))).first()
        return None if row is None else HallPlace(Hall(row.slug), row.name, row.position, row.retired_at)


def is_on_in(connection: sa.Connection, halls: Iterable[Hall], *, besides: int | None = None) -> bool:
    """Whether a show is on in one of these halls, ``besides`` that of an event."""
    modes = [str(mode) for mode in Mode if mode.is_on]
    on = (
        sa.select(EVENT.c.id)
        .join(EVENT_HALL, EVENT_HALL.c.event_id == EVENT.c.id)
        .where(EVENT.c.mode.in_(modes), EVENT_HALL.c.hall.in_(list(halls)))
    )
    if besides is not None:
        on = on.where(EVENT.c.id != besides)
    return connection.execute(on.limit(1)).first() is not None


def is_launched_in(connection: sa.Connection, hall: Hall) -> bool:
    """Whether a launch, not a rehearsal, is on in this room; « en ligne » is none."""
    on = (
        sa.select(EVENT.c.id)
        .join(EVENT_HALL, EVENT_HALL.c.event_id == EVENT.c.id)
        .where(EVENT.c.mode == str(Mode.LIVE), EVENT_HALL.c.hall == hall)
    )
    return hall != ONLINE and connection.execute(on.limit(1)).first() is not None


async def add_hall(database: Database, name: str, *, by: int | None, now: int) -> Hall | HallFault:
    """Offer a hall behind the others; one that was retired under this name comes back."""
    if not _is_name(name):
        return HallFault.NO_NAME
    if len(name) > LONGEST_HALL:
        return HallFault.LONG_NAME

    def work(connection: sa.Connection) -> Hall | HallFault:
        hold(connection, _HOUSE)
        rows = connection.execute(sa.select(HALL).order_by(HALL.c.position)).all()
        same = next((row for row in rows if folded(row.name) == folded(name)), None)
        if same is not None and same.retired_at is None:
            return HallFault.TAKEN
        if sum(row.retired_at is None for row in rows) >= MOST_OFFERED:
            return HallFault.TOO_MANY
        if same is not None:
            slug = str(same.slug)
            back = sa.update(HALL).where(HALL.c.slug == slug).values(retired_at=None, name=name)
            connection.execute(back)
        else:
            slug = _slug(name, frozenset(str(row.slug) for row in rows))
            place = max((row.position for row in rows), default=-1) + 1
            connection.execute(sa.insert(HALL).values(slug=slug, name=name, position=place))
        audit.note(connection, by, Action.HALL_ADDED, SubjectKind.HALL, "", {"name": name}, now)
        return Hall(slug)

    return await database.write(work, idempotent=True)


async def retire_hall(database: Database, hall: Hall, *, by: int | None, now: int) -> HallFault | None:
    """Offer a hall no more; events that have it keep it."""
    if hall == ONLINE:
        return HallFault.KEPT

    def work(connection: sa.Connection) -> HallFault | None:
        hold(connection, _HOUSE)
        offered = sa.select(HALL).where(HALL.c.slug == hall, HALL.c.retired_at.is_(None))
        row = connection.execute(offered).first()
        if row is None:
            return HallFault.UNKNOWN
        if is_on_in(connection, (hall,)):
            return HallFault.IS_ON
        connection.execute(sa.update(HALL).where(HALL.c.slug == hall).values(retired_at=now))
        audit.note(connection, by, Action.HALL_RETIRED, SubjectKind.HALL, "", {"name": row.name}, now)
        return None

    return await database.write(work, idempotent=True)


def _is_name(name: str) -> bool:
    """Whether a hall may be called so: something of it can stand in an address, and nothing of it is unseen."""
    signs = unicodedata.normalize("NFKD", name)
    seen = not any(unicodedata.category(sign).startswith("C") for sign in signs)
    return seen and any(sign.isascii() and sign.isalnum() for sign in signs)


def _slug(name: str, taken: frozenset[str]) -> str:
    """What stands in a hall's addresses: of its name, at most 20 signs, and another's of none."""
    whole = slug_of(name, frozenset())[:_SLUG].strip("-")
    slug, number = whole, 2
    while slug in taken:
        end = f"-{number}"
        slug, number = whole[: _SLUG - len(end)].strip("-") + end, number + 1
    return slug
