"""Everything that the application can refuse, as stable codes.

The code travels (wire, API, logs); the sentence a person reads is in the translation catalogue under the
same code. ``retry`` says whether sending the same thing again later may succeed.
"""

from enum import StrEnum


class Refusal(StrEnum):
    """Why something was refused."""

    # a vote
    UNKNOWN_TOPIC = "unknown-topic"
    NOT_OPEN_YET = "not-open-yet"
    CLOSED = "closed"
    PAUSED = "paused"
    PROFILE_NEEDED = "profile-needed"
    OP_REUSED = "op-reused"
    TOO_MANY_CHANGES = "too-many-changes"
    UNKNOWN_VOTER = "unknown-voter"
    FORGED_COOKIE = "forged-cookie"
    TRY_AGAIN = "try-again"
    # a message
    BAD_ENCODING = "bad-encoding"
    BAD_MESSAGE = "bad-message"
    DUPLICATE_KEY = "duplicate-key"
    TOO_DEEP = "too-deep"
    TOO_LARGE = "too-large"
    WRONG_FRAME = "wrong-frame"
    UNKNOWN_TYPE = "unknown-type"
    BAD_TOPIC = "bad-topic"
    BAD_SIGN = "bad-sign"
    BAD_OP = "bad-op"
    BAD_CHANNEL = "bad-channel"
    BAD_VERSION = "bad-version"
    # a session
    TOO_MANY_SUBSCRIPTIONS = "too-many-subscriptions"
    TOO_FAST = "too-fast"
    RESYNC_TOO_SOON = "resync-too-soon"
    NO_SUBPROTOCOL = "no-subprotocol"
    MISSING_ORIGIN = "missing-origin"
    FOREIGN_ORIGIN = "foreign-origin"
    # results
    RESULTS_HIDDEN = "results-hidden"
    # the console
    STAFF_ONLY = "staff-only"
    # a hall's screen
    NOT_PAIRED = "not-paired"
    UNKNOWN_EVENT = "unknown-event"
    # a form
    BAD_DEPARTEMENT = "bad-departement"
    BAD_SEX = "bad-sex"
    BAD_AGE = "bad-age"

    @property
    def retry(self) -> bool:
        """Whether the same thing may be accepted later."""
        return self in _PASSING


_PASSING = frozenset(
    {
        Refusal.TRY_AGAIN,
        Refusal.TOO_FAST,
        Refusal.RESYNC_TOO_SOON,
        Refusal.NOT_OPEN_YET,
        Refusal.PAUSED,
    }
)
