"""Questionnaires: their steps, and how many people take part."""

import secrets

import sqlalchemy as sa
from sqlalchemy.engine import Row

from storage.database import Database
from storage.keys import Keys
from storage.statements import Upsert
from storage.tables_questionnaires import QUESTIONNAIRE, QUESTIONNAIRE_STEP, QUESTIONNAIRE_VISITOR
from storage.topics import create_topic, end_votes, refuse_long_title
from storage.values import DAY_MS, Provenance
from storage.values_questionnaires import (
    Engagement,
    NewQuestionnaire,
    PlanFault,
    Questionnaire,
    Stage,
    Step,
    Ways,
    plan_fault,
)


class BadPlan(Exception):
    """The steps make no questionnaire."""

    def __init__(self, fault: PlanFault) -> None:
        super().__init__(str(fault))
        self.fault = fault


async def create_questionnaire(database: Database, keys: Keys, new: NewQuestionnaire, now: int) -> int:
    """Store it with its topics, all or nothing; its id.

    Raises BadPlan, TitleTooLong, UnknownTheme and StorageUnavailable.
    """
    if fault := plan_fault([step.ways for step in new.steps]):
        raise BadPlan(fault)
    refuse_long_title(new.title)
    for step in new.steps:
        refuse_long_title(step.topic.title)
    return await database.write(lambda connection: create_within(connection, keys, new, now))


def create_within(connection: sa.Connection, keys: Keys, new: NewQuestionnaire, now: int) -> int:
    """The same within a transaction; whoever calls has looked at the plan and at the titles' lengths."""
    made = connection.execute(
        sa.insert(QUESTIONNAIRE).values(
            title=new.title,
            body=new.body,
            opens_at=new.opens_at,
            closes_at=new.closes_at,
            provenance=str(new.provenance),
            created_at=now,
        )
    )
    (questionnaire,) = made.inserted_primary_key or (0,)
    rows = [
        {
            "questionnaire_id": questionnaire,
            "number": number,
            "topic_id": create_topic(connection, keys, step.topic, now),
            "on_plus": step.ways.plus,
            "on_minus": step.ways.minus,
            "on_skip": step.ways.skip,
        }
        for number, step in enumerate(new.steps, 1)
    ]
    connection.execute(sa.insert(QUESTIONNAIRE_STEP), rows)
    return int(questionnaire)


def end_questionnaire(connection: sa.Connection, questionnaire: int, at: int) -> None:
    """Let a questionnaire and the votes on all its questions end at the instant ``at``, within a transaction."""
    steps = sa.select(QUESTIONNAIRE_STEP.c.topic_id).where(
        QUESTIONNAIRE_STEP.c.questionnaire_id == questionnaire
    )
    for topic in sorted(connection.scalars(steps)):
        end_votes(connection, topic, at)
    over = sa.update(QUESTIONNAIRE).where(QUESTIONNAIRE.c.id == questionnaire)
    connection.execute(over.values(closes_at=at))


async def get_questionnaire(database: Database, questionnaire_id: int) -> Questionnaire | None:
    found = await _questionnaires(database, QUESTIONNAIRE.c.id == questionnaire_id)
    return found[0] if found else None


async def running_questionnaires(database: Database, now: int) -> list[Questionnaire]:
    """Those that are open now, the newest first."""
    return await _questionnaires(
        database, sa.and_(QUESTIONNAIRE.c.opens_at <= now, QUESTIONNAIRE.c.closes_at > now)
    )


async def _questionnaires(database: Database, which: sa.ColumnElement[bool]) -> list[Questionnaire]:
    statement = sa.select(QUESTIONNAIRE).where(which).order_by(QUESTIONNAIRE.c.id.desc())
    steps = sa.select(QUESTIONNAIRE_STEP).order_by(QUESTIONNAIRE_STEP.c.number)
    async with database.read() as connection:
        rows = (await connection.execute(statement)).all()
        ids = [row.id for row in rows]
        theirs = steps.where(QUESTIONNAIRE_STEP.c.questionnaire_id.in_(ids))
        of_those = (await connection.execute(theirs)).all() if ids else []
    return [_questionnaire(row, [s for s in of_those if s.questionnaire_id == row.id]) for row in rows]


def _questionnaire(row: Row[tuple[object, ...]], steps: list[Row[tuple[object, ...]]]) -> Questionnaire:
    return Questionnaire(
        id=row.id,
        title=row.title,
        body=row.body,
        opens_at=row.opens_at,
        closes_at=row.closes_at,
        steps=tuple(Step(step.topic_id, Ways(step.on_plus, step.on_minus, step.on_skip)) for step in steps),
        provenance=Provenance(row.provenance),
    )


# --- who takes part


