"""The frozen values of the letter's making and sending."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

LONGEST_TITLE = 140
LONGEST_HEADING = 140
LONGEST_TEXT = 6000
MOST_SECTIONS = 30


class EditionState(StrEnum):
    """Where an issue is on its way from a draft to the mailboxes."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    SENDING = "sending"
    PAUSED = "paused"
    SENT = "sent"
    CANCELLED = "cancelled"

    @property
    def is_editable(self) -> bool:
        return self is EditionState.DRAFT

    @property
    def has_begun(self) -> bool:
        return self not in (EditionState.DRAFT, EditionState.SCHEDULED)


class DeliveryState(StrEnum):
    """What became of one issue for one subscriber.

    CLAIMED: in a node's hands, and none of it said. HANDING: written down before the mail's last byte is said.
    LEFT: sent, and unsubscribed afterwards. GONE: unsubscribed before it was sent.
    """

    WAITING = "waiting"
    CLAIMED = "claimed"
    HANDING = "handing"
    SENT = "sent"
    LEFT = "left"
    BOUNCED = "bounced"
    GONE = "gone"
    CANCELLED = "cancelled"


OPEN = (DeliveryState.WAITING, DeliveryState.CLAIMED, DeliveryState.HANDING)
"""Those for which something is still to be done."""


class LetterFault(StrEnum):
    """Why an issue was not made, kept or sent."""

    UNKNOWN = "unknown"
    STALE = "stale"
    NOT_EDITABLE = "not-editable"
    WRONG_STATE = "wrong-state"
    NO_TITLE = "no-title"
    LONG_TITLE = "long-title"
    LONG_TEXT = "long-text"
    TOO_MANY = "too-many"
    BAD_LINK = "bad-link"
    EMPTY = "empty"
    BAD_MONTH = "bad-month"
    BAD_TIME = "bad-time"
    PAST_TIME = "past-time"
    BAD_OP = "bad-op"
    MAIL_FULL = "mail-full"


@dataclass(frozen=True, slots=True)
class Section:
    """A part of an issue. ``made_heading`` and ``made_text`` are what was written by itself, empty for an own part.

    ``text`` has paragraphs apart by an empty line, items that begin with “- ”, links as “[words](/path)” alone on a
    line.
    """

    key: str
    heading: str
    text: str
    is_out: bool = False
    made_heading: str = ""
    made_text: str = ""

    @property
    def is_own(self) -> bool:
        return self.key.startswith("own-")

    @property
    def is_edited(self) -> bool:
        return (self.heading, self.text) != (self.made_heading, self.made_text)


@dataclass(frozen=True, slots=True)
class Edition:
    """An issue with all that is known of it; ``month`` is like 2026-11, ``trouble`` a code (empty: none)."""

    number: int
    month: str
    title: str
    sections: tuple[Section, ...]
    version: int
    state: EditionState
    scheduled_at: int | None
    started_at: int | None
    ended_at: int | None
    trouble: str
    changed_at: int
    changed_by: str


@dataclass(frozen=True, slots=True)
class EditionVersion:
    version: int
    title: str
    at: int
    by: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How many subscribers of an issue are in each state.

    ``later`` of those that wait were put off before; ``soft`` of those that were sent came back for now.
    """

    numbers: Mapping[DeliveryState, int]
    later: int = 0
    soft: int = 0

    def of(self, *states: DeliveryState) -> int:
        return sum(self.numbers.get(state, 0) for state in states)

    @property
    def total(self) -> int:
        return sum(self.numbers.values())

    @property
    def sent(self) -> int:
        return self.of(DeliveryState.SENT, DeliveryState.LEFT)

    @property
    def waiting(self) -> int:
        return self.of(*OPEN)

    @property
    def bounced(self) -> int:
        return self.of(DeliveryState.BOUNCED)

    @property
    def left(self) -> int:
        """Unsubscribed since the issue began to be sent."""
        return self.of(DeliveryState.LEFT, DeliveryState.GONE)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One subscriber's mail in a node's hands; ``address`` is empty where it cannot be read."""

    subscriber: bytes
    address: str
    tries: int


class OutcomeKind(StrEnum):
    """BACK: nothing was said of it, and it waits again as if it had never been claimed."""

    SENT = "sent"
    BOUNCED = "bounced"
    LATER = "later"
    BACK = "back"


@dataclass(frozen=True, slots=True)
class Outcome:
    """``reason`` is a code without anybody's words; ``due_at`` is when it is tried again."""

    kind: OutcomeKind
    reason: str = ""
    due_at: int = 0


@dataclass(frozen=True, slots=True)
class Bounce:
    """A mail of an issue that came back: ``status`` is why, as 5.1.1 (RFC 3463)."""

    number: int
    subscriber: bytes
    status: str

    @property
    def is_hard(self) -> bool:
        """Whether the address takes no mail; a rule that refused it (x.7.x) is about the sender instead."""
        return self.status.startswith("5.") and not self.status.startswith("5.7.")


class BounceOutcome(StrEnum):
    """What a mail that came back did.

    KNOWN: it was counted before. EARLY: its mail is not written down as sent yet. GONE: nobody gets it any more.
    """

    HARD = "hard"
    SOFT = "soft"
    KNOWN = "known"
    EARLY = "early"
    GONE = "gone"
