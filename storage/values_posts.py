"""What citizens post: ideas, debates, and arguments under a topic; and what became of each."""

from dataclasses import dataclass
from enum import StrEnum

from realtime.tally import Departement, Hall, Sign
from storage.values import Theme, TopicKind

LONGEST_POST = 2000
"""Code points; 140 signs of the most composite kind are fewer."""


class PostKind(StrEnum):
    IDEA = "idea"
    DEBATE = "debate"
    ARGUMENT = "argument"

    @property
    def topic_kind(self) -> TopicKind:
        """What it becomes when it is published."""
        return TopicKind(self)


class PostStatus(StrEnum):
    WAITING = "waiting"
    PUBLISHED = "published"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class PostRefusal(StrEnum):
    """Why a post was not taken, or a decision about one not made."""

    UNKNOWN_THEME = "unknown-theme"
    UNKNOWN_TOPIC = "unknown-topic"
    CLOSED = "closed"
    PAUSED = "paused"
    OP_REUSED = "op-reused"
    TOO_MANY_THIS_HOUR = "too-many-this-hour"
    TOO_MANY_TODAY = "too-many-today"
    UNKNOWN_POST = "unknown-post"
    ALREADY_DECIDED = "already-decided"


class PostReason(StrEnum):
    """Why a moderator refuses, where one of the usual reasons says it; else the reason is a sentence."""

    INSULT = "insult"
    OFF_TOPIC = "off-topic"
    PERSONAL_DATA = "personal-data"
    ADVERTISING = "advertising"
    DUPLICATE = "duplicate"


class Moderation(StrEnum):
    """Whether a moderator reads a post before everybody does, or after."""

    BEFORE = "before"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class PostingRules:
    """``idea_days`` after its publication the vote on a citizen's idea or debate ends."""

    moderation: Moderation = Moderation.BEFORE
    idea_days: int = 60


@dataclass(frozen=True, slots=True)
class NewPost:
    """A post as it comes in; ``text`` is already one clean line.

    ``theme`` is that of an idea or debate, ``departement`` the one that it is most about (None: all of them),
    ``parent`` and ``side`` (plus or minus) those of an argument.
    ``author`` is a pseudonym (``Keys.author``), ``op`` chosen by the form. ``hall`` is the one whose link was
    followed; it is kept while a launch is on there, for that hall's screens, and stands at no text.
    """

    kind: PostKind
    text: str
    author: bytes
    op: str
    theme: str | None = None
    parent: int | None = None
    side: Sign | None = None
    departement: Departement | None = None
    hall: Hall | None = None


@dataclass(frozen=True, slots=True)
class Post:
    """``topic`` is where it was published; ``reason`` a ``PostReason`` or a sentence, of a refusal only."""

    id: int
    kind: PostKind
    text: str
    theme: Theme | None
    parent: int | None
    side: Sign | None
    status: PostStatus
    reason: str
    created_at: int
    decided_at: int | None
    topic: int | None
    departement: Departement | None = None
    merged_into: int | None = None
    """The topic that says the same, of a refused post."""
