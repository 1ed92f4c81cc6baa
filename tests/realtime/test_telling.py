"""What fan-out tells beside the tallies: whether they are current, and how many are watching."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

from channels.topics import encode_for_watchers
from channels.wire import Format
from realtime.bus_memory import MemoryBus
from realtime.delta import Changes, Delta
from realtime.disclosure import ResultPolicy
from realtime.fanout import Fanout
from realtime.freshness import Telling
from realtime.standing import Loaded, Mark
from realtime.tally import Counts, Version, public_tally
from realtime.watcher import Watcher
from storage.values import TopicRules
from tests.realtime.viewer import Viewer

TOPIC = 7
WATCHING = {"t": "watching", "channel": "topic:7", "watching": 2}


async def load(_: int) -> Loaded:
    rules = TopicRules(0, None, results=ResultPolicy.ALWAYS)
    return Loaded(rules, Version(1, 0), public_tally(Counts(0, 0), {}))


def make_fanout() -> Fanout:
    return Fanout(MemoryBus(), load, encode_for_watchers, wall=lambda: 0, monotonic=lambda: 0.0)


def join(fanout: Fanout) -> tuple[Viewer, Watcher]:
    viewer = Viewer()
    watcher = Watcher(viewer.pipe, str(Format.JSON), 0.0)
    fanout.join(watcher)
    return viewer, watcher


def kinds(viewer: Viewer) -> list[str]:
    return [message["t"] for message in viewer.heard]


async def test_everybody_is_told_once_that_it_is_stale_and_once_that_it_is_fresh() -> None:
    fanout = make_fanout()
    viewers = [join(fanout)[0] for _ in range(3)]
    for telling in (Telling.FRESH, Telling.STALE, Telling.STALE, Telling.FRESH, Telling.FRESH):
        await fanout.tell(telling)
    assert [kinds(viewer) for viewer in viewers] == [["stale", "fresh"]] * 3


async def test_who_connects_meanwhile_is_told_at_once_and_who_connects_later_is_not() -> None:
    fanout = make_fanout()
    await fanout.tell(Telling.STALE)
    meanwhile, _ = join(fanout)
    assert kinds(meanwhile) == ["stale"]
    await fanout.tell(Telling.FRESH)
    later, _ = join(fanout)
    assert (kinds(meanwhile), kinds(later)) == (["stale", "fresh"], [])


async def test_who_is_slow_is_told_when_drained_and_only_what_is_true_then() -> None:
    fanout = make_fanout()
    slow, _ = join(fanout)
    slow.pipe.block(True)
    await fanout.tell(Telling.STALE)
    assert kinds(slow) == []
    slow.pipe.block(False)
    assert kinds(slow) == ["stale"]
    slow.pipe.block(True)
    await fanout.tell(Telling.FRESH)
    await fanout.tell(Telling.STALE)
    slow.pipe.block(False)
    assert kinds(slow) == ["stale"]


async def test_the_number_who_watch_leaves_with_what_else_is_due_in_one_write() -> None:
    fanout = make_fanout()
    viewer, watcher = join(fanout)
    await fanout.standings.warm(TOPIC)
    fanout.subscribe(watcher, TOPIC, None, voted=False)
    fanout.standings.on_delta(Delta(TOPIC, Version(1, 0), Version(1, 1), Changes(voters=1, plus=1)))
    fanout.show_watching(TOPIC, 2)
    before = viewer.pipe.writes
    await fanout._flush(fanout._coalescer.take())
    assert viewer.pipe.writes == before + 1
    assert kinds(viewer) == ["snap", "delta", "watching"]
    assert viewer.heard[-1] == WATCHING


async def test_who_was_slow_is_told_the_number_with_the_state() -> None:
    fanout = make_fanout()
    viewer, watcher = join(fanout)
    await fanout.standings.warm(TOPIC)
    fanout.subscribe(watcher, TOPIC, None, voted=False)
    viewer.pipe.block(True)
    fanout.show_watching(TOPIC, 2)
    await fanout._flush(fanout._coalescer.take())
    assert kinds(viewer) == ["snap"]
    viewer.pipe.block(False)
    assert kinds(viewer) == ["snap", "snap", "watching"]
    assert viewer.heard[-1] == WATCHING


async def test_what_became_of_a_topic_is_told_to_who_follows_comes_later_or_was_slow() -> None:
    steps = [0]

    async def told(topic: int) -> Loaded:
        return replace(await load(topic), steps=steps[0])

    fanout = Fanout(MemoryBus(), told, encode_for_watchers, wall=lambda: 0, monotonic=lambda: 0.0)
    watchers = [join(fanout), join(fanout)]
    (here, _), (slow, _) = watchers
    await fanout.standings.warm(TOPIC)
    for _, watcher in watchers:
        fanout.subscribe(watcher, TOPIC, None, voted=False)
    slow.pipe.block(True)
    steps[0] = 5
    standing = fanout.standings[TOPIC]
    assert standing.is_behind(Mark(standing.rules, standing.version, None, 5))
    fanout.standings.refresh(TOPIC)
    await asyncio.gather(*fanout.standings._reading.values())
    for _ in range(2):  # a second tick tells nothing
        fanout._mark(TOPIC)
        await fanout._flush(fanout._coalescer.take())
    late, watcher = join(fanout)
    fanout.subscribe(watcher, TOPIC, Version(1, 0), voted=False)
    slow.pipe.block(False)
    assert [kinds(viewer) for viewer in (here, late, slow)] == [
        ["snap", "steps"],
        ["steps"],
        ["snap", "snap", "steps"],
    ]
    assert here.heard[-1] == {"t": "steps", "channel": "topic:7", "number": 5}


async def test_who_stops_following_while_others_are_written_to_gets_no_more_of_that_topic() -> None:
    fanout = make_fanout()
    (both, first), (other, second), (rest, third) = join(fanout), join(fanout), join(fanout)
    for topic in (TOPIC, TOPIC + 1):
        await fanout.standings.warm(topic)
        fanout.subscribe(first, topic, None, voted=False)
        fanout.subscribe(third, topic, None, voted=False)
        fanout.standings.on_delta(Delta(topic, Version(1, 0), Version(1, 1), Changes(voters=1, plus=1)))
    fanout.subscribe(second, TOPIC + 1, None, voted=False)
    first.write = _then(first.write, lambda: fanout.unsubscribe(second, TOPIC + 1))  # type: ignore[assignment]
    await fanout._flush(fanout._coalescer.take())
    channels = [[message["channel"] for message in viewer.heard] for viewer in (both, other, rest)]
    assert channels == [["topic:7", "topic:8"] * 2, ["topic:8"], ["topic:7", "topic:8"] * 2]


def _then(write: Callable[[bytes], None], act: Callable[[], None]) -> Callable[[bytes], None]:
    def write_and_act(frame: bytes) -> None:
        write(frame)
        act()

    return write_and_act
