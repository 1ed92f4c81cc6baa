"""What became of topics: the steps that the Région has told, and the ideas that it has answered."""

from collections.abc import Iterable, Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Row

from storage.database import Database
from storage.tables import THEME, TOPIC
from storage.tables_follow_up import FOLLOW_UP, FOLLOW_UP_VERSION
from storage.tables_quarantine import QUARANTINE
from storage.topics import topic_of, topics_with_themes
from storage.values import Theme, TopicKind
from storage.values_follow_up import (
    ANSWERS,
    Answered,
    FollowUp,
    FollowUpFault,
    FollowUpStep,
    Outcome,
    follow_up_fault,
)


def _sum_of(moments: sa.ColumnElement[int], topic_id: sa.Column[int]) -> sa.ColumnElement[int]:
    """Of the topic of the query around it; 0 without any."""
    total = sa.select(sa.cast(sa.func.sum(moments), sa.BigInteger)).where(topic_id == TOPIC.c.id)
    return sa.func.coalesce(total.correlate(TOPIC).scalar_subquery(), 0)


STEPS_NUMBER = _sum_of(
    sa.func.coalesce(FOLLOW_UP.c.changed_at, FOLLOW_UP.c.at), FOLLOW_UP.c.topic_id
) + _sum_of(QUARANTINE.c.at + sa.func.coalesce(QUARANTINE.c.undone_at, 0), QUARANTINE.c.topic_id)
"""Another with every step of a topic that is told or corrected, and with all votes that are set aside or come back:
the sum of when each was; 0 without any."""


class BadFollowUp(Exception):
    """The step cannot be taken."""

    def __init__(self, fault: FollowUpFault) -> None:
        super().__init__(str(fault))
        self.fault = fault


async def tell_follow_up(database: Database, told: FollowUp) -> None:
    """Keep a step of a topic; told again it replaces what was said, and keeps when it was first said.

    Raises BadFollowUp and StorageUnavailable.
    """
    if fault := follow_up_fault(told):
        raise BadFollowUp(fault)

    def tell(connection: sa.Connection) -> None:
        if connection.execute(sa.select(TOPIC.c.id).where(TOPIC.c.id == told.topic)).scalar() is None:
            raise BadFollowUp(FollowUpFault.UNKNOWN_TOPIC)
        put_follow_up(connection, told, None)

    await database.write(tell, idempotent=True)


def put_follow_up(connection: sa.Connection, told: FollowUp, staff_id: int | None) -> bool:
    """Say a step, or correct it and keep what it said, with who corrected it; whether it was there already."""
    mine = (FOLLOW_UP.c.topic_id == told.topic) & (FOLLOW_UP.c.step == str(told.step))
    before = connection.execute(sa.select(FOLLOW_UP).where(mine).with_for_update()).first()
    said = {"text": told.text, "direction": told.direction, "outcome": told.outcome and str(told.outcome)}
    key = {"topic_id": told.topic, "step": str(told.step)}
    if before is None:
        connection.execute(sa.insert(FOLLOW_UP).values(key | said | {"at": told.at}))
        return False
    kept = {"text": before.text, "direction": before.direction, "outcome": before.outcome}
    if kept != said:
        version = key | kept | {"staff_id": staff_id, "replaced_at": told.at}
        connection.execute(sa.insert(FOLLOW_UP_VERSION).values(version))
        connection.execute(sa.update(FOLLOW_UP).where(mine).values(said | {"changed_at": told.at}))
    return True


async def steps_number(database: Database, topic_id: int) -> int:
    """``STEPS_NUMBER`` of a topic; 0 where there is none."""
    statement = sa.select(STEPS_NUMBER).select_from(TOPIC).where(TOPIC.c.id == topic_id)
    async with database.read() as connection:
        return (await connection.execute(statement)).scalar() or 0


async def follow_ups(database: Database, topic_id: int) -> list[FollowUp]:
    """What was told of a topic, in the steps' own order."""
    return (await follow_ups_of(database, [topic_id]))[topic_id]


