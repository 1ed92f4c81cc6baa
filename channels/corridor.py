"""What a client is let do, whichever live door it came through: follow topics and vote."""

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from channels import names, wire
from channels.console import Console
from channels.framing import PING_SECONDS, Framing
from channels.stage import Stages
from channels.topics import cast_vote
from channels.wire import No
from realtime.fanout import Fanout
from realtime.refusals import Refusal
from realtime.tally import Hall
from realtime.watcher import Watcher
from storage.arrivals import marks_of
from storage.ballot_box import BallotBox
from storage.database import StorageUnavailable
from storage.keys import Keys
from storage.values import FROM_SOMEWHERE, CastVote, Origin, Receipt

OUTLET_EXTENSION = "imaginest.outlet"
"""Where the server puts the connection's ``Outlet`` in the scope's extensions, if it has one to give.

With HTTP it is a function that turns the connection into one, for an answer of chunks that has begun."""

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who connects: the voter's device (None without a valid cookie), and why not at all."""

    device: bytes | None
    refused: Refusal | None = None
    staff: str = ""
    """The token of staff's cookie, as it was brought."""
    screens: Mapping[Hall, str] = field(default_factory=dict)
    """Those of the big screens that this browser is, by their halls."""
    nobody: Refusal = Refusal.UNKNOWN_VOTER
    """What whoever has no device is answered to a vote: no cookie came, or one that is not ours."""

    origin: Origin = FROM_SOMEWHERE
    hall: Hall | None = None
    """The hall by whose link it came."""


@dataclass(frozen=True, slots=True)
class Corridor:
    """Behind all live doors. ``wall`` gives ms since 1970, ``monotonic`` seconds."""

    fanout: Fanout
    ballots: BallotBox
    keys: Keys
    identify: Callable[[Scope], Visitor]
    wall: Callable[[], int]
    monotonic: Callable[[], float]
    console: Console
    stages: Stages
    refusals: Counter[Refusal] = field(default_factory=Counter)
    """What was answered `no`, and how often."""

    def greeting(self, framing: Framing) -> wire.Hello:
        """The first message that a client hears."""
        return wire.Hello(time=self.wall(), ping=int(PING_SECONDS[framing] * 1000))

    def leave(self, watcher: Watcher) -> None:
        """Forget a watcher and all it followed."""
        self.console.leave(watcher)
        self.stages.leave(watcher)
        self.fanout.leave(watcher)

    def unfollow(self, watcher: Watcher, channel: str) -> None:
        """Let a watcher follow a channel no more."""
        if channel == names.CONSOLE:
            self.console.leave(watcher)
        self.stages.unfollow(watcher, channel)
        topic = names.topic_of(channel)
        if topic is not None:
            self.fanout.unsubscribe(watcher, topic)

    async def follow(self, watcher: Watcher, visitor: Visitor, sub: wire.Subscription) -> No | None:
        """Subscribe a watcher that has joined; why not, where that is refused.

        The only place where a live door decides whether its watcher has voted, and so may see results.
        """
        if names.event_of(sub.channel) is not None or names.hall_of(sub.channel) is not None:
            return await self.stages.follow(watcher, sub, visitor.screens)
        topic = names.topic_of(sub.channel)
        if topic is None:
            return No(Refusal.BAD_CHANNEL, channel=sub.channel)
        while topic not in self.fanout.standings:
            self.fanout.activity.cold += 1
            try:
                known = await self.fanout.standings.warm(topic)
            except StorageUnavailable:
                return No(Refusal.TRY_AGAIN, channel=sub.channel)
            if not known:
                return No(Refusal.UNKNOWN_TOPIC, channel=sub.channel)
        voted = self.keys.has_seen(self.fanout.gate(topic), visitor.device, sub.seen)
        self.fanout.subscribe(watcher, topic, sub.at, voted=voted, hidden=sub.hidden)
        return None

    async def enter(self, visitor: Visitor, vote: wire.Vote) -> wire.Ack | No:
        """Cast a vote; answers after its commit."""
        device = visitor.device
        if device is None:
            return No(visitor.nobody, vote.op)
        marks = marks_of(self.keys, visitor.origin, vote.topic, self.wall())
        cast = CastVote(vote.topic, device, vote.sign, vote.op, visitor.hall, marks=marks)
        outcome = await cast_vote(self.ballots, cast)
        if not isinstance(outcome, Receipt):
            return No(outcome, vote.op)
        seen = self.keys.seen_token(vote.topic, device) if outcome.voted else ""
        return wire.Ack(outcome.op, outcome.topic, outcome.sign, seen)
