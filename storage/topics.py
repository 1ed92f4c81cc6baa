"""Topics and their themes."""

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from realtime.disclosure import HeadlinePolicy, ResultPolicy
from realtime.tally import Departement, Sign
from storage.database import Database
from storage.keys import Keys
from storage.search_index import index_topics
from storage.tables import TALLY, THEME, TOPIC, TOPIC_KEY
from storage.values import NewTopic, Provenance, Theme, Topic, TopicKind, TopicRules

LONGEST_TITLE = 140


class UnknownTheme(Exception):
    """No theme has this slug."""


class TitleTooLong(Exception):
    """A title has more than 140 signs."""


async def create_topics(database: Database, keys: Keys, topics: list[NewTopic], now: int) -> list[int]:
    """Store topics, each with its key and an empty tally, all or none; their ids in the same order.

    Raises UnknownTheme and TitleTooLong (naming the culprit), and StorageUnavailable.
    """
    for topic in topics:
        refuse_long_title(topic.title)
    return await database.write(lambda connection: [create_topic(connection, keys, t, now) for t in topics])


def refuse_long_title(title: str) -> None:
    """Raises TitleTooLong."""
    if len(title) > LONGEST_TITLE:
        raise TitleTooLong(title)


def create_topic(connection: sa.Connection, keys: Keys, topic: NewTopic, now: int) -> int:
    """One topic with its key and an empty tally, within a transaction; its id. Raises UnknownTheme.

    Whoever calls has looked at the title's length, in the signs that they count.
    """
    theme = connection.execute(sa.select(THEME.c.id).where(THEME.c.slug == topic.theme)).scalar()
    if theme is None:
        raise UnknownTheme(topic.theme)
    made = connection.execute(
        sa.insert(TOPIC).values(
            kind=str(topic.kind),
            title=topic.title,
            body=topic.body,
            theme_id=theme,
            opens_at=topic.rules.opens_at,
            closes_at=topic.rules.closes_at,
            results=str(topic.rules.results),
            headline=str(topic.rules.headline),
            profile_required=topic.rules.profile_required,
            provenance=str(topic.provenance),
            created_at=now,
            parent_id=topic.parent,
            side=topic.side,
            departement=topic.departement,
        )
    )
    (topic_id,) = made.inserted_primary_key or (0,)
    connection.execute(sa.insert(TOPIC_KEY).values(topic_id=topic_id, wrapped=keys.new_topic_key()))
    connection.execute(sa.insert(TALLY).values(topic_id=topic_id, number=0, seq=0, plus=0, minus=0, voters=0))
    index_topics(connection, {int(topic_id): f"{topic.title}\n{topic.body}"})
    return int(topic_id)


async def close_topic(database: Database, topic_id: int, at: int) -> None:
    """Let a topic's vote, and that on its arguments, end at the instant ``at``; withdrawn arguments stay closed."""
    await database.write(lambda connection: end_votes(connection, topic_id, at), idempotent=True)


def end_votes(connection: sa.Connection, topic_id: int, at: int) -> None:
    """The same within a transaction."""
    itself = sa.update(TOPIC).where(TOPIC.c.id == topic_id)
    arguments = sa.update(TOPIC).where(TOPIC.c.parent_id == topic_id, TOPIC.c.withdrawn_at.is_(None))
    # the topic first and alone: it waits for whoever publishes an argument just now, and then finds that one
    connection.execute(itself.values(closes_at=at))
    connection.execute(arguments.values(closes_at=at))


def withdraw_topic(connection: sa.Connection, topic_id: int, now: int) -> None:
    """Take a topic out of every list and end its vote, and that on its arguments, where it has not ended."""
    connection.execute(
        sa.update(TOPIC)
        .where(TOPIC.c.id == topic_id, TOPIC.c.withdrawn_at.is_(None))
        .values(withdrawn_at=now)
    )
    connection.execute(
        sa.update(TOPIC)
        .where(
            sa.or_(TOPIC.c.id == topic_id, TOPIC.c.parent_id == topic_id),
            sa.or_(TOPIC.c.closes_at.is_(None), TOPIC.c.closes_at > now),
        )
        .values(closes_at=now)
    )


