"""The run of show of a launch event, step by step, as editors write it."""

import json

import sqlalchemy as sa
from sqlalchemy.engine import Row

from storage import audit
from storage.database import Database
from storage.marks import Mark, raise_mark
from storage.news import keep_image, knows_image
from storage.tables_events import EVENT, EVENT_STEP, FILM
from storage.topics import offered_theme
from storage.values_audit import Action, SubjectKind
from storage.values_events import MOST_STEPS, EventFault, Step, StepContent, StepKind, step_fault
from storage.values_show import Mode


async def add_step(
    database: Database,
    event_id: int,
    content: StepContent,
    *,
    after: int | None = None,
    op: str,
    by: int | None,
    now: int,
    image: bytes | None = None,
) -> int | EventFault:
    """A new step behind the step ``after``, or at the end; its id, the same for the same ``op``.

    ``image`` is the content of its picture, where that is new.
    """
    if (fault := step_fault(content, now)) is not None:
        return fault

    def work(connection: sa.Connection) -> int | EventFault:
        own = f"{by or 0} {op}"
        before = connection.execute(sa.select(EVENT_STEP.c.id).where(EVENT_STEP.c.op == own)).scalar()
        if before is not None:
            return int(before)
        event = _lock(connection, event_id)
        if isinstance(event, EventFault):
            return event
        steps = _steps(connection, event_id)
        if sum(not step.is_removed for step in steps) >= MOST_STEPS:
            return EventFault.TOO_MANY_STEPS
        _keep_picture(connection, content, image)
        if (wrong := _misfit(connection, steps, None, content)) is not None:
            return wrong
        place = next((step.position for step in steps if step.id == after), None)
        if place is None:
            place = max((step.position for step in steps), default=-1)
        _make_room(connection, event_id, place)
        row = {"event_id": event_id, "op": own, "position": place + 1, "content": _kept(content)}
        made = connection.execute(sa.insert(EVENT_STEP).values(row))
        step_id = int((made.inserted_primary_key or (0,))[0])
        _changed(connection, event_id, step_id, content, Action.STEP_SAVED, by, now)
        return step_id

    return await database.write(work, idempotent=True)


async def change_step(
    database: Database,
    event_id: int,
    step_id: int,
    content: StepContent,
    *,
    by: int | None,
    now: int,
    image: bytes | None = None,
) -> EventFault | None:
    """Change a step, also while it is shown. What was asked stays asked: those words are not changed here."""

    def work(connection: sa.Connection) -> EventFault | None:
        event = _lock(connection, event_id)
        if isinstance(event, EventFault):
            return event
        steps = _steps(connection, event_id)
        step = next((one for one in steps if one.id == step_id and not one.is_removed), None)
        if step is None:
            return EventFault.UNKNOWN_STEP
        if step.content == content:
            return None
        is_same_end = step.content.kind is content.kind and step.content.at == content.at
        fault = step_fault(content, 0 if is_same_end else now)
        if fault is None and step.topic is not None and _asks(step.content) != _asks(content):
            fault = EventFault.ASKED_ALREADY
        if fault is None:
            _keep_picture(connection, content, image)
        fault = fault or _misfit(connection, steps, step_id, content)
        if fault is not None:
            return fault
        connection.execute(
            sa.update(EVENT_STEP).where(EVENT_STEP.c.id == step_id).values(content=_kept(content))
        )
        _changed(connection, event_id, step_id, content, Action.STEP_SAVED, by, now)
        return None

    return await database.write(work, idempotent=True)


async def remove_step(
    database: Database, event_id: int, step_id: int, *, by: int | None, now: int
) -> EventFault | None:
    """Take a step out. While it is shown it stays on the screens until the show goes on."""

    def work(connection: sa.Connection) -> EventFault | None:
        event = _lock(connection, event_id)
        if isinstance(event, EventFault):
            return event
        step = next((one for one in _steps(connection, event_id) if one.id == step_id), None)
        if step is None:
            return EventFault.UNKNOWN_STEP
        if step.is_removed:
            return None
        connection.execute(sa.update(EVENT_STEP).where(EVENT_STEP.c.id == step_id).values(removed_at=now))
        _changed(connection, event_id, step_id, step.content, Action.STEP_REMOVED, by, now)
        return None

    return await database.write(work, idempotent=True)


