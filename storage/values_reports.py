"""What citizens report about what other citizens post; a report hides nothing by itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class ReportReason(StrEnum):
    INSULT = "insult"
    OFF_TOPIC = "off-topic"
    PERSONAL_DATA = "personal-data"
    ADVERTISING = "advertising"
    OTHER = "other"


class ReportState(StrEnum):
    """Whether somebody of the Région has looked at it."""

    OPEN = "open"
    SETTLED = "settled"


class ReportRefusal(StrEnum):
    """Why a report was not taken."""

    UNKNOWN_TOPIC = "unknown-topic"
    TOO_MANY_TODAY = "too-many-today"


@dataclass(frozen=True, slots=True)
class NewReport:
    """``reporter`` is a pseudonym (``Keys.reporter``); ``text`` one clean line, often empty."""

    topic: int
    reporter: bytes
    reason: ReportReason
    text: str = ""


@dataclass(frozen=True, slots=True)
class Reported:
    """What is open against one topic: how many people reported it, why, and what they added (the newest first).

    ``post`` is the post of which the topic was made; None where it was not posted.
    """

    topic: int
    title: str
    post: int | None
    people: int
    reasons: Mapping[ReportReason, int]
    texts: tuple[str, ...]
