"""Hears what one Redis says on the subscribed channels, and says when something may have been missed.

It speaks to the connection itself: redis-py's PubSub connects and subscribes again by itself, which hides that
messages were lost.
"""

import asyncio
import logging
import math
from collections import Counter
from collections.abc import Collection
from typing import Any, Protocol

from redis.asyncio import Connection
from redis.exceptions import RedisError, ResponseError

from realtime.bus import GapReason
from realtime.bus_address import Address
from realtime.bus_sender import Timings, abort, hang_up, told

log = logging.getLogger("imaginest.bus")

_CHANNELS_A_COMMAND = 500


class Ear(Protocol):
    """Whom a reader tells what it hears; none of this may raise."""

    def on_message(self, channel: str, data: bytes) -> None: ...

    def on_quiet(self) -> None:
        """Everything that had come was told."""

    def on_missed(self, reason: GapReason, channels: Collection[str]) -> None: ...

    def on_connected(self) -> None: ...


class Reader:
    """One connection, made again whenever it ends. ``own`` are channels that are always subscribed."""

    def __init__(self, address: Address, timings: Timings, own: tuple[str, ...], ear: Ear) -> None:
        self.connected = asyncio.Event()
        self._address = address
        self._timings = timings
        self._own = own
        self._ear = ear
        self._wanted: dict[str, None] = {}
        self._connection: Connection | None = None
        self._asked: Counter[str] = Counter()  # subscriptions that this connection has not confirmed yet
        self._confirmed: set[str] = set()
        self._waiting: dict[str, asyncio.Future[None]] = {}
        self._late: set[str] = set()
        self._returning: set[str] = set()
        self._ending = GapReason.DISCONNECTED
        self._was_there = False
        self._alarm: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name=f"hear {self._address.name}")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    # --- subscriptions

    async def subscribe(self, channel: str) -> None:
        """Wait for the confirmation, but not long: what comes later is told as a gap."""
        known = channel in self._wanted
        self._wanted[channel] = None
        connection = self._connection
        if channel in self._confirmed or connection is None:
            return
        waiting = self._waiting.get(channel)
        if waiting is None:
            waiting = self._waiting[channel] = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(self._timings.confirm):
                if not known:
                    await self._say(connection, "SUBSCRIBE", [channel])
                await asyncio.shield(waiting)
        except TimeoutError:
            if channel in self._wanted and channel not in self._confirmed:
                self._late.add(channel)

    async def unsubscribe(self, channel: str) -> None:
        if channel not in self._wanted:
            return
        del self._wanted[channel]
        self._confirmed.discard(channel)
        self._late.discard(channel)
        self._returned(channel)
        self._let_go(self._waiting.pop(channel, None))
        if self._connection is not None:
            try:
                async with asyncio.timeout(self._timings.confirm):
                    await self._say(self._connection, "UNSUBSCRIBE", [channel])
            except TimeoutError:
                return  # the connection is given up with it

    async def _say(self, connection: Connection, command: str, channels: list[str]) -> None:
        """A connection that can't be written to has ended; the reading task sees it too."""
        if command == "SUBSCRIBE":
            self._asked.update(channels)
        if connection.is_connected:  # else redis-py would connect by itself
            try:
                await connection.send_command(command, *channels)
            except (RedisError, OSError):
                abort(connection)

    # --- the connection

    async def _run(self) -> None:
        attempt = 0
        while True:
            began = asyncio.get_running_loop().time()
            try:
                await self._session()
            except Exception as error:  # whatever Redis or a proxy sends: begin again
                if not attempt:
                    log.warning("the bus %s is away: %s", self._address.name, told(error))
            if asyncio.get_running_loop().time() - began > self._timings.retry_longest:
                attempt = 0
            await asyncio.sleep(self._timings.pause(attempt))
            attempt += 1

    async def _session(self) -> None:
        connection = await self._address.connect(
            connect=self._timings.connect, command=self._timings.command, listens=True
        )
        try:
            async with asyncio.timeout(self._timings.command):
                await self._say(connection, "SUBSCRIBE", list(self._own))
                while not self._confirmed.issuperset(self._own):
                    await self._hear(connection)
            self._begin(connection)
            await self._return(connection)
            while True:
                await self._hear(connection)
                if not await connection.can_read():
                    self._ear.on_quiet()
        finally:
            self._end()
            await hang_up(connection)

    def _begin(self, connection: Connection) -> None:
        self._connection = connection
        self._ending = GapReason.DISCONNECTED
        self.heard_probe()
        self.connected.set()
        log.info("the bus %s is there", self._address.name)
        self._ear.on_connected()

    async def _return(self, connection: Connection) -> None:
        """Subscribe again; when all is confirmed, what was missed meanwhile is told."""
        channels = list(self._wanted)
        self._returning = set(channels)
        for start in range(0, len(channels), _CHANNELS_A_COMMAND):
            await self._say(connection, "SUBSCRIBE", channels[start : start + _CHANNELS_A_COMMAND])
        if not channels and self._was_there:
            self._ear.on_missed(GapReason.RECONNECTED, ())
        self._was_there = True

    def _end(self) -> None:
        """The connection has ended; who waits for a confirmation is told of a gap later instead."""
        was_there, self._connection = self._connection is not None, None
        if self._alarm is not None:
            self._alarm.cancel()
        for waiting in self._waiting.values():
            self._let_go(waiting)
        for names in (self._waiting, self._late, self._asked, self._confirmed, self._returning):
            names.clear()
        self.connected.clear()
        if was_there:
            self._ear.on_quiet()
            self._ear.on_missed(self._ending, list(self._wanted))

    def heard_probe(self) -> None:
        """Something came all the way: the connection is alive."""
        if self._alarm is not None:
            self._alarm.cancel()
        loop = asyncio.get_running_loop()
        self._alarm = loop.call_later(self._timings.probe_lost, self._give_up)

    def _give_up(self) -> None:
        self._ending = GapReason.PROBE_LOST
        if self._connection is not None:
            abort(self._connection)

    # --- what comes in

    async def _hear(self, connection: Connection) -> None:
        reply: Any = await connection.read_response(disable_decoding=True, timeout=math.inf)
        match reply:
            case [b"message", bytes(channel), bytes(data)]:
                self._ear.on_message(channel.decode(errors="replace"), data)
            case [b"subscribe", bytes(channel), _]:
                self._confirm(channel.decode(errors="replace"))
            case [b"unsubscribe" | b"pong", *_]:
                pass
            case _:
                raise ResponseError(f"an answer that nobody asked for: {reply!r:.80}")

    def _confirm(self, channel: str) -> None:
        if not self._asked[channel]:
            self._ear.on_missed(GapReason.RESUBSCRIBED, [channel])
            return
        self._asked[channel] -= 1
        if self._asked[channel]:
            return  # it was let go meanwhile and asked for once more
        del self._asked[channel]
        if channel not in self._wanted and channel not in self._own:
            return
        self._confirmed.add(channel)
        self._let_go(self._waiting.pop(channel, None))
        if channel in self._late:
            self._late.discard(channel)
            self._ear.on_missed(GapReason.LATE, [channel])
        self._returned(channel)

    def _returned(self, channel: str) -> None:
        if channel in self._returning:
            self._returning.discard(channel)
            if not self._returning:
                self._ear.on_missed(GapReason.RECONNECTED, list(self._wanted))

    @staticmethod
    def _let_go(waiting: "asyncio.Future[None] | None") -> None:
        if waiting is not None and not waiting.done():
            waiting.set_result(None)
