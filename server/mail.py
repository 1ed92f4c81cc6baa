"""Sends what the outbox holds: to a mail server, or without one into files.

Each mail is claimed, sent and marked as sent, one after the other, by one node at a time. Where a node ends between
sending and marking, another sends the mail again after the claim's lease, under the same Message-ID: twice is
possible there, and lost is not.
"""

import asyncio
import logging
import os
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from typing import TypeVar

from server.mail_server import Conversation, MailFault, NotSent, read_mail_server
from server.public_address import public_address
from server.settings import Settings
from storage import outbox
from storage.database import Database, StorageUnavailable
from storage.keys import Keys
from storage.values_contact import PUBLIC, ClaimedMail, NewMail
from web.addresses import parsed_address

T = TypeVar("T")
log = logging.getLogger("imaginest.mail")

FOLDER = "mail"
SENDER_NAME = "Imagin'Est"
ROUND_SECONDS = 2.0
REST_SECONDS = 30.0
"""How long a server that is away is left alone."""

FIRST_PAUSE_MS = 60_000
LONGEST_PAUSE_MS = 3_600_000
GIVE_UP_MS = 3 * 86_400_000
"""A mail that could not be sent for so long has failed."""

ENDING_SECONDS = 2.0
MARK_SECONDS = 300.0
"""How long is tried to write down that a mail was sent; half of the lease."""

_LINES = SMTP.clone(max_line_length=None)
"""Headers are not folded: a long address of a page would be cut, or encoded, in the middle."""


def next_try(tries: int, now: int) -> int:
    """When a mail that has been tried so often is due again: after 1, 2, 4, … minutes, at most an hour."""
    return now + min(FIRST_PAUSE_MS << min(tries - 1, 20), LONGEST_PAUSE_MS)


def compose(claimed: ClaimedMail, *, sender: str, public: str) -> EmailMessage:
    """The message as it leaves. Raises NotSent where none can be made of the mail: no header holds a line end."""
    mail = claimed.mail
    host = sender.rpartition("@")[2]
    made = datetime.fromtimestamp(claimed.created_at / 1000, UTC)
    headers = {
        "Subject": mail.subject,
        "Date": format_datetime(made),
        "Message-ID": f"<{claimed.id}.{claimed.created_at}@{host}>",
        "Auto-Submitted": "auto-generated",
        **{name: value.replace(PUBLIC, public) for name, value in mail.headers.items()},
    }
    message = EmailMessage(policy=SMTP)
    try:
        message["From"] = Address(SENDER_NAME, addr_spec=sender)
        message["To"] = Address(addr_spec=_checked(mail))
        for name, value in headers.items():
            message[name] = value
            if _has_control(value) or _has_control(
                str(message[name])
            ):  # an encoded one shows when it is read
                raise NotSent(MailFault.BAD_MESSAGE)
        message.set_content(mail.text.replace(PUBLIC, public), cte="quoted-printable")
        html = mail.html.replace(PUBLIC, public)
        message.add_alternative(html, subtype="html", cte="quoted-printable")
    except (ValueError, IndexError):
        raise NotSent(MailFault.BAD_MESSAGE) from None
    return message


def _checked(mail: NewMail) -> str:
    """Whatever wrote the mail, the e-mail package sees a plain address."""
    return parsed_address(mail.recipient).ascii_email or ""


def _has_control(text: str) -> bool:
    return any(sign < " " or sign == "\x7f" for sign in text)


