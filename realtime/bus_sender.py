"""Sends messages to one Redis. Whoever offers one never waits; what cannot be sent in time is let go."""

import asyncio
import logging
import random
from collections import Counter, deque
from dataclasses import dataclass

from redis.asyncio import Connection
from redis.exceptions import ResponseError

from realtime.bus_address import Address

log = logging.getLogger("imaginest.bus")

MOST_WAITING = 1000
MOST_IN_A_BATCH = 200


@dataclass(frozen=True, slots=True)
class Timings:
    """Seconds."""

    connect: float = 1.0
    command: float = 1.0
    confirm: float = 0.25  # how long `subscribe` waits for its confirmation
    keep: float = (
        2.0  # a message that has waited longer is let go: the comparison with the database was there
    )
    probe_every: float = 2.0
    probe_lost: float = 5.0
    retry_first: float = 0.1
    retry_longest: float = 5.0
    unreadable_every: float = 1.0
    flush: float = 0.5  # how long `stop` lets what waits leave

    def pause(self, attempt: int) -> float:
        """How long to wait before another attempt to connect, the first being 0: full jitter."""
        longest = min(self.retry_first * 2 ** min(attempt + 1, 16), self.retry_longest)
        return random.uniform(self.retry_first, longest)  # noqa: S311 - no secret


@dataclass(frozen=True, slots=True)
class _Waiting:
    channel: str
    data: bytes
    until: float


class Sender:
    """Messages in the order of their offering, over a connection of their own."""

    def __init__(self, address: Address, timings: Timings, counts: Counter[str]) -> None:
        self._address = address
        self._timings = timings
        self._counts = counts
        self._waiting: deque[_Waiting] = deque()
        self._latest: dict[str, _Waiting] = {}
        self._arrived = asyncio.Event()
        self._retry = asyncio.Event()
        self._stopping = False
        self._connection: Connection | None = None
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name=f"send to {self._address.name}")

    async def stop(self) -> None:
        self._stopping = True
        self._arrived.set()
        if self._task is not None:
            await asyncio.wait({self._task}, timeout=self._timings.flush)
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self._hang_up()

    def offer(self, channel: str, data: bytes) -> None:
        """Send this after what waits; the oldest is let go where too much does."""
        if len(self._waiting) >= MOST_WAITING:
            self._waiting.popleft()
            self._counts["dropped"] += 1
        self._waiting.append(self._wrap(channel, data))
        self._arrived.set()

    def offer_latest(self, channel: str, data: bytes) -> None:
        """Send this before what waits, and instead of an earlier one for the same channel."""
        self._latest[channel] = self._wrap(channel, data)
        self._arrived.set()

    def retry_now(self) -> None:
        """Redis answers again."""
        self._retry.set()

    def _wrap(self, channel: str, data: bytes) -> _Waiting:
        return _Waiting(channel, data, asyncio.get_running_loop().time() + self._timings.keep)

    def _take(self) -> list[_Waiting]:
        now = asyncio.get_running_loop().time()
        batch = list(self._latest.values())
        self._latest.clear()
        while self._waiting and len(batch) < MOST_IN_A_BATCH:
            batch.append(self._waiting.popleft())
        kept = [one for one in batch if one.until >= now]
        self._counts["dropped"] += len(batch) - len(kept)
        return kept

    async def _run(self) -> None:
        failures = 0
        while not (self._stopping and not self._waiting):
            await self._arrived.wait()
            batch = self._take()
            if not self._waiting and not self._stopping:
                self._arrived.clear()
            try:
                await self._send(batch)
                failures = 0
            except Exception as error:  # whatever Redis or a proxy sends
                self._counts["failed"] += len(batch)
                if not failures:
                    log.warning("cannot send to %s: %s", self._address.name, told(error))
                await self._hang_up()
                await self._pause(failures)
                failures += 1

    async def _send(self, batch: list[_Waiting]) -> None:
        """As one write; a message whose fate is unknown is not sent again."""
        if not batch:
            return
        connection = self._connection
        if connection is not None and await connection.can_read():  # nobody asked anything: it has ended
            await self._hang_up()
            connection = None
        if connection is None:
            connection = self._connection = await self._address.connect(
                connect=self._timings.connect, command=self._timings.command, listens=False
            )
        commands = [("PUBLISH", one.channel, one.data) for one in batch]
        async with asyncio.timeout(self._timings.command):
            await connection.send_packed_command(connection.pack_commands(commands))
            for _ in batch:
                try:
                    await connection.read_response()
                    self._counts["sent"] += 1
                except ResponseError:
                    self._counts["failed"] += 1

    async def _pause(self, failures: int) -> None:
        self._retry.clear()
        try:
            async with asyncio.timeout(self._timings.pause(failures)):
                await self._retry.wait()
        except TimeoutError:
            return

    async def _hang_up(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await hang_up(connection)


async def hang_up(connection: Connection) -> None:
    """Close without waiting for a peer that may be frozen: redis-py would wait until all is flushed."""
    abort(connection)
    await connection.disconnect(nowait=True)


def abort(connection: Connection) -> None:
    """End the connection at once; whoever reads from it is told that it has ended."""
    if connection._writer is not None:
        connection._writer.transport.abort()


def told(error: Exception) -> str:
    """What a log says of an error; a deadline that has passed has no words of its own."""
    return str(error) or "it does not answer in time"
