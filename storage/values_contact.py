"""The frozen values of contact, mail and the letter."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class ContactSubject(StrEnum):
    """What a citizen writes about; they choose it from a list."""

    TOPIC = "topic"
    SCHEME = "scheme"
    PRIVACY = "privacy"
    TECHNICAL = "technical"
    PRESS = "press"
    OTHER = "other"


class ContactState(StrEnum):
    """Waiting for the Région, answered by it, or ended."""

    WAITING = "waiting"
    ANSWERED = "answered"
    CLOSED = "closed"


class ContactFault(StrEnum):
    """Why what a citizen wrote was not taken."""

    NO_SUBJECT = "no-subject"
    NO_TEXT = "no-text"
    TOO_LONG = "too-long"
    BAD_SIGNS = "bad-signs"
    BAD_OP = "bad-op"
    NO_COOKIE = "no-cookie"
    TOO_MANY = "too-many"
    CLOSED = "closed"
    NO_THREAD = "no-thread"
    FULL = "full"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True)
class ContactMessage:
    """``by_region``: the Région's answer, else what the citizen wrote."""

    id: int
    text: str
    by_region: bool
    at: int


@dataclass(frozen=True, slots=True)
class ContactThread:
    """A conversation as its list shows it; ``email`` is empty where none was left."""

    id: int
    subject: ContactSubject
    state: ContactState
    language: str
    email: str
    created_at: int
    moved_at: int


@dataclass(frozen=True, slots=True)
class NewMail:
    """A mail to be sent. ``about`` says what it belongs to; ``op`` is one of a kind: the same again is not sent.

    Links in it begin with ``PUBLIC``, which is replaced by the service's address when it is sent.
    """

    op: str
    about: str
    recipient: str
    subject: str
    text: str
    html: str
    headers: Mapping[str, str] = field(default_factory=dict)


PUBLIC = "https://imaginest.invalid"
"""Stands for the service's own address in a mail that waits: RFC 2606 keeps the name for nobody."""


@dataclass(frozen=True, slots=True)
class ClaimedMail:
    """A mail that whoever claimed it sends; ``tries`` counts this one, and tells it from a later claim."""

    id: int
    tries: int
    created_at: int
    mail: NewMail


class BlockKind(StrEnum):
    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ITEMS = "items"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of an issue: ``items`` belong to a list, ``href`` (https, or a path of ours) to a link."""

    kind: BlockKind
    text: str = ""
    items: tuple[str, ...] = ()
    href: str = ""


@dataclass(frozen=True, slots=True)
class Issue:
    """An issue of the letter; ``sent_at`` is None while it is a draft, which nobody sees."""

    number: int
    title: str
    blocks: tuple[Block, ...]
    sent_at: int | None
