"""An issue of the letter to be sent, and a real mail server that counts what it takes."""

import os
import secrets
import signal
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

from storage.keys import Keys
from storage.letter_deliveries import ADDRESS
from storage.letter_editions import create, schedule
from storage.statements import Insert
from storage.tables_letter import LETTER_SUBSCRIBER
from storage.values_letter import Section
from storage.values_staff import NewAccount, Role, StaffFault
from tests.ports import free_port
from tests.storage.house import House

MADE = (Section("intro", "Ce mois-ci", "Bonjour.\n\n- un\n- deux\n\n[Voter](/)"),)
Judge = Callable[[str], str | None]


@dataclass
class Counting:
    """A mail server's memory: ``taken`` by recipient, ``names`` the Message-IDs, ``envelopes`` whom mails come
    back to, by recipient. Judges answer a word instead.
    """

    taken: Counter[str] = field(default_factory=Counter)
    envelopes: dict[str, str] = field(default_factory=dict)
    names: set[bytes] = field(default_factory=set)
    last: bytes = b""
    on_recipient: Judge = lambda _: None
    on_data: Judge = lambda _: None
    before_data: Callable[[int], None] = lambda _: None
    recipients: int = 0
    port: int = 0

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def total(self) -> int:
        return sum(self.taken.values())

    async def handle_RCPT(self, _: Any, __: Any, envelope: Any, address: str, ___: Any) -> str:
        self.recipients += 1
        said = self.on_recipient(address)
        if said is None:
            envelope.rcpt_tos.append(address)
        return said or "250 well"

    async def handle_DATA(self, _: Any, __: Any, envelope: Any) -> str:
        said = self.on_data(envelope.rcpt_tos[0])
        if said is not None:
            return said
        self.before_data(self.total + 1)
        self.taken[envelope.rcpt_tos[0]] += 1
        self.envelopes[envelope.rcpt_tos[0]] = envelope.mail_from
        self.last = envelope.content
        head = envelope.content.partition(b"\r\n\r\n")[0]
        self.names.add(head.partition(b"Message-ID: ")[2].partition(b"\r\n")[0])
        return "250 taken"


class _Quick(Controller):
    def factory(self) -> SMTP:
        return SMTP(self.handler, hostname="mail.test", data_size_limit=None)


@contextmanager
def mail_server(port: int = 0, counting: Counting | None = None) -> Iterator[Counting]:
    """In a thread of its own; ``port`` 0: any."""
    counting = counting or Counting()
    controller = _Quick(counting, hostname="127.0.0.1", port=port or free_port())
    controller.start()
    counting.port = controller.port
    try:
        yield counting
    finally:
        controller.stop(no_assert=True)


def bounce_of(
    letter: bytes, to: str, status: str = "5.1.1", action: str = "failed", *, part: str = "headers"
) -> bytes:
    """What a mail server sends back of a letter (RFC 3464), with its ``headers``, all of it, or nothing."""
    returned = {
        "headers": ("text/rfc822-headers", letter.partition(b"\r\n\r\n")[0]),
        "all": ("message/rfc822", letter),
    }
    parts = [
        ("text/plain; charset=utf-8", "Votre message n'a pas été remis.".encode()),
        (
            "message/delivery-status",
            f"Reporting-MTA: dns; mx.exemple.fr\r\n\r\nFinal-Recipient: rfc822; un@exemple.fr\r\n"
            f"Action: {action}\r\nStatus: {status}\r\nDiagnostic-Code: smtp; 550 {status} nobody\r\n".encode(),
        ),
        *filter(None, [returned.get(part)]),
    ]
    lines = [
        b"Return-Path: <>",
        b"From: MAILER-DAEMON@mx.exemple.fr",
        b"To: " + to.encode(),
        b"Subject: Undelivered Mail Returned to Sender",
        b"MIME-Version: 1.0",
        b'Content-Type: multipart/report; report-type=delivery-status; boundary="=_b"',
        b"",
        *(b"--=_b\r\nContent-Type: " + kind.encode() + b"\r\n\r\n" + content for kind, content in parts),
        b"--=_b--",
        b"",
    ]
    return b"\r\n".join(lines)


def mbox_of(*mails: bytes) -> bytes:
    return b"".join(
        b"From MAILER-DAEMON Mon Jan 04 10:00:00 2027\n" + mail.replace(b"\r\n", b"\n") + b"\n\n"
        for mail in mails
    )


def killing(pid: int, at: int) -> Callable[[int], None]:
    """Kills a process (−9) while the mail number ``at`` is being taken."""
    once = threading.Lock()

    def kill(number: int) -> None:
        if number >= at and once.acquire(blocking=False):
            os.kill(pid, signal.SIGKILL)

    return kill


async def subscribe_many(house: House, many: int, addresses: Callable[[int], str] | None = None) -> None:
    named = addresses or (lambda n: f"lecteur{n}@exemple.fr")
    rows = [_row(house.keys, named(n)) for n in range(many)]
    await house.database.write(lambda connection: Insert(LETTER_SUBSCRIBER)(connection, rows))


def _row(keys: Keys, address: str) -> dict[str, object]:
    return {
        "id": secrets.token_bytes(16),
        "address_key": keys.address_key(address),
        "sealed_address": keys.letter.seal(address, ADDRESS),
        "confirmed_at": 1,
        "bounces": 0,
        "paused_at": None,
    }


async def editor(house: House, email: str = "redaction@grandest.fr") -> int:
    from storage import staff

    new = NewAccount(email, "Camille", frozenset({Role.EDITOR}), frozenset())
    done = await staff.add(house.database, house.keys, new, by=None, op=email, now=house.clock[0])
    assert not isinstance(done, StaffFault)
    return done[0]


async def scheduled(house: House, *, month: str = "2026-11", at: int | None = None) -> int:
    """The number of an issue that is due."""
    email = f"{month}@grandest.fr"
    who = await editor(house, email)
    number = await create(house.database, month, f"Lettre de {month}", MADE, who, house.clock[0])
    assert await schedule(house.database, number, at or house.clock[0], who, house.clock[0]) is None
    return number
