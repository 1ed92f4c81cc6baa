"""The frozen values of letters to the Région as staff see them."""

from dataclasses import dataclass
from enum import StrEnum

from storage.values import Theme
from storage.values_contact import ContactMessage, ContactState, ContactSubject

CLAIM_MS = 5 * 60_000
"""For so long a conversation is kept for who writes in it, without a sign of theirs."""

LONGEST_TITLE = 80


class InboxFault(StrEnum):
    """Why something is not done with a conversation or a canned answer."""

    UNKNOWN = "unknown"
    OUTSIDE = "outside"
    NO_TEXT = "no-text"
    TOO_LONG = "too-long"
    BAD_SIGNS = "bad-signs"
    BAD_OP = "bad-op"
    HELD = "held"
    ANSWERED = "answered"
    MOVED = "moved"
    CLOSED = "closed"
    NOT_A_COLLEAGUE = "not-a-colleague"
    NO_THEME = "no-theme"
    MAIL_FULL = "mail-full"
    NO_TITLE = "no-title"
    LONG_TITLE = "long-title"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True)
class InboxAsked:
    """``state`` None: whatever it is; ``assignee`` 0: nobody's; ``after`` is the last line of the page before."""

    state: ContactState | None = ContactState.WAITING
    subject: ContactSubject | None = None
    theme: str = ""
    assignee: int | None = None
    after: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """Who writes in a conversation just now."""

    staff: int
    name: str


@dataclass(frozen=True, slots=True)
class InboxLine:
    """A conversation in the list. ``assignee`` is 0 and ``name`` empty where nobody has it."""

    id: int
    subject: ContactSubject
    state: ContactState
    language: str
    has_email: bool
    created_at: int
    moved_at: int
    theme: Theme | None
    assignee: int
    name: str
    held: Held | None


@dataclass(frozen=True, slots=True)
class InboxNote:
    """What a colleague left for colleagues."""

    name: str
    text: str
    at: int


@dataclass(frozen=True, slots=True)
class Conversation:
    line: InboxLine
    messages: tuple[ContactMessage, ...]
    notes: tuple[InboxNote, ...]

    @property
    def last(self) -> int:
        """The number of its last message: what whoever answers has seen."""
        return self.messages[-1].id if self.messages else 0


@dataclass(frozen=True, slots=True)
class Canned:
    """A text that answers often."""

    id: int
    title: str
    text: str
