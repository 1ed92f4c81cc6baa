"""Tallies as they may be read: public standings, moments, and the check against the ballots."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from realtime.disclosure import BLOCK, RATIO_FROM, HeadlinePolicy, distance, draw, rounded
from realtime.ledger import published
from realtime.standing import Mark
from realtime.tally import HEADLINE_SERIES, AgeBand, Counts, Sex, Version
from storage.database import Database
from storage.follow_up import STEPS_NUMBER
from storage.installation import EPOCH
from storage.keys import Keys
from storage.tables import BALLOT, SERIES, TALLY, TOPIC
from storage.tables_quarantine import QUARANTINE, SET_ASIDE
from storage.topics import rules_of
from storage.values import CrossTable, Discrepancy, Standing, Topic, TopicState

MOMENT_MS = 10_000
"""Length of a time bucket of moments, in ms."""

COUNTING_SECONDS = 20.0
RECOUNTING_SECONDS = 3600.0
"""How long a count of one topic's ballots and of all ballots may take."""

SETTLING_MS = 5_000
"""How long after the close the last ballots may take to be committed: a dead database is given up after 3 s."""

CROSS_TABLE_LEAST = 20
"""Voters in a cell of a cross table that may be published."""


def gap(headline: Counts) -> int | None:
    """How far a ratio is from 50 : 50, from 0 to 10,000 (all of one mind); None under ten voters."""
    if headline.voters < RATIO_FROM:
        return None
    return distance(headline)


async def standings(database: Database, topic_ids: Iterable[int]) -> dict[int, Standing]:
    """The whole public tally of each topic that exists, all from one snapshot of the database."""
    ids = list(topic_ids)
    tallies = sa.select(TALLY, TOPIC.c.headline, EPOCH.label("epoch")).join(
        TOPIC, TOPIC.c.id == TALLY.c.topic_id
    )
    public = sa.select(SERIES.c.topic_id, SERIES.c.series, SERIES.c.public_plus, SERIES.c.public_minus)
    async with database.read() as connection:
        headlines = (await connection.execute(tallies.where(TALLY.c.topic_id.in_(ids)))).all()
        shown = await connection.execute(
            public.where(SERIES.c.topic_id.in_(ids), SERIES.c.public_plus.is_not(None))
        )
        series: dict[int, dict[str, Counts | None]] = defaultdict(dict)
        for row in shown:
            series[row.topic_id][row.series] = Counts(row.public_plus, row.public_minus)
    return {
        row.topic_id: Standing(
            Version(row.epoch, row.number),
            published(HeadlinePolicy(row.headline), Counts(row.plus, row.minus), series[row.topic_id]),
        )
        for row in headlines
    }


async def marks(database: Database, topic_ids: Iterable[int]) -> dict[int, Mark]:
    """The version, rules, live headline and steps of each topic that exists, in one query."""
    statement = sa.select(*_MARK).join(TOPIC, TOPIC.c.id == TALLY.c.topic_id)
    async with database.read() as connection:
        rows = await connection.execute(statement.where(TALLY.c.topic_id.in_(list(topic_ids))))
        return {row.topic_id: _mark(row) for row in rows}


_MARK: tuple[sa.ColumnElement[Any], ...] = (
    *(TALLY.c[name] for name in ("topic_id", "number", "plus", "minus")),
    *(
        TOPIC.c[name]
        for name in ("opens_at", "closes_at", "results", "headline", "profile_required", "parent_id")
    ),
    EPOCH.label("epoch"),
    STEPS_NUMBER.label("steps"),
)


def _mark(row: Row[tuple[object, ...]]) -> Mark:
    rules = rules_of(row)
    live = rules.headline is HeadlinePolicy.LIVE
    return Mark(
        rules, Version(row.epoch, row.number), Counts(row.plus, row.minus) if live else None, row.steps
    )


