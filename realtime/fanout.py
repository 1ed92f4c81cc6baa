"""Fan-out: keeps the public tallies that this node's watchers follow, and writes what changed to all of them.

Deltas come from the bus and are applied only where they follow on; a gap reloads from the database. What
changed leaves in ticks: one encoding per (topic, view, format), one write per watcher. Nothing is queued for a
slow watcher: it is skipped, and gets the newest state once it has drained.
"""

import asyncio
import logging
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from realtime.activity import Activity
from realtime.bus import Bus, GapReason
from realtime.coalescer import Coalescer
from realtime.delta import Delta
from realtime.disclosure import View
from realtime.standing import Loaded, TopicStanding
from realtime.tally import Version
from realtime.views import Encode, ViewState
from realtime.watcher import Watcher

log = logging.getLogger("imaginest.fanout")

WRITES_A_TURN = 500
"""Writes after which the loop gets a turn for everything else."""

Load = Callable[[int], Awaitable[Loaded | None]]


@dataclass(frozen=True, slots=True)
class Due:
    """Bytes that are due to some watchers in this tick."""

    frame: bytes
    watchers: Iterable[Watcher]


class Fanout:
    """Watchers subscribe to topics here. ``start`` before use, ``stop`` after."""

    def __init__(
        self,
        bus: Bus,
        load: Load,
        encode: Encode,
        *,
        wall: Callable[[], int],
        monotonic: Callable[[], float],
    ) -> None:
        """``load`` reads a topic from the database; ``wall`` is in ms since 1970, ``monotonic`` in seconds."""
        self.watchers: set[Watcher] = set()
        self.activity = Activity()
        self.empty = asyncio.Event()
        self.empty.set()
        self._bus = bus
        self._load = load
        self._encode = encode
        self._wall = wall
        self._monotonic = monotonic
        self._topics: dict[int, TopicStanding] = {}
        self._loading: dict[int, asyncio.Task[bool]] = {}
        self._early: dict[int, list[Delta]] = {}
        self._coalescer = Coalescer()
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._refreshing: set[asyncio.Task[bool]] = set()
        self._drained = self._catch_up
        bus.attach(self.on_delta, self.on_gap)

    def start(self) -> None:
        self._task = asyncio.create_task(self._tick_forever(), name="fan-out")

    async def stop(self) -> None:
        tasks = [*self._loading.values(), *self._refreshing, *([self._task] if self._task else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    # --- topics in memory

    def is_warm(self, topic: int) -> bool:
        return topic in self._topics

    async def warm(self, topic: int) -> bool:
        """Have a topic in memory, reading it once however many wait; False where it does not exist.

        Raises what ``load`` raises.
        """
        if topic in self._topics:
            return True
        self.activity.cold += 1
        task = self._loading.get(topic)
        if task is None:
            task = asyncio.create_task(self._read(topic), name=f"load topic {topic}")
            self._loading[topic] = task
            task.add_done_callback(lambda _: self._loading.pop(topic, None))
        return await asyncio.shield(task)

    async def _read(self, topic: int) -> bool:
        """On the bus first, then the database; deltas that arrive in between are applied to what was read."""
        early = self._early[topic] = []
        try:
            await self._bus.subscribe(topic)
            loaded = await self._load(topic)
            while loaded is not None:
                standing = self._topics.get(topic)
                if standing is None:
                    standing = TopicStanding(topic, loaded, self._encode)
                elif not standing.reload(loaded):
                    break
                if all(standing.apply(delta) for delta in early):
                    self._topics[topic] = standing
                    self._mark(topic)
                    break
                loaded = await self._load(topic)
        finally:
            self._early.pop(topic, None)
            if topic not in self._topics:
                await self._bus.unsubscribe(topic)
        return topic in self._topics

    def refresh(self, topic: int) -> None:
        """Compare a watched topic with the database soon; what is older there is not taken."""
        if topic in self._topics and topic not in self._early:
            task = asyncio.create_task(self._read(topic), name=f"refresh topic {topic}")
            self._refreshing.add(task)
            task.add_done_callback(self._refreshed)

    def _refreshed(self, task: asyncio.Task[bool]) -> None:
        self._refreshing.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.warning("a topic could not be read again: %r", task.exception())

    async def forget_idle(self) -> None:
        """Let go of topics that nobody follows."""
        for topic, standing in list(self._topics.items()):
            if topic not in self._early and not any(standing.views.values()):
                del self._topics[topic]
                await self._bus.unsubscribe(topic)

    @property
    def topics(self) -> int:
        """How many topics are in memory."""
        return len(self._topics)

    def audience(self) -> Counter[View]:
        """How many subscriptions each view has."""
        counts: Counter[View] = Counter()
        for standing in self._topics.values():
            counts.update({view: len(state.members()) for view, state in standing.views.items()})
        return counts

    # --- the bus's callbacks

    def on_delta(self, delta: Delta) -> None:
        early = self._early.get(delta.topic)
        if early is not None:
            early.append(delta)
        standing = self._topics.get(delta.topic)
        if standing is None:
            return
        if standing.apply(delta):
            self._mark(delta.topic)
        else:
            self.refresh(delta.topic)

    def on_gap(self, reason: GapReason, topics: Collection[int]) -> None:
        for topic in topics:
            self.refresh(topic)

    def _mark(self, topic: int) -> None:
        self._coalescer.changed(topic)
        self._changed.set()

    # --- subscriptions: every answer is written in the same turn in which the watcher is registered

    def join(self, watcher: Watcher) -> None:
        self.watchers.add(watcher)
        self.empty.clear()
        watcher.drained = self._drained
        watcher.outlet.on_slow = watcher.turn

    def leave(self, watcher: Watcher) -> None:
        """Forget a watcher and all it followed."""
        self.watchers.discard(watcher)
        if not self.watchers:
            self.empty.set()
        watcher.outlet.on_slow = watcher.drained = None
        for topic in list(watcher.topics):
            self.unsubscribe(watcher, topic)

    def subscribe(self, watcher: Watcher, topic: int, at: Version | None, *, voted: bool) -> None:
        """Follow a warm topic from what the watcher has (``at``); KeyError where it is not warm."""
        standing = self._topics[topic]
        self.activity.subscriptions += 1
        self.unsubscribe(watcher, topic)
        view = standing.rules.view(voted=voted, now=self._wall())
        watcher.topics[topic] = view
        state = standing.views[view]
        if not state:
            state.advance()  # nobody else waits for the tick that brings this view up to date
        answer = state.admit(watcher, at)
        if answer is not None:
            self._send(watcher, topic, answer)
        elif at is not None and at > standing.version:
            self.refresh(topic)

    def unsubscribe(self, watcher: Watcher, topic: int) -> None:
        view = watcher.topics.pop(topic, None)
        if view is not None:
            self._topics[topic].views[view].dismiss(watcher)
            if watcher.behind:
                watcher.behind.discard(topic)

    def resync(self, watcher: Watcher, topic: int) -> bool:
        """Send the newest state again; False where the watcher does not follow the topic."""
        view = watcher.topics.get(topic)
        if view is None:
            return False
        self._send(watcher, topic, self._topics[topic].views[view].snap(watcher.format))
        return True

    def reveal(self, watcher: Watcher, topic: int) -> None:
        """This watcher has voted: show the results from now on, where the topic's rules allow."""
        standing = self._topics.get(topic)
        if standing is None or watcher.topics.get(topic) is not View.HIDDEN:
            return
        if standing.rules.view(voted=True, now=self._wall()) is View.RESULTS:
            self.subscribe(watcher, topic, None, voted=True)

    def open_closed(self) -> None:
        """Show the results of topics that closed to all who could not see them yet."""
        for topic, standing in self._topics.items():
            hidden = standing.views[View.HIDDEN]
            if hidden and standing.rules.view(voted=False, now=self._wall()) is View.RESULTS:
                for watcher in hidden.members():
                    self.subscribe(watcher, topic, None, voted=False)

    def _send(self, watcher: Watcher, topic: int, frame: bytes) -> None:
        """Write, or leave it for when the watcher has drained."""
        if watcher.slow:
            if watcher.behind is None:
                watcher.behind = set()
            watcher.behind.add(topic)
        else:
            watcher.write(frame)

    def _catch_up(self, watcher: Watcher) -> None:
        """A slow watcher has drained: the newest state of what it missed, as one write."""
        behind, watcher.behind, watcher.slow_since = watcher.behind, None, None
        missed = [topic for topic in behind or () if topic in watcher.topics]
        if missed:
            views = (self._topics[topic].views[watcher.topics[topic]] for topic in missed)
            watcher.write(b"".join(view.snap(watcher.format) for view in views))

    async def broadcast(self, frames: Mapping[str, bytes]) -> None:
        """Write one frame, by format, to every watcher that is not slow."""
        for number, watcher in enumerate(list(self.watchers), 1):
            if not watcher.slow:
                watcher.write(frames[watcher.format])
            if number % WRITES_A_TURN == 0:
                await asyncio.sleep(0)

    # --- ticks

    async def _tick_forever(self) -> None:
        while True:
            await self._changed.wait()
            self._changed.clear()
            due = self._coalescer.due_at(self._monotonic())
            if due is None:
                continue
            await asyncio.sleep(due - self._monotonic())
            started = self._monotonic()
            try:
                await self._flush(self._coalescer.take())
            except Exception:
                log.exception("a tick failed")
            ended = self._monotonic()
            self.activity.ticks.add(ended - started)
            self._coalescer.flushed(started, ended)

    async def _flush(self, topics: list[int]) -> None:
        """Send what changed of ``topics``, giving the loop a turn every ``WRITES_A_TURN`` writes."""
        dues: list[tuple[int, ViewState, Due]] = []
        for topic in topics:
            standing = self._topics.get(topic)
            for view in standing.views.values() if standing else ():
                dues.extend((topic, view, Due(frame, group)) for frame, group in view.advance())
        if len(dues) == 1:
            await self._write_one(*dues[0])
        elif dues:
            await self._write_joined(dues)

    async def _write_one(self, topic: int, view: ViewState, due: Due) -> None:
        frame, waiting = due.frame, list(due.watchers)
        departures = view.departures
        while waiting:
            turn, waiting = waiting[:WRITES_A_TURN], waiting[WRITES_A_TURN:]
            self.activity.due += len(turn)
            for watcher in turn:
                if watcher.slow:
                    self.activity.skipped += 1
                    self._send(watcher, topic, frame)
                else:
                    watcher.write(frame)
            await asyncio.sleep(0)
            if view.departures != departures:  # some have left while others had their turn
                departures = view.departures
                waiting = [watcher for watcher in waiting if watcher in view]

    async def _write_joined(self, dues: list[tuple[int, ViewState, Due]]) -> None:
        """What a watcher is due from several topics leaves as one write."""
        by_watcher: dict[Watcher, list[tuple[int, ViewState, bytes]]] = defaultdict(list)
        for topic, view, due in dues:
            for watcher in due.watchers:
                by_watcher[watcher].append((topic, view, due.frame))
        self.activity.due += len(by_watcher)
        for number, (watcher, parts) in enumerate(by_watcher.items()):
            if number and number % WRITES_A_TURN == 0:
                await asyncio.sleep(0)
            if watcher.slow:
                self.activity.skipped += 1
                for topic, _, frame in parts:
                    self._send(watcher, topic, frame)
            else:
                watcher.write(b"".join(frame for _, view, frame in parts if watcher in view))