class Postman:
    """Delivers what is due, round by round; ``stop`` before the database closes.

    ``listening``: where the running server does, for links where no address is configured.
    """

    def __init__(
        self,
        settings: Settings,
        database: Database,
        keys: Keys,
        wall: Callable[[], int],
        monotonic: Callable[[], float],
        listening: Callable[[], str] = lambda: "",
    ) -> None:
        self._settings = settings
        self._database = database
        self._keys = keys
        self._wall = wall
        self._monotonic = monotonic
        self._conversation: Conversation | None = None
        if settings.smtp_url:
            self._conversation = Conversation(read_mail_server(settings.smtp_url))
        self._folder = settings.data / FOLDER
        self._sender = settings.mail_from or "imaginest@localhost"
        self._listening = listening
        self._rests_until = 0.0
        self._has_told = False
        self._round: asyncio.Task[None] | None = None
        self._ending = False

    async def deliver(self) -> None:
        """Send everything that is due. A round that was cancelled sends the mail in its hands to the end."""
        if self._ending or self._monotonic() < self._rests_until:
            return
        if not await outbox.is_due(self._database, self._wall()) or not self._can_send():
            return
        if self._round is None or self._round.done():
            self._round = asyncio.create_task(self._deliver_all(), name="mail round")
        await asyncio.shield(self._round)

    async def stop(self) -> None:
        """Let the mail that is being sent be sent, for a moment; then end the conversation."""
        self._ending = True
        if self._round is not None:
            await asyncio.wait({self._round}, timeout=ENDING_SECONDS)
            self._round.cancel()
            await asyncio.gather(self._round, return_exceptions=True)
        if self._conversation is not None:
            self._conversation.end()

    def _can_send(self) -> bool:
        """Mail that leaves the house needs a sender, and links that lead back."""
        settings = self._settings
        missing = [
            name
            for name, value in (
                ("IMAGINEST_MAIL_FROM", settings.mail_from),
                ("IMAGINEST_PUBLIC_URL", settings.public_url),
            )
            if not value
        ]
        if not settings.smtp_url or not missing:
            return True
        if not self._has_told:
            self._has_told = True
            told = "mails wait, and are not sent: %s is not set"
            log.error(
                told, " and ".join(missing), extra={"event": "mail-waits", "fields": {"missing": missing}}
            )
        return False

    async def _deliver_all(self) -> None:
        try:
            while not self._ending:
                claimed = await outbox.claim(self._database, self._keys, self._wall())
                if claimed is None:
                    break
                if not await self._deliver(claimed):
                    self._rests_until = self._monotonic() + REST_SECONDS
                    break
        finally:
            if self._conversation is not None:
                self._conversation.end()

    async def _deliver(self, claimed: ClaimedMail) -> bool:
        """Send one mail and mark what became of it; false where the server takes none at the moment."""
        try:
            public = public_address(self._settings, self._listening())
            content = compose(claimed, sender=self._sender, public=public).as_bytes(policy=_LINES)
            await _in_thread(lambda: self._send(claimed, content))
        except NotSent as error:
            await self._not_sent(claimed, error)
            return error.fault.is_final
        await self._mark_sent(claimed)
        return True

    def _send(self, claimed: ClaimedMail, content: bytes) -> None:
        if self._conversation is not None:
            self._conversation.send(self._sender, claimed.mail.recipient, content)
            return
        try:
            write_file(self._folder, f"{claimed.id}.eml", content)
        except OSError:
            raise NotSent(MailFault.UNREACHABLE) from None

    async def _mark_sent(self, claimed: ClaimedMail) -> None:
        """What was sent and is not marked would be sent again: tried until the database answers."""
        end = self._monotonic() + MARK_SECONDS
        while True:
            try:
                return await outbox.mark_sent(self._database, claimed, self._wall())
            except StorageUnavailable:
                if self._monotonic() > end:
                    raise
            await asyncio.sleep(1.0)

    async def _not_sent(self, claimed: ClaimedMail, error: NotSent) -> None:
        now = self._wall()
        over = error.fault.is_final or now - claimed.created_at > GIVE_UP_MS
        fields = {"mail": claimed.id, "about": claimed.mail.about.split()[0], "reason": error.reason}
        if over:
            await outbox.mark_failed(self._database, claimed, error.reason)
            log.error("a mail could not be sent", extra={"event": "mail-failed", "fields": fields})
        else:
            await outbox.mark_later(self._database, claimed, next_try(claimed.tries, now))
            log.warning("a mail will be tried again", extra={"event": "mail-later", "fields": fields})


def write_file(folder: Path, name: str, content: bytes) -> None:
    """Whole or not at all, and readable by its owner only; the same mail again is the same file."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = folder / f".{name}.{os.getpid()}"
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    unfinished.rename(folder / name)


async def _in_thread(call: Callable[[], T]) -> T:
    """In a thread that keeps no process from ending: a mail server may be silent for long."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def tell(result: T | None, error: BaseException | None) -> None:
        if done.done():
            return
        if error is not None:
            done.set_exception(error)
        else:
            done.set_result(result)  # type: ignore[arg-type]

    def run() -> None:
        result, error = None, None
        try:
            result = call()
        except BaseException as raised:
            error = raised
        try:
            loop.call_soon_threadsafe(tell, result, error)
        except RuntimeError:
            pass  # the loop has ended, and nobody waits

    threading.Thread(target=run, name="imaginest-mail", daemon=True).start()
    return await done
