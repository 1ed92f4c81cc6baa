"""What the watch room sees: nodes that speak and fall silent, votes by time, topics that win voters."""

from dataclasses import replace

from realtime.disclosure import HeadlinePolicy, ResultPolicy
from realtime.tally import Sign
from storage import watch
from storage.database import Database
from storage.values import TopicRules
from storage.values_watch import GONE_MS, SILENT_MS, SLOT_MS, Heartbeat, Watch
from tests.storage.house import House, device


def said(node: str, at: int) -> Heartbeat:
    return Heartbeat(node, "1.0", at, at, 3, 2, 0, 500, 4, 0, 0, 80, None, None)


async def looked(house: House) -> Watch:
    return await watch.look(house.database, house.clock[0])


async def beat(database: Database, at: int, *, node: str = "a", votes: int = 0) -> None:
    await watch.beat(database, said(node, at), at // SLOT_MS, votes)


async def test_a_node_that_says_nothing_is_seen_to_be_silent_and_forgotten_in_the_end(house: House) -> None:
    clock = house.clock
    await beat(house.database, clock[0])
    assert [node.node for node in (await looked(house)).alive] == ["a"]
    clock[0] += SILENT_MS + 1
    await beat(house.database, clock[0], node="b")
    seen = await looked(house)
    assert [node.node for node in seen.nodes] == ["a", "b"]
    assert [node.node for node in seen.alive] == ["b"]
    clock[0] += GONE_MS
    await beat(house.database, clock[0], node="b")
    assert [node.node for node in (await looked(house)).nodes] == ["b"]


async def test_a_node_that_ends_takes_its_word_back(house: House) -> None:
    for node in ("a", "b"):
        await beat(house.database, house.clock[0], node=node)
    await watch.leave(house.database, "a")
    assert [node.node for node in (await looked(house)).nodes] == ["b"]
    await watch.begin(house.database, is_alone=False)
    assert (await looked(house)).nodes
    await watch.begin(house.database, is_alone=True)
    assert not (await looked(house)).nodes


async def test_votes_of_all_nodes_are_added_and_a_slot_said_twice_counts_once(house: House) -> None:
    at = house.clock[0]
    for node, votes in (("a", 3), ("a", 5), ("b", 2)):
        await beat(house.database, at, node=node, votes=votes)
    assert (await looked(house)).pace == {at // SLOT_MS: 7}
    house.clock[0] += 600_000
    assert (await looked(house)).pace == {}


async def test_topics_move_by_the_voters_that_are_public(house: House) -> None:
    """A sealed topic moves by its blocks, a hidden one by its voters, a change of mind not at all."""
    live = await house.topic()
    sealed = await house.topic(TopicRules(0, None, headline=HeadlinePolicy.SEALED))
    hidden = await house.topic(TopicRules(0, None, results=ResultPolicy.AT_CLOSE))
    for number in range(12):
        await house.vote(live, device(number), Sign.PLUS)
        await house.vote(sealed, device(number), Sign.PLUS)
    await house.vote(hidden, device(1), Sign.MINUS)
    won = {one.topic: (one.won, one.voters) for one in (await looked(house)).moving}
    assert won == {live: (12, 12), sealed: (10, 10), hidden: (1, 1)}
    house.clock[0] += 120_000
    await house.vote(live, device(1), Sign.MINUS)
    assert (await looked(house)).moving == ()
    await house.vote(live, device(50), Sign.MINUS)
    assert [(one.topic, one.won) for one in (await looked(house)).moving] == [(live, 1)]


async def test_every_word_of_a_node_is_renewed(house: House) -> None:
    first = said("a", house.clock[0])
    later = replace(first, at=first.at + 2000, watchers=9, behind=4, bus_away=1, disk_mib=7, write_ms=None)
    await watch.beat(house.database, first, 1, 0)
    await watch.beat(house.database, later, 2, 0)
    assert (await looked(house)).nodes == (later,)