async def cross_table(database: Database, keys: Keys, topic: Topic, now: int) -> CrossTable | None:
    """Women and men by age among a topic's ballots, None until a moment after the close.

    Cells under 20 voters are left out, the others rounded like a series. What was let in just before the close may
    still be on its way to the disk: two readings that differ by one vote would tell it. For the same reason a
    cell is left out of which, after the close, between one and nine voters were set aside or came back at once.
    """
    if topic.rules.state(now - SETTLING_MS) is not TopicState.CLOSED:
        return None
    statement = (
        sa.select(BALLOT.c.sex, BALLOT.c.age, *_SIGNS)
        .where(BALLOT.c.topic_id == topic.id, BALLOT.c.sex.is_not(None), BALLOT.c.age.is_not(None), _COUNTS)
        .group_by(BALLOT.c.sex, BALLOT.c.age)
    )
    async with database.read(COUNTING_SECONDS) as connection:
        rows = (await connection.execute(statement)).all()
        moved = await _cells_moved_a_little(connection, topic)
    cells = {}
    for row in rows:
        counts = Counts(row.plus, row.minus)
        if counts.voters >= CROSS_TABLE_LEAST and (row.sex, row.age) not in moved:
            drawn = draw(keys.sealing, topic.id, f"cross:{row.sex}:{row.age}", 1)
            cells[Sex(row.sex), AgeBand(row.age)] = rounded(counts, drawn)
    return CrossTable(cells)


async def _cells_moved_a_little(connection: AsyncConnection, topic: Topic) -> set[tuple[str, str]]:
    """Cells whose numbers, by steps after the close, would tell of fewer than a block of their voters."""
    late = sa.or_(QUARANTINE.c.at >= topic.rules.closes_at, QUARANTINE.c.undone_at >= topic.rules.closes_at)
    found = await connection.execute(
        sa.select(QUARANTINE.c.id).where(QUARANTINE.c.topic_id == topic.id, late)
    )
    places = {number: 1 << place for place, number in enumerate(found.scalars())}
    if not places:
        return set()
    together = sa.func.sum(sa.case(places, value=SET_ASIDE.c.quarantine_id)).label("together")
    groups = (
        sa.select(SET_ASIDE.c.voter_key, together)
        .where(SET_ASIDE.c.quarantine_id.in_(list(places)))
        .group_by(SET_ASIDE.c.voter_key)
        .subquery()
    )
    few = (
        sa.select(BALLOT.c.sex, BALLOT.c.age)
        .join(groups, groups.c.voter_key == BALLOT.c.voter_key)
        .where(BALLOT.c.topic_id == topic.id, BALLOT.c.sign != 0)
        .where(BALLOT.c.sex.is_not(None), BALLOT.c.age.is_not(None))
        .group_by(BALLOT.c.sex, BALLOT.c.age, groups.c.together)
        .having(sa.func.count() < BLOCK)
    )
    return {(row.sex, row.age) for row in await connection.execute(few)}


_COUNTS = BALLOT.c.aside == 0

_SIGNS = (
    sa.func.coalesce(sa.func.sum(sa.case((BALLOT.c.sign == 1, 1), else_=0)), 0).label("plus"),
    sa.func.coalesce(sa.func.sum(sa.case((BALLOT.c.sign == -1, 1), else_=0)), 0).label("minus"),
)


async def discrepancies(database: Database) -> list[Discrepancy]:
    """Every counter of every topic and series that differs from a recount of its ballots.

    A ballot that is set aside is there and does not count.
    """
    async with database.read(RECOUNTING_SECONDS) as connection:
        recounted: dict[tuple[int, str], Counts] = {}
        totals = sa.select(BALLOT.c.topic_id, *_SIGNS).where(_COUNTS).group_by(BALLOT.c.topic_id)
        for row in await connection.execute(totals):
            recounted[row.topic_id, HEADLINE_SERIES] = Counts(row.plus, row.minus)
        for kind, column in _SPLITS.items():
            split = sa.select(BALLOT.c.topic_id, column.label("code"), *_SIGNS).where(
                column.is_not(None), _COUNTS
            )
            for part in await connection.execute(split.group_by(BALLOT.c.topic_id, column)):
                recounted[part.topic_id, f"{kind}:{part.code}"] = Counts(part.plus, part.minus)
        stored: dict[tuple[int, str], list[Counts]] = defaultdict(list)
        for tally in await connection.execute(sa.select(TALLY)):
            stored[tally.topic_id, HEADLINE_SERIES].append(Counts(tally.plus, tally.minus))
        for series in await connection.execute(sa.select(SERIES)):
            stored[series.topic_id, series.series].append(Counts(series.plus, series.minus))
    nobody = Counts(0, 0)
    return [
        Discrepancy(topic, key, counts, recounted.get((topic, key), nobody))
        for topic, key in sorted(stored.keys() | recounted.keys())
        for counts in stored.get((topic, key), [nobody])
        if counts != recounted.get((topic, key), nobody)
    ]


_SPLITS = {"dep": BALLOT.c.departement, "sex": BALLOT.c.sex, "age": BALLOT.c.age, "hall": BALLOT.c.hall}
