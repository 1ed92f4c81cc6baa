"""The frozen values of the journal of what staff do."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Action(StrEnum):
    """What was done; the console's catalogue says each in French (section ``action``)."""

    SIGNED_IN = "signed-in"
    SIGN_IN_REFUSED = "sign-in-refused"
    SIGNED_OUT = "signed-out"
    SIGNED_OUT_EVERYWHERE = "signed-out-everywhere"
    SESSION_ENDED = "session-ended"
    INVITATION_ACCEPTED = "invitation-accepted"
    TELEPHONE_ENROLLED = "telephone-enrolled"
    RECOVERY_USED = "recovery-used"
    RECOVERY_RENEWED = "recovery-renewed"
    PASSWORD_CHANGED = "password-changed"  # noqa: S105 - the name of an action
    ACCOUNT_ADDED = "account-added"
    ACCOUNT_CHANGED = "account-changed"
    ACCOUNT_CLOSED = "account-closed"
    ACCOUNT_RESET = "account-reset"
    JOURNAL_EXPORTED = "journal-exported"
    POSTING_PAUSED = "posting-paused"
    POSTING_RESUMED = "posting-resumed"
    VOTES_PAUSED = "votes-paused"
    VOTES_RESUMED = "votes-resumed"
    BANNER_SHOWN = "banner-shown"
    BANNER_REMOVED = "banner-removed"
    POST_APPROVED = "post-approved"
    POST_REFUSED = "post-refused"
    POST_JOINED = "post-joined"
    THEME_CHANGED = "theme-changed"
    TOPIC_HIDDEN = "topic-hidden"
    TOPIC_RESTORED = "topic-restored"
    TOPIC_MERGED = "topic-merged"
    REPORTS_SETTLED = "reports-settled"
    VOTES_SET_ASIDE = "votes-set-aside"
    VOTES_BROUGHT_BACK = "votes-brought-back"
    DECISION_UNDONE = "decision-undone"
    REASON_SAVED = "reason-saved"
    REASON_RETIRED = "reason-retired"
    REASON_RESTORED = "reason-restored"
    ACCESS_REFUSED = "access-refused"
    IDEA_ASSIGNED = "idea-assigned"
    ANSWER_DRAFTED = "answer-drafted"
    ANSWER_PUBLISHED = "answer-published"
    ANSWER_CORRECTED = "answer-corrected"
    THREAD_FILED = "thread-filed"
    THREAD_TAKEN = "thread-taken"
    THREAD_LEFT = "thread-left"
    THREAD_ANSWERED = "thread-answered"
    THREAD_CLOSED = "thread-closed"
    THREAD_REOPENED = "thread-reopened"
    THREAD_NOTED = "thread-noted"
    CANNED_SAVED = "canned-saved"
    CANNED_RETIRED = "canned-retired"
    DRAFT_BEGUN = "draft-begun"
    DRAFT_SAVED = "draft-saved"
    DRAFT_RESTORED = "draft-restored"
    DRAFT_SCHEDULED = "draft-scheduled"
    DRAFT_UNSCHEDULED = "draft-unscheduled"
    DRAFT_DISCARDED = "draft-discarded"
    TOPIC_PUBLISHED = "topic-published"
    TOPIC_CORRECTED = "topic-corrected"
    TOPIC_ENDED = "topic-ended"
    QUESTIONNAIRE_PUBLISHED = "questionnaire-published"
    QUESTIONNAIRE_ENDED = "questionnaire-ended"
    CAMPAIGN_PUBLISHED = "campaign-published"
    CAMPAIGN_CHANGED = "campaign-changed"
    CAMPAIGN_ENDED = "campaign-ended"
    THEME_ADDED = "theme-added"
    THEME_RENAMED = "theme-renamed"
    THEME_MOVED = "theme-moved"
    THEME_RETIRED = "theme-retired"
    THEME_RESTORED = "theme-restored"
    DIRECTION_SAVED = "direction-saved"
    DIRECTION_RETIRED = "direction-retired"
    DIRECTION_RESTORED = "direction-restored"
    PAGE_SAVED = "page-saved"
    PAGE_RESTORED = "page-restored"
    PAGE_PUBLISHED = "page-published"
    PAGE_WITHDRAWN = "page-withdrawn"
    LETTER_BEGUN = "letter-begun"
    LETTER_EDITED = "letter-edited"
    LETTER_RENEWED = "letter-renewed"
    LETTER_TESTED = "letter-tested"
    LETTER_SCHEDULED = "letter-scheduled"
    LETTER_UNSCHEDULED = "letter-unscheduled"
    LETTER_PAUSED = "letter-paused"
    LETTER_RESUMED = "letter-resumed"
    LETTER_CANCELLED = "letter-cancelled"
    EVENT_SAVED = "event-saved"
    STEP_SAVED = "step-saved"
    STEP_REMOVED = "step-removed"
    STEP_MOVED = "step-moved"
    SHOW_MOVED = "show-moved"
    SCREEN_PAIRED = "screen-paired"
    SCREEN_UNPAIRED = "screen-unpaired"
    FILM_BEGUN = "film-begun"
    FILM_KEPT = "film-kept"
    FILM_DROPPED = "film-dropped"
    PHOTO_KEPT = "photo-kept"
    PHOTO_DROPPED = "photo-dropped"
    HALL_ADDED = "hall-added"
    HALL_RETIRED = "hall-retired"


class SubjectKind(StrEnum):
    """What it was done to; its id is a number, or empty where there is but one."""

    STAFF = "staff"
    SESSION = "session"
    JOURNAL = "journal"
    SWITCH = "switch"
    TOPIC = "topic"
    POST = "post"
    REASON = "reason"
    THREAD = "thread"
    CANNED = "canned"
    DRAFT = "draft"
    QUESTIONNAIRE = "questionnaire"
    CAMPAIGN = "campaign"
    LETTER = "letter"
    THEME = "theme"
    DIRECTION = "direction"
    PAGE = "page"
    EVENT = "event"
    SCREEN = "screen"
    FILM = "film"
    HALL = "hall"


@dataclass(frozen=True, slots=True)
class AuditLine:
    """``staff`` is None where an operator did it from the command line, ``name`` then empty."""

    id: int
    at: int
    staff: int | None
    name: str
    action: str
    subject_kind: str
    subject_id: str
    detail: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class AuditSearch:
    """What of the journal is asked for; ``since`` and ``until`` in ms, ``before`` is the id of a line."""

    staff: int | None = None
    action: str = ""
    subject_kind: str = ""
    subject_id: str = ""
    since: int | None = None
    until: int | None = None
    before: int | None = None
