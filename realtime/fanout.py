"""Fan-out: keeps the public tallies that this node's watchers follow, and writes what changed to all of them.

Deltas come from the bus and are applied only where they follow on; a gap reloads from the database. What
changed leaves in ticks: one encoding per (topic, view, format), one write per watcher. Nothing is queued for a
slow watcher: it is skipped, and gets the newest state once it has drained.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Collection, Mapping

from realtime.activity import Activity
from realtime.bus import Bus, GapReason, OnHeadcount, ignore_headcount
from realtime.coalescer import Coalescer
from realtime.disclosure import View
from realtime.due import Due, dues_of_all, joined
from realtime.freshness import Telling
from realtime.notice import Notice, NoticeBoard
from realtime.standing import TopicStanding
from realtime.standings import Load, Standings
from realtime.tally import Version
from realtime.views import Encode
from realtime.watcher import Watcher, seat

log = logging.getLogger("imaginest.fanout")

WRITES_A_TURN = 2000
"""Writes after which the loop gets a turn for everything else."""


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
        on_headcount: OnHeadcount = ignore_headcount,
    ) -> None:
        """``load`` reads a topic from the database; ``wall`` is in ms since 1970, ``monotonic`` in seconds."""
        self.watchers: set[Watcher] = set()
        self.activity = Activity()
        self.empty = asyncio.Event()
        self.empty.set()
        self.doubt = asyncio.Event()
        self.standings = Standings(bus, load, encode, self._mark)
        self.notices = NoticeBoard(encode, wall)
        self._encode = encode
        self._wall = wall
        self._monotonic = monotonic
        self._coalescer = Coalescer()
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._untold: set[int] = set()
        self._writing = 0.0
        self._telling = Telling.FRESH
        self._told_stale: set[Watcher] = set()
        self._drained = self._catch_up
        bus.attach(self.standings.on_delta, self.on_gap, on_headcount)

    def start(self) -> None:
        self._task = asyncio.create_task(self._tick_forever(), name="fan-out")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self.standings.stop()

    async def forget_idle(self) -> None:
        """Let go of topics that nobody follows."""
        for topic in self.standings:
            standing = self.standings.get(topic)
            if standing is not None and not standing.watchers:
                await self.standings.forget(topic)

    def on_gap(self, reason: GapReason, topics: Collection[int]) -> None:
        """The bus may have missed something: whoever compares with the database is to do so now."""
        self.standings.on_gap(topics)
        self.doubt.set()

    def _mark(self, topic: int) -> None:
        standing = self.standings[topic]
        if standing.rules != standing.seated:
            self._reseat(standing)
        self._coalescer.changed(topic)
        self._changed.set()

    # --- subscriptions: every answer is written in the same turn in which the watcher is registered

    def join(self, watcher: Watcher, notice: int | None = None) -> None:
        """``notice`` is the number of the one that the watcher knows, where it says so."""
        self.watchers.add(watcher)
        self.empty.clear()
        watcher.drained = self._drained
        watcher.outlet.on_slow = watcher.turn
        self.notices.greet(watcher, notice)
        self.inform(watcher)

    def leave(self, watcher: Watcher) -> None:
        """Forget a watcher and all it followed."""
        self.watchers.discard(watcher)
        if not self.watchers:
            self.empty.set()
        self._told_stale.discard(watcher)
        self.notices.forget(watcher)
        watcher.outlet.on_slow = watcher.drained = None
        for topic in list(watcher.topics):
            self.unsubscribe(watcher, topic)

    def subscribe(
        self,
        watcher: Watcher,
        topic: int,
        at: Version | None,
        *,
        voted: bool,
        hidden: bool | None = None,
    ) -> None:
        """Follow a warm topic from what the watcher has (``at``, ``hidden``); KeyError where it is not warm."""
        standing = self.standings[topic]
        self.activity.subscriptions += 1
        self.unsubscribe(watcher, topic)
        view = standing.rules.view(voted=voted, now=self._wall())
        watcher.topics[topic] = seat(view, voted=voted)
        state = standing.views[view]
        if not state:
            state.advance()  # nobody else waits for the tick that brings this view up to date
        answer = (state.admit(watcher, at, hidden=hidden) or b"") + standing.watching_frame(watcher.format)
        answer += standing.steps_frame(watcher.format)
        if answer:
            self._send(watcher, topic, answer)
        if at is not None and at > standing.version:
            self.standings.refresh(topic)

    def unsubscribe(self, watcher: Watcher, topic: int) -> None:
        taken = watcher.topics.pop(topic, None)
        if taken is None:
            return
        standing = self.standings[topic]
        standing.views[taken.view].dismiss(watcher)
        if watcher.behind:
            watcher.behind.discard(topic)
        if not standing.watchers:
            standing.show_watching(None)  # nobody here keeps it up to date

    def resync(self, watcher: Watcher, topic: int) -> bool:
        """Send the newest state again; False where the watcher does not follow the topic."""
        taken = watcher.topics.get(topic)
        if taken is None:
            return False
        state = self.standings[topic].views[taken.view]
        if not state.is_ahead(watcher):
            self._send(watcher, topic, state.snap(watcher.format))
        return True

    def gate(self, topic: int) -> int:
        """The topic whose ballot opens the results of a warm topic."""
        gate = self.standings[topic].rules.gate
        return topic if gate is None else gate

    def reveal(self, watcher: Watcher, topic: int) -> None:
        """This watcher has voted: show what that ballot opens from now on, where the rules allow."""
        for opened in [followed for followed in watcher.topics if self.gate(followed) == topic]:
            taken = watcher.topics[opened]
            watcher.topics[opened] = seat(taken.view, voted=True)
            view = self.standings[opened].rules.view(voted=True, now=self._wall())
            if taken.view is View.HIDDEN and view is View.RESULTS:
                self.subscribe(watcher, opened, None, voted=True)

    def open_closed(self) -> None:
        """Show the results of topics that closed to all who could not see them yet."""
        for topic in self.standings:
            standing = self.standings[topic]
            hidden = standing.views[View.HIDDEN]
            if hidden and standing.rules.view(voted=False, now=self._wall()) is View.RESULTS:
                self._reseat(standing)
                self._mark(topic)

    def _reseat(self, standing: TopicStanding) -> None:
        """Give everybody the view that the rules now give them; the next tick tells all of them the whole state."""
        now = self._wall()
        views = {voted: standing.rules.view(voted=voted, now=now) for voted in (False, True)}
        for view, state in standing.views.items():
            for watcher in state.members():
                voted = watcher.topics[standing.topic].voted
                if views[voted] is not view:
                    watcher.topics[standing.topic] = seat(views[voted], voted=voted)
                    standing.views[views[voted]].take_over(watcher, state.dismiss(watcher))
            state.restate()
        standing.seated = standing.rules

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
            watcher.write(b"".join(self._whole(watcher, topic) for topic in missed))
        self.notices.catch_up(watcher)
        self.inform(watcher)

    def _whole(self, watcher: Watcher, topic: int) -> bytes:
        standing = self.standings[topic]
        state = standing.views[watcher.topics[topic].view]
        snap = b"" if state.is_ahead(watcher) else state.snap(watcher.format)
        return snap + standing.watching_frame(watcher.format) + standing.steps_frame(watcher.format)

    # --- who watches, and whether what they see is current

    def audience(self) -> Counter[View]:
        """How many subscriptions each view has here."""
        counts: Counter[View] = Counter()
        for topic in self.standings:
            counts.update({view: len(state) for view, state in self.standings[topic].views.items()})
        return counts

    def headcount(self) -> dict[int, int]:
        """How many follow each topic here."""
        return {t: watchers for t in self.standings if (watchers := self.standings[t].watchers)}

    def show_watching(self, topic: int, watching: int) -> None:
        """Tell all who follow a topic how many they are, with the next tick."""
        standing = self.standings.get(topic)
        if standing is not None:
            standing.show_watching(watching)
            self._untold.add(topic)
            self._mark(topic)

    async def tell(self, telling: Telling) -> None:
        """Tell everybody whether what they see is current; who is slow or comes meanwhile is told once."""
        self._telling = telling
        for number, watcher in enumerate(list(self.watchers), 1):
            self.inform(watcher)
            if number % WRITES_A_TURN == 0:
                await asyncio.sleep(0)

    async def notify(self, notice: Notice) -> None:
        """Tell everybody what staff have switched; who is slow is told once they have drained."""
        if not self.notices.put(notice):
            return
        for number, watcher in enumerate(list(self.watchers), 1):
            if watcher in self.watchers:
                self.notices.tell(watcher)
            if number % WRITES_A_TURN == 0:
                await asyncio.sleep(0)

    def inform(self, watcher: Watcher) -> None:
        """Tell one watcher what it has not been told yet; without a word said, everything is current."""
        stale = self._telling is Telling.STALE
        if watcher.slow or watcher not in self.watchers or stale is (watcher in self._told_stale):
            return
        watcher.write(self._encode(self._telling, watcher.format))
        if stale:
            self._told_stale.add(watcher)
        else:
            self._told_stale.discard(watcher)

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
            self.activity.ticks.add(self._monotonic() - started)
            self._coalescer.flushed(started, self._writing)

    async def _flush(self, topics: list[int]) -> None:
        """Send what changed of ``topics``, giving the loop a turn every ``WRITES_A_TURN`` writes."""
        self._writing = 0.0
        dues: list[Due] = []
        for topic in topics:
            standing = self.standings.get(topic)
            for view in standing.views.values() if standing else ():
                dues.extend(Due.of(view, frame, group) for frame, group in view.advance())
            if standing is not None and topic in self._untold:
                dues.extend(dues_of_all(standing, standing.watching_frame))
            if standing is not None and standing.told != standing.steps:
                standing.told = standing.steps
                dues.extend(dues_of_all(standing, standing.steps_frame))
            self._untold.discard(topic)
        await self._write_dues(dues)

    async def _write_dues(self, dues: list[Due]) -> None:
        """What a watcher is due from several topics leaves as one write."""
        for parts, watchers in joined(dues):
            await self._write_all(parts, watchers)

    async def _write_all(self, parts: list[Due], waiting: list[Watcher]) -> None:
        """Write what is due in ``parts`` to each of these watchers, to whom all of them are due."""
        frame = b"".join(part.frame for part in parts)
        while waiting:
            if any(part.is_over for part in parts):
                await self._write_dues([part.among(waiting) for part in parts])
                return
            turn, waiting = waiting[:WRITES_A_TURN], waiting[WRITES_A_TURN:]
            self.activity.due += len(turn)
            began = self._monotonic()
            for watcher in turn:
                if watcher.slow:
                    self._skip(watcher, parts)
                else:
                    write = watcher.write  # called in one breath, a slot is looked up by its name
                    write(frame)
            self._writing += self._monotonic() - began
            await asyncio.sleep(0)

    def _skip(self, watcher: Watcher, parts: list[Due]) -> None:
        self.activity.skipped += 1
        for part in parts:
            self._send(watcher, part.view.topic, part.frame)
