"""What moderators do, and what they are told."""

from dataclasses import dataclass, field
from enum import StrEnum

from realtime.delta import Delta
from storage.values_posts import Post

CLAIM_MS = 30_000
"""For so long something stays claimed by a page of which nothing is heard any more."""

UNDO_MS = 15_000
"""A page offers to undo for ten seconds; what is pressed then takes a while to arrive."""


class Sort(StrEnum):
    """What a moderator decides about: something that waits, or something that stands."""

    POST = "post"
    TOPIC = "topic"


@dataclass(frozen=True, slots=True)
class Subject:
    sort: Sort
    id: int

    def __str__(self) -> str:
        return f"{self.sort}:{self.id}"


class Choice(StrEnum):
    """APPROVE, REFUSE and JOIN decide about a post, HIDE, RESTORE, MERGE and KEEP about a topic."""

    APPROVE = "approve"
    REFUSE = "refuse"
    JOIN = "join"
    THEME = "theme"
    HIDE = "hide"
    RESTORE = "restore"
    MERGE = "merge"
    KEEP = "keep"


class ModerationFault(StrEnum):
    """Why a decision was not made."""

    UNKNOWN = "unknown"
    ALREADY_DECIDED = "already-decided"
    CLAIMED = "claimed"
    OWN_POST = "own-post"
    NO_REASON = "no-reason"
    UNKNOWN_THEME = "unknown-theme"
    UNKNOWN_TOPIC = "unknown-topic"
    NOT_MERGEABLE = "not-mergeable"
    HAS_MERGED = "has-merged"
    CLOSED = "closed"
    TOO_LATE = "too-late"
    MOVED_ON = "moved-on"
    BAD_OP = "bad-op"


@dataclass(frozen=True, slots=True)
class Refused:
    """``by`` and ``choice`` say who has decided, or holds it, and what was decided."""

    fault: ModerationFault
    by: str = ""
    choice: Choice | None = None


@dataclass(frozen=True, slots=True)
class NewDecision:
    """``device`` is that of the browser, to know one's own posts; ``reason`` the code of one or a sentence."""

    subject: Subject
    choice: Choice
    staff: int
    op: str
    device: bytes | None = None
    reason: str = ""
    theme: str = ""
    into: int = 0


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision as it stands; ``deltas`` are to be published by whoever made or undid it just now."""

    id: int
    subject: Subject
    choice: Choice
    reason: str
    staff: int
    name: str
    at: int
    is_undone: bool
    deltas: tuple[Delta, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Claim:
    staff: int
    name: str
    since: int


@dataclass(frozen=True, slots=True)
class RefusalReason:
    """``label`` and ``sentence`` are empty where the catalogue says them."""

    id: int
    code: str
    label: str
    sentence: str
    is_retired: bool = False


class PostSort(StrEnum):
    """Which of the waiting posts."""

    IDEAS = "ideas"
    ARGUMENTS = "arguments"


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """``theme`` is a slug; ``before``: sent before that instant."""

    sort: PostSort | None = None
    theme: str = ""
    before: int | None = None


@dataclass(frozen=True, slots=True)
class Queued:
    post: Post
    claim: Claim | None


@dataclass(frozen=True, slots=True)
class Merge:
    """``topic`` now leads to ``into``."""

    id: int
    topic: int
    into: int
    at: int


@dataclass(frozen=True, slots=True)
class MergedHere:
    """How many topics were merged into one, and how many people had voted on them, as published."""

    topics: int
    voters: int
