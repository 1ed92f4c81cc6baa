"""What one connection may do, and how fast (pure; ``now`` is in monotonic seconds)."""

from collections import OrderedDict

from channels.parsing import Fault
from channels.wire import ClientMessage, Resync, Sub, Unsub, Vote
from realtime.refusals import Refusal

MOST_SUBSCRIPTIONS = 128
MESSAGES_A_SECOND = 50.0
MESSAGES_AT_ONCE = 200.0
VOTES_A_SECOND = 10.0
VOTES_AT_ONCE = 60.0
RESYNC_SECONDS = 1.0
MOST_FAULTS = 20
"""Wrong messages after which a connection is closed: a program that is broken or probing."""

MOST_DEVICES = 10_000
"""Devices whose votes are counted where no connection does; to be forgotten costs a limit, not a vote."""


class Bucket:
    """A token bucket: ``rate`` a second, ``size`` at once."""

    __slots__ = ("_at", "_left", "_rate", "_size")

    def __init__(self, rate: float, size: float, now: float) -> None:
        self._rate = rate
        self._size = size
        self._left = size
        self._at = now

    def take(self, now: float) -> bool:
        """Whether there is a token; takes it."""
        self._left = min(self._size, self._left + (now - self._at) * self._rate)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


class Buckets:
    """A bucket for each device; beyond ``most`` the one that was not used for longest is forgotten."""

    def __init__(self, rate: float, size: float, most: int = MOST_DEVICES) -> None:
        self._rate = rate
        self._size = size
        self._most = most
        self._buckets: OrderedDict[bytes, Bucket] = OrderedDict()

    def __len__(self) -> int:
        return len(self._buckets)

    def take(self, device: bytes, now: float) -> bool:
        """Whether there is a token for this device; takes it."""
        bucket = self._buckets.get(device)
        if bucket is None:
            if len(self._buckets) >= self._most:
                self._buckets.popitem(last=False)
            bucket = self._buckets[device] = Bucket(self._rate, self._size, now)
        self._buckets.move_to_end(device)
        return bucket.take(now)


class Session:
    """The admissions of one connection; buckets exist only for who has needed them (a watcher is idle)."""

    __slots__ = ("_faults", "_messages", "_resyncs", "_votes")

    def __init__(self) -> None:
        self._messages: Bucket | None = None
        self._votes: Bucket | None = None
        self._resyncs: dict[str, float] | None = None
        self._faults = 0

    def admit(self, message: ClientMessage, *, subscribed: int, now: float) -> Refusal | None:
        """Why this message is refused now, or None; ``subscribed`` are the channels that it does not name."""
        if self._messages is None:
            self._messages = Bucket(MESSAGES_A_SECOND, MESSAGES_AT_ONCE, now)
        if not self._messages.take(now):
            return Refusal.TOO_FAST
        match message:
            case Sub(subs) if subscribed + len(subs) > MOST_SUBSCRIPTIONS:
                return Refusal.TOO_MANY_SUBSCRIPTIONS
            case Vote():
                if self._votes is None:
                    self._votes = Bucket(VOTES_A_SECOND, VOTES_AT_ONCE, now)
                return None if self._votes.take(now) else Refusal.TOO_FAST
            case Resync(channel):
                return self._admit_resync(channel, now)
            case Unsub(channels) if self._resyncs:
                for channel in channels:
                    self._resyncs.pop(channel, None)
        return None

    def _admit_resync(self, channel: str, now: float) -> Refusal | None:
        if self._resyncs is None:
            self._resyncs = {}
        last = self._resyncs.get(channel)
        if last is not None and now - last < RESYNC_SECONDS:
            return Refusal.RESYNC_TOO_SOON
        if len(self._resyncs) >= MOST_SUBSCRIPTIONS:
            self._resyncs.clear()
        self._resyncs[channel] = now
        return None

    def fails(self, fault: Fault) -> bool:
        """Note a wrong message; whether the connection is to be closed for it."""
        self._faults += 1
        return fault.hostile or self._faults >= MOST_FAULTS