async def move_step(
    database: Database, event_id: int, step_id: int, ahead_of: int | None, *, by: int | None, now: int
) -> EventFault | None:
    """Put a step ahead of another, or at the end."""

    def work(connection: sa.Connection) -> EventFault | None:
        event = _lock(connection, event_id)
        if isinstance(event, EventFault):
            return event
        steps = _steps(connection, event_id)
        moving = next((one for one in steps if one.id == step_id and not one.is_removed), None)
        if moving is None or (ahead_of is not None and all(one.id != ahead_of for one in steps)):
            return EventFault.UNKNOWN_STEP
        if ahead_of == step_id:
            return None
        others = [one for one in steps if one.id != step_id]
        place = next((at for at, one in enumerate(others) if one.id == ahead_of), len(others))
        ordered = [*others[:place], moving, *others[place:]]
        for position, one in enumerate(ordered):
            if one.position != position:
                here = sa.update(EVENT_STEP).where(EVENT_STEP.c.id == one.id)
                connection.execute(here.values(position=position))
        _changed(connection, event_id, step_id, moving.content, Action.STEP_MOVED, by, now)
        return None

    return await database.write(work, idempotent=True)


async def event_steps(database: Database, event_id: int, *, removed: bool = False) -> list[Step]:
    """Its run of show in order; with those ``removed``, which may still be on."""
    async with database.read() as connection:
        rows = (await connection.execute(STEPS.where(EVENT_STEP.c.event_id == event_id))).all()
        steps = [step_of(row) for row in rows]
        return [step for step in steps if removed or not step.is_removed]


STEPS = sa.select(EVENT_STEP).order_by(EVENT_STEP.c.position, EVENT_STEP.c.id)


def step_of(row: Row[tuple[object, ...]]) -> Step:
    """The step in a row of its table."""
    content = StepContent.read(json.loads(row.content))
    return Step(row.id, row.position, content, row.topic_id, row.removed_at is not None)


# --- within a transaction


def _lock(connection: sa.Connection, event_id: int) -> Row[tuple[object, ...]] | EventFault:
    """The event's row, held until the transaction ends: its run of show and its moves come one after the other."""
    row = connection.execute(sa.select(EVENT).where(EVENT.c.id == event_id).with_for_update()).first()
    if row is None:
        return EventFault.UNKNOWN
    return EventFault.IS_OVER if row.mode == Mode.OVER else row


def _steps(connection: sa.Connection, event_id: int) -> list[Step]:
    return [step_of(row) for row in connection.execute(STEPS.where(EVENT_STEP.c.event_id == event_id))]


def _misfit(
    connection: sa.Connection, steps: list[Step], step_id: int | None, content: StepContent
) -> EventFault | None:
    """What a step names that is not there."""
    asking = {one.id for one in steps if one.content.kind.asks and one.id != step_id}
    for named in (content.again, content.question):
        if named is not None and named not in asking:
            return EventFault.NO_QUESTION
    if content.kind.asks and content.again is None:
        theme = content.theme or ""
        if connection.execute(offered_theme(theme)).first() is None and not _had(steps, step_id, theme):
            return EventFault.NO_THEME
    if content.kind is StepKind.FILM:
        whole = sa.select(FILM.c.id).where(FILM.c.id == content.film, FILM.c.is_whole)
        if connection.execute(whole).first() is None:
            return EventFault.NO_FILM
    if content.picture is not None and not knows_image(connection, content.picture.image):
        return EventFault.BAD_CHOICE
    return None


def _keep_picture(connection: sa.Connection, content: StepContent, image: bytes | None) -> None:
    if image is not None and content.picture is not None:
        keep_image(connection, content.picture.image, image)


def _had(steps: list[Step], step_id: int | None, theme: str) -> bool:
    """A step keeps a theme that was retired after it was written."""
    return any(one.id == step_id and one.content.theme == theme for one in steps)


def _asks(content: StepContent) -> tuple[object, ...]:
    """What of a step became a vote."""
    return content.kind, content.title, content.text, content.theme, content.results, content.again


def _make_room(connection: sa.Connection, event_id: int, place: int) -> None:
    behind = (EVENT_STEP.c.event_id == event_id) & (EVENT_STEP.c.position > place)
    connection.execute(sa.update(EVENT_STEP).where(behind).values(position=EVENT_STEP.c.position + 1))


def _kept(content: StepContent) -> str:
    return json.dumps(content.plain(), ensure_ascii=False)


def _changed(
    connection: sa.Connection,
    event_id: int,
    step_id: int,
    content: StepContent,
    action: Action,
    by: int | None,
    now: int,
) -> None:
    """Have everybody read the run of show again."""
    program = {"program": EVENT.c.program + 1, "changed_at": now}
    connection.execute(sa.update(EVENT).where(EVENT.c.id == event_id).values(program))
    detail = {"step": step_id, "kind": str(content.kind), "title": content.title}
    audit.note(connection, by, action, SubjectKind.EVENT, event_id, detail, now)
    raise_mark(connection, Mark.SHOW)
