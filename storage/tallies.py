"""Tallies as they may be read: public standings, moments, and the check against the ballots."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from realtime.disclosure import BLOCK, RATIO_FROM, HeadlinePolicy, draw, rounded
from realtime.ledger import published
from realtime.standing import Mark
from realtime.tally import HEADLINE_SERIES, AgeBand, Counts, Sex, Version
from storage.database import Database
from storage.follow_up import STEPS_NUMBER
from storage.installation import EPOCH
from storage.keys import Keys
from storage.tables import BALLOT, MOMENT, SERIES, TALLY, TOPIC
from storage.topics import rules_of
from storage.values import CrossTable, Discrepancy, Moment, Standing, Topic, TopicState

MOMENT_MS = 10_000
"""Length of a time bucket of moments, in ms."""

MOMENT_PART = 32
"""Between two moments of the time line lie ten voters, and this part of those who had voted before."""

MOST_MOMENTS = 500
"""Moments of a time line; by the distances between them more voters than people live would make so many."""

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
    return abs(headline.plus - headline.minus) * 10_000 // headline.voters


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


async def moments(database: Database, keys: Keys, topic_id: int) -> list[Moment]:
    """The public headline over time, oldest first: one chain of moments, rounded like a series.

    What everybody could see live at the moment of one vote must not be there to be read afterwards by whoever
    learns when a neighbour voted, however often they ask: so at least ``BLOCK`` voters lie between two moments, the
    chain only ever grows at its end, and where ten voters were of one mind the line does not say so.
    The distance grows with the voters: a million of them make about 260 moments.
    """
    async with database.read() as connection:
        chain = (await connection.execute(_CHAIN, {"topic": topic_id})).all()
    return [
        Moment(
            (row.bucket + 1) * MOMENT_MS,
            rounded(Counts(row.plus, row.minus), draw(keys.sealing, topic_id, f"moment:{row.bucket}", 1)),
        )
        for row in chain
    ]


def _chain_of_moments() -> sa.Select[tuple[int, int, int]]:
    """The first moment of ten voters, then again and again the first with so many more than the one before."""
    columns = (MOMENT.c.bucket, MOMENT.c.plus, MOMENT.c.minus)
    of_topic = sa.select(*columns).where(MOMENT.c.topic_id == sa.bindparam("topic"))
    start = of_topic.where(MOMENT.c.plus + MOMENT.c.minus >= BLOCK).order_by(MOMENT.c.bucket).limit(1)
    chain = sa.select(start.subquery()).cte("chain", recursive=True)
    later, voters = MOMENT.alias("later"), chain.c.plus + chain.c.minus
    following = (
        sa.select(later.c.bucket)
        .where(later.c.topic_id == sa.bindparam("topic"), later.c.bucket > chain.c.bucket)
        .where(later.c.plus + later.c.minus >= voters + BLOCK + voters // MOMENT_PART)
        .order_by(later.c.bucket)
        .limit(1)
        .correlate(chain)
        .scalar_subquery()
    )
    step = sa.select(*columns).select_from(
        chain.join(MOMENT, sa.and_(MOMENT.c.topic_id == sa.bindparam("topic"), MOMENT.c.bucket == following))
    )
    whole = chain.union_all(step)
    return sa.select(whole.c.bucket, whole.c.plus, whole.c.minus).order_by(whole.c.bucket).limit(MOST_MOMENTS)


_CHAIN = _chain_of_moments()


async def cross_table(database: Database, keys: Keys, topic: Topic, now: int) -> CrossTable | None:
    """Women and men by age among a topic's ballots, None until a moment after the close.

    Cells under 20 voters are left out, the others rounded like a series. What was let in just before the close may
    still be on its way to the disk: two readings that differ by one vote would tell it.
    """
    if topic.rules.state(now - SETTLING_MS) is not TopicState.CLOSED:
        return None
    statement = (
        sa.select(BALLOT.c.sex, BALLOT.c.age, *_SIGNS)
        .where(BALLOT.c.topic_id == topic.id, BALLOT.c.sex.is_not(None), BALLOT.c.age.is_not(None))
        .group_by(BALLOT.c.sex, BALLOT.c.age)
    )
    async with database.read(COUNTING_SECONDS) as connection:
        rows = (await connection.execute(statement)).all()
    cells = {}
    for row in rows:
        counts = Counts(row.plus, row.minus)
        if counts.voters >= CROSS_TABLE_LEAST:
            drawn = draw(keys.sealing, topic.id, f"cross:{row.sex}:{row.age}", 1)
            cells[Sex(row.sex), AgeBand(row.age)] = rounded(counts, drawn)
    return CrossTable(cells)


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
