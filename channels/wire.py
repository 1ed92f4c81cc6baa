"""Every message of the wire, both directions (pure).

A message is a map whose ``t`` names it; the two formats carry the same maps. ``PROTOCOL.md`` has a section
and an example for each. ``encoding`` writes what the server says, ``parsing`` reads what a client sends.
"""

from dataclasses import dataclass
from enum import StrEnum

from realtime.delta import Changes
from realtime.notice import Notice
from realtime.refusals import Refusal
from realtime.tally import PublicTally, Sign, Version
from storage.values_desk import DeskLoad
from storage.values_show import NOTHING_ON, Show

PROTOCOL = 1


class Format(StrEnum):
    """The two subprotocols; the value is the name offered in the handshake."""

    MSGPACK = "imaginest.v1.msgpack"
    JSON = "imaginest.v1.json"


# --- from the client ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Subscription:
    """One channel to follow, from what the client has (``at``) and may see (``seen``).

    ``hidden`` says whether the state at ``at`` is one without results; None where the client did not say.
    """

    channel: str
    at: Version | None = None
    seen: str | None = None
    hidden: bool | None = None


@dataclass(frozen=True, slots=True)
class Sub:
    subs: tuple[Subscription, ...]


@dataclass(frozen=True, slots=True)
class Unsub:
    channels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Vote:
    topic: int
    sign: Sign
    op: str


@dataclass(frozen=True, slots=True)
class Resync:
    channel: str


@dataclass(frozen=True, slots=True)
class Pong:
    pass


@dataclass(frozen=True, slots=True)
class Clock:
    """What the client's own clock says now, in ms: the answer tells what the server's says."""

    sent: int


ClientMessage = Sub | Unsub | Vote | Resync | Pong | Clock


# --- from the server ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Hello:
    """``time`` is the server's clock in ms since 1970; ``ping`` the interval between pings in ms."""

    time: int
    ping: int


@dataclass(frozen=True, slots=True)
class Snap:
    channel: str
    version: Version
    tally: PublicTally


@dataclass(frozen=True, slots=True)
class DeltaMessage:
    channel: str
    base: Version
    version: Version
    changes: Changes


@dataclass(frozen=True, slots=True)
class Ack:
    """A vote was committed; ``seen`` lets the client subscribe with results from now on.

    It is empty for who withdrew a vote that was never cast, and so may see no results.
    """

    op: str
    topic: int
    sign: Sign
    seen: str


@dataclass(frozen=True, slots=True)
class No:
    """A refusal; ``op`` is None where the message was not a vote, ``channel`` where it named none."""

    code: Refusal
    op: str | None = None
    channel: str | None = None


@dataclass(frozen=True, slots=True)
class Stale:
    """What is shown may be old (the database does not answer)."""


@dataclass(frozen=True, slots=True)
class Fresh:
    """What is shown is current again."""


@dataclass(frozen=True, slots=True)
class Ping:
    pass


@dataclass(frozen=True, slots=True)
class Bye:
    """The server goes away; ``within`` is how many ms the client may take, at random, to come back."""

    within: int


@dataclass(frozen=True, slots=True)
class Watching:
    """``watching`` connections follow the channel, on all nodes."""

    channel: str
    watching: int


@dataclass(frozen=True, slots=True)
class Steps:
    """What became of the channel's topic; ``number`` is another with each step that is told or corrected."""

    channel: str
    number: int


@dataclass(frozen=True, slots=True)
class Noticed:
    """What staff have switched for everybody."""

    notice: Notice


@dataclass(frozen=True, slots=True)
class Desk:
    """What waits for staff, to those who follow the console."""

    load: DeskLoad


@dataclass(frozen=True, slots=True)
class Time:
    """The answer to ``Clock``: the server's clock in ms since 1970, and what the client sent."""

    sent: int
    time: int


@dataclass(frozen=True, slots=True)
class Showing:
    """What is on in an event or on a hall's screen; ``event`` is None where nothing is on in a hall.

    ``program`` is another whenever the run of show has changed.
    """

    channel: str
    event: int | None = None
    program: int = 0
    show: Show = NOTHING_ON


ServerMessage = (
    Hello
    | Snap
    | DeltaMessage
    | Ack
    | No
    | Stale
    | Fresh
    | Ping
    | Bye
    | Watching
    | Steps
    | Noticed
    | Desk
    | Time
    | Showing
)

CLOSE_COME_BACK = 4000
CLOSE_SILENT = 4008
CLOSE_SIGNED_OUT = 4401
CLOSE_HOSTILE = 4500
CLOSE_NO_SUBPROTOCOL = 4501
CLOSE_TOO_LARGE = 4502
