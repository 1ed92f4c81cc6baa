"""What the watch room shows: nodes, votes a second, topics that move, what waits."""

from dataclasses import dataclass

from storage.values import TopicRules

BEAT_SECONDS = 2.0
"""From one heartbeat of a node to the next."""

SILENT_MS = 10_000
"""A node whose last heartbeat is older does not answer any more."""

GONE_MS = 3_600_000
"""A node that has been silent for so long is spoken of no more."""

SLOT_MS = 2_000
"""Votes are counted by slots of this length."""

PACE_MS = 600_000
"""How far back votes a second are shown."""

MOVING_MS = 60_000
"""The time within which a topic moves."""

MINUTE_MS = 60_000
LOOKED_BACK = 360
"""So many minutes are searched for unusual votes."""

NO_BUS = -1
"""What a node says of its bus where that is its own memory, and nothing is to be reached."""

MANY_TRIES = 3
"""A mail that was tried so often in vain is in trouble."""


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """What a node says of itself.

    ``behind``: versions by which the topics in its memory were behind the database when it last compared,
    ``compared_ms`` ago (None: never yet). ``write_ms``: how long its last heartbeat took to be committed.
    ``bus_away``: parts of the bus that do not answer, or NO_BUS. ``disk_mib`` is free where its data are,
    ``least_disk_mib`` what it needs.
    """

    node: str
    program: str
    since: int
    at: int
    watchers: int
    topics: int
    behind: int
    compared_ms: int | None
    write_ms: int | None
    waiting: int
    bus_away: int
    memory_mib: int | None
    disk_mib: int | None
    least_disk_mib: int | None

    def is_alive(self, now: int) -> bool:
        return now - self.at <= SILENT_MS


@dataclass(frozen=True, slots=True)
class Moving:
    """A topic that won ``won`` voters within the last minute, of ``voters`` in all, as far as is public."""

    topic: int
    title: str
    won: int
    voters: int


@dataclass(frozen=True, slots=True)
class MailLoad:
    """Mails that wait; those that are due, since ``due_since`` at the longest; ``failing`` were tried in vain."""

    waiting: int
    due_since: int | None
    failing: int


@dataclass(frozen=True, slots=True)
class Watch:
    """All of it at ``at``, in ms since 1970; ``pace`` holds the votes of each slot of all nodes.

    ``read_ms`` is how long the database took to answer.
    """

    at: int
    nodes: tuple[Heartbeat, ...]
    pace: dict[int, int]
    moving: tuple[Moving, ...]
    mails: MailLoad
    posts: int
    oldest_post: int | None
    reports: int
    contact: int
    read_ms: int

    @property
    def alive(self) -> list[Heartbeat]:
        return [node for node in self.nodes if node.is_alive(self.at)]


@dataclass(frozen=True, slots=True)
class WonByMinute:
    """Voters that a topic won in each minute, beginning with ``first`` (minutes since 1970)."""

    topic: int
    title: str
    rules: TopicRules
    first: int
    won: tuple[int, ...]
    is_of_event: bool = False
    """Asked in a launch event, whose halls vote in one minute."""
