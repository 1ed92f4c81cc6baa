"""The frozen values of staff: who may do what at the console, and why something is refused."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a member of staff may do; one person may have several."""

    MODERATOR = "moderator"
    REFERENT = "referent"
    EDITOR = "editor"
    ADMINISTRATOR = "administrator"


class AccountState(StrEnum):
    """Invited: has chosen no password yet. Begun: has no telephone yet. Active, or closed for good."""

    INVITED = "invited"
    BEGUN = "begun"
    ACTIVE = "active"
    CLOSED = "closed"


class SessionStage(StrEnum):
    """Between the password and the code nothing is seen yet."""

    CODE = "code"
    OPEN = "open"


class StaffFault(StrEnum):
    """Why an account is not changed as asked."""

    UNKNOWN = "unknown"
    CLOSED = "closed"
    TAKEN = "taken"
    NO_NAME = "no-name"
    LONG_NAME = "long-name"
    NO_ROLE = "no-role"
    NO_THEME = "no-theme"
    UNKNOWN_THEME = "unknown-theme"
    OWN_ACCOUNT = "own-account"
    LAST_ADMINISTRATOR = "last-administrator"
    BAD_OP = "bad-op"
    MAIL_FULL = "mail-full"


class SignInFault(StrEnum):
    """Why somebody does not come in; no word tells whether there is such an account."""

    WRONG = "wrong"
    TOO_SOON = "too-soon"
    BUSY = "busy"
    WRONG_CODE = "wrong-code"
    ENDED = "ended"
    UNAVAILABLE = "unavailable"


class PasswordFault(StrEnum):
    """Why a password, or an invitation to choose one, is not taken."""

    SHORT = "short"
    LONG = "long"
    EMAIL = "email"
    DIFFERENT = "different"
    WRONG = "wrong"
    TOO_SOON = "too-soon"
    BUSY = "busy"
    INVITATION = "invitation"


@dataclass(frozen=True, slots=True)
class Staff:
    """Somebody who works at the console; ``themes`` (slugs) are a referent's."""

    id: int
    name: str
    email: str
    roles: frozenset[Role]
    themes: frozenset[str] = frozenset()

    def is_any(self, *roles: Role) -> bool:
        return not self.roles.isdisjoint(roles)


@dataclass(frozen=True, slots=True)
class Account:
    """A member of staff as administrators see them; ``seen_at`` is None for who has never come."""

    staff: Staff
    state: AccountState
    created_at: int
    closed_at: int | None
    seen_at: int | None
    sessions: int


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who is signed in; ``browser`` is what their browser calls itself, in a few words."""

    id: int
    staff: Staff
    stage: SessionStage
    browser: str
    created_at: int
    seen_at: int


@dataclass(frozen=True, slots=True)
class NewAccount:
    email: str
    name: str
    roles: frozenset[Role]
    themes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Wait:
    """Not now: another try is taken after ``seconds``."""

    seconds: int


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What a telephone is told, once: the secret of its codes."""

    secret: str
    email: str


@dataclass(frozen=True, slots=True)
class SignedIn:
    """``recovery`` holds the codes that are shown once, where the telephone was just enrolled.

    ``left`` says how many of them are left where one was used instead of the telephone.
    """

    staff: Staff
    recovery: tuple[str, ...] = ()
    left: int | None = None
