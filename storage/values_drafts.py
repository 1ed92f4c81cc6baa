"""What editors write, as it crosses storage's border."""

from collections.abc import Mapping
from dataclasses import Field, dataclass
from enum import StrEnum
from typing import Any, ClassVar, Generic, Protocol, Self, TypeVar

from realtime.disclosure import HeadlinePolicy, ResultPolicy
from realtime.tally import Departement
from storage.values import NewTopic, TopicKind, TopicRules
from storage.values_news import Picture

LONGEST_BODY = 4000
LONGEST_REASON = 300


class DraftSort(StrEnum):
    """What a draft becomes."""

    TOPIC = "topic"
    QUESTIONNAIRE = "questionnaire"
    CAMPAIGN = "campaign"


class DraftState(StrEnum):
    """SCHEDULED: the clock publishes it. DISCARDED: nobody works on it any more; it is kept."""

    WRITING = "writing"
    SCHEDULED = "scheduled"
    PUBLISHED = "published"
    DISCARDED = "discarded"


class DraftFault(StrEnum):
    """Why a draft was not taken as it was; the console says what to do."""

    UNKNOWN = "unknown"
    CHANGED = "changed"
    BAD_OP = "bad-op"
    WRONG_STATE = "wrong-state"
    NO_TITLE = "no-title"
    LONG_TITLE = "long-title"
    BAD_SIGNS = "bad-signs"
    LONG_BODY = "long-body"
    BAD_CHOICE = "bad-choice"
    NO_THEME = "no-theme"
    BAD_TIME = "bad-time"
    BAD_YEAR = "bad-year"
    SKIPPED_TIME = "skipped-time"
    NO_OPENS = "no-opens"
    NO_CLOSES = "no-closes"
    BAD_PLAN = "bad-plan"
    TOO_MANY_STEPS = "too-many-steps"
    UNKNOWN_TOPIC = "unknown-topic"
    TOPIC_ELSEWHERE = "topic-elsewhere"
    TOO_MANY_TOPICS = "too-many-topics"
    OPENS_IN_PAST = "opens-in-past"
    CLOSES_FIRST = "closes-first"
    CLOSES_IN_PAST = "closes-in-past"
    NO_ALT = "no-alt"
    LONG_ALT = "long-alt"
    NO_REASON = "no-reason"
    LONG_REASON = "long-reason"
    PICTURE_HEAVY = "picture-heavy"
    PICTURE_UNKNOWN = "picture-unknown"
    PICTURE_LARGE = "picture-large"
    PICTURE_BROKEN = "picture-broken"
    PICTURE_BUSY = "picture-busy"


class Content(Protocol):
    """What an editor says of what a draft is to become: a dataclass, kept as JSON of its fields."""

    sort: ClassVar[DraftSort]
    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    @property
    def title(self) -> str: ...

    @property
    def opens_at(self) -> int | None: ...

    @property
    def closes_at(self) -> int | None: ...

    @property
    def picture(self) -> Picture | None: ...

    @property
    def themes(self) -> frozenset[str]:
        """The themes that must exist."""

    @property
    def lacks(self) -> DraftFault | None:
        """Why it cannot be published, whenever that is."""

    @classmethod
    def read(cls, plain: Mapping[str, Any]) -> Self:
        """What stands in the JSON of its fields."""


@dataclass(frozen=True, slots=True)
class DraftContent:
    """All that an editor says of a topic to be; an instant that is None was not chosen yet, or there is no end."""

    sort: ClassVar[DraftSort] = DraftSort.TOPIC
    lacks: ClassVar[DraftFault | None] = None

    kind: TopicKind
    title: str
    body: str
    theme: str
    results: ResultPolicy = ResultPolicy.AFTER_VOTE
    headline: HeadlinePolicy = HeadlinePolicy.LIVE
    profile_required: bool = False
    opens_at: int | None = None
    closes_at: int | None = None
    departement: Departement | None = None
    picture: Picture | None = None

    @property
    def themes(self) -> frozenset[str]:
        return frozenset({self.theme})

    @classmethod
    def read(cls, plain: Mapping[str, Any]) -> Self:
        departement, picture = plain["departement"], plain["picture"]
        known = {
            "kind": TopicKind(plain["kind"]),
            "results": ResultPolicy(plain["results"]),
            "headline": HeadlinePolicy(plain["headline"]),
            "departement": None if departement is None else Departement(departement),
            "picture": None if picture is None else Picture(**picture),
        }
        return cls(**{**plain, **known})

    def topic(self, opens_at: int) -> NewTopic:
        """The topic that it becomes."""
        rules = TopicRules(opens_at, self.closes_at, self.results, self.headline, self.profile_required)
        return NewTopic(
            self.kind, self.title, self.theme, rules, body=self.body, departement=self.departement
        )


def schedule_fault(content: Content, opens_at: int, now: int) -> DraftFault | None:
    """Why a draft cannot open at ``opens_at`` (a moment ago is now) and close when its content says."""
    if content.lacks is not None:
        return content.lacks
    if opens_at < now:
        return DraftFault.OPENS_IN_PAST
    if content.closes_at is None:
        return None
    if content.closes_at <= now:
        return DraftFault.CLOSES_IN_PAST
    return DraftFault.CLOSES_FIRST if content.closes_at <= opens_at else None


C = TypeVar("C", bound=Content, covariant=True)


@dataclass(frozen=True, slots=True)
class Draft(Generic[C]):
    """``number`` is that of the revision that ``content`` is; ``by`` who saved it.

    ``topic`` is what became of a topic's draft, ``made`` of any other.
    """

    id: int
    state: DraftState
    number: int
    content: C
    by: str
    changed_at: int
    due_at: int | None = None
    topic: int | None = None
    made: int | None = None
    corrected_at: int | None = None
    ended_at: int | None = None
    ended_reason: str = ""

    @property
    def opens_at(self) -> int | None:
        return self.due_at if self.due_at is not None else self.content.opens_at


@dataclass(frozen=True, slots=True)
class Revision:
    number: int
    at: int
    by: str
    content: Content


@dataclass(frozen=True, slots=True)
class Amends:
    """What became of a published topic later: when its words were corrected, why its vote ended early."""

    corrected_at: int | None = None
    ended_at: int | None = None
    ended_reason: str = ""