async def follow_ups_of(database: Database, topic_ids: Sequence[int]) -> dict[int, list[FollowUp]]:
    """What was told of each of these topics, in the steps' own order."""
    found: dict[int, dict[FollowUpStep, FollowUp]] = {topic: {} for topic in topic_ids}
    async with database.read() as connection:
        for row in await connection.execute(
            sa.select(FOLLOW_UP).where(FOLLOW_UP.c.topic_id.in_(list(topic_ids)))
        ):
            told = follow_up_of(row)
            found[told.topic][told.step] = told
    return {topic: [steps[step] for step in FollowUpStep if step in steps] for topic, steps in found.items()}


async def latest_answers(database: Database, topic_ids: Iterable[int]) -> dict[int, FollowUp]:
    """The newest thing that the Région has said back on each of these topics, where it has."""
    statement = (
        sa.select(FOLLOW_UP)
        .where(FOLLOW_UP.c.topic_id.in_(list(topic_ids)), FOLLOW_UP.c.step.in_(list(ANSWERS)))
        .where(FOLLOW_UP.c.text != "")
        .order_by(FOLLOW_UP.c.at)
    )
    async with database.read() as connection:
        return {row.topic_id: follow_up_of(row) for row in await connection.execute(statement)}


async def answered_topics(database: Database, topic_ids: Iterable[int]) -> set[int]:
    """Which of these topics the Région has answered."""
    answered = sa.select(FOLLOW_UP.c.topic_id).where(FOLLOW_UP.c.step == str(FollowUpStep.ANSWERED))
    async with database.read() as connection:
        rows = await connection.execute(answered.where(FOLLOW_UP.c.topic_id.in_(list(topic_ids))))
        return {row.topic_id for row in rows}


async def answered_ideas(
    database: Database, theme: str | None, *, first: int, most: int
) -> tuple[list[Answered], int]:
    """Ideas that were answered, the newest answer first, from the ``first`` (0) on; and how many there are."""
    which = [
        FOLLOW_UP.c.step == str(FollowUpStep.ANSWERED),
        TOPIC.c.kind.in_(_BY_CITIZENS),
        TOPIC.c.withdrawn_at.is_(None),
    ]
    if theme is not None:
        which.append(THEME.c.slug == theme)
    joined = topics_with_themes().join(FOLLOW_UP, FOLLOW_UP.c.topic_id == TOPIC.c.id).where(*which)
    page = (
        joined.add_columns(FOLLOW_UP)
        .order_by(FOLLOW_UP.c.at.desc(), FOLLOW_UP.c.topic_id.desc())
        .offset(first)
        .limit(most)
    )
    async with database.read() as connection:
        rows = (await connection.execute(page)).all()
        counted = sa.select(sa.func.count()).select_from(joined.subquery())
        number = (await connection.execute(counted)).scalar_one()
    return [Answered(topic_of(row), follow_up_of(row)) for row in rows], int(number)


async def answered_themes(database: Database) -> list[Theme]:
    """The themes of ideas that were answered, by name."""
    statement = (
        sa.select(THEME.c.slug, THEME.c.name)
        .join(TOPIC, TOPIC.c.theme_id == THEME.c.id)
        .join(FOLLOW_UP, FOLLOW_UP.c.topic_id == TOPIC.c.id)
        .where(FOLLOW_UP.c.step == str(FollowUpStep.ANSWERED), TOPIC.c.kind == str(TopicKind.IDEA))
        .distinct()
        .order_by(THEME.c.name)
    )
    async with database.read() as connection:
        return [Theme(row.slug, row.name) for row in await connection.execute(statement)]


def follow_up_of(row: Row[tuple[object, ...]]) -> FollowUp:
    outcome = None if row.outcome is None else Outcome(row.outcome)
    return FollowUp(
        row.topic_id, FollowUpStep(row.step), row.at, row.text, row.direction, outcome, row.changed_at
    )


_BY_CITIZENS = [str(kind) for kind in TopicKind if kind.by_citizens]