async def list_themes(database: Database, *, retired: bool = False) -> list[Theme]:
    """The themes that are offered, in the editors' order; with the ``retired`` ones, which topics keep, behind."""
    statement = sa.select(THEME).order_by(THEME.c.retired_at.is_not(None), THEME.c.position, THEME.c.id)
    if not retired:
        statement = statement.where(THEME.c.retired_at.is_(None))
    async with database.read() as connection:
        return [Theme(row.slug, row.name) for row in await connection.execute(statement)]


def with_own(offered: list[Theme], own: Theme | None) -> list[Theme]:
    """What is offered to something that has a theme: its own too, where that is retired."""
    return offered if own is None or own in offered else [*offered, own]


def offered_theme(slug: str) -> sa.Select[int]:
    """The id of a theme that is not retired."""
    return sa.select(THEME.c.id).where(THEME.c.slug == slug, THEME.c.retired_at.is_(None))


async def mark(database: Database, topic_ids: list[int], provenance: Provenance) -> None:
    """Say of topics where their votes come from."""
    statement = sa.update(TOPIC).where(TOPIC.c.id.in_(topic_ids)).values(provenance=str(provenance))
    await database.write(lambda connection: connection.execute(statement), idempotent=True)


async def list_topics(database: Database) -> list[Topic]:
    """All topics that stand for themselves (no arguments, none withdrawn), the newest first."""
    listed = _TOPICS.where(TOPIC.c.parent_id.is_(None), TOPIC.c.withdrawn_at.is_(None))
    async with database.read() as connection:
        rows = await connection.execute(listed.order_by(TOPIC.c.id.desc()))
        return [topic_of(row) for row in rows]


async def topics_of(database: Database, topic_ids: Iterable[int]) -> dict[int, Topic]:
    """Those of these topics that exist, by id."""
    async with database.read() as connection:
        rows = await connection.execute(_TOPICS.where(TOPIC.c.id.in_(list(topic_ids))))
        return {row.id: topic_of(row) for row in rows}


async def get_topic(database: Database, topic_id: int) -> Topic | None:
    async with database.read() as connection:
        row = (await connection.execute(_TOPICS.where(TOPIC.c.id == topic_id))).first()
        return None if row is None else topic_of(row)


async def get_topics(database: Database, topic_ids: Iterable[int]) -> list[Topic]:
    """Those of these topics that exist, in the same order."""
    async with database.read() as connection:
        return await topics_in_order(connection, list(topic_ids))


async def topics_in_order(connection: AsyncConnection, topic_ids: list[int]) -> list[Topic]:
    """Those of these topics that exist, in the order of their ids here."""
    rows = await connection.execute(_TOPICS.where(TOPIC.c.id.in_(topic_ids)))
    found = {row.id: topic_of(row) for row in rows}
    return [found[topic_id] for topic_id in topic_ids if topic_id in found]


_TOPICS = sa.select(TOPIC, THEME.c.slug, THEME.c.name).join(THEME, THEME.c.id == TOPIC.c.theme_id)


def topics_with_themes() -> sa.Select[tuple[object, ...]]:
    """All that ``topic_of`` reads, to be narrowed down."""
    return _TOPICS


def topic_of(row: Row[tuple[object, ...]]) -> Topic:
    """The topic in a row of ``topics_with_themes``."""
    return Topic(
        id=row.id,
        kind=TopicKind(row.kind),
        title=row.title,
        body=row.body,
        theme=Theme(row.slug, row.name),
        rules=rules_of(row),
        provenance=Provenance(row.provenance),
        created_at=row.created_at,
        parent=row.parent_id,
        side=None if row.side is None else Sign(row.side),
        withdrawn_at=row.withdrawn_at,
        departement=None if row.departement is None else Departement(row.departement),
        event=row.event_id,
    )


def rules_of(row: Row[tuple[object, ...]]) -> TopicRules:
    """The rules in a row that has the topic's columns."""
    return TopicRules(
        opens_at=row.opens_at,
        closes_at=row.closes_at,
        results=ResultPolicy(row.results),
        headline=HeadlinePolicy(row.headline),
        profile_required=row.profile_required,
        gate=row.parent_id,
    )
