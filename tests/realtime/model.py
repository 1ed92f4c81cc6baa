"""The world around real nodes: a database, a bus that misbehaves, clients that come and go. One seed, one story."""

import asyncio
import random
from collections import defaultdict
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, replace
from typing import Any

from realtime.bus import GapReason, OnDelta, OnGap, OnHeadcount, ignore_headcount
from realtime.bus_memory import MemoryBus
from realtime.comparison import Comparison
from realtime.delta import Changes, Delta, apply, diff
from realtime.disclosure import ResultPolicy, View, seen_through, view_for
from realtime.fanout import Fanout
from realtime.freshness import Telling
from realtime.standing import Loaded, Mark
from realtime.tally import Counts, PublicTally, Version, public_tally
from realtime.watcher import Watcher

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


class Wires:
    """The bus between all nodes: what is on its way may be lost, doubled, late or out of order."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self.ends: list[WireEnd] = []
        self.loses = 0.0
        self._generation = 0

    def publish(self, delta: Delta) -> None:
        for end in self.ends:
            copies = 0 if self._chance.random() < self.loses else 1 + (self._chance.random() < 0.1)
            for _ in range(copies):
                late = self._chance.random() ** 3 * 0.8
                asyncio.get_running_loop().call_later(late, self._arrive, end, delta, self._generation)

    def _arrive(self, end: "WireEnd", delta: Delta, generation: int) -> None:
        if generation == self._generation and end in self.ends and delta.topic in end.topics:
            end.on_delta(delta)

    def wipe(self, *, told: bool) -> None:
        """All that is on its way is lost; the nodes notice, or don't."""
        self._generation += 1
        for end in self.ends if told else ():
            end.on_gap(GapReason.RESUBSCRIBED, end.topics)


class WireEnd(MemoryBus):
    """A node's bus."""

    on_delta: OnDelta
    on_gap: OnGap

    def __init__(self, wires: Wires, chance: random.Random) -> None:
        super().__init__()
        self._chance = chance
        self.topics: set[int] = set()
        wires.ends.append(self)

    def attach(self, on_delta: OnDelta, on_gap: OnGap, on_headcount: OnHeadcount = ignore_headcount) -> None:
        self.on_delta, self.on_gap = on_delta, on_gap

    async def subscribe(self, topic: int) -> None:
        if self._chance.random() < 0.5:
            await asyncio.sleep(self._chance.random() * 0.1)
        self.topics.add(topic)

    async def unsubscribe(self, topic: int) -> None:
        self.topics.discard(topic)


class Node:
    """A server process: everything of it but the sockets and the database is real."""

    def __init__(self, truth: Truth, wires: Wires, chance: random.Random, *, compares: bool) -> None:
        loop = asyncio.get_running_loop()
        self.sent: list[Any] = []
        self.end = WireEnd(wires, chance)
        self._wires = wires
        self.fanout = Fanout(self.end, truth.load, self._encode, wall=lambda: 0, monotonic=loop.time)
        self.comparison = Comparison(self.fanout, truth.marks, truth.raise_epoch, loop.time, lambda: True)
        self.fanout.start()
        if compares:
            self.comparison.start()

    def _encode(self, message: Any, _: str) -> bytes:
        """A frame is the number of its message: both ends live in this process."""
        self.sent.append(message)
        return (len(self.sent) - 1).to_bytes(4)

    async def stop(self) -> None:
        if self.end in self._wires.ends:
            self._wires.ends.remove(self.end)
        await self.comparison.stop()
        await self.fanout.stop()


