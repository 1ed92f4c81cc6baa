"""The frozen values of launch events: their halls, and the run of show as it is written at the console."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Self

from realtime.disclosure import ResultPolicy
from realtime.tally import Hall
from storage.values import Provenance
from storage.values_news import Picture
from storage.values_show import Beat, Mode

LONGEST_NAME = 140
LONGEST_TEXT = 400
"""Signs of what a step says under its title: it is read from thirty metres."""

LONGEST_STREAM = 300
MOST_STEPS = 60
MOST_HALLS = 12
LONGEST_STEP_MS = 6 * 3_600_000
SHORTEST_STEP_MS = 3_000


class StepKind(StrEnum):
    """What a screen shows."""

    WAITING = "waiting"
    COUNTDOWN = "countdown"
    FILM = "film"
    STREAM = "stream"
    REVEAL = "reveal"
    TOPIC = "topic"
    RESULTS = "results"
    HALLS = "halls"
    IDEAS = "ideas"
    WORDS = "words"
    THANKS = "thanks"
    BLACK = "black"

    @property
    def asks(self) -> bool:
        """Whether a vote opens with it."""
        return self is StepKind.TOPIC

    @property
    def shows_votes(self) -> bool:
        """Whether it shows the votes of a step that asks."""
        return self in {StepKind.RESULTS, StepKind.HALLS}


class Palette(StrEnum):
    """The colours of a step, as the tokens of the style sheet name them."""

    NIGHT = "night"
    SKY = "sky"
    PAPER = "paper"
    SUN = "sun"


class EventFault(StrEnum):
    """Why an event or a step was not taken as it was; the console says what to do."""

    UNKNOWN = "unknown"
    UNKNOWN_STEP = "unknown-step"
    BAD_OP = "bad-op"
    BAD_CHOICE = "bad-choice"
    BAD_SIGNS = "bad-signs"
    NO_NAME = "no-name"
    LONG_NAME = "long-name"
    LONG_TEXT = "long-text"
    NO_HALL = "no-hall"
    UNKNOWN_HALL = "unknown-hall"
    TOO_MANY_HALLS = "too-many-halls"
    NO_TIME = "no-time"
    BAD_TIME = "bad-time"
    BAD_YEAR = "bad-year"
    SKIPPED_TIME = "skipped-time"
    PAST = "past"
    PAST_START = "past-start"
    BAD_DURATION = "bad-duration"
    NO_TITLE = "no-title"
    NO_THEME = "no-theme"
    NO_QUESTION = "no-question"
    ASKED_ALREADY = "asked-already"
    NO_FILM = "no-film"
    BAD_STREAM = "bad-stream"
    STREAM_REFUSED = "stream-refused"
    TOO_MANY_STEPS = "too-many-steps"
    IS_ON = "is-on"
    IS_OVER = "is-over"


LONGEST_HALL = 40
MOST_OFFERED = 40
"""Halls that are offered at the same time."""


class HallFault(StrEnum):
    """Why a hall was not added or retired."""

    NO_NAME = "no-name"
    LONG_NAME = "long-name"
    TAKEN = "taken"
    TOO_MANY = "too-many"
    UNKNOWN = "unknown"
    KEPT = "kept"
    IS_ON = "is-on"


@dataclass(frozen=True, slots=True)
class HallPlace:
    """A hall as it is called on screen, and its first words: « à Metz »."""

    hall: Hall
    name: str
    position: int = 0
    retired_at: int | None = None


@dataclass(frozen=True, slots=True)
class StepContent:
    """All that an editor says of a step. ``at`` is a countdown's end, ``duration`` in ms.

    A step that asks has a ``theme`` and says when ``results`` may be seen; ``again`` is the step whose question it
    asks once more. ``question`` is the step whose votes this one shows; None: those of whatever was asked last.
    """

    kind: StepKind
    title: str = ""
    text: str = ""
    palette: Palette = Palette.NIGHT
    picture: Picture | None = None
    duration: int | None = None
    at: int | None = None
    theme: str | None = None
    results: ResultPolicy = ResultPolicy.ALWAYS
    again: int | None = None
    question: int | None = None
    film: int | None = None
    stream: str = ""

    def plain(self) -> dict[str, Any]:
        """What is kept, as JSON."""
        return asdict(self)

    @classmethod
    def read(cls, plain: Mapping[str, Any]) -> Self:
        picture = plain["picture"]
        known = {
            "kind": StepKind(plain["kind"]),
            "palette": Palette(plain["palette"]),
            "results": ResultPolicy(plain["results"]),
            "picture": None if picture is None else Picture(**picture),
        }
        return cls(**{**plain, **known})


def step_fault(content: StepContent, now: int) -> EventFault | None:
    """What is wrong with a step whatever the others are; its signs have been looked at."""
    if len(content.title) > LONGEST_NAME:
        return EventFault.LONG_NAME
    if len(content.text) > LONGEST_TEXT:
        return EventFault.LONG_TEXT
    if content.duration is not None and not SHORTEST_STEP_MS <= content.duration <= LONGEST_STEP_MS:
        return EventFault.BAD_DURATION
    match content.kind:
        case StepKind.COUNTDOWN if content.at is None:
            return EventFault.NO_TIME
        case StepKind.COUNTDOWN if content.at is not None and content.at <= now:
            return EventFault.PAST
        case StepKind.TOPIC if content.again is None and not content.title:
            return EventFault.NO_TITLE
        case StepKind.TOPIC if content.again is None and not content.theme:
            return EventFault.NO_THEME
        case StepKind.REVEAL if not content.title:
            return EventFault.NO_TITLE
        case StepKind.FILM if content.film is None:
            return EventFault.NO_FILM
        case StepKind.STREAM if not content.stream:
            return EventFault.BAD_STREAM
    return None


@dataclass(frozen=True, slots=True)
class Step:
    """``topic`` is the vote that it opened; a step that was ``removed`` is shown on while it is shown."""

    id: int
    position: int
    content: StepContent
    topic: int | None = None
    is_removed: bool = False

    @property
    def beat(self) -> Beat:
        """As the show sees it."""
        target = self.content.at if self.content.kind is StepKind.COUNTDOWN else None
        return Beat(self.id, self.position, self.content.duration, target, self.is_removed)


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event to be; ``starts_at`` is when people are expected."""

    name: str
    text: str
    starts_at: int
    halls: tuple[Hall, ...]
    provenance: Provenance = Provenance.REAL


@dataclass(frozen=True, slots=True)
class Event:
    """``mode`` says how far its show is; ``began_at`` and ``ended_at`` are those of the launch itself."""

    id: int
    name: str
    text: str
    starts_at: int
    halls: tuple[Hall, ...]
    mode: Mode
    provenance: Provenance
    began_at: int | None = None
    ended_at: int | None = None
