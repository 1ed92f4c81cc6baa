"""Votes that are set aside by rule: the rule, what stands, and why one is not taken."""

from dataclasses import dataclass, field
from enum import StrEnum

from realtime.delta import Delta

LONGEST_REASON = 200
"""Signs (code points) of a reason, which citizens read."""

LEAST_SET_ASIDE = 30
"""Counted ballots that a rule must meet; also what sums and differences of a topic's quarantines must be about."""

LEAST_LEFT = 10
"""Voters of a topic in none of its quarantines, where there are any."""

MOST_SET_ASIDE = 20_000
"""Ballots that a rule may meet: they move in one transaction, for which votes wait."""

MOST_OF_A_TOPIC = 12
"""Quarantines of one topic, those that were undone among them."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Ballots whose voters last moved them from the minute ``since`` on, and before ``until`` (since 1970).

    ``only_new``: from devices that were new; ``network``: under this mark. Neither sign nor cell can be named.
    """

    topic: int
    since: int
    until: int
    only_new: bool = False
    network: int | None = None

    def covers(self, other: "Rule") -> bool:
        """Whether it meets whatever ``other`` meets."""
        return (
            self.topic == other.topic
            and self.since <= other.since
            and other.until <= self.until
            and (not self.only_new or other.only_new)
            and self.network in {None, other.network}
        )


class QuarantineFault(StrEnum):
    """Why nothing was set aside, or brought back."""

    UNKNOWN_TOPIC = "unknown-topic"
    BAD_TIME = "bad-time"
    BAD_OP = "bad-op"
    BAD_SPAN = "bad-span"
    NOT_OVER = "not-over"
    NO_REASON = "no-reason"
    LONG_REASON = "long-reason"
    BAD_NETWORK = "bad-network"
    LEADS_ELSEWHERE = "leads-elsewhere"
    TOO_LATE = "too-late"
    TOO_FEW = "too-few"
    TOO_MANY = "too-many"
    TOO_FEW_LEFT = "too-few-left"
    TOO_ALIKE = "too-alike"
    TOO_OFTEN = "too-often"
    ALREADY_ASIDE = "already-aside"
    ALREADY_BACK = "already-back"
    UNKNOWN = "unknown"
    TRY_AGAIN = "try-again"


@dataclass(frozen=True, slots=True)
class NotSetAside:
    """``by`` says who was there before."""

    fault: QuarantineFault
    by: str = ""


@dataclass(frozen=True, slots=True)
class NewQuarantine:
    """``reason`` is what citizens read; ``op`` makes one of a double tap."""

    rule: Rule
    reason: str
    staff: int
    op: str


@dataclass(frozen=True, slots=True)
class Quarantine:
    """``ballots`` left the counts and ``returned`` came back, both rounded down to five, as everybody is told.

    ``by`` and ``undone_by`` are names of staff. ``deltas`` are to be published by whoever did it just now.
    """

    id: int
    rule: Rule
    reason: str
    by: str
    at: int
    ballots: int
    undone_at: int | None
    undone_by: str
    undone_reason: str
    returned: int | None
    title: str = ""
    deltas: tuple[Delta, ...] = field(default=(), compare=False)

    @property
    def stands(self) -> bool:
        return self.undone_at is None


@dataclass(frozen=True, slots=True)
class Network:
    """A mark under which ``votes`` of a topic came (thirty at least, in fives), the first ``since`` (ms)."""

    mark: int
    votes: int
    since: int


@dataclass(frozen=True, slots=True)
class Step:
    """What everybody reads beside the time line: ballots were set aside at ``at`` (ms), or came back."""

    at: int
    is_return: bool
    ballots: int
    reason: str