class Client:
    """Follows one topic as PROTOCOL.md says, wherever it is connected, and checks whatever it is sent."""

    def __init__(self, truth: Truth, topic: int, *, voted: bool) -> None:
        self._truth = truth
        self.topic = topic
        self.voted = voted
        self.version: Version | None = None
        self.tally: PublicTally | None = None
        self.node: Node | None = None
        self._watcher: Watcher | None = None
        self._asked_anew = False
        self.on_slow: Callable[[bool], None] | None = None

    def abort(self) -> None:
        raise NotImplementedError

    def write(self, data: bytes) -> None:
        node = self.node
        assert node is not None, "written to after it had left"
        for start in range(0, len(data), 4):
            message = node.sent[int.from_bytes(data[start : start + 4])]
            if isinstance(message, Telling):
                continue
            if len(message) == 3:
                self._snap(*message)
            else:
                self._delta(*message)
        self.check()

    def _snap(self, topic: int, version: Version, tally: PublicTally) -> None:
        assert topic == self.topic
        reveals = self.tally is not None and self.tally.headline is None and tally.headline is not None
        if reveals or self.version is None or version >= self.version:
            self.version, self.tally = version, tally
        else:
            assert self._asked_anew, "sent a state older than what it had"

    def _delta(self, topic: int, base: Version, version: Version, changes: Changes) -> None:
        assert topic == self.topic
        if self.version is not None and version <= self.version:
            return
        if self.tally is not None and base == self.version:
            self.version, self.tally = version, apply(self.tally, changes)
        else:
            assert self._asked_anew, "sent a delta that does not follow on"
            asyncio.get_running_loop().call_soon(self._resync, self._watcher)

    def _resync(self, watcher: Watcher | None) -> None:
        if self.node is not None and watcher is not None and watcher is self._watcher:
            self.node.fanout.resync(watcher, self.topic)

    def check(self) -> None:
        """What is shown at a version is what was committed at it."""
        assert self.tally is not None and self.version is not None
        view = View.HIDDEN if self.tally.headline is None else View.RESULTS
        rows = self._truth.committed[self.topic, self.version]
        assert any(seen_through(row, view) == self.tally for row in rows), "shows wrong counts at a version"

    async def connect(self, choose: Callable[[], Node]) -> None:
        """What the endpoint does with a ``sub``."""
        self.leave()
        self.node = node = choose()
        self._watcher = watcher = Watcher(self, "", 0.0)
        node.fanout.join(watcher)
        while self.topic not in node.fanout.standings:
            try:
                await node.fanout.standings.warm(self.topic)
            except Unavailable:
                await asyncio.sleep(0.5)
            except asyncio.CancelledError:
                if self._watcher is watcher:
                    raise
            if self._watcher is not watcher:
                return
        at = self.version if self.tally and self.tally.headline else None
        self._asked_anew = at is None and self.version is not None  # without results nobody says what he has
        node.fanout.subscribe(watcher, self.topic, at, voted=self.voted)

    def leave(self) -> None:
        if self.node is not None and self._watcher is not None:
            self.node.fanout.leave(self._watcher)
        self.node = self._watcher = None

    def vote(self) -> None:
        self.voted = True
        if self.node is not None and self._watcher is not None:
            self.node.fanout.reveal(self._watcher, self.topic)

    def turn(self, slow: bool) -> None:
        if self.on_slow is not None:
            self.on_slow(slow)


