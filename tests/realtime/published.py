"""A crowd votes through the ballot box's own transaction; what the application then publishes is written down.

Each ballot change is a batch of its own and has ten seconds for itself: nothing is published less often than it
could be, and the attacker knows of every publication after which vote it came.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from realtime.disclosure import HeadlinePolicy, ResultPolicy
from realtime.tally import AgeBand, Counts, Sex
from storage.ballots import Batch
from storage.statistics import figures
from storage.tables import RELEASE
from storage.tallies import MOMENT_MS, SETTLING_MS, cross_table, moments, standings
from storage.topics import close_topic, create_topics, get_topic
from storage.values import CastVote, NewTopic, Receipt, TopicKind, TopicRules
from tests.realtime.crowd import Crowd
from tests.storage.house import House, device, open_house

THEMES = {HeadlinePolicy.LIVE: "sport", HeadlinePolicy.SEALED: "culture"}
"""Each topic has a theme to itself, so that sums over a theme are numbers of that topic."""


@dataclass(frozen=True)
class Published:
    """All that leaves storage about one topic.

    ``releases`` and ``moments`` (the time line's headline) are by the number of the step after which they came;
    ``series``, ``cross`` and ``sums`` (the statistics' groups) are what stands after the close.
    """

    releases: Mapping[int, list[tuple[str, Counts]]]
    moments: Mapping[int, Counts]
    headline: Counts
    series: Mapping[str, Counts]
    cross: Mapping[tuple[Sex, AgeBand], Counts]
    sums: Mapping[str, Counts]


async def publications(crowd: Crowd, folder: Path) -> dict[HeadlinePolicy, Published]:
    """What is published where a crowd votes on two topics, one with each policy of the headline."""
    house = await open_house(folder)
    try:
        for number, voter in enumerate(crowd.voters):
            await house.tell(device(number), voter.cell)
        return {policy: await _ran(house, crowd, policy) for policy in HeadlinePolicy}
    finally:
        await house.close()


async def _ran(house: House, crowd: Crowd, policy: HeadlinePolicy) -> Published:
    began = house.clock[0]
    rules = TopicRules(0, None, ResultPolicy.ALWAYS, policy)
    new = NewTopic(TopicKind.QUESTION, "Une question ?", THEMES[policy], rules)
    (topic,) = await create_topics(house.database, house.keys, [new], began)
    await _vote(house, topic, crowd)
    closed = began + len(crowd.steps) * MOMENT_MS
    await close_topic(house.database, topic, closed)
    return await _read(house, topic, policy, closed + SETTLING_MS)


async def _vote(house: House, topic: int, crowd: Crowd) -> None:
    began = house.clock[0]

    def work(connection: sa.Connection) -> None:
        for number, step in enumerate(crowd.steps):
            hall = crowd.voters[step.voter].hall
            vote = CastVote(topic, device(step.voter), step.new, f"op-number-{number}", hall)
            (outcome,), _ = Batch(house.keys, [vote], began + number * MOMENT_MS).run(connection)
            assert isinstance(outcome, Receipt)

    await house.database.write(work)


async def _read(house: House, topic: int, policy: HeadlinePolicy, now: int) -> Published:
    database, began = house.database, house.clock[0]
    asked = await get_topic(database, topic)
    assert asked is not None
    public = (await standings(database, [topic]))[topic].tally
    table = await cross_table(database, house.keys, asked, now)
    assert public.headline is not None
    assert table is not None
    groups = (await figures(database, now, listed=10)).groups
    past = await moments(database, house.keys, topic)
    return Published(
        releases=await _releases(house, topic),
        moments={(one.at - began) // MOMENT_MS - 1: one.counts for one in past},
        headline=public.headline,
        series=public.series,
        cross=table.cells,
        sums={group.series: group.counts for group in groups if group.theme == THEMES[policy]},
    )


async def _releases(house: House, topic: int) -> dict[int, list[tuple[str, Counts]]]:
    by_step: dict[int, list[tuple[str, Counts]]] = defaultdict(list)
    statement = sa.select(RELEASE).where(RELEASE.c.topic_id == topic, RELEASE.c.plus.is_not(None))
    async with house.database.read() as connection:
        for row in await connection.execute(statement):
            step = (row.at - house.clock[0]) // MOMENT_MS
            by_step[step].append((row.series, Counts(row.plus, row.minus)))
    return by_step
