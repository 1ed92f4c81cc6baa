"""The show of an event as the database has it, and the transaction in which a gesture moves it.

What a step opens is opened in that transaction, for the agreed instant. Of two who press at the same time the first
moves; to the other the show has moved already. A rehearsal opens nothing and is shown to screens only.
"""

import json
from collections.abc import Callable

import sqlalchemy as sa

from storage import audit
from storage.database import Database
from storage.event_steps import STEPS
from storage.events import HALLS
from storage.halls import is_on_in
from storage.keys import Keys
from storage.marks import Mark, raise_mark
from storage.stages import Stage, show_of, stage_of, stages_on
from storage.statements import hold
from storage.tables import TOPIC
from storage.tables_events import EVENT, EVENT_HALL, EVENT_MOVE, EVENT_STEP
from storage.topics import create_topic, end_votes
from storage.values import NewTopic, Provenance, TopicKind, TopicRules
from storage.values_audit import Action, SubjectKind
from storage.values_events import Event, Step, StepKind
from storage.values_show import (
    LEAD_MS,
    SHORTEST_LEAD_MS,
    Gesture,
    Mode,
    Show,
    ShowFault,
    goes_on_at,
    moved,
)

_HOUSE = b"shows of launch events"


async def move(
    database: Database,
    keys: Keys,
    event_id: int,
    gesture: Gesture,
    *,
    upon: int,
    op: str,
    by: int | None,
    now: Callable[[], int],
    step: int | None = None,
) -> Show | ShowFault:
    """Move a show that stands at the number ``upon``; the show as it is then, the same for the same ``op``.

    ``now`` is asked once the show is held: however long that took, the agreed instant lies ahead.
    """

    def work(connection: sa.Connection) -> Show | ShowFault:
        own = f"{by or 0} {op}"
        locked = _locked(connection, event_id, by=own)
        if locked is None or isinstance(locked, Show):
            return ShowFault.UNKNOWN if locked is None else locked
        if locked.show.number != upon:
            return ShowFault.MOVED
        instant = now()
        after = moved(locked.show, locked.running_order, gesture, instant, instant + LEAD_MS, step)
        if isinstance(after, ShowFault):
            return after
        if gesture in {Gesture.REHEARSE, Gesture.LAUNCH} and is_on_in(
            connection, locked.event.halls, besides=event_id
        ):
            return ShowFault.HALL_TAKEN
        _enter(connection, keys, locked, after, gesture, own, by, instant)
        return after

    return await database.write(work, idempotent=True)


async def go_on(database: Database, keys: Keys, now: Callable[[], int]) -> int:
    """Move on by the clock whatever goes on by itself within the lead; how many shows this node moved."""
    due = [stage for stage in await stages_on(database) if _due(stage, now()) is not None]
    done = 0
    for stage in due:

        def work(connection: sa.Connection, event_id: int = stage.event.id) -> int:
            locked, instant = _locked(connection, event_id), now()
            if not isinstance(locked, Stage) or (at := _due(locked, instant)) is None:
                return 0
            agreed = max(at, instant + SHORTEST_LEAD_MS)
            after = moved(locked.show, locked.running_order, Gesture.NEXT, instant, agreed)
            if isinstance(after, ShowFault):
                return 0
            own = f"clock {event_id} {after.number}"
            _enter(connection, keys, locked, after, Gesture.NEXT, own, None, instant)
            return 1

        done += await database.write(work, idempotent=True)
    return done


def _due(stage: Stage, now: int) -> int | None:
    """When a show goes on by itself, where that is near."""
    at = goes_on_at(stage.show, stage.running_order)
    return at if at is not None and now >= at - LEAD_MS else None


# --- within a transaction


def _locked(connection: sa.Connection, event_id: int, by: str = "") -> Stage | Show | None:
    """The event, held; its show where the op ``by`` has moved it already; None where there is no such event."""
    hold(connection, _HOUSE)  # two events may want the same hall
    row = connection.execute(sa.select(EVENT).where(EVENT.c.id == event_id).with_for_update()).first()
    if row is None:
        return None
    if by and connection.execute(sa.select(EVENT_MOVE.c.number).where(EVENT_MOVE.c.op == by)).first():
        return show_of(row)
    halls = list(connection.execute(HALLS.where(EVENT_HALL.c.event_id == event_id)))
    steps = list(connection.execute(STEPS.where(EVENT_STEP.c.event_id == event_id)))
    return stage_of(row, halls, steps)


