"""The world around real nodes: a database, a bus that misbehaves, clients that come and go. One seed, one story."""

import asyncio
import random
from collections.abc import Coroutine
from typing import Any

from realtime.disclosure import ResultPolicy, seen_through
from realtime.tally import Version
from tests.realtime.clients import Client, Node
from tests.realtime.truth import TOPICS, Rules, Truth
from tests.realtime.wires import Wires


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
        for _ in range(chance.randint(4, 12)):
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
