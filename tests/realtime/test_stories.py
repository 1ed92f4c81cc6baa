"""What chance hardly ever plays: one story each for what a node must notice by itself."""

import asyncio
import random
from collections.abc import Awaitable, Callable

from tests.realtime.clients import Client, Node
from tests.realtime.truth import Truth
from tests.realtime.virtual_loop import VirtualLoop
from tests.realtime.wires import Wires

TOPIC = 1
SOON = 1.0
"""Virtual seconds: any answer of the model's database has come by then, and no comparison has been made."""

ALWAYS = 6.0
"""Virtual seconds in which a node compares at least twice."""


class World:
    """A database and a bus that loses everything, unless it is told otherwise."""

    def __init__(self) -> None:
        self._chance = random.Random(1)
        self.truth = Truth(self._chance)
        self.wires = Wires(self._chance)
        self.wires.loses = 1.0
        self._nodes: list[Node] = []

    def node(self, *, compares: bool) -> Node:
        self._nodes.append(Node(self.truth, self.wires, self._chance, compares=compares))
        return self._nodes[-1]

    async def watcher(self, node: Node) -> Client:
        client = Client(self.truth, TOPIC, voted=True)
        await client.connect(lambda: node)
        return client

    def vote(self) -> None:
        self.wires.publish(self.truth.vote(TOPIC))

    def is_right(self, client: Client) -> bool:
        return (client.tally, client.version) == (self.truth.rows[TOPIC].tally, self.truth.version(TOPIC))

    async def stop(self) -> None:
        await asyncio.gather(*(node.stop() for node in self._nodes))


def told(story: Callable[[World], Awaitable[None]]) -> None:
    async def run() -> None:
        world = World()
        try:
            await story(world)
        finally:
            await world.stop()

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        runner.run(run())


def test_a_client_that_has_seen_more_makes_its_new_node_ask_the_database() -> None:
    async def story(world: World) -> None:
        node = world.node(compares=False)
        staying = await world.watcher(node)
        world.vote()
        coming = await world.watcher(world.node(compares=False))
        assert world.is_right(coming) and not world.is_right(staying)
        await coming.connect(lambda: node)
        await asyncio.sleep(SOON)
        assert world.is_right(coming) and world.is_right(staying)

    told(story)


def test_a_database_that_lost_a_commit_and_took_another_in_its_place_is_noticed() -> None:
    async def story(world: World) -> None:
        world.vote()
        world.truth.back_up()
        world.vote()
        watching = await world.watcher(world.node(compares=True))
        assert watching.tally is not None
        while world.truth.rows[TOPIC].tally.headline == watching.tally.headline:
            world.truth.restore()
            world.vote()
        assert world.truth.version(TOPIC) == watching.version
        await asyncio.sleep(ALWAYS)
        assert world.is_right(watching)
        assert world.truth.epoch > 1

    told(story)