class Story:
    """One random schedule. ``run`` raises AssertionError where something is not as it must be.

    In one of five the bus loses nothing, though it doubles, delays and reorders; no node compares then, so that
    whatever is not followed up shows.
    """

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self._truth = Truth(self._chance)
        self._wires = Wires(self._chance)
        self._tasks: set[asyncio.Task[None]] = set()
        self._restored_until = 0.0
        self._loses_nothing = self._chance.random() < 0.2

    async def run(self) -> None:
        chance = self._chance
        self._nodes = [self._node() for _ in range(chance.choice((1, 2, 2, 3)))]
        self._clients = [
            Client(self._truth, chance.choice(TOPICS), voted=chance.random() < 0.5)
            for _ in range(chance.randint(1, 3))
        ]
        for client in self._clients:
            self._do(client.connect(self._any_node))
        actions = _HARMLESS if self._loses_nothing else _ACTIONS
        self._wires.loses = 0.0 if self._loses_nothing else chance.choice((0.0, 0.1, 0.5))
        for _ in range(chance.randint(5, 20)):
            if chance.random() < 0.6:
                await asyncio.sleep(chance.random() ** 2 * 0.6)
            chance.choice(actions)(self)
        await self._quiet()
        for client in self._clients:
            self._check(client)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, *(node.stop() for node in self._nodes), return_exceptions=True)

    def _any_node(self) -> Node:
        return self._chance.choice(self._nodes)

    def _node(self) -> Node:
        return Node(self._truth, self._wires, self._chance, compares=not self._loses_nothing)

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)

    async def _quiet(self) -> None:
        """Nothing breaks any more; a comparison, a reading and a tick later everybody must be right."""
        self._truth.is_down = False
        for client in self._clients:
            client.turn(False)
        await asyncio.sleep(2 + 5 * 0.4 + 1)
        for task in [task for task in self._tasks if task.done()]:
            self._tasks.discard(task)
            if not task.cancelled():  # by the end of the node that it waited for
                task.result()

    def _check(self, client: Client) -> None:
        row = self._truth.rows[client.topic]
        wanted = seen_through(row.tally, row.rules.view(voted=client.voted, now=0))
        assert client.tally == wanted, "does not show what the database has"
        newest = client.tally.headline is None or client.version == self._truth.version(client.topic)
        assert newest, "shows an older version"

    # --- what may happen

    def _vote(self) -> None:
        if not self._truth.is_down and not self._is_restoring():
            for _ in range(self._chance.choice((1, 1, 3))):
                self._wires.publish(self._truth.vote(self._chance.choice(TOPICS)))

    def _reconnect(self) -> None:
        self._do(self._chance.choice(self._clients).connect(self._any_node))

    def _reconnect_with_nothing(self) -> None:
        client = self._chance.choice(self._clients)
        client.leave()
        client.version = client.tally = None
        self._do(client.connect(self._any_node))

    def _client_votes(self) -> None:
        self._chance.choice(self._clients).vote()

    def _slow(self) -> None:
        self._chance.choice(self._clients).turn(True)

    def _drain(self) -> None:
        self._chance.choice(self._clients).turn(False)

    def _lose(self) -> None:
        self._wires.loses = self._chance.choice((0.0, 0.3, 1.0))

    def _wipe(self) -> None:
        self._wires.wipe(told=self._chance.random() < 0.5)

    def _kill(self) -> None:
        if self._is_restoring():
            return
        place = self._chance.randrange(len(self._nodes))
        dead, self._nodes[place] = self._nodes[place], self._node()
        for client in self._clients:
            if client.node is dead:
                client.leave()
                self._do(client.connect(self._any_node))
        self._do(dead.stop())

    def _forget(self) -> None:
        if not self._is_restoring():
            self._do(self._chance.choice(self._nodes).fanout.forget_idle())

    def _outage(self) -> None:
        self._truth.is_down = not self._truth.is_down and not self._is_restoring()

    def _new_rules(self) -> None:
        self._truth.govern(self._chance.choice(TOPICS), Rules(self._chance.choice(list(ResultPolicy))))

    def _new_epoch(self) -> None:
        self._truth.begin_epoch(self._truth.epoch)

    def _back_up(self) -> None:
        self._truth.back_up()

    def _restore(self) -> None:
        self._do(self._restore_soon())

    async def _restore_soon(self) -> None:
        """Votes go on, and nodes may end, once every node has compared: nobody else knows what was lost.

        What only clients know of is not noticed: who restores where no node is left begins an epoch himself.
        """
        await asyncio.sleep(0.001)  # whoever is about to forget something has done so
        if all(self._is_known(client.topic, client.version) for client in self._clients):
            self._truth.restore()
            self._truth.is_down = False
            self._restored_until = asyncio.get_running_loop().time() + 3.0

    def _is_known(self, topic: int, version: Version | None) -> bool:
        standings = [node.fanout.standings.get(topic) for node in self._nodes]
        return version is None or any(standing and standing.version >= version for standing in standings)

    def _is_restoring(self) -> bool:
        return asyncio.get_running_loop().time() < self._restored_until


_HARMLESS = (
    *(Story._vote,) * 12,
    *(Story._reconnect,) * 3,
    *(Story._reconnect_with_nothing,) * 2,
    Story._client_votes,
    *(Story._slow, Story._drain) * 2,
    Story._kill,
    Story._forget,
)
_ACTIONS = (
    *_HARMLESS,
    *(Story._lose, Story._wipe) * 2,
    Story._outage,
    Story._new_rules,
    Story._new_epoch,
    Story._back_up,
    Story._restore,
)