async def note_active(database: Database, visitors: set[tuple[int, bytes]]) -> None:
    """Keep that these people, by questionnaire and pseudonym, were on the site while it ran."""
    rows = [_visitor(questionnaire, pseudonym) for questionnaire, pseudonym in sorted(visitors)]
    await database.write(lambda connection: _KEEP_VISITOR(connection, rows), idempotent=True)


async def note_stages(
    database: Database, keys: Keys, questionnaire: int, device: bytes, stages: set[Stage], now: int
) -> None:
    """Keep how far someone came. Writes only what is new; the first day of a stage stays."""
    pseudonym = keys.questionnaire_pseudonym(questionnaire, device)
    visitor = sa.select(QUESTIONNAIRE_VISITOR).where(
        QUESTIONNAIRE_VISITOR.c.questionnaire_id == questionnaire,
        QUESTIONNAIRE_VISITOR.c.pseudonym == pseudonym,
    )
    async with database.read() as connection:
        row = (await connection.execute(visitor)).first()
    names = {_INSTANTS[stage] for stage in stages if stage in _INSTANTS}
    if row is not None and all(row._mapping[name] is not None for name in names):
        return
    today = now - now % DAY_MS
    first = {name: sa.func.coalesce(QUESTIONNAIRE_VISITOR.c[name], today) for name in names}

    def note(connection: sa.Connection) -> None:
        _KEEP_VISITOR(connection, [_visitor(questionnaire, pseudonym)])
        if first:
            connection.execute(
                sa.update(QUESTIONNAIRE_VISITOR)
                .where(
                    QUESTIONNAIRE_VISITOR.c.questionnaire_id == questionnaire,
                    QUESTIONNAIRE_VISITOR.c.pseudonym == pseudonym,
                )
                .values(first)
            )

    await database.write(note, idempotent=True)


def forget_visits(connection: sa.Connection, keys: Keys, device: bytes) -> None:
    """Leave a device's visits to nobody: the counts stay as they were published, their pseudonyms go."""
    columns = QUESTIONNAIRE_VISITOR.c
    for row in connection.execute(sa.select(QUESTIONNAIRE.c.id).where(QUESTIONNAIRE.c.active.is_(None))):
        pseudonym = keys.questionnaire_pseudonym(row.id, device)
        connection.execute(
            sa.update(QUESTIONNAIRE_VISITOR)
            .where(columns.questionnaire_id == row.id, columns.pseudonym == pseudonym)
            .values(pseudonym=secrets.token_bytes(len(pseudonym)))
        )


async def engagement(database: Database, questionnaire: int) -> Engagement:
    """How many people took part, counted, or as it was kept when the visitors were destroyed."""
    kept = sa.select(*(QUESTIONNAIRE.c[stage] for stage in Stage)).where(QUESTIONNAIRE.c.id == questionnaire)
    async with database.read() as connection:
        row = (await connection.execute(kept)).one()
        if row.active is None:
            row = (await connection.execute(_counted(questionnaire))).one()
    return Engagement(row.active, row.started, row.voted, row.finished)


async def destroy_expired_visitors(database: Database, now: int, appeal_days: int) -> list[int]:
    """Of questionnaires that closed more than ``appeal_days`` ago only the four numbers stay; their ids."""
    over = sa.select(QUESTIONNAIRE.c.id).where(
        QUESTIONNAIRE.c.closes_at <= now - appeal_days * DAY_MS, QUESTIONNAIRE.c.active.is_(None)
    )

    def destroy(connection: sa.Connection) -> list[int]:
        ids = [row.id for row in connection.execute(over)]
        for one in ids:
            counts = connection.execute(_counted(one)).one()._mapping
            connection.execute(sa.update(QUESTIONNAIRE).where(QUESTIONNAIRE.c.id == one).values(**counts))
            connection.execute(
                sa.delete(QUESTIONNAIRE_VISITOR).where(QUESTIONNAIRE_VISITOR.c.questionnaire_id == one)
            )
        return ids

    return await database.write(destroy)


def _counted(questionnaire: int) -> sa.Select[int, int, int, int]:
    columns = QUESTIONNAIRE_VISITOR.c
    return sa.select(
        sa.func.count().label("active"),
        sa.func.count(columns.started_at).label("started"),
        sa.func.count(columns.voted_at).label("voted"),
        sa.func.count(columns.finished_at).label("finished"),
    ).where(columns.questionnaire_id == questionnaire)


def _visitor(questionnaire: int, pseudonym: bytes) -> dict[str, object]:
    return {"questionnaire_id": questionnaire, "pseudonym": pseudonym, **dict.fromkeys(_INSTANTS.values())}


_INSTANTS = {Stage.STARTED: "started_at", Stage.VOTED: "voted_at", Stage.FINISHED: "finished_at"}
_KEEP_VISITOR = Upsert(QUESTIONNAIRE_VISITOR, ())
