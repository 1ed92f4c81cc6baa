"""A crowd votes through the ballot box's own transaction; what the application then publishes is written down.

Each ballot change is a batch of its own and has ten seconds for itself: nothing is published less often than it
could be, and the attacker knows of every publication after which vote it came.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from realtime.disclosure import HeadlinePolicy, ResultPolicy
from realtime.tally import AgeBand, Counts, Hall, Sex
from storage.ballots import Batch
from storage.keys import voter_key
from storage.quarantine import bring_back, set_aside
from storage.statistics import figures
from storage.tables import BALLOT, RELEASE, TOPIC_KEY
from storage.tables_quarantine import SET_ASIDE
from storage.tallies import MOMENT_MS, SETTLING_MS, cross_table, standings
from storage.time_line import moments
from storage.topics import close_topic, create_topics, get_topic
from storage.values import CastVote, Moment, NewTopic, Receipt, TopicKind, TopicRules
from storage.values_quarantine import NewQuarantine, Quarantine, Rule
from storage.values_watch import MINUTE_MS
from tests.realtime.crowd import Crowd
from tests.storage.house import House, device, open_house
from tests.storage.test_moderation import colleague

THEMES = {HeadlinePolicy.LIVE: "sport", HeadlinePolicy.SEALED: "culture"}
"""Each topic has a theme to itself, so that sums over a theme are numbers of that topic."""


@dataclass(frozen=True)
class Event:
    """After a step these voters' ballots left the counts in this order, or came back; what was released meanwhile.

    ``plus`` of them were for, which whoever watches a live headline sees. The ``others`` are withdrawn just now,
    and held, or free again, as well.
    """

    after: int
    quarantine: int
    is_return: bool
    voters: list[int]
    others: list[int]
    plus: int
    releases: Mapping[str, list[Counts | None]]


@dataclass(frozen=True)
class Published:
    """All that leaves storage about one topic.

    ``releases`` and ``moments`` (the time line's headline) are by the number of the step after which they came;
    what ``events`` released stands there. ``at_close`` is the headline and the cross table before the events after
    the close, ``shares`` by how much the line of a live headline steps; ``headline``, ``series``, ``cross`` and
    ``sums`` (the statistics' groups) are what stands in the end.
    """

    releases: Mapping[int, list[tuple[str, Counts | None]]]
    events: list[Event]
    moments: Mapping[int, Counts]
    shares: Mapping[int, Counts]
    at_close: tuple[Counts, Mapping[tuple[Sex, AgeBand], Counts]]
    headline: Counts
    series: Mapping[str, Counts]
    cross: Mapping[tuple[Sex, AgeBand], Counts]
    sums: Mapping[str, Counts]


async def publications(crowd: Crowd, folder: Path) -> dict[HeadlinePolicy, Published]:
    """What is published where a crowd votes on two topics, one with each policy of the headline."""
    house = await open_house(folder)
    try:
        await colleague(house, "Ann")
        for number, voter in enumerate(crowd.voters):
            await house.tell(device(number), voter.cell)
        return {policy: await _ran(house, crowd, policy) for policy in HeadlinePolicy}
    finally:
        await house.close()


async def _ran(house: House, crowd: Crowd, policy: HeadlinePolicy) -> Published:
    rules = TopicRules(0, None, ResultPolicy.ALWAYS, policy)
    new = NewTopic(TopicKind.QUESTION, "Une question ?", THEMES[policy], rules)
    (topic,) = await create_topics(house.database, house.keys, [new], house.clock[0])
    await house.in_event(topic, *(Hall(slug) for slug in ("strasbourg", "metz", "reims")))
    run = Run(house, topic, crowd)
    end = len(crowd.steps)
    await run.until(end)
    await close_topic(house.database, topic, run.instant(end))
    at_close = await run.headline(), await run.cross(end)
    await run.meddle(end)
    await run.meddle(end + 1)
    return await _read(run, policy, at_close)


class Run:
    """A topic on which a crowd votes, a step in each ten seconds, while moderators do as its spans say."""

    def __init__(self, house: House, topic: int, crowd: Crowd) -> None:
        self.house = house
        self.topic = topic
        self.events: list[Event] = []
        self._crowd = crowd
        self._ids: dict[int, int] = {}

    def instant(self, step: int) -> int:
        return self.house.clock[0] + step * MOMENT_MS

    async def until(self, end: int) -> None:
        pauses = {one.after for one in self._crowd.spans} | {one.back for one in self._crowd.spans}
        stops = sorted(stop + 1 for stop in pauses if stop is not None and stop < end)
        for begin, stop in pairwise([0, *stops, end]):
            await self.house.database.write(partial(self._vote, begin, stop))
            if stop < end:
                await self.meddle(stop - 1)

    def _vote(self, begin: int, stop: int, connection: sa.Connection) -> None:
        for number in range(begin, stop):
            step = self._crowd.steps[number]
            hall = self._crowd.voters[step.voter].hall
            vote = CastVote(self.topic, device(step.voter), step.new, f"op-number-{number}", hall)
            (outcome,), _ = Batch(self.house.keys, [vote], self.instant(number)).run(connection)
            assert isinstance(outcome, Receipt)

    async def meddle(self, step: int) -> None:
        """What moderators do between this step and the next."""
        database, keys, now = self.house.database, self.house.keys, self.instant(step) + MOMENT_MS // 2
        first = self.house.clock[0] // MINUTE_MS
        for place, span in enumerate(self._crowd.spans):
            before = await self._free()
            if span.after == step:
                rule = Rule(self.topic, first + span.since // 6, first + span.until // 6)
                new = NewQuarantine(rule, "Votes automatiques", 1, f"{self.topic} {place}")
                made = await set_aside(database, keys, new, now)
                assert isinstance(made, Quarantine), made
                self._ids[place] = made.id
                await self._note(step, now, made.id, before, is_return=False)
            if span.back == step:
                back = await bring_back(database, keys, self._ids[place], 1, "Vérifiés", now)
                assert isinstance(back, Quarantine), back
                await self._note(step, now, self._ids[place], before, is_return=True)

    async def _free(self) -> set[bytes]:
        """Whose ballots no quarantine holds."""
        return {row.voter_key for row in await self._rows(BALLOT.c.aside == 0)}

    async def _rows(self, which: sa.ColumnElement[bool]) -> Sequence[sa.Row[Any]]:
        async with self.house.database.read() as connection:
            ballots = sa.select(BALLOT).where(BALLOT.c.topic_id == self.topic, which)
            return (await connection.execute(ballots.order_by(BALLOT.c.seq))).all()

    async def _note(
        self, step: int, now: int, quarantine: int, before: set[bytes], *, is_return: bool
    ) -> None:
        members = sa.select(SET_ASIDE.c.voter_key).where(SET_ASIDE.c.quarantine_id == quarantine)
        found = await self._rows(
            (BALLOT.c.aside == (0 if is_return else 1)) & BALLOT.c.voter_key.in_(members)
        )
        rows = [row for row in found if (row.voter_key in before) is not is_return]
        names = await self._names()
        self.events.append(
            Event(
                step,
                quarantine,
                is_return,
                [names[row.voter_key] for row in rows if row.sign],
                [names[row.voter_key] for row in rows if not row.sign],
                sum(row.sign == 1 for row in rows),
                await self._released(now),
            )
        )

    async def _names(self) -> dict[bytes, int]:
        async with self.house.database.read() as connection:
            wrapped = sa.select(TOPIC_KEY.c.wrapped).where(TOPIC_KEY.c.topic_id == self.topic)
            key = self.house.keys.unwrap((await connection.execute(wrapped)).scalar_one())
        return {voter_key(key, device(number)): number for number in range(len(self._crowd.voters))}

    async def _released(self, at: int) -> dict[str, list[Counts | None]]:
        found: dict[str, list[Counts | None]] = defaultdict(list)
        statement = sa.select(RELEASE).where(RELEASE.c.topic_id == self.topic, RELEASE.c.at == at)
        async with self.house.database.read() as connection:
            for row in await connection.execute(statement.order_by(RELEASE.c.number)):
                found[row.series].append(_counts_of(row))
        return found

    async def releases(self) -> dict[int, list[tuple[str, Counts | None]]]:
        """Those of steps, by their number."""
        by_step: dict[int, list[tuple[str, Counts | None]]] = defaultdict(list)
        statement = sa.select(RELEASE).where(RELEASE.c.topic_id == self.topic)
        async with self.house.database.read() as connection:
            for row in await connection.execute(statement):
                step, rest = divmod(row.at - self.house.clock[0], MOMENT_MS)
                if rest == 0:
                    by_step[step].append((row.series, _counts_of(row)))
        return by_step

    async def headline(self) -> Counts:
        told = (await standings(self.house.database, [self.topic]))[self.topic].tally.headline
        assert told is not None
        return told

    async def cross(self, step: int) -> Mapping[tuple[Sex, AgeBand], Counts]:
        asked = await get_topic(self.house.database, self.topic)
        assert asked is not None
        table = await cross_table(
            self.house.database, self.house.keys, asked, self.instant(step) + SETTLING_MS
        )
        assert table is not None
        return table.cells


def _shares(past: list[Moment], began: int) -> dict[int, Counts]:
    """At each step the line is told twice: as it was, and less who left (or with who came back)."""
    steps = [(one.at, one.counts, other.counts) for one, other in pairwise(past) if one.at == other.at]
    return {
        (at - began) // MOMENT_MS: Counts(abs(was.plus - now.plus), abs(was.minus - now.minus))
        for at, was, now in steps
    }


def _counts_of(row: sa.Row[Any]) -> Counts | None:
    """None for a block after which fewer than ten voters stand."""
    return None if row.plus is None else Counts(row.plus, row.minus)


async def _read(
    run: Run, policy: HeadlinePolicy, at_close: tuple[Counts, Mapping[tuple[Sex, AgeBand], Counts]]
) -> Published:
    database, began = run.house.database, run.house.clock[0]
    now = run.instant(10_000)
    groups = (await figures(database, now, listed=10)).groups
    past = await moments(database, run.house.keys, run.topic)
    return Published(
        releases=await run.releases(),
        events=run.events,
        moments={(one.at - began) // MOMENT_MS - 1: one.counts for one in past if not one.again},
        shares=_shares(past, began) if policy is HeadlinePolicy.LIVE else {},
        at_close=at_close,
        headline=await run.headline(),
        series=(await standings(database, [run.topic]))[run.topic].tally.series,
        cross=await run.cross(10_000),
        sums={group.series: group.counts for group in groups if group.theme == THEMES[policy]},
    )
