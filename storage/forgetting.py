"""Forgetting a device: everything that leads to it goes, in one transaction.

Ballots stay counted. Their keys are made of the device's secret, which is in its cookie and nowhere else:
once that is gone, nobody can find out again which ballots they were.

Whoever adds a column of bytes says here what it is: a test compares with the tables.
"""

from collections.abc import Callable

import sqlalchemy as sa

from storage.contact import forget_threads
from storage.database import Database
from storage.keys import Keys
from storage.marks import Mark, raise_mark
from storage.posts import forget_posts
from storage.profiles import forget_profile
from storage.questionnaires import forget_visits
from storage.reports import forget_reports

Forget = Callable[[sa.Connection, Keys, bytes], None]
"""Takes away what one noun holds of a device; doing it twice is doing it once."""

FORGETS: tuple[Forget, ...] = (
    forget_posts,
    forget_reports,
    forget_threads,
    forget_visits,
    forget_profile,  # the last: it takes the voter away
)

FORGOTTEN: frozenset[str] = frozenset(
    {
        *("voter.pseudonym", "profile.pseudonym", "post.author", "report.reporter"),
        *("contact_thread.author", "contact_message.author", "questionnaire_visitor.pseudonym"),
    }
)
"""The columns that lead from a device to a row; after ``forget_device`` none holds anything made of it."""

LEFT: frozenset[str] = frozenset(
    {"ballot.voter_key", "op.voter_key", "carried.voter_key", "set_aside.voter_key"}
)
"""The columns that keep what is made of a device: counted votes, which nobody can find without its cookie."""

NOBODYS: frozenset[str] = frozenset(
    {
        *("installation.secret_check", "topic_key.wrapped", "image.content"),
        *(
            "contact_thread.sealed_email",
            "contact_message.sealed",
            "contact_note.sealed",
            "mail.recipient_key",
            "mail.sealed",
        ),
        *("letter_subscriber.id", "letter_subscriber.address_key", "letter_subscriber.sealed_address"),
        "letter_delivery.subscriber",
        *("staff.email_key", "staff.sealed_email", "staff.sealed_totp", "staff.invitation"),
        *("staff_attempt.key", "staff_recovery.hash", "staff_session.hash"),
        *("screen.token", "film_part.content"),
    }
)
"""Columns of bytes that are not made of a device; what is in a conversation goes with its row."""


async def forget_device(database: Database, keys: Keys, device: bytes) -> None:
    """All or nothing; raises StorageUnavailable."""

    def forget(connection: sa.Connection) -> None:
        for each in FORGETS:
            each(connection, keys, device)
        raise_mark(connection, Mark.DESK)  # the last: whoever waits for it holds rows that this took

    await database.write(forget, idempotent=True)
