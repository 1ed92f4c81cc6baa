"""Launch events, as editors write them; their runs of show are in ``event_steps``."""

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.engine import Row

from realtime.tally import Hall
from storage import audit
from storage.database import Database
from storage.marks import Mark, raise_mark
from storage.tables_events import EVENT, EVENT_HALL, HALL
from storage.values import Provenance
from storage.values_audit import Action, SubjectKind
from storage.values_events import (
    LONGEST_NAME,
    LONGEST_TEXT,
    MOST_HALLS,
    Event,
    EventFault,
    NewEvent,
)
from storage.values_show import Mode

EVENTS_A_PAGE = 100


async def save_event(
    database: Database, event_id: int | None, new: NewEvent, *, op: str, by: int | None, now: int
) -> int | EventFault:
    """Keep a new event (``event_id`` None; the same ``op`` keeps one), or change it; its id.

    While its show is on its halls stay; once it is over nothing changes.
    """
    if (fault := _fault_of(new)) is not None:
        return fault

    def work(connection: sa.Connection) -> int | EventFault:
        if not _are_halls(connection, new.halls):
            return EventFault.UNKNOWN_HALL
        own = f"{by or 0} {op}"
        mine = EVENT.c.op == own if event_id is None else EVENT.c.id == event_id
        row = connection.execute(sa.select(EVENT).where(mine).with_for_update()).first()
        if row is None and event_id is not None:
            return EventFault.UNKNOWN
        said = {"name": new.name, "text": new.text, "starts_at": new.starts_at, "changed_at": now}
        if row is None:
            made = {"op": own, "provenance": str(new.provenance), "created_at": now, "mode": str(Mode.OFF)}
            inserted = connection.execute(sa.insert(EVENT).values(said | made))
            kept = int((inserted.inserted_primary_key or (0,))[0])
        elif event_id is None:
            return int(row.id)  # a double tap
        else:
            kept = int(row.id)
            if (fault := _locked(row, connection, new.halls)) is not None:
                return fault
            connection.execute(sa.update(EVENT).where(mine).values(said | {"program": EVENT.c.program + 1}))
            connection.execute(sa.delete(EVENT_HALL).where(EVENT_HALL.c.event_id == kept))
        halls = [{"event_id": kept, "hall": hall, "position": place} for place, hall in enumerate(new.halls)]
        connection.execute(sa.insert(EVENT_HALL), halls)
        detail = {"name": new.name, "halls": " ".join(new.halls), "starts": new.starts_at}
        audit.note(connection, by, Action.EVENT_SAVED, SubjectKind.EVENT, kept, detail, now)
        raise_mark(connection, Mark.SHOW)
        return kept

    return await database.write(work, idempotent=True)


async def get_event(database: Database, event_id: int) -> Event | None:
    async with database.read() as connection:
        row = (await connection.execute(sa.select(EVENT).where(EVENT.c.id == event_id))).first()
        if row is None:
            return None
        halls = (await connection.execute(HALLS.where(EVENT_HALL.c.event_id == event_id))).all()
        return event_of(row, tuple(Hall(one.hall) for one in halls))


async def list_events(database: Database) -> list[Event]:
    """Those to come and those that were, the latest first."""
    async with database.read() as connection:
        ordered = sa.select(EVENT).order_by(EVENT.c.starts_at.desc(), EVENT.c.id.desc()).limit(EVENTS_A_PAGE)
        rows = (await connection.execute(ordered)).all()
        ids = [row.id for row in rows]
        halls: dict[int, list[Hall]] = {event: [] for event in ids}
        for one in await connection.execute(HALLS.where(EVENT_HALL.c.event_id.in_(ids))) if ids else ():
            halls[one.event_id].append(Hall(one.hall))
        return [event_of(row, tuple(halls[row.id])) for row in rows]


HALLS = sa.select(EVENT_HALL).order_by(EVENT_HALL.c.event_id, EVENT_HALL.c.position)


def event_of(row: Row[tuple[object, ...]], halls: tuple[Hall, ...]) -> Event:
    """The event in a row of its table."""
    return Event(
        id=row.id,
        name=row.name,
        text=row.text,
        starts_at=row.starts_at,
        halls=halls,
        mode=Mode(row.mode),
        provenance=Provenance(row.provenance),
        began_at=row.began_at,
        ended_at=row.ended_at,
    )


# --- within a transaction


def _fault_of(new: NewEvent) -> EventFault | None:
    if not new.name:
        return EventFault.NO_NAME
    if len(new.name) > LONGEST_NAME:
        return EventFault.LONG_NAME
    if len(new.text) > LONGEST_TEXT:
        return EventFault.LONG_TEXT
    if not new.halls:
        return EventFault.NO_HALL
    return EventFault.TOO_MANY_HALLS if len(set(new.halls)) > MOST_HALLS else None


def _are_halls(connection: sa.Connection, halls: Collection[Hall]) -> bool:
    known = sa.select(HALL.c.slug).where(HALL.c.slug.in_(list(halls)))
    return set(connection.execute(known).scalars()) == set(halls) and len(set(halls)) == len(halls)


def _locked(
    row: Row[tuple[object, ...]], connection: sa.Connection, halls: tuple[Hall, ...]
) -> EventFault | None:
    """Why an event cannot be changed so any more."""
    mode = Mode(row.mode)
    if mode is Mode.OVER:
        return EventFault.IS_OVER
    had = connection.execute(sa.select(EVENT_HALL.c.hall).where(EVENT_HALL.c.event_id == row.id)).scalars()
    return EventFault.IS_ON if mode.is_on and set(had) != set(halls) else None
