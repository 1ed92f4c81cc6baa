"""The database of the model: what is true, what was backed up, and when it does not answer."""

import asyncio
import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from realtime.delta import Delta, diff
from realtime.disclosure import ResultPolicy, View, view_for
from realtime.standing import Loaded, Mark
from realtime.tally import Counts, PublicTally, Version, public_tally

TOPICS = (1, 2)


SERIES = ("dep:55", "sex:F")


EMPTY = public_tally(Counts(0, 0), {})


class Unavailable(Exception):
    """The model's database does not answer."""


@dataclass(frozen=True)
class Rules:
    results: ResultPolicy = ResultPolicy.ALWAYS
    gate: int | None = None

    def view(self, *, voted: bool, now: int) -> View:
        return view_for(self.results, voted=voted, closed=False)


@dataclass(frozen=True)
class Row:
    number: int
    tally: PublicTally
    rules: Rules


class Truth:
    """The database. An answer is one moment of it, taken some time after the question and told some time later."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self.epoch = 1
        self.rows = {topic: Row(0, EMPTY, Rules()) for topic in TOPICS}
        self.is_down = False
        self.committed: dict[tuple[int, Version], list[PublicTally]] = defaultdict(list)
        self._backup = (self.epoch, dict(self.rows))
        self._note(*TOPICS)

    def version(self, topic: int) -> Version:
        return Version(self.epoch, self.rows[topic].number)

    def _note(self, *topics: int) -> None:
        for topic in topics:
            self.committed[topic, self.version(topic)].append(self.rows[topic].tally)

    def vote(self, topic: int) -> Delta:
        row, chance = self.rows[topic], self._chance
        headline = row.tally.headline or Counts(0, 0)
        plus = headline.plus + chance.randint(0, 2)
        minus = headline.minus + chance.randint(plus == headline.plus, 2)
        series = dict(row.tally.series)
        if chance.random() < 0.3:
            name = chance.choice(SERIES)
            if name in series and chance.random() < 0.3:
                del series[name]
            else:
                series[name] = Counts(5 * chance.randint(0, 9), 5 * chance.randint(0, 9))
        tally = public_tally(Counts(plus, minus), series)
        base = self.version(topic)
        self.rows[topic] = replace(row, number=row.number + 1, tally=tally)
        self._note(topic)
        return Delta(topic, base, self.version(topic), diff(row.tally, tally))

    def govern(self, topic: int, rules: Rules) -> None:
        self.rows[topic] = replace(self.rows[topic], rules=rules)

    def back_up(self) -> None:
        self._backup = (self.epoch, dict(self.rows))

    def restore(self) -> None:
        self.epoch, self.rows = self._backup[0], dict(self._backup[1])

    def begin_epoch(self, above: int) -> None:
        if self.epoch <= above:
            self.epoch = above + 1
            self._note(*TOPICS)

    async def _answer(self, look: Callable[[], Any]) -> Any:
        await asyncio.sleep(self._chance.random() * 0.2)
        if self.is_down:
            raise Unavailable
        answer = look()
        if self._chance.random() < 0.5:
            await asyncio.sleep(self._chance.random() * 0.2)
        return answer

    async def load(self, topic: int) -> Loaded | None:
        def look() -> Loaded:
            return Loaded(self.rows[topic].rules, self.version(topic), self.rows[topic].tally)

        loaded: Loaded = await self._answer(look)
        return loaded

    async def marks(self, topics: Sequence[int]) -> dict[int, Mark]:
        def look() -> dict[int, Mark]:
            return {t: Mark(self.rows[t].rules, self.version(t), self.rows[t].tally.headline) for t in topics}

        marks: dict[int, Mark] = await self._answer(look)
        return marks

    async def raise_epoch(self, above: int) -> None:
        await self._answer(lambda: self.begin_epoch(above))
