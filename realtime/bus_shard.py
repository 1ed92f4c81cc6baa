"""One Redis of the bus: what it carries, read, judged and kept until it is handed over."""

import asyncio
import logging
import ssl
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

from redis.exceptions import AuthenticationError, NoPermissionError

from realtime.bus import BusRefused, GapReason, Headcount
from realtime.bus_address import Address
from realtime.bus_backlog import Backlog
from realtime.bus_message import Message, Probe, Unreadable, decode, encode
from realtime.bus_parser import TOO_LONG
from realtime.bus_reader import Reader
from realtime.bus_sender import Sender, Timings, hang_up, told
from realtime.delta import Delta

log = logging.getLogger("imaginest.bus")

MOST_BEFORE_A_TURN = 500
"""Messages after which what came is handed over, however many more there are."""


@dataclass(frozen=True, slots=True)
class Channels:
    """The names of a deployment's channels, ``node`` being one's own."""

    prefix: str
    node: str

    @property
    def headcounts(self) -> str:
        return f"{self.prefix}:headcounts"

    @property
    def private(self) -> str:
        return f"{self.prefix}:node:{self.node}"

    def of(self, topic: int) -> str:
        return f"{self.prefix}:topic:{topic}"

    def topic(self, channel: str) -> int | None:
        number = channel.removeprefix(f"{self.prefix}:topic:")
        return int(number) if number != channel and number.isascii() and number.isdigit() else None


class Owner(Protocol):
    """Whom a shard tells; none of this may raise."""

    def deliver(self, delta: Delta) -> None: ...

    def missed(self, reason: GapReason, topics: Collection[int]) -> None: ...

    def count_heads(self, number: int, heads: Headcount) -> None: ...


class Shard:
    """A sender and a reader of the same Redis."""

    def __init__(
        self,
        address: Address,
        channels: Channels,
        key: bytes,
        timings: Timings,
        counts: Counter[str],
        owner: Owner,
    ) -> None:
        self.address = address
        self.sender = Sender(address, timings, counts)
        self.reader = Reader(address, timings, (channels.private, channels.headcounts), self)
        self._channels = channels
        self._key = key
        self._timings = timings
        self._counts = counts
        self._owner = owner
        self._backlog = Backlog()
        self._since_a_turn = 0
        self._unreadable: set[int] = set()
        self._unreadable_timer: asyncio.TimerHandle | None = None

    async def check(self) -> None:
        """Try everything once. Raises BusRefused where waiting would not help."""
        try:
            async with asyncio.timeout(self._timings.connect + self._timings.command):
                await self._try_once()
        except AuthenticationError:
            raise BusRefused(
                f"{self.address.name} refuses the user or the password: correct them in IMAGINEST_BUS_URL"
            ) from None
        except NoPermissionError:
            raise BusRefused(
                f"{self.address.name} forbids what the bus needs: allow its user +publish, +subscribe, "
                f"+unsubscribe and the channels {self._channels.prefix}:*"
            ) from None
        except Exception as error:  # down, frozen, or no Redis at all: it may become one
            if _certificate(error):
                raise BusRefused(
                    f"the certificate of {self.address.name} is not trusted: "
                    "name its authority with ?ssl_ca_certs=FILE"
                ) from None
            log.warning("the bus %s is away: votes go on, %s", self.address.name, told(error))

    async def _try_once(self) -> None:
        connection = await self.address.connect(
            connect=self._timings.connect, command=self._timings.command, listens=False
        )
        try:
            for command in (
                ("PUBLISH", self._channels.private, self._probe(0)),
                ("SUBSCRIBE", self._channels.private),
            ):
                await connection.send_command(*command)
                await connection.read_response(disable_decoding=True)
        finally:
            await hang_up(connection)

    def start(self) -> None:
        self.sender.start()
        self.reader.start()

    async def stop(self) -> None:
        await self.sender.stop()
        await self.reader.stop()
        if self._unreadable_timer is not None:
            self._unreadable_timer.cancel()

    def probe(self, number: int) -> None:
        """Say something to ourselves."""
        self.sender.offer_latest(self._channels.private, self._probe(number))

    def _probe(self, number: int) -> bytes:
        return encode(Message(self._channels.node, number, Probe()), self._channels.private, self._key)

    # --- what the reader tells

    def on_connected(self) -> None:
        self.sender.retry_now()

    def on_message(self, channel: str, data: bytes) -> None:
        self._counts["received"] += 1
        message = Unreadable.TOO_LONG if data is TOO_LONG else decode(data, channel, self._key)
        if isinstance(message, Message):
            message = self._take(channel, message) or message
        if isinstance(message, Unreadable):
            self._refuse(channel, message)
        self._since_a_turn += 1
        if self._since_a_turn >= MOST_BEFORE_A_TURN:
            self.on_quiet()

    def on_quiet(self) -> None:
        self._since_a_turn = 0
        if self._backlog:
            deltas, overwhelmed = self._backlog.take()
            for delta in deltas:
                self._owner.deliver(delta)
            if overwhelmed:
                self._owner.missed(GapReason.OVERWHELMED, overwhelmed)

    def on_missed(self, reason: GapReason, channels: Collection[str]) -> None:
        topics = [topic for topic in map(self._channels.topic, channels) if topic is not None]
        self._owner.missed(reason, topics)

    def _take(self, channel: str, message: Message) -> Unreadable | None:
        match message.content:
            case Delta() as delta if channel == self._channels.of(delta.topic):
                if message.node != self._channels.node:  # our own was handed over within `publish`
                    self._counts["joined"] += self._backlog.add(delta)
            case Headcount() as heads if channel == self._channels.headcounts:
                if message.node != self._channels.node:
                    self._owner.count_heads(message.number, heads)
            case Probe() if channel == self._channels.private:
                self.reader.heard_probe()
            case _:
                return Unreadable.MISPLACED
        return None

    def _refuse(self, channel: str, why: Unreadable) -> None:
        """Tell it as a gap, all topics of a second together: whoever can write to Redis can write much."""
        self._counts[f"unreadable.{why}"] += 1
        topic = self._channels.topic(channel)
        if topic is None:
            return
        self._unreadable.add(topic)
        if self._unreadable_timer is None:
            log.warning("the bus %s carries what is no message of ours: %s", self.address.name, why)
            self._tell_unreadable()

    def _tell_unreadable(self) -> None:
        self._unreadable_timer = None
        if self._unreadable:
            self._owner.missed(GapReason.UNREADABLE, frozenset(self._unreadable))
            self._unreadable.clear()
            loop = asyncio.get_running_loop()
            self._unreadable_timer = loop.call_later(self._timings.unreadable_every, self._tell_unreadable)


def _certificate(error: BaseException | None) -> bool:
    """Whether it is for its certificate that a connection was not made."""
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error = error.__cause__ or error.__context__
    return False
