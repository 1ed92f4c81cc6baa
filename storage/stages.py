"""Events with their shows and runs of show, as whoever shows them reads them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from realtime.tally import Hall
from storage.database import Database
from storage.event_steps import STEPS, step_of
from storage.events import HALLS, event_of
from storage.tables_events import EVENT, EVENT_HALL, EVENT_MOVE, EVENT_STEP
from storage.values_events import Event, Step, StepContent
from storage.values_show import LEAD_MS, Mode, Program, Show

READY_MS = 36 * 3_600_000
"""Screens make themselves ready for an event that begins within this time, or was to begin a third of it ago."""

ENDING_MS = 60_000
"""For so long a show that has ended is told as what it was, until its last instant and a little beyond."""

MOST_NEAR = 40


@dataclass(frozen=True, slots=True)
class Stage:
    """An event with its show and its whole run of show, the removed steps too.

    ``program`` rises whenever the run of show is changed.
    """

    event: Event
    show: Show
    steps: tuple[Step, ...]
    program: int

    def step(self, step_id: int | None) -> Step | None:
        return next((step for step in self.steps if step.id == step_id), None)

    @property
    def running_order(self) -> Program:
        return Program(step.beat for step in self.steps)

    def asked_by(self, step: Step) -> Step | None:
        """The step whose votes a step shows: itself where it asks, one that it names, or what was asked last."""
        if step.content.kind.asks:
            return step
        named = step.content.question
        if named is not None:
            return self.step(named)
        asked = [one for one in self.steps if one.content.kind.asks and one.position < step.position]
        return next((one for one in reversed(asked) if not one.is_removed or one.topic is not None), None)

    @property
    def questions(self) -> list[list[Step]]:
        """The steps that ask, those of one question together, whichever of them each asks again.

        Both stand as they were asked, which is as their votes are numbered; then as they are to come.
        """
        asking = [one for one in self.steps if one.content.kind.asks]
        together: dict[int, list[Step]] = {}
        for step in sorted(asking, key=lambda one: (one.topic is None, one.topic or 0)):
            together.setdefault(self._first(step).id, []).append(step)
        return list(together.values())

    def rounds_of(self, step: Step) -> list[Step]:
        """The steps that ask what this one asks, itself too."""
        return next((rounds for rounds in self.questions if step in rounds), [])

    def before_of(self, step: Step) -> Step | None:
        """The step that asked the same just before, or is to."""
        rounds = [
            one for one in self.rounds_of(step) if one == step or not one.is_removed or one.topic is not None
        ]
        place = rounds.index(step) if step in rounds else 0
        return rounds[place - 1] if place else None

    def words_of(self, step: Step) -> StepContent:
        """What a step asks, where it asks again the words of the first time."""
        return self._first(step).content

    def _first(self, step: Step) -> Step:
        """The step whose words are asked, however often what asks them again was itself asked again."""
        seen = {step.id}
        while (again := step.content.again) is not None and again not in seen:
            named = self.step(again)
            if named is None:
                break
            seen.add(again)
            step = named
        return step


async def stages_on(database: Database) -> list[Stage]:
    """The events whose show is on now, rehearsals too."""
    async with database.read(urgent=True) as connection:
        modes = [str(mode) for mode in Mode if mode.is_on]
        rows = await connection.execute(sa.select(EVENT).where(EVENT.c.mode.in_(modes)).order_by(EVENT.c.id))
        return await _stages(connection, list(rows))


async def stages_near(database: Database, now: int) -> list[Stage]:
    """The events whose show is on, has just ended, or comes within a day and a half and may be made ready for."""
    modes = [str(mode) for mode in Mode if mode.is_on]
    near = sa.or_(
        EVENT.c.mode.in_(modes),
        EVENT.c.at > now - ENDING_MS,
        sa.and_(
            EVENT.c.mode == str(Mode.OFF),
            EVENT.c.starts_at.between(now - READY_MS // 3, now + READY_MS),
        ),
    )
    async with database.read(urgent=True) as connection:
        rows = await connection.execute(sa.select(EVENT).where(near).order_by(EVENT.c.id).limit(MOST_NEAR))
        return await _stages(connection, list(rows))


async def get_stage(database: Database, event_id: int, *, urgent: bool = False) -> Stage | None:
    async with database.read(urgent=urgent) as connection:
        rows = await connection.execute(sa.select(EVENT).where(EVENT.c.id == event_id))
        return next(iter(await _stages(connection, list(rows))), None)


async def shown_to_all(database: Database, now: int) -> list[StepContent]:
    """What launches have shown to everybody so far, or show within the lead, as it was then and is now.

    A step that was shown may be given another film: that one is everybody's once it is shown.
    """
    moves = sa.select(EVENT_MOVE.c.content).where(
        EVENT_MOVE.c.mode == str(Mode.LIVE),
        EVENT_MOVE.c.at <= now + LEAD_MS,
        EVENT_MOVE.c.content.is_not(None),
    )
    on = sa.select(EVENT_STEP.c.content).join(EVENT, EVENT.c.step_id == EVENT_STEP.c.id)
    on = on.where(EVENT.c.mode == str(Mode.LIVE), EVENT.c.at <= now + LEAD_MS)
    async with database.read() as connection:
        shown = {*(await connection.scalars(moves.distinct())), *(await connection.scalars(on))}
        return [StepContent.read(json.loads(content)) for content in shown]


async def get_stages(database: Database, event_ids: set[int]) -> list[Stage]:
    """Those of these events that exist."""
    async with database.read(urgent=True) as connection:
        rows = await connection.execute(sa.select(EVENT).where(EVENT.c.id.in_(event_ids)))
        return await _stages(connection, list(rows))


async def _stages(connection: AsyncConnection, rows: list[Row[tuple[object, ...]]]) -> list[Stage]:
    ids = [row.id for row in rows]
    halls = (await connection.execute(HALLS.where(EVENT_HALL.c.event_id.in_(ids)))).all() if ids else []
    steps = (await connection.execute(STEPS.where(EVENT_STEP.c.event_id.in_(ids)))).all() if ids else []
    return [stage_of(row, halls, steps) for row in rows]


def stage_of(
    row: Row[tuple[object, ...]],
    halls: Sequence[Row[Any]],
    steps: Sequence[Row[Any]],
) -> Stage:
    """The stage of an event's row, from the rows of halls and steps among which its own are."""
    event = event_of(row, tuple(Hall(one.hall) for one in halls if one.event_id == row.id))
    mine = tuple(step_of(one) for one in steps if one.event_id == row.id)
    return Stage(event, show_of(row), mine, row.program)


def show_of(row: Row[tuple[object, ...]]) -> Show:
    """What is on, in an event's row."""
    return Show(
        number=row.number,
        mode=Mode(row.mode),
        step=row.step_id,
        since=row.since,
        at=row.at,
        before=row.before_id,
        paused_at=row.paused_at,
        late=row.late,
        is_held=bool(row.is_held),
    )