def _enter(
    connection: sa.Connection,
    keys: Keys,
    stage: Stage,
    after: Show,
    gesture: Gesture,
    own: str,
    by: int | None,
    now: int,
) -> None:
    """Write down a move and do what comes with it."""
    event, began, ended = stage.event, stage.event.began_at, stage.event.ended_at
    if after.mode is Mode.LIVE and began is None:
        began = after.at
    if after.mode is Mode.OVER:
        ended = after.at
        _end_votes(connection, [step.topic for step in stage.steps], after.at)
    begins = after.step != stage.show.step or stage.show.mode is not Mode.LIVE
    if after.mode is Mode.LIVE and begins:
        _open_or_close(connection, keys, stage, after, now)
    values = {
        "number": after.number,
        "mode": str(after.mode),
        "step_id": after.step,
        "since": after.since,
        "at": after.at,
        "before_id": after.before,
        "paused_at": after.paused_at,
        "late": after.late,
        "is_held": after.is_held,
        "began_at": began,
        "ended_at": ended,
    }
    connection.execute(sa.update(EVENT).where(EVENT.c.id == event.id).values(values))
    line = {"op": own, "gesture": str(gesture), "mode": str(after.mode), "step_id": after.step}
    step = stage.step(after.step)
    who: dict[str, object] = {"event_id": event.id, "number": after.number, "staff_id": by, "at": after.at}
    who["content"] = None if step is None else json.dumps(step.content.plain(), ensure_ascii=False)
    connection.execute(sa.insert(EVENT_MOVE).values(line | who))
    detail: dict[str, object] = {"gesture": str(gesture), "step": after.step or "", "mode": str(after.mode)}
    audit.note(connection, by, Action.SHOW_MOVED, SubjectKind.EVENT, event.id, detail, now)
    raise_mark(connection, Mark.SHOW)


def _open_or_close(connection: sa.Connection, keys: Keys, stage: Stage, after: Show, now: int) -> None:
    """A step that asks opens its vote at the agreed instant, once; results end the vote that they show."""
    step = stage.step(after.step)
    if step is None:
        return
    if step.content.kind is StepKind.RESULTS and (asked := stage.asked_by(step)) is not None:
        _end_votes(connection, [asked.topic], after.at)
        _raise_program(connection, stage.event)
    if not step.content.kind.asks or step.topic is not None:
        return
    _end_votes(connection, [one.topic for one in stage.rounds_of(step)], after.at)
    topic = create_topic(connection, keys, _question(stage, step, after.at), now)
    connection.execute(sa.update(TOPIC).where(TOPIC.c.id == topic).values(event_id=stage.event.id))
    connection.execute(sa.update(EVENT_STEP).where(EVENT_STEP.c.id == step.id).values(topic_id=topic))
    _raise_program(connection, stage.event)
    raise_mark(connection, Mark.SCHEDULE)


def _raise_program(connection: sa.Connection, event: Event) -> None:
    """What the screens have laid out is of before."""
    connection.execute(sa.update(EVENT).where(EVENT.c.id == event.id).values(program=EVENT.c.program + 1))


def _question(stage: Stage, step: Step, opens_at: int) -> NewTopic:
    words = stage.words_of(step)
    return NewTopic(
        TopicKind.QUESTION,
        words.title,
        words.theme or "",
        TopicRules(opens_at, None, results=step.content.results),
        body=words.text,
        provenance=Provenance(stage.event.provenance),
    )


def _end_votes(connection: sa.Connection, topics: list[int | None], at: int) -> None:
    """End those that have not ended."""
    going = sa.select(TOPIC.c.id).where(
        TOPIC.c.id.in_([topic for topic in topics if topic is not None]),
        sa.or_(TOPIC.c.closes_at.is_(None), TOPIC.c.closes_at > at),
    )
    for topic in connection.execute(going.order_by(TOPIC.c.id)).scalars().all():
        end_votes(connection, topic, at)
        raise_mark(connection, Mark.SCHEDULE)
